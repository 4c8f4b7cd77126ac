"""From bot to counsellor and back: who waits, who has whom, and what the counsellor is told.

Nobody here commits. A counsellor's words join at the outbox: `say` stores them for the citizen,
`note` for colleagues only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import case, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot import episodes, replies
from bot.errors import AlreadyTaken, NotFound
from bot.messages import Outbound
from bot.privacy import KeyRing, seal_json, unseal_json
from bot.store import Talk, append, has_line, notify, open_talk, set_holder
from bot.tables import AuditRow, Conversation, Counsellor, Handoff, Person

DANGER_NOW, DANGER, ORDINARY = 2, 1, 0
GONE = "Không còn cuộc trò chuyện này (người viết có thể đã xóa dữ liệu)."
CASE = (
    select(Handoff, Person, Counsellor.name)
    .join(Conversation, Conversation.id == Handoff.conversation_id)
    .join(Person, Person.id == Conversation.person_id)
    .outerjoin(Counsellor, Counsellor.id == Handoff.counsellor_id)
)


@dataclass(frozen=True)
class Case:
    """A line of the counsellors' queue. `asked` are facts: article titles, places, results."""

    handoff_id: UUID
    conversation_id: UUID
    channel: str
    state: str
    priority: int
    reason: str
    opened_at: datetime
    claimed_at: datetime | None
    closed_at: datetime | None
    counsellor_id: UUID | None
    counsellor: str | None
    summary: Mapping[str, Any]


async def ask_for_counsellor(
    session: AsyncSession,
    talk: Talk,
    *,
    priority: int,
    reason: str,
    summary: Mapping[str, Any],
    now: datetime,
) -> None:
    """Put the conversation into the queue, or raise it there; a counsellor who has it keeps it."""
    sealed = seal_json(talk.key, dict(summary), f"summary:{talk.id}")
    handoff = insert(Handoff).values(
        id=uuid4(),
        conversation_id=talk.id,
        priority=priority,
        reason=reason,
        summary=sealed,
        opened_at=now,
    )
    worse = handoff.excluded.priority > Handoff.priority
    await session.execute(
        handoff.on_conflict_do_update(
            index_elements=["conversation_id"],
            index_where=text("state <> 'closed'"),
            set_={
                "priority": func.greatest(Handoff.priority, handoff.excluded.priority),
                "reason": case((worse, handoff.excluded.reason), else_=Handoff.reason),
                "summary": sealed,
            },
        )
    )
    if talk.holder == "bot":
        await set_holder(session, talk.id, "queue")
    await notify(session, "danger" if priority else "queue", talk.id)


async def queue(session: AsyncSession, ring: KeyRing) -> list[Case]:
    """Everything open: waiting before claimed; in each, danger first, then the longest waiting."""
    waiting_first = case((Handoff.state == "waiting", 0), else_=1)
    rows = await session.execute(
        CASE.where(Handoff.state != "closed").order_by(
            waiting_first, Handoff.priority.desc(), Handoff.opened_at
        )
    )
    return [_case(handoff, person, name, ring) for handoff, person, name in rows]


async def find_case(
    session: AsyncSession, ring: KeyRing, handoff_id: UUID, *, lock: bool = False
) -> Case:
    """One case, open or closed. `lock` holds its conversation until the commit, so that who may do
    what cannot change meanwhile; everybody locks the conversation before its handoff.

    Raises:
        NotFound: there is none, or its citizen had it erased.
    """
    if lock:
        which = select(Handoff.conversation_id).where(Handoff.id == handoff_id).scalar_subquery()
        await session.execute(
            select(Conversation.id).where(Conversation.id == which).with_for_update()
        )
    found = CASE.where(Handoff.id == handoff_id).execution_options(populate_existing=True)
    row = (await session.execute(found)).one_or_none()
    if row is None:
        raise NotFound(GONE)
    return _case(row[0], row[1], row[2], ring)


async def open_case(session: AsyncSession, ring: KeyRing, conversation_id: UUID) -> Case | None:
    """The case that is waiting or taken in a conversation, if there is one."""
    found = CASE.where(Handoff.conversation_id == conversation_id, Handoff.state != "closed")
    row = (await session.execute(found)).one_or_none()
    return _case(row[0], row[1], row[2], ring) if row else None


