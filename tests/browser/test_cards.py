"""Directory cards on a phone: call, map and send on, by finger, by keyboard, and in another site's page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Locator, Page, expect

from api import database
from bot.privacy import KeyRing
from referral_directory.changes import Author, save_all
from referral_directory.rows import Row
from referral_directory.units import load_units
from tests.browser.conftest import fill, new_database, run_apart
from tests.browser.school import School
from tests.browser.test_accessibility import LOOKS, faults
from tests.browser.test_embed import has_worker, open_widget, ready
from tests.processes import Desk, free_port
from tests.referral_directory.services import row

NAME = "Trung tâm Tư vấn và Điều trị nghiện Bình An phường Quy Nhơn Tây"
PHONE = "02563822117"
NEAR = "Điểm tư vấn Hy Vọng phường Quy Nhơn Tây"
WISH = "chỗ nào tư vấn gần phường Quy Nhơn Tây"
TOP = "https://www.openstreetmap.org/"


def places() -> list[Row]:
    """One whose point is known, and one of which only the commune is."""
    now = datetime.now(UTC)
    told = {
        "kind": "counselling_point",
        "verified_on": f"{now - timedelta(days=1):%Y-%m-%d}",
        "verified_until": f"{now + timedelta(days=100):%Y-%m-%d}",
    }
    known = row("binh-an", name=NAME, latitude="13.76", longitude="109.17", phone=PHONE, **told)
    return [known, row("hy-vong", name=NEAR, **told)]


async def add_places(url: str) -> None:
    engine, sessions = database.connect(url, 1)
    async with sessions.begin() as session:
        await save_all(session, places(), load_units(), Author("lan", datetime.now(UTC)))
    await engine.dispose()


@pytest.fixture(scope="module")
def school() -> Iterator[School]:
    one = School()
    yield one
    one.close()


@pytest.fixture(scope="module")
def chat_server(
    server: str, school: School, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a desk without Rasa that knows the places, and that the school may embed."""
    url = new_database(server, "browser_cards")
    fill(url)
    run_apart(add_places(url))
    folder = tmp_path_factory.mktemp("cards")
    KeyRing.fresh().save(folder / "keyring.json")
    running = Desk(folder, url, free_port(), {"DIEMTUA_EMBED_ORIGINS": school.allowed})
    try:
        running.wait()
        running.worker.wait_until(lambda: has_worker(url))
        school.show(running.url)
        yield running.url
    finally:
        running.stop()


def ask(page: Page | FrameLocator) -> Locator:
    """The card of the place, asked for by name."""
    page.locator("#text").fill(WISH)
    page.locator("#send").click()
    card = page.locator(".card", has=page.locator(".place", has_text=NAME)).last
    expect(card).to_be_visible()
    return card


