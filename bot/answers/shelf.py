"""The library in use, exchanged between two messages when editors change something."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import date

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.answers.library import Library
from bot.answers.overlay import Overlay, lay_over, read_overlay, read_version
from bot.errors import where
from bot.laws import ContentBroken
from bot.tables import Access

log = structlog.get_logger()

LOOK_EVERY_SECONDS = 2.0


class Shelf:
    """Holds the library; `library` is always whole, and another after `refresh` found news."""

    def __init__(self, library: Library) -> None:
        """`library` is that of the files, without any overlay."""
        self._base = library
        self._library = library
        self._overlay = Overlay()
        self._one_at_a_time = asyncio.Lock()

    @property
    def library(self) -> Library:
        return self._library

    @property
    def overlay(self) -> Overlay:
        """What editors laid over the files, as the library has it."""
        return self._overlay

    async def refresh(self, access: Access, today: date) -> bool:
        """Bring the library up to what editors have published; whether it was behind.

        It is built beside the one in use, in a thread and with its search index for the day `today`,
        so that no message waits for it.

        Raises:
            ContentBroken: with the overlay no article is left; the library stays as it was.
        """
        async with self._one_at_a_time:
            if await read_version(access) == self._overlay.version:
                return False
            overlay = await read_overlay(access)
            if overlay.is_empty() and self._overlay.is_empty():
                self._overlay = overlay
                return False
            library = await asyncio.to_thread(self._build, overlay, today)
            self._library, self._overlay = library, overlay
            return True

    def _build(self, overlay: Overlay, today: date) -> Library:
        library = lay_over(self._base, overlay)
        library.search("cai nghiện tự nguyện", today)
        return library


async def keep_up_to_date(
    shelf: Shelf,
    connect: Callable[[], AbstractAsyncContextManager[AsyncConnection]],
    today: Callable[[], date],
) -> None:
    """Refresh the shelf every LOOK_EVERY_SECONDS until cancelled; while the database is away, or the
    content cannot be used, the library stays as it is."""
    while True:
        try:
            async with connect() as connection:
                await shelf.refresh(connection, today())
        except (DBAPIError, PoolTimeout, ContentBroken) as error:
            log.warning("shelf.stale", error=where(error))
        await asyncio.sleep(LOOK_EVERY_SECONDS)