async def claim(
    session: AsyncSession, ring: KeyRing, handoff_id: UUID, counsellor: Counsellor, now: datetime
) -> Case:
    """Take a waiting case; of two who try at once, one wins.

    Raises:
        AlreadyTaken: a colleague has it, named in the line; or it is closed.
        NotFound: there is no such case.
    """
    case_ = await find_case(session, ring, handoff_id, lock=True)
    if case_.state == "claimed" and case_.counsellor_id == counsellor.id:
        return case_
    if case_.state != "waiting":
        who = f"{case_.counsellor} đã nhận" if case_.state == "claimed" else "Đã đóng"
        raise AlreadyTaken(f"{who} cuộc trò chuyện này.")
    await session.execute(
        update(Handoff)
        .where(Handoff.id == handoff_id)
        .values(state="claimed", counsellor_id=counsellor.id, claimed_at=now)
        .execution_options(synchronize_session=False)
    )
    talk = await _talk(session, ring, case_.conversation_id)
    await set_holder(session, talk.id, "counsellor")
    await append(session, talk, "bot", [replies.counsellor_came(counsellor.name)], now)
    await audit(session, counsellor, "claim", handoff_id, now)
    await notify(session, "queue", talk.id)
    return await find_case(session, ring, handoff_id)


async def say(
    session: AsyncSession,
    ring: KeyRing,
    case_: Case,
    counsellor: Counsellor,
    text: str,
    now: datetime,
    *,
    uid: UUID | None = None,
) -> None:
    """Send the counsellor's words to the citizen, but not those stored as `uid` before."""
    talk = await _talk(session, ring, case_.conversation_id)
    if uid is None or not await has_line(session, uid):
        await append(
            session, talk, "counsellor", [Outbound(text)], now, counsellor_id=counsellor.id, uid=uid
        )


async def note(
    session: AsyncSession,
    ring: KeyRing,
    case_: Case,
    counsellor: Counsellor,
    text: str,
    now: datetime,
    *,
    uid: UUID | None = None,
) -> None:
    """Keep words for colleagues; they never reach the citizen. `uid` as in `say`."""
    talk = await _talk(session, ring, case_.conversation_id)
    if uid is None or not await has_line(session, uid):
        await append(
            session, talk, "note", [Outbound(text)], now, counsellor_id=counsellor.id, uid=uid
        )


async def close(
    session: AsyncSession, ring: KeyRing, case_: Case, counsellor: Counsellor, now: datetime
) -> None:
    """End the case: the bot answers again, and an open danger episode ends with this counsellor."""
    talk = await _talk(session, ring, case_.conversation_id)
    await session.execute(
        update(Handoff)
        .where(Handoff.id == case_.handoff_id)
        .values(state="closed", closed_at=now, counsellor_id=counsellor.id)
    )
    await episodes.close(session, case_.conversation_id, counsellor.id, now)
    await set_holder(session, case_.conversation_id, "bot")
    await append(session, talk, "bot", [replies.counsellor_left()], now)
    await audit(session, counsellor, "close", case_.handoff_id, now)
    await notify(session, "queue", case_.conversation_id)


async def leave_queue(session: AsyncSession, talk: Talk, now: datetime, *, tell: bool) -> None:
    """The citizen prefers the bot, or left: taken out of the queue, unless there was danger.
    `tell` says so to them."""
    if talk.holder == "counsellor":
        return
    if await episodes.is_open(session, talk.id):
        if tell:
            await append(session, talk, "bot", [replies.stays_in_queue()], now)
        return
    await session.execute(
        update(Handoff)
        .where(Handoff.conversation_id == talk.id, Handoff.state == "waiting")
        .values(state="closed", closed_at=now)
        .execution_options(synchronize_session=False)
    )
    await set_holder(session, talk.id, "bot")
    if tell:
        await append(session, talk, "bot", [replies.left_queue()], now)
    await notify(session, "queue", talk.id)


async def audit(
    session: AsyncSession, counsellor: Counsellor, action: str, subject: UUID | None, now: datetime
) -> None:
    session.add(AuditRow(at=now, counsellor_id=counsellor.id, action=action, subject=subject))
    await session.flush()


async def _talk(session: AsyncSession, ring: KeyRing, conversation_id: UUID) -> Talk:
    talk = await open_talk(session, ring, conversation_id, lock=True)
    if talk is None:
        raise NotFound(GONE)
    return talk


def _case(handoff: Handoff, person: Person, name: str | None, ring: KeyRing) -> Case:
    key = ring.unwrap(person.data_key, str(person.id))
    summary: Mapping[str, Any] = {}
    if handoff.summary:
        summary = unseal_json(key, handoff.summary, f"summary:{handoff.conversation_id}")
    return Case(
        handoff_id=handoff.id,
        conversation_id=handoff.conversation_id,
        channel=person.channel,
        state=handoff.state,
        priority=handoff.priority,
        reason=handoff.reason,
        opened_at=handoff.opened_at,
        claimed_at=handoff.claimed_at,
        closed_at=handoff.closed_at,
        counsellor_id=handoff.counsellor_id,
        counsellor=name,
        summary=summary,
    )
