"""News from PostgreSQL to open pages: one LISTEN connection a process, fanned out to whoever waits.

News are hints ("conversation X has something new"), never content: a page that wakes reads the
tables after the last id it has shown, so a lost hint costs a delay and never a message.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
import structlog

from bot.store import LIVE

log = structlog.get_logger()
PROBE_SECONDS = 15.0
MOST_KEPT = 1000
"""News that wait for one page; with more, it looks again at everything."""


@dataclass(frozen=True)
class News:
    """`kind` is "message", "holder", "queue", "danger", "presence", "receipt", "typing", "erased", "board" (see
    `console.board_news`) or "resync" (look again at everything: some news may have been lost)."""

    kind: str
    conversation: str = ""
    more: dict[str, Any] = field(default_factory=dict)


class Live:
    """Start with `run` in a task; wait for news with `watch`."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._waiting: dict[str | None, set[asyncio.Queue[News]]] = {}

    @contextlib.contextmanager
    def watch(self, *conversations: str) -> Iterator[asyncio.Queue[News]]:
        """A queue of the news of some conversations, or with none named of all. Should it run over,
        it is left with a "resync"."""
        queue = asyncio.Queue[News](maxsize=MOST_KEPT)
        named: tuple[str | None, ...] = conversations or (None,)
        for one in named:
            self._waiting.setdefault(one, set()).add(queue)
        try:
            yield queue
        finally:
            for one in named:
                self._waiting[one].discard(queue)
                if not self._waiting[one]:
                    del self._waiting[one]

    async def run(self) -> None:
        """Listen until cancelled; a lost connection is made again, and everybody looks again. A
        connection that died without a word is found out by a probe."""
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._dsn, autocommit=True
                ) as connection:
                    await connection.execute(f"LISTEN {LIVE}")
                    self.tell(News("resync"))
                    while True:
                        async for notice in connection.notifies(timeout=PROBE_SECONDS):
                            self.tell(_read(notice.payload))
                        await connection.execute("SELECT 1")
            except psycopg.OperationalError as error:
                log.warning("live.lost", error=type(error).__name__)
            await asyncio.sleep(1)

    def tell(self, news: News) -> None:
        """Give the news to everybody in this process whom they concern."""
        told = self._waiting if news.kind == "resync" else {news.conversation, None}
        for conversation in told:
            for queue in self._waiting.get(conversation, ()):
                _put(queue, news)


def _put(queue: asyncio.Queue[News], news: News) -> None:
    if queue.full():
        while not queue.empty():
            queue.get_nowait()
        news = News("resync")
    queue.put_nowait(news)


async def next_news(queue: asyncio.Queue[News], seconds: float) -> News | None:
    """The next news, or None when nothing came for `seconds` (time for a heartbeat)."""
    try:
        # Not `wait_for`: before Python 3.12 it may swallow a cancellation that meets a piece of news.
        async with asyncio.timeout(seconds):
            return await queue.get()
    except TimeoutError:
        return None


async def gather_news(queue: asyncio.Queue[News], seconds: float) -> list[News]:
    """All news there are, waiting up to `seconds` for the first."""
    first = await next_news(queue, seconds)
    gathered = [] if first is None else [first]
    while not queue.empty():
        gathered.append(queue.get_nowait())
    return gathered


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
