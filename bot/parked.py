"""Raw updates in, whether a messenger knocked with them or was asked for them: every event of one is
stored in one commit. What cannot be read is laid aside sealed, so that nothing behind it waits.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession

from bot import inbox, receipts
from bot.channel_tables import ParkedUpdate
from bot.channels import Channel, TellsReceipts
from bot.channels.foreign import identity, pick, read_object
from bot.errors import where
from bot.privacy import PARKED
from bot.tables import Access

if TYPE_CHECKING:  # The runtime loads every model's library; counting what lies here needs none.
    from bot.runtime import Runtime

log = structlog.get_logger()

_SCHEMA = ("3D", "3F", "42")
"""PostgreSQL's classes of errors for a database, schema or table that is not as we expect it."""
_TOO_BIG = "54000"
"""PostgreSQL's program_limit_exceeded: a value, not the server, though it is told as operational."""
KEPT = timedelta(days=30)
"""For how long an operator can look at what was laid aside."""

Hears = Callable[[AsyncSession, bytes], Awaitable[None]]
"""Who hears every raw update besides, in the same commit: the staff's own group."""

_PARK = text(
    "INSERT INTO parked_updates (id, channel, sealed, reason, at, sender)"
    " SELECT :id, :channel, :sealed, :reason, :now, :sender"
    " WHERE NOT EXISTS (SELECT FROM erased_events WHERE id = :mark) ON CONFLICT (id) DO NOTHING"
)
_SENDERS = (
    *((kind, "from", "id") for kind in ("message", "edited_message", "callback_query")),
    ("my_chat_member", "from", "id"),
    ("result", "message", "from", "id"),
    ("sender", "id"),
    ("follower", "id"),
    ("user_id",),
)
"""Where Telegram, Zalo Bot and Zalo OA say who it is about."""
_NAMED = re.compile(
    r'(?:"(?:from|sender|follower)"\s*:\s*\{[^{}]{0,1000}?"id"|"user_id")\s*:\s*"?([^\s",{}\[\]\\]{1,200})'
)
"""The same in something that is no JSON, or nested too deep. In a person's own text the quotes would
stand behind backslashes."""


@dataclass(frozen=True)
class Parked:
    """An update that was laid aside; `reason` is the kind of the fault and where it came up."""

    number: int
    channel: str
    reason: str
    at: datetime


async def take_in(
    runtime: Runtime, channel: Channel, raw: bytes, also: Hears | None = None
) -> None:
    """Store every event of a raw update, or lay the update aside where it cannot be read.

    Raises:
        DBAPIError, TimeoutError (of SQLAlchemy): the database is away. Nothing was stored and the
            same update can be taken in again.
    """
    fault = await _store(runtime, channel, raw, also)
    if fault:
        await _park(runtime, channel.name, raw, fault)


async def take_in_or_tell(
    runtime: Runtime, channel: Channel, raw: bytes, also: Hears | None = None
) -> str:
    """`take_in`, for who can ask for the next update meanwhile: "" once it is done, else the kind of
    the fault that it met, where that may lie in this update. Nothing was stored then.

    Raises:
        DBAPIError, TimeoutError (of SQLAlchemy), OSError: the database is away, or its tables are not
            there: that befalls every update alike.
    """
    try:
        await take_in(runtime, channel, raw, also)
    except Exception as error:
        if _is_away(error):
            raise
        return where(error)
    return ""


async def lay_aside(runtime: Runtime, channel: Channel, raw: bytes, reason: str) -> None:
    """Keep an update for later that cannot be taken in, though it can be read.

    Raises:
        DBAPIError, TimeoutError (of SQLAlchemy): the database is away.
    """
    await _park(runtime, channel.name, raw, reason)


async def laid_aside(access: Access) -> list[Parked]:
    """What lies here, oldest first."""
    rows = await access.execute(
        select(
            ParkedUpdate.id, ParkedUpdate.channel, ParkedUpdate.reason, ParkedUpdate.at
        ).order_by(ParkedUpdate.at, ParkedUpdate.id)
    )
    return [Parked(*row) for row in rows]


async def how_many(access: Access) -> int:
    """How many updates lie here."""
    return await access.scalar(select(func.count()).select_from(ParkedUpdate)) or 0


