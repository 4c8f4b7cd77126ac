"""The chat page as a person uses it on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import open_chat, say
from tests.browser.measures import bytes_fetched
from tests.processes import Desk

HEAVIEST_PAGE = 60_000
FITS = """() => {
  const page = document.documentElement;
  const reached = (id) => {
    const node = document.getElementById(id);
    if (id !== "exit") node.scrollIntoView({ block: "nearest" });
    const box = node.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const top = document.elementFromPoint(x, y);
    return top !== null && top.closest("#" + id) !== null;
  };
  return {
    sideways: page.scrollWidth - page.clientWidth,
    covered: ["exit", "text", "send", "human"].filter((id) => !reached(id)),
  };
}"""
"""How far the page sticks out sideways, and what of that which everybody needs stays under something
else or outside the screen, even scrolled to. The way out must be there without scrolling."""


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


def test_the_way_out_is_first_and_the_keyboard_reaches_everything(chat: Page) -> None:
    chat.keyboard.press("Tab")
    expect(chat.locator("#exit")).to_be_focused()
    chat.keyboard.press("Tab")
    chat.keyboard.press("Enter")
    expect(chat.locator("#text")).to_be_focused()
    chat.keyboard.press("Shift+Tab")
    expect(chat.locator("#menu")).to_be_focused()
    chat.keyboard.press("Enter")
    choice = chat.locator(".message.bot .choice:enabled").first
    expect(choice).to_be_visible()
    chat.locator("#human").focus()
    offered = chat.locator(".message.bot .choice:enabled").count()
    for _ in range(offered):
        chat.keyboard.press("Shift+Tab")
    expect(choice).to_be_focused()
    title = choice.inner_text()
    chat.keyboard.press("Enter")
    expect(chat.locator(".message.you").last).to_contain_text(title)


def test_what_is_said_is_read_out_in_its_order(chat: Page) -> None:
    log = chat.get_by_role("log")
    expect(log).to_have_attribute("aria-live", "polite")
    say(chat, "cai nghiện tại nhà mất bao lâu")
    expect(log.locator(".message.bot", has_text="24 tháng")).to_be_visible()
    expect(log.locator(".message").first).to_contain_text("Bạn")
    expect(chat.get_by_role("status")).to_contain_text("Trợ lý")


def test_enter_that_ends_a_vietnamese_word_sends_nothing(chat: Page) -> None:
    chat.locator("#text").focus()
    keys = chat.context.new_cdp_session(chat)
    keys.send("Input.imeSetComposition", {"text": "nghiện", "selectionStart": 6, "selectionEnd": 6})
    expect(chat.locator("#text")).to_have_value("nghiện")
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    keys.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
    keys.send("Input.dispatchKeyEvent", {"type": "keyUp", **enter})
    keys.send("Input.insertText", {"text": "nghiện là gì"})
    expect(chat.locator("#text")).to_have_value("nghiện là gì")
    expect(chat.locator(".message.you")).to_have_count(0)
    chat.keyboard.press("Enter")
    expect(chat.locator(".message.you .said")).to_have_text("nghiện là gì")


def test_keys_of_a_telex_typist_throw_nobody_out(chat: Page) -> None:
    chat.locator("#text").focus()
    for _ in range(4):
        chat.keyboard.press("Shift+D")
        chat.keyboard.press("Control+Shift")
        chat.keyboard.press("Escape")
    expect(chat.locator("#text")).to_have_value("DDDD")


def test_no_trace_on_the_device(chat: Page, desk: Desk) -> None:
    chat.route("**/*google*/**", lambda route: route.fulfill(body="thời tiết"))
    say(chat, "cai nghiện tại nhà mất bao lâu")
    bot_says(chat, "24 tháng")
    assert chat.context.cookies() == []
    kept = "(async () => [localStorage.length, (await indexedDB.databases()).length])()"
    assert chat.evaluate(kept) == [0, 0]
    with chat.expect_navigation(url=lambda url: desk.url not in url):
        chat.locator("#exit").click()
    chat.go_back()
    assert chat.url == "about:blank"
    chat.goto(f"{desk.url}/health")
    assert chat.evaluate("sessionStorage.length") == 0
    assert chat.context.cookies() == []


def test_the_whole_page_is_light(phone: BrowserContext, desk: Desk) -> None:
    page = phone.new_page()
    fetched = bytes_fetched(page)
    page.goto(desk.url)
    expect(page.locator("#status")).to_contain_text("Trợ lý")
    assert 0 < fetched("http") < HEAVIEST_PAGE
    assert fetched("http") == fetched(desk.url), "something came from another server"


@pytest.mark.parametrize(
    ("width", "height", "letters"),
    [(360, 740, 32), (320, 640, 32), (1280, 800, 32), (180, 370, 16), (320, 256, 16)],
    ids=["phone", "small phone", "laptop", "phone at 200 %", "laptop at 400 %"],
)
def test_large_letters_fit(
    chromium: Browser, desk: Desk, width: int, height: int, letters: int
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": height}, locale="vi-VN")
    page = context.new_page()
    context.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": {"standard": letters}})
    page.goto(desk.url)
    expect(page.locator("#status")).to_contain_text("Trợ lý")
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == f"{letters}px"
    assert page.evaluate(FITS) == {"sideways": 0, "covered": []}
    page.locator("#text").fill("cai nghiện tại nhà mất bao lâu")
    page.keyboard.press("Enter")
    bot_says(page, "24 tháng")
    assert page.evaluate(FITS) == {"sideways": 0, "covered": []}
    context.close()


def test_nothing_moves_for_whom_that_makes_ill(chromium: Browser, desk: Desk) -> None:
    for motion, moving in (("no-preference", 3), ("reduce", 0)):
        context = chromium.new_context(reduced_motion=motion, locale="vi-VN")  # type: ignore[arg-type]
        page = open_chat(context, desk)
        page.evaluate("document.getElementById('typing').hidden = false")
        assert page.evaluate("document.getAnimations().length") == moving
        context.close()
