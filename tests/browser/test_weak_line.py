"""The chat page where the network is slow, goes away and comes back."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import say
from tests.browser.line import Line
from tests.browser.measures import slow_down
from tests.processes import Desk


def bot_says(page: Page, words: str) -> None:
    expect(page.locator(".message.bot", has_text=words).last).to_be_visible()


@pytest.fixture
def line(desk: Desk) -> Iterator[Line]:
    one = Line(desk.port)
    yield one
    one.cut()


def open_chat_over(line: Line, context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto(line.url)
    expect(page.locator("#status")).to_contain_text("Trợ lý")
    return page


def test_a_lost_connection_is_made_up_for(phone: BrowserContext, line: Line) -> None:
    page = open_chat_over(line, phone)
    say(page, "cai nghiện tại nhà mất bao lâu")
    bot_says(page, "24 tháng")
    before = page.locator(".message.bot").count()
    line.cut()
    expect(page.locator("#status")).to_contain_text("đang nối lại")
    say(page, "em muốn hỏi về Methadone")
    expect(page.get_by_role("button", name="thử lại")).to_be_visible()
    line.mend()
    expect(page.locator(".message.bot").nth(before)).to_be_visible()
    expect(page.locator(".message.you.pending")).to_have_count(0)
    expect(page.get_by_role("button", name="thử lại")).to_have_count(0)
    expect(page.locator("#status")).to_contain_text("Trợ lý")
    expect(page.locator(".message.you")).to_have_count(2)
    expect(page.locator(".message.bot", has_text="24 tháng")).to_have_count(1)


def test_what_was_said_while_the_line_was_down_comes_after_it(
    phone: BrowserContext, line: Line, desk: Desk
) -> None:
    page = open_chat_over(line, phone)
    say(page, "chào bạn")
    bot_says(page, "trợ lý tự động")
    told = page.locator(".message.bot").count()
    token = page.evaluate("sessionStorage.getItem('t')")
    line.cut()
    expect(page.locator("#status")).to_contain_text("đang nối lại")
    answer = httpx.post(
        f"{desk.url}/chat/messages",
        headers={"Authorization": f"Bearer {token}"},
        json={"id": str(uuid4()), "kind": "text", "text": "cai nghiện tại nhà mất bao lâu"},
    )
    assert answer.status_code == 202
    line.mend()
    bot_says(page, "24 tháng")
    expect(page.locator(".message.bot").nth(told - 1)).not_to_contain_text("24 tháng")
    expect(page.locator(".message.bot", has_text="24 tháng")).to_have_count(1)


def test_a_phone_without_a_network_says_so_at_once(chat: Page) -> None:
    expect(chat.locator("#status")).to_contain_text("Trợ lý")
    chat.context.set_offline(True)
    expect(chat.locator("#status")).to_contain_text("đang nối lại")
    chat.context.set_offline(False)
    expect(chat.locator("#status")).to_contain_text("Trợ lý")


def test_that_an_answer_is_being_written_is_shown(phone: BrowserContext, desk: Desk) -> None:
    page = phone.new_page()
    page.route("**/chat/stream", lambda route: route.abort())
    page.goto(desk.url)
    say(page, "chào bạn")
    expect(page.locator("#typing")).to_contain_text("Trợ lý đang viết")
    page.unroute("**/chat/stream")
    bot_says(page, "trợ lý tự động")
    expect(page.locator("#typing")).to_be_hidden()


def test_a_slow_phone_on_3g_asks_and_is_answered(phone: BrowserContext, desk: Desk) -> None:
    page = phone.new_page()
    slow_down(page)
    page.goto(desk.url)
    expect(page.locator("#text")).to_be_visible()
    say(page, "cai nghiện tại nhà mất bao lâu")
    bot_says(page, "24 tháng")
