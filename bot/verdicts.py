"""What people say of the danger check: whether an alarm was right, and whether one was missing.

Each word of theirs leaves a redacted example, which is what the check is measured and taught with.
Nobody here commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue import _
from bot.danger_tables import Example, Verdict
from bot.editing.redaction import redact
from bot.errors import NotFound
from bot.privacy import KeyRing
from bot.store import Line, Talk, open_talk, read_line
from bot.tables import Counsellor, Message

WEEK = timedelta(days=7)
SAMPLED_A_WEEK = 200
SHOWN_AT_ONCE = 10
NONE = ("none", "none")


@dataclass(frozen=True)
class Sampled:
    """A citizen's line that raised no alarm, redacted."""

    message_id: int
    text: str


async def judge(
    session: AsyncSession,
    talk: Talk,
    message_id: int,
    found: tuple[str, str] | None,
    counsellor: Counsellor,
    now: datetime,
) -> None:
    """Keep what is truly in a citizen's line: `found` is (class, level), NONE for no danger, or None
    for just what the check said. A line is judged once; whoever comes second changes nothing.

    Raises:
        NotFound: `talk` has no such line of a citizen.
    """
    line = await _line(session, talk, message_id)
    said = line.alarm or NONE
    truth = found or said
    row = insert(Verdict).values(
        message_id=message_id, right=truth == said, by=counsellor.id, at=now
    )
    judged = await session.execute(row.on_conflict_do_nothing().returning(Verdict.message_id))
    text = redact(line.text)
    if judged.first() is None or text is None:
        return
    await session.execute(
        insert(Example).values(
            text=text,
            label=truth[0],
            level=truth[1],
            source="alarm" if line.alarm else "sample",
            day=now.date(),
        )
    )


async def judged(session: AsyncSession, message_ids: Sequence[int]) -> dict[int, bool]:
    """Which of these lines were judged, and whether the check was right about them."""
    if not message_ids:
        return {}
    rows = await session.execute(
        select(Verdict.message_id, Verdict.right).where(Verdict.message_id.in_(message_ids))
    )
    return {row.message_id: row.right for row in rows}


async def sample(session: AsyncSession, ring: KeyRing, now: datetime) -> list[Sampled]:
    """Lines of the last seven days that raised no alarm and that nobody judged, drawn by chance, the
    same ones all week, at most SHOWN_AT_ONCE; lines of which redaction leaves nothing are passed over.
    """
    week = now.date().isocalendar()
    drawn = (
        select(Message)
        .where(Message.author == "citizen", Message.created_at > now - WEEK)
        .order_by(func.md5(func.concat(Message.uid, f"{week.year}-{week.week}")))
        .limit(SAMPLED_A_WEEK)
        .subquery()
    )
    unjudged = (
        select(drawn)
        .outerjoin(Verdict, Verdict.message_id == drawn.c.id)
        .where(Verdict.message_id.is_(None))
    )
    found: list[Sampled] = []
    for row in await session.execute(unjudged):
        talk = await open_talk(session, ring, row.conversation_id)
        line = read_line(row, talk.key) if talk else None
        text = redact(line.text) if line and not line.alarm else None
        if text is not None:
            found.append(Sampled(row.id, text))
        if len(found) == SHOWN_AT_ONCE:
            break
    return found


async def conversation_of(session: AsyncSession, ring: KeyRing, message_id: int) -> Talk:
    """The conversation that a line stands in.

    Raises:
        NotFound: there is no such line any more.
    """
    conversation: UUID | None = await session.scalar(
        select(Message.conversation_id).where(Message.id == message_id)
    )
    talk = await open_talk(session, ring, conversation) if conversation else None
    if talk is None:
        raise NotFound(_("Tin này không còn nữa: người viết đã xóa dữ liệu của mình."))
    return talk


async def examples(session: AsyncSession) -> list[Example]:
    """Every judged line, oldest first."""
    rows = await session.scalars(select(Example).order_by(Example.id))
    return list(rows)


async def _line(session: AsyncSession, talk: Talk, message_id: int) -> Line:
    row = await session.scalar(
        select(Message).where(
            Message.id == message_id,
            Message.conversation_id == talk.id,
            Message.author == "citizen",
        )
    )
    if row is None:
        raise NotFound(_("Tin này không còn nữa."))
    return read_line(row, talk.key)
