"""A supervisor beside a counsellor, live, and their pages as axe-core reads them."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import say, token_of
from tests.browser.test_accessibility import faults
from tests.browser.test_console import log_in
from tests.processes import Desk

LOOKS = [("light", 360), ("dark", 1280)]


@pytest.fixture(scope="session")
def token(desk_url: str) -> str:
    return token_of(desk_url, "giamsat", "Thu", "supervisor")


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0]}-{look[1]}")
def supervisor(
    request: pytest.FixtureRequest, chromium: Browser, desk: Desk, token: str
) -> Iterator[BrowserContext]:
    scheme, width = request.param
    size = {"width": width, "height": 740}
    context = chromium.new_context(viewport=size, color_scheme=scheme, locale="vi-VN")
    host = urlsplit(desk.url).hostname or ""
    cookie = {"name": "diemtua_console", "value": token, "domain": host, "path": "/console"}
    context.add_cookies([cookie])  # type: ignore[list-item]
    yield context
    context.close()


def take(page: Page) -> None:
    page.locator("[data-part=waiting] a.card").first.click()
    page.click("#claim")
    expect(page.locator("#answer-text")).to_be_visible()


def is_wider_than_its_window(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


def test_a_whisper_comes_up_at_once_and_the_board_of_supervisors_is_live(
    supervisor: BrowserContext,
    laptop: BrowserContext,
    chat: Page,
    desk: Desk,
    passwords: dict[str, str],
) -> None:
    board = supervisor.new_page()
    board.goto(f"{desk.url}/console/supervision")
    expect(board.locator("#connection")).to_have_attribute("data-state", "open")
    active = int(board.locator("#figure-active").inner_text())
    lan = log_in(laptop, desk, passwords, "lan")
    say(chat, "Em muốn gặp người thật")
    expect(lan.locator("[data-part=waiting] [data-card]")).not_to_have_count(0)
    take(lan)
    expect(board.locator("#figure-active")).to_have_text(str(active + 1))
    assert faults(board) == []
    assert not is_wider_than_its_window(board)

    case = lan.locator("#case").get_attribute("data-case")
    board.goto(f"{desk.url}/console/cases/{case}")
    board.locator("#oversight summary").first.click()
    assert faults(board) == []
    assert not is_wider_than_its_window(board)
    lan.goto(f"{desk.url}/console/undelivered")
    board.fill("#whisper-text", "Chị hỏi em ấy ăn gì chưa nhé")
    board.click("#whisper button")
    expect(lan.locator("[data-notice=whisper]")).to_contain_text("ăn gì chưa")
    assert faults(lan) == []
    lan.locator("[data-notice=whisper] button").click()
    expect(lan.locator("[data-notice=whisper]")).to_have_count(0)
    expect(chat.locator("#log")).not_to_contain_text("ăn gì chưa")

    board.locator("#oversight summary").first.click()
    board.click("#take-over button")
    expect(board.locator("#answer-text")).to_be_visible()
    lan.locator("[data-notice=taken_over] button").click()
    expect(lan.locator("[data-notice]")).to_have_count(0)
    expect(chat.locator("#log")).to_contain_text("Thu nói chuyện tiếp với bạn")


def test_the_pages_of_supervisors_have_no_fault(supervisor: BrowserContext, desk: Desk) -> None:
    page = supervisor.new_page()
    for path in ("/console/supervision", "/console/quality"):
        page.goto(desk.url + path)
        expect(page.locator("#content h1")).to_be_visible()
        assert faults(page) == [], path
        assert not is_wider_than_its_window(page)
