"""The same page with the Rasa process stopped: search, clear wordings, menu and buttons carry on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import fill, new_database, open_chat, open_desk, say
from tests.browser.test_console import log_in
from tests.processes import Desk, free_port


@pytest.fixture(scope="session")
def lonely_url(server: str) -> str:
    return new_database(server, "browser_without_rasa")


@pytest.fixture(scope="session")
def lonely_passwords(lonely_url: str) -> dict[str, str]:
    return fill(lonely_url)


@pytest.fixture(scope="module")
def lonely_desk(
    lonely_url: str, lonely_passwords: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    with open_desk(tmp_path_factory.mktemp("lonely"), lonely_url, free_port()) as running:
        yield running


@pytest.fixture
def lonely_chat(phone: BrowserContext, lonely_desk: Desk) -> Page:
    return open_chat(phone, lonely_desk)


def bot_says(page: Page, words: str) -> None:
    expect(page.locator(".message.bot", has_text=words).last).to_be_visible()


def test_questions_are_answered(lonely_chat: Page) -> None:
    say(lonely_chat, "cai ng tại nhà bn lâu z")
    bot_says(lonely_chat, "120/2025/QH15")


def test_the_menu_leads_to_an_answer(lonely_chat: Page) -> None:
    lonely_chat.locator("#menu").click()
    lonely_chat.get_by_role("button", name="Hỏi về cai nghiện, luật").click()
    bot_says(lonely_chat, "Bạn muốn biết điều gì?")
    lonely_chat.locator(".message.bot .choice:enabled").first.click()
    bot_says(lonely_chat, "Căn cứ:")


def test_places_are_found(lonely_chat: Page) -> None:
    say(lonely_chat, "Chỗ nào tư vấn gần Long Hồ")
    bot_says(lonely_chat, "xác minh")


def test_a_screening_begins_and_counts(lonely_chat: Page) -> None:
    say(lonely_chat, "Em muốn tự kiểm tra")
    lonely_chat.get_by_role("button", name="Đồng ý, bắt đầu").click()
    say(lonely_chat, "25 tuổi")
    say(lonely_chat, "không")
    bot_says(lonely_chat, "Câu 1/6")
    say(lonely_chat, "hông")
    bot_says(lonely_chat, "Câu 2/6")


def test_danger_and_a_human(
    lonely_chat: Page, lonely_desk: Desk, laptop: BrowserContext, lonely_passwords: dict[str, str]
) -> None:
    lan = log_in(laptop, lonely_desk, lonely_passwords, "lan")
    say(lonely_chat, "em uong ca vi thuoc roi, em muon chet")
    expect(lonely_chat.locator(".message.urgent").last).to_contain_text("115")
    expect(lan.locator("[data-alert]")).to_have_count(1)
    lan.click("[data-alert]")
    lan.click("#claim")
    lan.fill("#answer-text", "chị đây, em đang ở đâu?")
    lan.click("#send-answer")
    expect(lonely_chat.locator(".message.counsellor")).to_contain_text("chị đây")
