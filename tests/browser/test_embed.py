"""The chat on another site's page: a school's, on an origin of its own that may embed it or not."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, Request, expect

from bot.privacy import KeyRing
from tests.browser.conftest import fill, new_database
from tests.browser.measures import bytes_fetched
from tests.browser.school import School
from tests.browser.test_accessibility import LOOKS, faults
from tests.processes import Desk, free_port

QUESTION = "cai nghiện tại nhà mất bao lâu"
HEAVIEST_BUTTON = 6_000
SPOKEN = {"id": str(uuid4()), "kind": "text", "text": "ai đó"}


@pytest.fixture(scope="module")
def school() -> Iterator[School]:
    one = School()
    yield one
    one.close()


@pytest.fixture(scope="session")
def embed_url(server: str) -> str:
    url = new_database(server, "browser_embedded")
    fill(url)
    return url


def has_worker(url: str) -> bool:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT 1 FROM procrastinate_workers").fetchone() is not None


@pytest.fixture(scope="module")
def chat_server(
    school: School, embed_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a desk without Rasa that the school may embed."""
    folder = tmp_path_factory.mktemp("embedded")
    KeyRing.fresh().save(folder / "keyring.json")
    origins = {"DIEMTUA_EMBED_ORIGINS": f"{school.allowed} {school.neighbour}"}
    running = Desk(folder, embed_url, free_port(), origins)
    try:
        running.wait()
        running.worker.wait_until(lambda: has_worker(embed_url))
        school.show(running.url)
        yield running.url
    finally:
        running.stop()


def open_widget(page: Page) -> FrameLocator:
    page.locator("diemtua-chat .way-in").click()
    return ready(page.frame_locator("diemtua-chat iframe"))


def ready(frame: FrameLocator) -> FrameLocator:
    expect(frame.locator("#text")).to_be_visible()
    return frame


def ask(frame: FrameLocator) -> None:
    frame.locator("#text").fill(QUESTION)
    frame.locator("#send").click()
    expect(frame.locator(".message.bot", has_text="24 tháng").last).to_be_visible()


@pytest.fixture
def site(phone: BrowserContext, chat_server: str, school: School) -> Page:
    """The school's page with our line in it."""
    page = phone.new_page()
    page.goto(school.allowed)
    return page


def test_one_line_brings_a_button_and_a_chat_that_answers(site: Page) -> None:
    ask(open_widget(site))


def test_a_plain_frame_answers_too(phone: BrowserContext, chat_server: str, school: School) -> None:
    page = phone.new_page()
    page.goto(f"{school.allowed}/frame")
    ask(ready(page.frame_locator("iframe")))


def test_a_site_with_a_strict_policy_need_only_allow_our_server(
    phone: BrowserContext, chat_server: str, school: School
) -> None:
    page = phone.new_page()
    page.goto(f"{school.allowed}/strict")
    expect(page.locator("diemtua-chat .way-in")).to_have_css("background-color", "rgb(13, 95, 83)")
    ask(open_widget(page))


def test_a_site_that_is_not_listed_gets_neither_button_nor_frame(
    phone: BrowserContext, chat_server: str, school: School
) -> None:
    page = phone.new_page()
    with page.expect_console_message(lambda message: "EMBED_ORIGINS" in message.text):
        page.goto(school.refused)
    assert page.locator("diemtua-chat").count() == 0
    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        page.goto(f"{school.refused}/frame")
    assert page.frame_locator("iframe").locator("#text").count() == 0


def test_the_page_itself_is_in_nobodys_frame(
    phone: BrowserContext, chat_server: str, school: School
) -> None:
    school.pages["/stolen"] = f'<iframe src="{chat_server}/"></iframe>'
    page = phone.new_page()
    with page.expect_console_message(lambda message: "frame" in message.text.lower()):
        page.goto(f"{school.allowed}/stolen")
    assert page.frame_locator("iframe").locator("#text").count() == 0


def test_a_page_of_another_site_can_neither_talk_nor_fill_the_tables(
    phone: BrowserContext, chat_server: str, school: School, embed_url: str
) -> None:
    page = phone.new_page()
    page.goto(school.allowed)
    with psycopg.connect(embed_url, autocommit=True) as connection:
        before = connection.execute("SELECT count(*) FROM persons").fetchone()
        for mode in ("cors", "no-cors"):
            read = page.evaluate(
                "([url, mode]) => fetch(url, {method: 'POST', mode})"
                ".then((answer) => answer.text(), () => '')",
                [f"{chat_server}/chat/session", mode],
            )
            assert read == ""
        heard = page.evaluate(
            "(url) => fetch(url, {headers: {Authorization: 'Bearer x'}})"
            ".then(() => 'heard', () => 'refused')",
            f"{chat_server}/chat/stream",
        )
        assert heard == "refused"
        assert connection.execute("SELECT count(*) FROM persons").fetchone() == before


@pytest.mark.parametrize("form", ["script", "frame"])
@pytest.mark.parametrize("way", ["link", "shift three times"])
def test_quick_exit_in_the_frame_takes_the_whole_site_away(
    phone: BrowserContext, chat_server: str, school: School, form: str, way: str
) -> None:
    page = phone.new_page()
    page.route("**/*google*/**", lambda route: route.fulfill(body="thời tiết"))
    page.goto(f"{school.allowed}/{'' if form == 'script' else 'frame'}")
    frame = open_widget(page) if form == "script" else ready(page.frame_locator("iframe"))
    ask(frame)
    with page.expect_navigation(url=lambda url: "google" in url):
        if way == "link":
            frame.locator("#exit").click()
        else:
            for _ in range(3):
                page.keyboard.press("Shift")
    page.go_back()
    assert page.url == "about:blank"


