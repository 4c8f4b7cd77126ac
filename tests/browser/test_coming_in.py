"""From an invitation to the desk: an account of one's own, a second factor, and logging in with it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pyotp
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from api import database, invitations
from api.app import now
from tests.browser.conftest import new_database, open_desk, run_apart
from tests.browser.test_accessibility import faults
from tests.processes import Desk, free_port

PASSWORD = "sông nước miền tây"


@pytest.fixture(scope="session")
def own_url(server: str) -> str:
    return new_database(server, "browser_coming_in")


@pytest.fixture(scope="module")
def own_desk(own_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk of this module's own, without Rasa."""
    with open_desk(tmp_path_factory.mktemp("coming_in"), own_url, free_port()) as running:
        yield running


@pytest.fixture(scope="session")
def link(own_url: str) -> str:
    """The path of an invitation, made before a browser's loop runs."""

    async def go() -> str:
        engine, sessions = database.connect(own_url, 1)
        async with sessions.begin() as session:
            token = await invitations.invite(session, "Thu", "admin", now())
        await engine.dispose()
        return token

    return f"/console/invitation/{run_apart(go())}"


def is_whole(page: Page) -> bool:
    """Whether nothing stands out over the side of a narrow screen, and axe-core finds nothing."""
    assert faults(page) == []
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def next_code(secret: str) -> str:
    """A code that has not been used: that of the next half minute, which counts already."""
    return pyotp.TOTP(secret).at(int(time.time()) + 30)


def test_an_invited_administrator_sets_up_a_second_factor_on_a_phone(
    link: str, phone: BrowserContext, own_desk: Desk
) -> None:
    refused: list[str] = []
    page = phone.new_page()
    page.on("console", lambda said: refused.append(said.text) if "Security" in said.text else None)
    page.goto(own_desk.url + link)
    assert is_whole(page)
    page.fill("#login", "thu")
    page.fill("#new", PASSWORD)
    page.fill("#again", PASSWORD)
    page.click("#accept")
    expect(page.locator("#secret")).to_be_visible()
    box = page.locator(".code-picture svg").bounding_box()
    assert box is not None
    assert box["width"] > 150
    assert is_whole(page)
    secret = page.locator("#secret").inner_text().replace(" ", "")
    page.fill("#code", pyotp.TOTP(secret).now())
    page.click("#confirm")
    expect(page.locator("#codes li")).to_have_count(10)
    assert is_whole(page)
    recovery = page.locator("#codes li").first.inner_text()
    page.click("#done")
    expect(page.locator("#connection")).to_have_attribute("data-state", "open")
    for path in ("users", "audit", "account", "second"):
        page.goto(f"{own_desk.url}/console/{path}")
        assert is_whole(page), path
    page.goto(f"{own_desk.url}/console/users")
    page.locator("[data-user=thu] a").click()
    expect(page.locator("#save")).to_be_visible()
    assert is_whole(page)
    for code in (next_code(secret), recovery):
        log_out_and_in(page, own_desk, code)
    assert refused == []


def log_out_and_in(page: Page, desk: Desk, code: str) -> None:
    page.goto(f"{desk.url}/console")
    page.click(".me summary")
    page.click("#logout button")
    page.fill("#login", "thu")
    page.fill("#password", PASSWORD)
    page.click("#enter")
    expect(page.locator("#code")).to_be_focused()
    assert is_whole(page)
    page.fill("#code", code)
    page.click("#enter")
    expect(page.locator("#connection")).to_have_attribute("data-state", "open")
