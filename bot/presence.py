"""Who is at the desk, who rests, and who has left somebody waiting. Nobody here commits, but for
`give_back_abandoned`, which is a job."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import structlog
from sqlalchemy import case, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from bot import handoff
from bot.desk_tables import DeskUptime, Presence
from bot.errors import where
from bot.rest import RESTED_AFTER
from bot.runtime import Runtime
from bot.store import notify
from bot.tables import Access, Counsellor
from bot.wake import wake, wake_on_call

log = structlog.get_logger()

OFFLINE_AFTER = timedelta(minutes=2)
DESK_SEEN_EVERY_SECONDS = 15.0
DESK_DOWN_AFTER = timedelta(minutes=1)
"""A console that was not seen for so long could not be reached."""
SILENT_AFTER = {
    handoff.DANGER_NOW: timedelta(minutes=3),
    handoff.DANGER: timedelta(minutes=3),
    handoff.ORDINARY: timedelta(minutes=10),
}
"""How long a citizen's words may stay unanswered by the counsellor who has the chat."""
_LEVELS = {handoff.DANGER_NOW: "emergency", handoff.DANGER: "urgent"}


@dataclass(frozen=True)
class Hold:
    """A claimed case, and what tells whether its counsellor is still at it: when a page of theirs was
    last connected, when they last wrote here, since when the citizen's words are unanswered. `desk_since` is
    since when the console can be reached, None while it cannot."""

    handoff_id: UUID
    priority: int
    claimed_at: datetime
    seen_at: datetime | None
    wrote_at: datetime | None
    unanswered_since: datetime | None
    is_disabled: bool
    desk_since: datetime | None


def is_there(seen_at: datetime | None, now: datetime) -> bool:
    """Whether somebody whose page was last connected at `seen_at` is at the desk."""
    return seen_at is not None and now - seen_at < OFFLINE_AFTER


def takes_chats(presence: Presence | None, now: datetime) -> bool:
    """Whether somebody is at the desk and does not rest."""
    return (
        presence is not None and presence.pauses_since is None and is_there(presence.seen_at, now)
    )


def why_lost(hold: Hold, now: datetime) -> Literal["", "offline", "silent", "disabled"]:
    """Why a counsellor loses a chat now, "" where they keep it.

    Offline is who had a page since they took the case and has none for `OFFLINE_AFTER`: who works from
    the staff's group on Telegram has none, and is known by what they write. While the console cannot be
    reached nobody has a page, and that is nobody's fault.
    """
    if hold.is_disabled:
        return "disabled"
    since = hold.unanswered_since
    if since is not None and now - max(since, hold.claimed_at) >= SILENT_AFTER[hold.priority]:
        return "silent"
    last_sign = max(hold.claimed_at, hold.wrote_at or hold.claimed_at)
    if hold.seen_at is None or hold.desk_since is None or hold.seen_at < last_sign:
        return ""
    return "" if is_there(max(hold.seen_at, hold.desk_since), now) else "offline"


async def touch(access: AsyncSession, counsellor_id: UUID, now: datetime) -> None:
    """A page of the counsellor is connected. Who was away for so long that they have rested works since
    now; when somebody comes, every desk is told."""
    await _seen(access, counsellor_id, now, acted=False)


async def keep_desk_seen(
    connect: Callable[[], AbstractAsyncContextManager[AsyncConnection]],
    clock: Callable[[], datetime],
) -> None:
    """Note every DESK_SEEN_EVERY_SECONDS, until cancelled, that the console can be reached."""
    while True:
        try:
            async with connect() as connection:
                await desk_is_up(connection, clock())
        except (DBAPIError, PoolTimeout) as error:
            log.warning("presence.desk_unseen", error=where(error))
        await asyncio.sleep(DESK_SEEN_EVERY_SECONDS)


async def desk_is_up(access: Access, now: datetime) -> None:
    """Note that the console can be reached now; after a break anew since now."""
    row = insert(DeskUptime).values(id=1, up_since=now, seen_at=now)
    had_break = DeskUptime.seen_at < now - DESK_DOWN_AFTER
    await access.execute(
        row.on_conflict_do_update(
            index_elements=["id"],
            set_={"seen_at": now, "up_since": case((had_break, now), else_=DeskUptime.up_since)},
        )
    )


async def act(access: AsyncSession, counsellor_id: UUID, now: datetime) -> None:
    """The counsellor did something themselves, at a page."""
    await _seen(access, counsellor_id, now, acted=True)


