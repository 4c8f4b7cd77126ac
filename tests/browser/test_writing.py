"""What a counsellor writes with, in a real browser: ready words, and nothing typed is ever lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal
from uuid import uuid4

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.conftest import say
from tests.browser.line import Line
from tests.browser.test_accessibility import faults
from tests.browser.test_console import NEW_PASSWORD, log_in
from tests.processes import Desk

LOOKS: tuple[tuple[Literal["light", "dark"], int], ...] = (("light", 360), ("dark", 1280))
WORDS = "Mình ở đây với bạn. Bạn cứ viết từ từ nhé."


@pytest.fixture(autouse=True)
def clean_desk(desk_url: str) -> None:
    """Nobody waits, and there is one ready reply."""
    with psycopg.connect(desk_url, autocommit=True) as connection:
        connection.execute("UPDATE handoffs SET state = 'closed', closed_at = now()")
        connection.execute("DELETE FROM canned_replies")
        connection.execute(
            "INSERT INTO canned_replies (id, shortcut, title, words, changed_at)"
            " VALUES (%s, 'o-day', 'Mình ở đây', %s, now())",
            (uuid4(), WORDS),
        )


@pytest.fixture
def line(desk: Desk) -> Iterator[Line]:
    """The counsellor's own line to the server."""
    line = Line(desk.port)
    yield line
    line.cut()


@pytest.fixture
def lan(laptop: BrowserContext, desk: Desk, line: Line, passwords: dict[str, str]) -> Page:
    """Logged in over the line that can be cut."""
    if not passwords["lan"].startswith("hoa"):
        log_in(laptop, desk, passwords, "lan").close()
        laptop.clear_cookies()
    page = laptop.new_page()
    page.goto(f"{line.url}/console")
    enter(page)
    expect(page.locator("#connection")).to_have_attribute("data-state", "open")
    return page


def enter(page: Page) -> None:
    page.fill("#login", "lan")
    page.fill("#password", NEW_PASSWORD.format("lan"))
    page.click("#enter")


def take_case(console: Page, chat: Page) -> None:
    say(chat, "em muốn gặp người thật")
    console.locator("[data-part=waiting] a.card").click()
    console.click("#claim")
    expect(console.locator("#answer-text")).to_be_visible()
    expect(console.locator("#connection")).to_have_attribute("data-state", "open")
    expect(chat.locator("#status")).to_have_attribute("data-by", "counsellor")


def test_slash_brings_words_by_keyboard_and_sends_nothing(lan: Page, chat: Page) -> None:
    take_case(lan, chat)
    lan.check("#enter-sends")
    box = lan.locator("#answer-text")
    box.press_sequentially("/o-d")
    expect(lan.locator("#tools [role=option]").first).to_contain_text("/o-day")
    expect(box).to_have_attribute("aria-activedescendant", "tool-reply-1")
    assert faults(lan) == []
    lan.keyboard.press("Enter")
    expect(box).to_have_value(WORDS)
    expect(lan.locator("#tools-list")).to_be_hidden()
    expect(chat.locator(".message.counsellor")).to_have_count(0)
    lan.keyboard.press("Enter")
    expect(chat.locator(".message.counsellor", has_text="cứ viết từ từ")).to_have_count(1)

    box.press_sequentially("/")
    expect(lan.locator("#tools [role=option]").nth(2)).to_be_visible()
    lan.keyboard.press("ArrowDown")
    expect(box).not_to_have_attribute("aria-activedescendant", "tool-reply-1")
    lan.keyboard.press("Escape")
    expect(lan.locator("#tools-list")).to_be_hidden()
    box.press_sequentially("hai")
    expect(lan.locator("#tools-list")).to_be_hidden()
    expect(box).to_have_value("/hai")
    box.fill("24/7 và 1/2")
    expect(lan.locator("#tools-list")).to_be_hidden()


