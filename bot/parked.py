"""Raw updates in, whether a messenger knocked with them or was asked for them: every event of one is
stored in one commit. What cannot be read is laid aside sealed, so that nothing behind it waits.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from hashlib import sha256

import structlog
from sqlalchemy import text
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot import inbox
from bot.channels import Channel
from bot.channels.foreign import read_object
from bot.errors import where
from bot.runtime import Runtime

log = structlog.get_logger()

KEPT = timedelta(days=30)
"""For how long an operator can look at what was laid aside."""

Hears = Callable[[AsyncSession, bytes], Awaitable[None]]
"""Who hears every raw update besides, in the same commit: the staff's own group."""

_PARK = text(
    "WITH old AS (DELETE FROM parked_updates WHERE at < :before)"
    " INSERT INTO parked_updates (id, channel, sealed, reason, at)"
    " VALUES (:id, :channel, :sealed, :reason, :now) ON CONFLICT (id) DO NOTHING"
)


async def take_in(
    runtime: Runtime, channel: Channel, raw: bytes, also: Hears | None = None
) -> None:
    """Store every event of a raw update, or lay the update aside where it cannot be read.

    Raises:
        DBAPIError, TimeoutError (of SQLAlchemy): the database is away. Nothing was stored and the
            same update can be taken in again.
    """
    try:
        events = channel.parse(raw)
    except Exception as error:
        await _park(runtime, channel.name, raw, where(error))
        return
    if not events and not read_object(raw):
        await _park(runtime, channel.name, raw, "not a JSON object")
        return
    try:
        async with runtime.sessions.begin() as session:
            for inbound in events:
                await inbox.receive(session, runtime.ring, inbound, runtime.clock())
            if also is not None:
                await also(session, raw)
    except (DataError, IntegrityError, ValueError) as error:
        # The database is there and refuses these very values: it would refuse them for ever.
        await _park(runtime, channel.name, raw, where(error))


def record(number: int) -> str:
    """The name under which the parked update `number` is sealed with the key ring."""
    return f"parked:{number}"


async def _park(runtime: Runtime, channel: str, raw: bytes, reason: str) -> None:
    """Lay `raw` aside, once however often it comes. Its number is a keyed hash: it tells nothing."""
    keyed = runtime.ring.pseudonym(f"parked:{channel}", sha256(raw).hexdigest())
    number = int.from_bytes(keyed[:8], "big") >> 1
    now = runtime.clock()
    values = {
        "id": number,
        "channel": channel,
        "sealed": runtime.ring.seal(raw, record(number)),
        "reason": reason,
        "now": now,
        "before": now - KEPT,
    }
    async with runtime.sessions.begin() as session:
        await session.execute(_PARK, values)
    log.error("update.parked", channel=channel, reason=reason)
