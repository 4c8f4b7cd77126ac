"""The chat page as a person uses it on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import open_chat, say
from tests.processes import Desk


def bot_says(page: Page, words: str) -> None:
    expect(page.locator(".message.bot", has_text=words).last).to_be_visible()


@pytest.mark.parametrize(
    "question",
    ["cai nghiện tại nhà mất bao lâu", "cai nghien tai nha mat bao lau", "cai ng tại nhà bn lâu z"],
)
def test_a_question_gets_its_dated_answer(chat: Page, question: str) -> None:
    say(chat, question)
    answer = chat.locator(".message.bot", has_text="24 tháng").last
    expect(answer).to_be_visible()
    for words in ("120/2025/QH15", "Điều 29", "01/7/2026"):
        expect(answer).to_contain_text(words)


def test_places_come_with_their_source_and_date(chat: Page) -> None:
    say(chat, "Chỗ nào tư vấn gần Long Hồ")
    answer = chat.locator(".message.bot", has_text="Long Hồ").last
    expect(answer).to_contain_text("xác minh")


def test_a_screening_by_buttons_with_a_question_in_between(chat: Page) -> None:
    say(chat, "Em muốn tự kiểm tra")
    for choice in ("Đồng ý, bắt đầu", "Từ 18 tuổi trở lên", "Không, mọi người ổn"):
        chat.get_by_role("button", name=choice).click()
    bot_says(chat, "Câu 1/6")
    chat.get_by_role("button", name="Không lần nào", exact=True).last.click()
    bot_says(chat, "Câu 2/6")
    say(chat, "cai nghiện tại nhà mất bao lâu")
    bot_says(chat, "24 tháng")
    bot_says(chat, "Câu 2/6")
    chat.get_by_role("button", name="Bỏ qua").last.click()
    bot_says(chat, "Câu 3/6")
    for choice in ("Không lần nào",) * 4 + ("Không lúc nào",) * 2:
        before = chat.locator(".message.bot").count()
        chat.get_by_role("button", name=choice, exact=True).last.click()
        expect(chat.locator(".message.bot").nth(before)).to_be_visible()
    bot_says(chat, "không đưa ra mức")


def test_danger_gets_the_emergency_reply(chat: Page) -> None:
    say(chat, "em uong ca vi thuoc roi, em muon chet")
    urgent = chat.locator(".message.urgent[role=alert]").last
    expect(urgent).to_contain_text("115")
    expect(urgent).to_contain_text("báo tư vấn viên")


def test_a_reload_resumes(chat: Page) -> None:
    say(chat, "cai nghiện tại nhà mất bao lâu")
    bot_says(chat, "24 tháng")
    chat.reload()
    expect(chat.locator(".message.you")).to_have_count(1)
    bot_says(chat, "24 tháng")


@pytest.mark.parametrize("way", ["link", "shift three times"])
def test_quick_exit_leaves_nothing(chat: Page, desk: Desk, way: str) -> None:
    chat.route("**/*google*/**", lambda route: route.fulfill(body="thời tiết"))
    say(chat, "cai nghiện tại nhà mất bao lâu")
    bot_says(chat, "24 tháng")
    token = chat.evaluate("sessionStorage.getItem('t')")
    assert token
    with chat.expect_navigation(url=lambda url: desk.url not in url):
        if way == "link":
            chat.locator("#exit").click()
        else:
            for _ in range(3):
                chat.keyboard.press("Shift")
    chat.goto(desk.url)
    expect(chat.locator("#text")).to_be_visible()
    expect(chat.locator(".message.you")).to_have_count(0)
    assert chat.evaluate("sessionStorage.getItem('t')") != token
    answer = chat.request.post(
        f"{desk.url}/chat/messages", headers={"Authorization": f"Bearer {token}"}, data="{}"
    )
    assert answer.status in (401, 422)
    gone = chat.request.get(f"{desk.url}/chat/stream", headers={"Authorization": f"Bearer {token}"})
    assert gone.status == 401


def test_two_people_never_see_each_other(
    chromium: Browser, phone: BrowserContext, laptop: BrowserContext, desk: Desk
) -> None:
    one, two = open_chat(phone, desk), open_chat(laptop, desk)
    for turn in range(3):
        say(one, f"tin riêng của người thứ nhất {turn}")
        say(two, f"tin riêng của người thứ hai {turn}")
        expect(one.locator(".message.you")).to_have_count(turn + 1)
        expect(two.locator(".message.you")).to_have_count(turn + 1)
    expect(one.locator("#log")).not_to_contain_text("thứ hai")
    expect(two.locator("#log")).not_to_contain_text("thứ nhất")


def test_markup_is_shown_as_written(chat: Page) -> None:
    say(chat, "<img src=x onerror=\"document.title='hỏng'\"><b>đậm</b>")
    expect(chat.locator(".message.you .said").last).to_contain_text("<b>đậm</b>")
    assert chat.locator("#log img, #log b").count() == 0
    assert chat.title() != "hỏng"


def test_erasing_empties_the_page(chat: Page) -> None:
    say(chat, "chào bạn")
    bot_says(chat, "trợ lý tự động")
    say(chat, "xóa dữ liệu của tôi")
    expect(chat.locator("#log")).to_contain_text("đã xóa hết")
    expect(chat.locator(".message.you")).to_have_count(0)


def test_keyboard_alone_is_enough(chat: Page) -> None:
    chat.locator("#text").focus()
    chat.keyboard.type("chào bạn")
    chat.keyboard.press("Enter")
    bot_says(chat, "trợ lý tự động")
