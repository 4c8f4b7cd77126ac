"""A citizen on a phone and counsellors at laptops, at the same time."""

from __future__ import annotations

import time
from collections.abc import Iterator

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.conftest import open_chat, say
from tests.processes import Desk

NEW_PASSWORD = "hoa sen trên ao {}"


@pytest.fixture
def lan(laptop: BrowserContext, desk: Desk, passwords: dict[str, str]) -> Page:
    return log_in(laptop, desk, passwords, "lan")


@pytest.fixture
def minh(chromium: Browser, desk: Desk, passwords: dict[str, str]) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="vi-VN")
    yield log_in(context, desk, passwords, "minh")
    context.close()


@pytest.fixture(autouse=True)
def empty_queue(desk_url: str) -> None:
    with psycopg.connect(desk_url, autocommit=True) as connection:
        connection.execute("UPDATE handoffs SET state = 'closed', closed_at = now()")


def log_in(context: BrowserContext, desk: Desk, passwords: dict[str, str], login: str) -> Page:
    """Log in; the first time with the one-time password, which must be changed at once."""
    page = context.new_page()
    page.goto(f"{desk.url}/console")
    page.fill("#login", login)
    page.fill("#password", passwords[login])
    page.click("#enter")
    expect(page.locator("#queue, #current")).to_be_visible()
    if page.locator("#current").is_visible():
        new = NEW_PASSWORD.format(login)
        page.fill("#current", passwords[login])
        page.fill("#new", new)
        page.fill("#again", new)
        page.click("#change")
        passwords[login] = new
    expect(page.locator("#connection")).to_have_attribute("data-state", "open")
    return page


def test_a_wrong_password_is_refused_in_one_line(laptop: BrowserContext, desk: Desk) -> None:
    page = laptop.new_page()
    page.goto(f"{desk.url}/console")
    page.fill("#login", "lan")
    page.fill("#password", "sai mật khẩu")
    page.click("#enter")
    expect(page.locator("#line")).to_be_visible()
    page.goto(f"{desk.url}/console/queue")
    expect(page.locator("#queue")).to_have_count(0)


@pytest.mark.parametrize("script", ["console.js", "vendor/hx-sse.min.js"])
def test_on_a_slow_line_whichever_script_comes_last_the_news_arrive(
    lan: Page, desk: Desk, script: str
) -> None:
    def dawdle(route: Route) -> None:
        time.sleep(1)
        route.continue_()

    lan.route(f"**/static/{script}", dawdle)
    lan.goto(f"{desk.url}/console")
    expect(lan.locator("#connection")).to_have_attribute("data-state", "open", timeout=8_000)


def test_from_asking_for_a_human_to_the_bot_again(lan: Page, chat: Page) -> None:
    say(chat, "Em muốn gặp người thật")
    expect(chat.locator("#status")).to_have_attribute("data-by", "queue")
    card = lan.locator("[data-part=waiting] [data-card]")
    expect(card).to_have_count(1)
    card.locator("a.card").or_(card).first.click()
    lan.click("#claim")
    expect(lan.locator("#answer-text")).to_be_visible()
    expect(chat.locator("#status")).to_have_attribute("data-by", "counsellor")
    expect(chat.locator("#status")).to_contain_text("Lan")

    lan.fill("#answer-text", "Chào em, chị là Lan đây")
    lan.click("#send-answer")
    expect(chat.locator(".message.counsellor", has_text="chị là Lan đây")).to_be_visible()
    say(chat, "dạ em chào chị")
    expect(lan.locator('.line[data-author="citizen"]', has_text="em chào chị")).to_be_visible()

    lan.click("#tab-note")
    lan.fill("#note-text", "ghi chú chỉ đồng nghiệp đọc")
    lan.click("#send-note")
    expect(lan.locator('.line[data-author="note"]')).to_have_count(1)

    lan.click("#close")
    lan.select_option("#outcome", "advised")
    lan.click("#close-confirm")
    expect(chat.locator("#status")).to_have_attribute("data-by", "bot")
    say(chat, "cai nghiện tại nhà mất bao lâu")
    expect(chat.locator(".message.bot", has_text="24 tháng").last).to_be_visible()
    expect(chat.locator("#log")).not_to_contain_text("chỉ đồng nghiệp đọc")


def test_danger_stands_at_the_top_of_every_console(
    lan: Page, minh: Page, chat: Page, phone: BrowserContext, desk: Desk
) -> None:
    other = open_chat(phone, desk)
    say(other, "cho em gặp tư vấn viên")
    expect(lan.locator("[data-part=waiting] [data-card]")).to_have_count(1)
    say(chat, "em uong ca vi thuoc roi, em muon chet")
    for console in (lan, minh):
        expect(console.locator("[data-alert]")).to_have_count(1)
        cards = console.locator("[data-part=waiting] [data-card]")
        expect(cards).to_have_count(2)
        expect(cards.first).to_have_attribute("data-priority", "2")


def test_of_two_who_claim_one_wins_and_the_other_sees_who(
    lan: Page, minh: Page, chat: Page
) -> None:
    say(chat, "em muốn gặp người thật")
    for console in (lan, minh):
        console.locator("[data-part=waiting] a.card").click()
        expect(console.locator("#claim")).to_be_visible()
    lan.click("#claim")
    expect(lan.locator("#answer-text")).to_be_visible()
    expect(minh.locator("#not-yours")).to_contain_text("Lan")
    expect(minh.locator("#answer-text")).to_have_count(0)


def test_what_a_counsellor_typed_survives_a_lost_network(lan: Page, chat: Page) -> None:
    say(chat, "em muốn gặp người thật")
    lan.locator("[data-part=waiting] a.card").click()
    lan.click("#claim")
    lan.context.route("**/answers", lambda route: route.abort())
    lan.fill("#answer-text", "chữ này không được mất")
    lan.click("#send-answer")
    expect(lan.locator("#answer-status.failed")).to_be_visible()
    lan.reload()
    expect(lan.locator("#answer-text")).to_have_value("chữ này không được mất")
    lan.context.unroute("**/answers")
    lan.click("#send-answer")
    expect(chat.locator(".message.counsellor")).to_have_count(1)


def test_markup_from_a_citizen_is_shown_as_written(lan: Page, chat: Page) -> None:
    say(chat, "em muốn gặp người thật")
    expect(chat.locator("#status")).to_have_attribute("data-by", "queue")
    say(chat, "<img src=x onerror=alert(1)><b>đậm</b>")
    lan.locator("[data-part=waiting] a.card").click()
    lan.click("#claim")
    expect(lan.locator('.line[data-author="citizen"]', has_text="<b>đậm</b>")).to_be_visible()
    assert lan.locator("#lines img, #lines b").count() == 0


def test_an_erased_citizen_vanishes_from_the_open_case(lan: Page, chat: Page) -> None:
    say(chat, "em muốn gặp người thật")
    lan.locator("[data-part=waiting] a.card").click()
    lan.click("#claim")
    expect(lan.locator("#lines")).to_contain_text("gặp người thật")
    say(chat, "xóa dữ liệu của tôi")
    expect(lan.locator("[data-gone]")).to_be_visible()
    expect(lan.locator("body")).not_to_contain_text("em muốn gặp người thật")
