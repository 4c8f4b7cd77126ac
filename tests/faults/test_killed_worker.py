"""A worker killed in the middle of a turn: its conversation moves on with another worker."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest

from bot.privacy import KeyRing
from tests.processes import Desk


@pytest.fixture
async def hanging_port() -> AsyncIterator[int]:
    """A Rasa that takes the question and never answers, so that a turn lasts until its deadline."""

    async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1000):
            pass
        writer.close()

    listening = await asyncio.start_server(swallow, "127.0.0.1", 0)
    yield listening.sockets[0].getsockname()[1]
    listening.close()


async def until(url: str, question: str, seconds: float) -> float:
    """Seconds until `question` (SQL for one boolean) is true."""
    began = time.monotonic()
    while True:
        async with await psycopg.AsyncConnection.connect(url) as connection:
            row = await (await connection.execute(question)).fetchone()
        if row and row[0]:
            return time.monotonic() - began
        assert time.monotonic() - began < seconds, question
        await asyncio.sleep(0.05)


async def test_a_killed_workers_conversation_is_answered_by_another_and_once(
    database_url: str, hanging_port: int, tmp_path: Path
) -> None:
    KeyRing.fresh().save(tmp_path / "keyring.json")
    desk = Desk(tmp_path, database_url, hanging_port)
    try:
        desk.wait()
        async with httpx.AsyncClient(base_url=desk.url) as page:
            token = (await page.post("/chat/session")).json()["token"]
            await page.post(
                "/chat/messages",
                headers={"Authorization": f"Bearer {token}"},
                json={"id": str(uuid4()), "kind": "text", "text": "cai nghiện tại nhà mất bao lâu"},
            )
        doing = "SELECT count(*) = 1 FROM procrastinate_jobs WHERE status='doing' AND task_name='up_to_date'"
        await until(database_url, doing, 30)
        desk.worker.kill()
        desk.start_worker()
        answered = "SELECT count(*) > 0 FROM messages WHERE author = 'bot'"
        await until(database_url, answered, 40)
        async with await psycopg.AsyncConnection.connect(database_url) as connection:
            rows = await connection.execute("SELECT author FROM messages ORDER BY id")
            authors = [author for (author,) in await rows.fetchall()]
        assert authors == ["citizen", "bot", "bot"], "the introduction and one answer"
    finally:
        desk.stop()
