"""What a worker does beside its jobs, without holding one of their places or a lock: it shows that an
answer is being written, and asks for a conversation again when its time has come."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.channels import Channel
from bot.errors import where
from bot.runtime import Runtime
from bot.store import Talk
from bot.wake import wake

log = structlog.get_logger()

LATEST_SECONDS = 5.0
"""What is to be asked for later than this is left to `jobs.wake_forgotten`."""
SHOWN_FOR_SECONDS = 4.0
"""Telegram shows a chat action for five seconds or less (Bot API, sendChatAction)."""


class Meanwhile:
    """One for each worker. All of it may be lost with the process: `jobs.wake_forgotten` finds what
    was to be asked for."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._tasks: set[asyncio.Task[None]] = set()
        self._timers: dict[UUID, asyncio.TimerHandle] = {}
        self._shown: set[UUID] = set()

    def ask_again(self, conversation_id: UUID, at: datetime) -> None:
        """Have the conversation brought up to date at `at`, instead of whatever time was asked for
        before."""
        seconds = (at - self._runtime.clock()).total_seconds()
        if (earlier := self._timers.pop(conversation_id, None)) is not None:
            earlier.cancel()
        if seconds <= LATEST_SECONDS:
            loop = asyncio.get_running_loop()
            self._timers[conversation_id] = loop.call_later(
                max(0.0, seconds), self._ask, conversation_id
            )

    def show_typing(self, channel: Channel, talk: Talk) -> None:
        """Show the person that we are writing, unless they still see it. Never raises, never waits."""
        if talk.id in self._shown:
            return
        self._shown.add(talk.id)
        asyncio.get_running_loop().call_later(SHOWN_FOR_SECONDS, self._shown.discard, talk.id)
        self._start(_type(channel, talk.address))

    def _ask(self, conversation_id: UUID) -> None:
        del self._timers[conversation_id]
        self._start(self._wake(conversation_id))

    async def _wake(self, conversation_id: UUID) -> None:
        try:
            async with self._runtime.sessions.begin() as session:
                await wake(session, conversation_id)
        except (OperationalError, InterfaceError, PoolTimeout) as error:
            log.warning("meanwhile.not_woken", error=where(error))

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("meanwhile.failed", error=where(error))


async def _type(channel: Channel, address: dict[str, str]) -> None:
    call = channel.typing(address)
    if call is not None:
        await channel.send(call)
