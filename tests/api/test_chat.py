"""The page's server: what it accepts, what it refuses kindly, and that a refusal stores nothing."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api.app import build_web
from bot.privacy import KeyRing
from bot.settings import Settings
from bot.tables import InboxRow, Person

Sessions = async_sessionmaker[AsyncSession]


@pytest.fixture
async def page(database_url: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    KeyRing.fresh().save(tmp_path / "keyring.json")
    app = build_web(Settings(DATABASE_URL=database_url, data_dir=tmp_path))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        lifespan(app),
        httpx.AsyncClient(transport=transport, base_url="http://chat") as client,
    ):
        yield client


def lifespan(app: FastAPI) -> Any:
    return app.router.lifespan_context(app)


async def begin(page: httpx.AsyncClient) -> dict[str, str]:
    answer = await page.post("/chat/session")
    assert answer.status_code == 201
    return {"Authorization": f"Bearer {answer.json()['token']}"}


async def stored(sessions: Sessions) -> tuple[int, int]:
    """(events, jobs) in the database."""
    async with sessions() as session:
        events = await session.scalar(select(func.count()).select_from(InboxRow))
        jobs = await session.scalar(text("SELECT count(*) FROM procrastinate_jobs"))
    return int(events or 0), int(jobs or 0)


def message(words: str, kind: str = "text") -> dict[str, str]:
    return {"id": str(uuid4()), "kind": kind, "text": words}


async def test_a_message_is_stored_with_its_job_and_a_repeat_does_nothing(
    page: httpx.AsyncClient, sessions: Sessions
) -> None:
    who = await begin(page)
    body = message("chào bạn")
    for _ in range(3):
        answer = await page.post("/chat/messages", headers=who, json=body)
        assert answer.status_code == 202
    assert await stored(sessions) == (1, 1)


@pytest.mark.parametrize(
    "words",
    [
        "em muốn hỏi" + " chuyện này" * 900,
        "😀😀😀",
        "\u202eđảo ngược\u202c",
        "مرحبا",
        "<script>alert(1)</script>",
        "'; DROP TABLE persons; --",
        "a\x00b",
        "nửa ký tự \ud83d",
    ],
    ids=["9900 characters", "emoji", "rtl override", "arabic", "html", "sql", "nul", "surrogate"],
)
async def test_odd_words_are_taken(page: httpx.AsyncClient, sessions: Sessions, words: str) -> None:
    raw = json.dumps(message(words)).encode()
    answer = await page.post("/chat/messages", headers=await begin(page), content=raw)
    assert answer.status_code == 202
    assert await stored(sessions) == (1, 1)


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (json.dumps({**message(""), "text": "  \n "}).encode(), 422),
        (json.dumps(message("\u200b\u200b")).encode(), 422),
        (b'{"id": "\xff\xfe", "kind": "text", "text": "a"}', 422),
        (b"[[[[", 422),
        (b"{}", 422),
        (b"null", 422),
        (json.dumps({**message("a"), "id": "not a uuid"}).encode(), 422),
        (json.dumps(message("a", kind="erase")).encode(), 422),
        (json.dumps({**message("a"), "text": ["a"]}).encode(), 422),
        (json.dumps({**message("", "location"), "location": [500, "x"]}).encode(), 422),
        (json.dumps(message("a" * 20_001)).encode(), 413),
        (b"a" * 200_000, 413),
    ],
    ids=[
        *("only blanks", "nothing to see", "no UTF-8", "no JSON", "empty object", "null"),
        *("no uuid", "an order to erase", "words in a list", "a place off the map"),
        *("too many characters", "too many bytes"),
    ],
)
async def test_what_cannot_be_read_gets_one_kind_line_and_stores_nothing(
    page: httpx.AsyncClient, sessions: Sessions, raw: bytes, status: int
) -> None:
    answer = await page.post("/chat/messages", headers=await begin(page), content=raw)
    assert answer.status_code == status
    assert "nhé" in answer.json()["message"]
    assert await stored(sessions) == (0, 0)


@pytest.mark.parametrize(
    "who", [{}, {"Authorization": "Bearer " + "x" * 43}, {"Authorization": "x"}]
)
async def test_a_stranger_to_the_session_is_turned_away(
    page: httpx.AsyncClient, sessions: Sessions, who: dict[str, str]
) -> None:
    for answer in (
        await page.post("/chat/messages", headers=who, json=message("a")),
        await page.get("/chat/stream", headers=who),
    ):
        assert answer.status_code == 401
    assert await stored(sessions) == (0, 0)


async def test_who_left_cannot_be_found_again_by_the_token(page: httpx.AsyncClient) -> None:
    who = await begin(page)
    assert (await page.post("/chat/leave", headers=who)).status_code == 204
    assert (await page.post("/chat/messages", headers=who, json=message("a"))).status_code == 401


async def test_the_page_has_a_strict_policy_and_leaves_no_trace(
    page: httpx.AsyncClient, sessions: Sessions
) -> None:
    answer = await page.get("/")
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in answer.headers
    assert all(number in answer.text for number in ("115", "113", "111"))
    async with sessions() as session:
        assert await session.scalar(select(func.count()).select_from(Person)) == 0


async def test_with_the_database_down_the_emergency_numbers_still_come(
    page: httpx.AsyncClient, sessions: Sessions
) -> None:
    who = await begin(page)
    async with sessions.begin() as session:
        await session.execute(text("ALTER TABLE inbox RENAME TO inbox_gone"))
    try:
        answer = await page.post("/chat/messages", headers=who, json=message("em muốn chết"))
    finally:
        async with sessions.begin() as session:
            await session.execute(text("ALTER TABLE inbox_gone RENAME TO inbox"))
    assert answer.status_code == 503
    assert "115" in answer.json()["message"]
