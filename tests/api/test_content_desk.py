"""The editors' pages: who may open them, and that what is done there reaches whoever asks the bot."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, date, datetime
from html import unescape

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot import editing
from bot.answers import Found, decide
from bot.content_tables import AddedParaphrase, Approval, EditedArticle, OpenQuestion
from bot.tables import Counsellor
from tests.api.conftest import Enter

Sessions = async_sessionmaker[AsyncSession]
BLOOD = "sau cai nghiện hiến máu nhân đạo được chưa"
TODAY = date(2026, 11, 23)


@pytest.fixture
async def editor(enter: Enter) -> httpx.AsyncClient:
    return await enter("editor")


@pytest.fixture
async def question(sessions: Sessions) -> int:
    async with sessions.begin() as session:
        await editing.note_question(session, BLOOD, "unanswered", None, TODAY)
    async with sessions() as session:
        return (await editing.questions(session))[0].id


def fields(page: str) -> dict[str, str]:
    """The form of an article's page as a browser would send it back."""
    form = page[page.index('<form id="edit"') :]
    found = dict(re.findall(r'<input[^>]* name="(\w+)" value="([^"]*)"', form))
    found |= dict(re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>(.*?)</textarea>', form, re.DOTALL))
    return {name: unescape(value) for name, value in found.items()}


@pytest.mark.parametrize(
    ("role", "status"), [("counsellor", 403), ("supervisor", 403), ("admin", 200)]
)
async def test_only_editors_and_admins_open_the_content(
    enter: Enter, role: str, status: int
) -> None:
    client = await enter(role)
    assert (await client.get("/console/content")).status_code == status
    assert (await client.get("/console/content/fines")).status_code == status


async def test_a_stranger_is_sent_to_the_log_in_and_back(app: FastAPI) -> None:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://desk", headers={"Accept": "text/html"}
    ) as stranger:
        answer = await stranger.get("/console/content/fines")
        assert answer.headers["location"] == "/console/login?next=/console/content/fines"
        assert (await stranger.post("/console/content/fines")).status_code == 401


async def test_an_editor_begins_at_the_content(editor: httpx.AsyncClient) -> None:
    answer = await editor.get("/console")
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/content")