def open_page(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.goto(url)
    expect(page.locator("#text")).to_be_visible()
    return page


@pytest.fixture
def chat(phone: BrowserContext, chat_server: str) -> Page:
    return open_page(phone, chat_server)


def test_a_place_can_be_called_found_and_sent_on(chat: Page) -> None:
    card = ask(chat)
    said = chat.locator(".message.bot .said", has_text=NAME).last
    expect(said).to_contain_text(PHONE)
    call = card.get_by_role("link", name=f"Gọi {PHONE} {NAME}")
    expect(call).to_have_attribute("href", f"tel:{PHONE}")
    to_map = card.get_by_role("link", name=f"Bản đồ {NAME} (mở trang khác)")
    href = to_map.get_attribute("href") or ""
    assert href.startswith(f"{TOP}?mlat=13.76000&mlon=109.17000")
    expect(to_map).to_have_attribute("target", "_blank")
    expect(to_map).to_have_attribute("rel", "noopener noreferrer")
    expect(card.get_by_role("button", name=f"Chia sẻ {NAME}")).to_be_visible()


def test_a_place_whose_point_nobody_knows_has_an_approximate_map(chat: Page) -> None:
    ask(chat)
    card = chat.locator(".card", has=chat.locator(".place", has_text=NEAR)).last
    link = card.get_by_role("link", name="Bản đồ gần đúng")
    assert (link.get_attribute("href") or "").startswith(f"{TOP}search?query=")


def test_nothing_sticks_out_sideways_and_fingers_find_every_button(chat: Page) -> None:
    card = ask(chat)
    beyond = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert chat.evaluate(beyond) <= 0
    for act in card.locator(".act").all():
        box = act.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_a_card_has_no_fault(chromium: Browser, chat_server: str, scheme: str, width: int) -> None:
    size = {"width": width, "height": 740}
    context = chromium.new_context(viewport=size, color_scheme=scheme)  # type: ignore[arg-type]
    page = open_page(context, chat_server)
    ask(page)
    assert faults(page) == []
    context.close()


def test_a_phone_that_can_share_is_given_the_words_and_the_map(chat: Page) -> None:
    chat.evaluate("() => { navigator.share = async (what) => { window.shared = what; }; }")
    ask(chat).get_by_role("button").click()
    shared = chat.wait_for_function("window.shared").json_value()["text"]
    for words in (NAME, PHONE, "xác minh đến", f"{TOP}?mlat=13.76000"):
        assert words in shared
    assert "km" not in shared


def test_who_changes_their_mind_about_sharing_is_told_nothing(chat: Page) -> None:
    chat.evaluate(
        """() => { navigator.share = async () => {
          window.asked = true;
          throw new DOMException("", "AbortError");
        }; }"""
    )
    card = ask(chat)
    card.get_by_role("button").click()
    chat.wait_for_function("window.asked")
    expect(card.locator(".fine, .to-copy")).to_have_count(0)


def test_by_keyboard_alone_it_is_copied_where_sharing_is_unknown(chat: Page) -> None:
    chat.context.grant_permissions(["clipboard-read", "clipboard-write"])
    card = ask(chat)
    card.get_by_role("link").first.focus()
    for _ in range(2):
        chat.keyboard.press("Tab")
    expect(card.get_by_role("button")).to_be_focused()
    chat.keyboard.press("Enter")
    expect(card.locator(".fine")).to_contain_text("Đã chép")
    copied = chat.evaluate("navigator.clipboard.readText()")
    assert NAME in copied
    assert PHONE in copied


def test_in_the_widget_a_place_can_be_called_and_sent_on(
    phone: BrowserContext, chat_server: str, school: School
) -> None:
    page = phone.new_page()
    page.goto(school.allowed)
    card = ask(open_widget(page))
    expect(card.get_by_role("link").first).to_have_attribute("href", f"tel:{PHONE}")
    card.get_by_role("button").click()
    expect(card.locator(".fine")).to_contain_text("Đã chép")


def test_in_a_frame_that_may_not_copy_the_words_stand_there_to_be_copied(
    phone: BrowserContext, chat_server: str, school: School
) -> None:
    page = phone.new_page()
    page.goto(f"{school.allowed}/frame")
    frame = ready(page.frame_locator("iframe"))
    card = ask(frame)
    card.get_by_role("button").click()
    box = card.get_by_role("textbox", name="Bạn chép các dòng này để gửi nhé:")
    expect(box).to_be_focused()
    assert PHONE in box.input_value()
    assert box.evaluate("node => node.selectionEnd - node.selectionStart") > len(NAME)


@pytest.mark.parametrize(
    "cards", ["[{}]", "[null]", "7", "[{title: 1, phone: null, map: 2}]", "undefined"]
)
def test_a_card_that_cannot_be_shown_takes_nothing_from_the_message(chat: Page, cards: str) -> None:
    shown = chat.evaluate(
        f"""async () => {{
          const {{ Conversation }} = await import("/static/conversation.js");
          const log = document.createElement("div");
          const node = new Conversation(log, {{}}).show(
            {{ id: 1, from: "bot", text: "Nơi gần bạn", at: "2026-11-23T03:00:00Z", cards: {cards} }});
          return node.querySelector(".said").textContent;
        }}"""
    )
    assert shown == "Nơi gần bạn"
