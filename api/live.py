"""News from PostgreSQL to open pages: one LISTEN connection a process, fanned out to whoever waits.

News are hints ("conversation X has something new"), never content: a page that wakes reads the
tables after the last id it has shown, so a lost hint costs a delay and never a message.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import dataclass, field
from typing import Any

import psycopg
import structlog

from bot.store import LIVE

log = structlog.get_logger()
PROBE_SECONDS = 15.0


@dataclass(frozen=True)
class News:
    """`kind` is "message", "holder", "queue", "danger", "typing", "erased" or "resync" (look again
    at everything: some news may have been lost)."""

    kind: str
    conversation: str = ""
    more: dict[str, Any] = field(default_factory=dict)


class Live:
    """Start with `run` in a task; wait for news with `watch`."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._waiting: dict[str | None, set[asyncio.Queue[News]]] = {}

    @contextlib.contextmanager
    def watch(self, conversation: str | None = None) -> Any:
        """A queue of the news of one conversation, or of all of them (None)."""
        queue = asyncio.Queue[News](maxsize=1000)
        self._waiting.setdefault(conversation, set()).add(queue)
        try:
            yield queue
        finally:
            self._waiting[conversation].discard(queue)
            if not self._waiting[conversation]:
                del self._waiting[conversation]

    async def run(self) -> None:
        """Listen until cancelled; a lost connection is made again, and everybody looks again. A
        connection that died without a word is found out by a probe."""
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._dsn, autocommit=True
                ) as connection:
                    await connection.execute(f"LISTEN {LIVE}")
                    self._tell(News("resync"))
                    while True:
                        async for notice in connection.notifies(timeout=PROBE_SECONDS):
                            self._tell(_read(notice.payload))
                        await connection.execute("SELECT 1")
            except psycopg.OperationalError as error:
                log.warning("live.lost", error=type(error).__name__)
            await asyncio.sleep(1)

    def _tell(self, news: News) -> None:
        told = self._waiting if news.kind == "resync" else {news.conversation, None}
        for conversation in told:
            for queue in self._waiting.get(conversation, ()):
                with contextlib.suppress(asyncio.QueueFull):
                    queue.put_nowait(news)


async def next_news(queue: asyncio.Queue[News], seconds: float) -> News | None:
    """The next news, or None when nothing came for `seconds` (time for a heartbeat)."""
    try:
        return await asyncio.wait_for(queue.get(), seconds)
    except TimeoutError:
        return None


def event(name: str, data: Any, id_: int | None = None) -> str:
    """One Server-Sent Event with JSON data."""
    head = f"id: {id_}\n" if id_ is not None else ""
    return f"{head}event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


HEARTBEAT = ": \n\n"


def _read(payload: str) -> News:
    """The news in a payload; what cannot be read makes everybody look again."""
    try:
        data = json.loads(payload)
        return News(data.pop("kind"), data.pop("conversation"), data)
    except (ValueError, KeyError, AttributeError, TypeError):
        return News("resync")