async def retry(
    runtime: Runtime, channels: Mapping[str, Channel], also: Mapping[str, Hears]
) -> tuple[int, int]:
    """Take everything in once more that was laid aside, oldest first: how many updates could be read,
    and are gone from here, and how many stay. Whose channel is switched off stays too.

    Raises:
        KeyRingBroken: the ring lacks the key that one was sealed with.
    """
    async with runtime.sessions() as session:
        waiting = await laid_aside(session)
    read = 0
    for one in waiting:
        channel = channels.get(one.channel)
        if channel is not None:
            read += await _retry(runtime, channel, one.number, also.get(one.channel))
    return read, len(waiting) - read


async def forget_old(access: Access, now: datetime) -> None:
    """Delete what was laid aside longer than KEPT ago."""
    await access.execute(delete(ParkedUpdate).where(ParkedUpdate.at < now - KEPT))


def record(number: int) -> str:
    """The name under which the parked update `number` is sealed with the key ring."""
    return f"parked:{number}"


async def _store(
    runtime: Runtime, channel: Channel, raw: bytes, also: Hears | None, number: int | None = None
) -> str:
    """Store the events of an update and, where it is the parked one `number`, take this away in the
    same commit. Why it cannot be read, or ""."""
    try:
        events = channel.parse(raw)
        receipt = channel.read_receipt(raw) if isinstance(channel, TellsReceipts) else None
    except Exception as error:
        return where(error)
    if not events and not read_object(raw):
        return "not a JSON object"
    try:
        async with runtime.sessions.begin() as session:
            for inbound in events:
                await inbox.receive(session, runtime.ring, inbound, runtime.clock())
            if receipt is not None:
                await receipts.take_note(session, channel.name, receipt, runtime.clock())
            if also is not None:
                await also(session, raw)
            if number is not None and not await _take_away(session, number):
                # Its person was erased while it was read: their words must not come back.
                await session.rollback()
    except (DataError, IntegrityError, ValueError) as error:
        # The database is there and refuses these very values: it would refuse them for ever.
        return where(error)
    return ""


async def _take_away(session: AsyncSession, number: int) -> bool:
    """Whether it was still here."""
    gone = delete(ParkedUpdate).where(ParkedUpdate.id == number).returning(ParkedUpdate.id)
    return await session.scalar(gone) is not None


async def _retry(runtime: Runtime, channel: Channel, number: int, also: Hears | None) -> bool:
    """Whether the update could be read now, or is not here any more."""
    async with runtime.sessions() as session:
        sealed = await session.scalar(select(ParkedUpdate.sealed).where(ParkedUpdate.id == number))
    if sealed is None:
        return True
    return not await _store(
        runtime, channel, runtime.ring.unseal(sealed, record(number)), also, number
    )


async def _park(runtime: Runtime, channel: str, raw: bytes, reason: str) -> None:
    """Lay `raw` aside, once however often it comes, and not where it was erased. Its number is a keyed
    hash: it tells nothing."""
    keyed = runtime.ring.pseudonym(f"parked:{channel}", sha256(raw).hexdigest())
    number = int.from_bytes(keyed[:8], "big") >> 1
    sender = _sender(raw)
    values = {
        "id": number,
        "channel": channel,
        "sealed": runtime.ring.seal(raw, record(number)),
        "reason": reason,
        "now": runtime.clock(),
        "sender": runtime.ring.pseudonym(channel, sender) if sender else None,
        "mark": runtime.ring.event_mark(PARKED, str(number)),
    }
    async with runtime.sessions.begin() as session:
        await session.execute(_PARK, values)
    log.error("update.parked", channel=channel, reason=reason)


def _is_away(error: Exception) -> bool:
    """Whether the fault is the database's or its schema's, so that no update could be stored."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, PoolTimeout | OSError)
    state = getattr(error.orig, "sqlstate", None) or ""
    if isinstance(error, ProgrammingError):
        return state.startswith(_SCHEMA)
    return isinstance(error, OperationalError | InterfaceError) and state != _TOO_BIG


def _sender(raw: bytes) -> str:
    """The platform's id of who sent an update, as far as it can be found in one that could not be
    read; else ""."""
    update = read_object(raw)
    if update:
        return next((found for path in _SENDERS if (found := identity(pick(update, *path)))), "")
    named = _NAMED.search(raw.decode("utf-8", "replace"))
    return identity(named[1]) if named else ""
