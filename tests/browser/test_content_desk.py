"""An editor at a laptop and on a phone: from a question nobody answered to the bot's answer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from api import auth, database
from referral_directory.load import load_services
from tests.browser.conftest import new_database, open_chat, open_desk, say
from tests.processes import Desk, free_port

BLOOD = "sau cai nghiện hiến máu nhân đạo được chưa"
WIDTHS = [360, 1280]


@pytest.fixture(scope="session")
def content_url(server: str) -> str:
    """A database with an editor who has a password of her own."""
    url = new_database(server, "content_desk")
    asyncio.run(_fill(url))
    return url


@pytest.fixture(scope="module")
def content_desk(content_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Web and worker, without Rasa."""
    with open_desk(tmp_path_factory.mktemp("content"), content_url, free_port()) as running:
        yield running


async def _fill(url: str) -> None:
    engine, sessions = database.connect(url, 1)
    now = datetime.now(UTC)
    async with sessions.begin() as session:
        await load_services(session, datetime.now(UTC))
        once = await auth.create_counsellor(session, "mai", "Mai", "editor", now)
        token = await auth.log_in(session, "mai", once, now)
        assert isinstance(token, str)
        await auth.change_password(session, token, once, "hoa sen trên ao", now)
    await engine.dispose()


@pytest.fixture
def question(content_url: str) -> None:
    """One open question, and nothing edited yet."""
    with psycopg.connect(content_url, autocommit=True) as connection:
        connection.execute("TRUNCATE open_questions, added_paraphrases, edited_articles, approvals")
        connection.execute(
            "INSERT INTO open_questions (text, reason, day) VALUES (%s, 'unanswered', '2026-11-23')",
            [BLOOD],
        )


@pytest.fixture
def mai(laptop: BrowserContext, content_desk: Desk, question: None) -> Page:
    return log_in(laptop, content_desk)


def log_in(context: BrowserContext, desk: Desk) -> Page:
    page = context.new_page()
    page.goto(f"{desk.url}/console")
    page.fill("#login", "mai")
    page.fill("#password", "hoa sen trên ao")
    page.click("#enter")
    expect(page.locator("#questions")).to_be_visible()
    page.wait_for_load_state()
    return page


def too_wide(page: Page) -> int:
    """By how many pixels the content is wider than its window."""
    return int(
        page.evaluate(
            "Math.max(document.documentElement.scrollWidth - innerWidth,"
            " document.querySelector('#content').scrollWidth"
            " - document.querySelector('#content').clientWidth)"
        )
    )


def test_an_attached_question_is_answered_in_the_chat_without_a_restart(
    mai: Page, phone: BrowserContext, content_desk: Desk
) -> None:
    card = mai.locator("[data-question]")
    expect(card).to_contain_text(BLOOD)
    card.locator("summary").focus()
    mai.keyboard.press("Enter")
    card.locator("input[name=other]").fill("hiv_test")
    mai.keyboard.press("Enter")
    expect(mai.locator("#questions .told")).to_contain_text("Đã gắn vào bài")
    expect(card).to_have_count(0)
    expect(mai.locator("#questions-title")).to_be_focused()
    chat = open_chat(phone, content_desk)
    expect(chat.locator("#text")).to_be_enabled()
    spoken = chat.locator(".message.bot")
    for _ in range(20):
        before = spoken.count()
        say(chat, BLOOD)
        expect(spoken.nth(before)).to_be_visible()
        if "HIV" in chat.locator("#log").inner_text():
            break
        chat.wait_for_timeout(300)
    expect(chat.locator("#log")).to_contain_text("HIV")


def test_faults_appear_while_typing_and_stop_the_publication(mai: Page, content_desk: Desk) -> None:
    mai.goto(f"{content_desk.url}/console/content/foreigner")
    expect(mai.locator("[data-may-publish]")).to_be_visible()
    mai.fill("#field-short", "Bạn gọi 0912 345 678 nhé.")
    expect(mai.locator("#faults")).to_contain_text("Có số điện thoại")
    mai.click("#publish")
    expect(mai.locator("#refused")).to_be_visible()
    expect(mai.locator("#field-short")).to_have_value("Bạn gọi 0912 345 678 nhé.")
    mai.fill("#field-short", "Người nước ngoài cũng theo luật này. Bạn được có phiên dịch.")
    expect(mai.locator("[data-may-publish]")).to_be_visible()
    expect(mai.locator(".bubble").first).to_contain_text("Bạn được có phiên dịch.")
    mai.click("#publish")
    expect(mai.locator(".done")).to_contain_text("Đã đăng")
    mai.click("#approve")
    expect(mai.locator(".approval")).to_contain_text("Mai thẩm định ngày")


def test_search_narrows_while_typing(mai: Page) -> None:
    mai.fill("#q", "nguoi nuoc ngoai")
    expect(mai.locator("#found a[href$='/foreigner']")).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_cut_off_and_every_field_has_a_name(
    mai: Page, content_desk: Desk, width: int
) -> None:
    mai.set_viewport_size({"width": width, "height": 740})
    for path in ("", "/new", "/fines"):
        mai.goto(f"{content_desk.url}/console/content{path}")
        expect(mai.locator("h1")).to_be_visible()
        assert too_wide(mai) <= 0, path
        nameless = mai.locator("input:not([type=hidden]), textarea, button, summary").evaluate_all(
            "all => all.filter(one => !one.textContent.trim() && !(one.labels && one.labels.length)"
            " && !one.getAttribute('aria-label')).map(one => one.outerHTML)"
        )
        assert nameless == [], path