def test_shift_three_times_on_the_site_itself_leaves_once_the_chat_was_opened(site: Page) -> None:
    asked: list[Request] = []

    def answer(route: object, request: Request) -> None:
        asked.append(request)
        route.fulfill(body="thời tiết")  # type: ignore[attr-defined]

    site.route("**/*google*/**", answer)
    expect(site.locator("diemtua-chat .way-in")).to_be_visible()
    for _ in range(3):
        site.keyboard.press("Shift")
    open_widget(site)
    assert not asked, "whoever never opened the chat types on in peace"
    site.locator("diemtua-chat .shut").click()
    with site.expect_navigation(url=lambda url: "google" in url):
        for _ in range(3):
            site.keyboard.press("Shift")
    assert "referer" not in asked[0].headers


def test_the_frame_keeps_nothing(phone: BrowserContext, chat_server: str, school: School) -> None:
    page = phone.new_page()
    page.goto(school.neighbour)
    ask(open_widget(page))
    for part in page.frames:
        assert part.evaluate("[sessionStorage.length, localStorage.length]") == [0, 0]
    assert phone.cookies() == []
    page.reload()
    frame = open_widget(page)
    expect(frame.locator("#status")).to_contain_text("Trợ lý")
    expect(frame.locator(".message.you")).to_have_count(0)


def test_leaving_the_sites_page_ends_the_talk(site: Page, chat_server: str, school: School) -> None:
    frame = open_widget(site)
    with site.expect_request("**/chat/messages") as asked:
        ask(frame)
    who = {"Authorization": asked.value.headers["authorization"]}
    site.goto(f"{school.allowed}/frame")
    for _ in range(100):
        answer = site.request.post(f"{chat_server}/chat/messages", headers=who, data=SPOKEN)
        if answer.status == 401:
            break
        site.wait_for_timeout(100)
    assert answer.status == 401


def test_shutting_keeps_the_talk_and_the_button_tells_of_news(site: Page) -> None:
    frame = open_widget(site)
    frame.locator("#text").fill(QUESTION)
    site.locator("diemtua-chat .shut").click()
    button = site.locator("diemtua-chat .way-in")
    expect(button).to_be_focused()
    site.frames[1].evaluate("document.getElementById('send').click()")
    expect(button).to_contain_text("có tin mới")
    button.click()
    expect(frame.locator(".message.bot", has_text="24 tháng").last).to_be_visible()
    site.locator("diemtua-chat .shut").click()
    expect(button).not_to_contain_text("có tin mới")


def test_the_keyboard_alone_opens_writes_and_shuts(site: Page) -> None:
    expect(site.locator("diemtua-chat .way-in")).to_be_visible()
    site.keyboard.press("Tab")
    expect(site.locator("diemtua-chat .way-in")).to_be_focused()
    site.keyboard.press("Enter")
    frame = ready(site.frame_locator("diemtua-chat iframe"))
    site.frames[1].wait_for_function("document.hasFocus()")
    site.keyboard.press("Tab")
    expect(frame.locator("#exit")).to_be_focused()
    site.keyboard.press("Tab")
    site.keyboard.press("Enter")
    expect(frame.locator("#text")).to_be_focused()
    site.keyboard.type(QUESTION)
    site.keyboard.press("Enter")
    expect(frame.locator(".message.bot", has_text="24 tháng").last).to_be_visible()
    site.locator("diemtua-chat .shut").focus()
    site.keyboard.press("Escape")
    expect(site.locator("diemtua-chat .way-in")).to_be_focused()


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_button_and_frame_have_no_fault(
    chromium: Browser, chat_server: str, school: School, scheme: str, width: int
) -> None:
    context = chromium.new_context(
        viewport={"width": width, "height": 740},
        color_scheme=scheme,  # type: ignore[arg-type]
        locale="vi-VN",
    )
    page = context.new_page()
    page.goto(school.allowed)
    expect(page.locator("diemtua-chat .way-in")).to_be_visible()
    assert faults(page) == []
    frame = open_widget(page)
    ask(frame)
    frame.locator("#text").fill("em uong ca vi thuoc roi, em muon chet")
    frame.locator("#send").click()
    expect(frame.locator(".message.urgent").last).to_contain_text("115")
    assert faults(page) + faults(page.frames[1]) == []
    context.close()


def test_a_frame_that_does_not_open_says_where_to_turn(site: Page, chat_server: str) -> None:
    site.route("**/embed", lambda route: route.abort())
    site.locator("diemtua-chat .way-in").click()
    failed = site.locator("diemtua-chat .failed")
    expect(failed).to_contain_text("115")
    assert failed.get_by_role("link", name="115").get_attribute("href") == "tel:115"
    instead = failed.get_by_role("link", name="trang trò chuyện")
    assert instead.get_attribute("href") == f"{chat_server}/"


def test_a_stranger_cannot_speak_for_the_frame(site: Page) -> None:
    open_widget(site)
    site.evaluate("window.postMessage('diemtua:leave', '*')")
    site.frames[1].evaluate("document.title")
    expect(site.locator("h1")).to_have_text("Trường Hoa Sen")


def test_button_and_frame_are_light(
    phone: BrowserContext, chat_server: str, school: School
) -> None:
    page = phone.new_page()
    fetched = bytes_fetched(page)
    page.goto(school.allowed)
    expect(page.locator("diemtua-chat .way-in")).to_be_visible()
    assert 0 < fetched(chat_server) < HEAVIEST_BUTTON
