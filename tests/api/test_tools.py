"""What a counsellor writes with: ready words, suggestions, the sign of typing; and who may have them."""

from __future__ import annotations

import asyncio
import html
import re
from datetime import UTC, datetime
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot import canned, inbox, jobs
from bot.answers import render as render_answer
from bot.channels import Call
from bot.messages import Inbound
from bot.tables import Handoff, Message
from tests.api.conftest import Enter
from tests.fakes import LoopbackChannel


@pytest.fixture
async def desk(enter: Enter) -> httpx.AsyncClient:
    return await enter("counsellor")


async def say(app: FastAPI, *texts: str, channel: str = "web") -> UUID:
    runtime = app.state.runtime
    for text in texts:
        event = Inbound(channel, str(uuid4()), "a", "text", text, address={"to": "a"})
        async with runtime.sessions.begin() as session:
            received = await inbox.receive(session, runtime.ring, event, runtime.clock())
        assert received is not None
        conversation = received.conversation_id
        await jobs.bring_up_to_date(runtime, {}, conversation)
    return conversation


async def case_of(sessions: async_sessionmaker[AsyncSession]) -> str:
    async with sessions() as session:
        return f"/console/cases/{(await session.scalars(select(Handoff.id))).one()}"


def inserted(page: str) -> list[str]:
    return [html.unescape(one) for one in re.findall(r'data-insert="([^"]*)"', page)]


async def test_slash_brings_replies_articles_and_question_sets(
    desk: httpx.AsyncClient, sessions: async_sessionmaker[AsyncSession]
) -> None:
    async with sessions.begin() as session:
        await canned.seed(session, datetime.now(UTC))
    page = (await desk.get("/console/tools")).text
    assert page.count('role="option"') > 10
    assert 'data-invite="audit-c"' in page
    hello = (await desk.get("/console/tools", params={"q": "chao"})).text
    assert inserted(hello)[0].startswith("Chào bạn, mình là tư vấn viên")


async def test_an_article_is_brought_as_the_citizen_reads_it_with_law_and_date(
    app: FastAPI, desk: httpx.AsyncClient
) -> None:
    runtime = app.state.runtime
    page = (await desk.get("/console/tools", params={"q": "cai nghiện tại nhà mất bao lâu"})).text
    article = runtime.library.version("rehab_home_duration", runtime.today())
    assert article is not None
    said = render_answer(article, runtime.today(), runtime.register).text
    assert said in inserted(page)
    assert "Căn cứ: " in said


async def test_an_article_whose_law_has_ended_is_never_brought(
    app: FastAPI, desk: httpx.AsyncClient
) -> None:
    runtime = app.state.runtime
    ended = [one for one in runtime.library.articles() if one.ended(runtime.today())]
    assert ended
    for article in ended[:5]:
        page = (await desk.get("/console/tools", params={"q": article.title})).text
        assert all(article.short not in words for words in inserted(page))


async def test_double_slash_brings_verified_places(
    desk: httpx.AsyncClient, directory: None
) -> None:
    page = (await desk.get("/console/tools/places", params={"q": "cai nghiện Cần Thơ"})).text
    assert inserted(page)
    assert all("xác minh đến" in words for words in inserted(page))
    many = (await desk.get("/console/tools/places", params={"q": "xã Tân Hòa"})).text
    assert "data-code=" in many


@pytest.mark.parametrize(
    "q", ["<script>alert(1)</script>", "\x00" * 5, "a" * 5000, "'\"><b>", "😢"]
)
async def test_anything_typed_is_answered_and_escaped(desk: httpx.AsyncClient, q: str) -> None:
    for path in ("/console/tools", "/console/tools/places"):
        answer = await desk.get(path, params={"q": q})
        assert answer.status_code == 200
        assert "<script>" not in answer.text
        assert "<b>'" not in answer.text


async def test_suggestions_are_what_the_bot_would_show_for_the_last_words(
    app: FastAPI, desk: httpx.AsyncClient, sessions: async_sessionmaker[AsyncSession]
) -> None:
    await say(app, "cho em gặp tư vấn viên")
    base = await case_of(sessions)
    assert (await desk.get(f"{base}/suggestions")).status_code == 403
    await desk.post(f"{base}/claim")
    assert inserted((await desk.get(f"{base}/suggestions")).text) == []
    await say(app, "cai nghiện tại nhà mất bao lâu")
    page = (await desk.get(f"{base}/suggestions")).text
    assert 1 <= len(inserted(page)) <= 3
    assert "Căn cứ: " in page
    async with sessions() as session:
        counsellors = select(Message).where(Message.author == "counsellor")
        assert (await session.scalars(counsellors)).all() == []


