"""Asking a messenger for its updates, where it cannot knock at our door.

Every update takes the same way in as one that a webhook brings (see `bot.parked.take_in`), and what
comes next is only asked for when all before it is committed. One worker asks at a time: the one that
holds the channel's advisory lock. Should two ever ask at once, the inbox takes every event once.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Never

import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.channels import Call, SendResult
from bot.channels.updates import Offset, Polled
from bot.parked import Hears, lay_aside, take_in_or_tell
from bot.runtime import Runtime

log = structlog.get_logger()

STAND_BY_SECONDS = 3.0
LONGEST_PAUSE_SECONDS = 60.0
AUTH_PAUSE_SECONDS = 300.0
MOST_TRIES = 3
"""An update that breaks us so often in a row is laid aside, and the next one is heard."""
_LOCK = text("SELECT pg_try_advisory_lock(hashtextextended(:name, 0))")
_UNLOCK = text("SELECT pg_advisory_unlock(hashtextextended(:name, 0))")
_STILL_THERE = text("SELECT 1")


class Polling:
    """The loop that asks one channel, for as long as its worker lives.

    Args:
        runtime: where updates are stored.
        channel: whom to ask.
        also: who hears its raw updates besides.
        sleep: waits for so many seconds.
        rng: spreads the pauses, so that workers that failed together do not come back together.
    """

    def __init__(
        self,
        runtime: Runtime,
        channel: Polled,
        also: Hears | None = None,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        rng: random.Random | None = None,
    ) -> None:
        self._runtime = runtime
        self._channel = channel
        self._also = also
        self._sleep = sleep
        self._rng = rng or random.Random()
        self._offset: Offset = None
        self._failures = 0

    async def run(self) -> Never:
        """Ask, or stand by while another worker asks. A platform or database that is away is tried
        again, ever more slowly; anything else that breaks ends the loop with its error."""
        while True:
            try:
                pause = await self._ask_alone()
            except (DBAPIError, PoolTimeout, OSError) as error:
                pause = self._pause_after(SendResult("retry", type(error).__name__))
            await self._sleep(pause)

    async def _ask_alone(self) -> float:
        """Ask until something fails; the seconds to wait then. The lock is kept on a connection of
        its own, which is closed at the end: that gives the lock back whatever happened."""
        async with self._runtime.statements() as connection:
            try:
                name = {"name": f"diemtua.polling.{self._channel.name}"}
                if not await connection.scalar(_LOCK, name):
                    return STAND_BY_SECONDS
                pause = self._pause_after(await self._ask_until_refused(connection))
                # At once: the server notices a closed connection a moment later than we come back.
                await connection.execute(_UNLOCK, name)
                return pause
            finally:
                await connection.invalidate()

    async def _ask_until_refused(self, connection: AsyncConnection) -> SendResult:
        unhooked = await self._channel.unhook()
        if unhooked.state != "sent":
            return unhooked
        while (failure := await self._round(connection)) is None:
            self._failures = 0
        return failure

    async def _round(self, connection: AsyncConnection) -> SendResult | None:
        """Ask once and take in what comes; why nothing could be had, or None."""
        await connection.execute(_STILL_THERE)
        fetched = await self._channel.fetch(self._offset)
        if fetched.failure is not None:
            return fetched.failure
        for raw in fetched.updates:
            await self._take(raw)
        self._offset = fetched.offset
        await self._acknowledge(fetched.updates)
        if fetched.pause_s:
            await self._sleep(fetched.pause_s)
        return None

    async def _take(self, raw: bytes) -> None:
        """Take one update in; where it breaks us again and again, lay it aside."""
        for tried in range(1, MOST_TRIES + 1):
            fault = await take_in_or_tell(self._runtime, self._channel, raw, self._also)
            if not fault:
                return
            log.error("polling.not_taken", channel=self._channel.name, error=fault, tried=tried)
            if tried < MOST_TRIES:
                await self._sleep(float(tried))
        await lay_aside(self._runtime, self._channel, raw, fault)

    async def _acknowledge(self, updates: tuple[bytes, ...]) -> None:
        """Say what a webhook would be answered with: a pressed button stops spinning. It is only
        for the eye, so a failure is let go."""
        said = [self._channel.acknowledge(raw) for raw in updates]
        calls = [
            Call(one["method"], {name: value for name, value in one.items() if name != "method"})
            for one in said
            if one
        ]
        await asyncio.gather(*map(self._channel.send, calls))

    def _pause_after(self, failure: SendResult) -> float:
        """How long to leave the platform alone, from one second to about a minute; as long as it
        says where it says so; five minutes where our token is refused, which only a person can mend."""
        log.warning("polling.failed", channel=self._channel.name, reason=failure.reason)
        self._failures += 1
        pause = failure.retry_after or min(2.0 ** min(self._failures, 9) / 2, LONGEST_PAUSE_SECONDS)
        if failure.state == "auth":
            pause = AUTH_PAUSE_SECONDS
        return pause * self._rng.uniform(1.0, 1.3)
