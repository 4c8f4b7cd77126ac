"""An overseer beside the counsellor who has a case: words only they see, and taking the case over.
Nobody here commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import handoff, replies
from bot.access import may_oversee
from bot.catalogue import N_, _
from bot.desk_tables import Notice
from bot.errors import NotAllowed, NotFound
from bot.handoff import Case
from bot.messages import Outbound
from bot.privacy import KeyRing
from bot.store import Talk, append, has_line, notify, open_talk, read_line
from bot.tables import Conversation, Counsellor, Handoff, Message
from bot.tables import Person as Citizen

NOT_WITH_A_COLLEAGUE = N_("Không có đồng nghiệp nào đang giữ cuộc trò chuyện này.")


@dataclass(frozen=True)
class Told:
    """A notice that was not read yet; `text` are the words of a whisper, "" for other kinds."""

    id: UUID
    kind: str
    handoff_id: UUID
    by: str
    at: datetime
    text: str


def may_step_in(case: Case, counsellor: Counsellor) -> bool:
    """Whether this counsellor may whisper into a colleague's case, or take it over."""
    others = case.state == "claimed" and case.counsellor_id != counsellor.id
    return others and may_oversee(counsellor)


async def whisper(
    session: AsyncSession,
    ring: KeyRing,
    case: Case,
    by: Counsellor,
    text: str,
    now: datetime,
    *,
    uid: UUID,
) -> None:
    """Say something to the counsellor who has a case: an internal note, marked urgent, that comes up
    before them wherever they are. The same words under the same `uid` are said once.

    Raises:
        NotAllowed: by the role, or because no colleague has the case.
    """
    _demand(case, by)
    talk = await _talk(session, ring, case)
    if await has_line(session, uid):
        return
    said = [Outbound(text, urgent=True)]
    await append(session, talk, "note", said, now, counsellor_id=by.id, uid=uid)
    message_id = await session.scalar(select(Message.id).where(Message.uid == uid))
    session.add(_notice(case, "whisper", by, now, message_id))
    await handoff.audit(session, by, "whisper", case.handoff_id, now)
    await notify(session, "queue", talk.id)


async def take_over(
    session: AsyncSession, ring: KeyRing, case: Case, by: Counsellor, now: datetime
) -> None:
    """Have a colleague's case from now on; they are told, and the citizen.

    Raises:
        NotAllowed: as `whisper`.
    """
    _demand(case, by)
    talk = await _talk(session, ring, case)
    await session.execute(
        update(Handoff)
        .where(Handoff.id == case.handoff_id)
        .values(counsellor_id=by.id, claimed_at=now)
        .execution_options(synchronize_session=False)
    )
    await append(session, talk, "bot", [replies.taken_over(by.name)], now)
    noted = Outbound(
        _("{name} nhận thay {colleague}.").format(name=by.name, colleague=case.counsellor)
    )
    await append(session, talk, "note", [noted], now, counsellor_id=by.id)
    session.add(_notice(case, "taken_over", by, now, None))
    await handoff.audit(session, by, "take over", case.handoff_id, now)
    await notify(session, "queue", talk.id)


async def unread(session: AsyncSession, ring: KeyRing, counsellor: Counsellor) -> list[Told]:
    """What this counsellor is to be told, oldest first."""
    rows = await session.execute(
        select(Notice, Counsellor.name, Message, Citizen.id.label("citizen"), Citizen.data_key)
        .join(Counsellor, Counsellor.id == Notice.by)
        .join(Handoff, Handoff.id == Notice.handoff_id)
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .join(Citizen, Citizen.id == Conversation.person_id)
        .outerjoin(Message, Message.id == Notice.message_id)
        .where(Notice.counsellor_id == counsellor.id, Notice.read_at.is_(None))
        .order_by(Notice.at)
    )
    return [_told(row, ring) for row in rows]


async def unread_by_counsellor(session: AsyncSession) -> dict[UUID, frozenset[UUID]]:
    """Which notices each counsellor who has one has not read yet."""
    rows = await session.execute(
        select(Notice.counsellor_id, Notice.id).where(Notice.read_at.is_(None))
    )
    found: dict[UUID, frozenset[UUID]] = {}
    for counsellor_id, notice_id in rows:
        found[counsellor_id] = found.get(counsellor_id, frozenset()) | {notice_id}
    return found


async def mark_read(
    session: AsyncSession, counsellor: Counsellor, notice_id: UUID, now: datetime
) -> None:
    """The counsellor read a notice of theirs; again, or one that is gone, is fine."""
    await session.execute(
        update(Notice)
        .where(Notice.id == notice_id, Notice.counsellor_id == counsellor.id)
        .where(Notice.read_at.is_(None))
        .values(read_at=now)
        .execution_options(synchronize_session=False)
    )


def _told(row: Row[Any], ring: KeyRing) -> Told:
    notice: Notice = row.Notice
    text = ""
    if row.Message is not None:
        text = read_line(row.Message, ring.unwrap(row.data_key, str(row.citizen))).text
    return Told(notice.id, notice.kind, notice.handoff_id, row.name, notice.at, text)


def _notice(case: Case, kind: str, by: Counsellor, now: datetime, message_id: int | None) -> Notice:
    return Notice(
        counsellor_id=case.counsellor_id,
        handoff_id=case.handoff_id,
        message_id=message_id,
        kind=kind,
        by=by.id,
        at=now,
    )


def _demand(case: Case, by: Counsellor) -> None:
    if not may_oversee(by):
        raise NotAllowed(_("Việc này dành cho người giám sát."))
    if not may_step_in(case, by):
        raise NotAllowed(_(NOT_WITH_A_COLLEAGUE))


async def _talk(session: AsyncSession, ring: KeyRing, case: Case) -> Talk:
    talk = await open_talk(session, ring, case.conversation_id, lock=True)
    if talk is None:
        raise NotFound(handoff.GONE)
    return talk
