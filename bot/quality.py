"""Each week a few closed talks of every counsellor, drawn by chance, are read by an overseer and
marked. Nobody here commits."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot import handoff
from bot.catalogue import _
from bot.desk_tables import QualityMark
from bot.duty import VIETNAM
from bot.errors import NotAllowed, NotFound, NotUnderstood
from bot.handoff import Case
from bot.privacy import KeyRing, seal, unseal
from bot.store import open_talk
from bot.tables import Conversation, Counsellor, Handoff, Person

CRITERIA = ("listened", "danger_met", "right_facts", "next_step")
OF_EACH = 3
"""So many talks of each counsellor are drawn a week."""
LONGEST_NOTE = 1000


@dataclass(frozen=True)
class Drawn:
    """A closed talk of the sample; `met` is None until somebody marked it, `by` who did."""

    handoff_id: UUID
    counsellor: str
    reason: str
    priority: int
    closed_at: datetime
    met: frozenset[str] | None
    note: str
    by: str


def week_before(now: datetime) -> tuple[datetime, datetime]:
    """The last full week in Vietnam, Monday 0:00 to Monday 0:00: what is drawn from stays the same
    until the next one is full."""
    today = now.astimezone(VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)
    monday = today - timedelta(days=today.weekday())
    return monday - timedelta(days=7), monday


async def sample(
    session: AsyncSession, ring: KeyRing, reader: Counsellor, now: datetime
) -> list[Drawn]:
    """This week's talks, the same for every reader but without their own, by counsellor."""
    since, until = week_before(now)
    seed = since.date().isoformat()
    place = func.row_number().over(
        partition_by=Handoff.counsellor_id, order_by=func.md5(func.concat(Handoff.id, seed))
    )
    closed = (
        select(Handoff.id, place.label("place"))
        .where(Handoff.closed_at >= since, Handoff.closed_at < until)
        .where(Handoff.claimed_at.is_not(None), Handoff.counsellor_id.is_not(None))
        .subquery()
    )
    reading = select(Counsellor.id, Counsellor.name).subquery()
    rows = await session.execute(
        select(
            Handoff,
            Counsellor.name,
            QualityMark,
            reading.c.name.label("reader"),
            Person.id.label("person_id"),
            Person.data_key,
        )
        .join(closed, closed.c.id == Handoff.id)
        .join(Counsellor, Counsellor.id == Handoff.counsellor_id)
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .join(Person, Person.id == Conversation.person_id)
        .outerjoin(QualityMark, QualityMark.handoff_id == Handoff.id)
        .outerjoin(reading, reading.c.id == QualityMark.by)
        .where(closed.c.place <= OF_EACH, Handoff.counsellor_id != reader.id)
        .order_by(Counsellor.name, closed.c.place)
    )
    return [_drawn(row, ring) for row in rows]


async def mark(
    session: AsyncSession,
    ring: KeyRing,
    case: Case,
    by: Counsellor,
    met: Collection[str],
    note: str,
    now: datetime,
) -> None:
    """Keep what a reader found of a closed talk; a later word replaces an earlier one.

    Raises:
        NotAllowed: the talk is their own, or not over.
        NotUnderstood: `met` holds something else than CRITERIA, or the note is too long.
    """
    if case.state != "closed" or case.counsellor_id == by.id:
        raise NotAllowed(_("Bạn chỉ nhận xét ca đã kết thúc của đồng nghiệp."))
    if not set(met) <= set(CRITERIA) or len(note) > LONGEST_NOTE:
        raise NotUnderstood(
            _("Nhận xét chưa đúng dạng. Ghi chú nhiều nhất {most} ký tự.").format(most=LONGEST_NOTE)
        )
    talk = await open_talk(session, ring, case.conversation_id)
    if talk is None:
        raise NotFound(handoff.GONE)
    name = f"quality:{case.handoff_id}"
    values = {
        "met": sorted(met),
        "note": seal(talk.key, note.encode(), name) if note else None,
        "by": by.id,
        "at": now,
    }
    await session.execute(
        insert(QualityMark)
        .values(handoff_id=case.handoff_id, **values)
        .on_conflict_do_update(index_elements=["handoff_id"], set_=values)
    )
    await handoff.audit(session, by, "mark quality", case.handoff_id, now)


def read_marks(form: Mapping[str, str]) -> list[str]:
    """The criteria answered "yes".

    Raises:
        NotUnderstood: one was not answered.
    """
    answers = {key: form.get(key) for key in CRITERIA}
    if any(answer not in ("yes", "no") for answer in answers.values()):
        raise NotUnderstood(_("Bạn chọn có hoặc chưa cho cả bốn điều giúp nhé."))
    return [key for key, answer in answers.items() if answer == "yes"]


def _drawn(
    row: Row[tuple[Handoff, str, QualityMark | None, str, UUID, bytes]], ring: KeyRing
) -> Drawn:
    talk, name, marked, reader, person_id, data_key = row
    note = ""
    if marked and marked.note:
        key = ring.unwrap(data_key, str(person_id))
        note = unseal(key, marked.note, f"quality:{talk.id}").decode()
    assert talk.closed_at is not None
    return Drawn(
        handoff_id=talk.id,
        counsellor=name,
        reason=talk.reason,
        priority=talk.priority,
        closed_at=talk.closed_at,
        met=frozenset(marked.met) if marked else None,
        note=note,
        by=reader or "",
    )
