"""That the boards changed, found out once for all the pages that are open."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api.console.board import any_open
from api.live import Live, News, gather_news
from bot.errors import where

log = structlog.get_logger()
BOARD = "board"
ABOUT_BOARD = frozenset({"queue", "danger", "holder", "presence", "erased", "resync"})
GATHER_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 60.0


class BoardNews:
    """Run `run` in a task; it tells `live` News("board") for whoever watches BOARD."""

    def __init__(self, live: Live, sessions: async_sessionmaker[AsyncSession]) -> None:
        self._live, self._sessions = live, sessions

    async def run(self) -> None:
        """Follow all news until cancelled; a board event at once, the next a moment later."""
        with self._live.watch() as queue:
            while True:
                news = await gather_news(queue, LONGEST_WAIT_SECONDS)
                if await self._has_changed(news):
                    self._live.tell(News("board", BOARD))
                    await asyncio.sleep(GATHER_SECONDS)

    async def _has_changed(self, news: Sequence[News]) -> bool:
        """Where the news or the database cannot tell, the pages had better look."""
        try:
            async with self._sessions() as session:
                return await concern_boards(session, news)
        except (DBAPIError, PoolTimeout, ValueError) as error:
            log.warning("board_news.unsure", error=where(error))
            return True


async def concern_boards(session: AsyncSession, news: Sequence[News]) -> bool:
    """Whether a board may look different after the news. The bot talks with many who are on nobody's
    board: what is said there changes nothing, and neither do the bot's own lines.

    Raises:
        ValueError: there is a conversation with no id.
    """
    if any(one.kind in ABOUT_BOARD for one in news):
        return True
    people = ("citizen", "counsellor")
    told = [one for one in news if one.kind == "message" and one.more.get("author") in people]
    spoken = [UUID(conversation) for conversation in {one.conversation for one in told}]
    return bool(spoken) and await any_open(session, spoken)