async def test_small_talk_brings_no_suggestion(
    app: FastAPI, desk: httpx.AsyncClient, sessions: async_sessionmaker[AsyncSession]
) -> None:
    await say(app, "cho em gặp tư vấn viên")
    base = await case_of(sessions)
    await desk.post(f"{base}/claim")
    for text in ("dạ", "hôm nay trời đẹp quá chị", "😢"):
        await say(app, text)
        assert inserted((await desk.get(f"{base}/suggestions")).text) == []


async def test_a_former_place_is_told_beside_the_citizens_line_alone(
    app: FastAPI, desk: httpx.AsyncClient, sessions: async_sessionmaker[AsyncSession]
) -> None:
    await say(app, "cho em gặp tư vấn viên")
    base = await case_of(sessions)
    await desk.post(f"{base}/claim")
    await say(app, "em ở tỉnh Nam Định")
    said = {"text": "Chị cũng ở tỉnh Nam Định", "uid": str(uuid4())}
    await desk.post(f"{base}/answers", data=said)
    page = (await desk.get(base)).text
    assert page.count("tỉnh Nam Định (cũ) → tỉnh Ninh Bình") == 1


async def test_only_who_has_the_case_shows_that_they_are_writing(
    app: FastAPI,
    desk: httpx.AsyncClient,
    enter: Enter,
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    conversation = await say(app, "cho em gặp tư vấn viên")
    base = await case_of(sessions)
    assert (await desk.post(f"{base}/typing")).status_code == 403
    await desk.post(f"{base}/claim")
    overseer = await enter("supervisor")
    assert (await overseer.post(f"{base}/typing")).status_code == 403
    with app.state.live.watch(str(conversation)) as news:
        await asyncio.sleep(0.5)
        while not news.empty():
            news.get_nowait()
        assert (await desk.post(f"{base}/typing")).status_code == 204
        told = await asyncio.wait_for(news.get(), 5)
    assert told.kind == "typing"
    async with sessions() as session:
        assert (await session.scalar(select(Message.author).order_by(Message.id.desc()))) == "bot"


async def test_a_messenger_is_told_of_typing_once_in_four_seconds(
    app: FastAPI, desk: httpx.AsyncClient, sessions: async_sessionmaker[AsyncSession]
) -> None:
    app.state.channels = {"loopback": (channel := LoopbackChannel(types=True))}
    await say(app, "cho em gặp tư vấn viên", channel="loopback")
    base = await case_of(sessions)
    await desk.post(f"{base}/claim")
    for _ in range(3):
        await desk.post(f"{base}/typing")
    await asyncio.sleep(0.2)
    assert channel.typed == [Call("typing", {"to": "a"})]


@pytest.mark.parametrize(
    ("role", "status"), [("counsellor", 403), ("editor", 403), ("supervisor", 200), ("admin", 200)]
)
async def test_only_overseers_keep_the_replies(enter: Enter, role: str, status: int) -> None:
    client = await enter(role)
    assert (await client.get("/console/canned")).status_code == status
    form = {"shortcut": "moi", "title": "Mới", "words": "Chào bạn"}
    added = await client.post("/console/canned", data=form)
    assert added.status_code == (303 if status == 200 else 403)


async def test_a_reply_is_added_changed_refused_and_deleted(
    enter: Enter, sessions: async_sessionmaker[AsyncSession]
) -> None:
    chief = await enter("supervisor")
    form = {"shortcut": "/Mới", "title": "Câu mới", "words": "Chào bạn nhé"}
    assert (await chief.post("/console/canned", data=form)).status_code == 303
    twice = await chief.post("/console/canned", data=form)
    assert twice.status_code == 409
    assert "Chào bạn nhé" in twice.text
    lawful = await chief.post("/console/canned", data={**form, "words": "Theo Luật mới thì"})
    assert lawful.status_code == 422
    assert "Theo Luật mới thì" in lawful.text
    async with sessions() as session:
        (row,) = await canned.every(session)
    assert row.shortcut == "moi"
    changed = {**form, "words": "Chào bạn, mình đây"}
    assert (await chief.post(f"/console/canned/{row.id}", data=changed)).status_code == 303
    assert "Chào bạn, mình đây" in (await chief.get("/console/canned?done=changed")).text
    assert (await chief.post(f"/console/canned/{uuid4()}", data=changed)).status_code == 409
    other = {**changed, "shortcut": "khac"}
    assert (await chief.post(f"/console/canned/{uuid4()}", data=other)).status_code == 404
    assert (await chief.post(f"/console/canned/{row.id}/delete")).status_code == 303
    assert (await chief.post(f"/console/canned/{row.id}/delete")).status_code == 303
    assert "Chưa có câu mẫu nào" in (await chief.get("/console/canned")).text
