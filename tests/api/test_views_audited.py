"""Whoever reads somebody's words is written down, by whatever way they came to them."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from api import auth
from api.console import views
from bot.runtime import Runtime
from bot.tables import AuditRow
from tests.api.conftest import Enter
from tests.api.test_users_desk import ask_for_a_person

pytestmark = pytest.mark.usefixtures("cheap_passwords")


@pytest.fixture
def desk(app: FastAPI) -> Runtime:
    runtime: Runtime = app.state.runtime
    return runtime


async def written(desk: Runtime, case: UUID) -> list[str]:
    found = select(AuditRow.action).where(AuditRow.subject == case).order_by(AuditRow.id)
    async with desk.sessions() as session:
        return list(await session.scalars(found))


async def read_stream(app: FastAPI, token: str, case: UUID, enough: bytes) -> None:
    """Follow the news of a case until they hold `enough`."""
    heard, body = asyncio.Event(), bytearray()
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/console/stream",
        "query_string": f"case={case}&after=0".encode(),
        "headers": [(b"cookie", f"diemtua_console={token}".encode()), (b"host", b"desk")],
        "client": ("127.0.0.1", 1),
    }

    async def receive() -> dict[str, object]:
        await asyncio.Event().wait()
        return {}

    async def send(message: dict[str, object]) -> None:
        body.extend(message.get("body", b""))  # type: ignore[arg-type]
        if enough in body:
            heard.set()

    following = asyncio.ensure_future(app(scope, receive, send))  # type: ignore[arg-type]
    await asyncio.wait_for(heard.wait(), 20)
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)


async def test_the_stream_alone_does_not_show_words_unseen(
    app: FastAPI, desk: Runtime, enter: Enter
) -> None:
    lan, case = await enter("counsellor"), await ask_for_a_person(desk)
    token = lan.cookies["diemtua_console"]
    await read_stream(app, token, case, "tư vấn viên".encode())
    assert await written(desk, case) == ["view live"]
    await read_stream(app, token, case, "tư vấn viên".encode())
    assert await written(desk, case) == ["view live"]


async def test_an_open_page_that_follows_the_case_is_one_reading(
    app: FastAPI, desk: Runtime, enter: Enter
) -> None:
    lan, case = await enter("counsellor"), await ask_for_a_person(desk)
    await lan.get(f"/console/cases/{case}")
    await read_stream(app, lan.cookies["diemtua_console"], case, "tư vấn viên".encode())
    assert await written(desk, case) == ["view"]


async def test_after_an_hour_reading_on_is_written_down_again(desk: Runtime, enter: Enter) -> None:
    await enter("counsellor")
    case, now = await ask_for_a_person(desk), desk.clock()
    async with desk.sessions.begin() as session:
        who = await auth.get(session, "counsellor")
        for at in (now, now + views.COVERS / 2, now + views.COVERS):
            await views.write_down(session, who, case, "view live", at)
    assert await written(desk, case) == ["view live", "view live"]