async def _seen(access: AsyncSession, counsellor_id: UUID, now: datetime, *, acted: bool) -> None:
    before = await access.get(Presence, counsellor_id, populate_existing=True)
    changed: dict[str, Any] = {"seen_at": func.greatest(Presence.seen_at, now)}
    if acted:
        changed["acted_at"] = func.greatest(Presence.acted_at, now)
    if before is not None and has_rested(before.seen_at, before.acted_at, now, acted=acted):
        changed["working_since"] = now
    row = insert(Presence).values(
        counsellor_id=counsellor_id, seen_at=now, acted_at=now, working_since=now
    )
    await access.execute(row.on_conflict_do_update(index_elements=["counsellor_id"], set_=changed))
    if before is None or not is_there(before.seen_at, now):
        await notify(access, "presence", None)


def has_rested(seen_at: datetime, acted_at: datetime, now: datetime, *, acted: bool) -> bool:
    """Whether somebody who comes (or `acted`) now was away, or idle, long enough to have rested."""
    return now - seen_at >= RESTED_AFTER or (acted and now - acted_at >= RESTED_AFTER)


async def rest(access: AsyncSession, counsellor_id: UUID, now: datetime) -> None:
    """Take no new chats until `come_back`; danger can still be taken by hand."""
    await act(access, counsellor_id, now)
    row = await access.get_one(Presence, counsellor_id, populate_existing=True)
    row.pauses_since = row.pauses_since or now
    await access.flush()
    await notify(access, "presence", None)


async def come_back(access: AsyncSession, counsellor_id: UUID, now: datetime) -> None:
    """The rest is over."""
    await act(access, counsellor_id, now)
    row = await access.get_one(Presence, counsellor_id, populate_existing=True)
    if row.pauses_since is not None:
        row.pauses_since, row.working_since = None, now
    await access.flush()
    await notify(access, "presence", None)


async def read_presence(session: AsyncSession) -> Mapping[UUID, Presence]:
    """Everybody's, by counsellor."""
    rows = await session.scalars(select(Presence).execution_options(populate_existing=True))
    return {row.counsellor_id: row for row in rows}


async def colleagues(session: AsyncSession) -> list[Counsellor]:
    """Everybody who has an account that works, by name."""
    query = select(Counsellor).where(Counsellor.disabled_at.is_(None)).order_by(Counsellor.name)
    return list(await session.scalars(query))


_HOLDS = text("""
SELECT h.id, h.priority, h.claimed_at, p.seen_at, wrote.created_at AS wrote_at,
    asked.created_at AS unanswered_since, c.disabled_at IS NOT NULL AS is_disabled,
    (SELECT up_since FROM desk_uptime WHERE seen_at > :down_since) AS desk_since
FROM handoffs h
JOIN counsellors c ON c.id = h.counsellor_id
LEFT JOIN presence p ON p.counsellor_id = h.counsellor_id
LEFT JOIN LATERAL (
    SELECT m.id, m.created_at FROM messages m
    WHERE m.conversation_id = h.conversation_id AND m.author = 'counsellor'
    ORDER BY m.id DESC LIMIT 1
) wrote ON true
LEFT JOIN LATERAL (
    SELECT m.created_at FROM messages m
    WHERE m.conversation_id = h.conversation_id AND m.author = 'citizen'
        AND m.id > coalesce(wrote.id, 0)
    ORDER BY m.id LIMIT 1
) asked ON true
WHERE h.state = 'claimed' AND (CAST(:only AS uuid) IS NULL OR h.id = :only)
""")


async def read_holds(session: AsyncSession, now: datetime, only: UUID | None = None) -> list[Hold]:
    """The claimed cases, or `only` this one."""
    asked = {"only": only, "down_since": now - DESK_DOWN_AFTER}
    return [Hold(*row) for row in await session.execute(_HOLDS, asked)]


async def give_back_abandoned(runtime: Runtime) -> int:
    """Give every chat back to the queue whose counsellor left it or fell silent; returns how many. For
    danger whoever is on call is told again."""
    async with runtime.sessions() as session:
        now = runtime.clock()
        lost = [one for one in await read_holds(session, now) if why_lost(one, now)]
    return sum([await _give_back(runtime, one.handoff_id) for one in lost])


async def _give_back(runtime: Runtime, handoff_id: UUID) -> bool:
    """Give it back, where meanwhile nobody answered, ended or took it over."""
    async with runtime.sessions.begin() as session:
        case = await handoff.find_case(session, runtime.ring, handoff_id, lock=True)
        now = runtime.clock()
        still = await read_holds(session, now, handoff_id)
        why = why_lost(still[0], now) if still else ""
        if not why:
            return False
        await handoff.give_back(session, runtime.ring, case, why, now)
        await wake(session, case.conversation_id)
        if case.priority and runtime.duty.on_call:
            await wake_on_call(session, _LEVELS[case.priority])
    return True
