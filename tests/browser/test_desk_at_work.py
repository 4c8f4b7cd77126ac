"""Two counsellors, a supervisor and three citizens at once, on real pages, while things break."""

from __future__ import annotations

import time
from collections.abc import Iterator

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import (
    enter,
    fill,
    new_database,
    open_chat,
    open_desk,
    say,
    token_of,
)
from tests.browser.test_console import log_in
from tests.browser.test_live_console import WORKER_STARTS_WITHIN_MS, lines_with
from tests.processes import Desk, free_port

ROUNDS = 200
AT_ONCE = """([path, at]) => {
  window.claimed = (async () => {
    while (Date.now() < at) await new Promise((done) => setTimeout(done, 0));
    const answer = await fetch(path, { method: "POST", headers: { "HX-Request": "true" } });
    return [answer.status, await answer.text()];
  })();
}"""
WAIT_AGAIN = (
    "WITH h AS (UPDATE handoffs SET state = 'waiting', counsellor_id = NULL, claimed_at = NULL"
    " WHERE id = %s RETURNING conversation_id)"
    " UPDATE conversations SET holder = 'queue' FROM h WHERE id = h.conversation_id"
)


@pytest.fixture(scope="session")
def busy_url(server: str) -> str:
    return new_database(server, "browser_busy")


@pytest.fixture(scope="session")
def busy_passwords(busy_url: str) -> dict[str, str]:
    return fill(busy_url)


@pytest.fixture(scope="module")
def busy_desk(
    busy_url: str, busy_passwords: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """A desk of this module's own, to be killed; without Rasa."""
    with open_desk(tmp_path_factory.mktemp("busy"), busy_url, free_port()) as running:
        yield running


@pytest.fixture
def people(
    chromium: Browser, busy_desk: Desk, busy_url: str, busy_passwords: dict[str, str]
) -> Iterator[tuple[Page, Page, Page]]:
    """Lan and Minh at laptops, Thu who oversees on a phone."""
    contexts = [chromium.new_context(viewport={"width": 1280, "height": 800}) for _ in range(2)]
    contexts.append(chromium.new_context(viewport={"width": 360, "height": 740}))
    token = token_of(busy_url, "thu", "Thu", "supervisor")
    yield (
        log_in(contexts[0], busy_desk, busy_passwords, "lan"),
        log_in(contexts[1], busy_desk, busy_passwords, "minh"),
        enter(contexts[2], busy_desk, token),
    )
    for context in contexts:
        context.close()


@pytest.fixture
def citizens(chromium: Browser, busy_desk: Desk) -> Iterator[list[Page]]:
    contexts: list[BrowserContext] = [
        chromium.new_context(viewport={"width": 360, "height": 740}) for _ in range(3)
    ]
    yield [open_chat(context, busy_desk) for context in contexts]
    for context in contexts:
        context.close()


def race(pages: list[Page], handoff_id: str, url: str) -> None:
    """Both press at the same moment, again and again: one wins, the other is told who."""
    path = f"/console/cases/{handoff_id}/claim"
    names = ["Lan", "Minh"]
    with psycopg.connect(url, autocommit=True) as connection:
        for _ in range(ROUNDS):
            connection.execute(WAIT_AGAIN, (handoff_id,))
            at = time.time() * 1000 + 25
            for page in pages:
                page.evaluate(AT_ONCE, [path, at])
            answers = [page.evaluate("window.claimed") for page in pages]
            won = [name for name, (status, _) in zip(names, answers, strict=True) if status == 200]
            assert len(won) == 1
            refused = next(text for status, text in answers if status != 200)
            assert f"{won[0]} đã nhận" in refused


def answer(page: Page, words: str) -> None:
    page.fill("#answer-text", words)
    page.click("#send-answer")


def test_claims_race_lines_break_a_case_is_handed_on_and_the_server_restarts(
    people: tuple[Page, Page, Page], citizens: list[Page], busy_desk: Desk, busy_url: str
) -> None:
    lan, minh, thu = people
    for number, citizen in enumerate(citizens):
        say(citizen, f"em muốn gặp người thật, em là người thứ {number}")
    expect(thu.locator("[data-part=waiting] [data-card]")).to_have_count(3)
    card = thu.locator("[data-part=waiting] [data-card]").first
    race([lan, minh], str(card.get_attribute("data-card")), busy_url)
    with psycopg.connect(busy_url, autocommit=True) as connection:
        connection.execute(WAIT_AGAIN, (card.get_attribute("data-card"),))

    for page in (lan, minh):
        page.goto(f"{busy_desk.url}/console")
        page.click("#next")
        expect(page.locator("#answer-text")).to_be_visible()
    _lines_break_during_sending(lan, citizens)
    _a_case_is_handed_on_during_typing(lan, minh, thu)
    _the_server_restarts_under_load(minh, citizens, busy_desk)


def _lines_break_during_sending(lan: Page, citizens: list[Page]) -> None:
    for round_ in range(3):
        lan.context.set_offline(True)
        answer(lan, f"chữ giữa lúc đứt mạng {round_}")
        expect(lan.locator("#answer-status.failed")).to_be_visible()
        lan.context.set_offline(False)
        lines_with(lan, f"chữ giữa lúc đứt mạng {round_}")
    heard = [_numbers_after(citizen, ".message.counsellor", "đứt mạng ") for citizen in citizens]
    assert sorted(heard) == [[], [], ["0", "1", "2"]]


def _a_case_is_handed_on_during_typing(lan: Page, minh: Page, thu: Page) -> None:
    """Lan's words stay hers, and are there when the case comes back to her."""
    handoff_id = lan.locator("#case").get_attribute("data-case")
    lan.locator("#answer-text").press_sequentially("chị đang viết dở")
    path = f"/console/cases/{handoff_id}/transfer"
    hand_on = "async ([to, whom]) => (await fetch(to, {method: 'POST', body: whom})).status"
    thu.evaluate(
        hand_on.replace("body: whom", "body: new URLSearchParams(whom)"), [path, "to=queue"]
    )
    expect(lan.locator("#case")).to_have_attribute("data-state", "waiting")
    lan.click("#claim")
    expect(lan.locator("#answer-text")).to_have_value("chị đang viết dở")
    lan.click("#send-answer")
    lines_with(lan, "chị đang viết dở")
    expect(minh.locator("#answer-text")).to_be_visible()


def _the_server_restarts_under_load(minh: Page, citizens: list[Page], desk: Desk) -> None:
    desk.web.kill()
    desk.worker.kill()
    for number, citizen in enumerate(citizens):
        for line in range(3):
            say(citizen, f"người {number} nói câu {line}")
    answer(minh, "chị vẫn ở đây")
    expect(minh.locator("#answer-status.failed")).to_be_visible()
    desk.start_web()
    desk.start_worker()
    lines_with(minh, "chị vẫn ở đây", WORKER_STARTS_WITHIN_MS)
    for citizen in citizens:
        expect(citizen.locator(".message.you.pending")).to_have_count(0, timeout=60_000)
    theirs = minh.locator('.line[data-author="citizen"]', has_text="nói câu")
    expect(theirs).to_have_count(3, timeout=WORKER_STARTS_WITHIN_MS)
    assert _numbers_after(minh, '.line[data-author="citizen"]', "nói câu ") == ["0", "1", "2"]


def _numbers_after(page: Page, lines: str, words: str) -> list[str]:
    """The digit behind `words` in each of the lines that has them, from the top."""
    texts = page.locator(lines).all_inner_texts()
    return [text.split(words)[1][:1] for text in texts if words in text]
