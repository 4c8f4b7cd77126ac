"""The console's page when lines break, servers restart and several tabs are open."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import fill, new_database, open_chat, open_desk, say
from tests.browser.line import Line
from tests.browser.test_console import log_in
from tests.processes import Desk, free_port

WORKER_STARTS_WITHIN_MS = 120_000
CRY = "em uong ca vi thuoc roi, em muon chet"
LISTENER = """
window.rings = 0; window.told = 0;
AudioContext.prototype.createOscillator = new Proxy(AudioContext.prototype.createOscillator, {
  apply(make, self, given) {
    const one = Reflect.apply(make, self, given);
    const set = one.start.bind(one);
    one.start = (at) => { if (one.frequency.value === 880) window.rings += 1; set(at); };
    return one;
  },
});
ServiceWorkerRegistration.prototype.showNotification = async () => { window.told += 1; };
"""


@pytest.fixture(scope="session")
def live_url(server: str) -> str:
    return new_database(server, "browser_live")


@pytest.fixture(scope="session")
def live_passwords(live_url: str) -> dict[str, str]:
    return fill(live_url)


@pytest.fixture(scope="module")
def live_desk(
    live_url: str, live_passwords: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """A desk of this module's own, to be killed; without Rasa."""
    with open_desk(tmp_path_factory.mktemp("live"), live_url, free_port()) as running:
        yield running


@pytest.fixture
def citizen(phone: BrowserContext, live_desk: Desk) -> Page:
    return open_chat(phone, live_desk)


@pytest.fixture(autouse=True)
def empty_queue(live_url: str) -> None:
    with psycopg.connect(live_url, autocommit=True) as connection:
        connection.execute("UPDATE handoffs SET state = 'closed', closed_at = now()")


@pytest.fixture
def line(live_desk: Desk) -> Iterator[Line]:
    one = Line(live_desk.port)
    yield one
    one.cut()


@pytest.fixture
def lan(laptop: BrowserContext, live_desk: Desk, live_passwords: dict[str, str]) -> Page:
    return log_in(laptop, live_desk, live_passwords, "lan")


def claim_the_only_case(page: Page) -> None:
    page.locator("[data-part=waiting] a.card").click()
    page.click("#claim")
    expect(page.locator("#answer-text")).to_be_visible()


def lines_with(page: Page, words: str, timeout: float = 30_000) -> None:
    expect(page.locator(".line", has_text=words)).to_have_count(1, timeout=timeout)


def test_complaint_6411_a_silent_disconnect_is_noticed_shown_and_made_up_for(
    lan: Page, citizen: Page, line: Line
) -> None:
    say(citizen, "em muốn gặp người thật")
    lan.clock.install()
    lan.goto(f"{line.url}/console")
    expect(lan.locator("#connection")).to_have_attribute("data-state", "open")
    claim_the_only_case(lan)
    say(citizen, "lúc còn nối")
    lines_with(lan, "lúc còn nối")
    line.go_dead()
    say(citizen, "lúc đường truyền chết")
    expect(citizen.locator(".message.you.pending")).to_have_count(0)
    states = lan.evaluate_handle(
        """() => { const seen = [], status = document.querySelector('#connection');
        new MutationObserver(() => seen.push(status.dataset.state))
          .observe(status, { attributes: true }); return seen; }"""
    )
    lan.clock.fast_forward(46_000)
    lines_with(lan, "lúc đường truyền chết")
    lines_with(lan, "lúc còn nối")
    expect(lan.locator("#connection")).to_have_attribute("data-state", "open")
    assert "lost" in states.json_value()


def test_the_server_restarted_under_work_loses_no_word_and_the_page_comes_back(
    lan: Page, citizen: Page, live_desk: Desk
) -> None:
    say(citizen, "em muốn gặp người thật")
    claim_the_only_case(lan)
    live_desk.web.kill()
    live_desk.worker.kill()
    expect(lan.locator("#connection")).to_have_attribute("data-state", "lost")
    lan.fill("#answer-text", "chữ này gõ lúc máy chủ chết")
    lan.click("#send-answer")
    expect(lan.locator("#answer-status.failed")).to_be_visible()
    live_desk.start_web()
    expect(lan.locator("#connection")).to_have_attribute("data-state", "open")
    lines_with(lan, "chữ này gõ lúc máy chủ chết")
    expect(citizen.locator(".message.counsellor", has_text="máy chủ chết")).to_have_count(1)
    live_desk.start_worker()
    say(citizen, "em thấy rồi ạ")
    lines_with(lan, "em thấy rồi ạ", WORKER_STARTS_WITHIN_MS)


