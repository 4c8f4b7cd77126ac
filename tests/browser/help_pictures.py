"""The pictures of the console's help page, taken of the real pages: `make help-pictures`."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from api import database
from tests.browser.conftest import ARGUMENTS, chromium_path, fill, open_chat, open_desk, say
from tests.browser.test_console import log_in
from tests.processes import Desk, free_port

FOLDER = Path(__file__).resolve().parents[2] / "api" / "static" / "help"
LAPTOP, PHONE = (1040, 650), (360, 640)
QUALITY = 60


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="diemtua-pictures-"))
    folder.chmod(0o755)
    server = database.EmbeddedServer(folder / "pg")
    url = server.start()
    try:
        database.migrate(url)
        passwords = fill(url)
        with open_desk(folder, url, free_port()) as desk, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
            take(browser, desk, passwords)
            browser.close()
    finally:
        server.stop()


def take(browser: Browser, desk: Desk, passwords: dict[str, str]) -> None:
    """Two people write, one counsellor answers, another looks on from a phone."""
    lan = log_in(_context(browser, LAPTOP), desk, passwords, "lan")
    say(open_chat(_context(browser, PHONE), desk), "em muốn gặp người thật")
    expect(lan.locator("[data-part=waiting] [data-card]")).to_have_count(1)
    say(open_chat(_context(browser, PHONE), desk), "em uống cả vỉ thuốc rồi, em muốn chết")
    expect(lan.locator("[data-alert]")).to_have_count(1)
    _keep(lan, "danger")
    minh = log_in(_context(browser, PHONE), desk, passwords, "minh")
    expect(minh.locator("[data-alert]")).to_have_count(1)
    _keep(minh, "phone")
    lan.locator("[data-part=waiting] a.card").first.click()
    expect(lan.locator("#claim")).to_be_visible()
    _keep(lan, "queue")
    lan.click("#claim")
    expect(lan.locator("[data-alert]")).to_have_count(0)
    expect(lan.locator("[data-part=mine] [data-card]")).to_have_count(1)
    lan.fill("#answer-text", "Chị là Lan đây. Em đang ở đâu, có ai bên cạnh em không?")
    _keep(lan, "answer")
    lan.click("#transfer")
    expect(lan.locator("#hand-to")).to_be_visible()
    _keep(lan, "transfer")


def _context(browser: Browser, size: tuple[int, int]) -> BrowserContext:
    viewport = {"width": size[0], "height": size[1]}
    return browser.new_context(viewport=viewport, locale="vi-VN", color_scheme="light")  # type: ignore[arg-type]


def _keep(page: Page, name: str) -> None:
    page.wait_for_timeout(500)
    FOLDER.mkdir(exist_ok=True)
    shot = Image.open(io.BytesIO(page.screenshot()))
    shot.save(FOLDER / f"{name}.webp", quality=QUALITY, method=6)


if __name__ == "__main__":
    main()
