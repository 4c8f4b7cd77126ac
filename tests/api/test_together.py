"""One reading for all who ask at the same time."""

from __future__ import annotations

import asyncio

import pytest

from api.console.together import Together


class Book:
    """Counts its readings; each takes until the test lets it end."""

    def __init__(self) -> None:
        self.begun = 0
        self.go = asyncio.Event()

    async def read(self) -> int:
        self.begun += 1
        number = self.begun
        await self.go.wait()
        return number


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_fifty_who_ask_at_once_are_answered_by_one_reading() -> None:
    book = Book()
    together = Together(book.read)
    asked = [asyncio.create_task(together.ask()) for _ in range(50)]
    await settle()
    book.go.set()
    assert await asyncio.gather(*asked) == [1] * 50


async def test_who_asks_during_a_reading_gets_a_later_one() -> None:
    book = Book()
    together = Together(book.read)
    first = asyncio.create_task(together.ask())
    await settle()
    later = [asyncio.create_task(together.ask()) for _ in range(10)]
    await settle()
    assert book.begun == 1
    book.go.set()
    assert await first == 1
    assert await asyncio.gather(*later) == [2] * 10


async def test_one_who_leaves_takes_the_reading_from_nobody() -> None:
    book = Book()
    together = Together(book.read)
    gone, stays = asyncio.create_task(together.ask()), asyncio.create_task(together.ask())
    await settle()
    gone.cancel()
    await settle()
    book.go.set()
    assert await stays == 1


async def test_a_reading_that_fails_spoils_no_later_one() -> None:
    fails = True

    async def read() -> str:
        if fails:
            raise OSError("away")
        return "read"

    together = Together(read)
    with pytest.raises(OSError, match="away"):
        await together.ask()
    fails = False
    assert await together.ask() == "read"
