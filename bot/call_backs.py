"""Somebody wants to be written or called at a time: kept, changed, cancelled, and brought before the
counsellors when it has come. Nobody here commits but `bring_up`, once for each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import case_words, desk_replies, handoff
from bot.desk_tables import CallBack
from bot.messages import Outbound
from bot.privacy import KeyRing, seal, unseal
from bot.runtime import Runtime
from bot.store import Talk, append, open_talk
from bot.tables import Access, Conversation, Handoff, Person

REASON = "call_back"
_NUMBER = re.compile(r"(?:\+?84|0)(?:[35789]\d{8}|2\d{9})")
_DIGITS = re.compile(r"\+?\d[\d .\-()]{7,}\d")
_SETTLE = text("""
UPDATE call_backs b SET done_at = :now, done_by = h.counsellor_id
FROM handoffs h
WHERE b.done_at IS NULL AND b.at <= :now AND h.conversation_id = b.conversation_id
    AND (h.opened_at >= b.at OR h.closed_at IS NULL OR h.closed_at >= b.at)
    AND (h.claimed_at IS NOT NULL OR h.state = 'closed')
""")


@dataclass(frozen=True)
class CallBackDue:
    """A call back whose time has come and that nobody has taken yet. `number` is the telephone number
    they gave, "" for none; `handoff_id` the case in which they wait now, if there is one."""

    id: UUID
    conversation_id: UUID
    channel: str
    at: datetime
    number: str
    handoff_id: UUID | None


def read_number(text: str) -> str:
    """The Vietnamese telephone number that `text` holds, digits only, beginning with 0; "" for none."""
    for found in _DIGITS.finditer(text):
        digits = re.sub(r"[^\d+]", "", found[0])
        if _NUMBER.fullmatch(digits):
            return re.sub(r"^\+?84", "0", digits)
    return ""


async def pending(access: Access, conversation_id: UUID, now: datetime) -> datetime | None:
    """For when a call back is kept that is still to come; None where there is none."""
    found = select(CallBack.at).where(_is_open(conversation_id), CallBack.at > now)
    return (await access.execute(found)).scalar_one_or_none()


async def keep(session: AsyncSession, talk: Talk, at: datetime, now: datetime) -> None:
    """Promise a call back at `at`, in place of one promised before, and take the person out of the
    queue until then; in danger they stay in it."""
    changed = await session.execute(
        update(CallBack)
        .where(_is_open(talk.id))
        .values(at=at, asked_at=now)
        .returning(CallBack.id)
        .execution_options(synchronize_session=False)
    )
    if changed.first() is None:
        session.add(CallBack(conversation_id=talk.id, at=at, asked_at=now))
        await session.flush()
    await handoff.leave_queue(session, talk, now, tell=False)


async def keep_number(session: AsyncSession, talk: Talk, number: str) -> None:
    """Keep a telephone number with the promise, sealed under the person's key."""
    for call_back_id in await session.scalars(select(CallBack.id).where(_is_open(talk.id))):
        sealed = seal(talk.key, number.encode(), _record(call_back_id))
        await session.execute(
            update(CallBack)
            .where(CallBack.id == call_back_id)
            .values(sealed=sealed)
            .execution_options(synchronize_session=False)
        )


async def cancel(session: AsyncSession, talk: Talk) -> None:
    """Take the promise back, with its number."""
    await session.execute(delete(CallBack).where(_is_open(talk.id)))


async def due(access: Access, ring: KeyRing, now: datetime) -> list[CallBackDue]:
    """Every call back whose time has come and that nobody has taken, the oldest first."""
    rows = await access.execute(
        select(
            CallBack.id,
            CallBack.conversation_id,
            CallBack.at,
            CallBack.sealed,
            Person.id.label("person_id"),
            Person.channel,
            Person.data_key,
            Handoff.id.label("handoff_id"),
        )
        .join(Conversation, Conversation.id == CallBack.conversation_id)
        .join(Person, Person.id == Conversation.person_id)
        .outerjoin(
            Handoff,
            (Handoff.conversation_id == CallBack.conversation_id) & (Handoff.state != "closed"),
        )
        .where(CallBack.done_at.is_(None), CallBack.at <= now)
        .order_by(CallBack.at)
    )
    found = []
    for row in rows:
        number = ""
        if row.sealed:
            key = ring.unwrap(row.data_key, str(row.person_id))
            number = unseal(key, row.sealed, _record(row.id)).decode()
        found.append(
            CallBackDue(row.id, row.conversation_id, row.channel, row.at, number, row.handoff_id)
        )
    return found


async def bring_up(runtime: Runtime) -> int:
    """Put everybody into the queue whose time has come, and settle what a counsellor has taken or the
    person gave up since; returns how many were brought."""
    now = runtime.clock()
    async with runtime.sessions.begin() as session:
        await session.execute(_SETTLE, {"now": now})
        waiting = [one.conversation_id for one in await due(session, runtime.ring, now)]
    return sum([await _bring_up(runtime, one, now) for one in waiting])


async def _bring_up(runtime: Runtime, conversation_id: UUID, now: datetime) -> bool:
    """Once for each call back: not where they wait, talk or gave up since its time."""
    async with runtime.sessions.begin() as session:
        talk = await open_talk(session, runtime.ring, conversation_id, lock=True)
        seen = exists().where(
            Handoff.conversation_id == CallBack.conversation_id,
            or_(
                Handoff.opened_at >= CallBack.at,
                Handoff.closed_at.is_(None),
                Handoff.closed_at >= CallBack.at,
            ),
        )
        fresh = select(CallBack.at).where(_is_open(conversation_id), CallBack.at <= now, ~seen)
        at = await session.scalar(fresh)
        if talk is None or at is None:
            return False
        (one,) = [
            call
            for call in await due(session, runtime.ring, now)
            if call.conversation_id == conversation_id
        ]
        facts = {"asked": [], "danger": "none", "in_screening": False, "screening": []}
        await handoff.ask_for_counsellor(
            session, talk, priority=handoff.ORDINARY, reason=REASON, summary=facts, now=at
        )
        note = case_words.call_back_note(at, now, one.number)
        await append(session, talk, "note", [Outbound(note)], now)
        await append(session, talk, "bot", [desk_replies.call_back_now()], now)
    return True


def _is_open(conversation_id: UUID) -> ColumnElement[bool]:
    return (CallBack.conversation_id == conversation_id) & CallBack.done_at.is_(None)


def _record(call_back_id: UUID) -> str:
    return f"call_back:{call_back_id}"