def test_the_list_stays_away_while_an_input_method_composes(lan: Page, chat: Page) -> None:
    take_case(lan, chat)
    lan.focus("#answer-text")
    keys = lan.context.new_cdp_session(lan)
    keys.send("Input.imeSetComposition", {"text": "/", "selectionStart": 1, "selectionEnd": 1})
    expect(lan.locator("#answer-text")).to_have_value("/")
    lan.wait_for_timeout(400)
    expect(lan.locator("#tools-list")).to_be_hidden()
    keys.send("Input.insertText", {"text": "/"})
    expect(lan.locator("#tools [role=option]").first).to_be_visible()


def test_places_are_brought_by_touch_on_a_narrow_phone(
    chromium: Browser, desk: Desk, passwords: dict[str, str], chat: Page
) -> None:
    context = chromium.new_context(
        viewport={"width": 360, "height": 740}, has_touch=True, locale="vi-VN"
    )
    phone = log_in(context, desk, passwords, "lan")
    take_case(phone, chat)
    phone.locator('[data-tool="//"]').tap()
    expect(phone.locator("#tools-told")).to_contain_text("tên xã, phường hay tỉnh")
    phone.locator("#answer-text").press_sequentially("cai nghiện Cần Thơ")
    expect(phone.locator("#tools-told")).to_contain_text("thành phố Cần Thơ")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    assert faults(phone) == []
    phone.locator("#tools [role=option]").first.tap()
    expect(phone.locator("#answer-text")).to_have_value(re.compile("xác minh đến"))
    context.close()


def test_a_screening_is_reached_from_the_list_and_asked_for_by_a_press_of_its_own(
    lan: Page, chat: Page
) -> None:
    take_case(lan, chat)
    lan.locator("#answer-text").press_sequentially("/audit")
    option = lan.locator("#tools [data-invite='audit-c']")
    option.click()
    expect(lan.locator("#invite-to")).to_have_value("audit-c")
    expect(lan.locator("#answer-text")).to_have_value("")
    expect(chat.locator("#log")).not_to_contain_text("mời bạn")
    lan.keyboard.press("Enter")
    expect(chat.locator("#log")).to_contain_text("mời bạn")


def test_suggestions_come_with_a_new_line_and_a_press_only_inserts(lan: Page, chat: Page) -> None:
    take_case(lan, chat)
    expect(lan.locator("#suggestions button")).to_have_count(0)
    say(chat, "cai nghiện tại nhà mất bao lâu")
    lan.locator("#suggestions button").first.click()
    expect(lan.locator("#answer-text")).to_have_value(re.compile("Căn cứ: "))
    assert faults(lan) == []
    expect(chat.locator(".message.counsellor")).to_have_count(0)


def test_the_citizen_sees_that_the_counsellor_writes(lan: Page, chat: Page) -> None:
    take_case(lan, chat)
    lan.locator("#answer-text").press_sequentially("Chào bạn")
    expect(chat.locator("#typing")).to_contain_text("Tư vấn viên đang viết")


def test_the_counsellor_sees_that_the_citizen_writes_until_the_words_come(
    lan: Page, chat: Page
) -> None:
    take_case(lan, chat)
    chat.locator("#text").press_sequentially("chị ơi cho em hỏi", delay=300)
    expect(lan.locator("#typing")).to_be_visible()
    chat.click("#send")
    expect(lan.locator("#lines")).to_contain_text("chị ơi cho em hỏi")
    expect(lan.locator("#typing")).to_be_hidden()


def test_words_whose_answer_was_lost_on_the_way_are_sent_once(
    lan: Page, line: Line, chat: Page
) -> None:
    take_case(lan, chat)

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        line.cut()
        route.abort()

    lan.route("**/answers", lose_the_answer)
    lan.fill("#answer-text", "chữ này chỉ đi một lần")
    lan.click("#send-answer")
    expect(lan.locator("#answer-status.failed")).to_be_visible()
    lan.unroute("**/answers")
    where = lan.url
    lan.goto("about:blank")
    line.mend()
    lan.goto(where)
    expect(lan.locator('.line[data-author="counsellor"]')).to_have_count(1)
    expect(lan.locator("#answer-text")).to_have_value("")
    expect(chat.locator(".message.counsellor")).to_have_count(1)