async def test_a_form_of_another_site_changes_nothing(
    editor: httpx.AsyncClient, sessions: Sessions, question: int
) -> None:
    answer = await editor.post(
        f"/console/content/questions/{question}/dismiss", headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
    async with sessions() as session:
        assert await editing.count_questions(session) == 1


async def test_an_attached_question_is_answered_by_this_process_at_once(
    editor: httpx.AsyncClient, app: FastAPI, sessions: Sessions, question: int
) -> None:
    assert BLOOD in (await editor.get("/console/content")).text
    answer = await editor.post(
        f"/console/content/questions/{question}/attach",
        data={"phrase": f" {BLOOD} ", "key": "fines", "other": "hiv_test"},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 200
    assert "Đã gắn vào bài" in answer.text
    assert "data-question" not in answer.text
    async with sessions() as session:
        row = (await session.scalars(select(AddedParaphrase))).one()
        by = await session.get(Counsellor, row.by)
    assert (row.article, row.phrase) == ("hiv_test", BLOOD)
    assert by is not None
    assert by.login == "editor"
    found = decide(app.state.runtime.library.search(BLOOD, TODAY))
    assert isinstance(found, Found)
    assert found.article.key == "hiv_test"


async def test_a_change_elsewhere_reaches_a_process_that_nobody_asks(
    app: FastAPI, editor: httpx.AsyncClient, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        by = await session.scalar(select(Counsellor.id))
        session.add(AddedParaphrase(article="hiv_test", phrase=BLOOD, by=by, at=datetime.now(UTC)))
    async with asyncio.timeout(30):
        while not any(BLOOD in one.ask for one in app.state.runtime.library.articles()):
            await editor.get("/health")


async def test_a_refused_attachment_keeps_the_question_and_says_why(
    editor: httpx.AsyncClient, sessions: Sessions, question: int
) -> None:
    answer = await editor.post(
        f"/console/content/questions/{question}/attach",
        data={"phrase": "cai nghiện tại nhà mất bao lâu", "key": "fines", "other": ""},
        headers={"HX-Request": "true", "Accept": "*/*"},
    )
    assert answer.status_code == 422
    assert "đã là cách hỏi của bài" in answer.json()["message"]
    async with sessions() as session:
        assert await editing.count_questions(session) == 1


async def test_an_article_is_checked_without_being_kept(
    editor: httpx.AsyncClient, sessions: Sessions
) -> None:
    form = fields((await editor.get("/console/content/foreigner")).text)
    form["short"] = "Bạn gọi 0912 345 678 nhé."
    answer = await editor.post("/console/content/foreigner/check", data=form)
    assert "Có số điện thoại" in answer.text
    assert "data-may-publish" not in answer.text
    async with sessions() as session:
        assert (await session.scalars(select(EditedArticle))).all() == []


async def test_publishing_puts_the_article_into_service_and_a_fault_stops_it(
    editor: httpx.AsyncClient, app: FastAPI
) -> None:
    form = fields((await editor.get("/console/content/foreigner")).text)
    faulty = {**form, "short": "Không. Bạn phải đi."}
    answer = await editor.post("/console/content/foreigner", data={**faulty, "act": "publish"})
    assert answer.status_code == 422
    assert "Không. Bạn phải đi." in answer.text
    assert "Đừng mở đầu" in answer.text
    form["short"] = "Người nước ngoài cũng theo luật này, có sự giúp đỡ của phiên dịch."
    answer = await editor.post("/console/content/foreigner", data={**form, "act": "publish"})
    assert answer.headers["location"] == "/console/content/foreigner?done=published"
    assert "Đã đăng" in (await editor.get(answer.headers["location"])).text
    assert app.state.runtime.library.get("foreigner").short == form["short"]
    late = await editor.post("/console/content/foreigner", data={**form, "act": "publish"})
    assert late.status_code == 409
    assert "người khác sửa" in late.text


async def test_a_new_article_answers_the_question_it_was_written_for(
    editor: httpx.AsyncClient, app: FastAPI, sessions: Sessions, question: int
) -> None:
    page = (await editor.get(f"/console/content/new?question={question}")).text
    form = fields(page)
    assert form["ask"] == BLOOD
    form |= {
        "key": "blood_donation",
        "title": "Hiến máu sau cai",
        "short": "Bạn hỏi nơi nhận máu trước khi đi. Nơi đó khám rồi mới quyết.",
        "body": "Máu của bạn được thử trước khi dùng.",
        "ask": "\n".join([BLOOD, *(f"{n} lần cai rồi hiến máu được không" for n in range(2, 9))]),
    }
    form["rest"] = re.sub(
        r"citations:\n.*?(?=facts)", "citations: []\n", form["rest"], flags=re.DOTALL
    )
    answer = await editor.post("/console/content/new", data={**form, "act": "publish"})
    assert answer.headers["location"] == "/console/content/blood_donation?done=published", (
        answer.text
    )
    await editor.get("/console/content")
    found = decide(app.state.runtime.library.search(BLOOD, TODAY))
    assert isinstance(found, Found)
    assert found.article.key == "blood_donation"
    async with sessions() as session:
        assert (await session.scalars(select(OpenQuestion))).all() == []


async def test_a_draft_comes_back_and_does_not_serve(
    editor: httpx.AsyncClient, app: FastAPI
) -> None:
    form = fields((await editor.get("/console/content/foreigner")).text)
    before = app.state.runtime.library.get("foreigner").short
    form["short"] = "Đang viết dở"
    await editor.post("/console/content/foreigner", data={**form, "act": "draft"})
    page = (await editor.get("/console/content/foreigner")).text
    assert fields(page)["short"] == "Đang viết dở"
    assert "bản nháp" in page
    assert app.state.runtime.library.get("foreigner").short == before
    assert "/foreigner/approve" not in page
    listed = (await editor.get("/console/content")).text
    assert 'href="/console/content/foreigner"' in listed.split('id="drafts-title"')[1]
    answer = await editor.post("/console/content/foreigner/drop")
    page = (await editor.get(answer.headers["location"])).text
    assert fields(page)["short"] == before


async def test_an_approval_shows_the_editors_name(
    editor: httpx.AsyncClient, app: FastAPI, sessions: Sessions
) -> None:
    page = (await editor.get("/console/content/foreigner")).text
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert found is not None
    await editor.post("/console/content/foreigner/approve", data={"seen": found[1]})
    page = (await editor.get("/console/content/foreigner")).text
    assert "<b>Editor</b> thẩm định ngày" in page
    assert app.state.runtime.library.get("foreigner").reviewed_by == "Editor"
    async with sessions() as session:
        assert (await session.scalars(select(Approval.article))).all() == ["foreigner"]


async def test_every_choice_of_an_article_is_in_its_preview(
    editor: httpx.AsyncClient, app: FastAPI
) -> None:
    library = app.state.runtime.library
    article = next(one for one in library.articles() if one.cases and not one.version_of)
    page = unescape((await editor.get(f"/console/content/{article.key}")).text)
    preview = page[page.index('id="preview-title"') :]
    ends = [option.short or option.ask for option in article.cases.options]
    assert [words for words in ends if words not in preview] == []


async def test_markup_in_a_question_is_shown_as_written(
    editor: httpx.AsyncClient, sessions: Sessions
) -> None:
    async with sessions.begin() as session:
        await editing.note_question(
            session, "<b>hiến máu</b> được không", "unanswered", None, TODAY
        )
    page = (await editor.get("/console/content")).text
    assert "<b>hiến máu" not in page
    assert "&lt;b&gt;hiến máu" in page


async def test_search_finds_by_title_and_by_question(editor: httpx.AsyncClient) -> None:
    for typed in ("nguoi nuoc ngoai", "foreigner"):
        page = (await editor.get("/console/content", params={"q": typed})).text
        assert (
            'href="/console/content/foreigner"' in page.split('id="found"')[1].split("<section")[0]
        )


async def test_an_article_that_is_not_there_is_not_found(editor: httpx.AsyncClient) -> None:
    assert (await editor.get("/console/content/no_such_article")).status_code == 404
