"""A counsellor sees how far their words came, and looks at a picture only when they choose to."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import func, select

from api import auth, database
from bot.desk_tables import Picture
from bot.privacy import KeyRing, seal
from bot.redraw import redraw
from bot.store import open_talk
from bot.tables import Message
from tests.bot.test_redraw import picture
from tests.browser.conftest import enter, open_chat, run_apart, say
from tests.processes import Desk


@pytest.fixture(scope="session")
def mai_token(desk_url: str) -> str:
    """The session of a counsellor."""

    async def go() -> str:
        engine, sessions = database.connect(desk_url, 1)
        now = datetime.now(UTC)
        async with sessions.begin() as session:
            password = await auth.create_counsellor(session, "mai", "Mai", "counsellor", now)
            given = await auth.log_in(session, "mai", password, now)
            assert isinstance(given, str)
            await auth.change_password(session, given, password, "hoa sen trên ao", now)
        await engine.dispose()
        return given

    return run_apart(go())


@pytest.fixture(autouse=True)
def empty_queue(desk_url: str) -> None:
    with psycopg.connect(desk_url, autocommit=True) as connection:
        connection.execute("UPDATE handoffs SET state = 'closed', closed_at = now()")


def take(console: Page) -> None:
    console.locator("[data-part=waiting] a.card").first.click()
    console.click("#claim")
    expect(console.locator("#answer-text")).to_be_visible()


def test_words_are_marked_as_read_once_they_stood_in_sight(
    laptop: BrowserContext, phone: BrowserContext, desk: Desk, mai_token: str
) -> None:
    chat, console = open_chat(phone, desk), enter(laptop, desk, mai_token)
    say(chat, "Em muốn gặp người thật")
    take(console)
    phone.set_offline(True)
    console.fill("#answer-text", "Chào em, chị là Mai")
    console.click("#send-answer")
    receipt = console.locator('.line[data-author="counsellor"] .receipt').last
    expect(receipt).to_have_text("Chờ trang của người dân mở lại")
    phone.set_offline(False)
    expect(chat.locator(".message.counsellor", has_text="chị là Mai")).to_be_visible()
    expect(receipt).to_have_text("Người dân đã xem", timeout=10_000)


def keep_picture(url: str, folder_ring: KeyRing) -> None:
    """A picture that came with the newest line of a citizen, as if it had been fetched."""

    async def go() -> None:
        engine, sessions = database.connect(url, 1)
        async with sessions.begin() as session:
            newest = select(func.max(Message.id)).where(Message.author == "citizen")
            line = await session.get(Message, await session.scalar(newest))
            assert line is not None
            talk = await open_talk(session, folder_ring, line.conversation_id)
            assert talk is not None
            now = datetime.now(UTC)
            row = Picture(message_id=line.id, source=b"", state="kept", next_at=now)
            session.add(row)
            await session.flush()
            drawn = redraw(picture(size=(640, 480)))
            row.sealed = seal(talk.key, drawn, f"picture:{row.id}")
        await engine.dispose()

    run_apart(go())


def test_a_picture_is_fetched_only_when_it_is_opened(
    laptop: BrowserContext,
    phone: BrowserContext,
    desk: Desk,
    desk_url: str,
    mai_token: str,
) -> None:
    chat, console = open_chat(phone, desk), enter(laptop, desk, mai_token)
    say(chat, "Em muốn gặp người thật")
    expect(console.locator("[data-part=waiting] a.card")).to_have_count(1)
    keep_picture(desk_url, KeyRing.load(desk.web.log.parent / "keyring.json"))
    asked: list[str] = []
    console.on("request", lambda request: asked.append(request.url))
    take(console)
    shown = console.locator("details.picture")
    expect(shown.locator("summary img")).to_be_visible()
    whole = shown.locator(":scope > img")
    assert [url for url in asked if "/pictures/" in url and not url.endswith("veiled")] == []
    shown.locator("summary").focus()
    console.keyboard.press("Enter")
    expect(whole).to_be_visible()
    loaded = "() => document.querySelector('details.picture > img').naturalWidth === 640"
    console.wait_for_function(loaded)
    console.keyboard.press("Enter")
    expect(whole).to_be_hidden()
