"""A real browser on the real pages: web process, worker, PostgreSQL and Rasa run for real."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from psycopg import sql
from sqlalchemy import update

from api import auth, database
from api.console.visitor import COOKIE
from bot.privacy import KeyRing
from bot.tables import Counsellor
from referral_directory.load import load_services
from tests.processes import Desk, RasaPair

expect.set_options(timeout=15_000)
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
COUNSELLORS = {"lan": "counsellor", "minh": "counsellor", "hoa": "admin"}


T = TypeVar("T")


def run_apart(work: Coroutine[Any, Any, T]) -> T:
    """Do it in a thread of its own: Playwright's loop may run in this one."""
    with ThreadPoolExecutor(1) as alone:
        return alone.submit(asyncio.run, work).result()


def new_database(server: str, name: str) -> str:
    """The URL of a database of its own. No two desks share one: each has its own key ring, and
    either's worker would take the other's jobs."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    url = server.replace("/diemtua?", f"/{name}?")
    database.migrate(url)
    return url


def fill(url: str) -> dict[str, str]:
    """Load the directory and make the counsellors; their one-time passwords."""

    async def go() -> dict[str, str]:
        engine, sessions = database.connect(url, 1)
        made = {}
        async with sessions.begin() as session:
            await load_services(session, datetime.now(UTC))
            for login, role in COUNSELLORS.items():
                made[login] = await auth.create_counsellor(
                    session, login, login.title(), role, datetime.now(UTC)
                )
        await engine.dispose()
        return made

    return run_apart(go())


@contextlib.contextmanager
def open_desk(folder: Path, url: str, rasa_port: int) -> Iterator[Desk]:
    """Web and worker over the database at `url`, with keys of their own in `folder`."""
    KeyRing.fresh().save(folder / "keyring.json")
    running = Desk(folder, url, rasa_port)
    try:
        running.wait()
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def desk_url(server: str) -> str:
    return new_database(server, "browser")


@pytest.fixture(scope="session")
def passwords(desk_url: str) -> dict[str, str]:
    """One-time passwords of the counsellors."""
    return fill(desk_url)


def token_of(url: str, login: str, name: str, role: str) -> str:
    """The session of somebody new who has a second factor; nobody asks for its codes here."""

    async def go() -> str:
        engine, sessions = database.connect(url, 1)
        now = datetime.now(UTC)
        async with sessions.begin() as session:
            password = await auth.create_counsellor(session, login, name, role, now)
            given = await auth.log_in(session, login, password, now)
            assert isinstance(given, str)
            await auth.change_password(session, given, password, "hoa sen trên ao", now)
            who = update(Counsellor).where(Counsellor.login == login)
            await session.execute(who.values(totp=b"set up"))
        await engine.dispose()
        return given

    return run_apart(go())


@pytest.fixture(scope="session")
def admin_token(desk_url: str) -> str:
    return token_of(desk_url, "tra", "Trà", "admin")


def enter(context: BrowserContext, desk: Desk, token: str) -> Page:
    """The desk of whose session `token` is."""
    host = urlsplit(desk.url).hostname or ""
    cookie = {"name": COOKIE, "value": token, "domain": host, "path": "/console"}
    context.add_cookies([cookie])  # type: ignore[list-item]
    page = context.new_page()
    page.goto(f"{desk.url}/console")
    expect(page.locator("#connection")).to_have_attribute("data-state", "open")
    return page


@pytest.fixture(scope="session")
def desk(
    desk_url: str,
    passwords: dict[str, str],
    rasa: RasaPair,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Desk]:
    with open_desk(tmp_path_factory.mktemp("desk"), desk_url, rasa.port) as running:
        yield running


def chromium_path() -> str:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("chrome")
    assert path, "install the Debian package chromium"
    return path


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Chromium of the machine. A module at a time: its loop must not live among async tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def phone(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 360, "height": 740}, locale="vi-VN")
    yield context
    context.close()


@pytest.fixture
def laptop(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="vi-VN")
    yield context
    context.close()


@pytest.fixture
def chat(phone: BrowserContext, desk: Desk) -> Page:
    """The chat page, ready to be written to."""
    return open_chat(phone, desk)


def open_chat(context: BrowserContext, desk: Desk) -> Page:
    page = context.new_page()
    page.goto(desk.url)
    expect(page.locator("#text")).to_be_visible()
    return page


def say(page: Page, text: str) -> None:
    page.locator("#text").fill(text)
    page.locator("#send").click()


def save_picture(page: Page, folder: Path, name: str) -> None:
    page.screenshot(path=str(folder / f"{name}.png"))