def test_words_that_never_left_go_out_once_when_the_line_is_back(
    lan: Page, line: Line, chat: Page
) -> None:
    take_case(lan, chat)
    line.cut()
    lan.fill("#answer-text", "chữ này chờ đường truyền")
    lan.click("#send-answer")
    expect(lan.locator("#answer-status.failed")).to_be_visible()
    line.mend()
    expect(chat.locator(".message.counsellor", has_text="chờ đường truyền")).to_have_count(1)
    expect(lan.locator("#answer-text")).to_have_value("")
    expect(lan.locator('.line[data-author="counsellor"]')).to_have_count(1)


def test_words_outlive_a_log_in_that_ran_out(lan: Page, chat: Page) -> None:
    take_case(lan, chat)
    lan.fill("#answer-text", "chữ này qua cả đăng nhập lại")
    lan.context.clear_cookies()
    # A key, not a click: the page may already be leaving for the log-in by itself.
    lan.keyboard.press("Control+Enter")
    expect(lan.locator("#login")).to_be_visible()
    enter(lan)
    expect(lan.locator("#answer-text")).to_have_value("chữ này qua cả đăng nhập lại")
    lan.click("#send-answer")
    expect(chat.locator(".message.counsellor", has_text="qua cả đăng nhập")).to_have_count(1)


def test_two_tabs_keep_a_draft_each_and_show_each_line_once(lan: Page, chat: Page) -> None:
    take_case(lan, chat)
    other = lan.context.new_page()
    other.goto(lan.url)
    lan.fill("#answer-text", "nháp ở thẻ một")
    other.fill("#answer-text", "nháp ở thẻ hai")
    lan.reload()
    expect(lan.locator("#answer-text")).to_have_value("nháp ở thẻ một")
    lan.click("#send-answer")
    other.reload()
    expect(other.locator("#answer-text")).to_have_value("nháp ở thẻ hai")
    other.click("#send-answer")
    for tab in (lan, other):
        expect(tab.locator('.line[data-author="counsellor"]')).to_have_count(2)
        expect(tab.locator("#answer-text")).to_have_value("")
    expect(chat.locator(".message.counsellor")).to_have_count(2)


def test_the_draft_of_a_closed_tab_goes_to_the_next_that_opens_the_case(
    lan: Page, chat: Page
) -> None:
    take_case(lan, chat)
    lan.fill("#answer-text", "nháp của thẻ đã đóng")
    where, context = lan.url, lan.context
    lan.close()
    later = context.new_page()
    later.goto(where)
    expect(later.locator("#answer-text")).to_have_value("nháp của thẻ đã đóng")
    third = context.new_page()
    third.goto(where)
    third.wait_for_timeout(1000)
    expect(third.locator("#answer-text")).to_have_value("")


@pytest.fixture
def chief(lan: Page, desk_url: str) -> Iterator[Page]:
    """Lan, for once a supervisor with a second factor; nobody asks for its codes here."""
    with psycopg.connect(desk_url, autocommit=True) as connection:
        connection.execute(
            "UPDATE counsellors SET role = 'supervisor', totp = 'set up' WHERE login = 'lan'"
        )
        yield lan
        connection.execute(
            "UPDATE counsellors SET role = 'counsellor', totp = NULL WHERE login = 'lan'"
        )


def test_the_page_of_ready_replies_has_no_fault(chief: Page, line: Line) -> None:
    chief.goto(f"{line.url}/console/canned")
    chief.locator("[data-reply='o-day'] summary").click()
    for scheme, width in LOOKS:
        chief.set_viewport_size({"width": width, "height": 740})
        chief.emulate_media(color_scheme=scheme)
        assert faults(chief) == []
        assert chief.evaluate("document.documentElement.scrollWidth") <= width