def test_danger_rings_in_one_of_two_tabs_and_again_after_the_line_came_back(
    chromium: Browser, live_desk: Desk, live_passwords: dict[str, str], citizen: Page
) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="vi-VN")
    context.add_init_script(LISTENER)
    context.grant_permissions(["notifications"], origin=live_desk.url)
    first = log_in(context, live_desk, live_passwords, "minh")
    first.click("#arm")
    second = context.new_page()
    second.goto(f"{live_desk.url}/console")
    second.click("h1 ~ nav", position={"x": 5, "y": 5})
    expect(second.locator("#arm")).to_have_attribute("aria-pressed", "true")
    expect(second.locator("#connection")).to_have_attribute("data-state", "open")
    context.set_offline(True)
    say(citizen, CRY)
    expect(citizen.locator("#log")).to_contain_text("115")
    context.set_offline(False)
    for page in (first, second):
        expect(page.locator("[data-alert]")).to_have_count(1)
        expect(page.locator("#connection")).to_have_attribute("data-state", "open")
    first.wait_for_timeout(2_000)
    rings = sorted(page.evaluate("window.rings") for page in (first, second))
    told = sorted(page.evaluate("window.told") for page in (first, second))
    assert (rings, told) == ([0, 3], [0, 1])
    context.close()


def test_older_lines_come_while_reading_up_and_by_the_keyboard(lan: Page, citizen: Page) -> None:
    say(citizen, "em muốn gặp người thật")
    claim_the_only_case(lan)
    lan.evaluate(WRITE_NOTES, 150)
    lan.reload()
    expect(lan.locator("#lines .line")).to_have_count(60)
    first_seen = lan.locator("#lines .line").first.get_attribute("id")
    # Without scrolling there: that alone would fetch them.
    lan.locator("#older").evaluate("(button) => button.focus({ preventScroll: true })")
    place = lan.locator(f"#{first_seen}").bounding_box()
    lan.keyboard.press("Enter")
    expect(lan.locator("#lines .line")).to_have_count(120)
    moved = lan.locator(f"#{first_seen}").bounding_box()
    assert place is not None
    assert moved is not None
    assert abs(moved["y"] - place["y"]) < 60
    expect(lan.locator("#older")).to_be_focused()
    expect(lan.locator("#older-status")).to_have_text("Đã mở thêm 60 tin cũ.")
    lan.locator("#scroll").evaluate("(box) => { box.scrollTop = 0; }")
    expect(lan.locator("#beginning")).to_be_attached()
    ids = lan.eval_on_selector_all("#lines .line", "all => all.map(one => +one.dataset.line)")
    assert ids == sorted(set(ids))
    assert len(ids) > 150


WRITE_NOTES = """async (number) => {
  const path = `/console/cases/${document.querySelector("#case").dataset.case}/notes`;
  for (let one = 0; one < number; one += 1) {
    const body = new URLSearchParams({ text: `ghi chú số ${one}`, uid: crypto.randomUUID() });
    const answer = await fetch(path, { method: "POST", body });
    if (!answer.ok) throw new Error(answer.status);
  }
}"""


def test_the_phone_app_has_what_a_browser_asks_for(phone: BrowserContext, lan: Page) -> None:
    manifest = lan.evaluate(
        "fetch(document.querySelector('link[rel=manifest]').href).then((one) => one.json())"
    )
    assert manifest["scope"] == manifest["start_url"] == "/console"
    for icon in manifest["icons"]:
        assert lan.evaluate("(src) => fetch(src).then((one) => one.status)", icon["src"]) == 200
    scope = lan.evaluate("navigator.serviceWorker.ready.then((one) => one.scope)")
    assert scope.endswith("/console")
    assert lan.evaluate("caches.keys()") == []
    lan.context.set_offline(True)
    lan.goto(lan.url)
    expect(lan.locator("h1")).to_have_text("Bàn tư vấn chưa mở được")
    lan.context.set_offline(False)
    lan.click("a")
    expect(lan.locator("#queue")).to_be_visible()
