"""Directory cards where they are read: on the page's stream, and at the desk as text."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot import inbox, jobs
from bot.channels import web
from bot.messages import Card, Inbound, Outbound
from bot.store import Line, append, open_talk, read_lines
from bot.tables import Handoff
from referral_directory.changes import save_all
from referral_directory.hours import VIET_NAM
from referral_directory.units import load_units
from tests.api.conftest import Enter
from tests.referral_directory.services import LAN, row

UNITS = load_units()
TODAY = datetime.now(UTC).astimezone(VIET_NAM).date()
TOLD = {
    "verified_on": (TODAY - timedelta(days=100)).isoformat(),
    "verified_until": (TODAY + timedelta(days=100)).isoformat(),
}
KNOWN = row(
    "known",
    name="Trung tâm Bình An",
    kind="counselling_point",
    latitude="13.76",
    longitude="109.17",
    phone="02563822117",
    **TOLD,
)
NEAR = row("near", name="Điểm tư vấn Hy Vọng", kind="counselling_point", **TOLD)


@pytest.fixture
async def desk(enter: Enter) -> httpx.AsyncClient:
    return await enter("counsellor")


@pytest.fixture
async def known(directory: None, sessions: async_sessionmaker[AsyncSession]) -> None:
    async with sessions.begin() as session:
        await save_all(session, [KNOWN, NEAR], UNITS, LAN)


async def say(app: FastAPI, *texts: str) -> UUID:
    runtime = app.state.runtime
    for text in texts:
        event = Inbound("web", str(uuid4()), "a", "text", text)
        async with runtime.sessions.begin() as session:
            received = await inbox.receive(session, runtime.ring, event, runtime.clock())
        assert received is not None
        await jobs.bring_up_to_date(runtime, {}, received.conversation_id)
    return received.conversation_id


async def press_location(app: FastAPI) -> UUID:
    runtime = app.state.runtime
    event = Inbound("web", str(uuid4()), "a", "location", location=(13.8012, 109.2034))
    async with runtime.sessions.begin() as session:
        received = await inbox.receive(session, runtime.ring, event, runtime.clock())
    assert received is not None
    await jobs.bring_up_to_date(runtime, {}, received.conversation_id)
    return received.conversation_id


async def lines_of(app: FastAPI, conversation: UUID) -> list[Line]:
    runtime = app.state.runtime
    async with runtime.sessions() as session:
        talk = await open_talk(session, runtime.ring, conversation)
        assert talk is not None
        return await read_lines(session, talk)


async def case_of(sessions: async_sessionmaker[AsyncSession]) -> str:
    async with sessions() as session:
        return f"/console/cases/{(await session.scalars(select(Handoff.id))).one()}"


async def test_the_desk_reads_which_buttons_stood_there_and_no_coordinates(
    app: FastAPI, desk: httpx.AsyncClient, known: None, sessions: async_sessionmaker[AsyncSession]
) -> None:
    await press_location(app)
    await say(app, "cho em gặp tư vấn viên")
    page = html.unescape((await desk.post(f"{await case_of(sessions)}/claim")).text)
    assert "Trung tâm Bình An: gọi 02563822117, bản đồ, chia sẻ" in page
    assert "Điểm tư vấn Hy Vọng: bản đồ gần đúng, chia sẻ" in page
    assert "13.76" not in page
    assert "109.17" not in page


async def test_a_place_brought_with_double_slash_comes_to_the_citizen_with_its_card(
    app: FastAPI, desk: httpx.AsyncClient, known: None, sessions: async_sessionmaker[AsyncSession]
) -> None:
    conversation = await say(app, "cho em gặp tư vấn viên")
    base = await case_of(sessions)
    await desk.post(f"{base}/claim")
    query = {"q": "tư vấn phường Quy Nhơn Tây"}
    page = (await desk.get("/console/tools/places", params=query)).text
    words = [html.unescape(one) for one in re.findall(r'data-insert="([^"]*)"', page)]
    [brought] = [one for one in words if KNOWN["name"] in one]
    # Browsers send a form's lines with \r\n.
    text = brought.replace("\n", "\r\n")
    answer = await desk.post(f"{base}/answers", data={"text": text, "uid": uuid4().hex})
    assert answer.status_code == 204
    now = app.state.runtime.clock()
    [card] = web.show((await lines_of(app, conversation))[-1], now)["cards"]
    assert (card["title"], card["phone"]) == (KNOWN["name"], "02563822117")
    assert card["map"].startswith("https://www.openstreetmap.org/?mlat=13.76")


async def test_past_its_day_a_place_has_no_buttons_at_the_desk_and_keeps_its_words(
    app: FastAPI, desk: httpx.AsyncClient, known: None, sessions: async_sessionmaker[AsyncSession]
) -> None:
    conversation = await say(app, "cho em gặp tư vấn viên")
    runtime, yesterday = app.state.runtime, TODAY - timedelta(days=1)
    ended = Card("ended", "Trung tâm Đã Hết", "02563822118", until=yesterday)
    told = Card("told", "Trung tâm Còn Hạn", "02563822119", until=TODAY + timedelta(days=1))
    messages = [
        Outbound("Gọi 02563822118", cards=(ended, told)),
        Outbound("Chỉ nơi này", cards=(ended,)),
    ]
    async with runtime.sessions.begin() as session:
        talk = await open_talk(session, runtime.ring, conversation)
        await append(session, talk, "bot", messages, runtime.clock())
    page = html.unescape((await desk.post(f"{await case_of(sessions)}/claim")).text)
    assert "Gọi 02563822118" in page
    assert "Trung tâm Còn Hạn: gọi 02563822119" in page
    assert "Trung tâm Đã Hết" not in page
    assert page.count("Kèm nút cho từng nơi") == 1
