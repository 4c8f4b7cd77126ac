"""Every page, on a light phone and on a dark laptop, read by axe-core: it may find nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Frame, Page, expect

from tests.browser.conftest import enter, open_chat, say
from tests.processes import Desk

AXE = (Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
LOOKS = [("light", 360), ("dark", 1280)]
DESKS = (
    "account",
    "audit",
    "canned",
    "content",
    "content/foreigner",
    "danger",
    "directory/export",
    "help",
    "hours",
    "password",
    "quality",
    "second",
    "supervision",
    "teams",
    "undelivered",
    "users",
    "zalo",
)
"""The console's pages beside the desk itself."""


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0]}-{look[1]}")
def visitor(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[BrowserContext]:
    scheme, width = request.param
    size = {"width": width, "height": 740}
    context = chromium.new_context(viewport=size, color_scheme=scheme, locale="vi-VN")
    yield context
    context.close()


def faults(page: Page | Frame) -> list[str]:
    """What axe-core finds wrong on the page as it stands: the rule and the element, a line each."""
    page.evaluate(AXE)
    return [
        f"{fault['id']}: {node['target']} {node['failureSummary']}"
        for fault in page.evaluate("axe.run()")["violations"]
        for node in fault["nodes"]
    ]


def test_the_chat_has_no_fault(visitor: BrowserContext, desk: Desk) -> None:
    page = open_chat(visitor, desk)
    assert faults(page) == []
    say(page, "cai nghiện tại nhà mất bao lâu")
    expect(page.locator(".message.bot", has_text="Căn cứ")).to_be_visible()
    say(page, "Em muốn tự kiểm tra")
    expect(page.locator(".message.bot", has_text="nhạy cảm")).to_be_visible()
    say(page, "em uong ca vi thuoc roi, em muon chet")
    expect(page.locator("#log")).to_contain_text("115")
    assert faults(page) == []


def test_the_chat_with_large_letters_has_no_fault(visitor: BrowserContext, desk: Desk) -> None:
    page = open_chat(visitor, desk)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    say(page, "cai nghiện tại nhà mất bao lâu")
    expect(page.locator(".message.bot", has_text="Căn cứ")).to_be_visible()
    assert faults(page) == []


def test_the_console_has_no_fault(
    visitor: BrowserContext, chat: Page, desk: Desk, admin_token: str
) -> None:
    page = visitor.new_page()
    page.goto(f"{desk.url}/console")
    expect(page.locator("#login")).to_be_visible()
    assert faults(page) == []
    say(chat, "em uong ca vi thuoc roi, em muon chet")
    desk_page = enter(visitor, desk, admin_token)
    expect(desk_page.locator("[data-alert]").first).to_be_visible()
    assert faults(desk_page) == []
    desk_page.locator("[data-part=waiting] a.card").first.click()
    desk_page.click("#claim")
    expect(desk_page.locator("#answer-text")).to_be_visible()
    assert faults(desk_page) == []


@pytest.mark.parametrize("path", DESKS)
def test_the_desks_beside_the_chats_have_no_fault(
    visitor: BrowserContext, desk: Desk, admin_token: str, path: str
) -> None:
    page = enter(visitor, desk, admin_token)
    page.goto(f"{desk.url}/console/{path}")
    expect(page.locator("main h1").first).to_be_visible()
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
