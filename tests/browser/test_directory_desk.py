"""A keeper of the directory at a laptop and on a phone: find, edit, verify, look back, undo, the map."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from api import database
from api.console.visitor import COOKIE
from bot.privacy import KeyRing
from referral_directory.changes import Author, save
from referral_directory.load import load_services
from referral_directory.units import load_units
from tests.browser.conftest import new_database, run_apart, token_of
from tests.browser.test_accessibility import faults
from tests.processes import Desk, free_port
from tests.referral_directory.services import row

HOPE = row(
    "hope",
    name="Trung tâm Hy Vọng",
    phone="02563822117",
    address="12 Lê Lợi",
    latitude="13.76",
    longitude="109.17",
    hours="MO-FR 07:30-11:30",
)
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c63f8cfc0500f0003860180345a44850000000049454e44ae426082"
)
PAGES = ("", "/rows/hope", "/rows/hope/edit", "/rows/hope/verify", "/new", "/due", "/recent")


@pytest.fixture(scope="session")
def kept_url(server: str) -> str:
    """A database with the seed and one row that has everything."""
    url = new_database(server, "directory_desk")

    async def go() -> None:
        engine, sessions = database.connect(url, 1)
        now = datetime.now(UTC)
        async with sessions.begin() as session:
            await load_services(session, now)
        async with sessions.begin() as session:
            await save(session, HOPE, load_units(), Author("minh", now, "công văn"))
        await engine.dispose()

    run_apart(go())
    return url


@pytest.fixture(scope="session")
def keeper_token(kept_url: str) -> str:
    return token_of(kept_url, "thu", "Thư", "directory")


@pytest.fixture(scope="module")
def tiles() -> Iterator[str]:
    """A server of map tiles, all alike."""

    class Tiles(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            self.end_headers()
            self.wfile.write(PICTURE)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Tiles)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="module")
def kept_desk(
    kept_url: str, tiles: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """Web and worker with a map, without Rasa."""
    folder = tmp_path_factory.mktemp("directory")
    KeyRing.fresh().save(folder / "keyring.json")
    shown = {"DIEMTUA_MAP_TILES": f"{tiles}/{{z}}/{{x}}/{{y}}.png", "DIEMTUA_MAP_CREDIT": "© Thử"}
    desk = Desk(folder, kept_url, free_port(), shown)
    try:
        desk.wait()
        yield desk
    finally:
        desk.stop()


def come_in(context: BrowserContext, desk: Desk, token: str) -> Page:
    """The directory, as its keeper opens it."""
    host = urlsplit(desk.url).hostname or ""
    cookie = {"name": COOKIE, "value": token, "domain": host, "path": "/console"}
    context.add_cookies([cookie])  # type: ignore[list-item]
    page = context.new_page()
    page.goto(f"{desk.url}/console")
    expect(page.locator("h1")).to_have_text("Danh bạ")
    return page


def test_from_search_to_an_edit_and_back(
    laptop: BrowserContext, kept_desk: Desk, keeper_token: str
) -> None:
    page = come_in(laptop, kept_desk, keeper_token)
    page.fill("#q", "hi vong le loi")
    page.keyboard.press("Enter")
    page.click("[data-row=hope] .words a")
    expect(page.locator("#shown")).to_contain_text("Người dân thấy dòng này")
    page.click("#edit")
    page.fill("#phone", "0256 999 8888")
    page.fill("#reason", "đồng nghiệp gọi hỏi")
    page.click("#save")
    expect(page.locator("#refused")).to_be_visible()
    expect(page.locator("#fault-trust")).to_be_visible()
    expect(page.locator("#how")).to_be_hidden()
    page.check("[name=trust][value=again]")
    page.select_option("#how", "call")
    page.click("#save-below")
    expect(page.locator("#told")).to_have_text("Đã lưu.")
    newest = page.locator("#changes .change").first
    expect(newest).to_contain_text("02563822117 → 02569998888")
    expect(newest).to_contain_text("xác minh bằng cách gọi điện: đồng nghiệp gọi hỏi")
    newest.get_by_role("button").click()
    expect(page.locator("#told")).to_have_text("Đã hoàn tác.")
    expect(page.locator("[data-cell=phone]")).to_have_text("02563822117")
    expect(page.locator("#changes .change")).to_have_count(3)


def test_two_keepers_at_once_choose_what_stands(
    laptop: BrowserContext, kept_desk: Desk, keeper_token: str
) -> None:
    mine = come_in(laptop, kept_desk, keeper_token)
    mine.goto(f"{kept_desk.url}/console/directory/rows/hope/edit")
    theirs = laptop.new_page()
    theirs.goto(f"{kept_desk.url}/console/directory/rows/hope/edit")
    theirs.fill("#alternate_name", "Nhà Mới")
    theirs.click("#save")
    expect(theirs.locator("#told")).to_have_text("Đã lưu.")
    mine.fill("#alternate_name", "Nhà Vui")
    mine.click("#save")
    expect(mine.locator("#clash-title")).to_be_visible()
    expect(mine.locator("#alternate_name")).to_have_value("Nhà Vui")
    assert faults(mine) == []
    mine.get_by_label("của họ: Nhà Mới").check()
    mine.click("#save")
    expect(mine.locator("#told")).to_have_text("Không có gì thay đổi.")
    expect(mine.locator("[data-cell=alternate_name]")).to_have_text("Nhà Mới")


def test_the_queue_is_worked_off_on_a_phone(
    phone: BrowserContext, kept_desk: Desk, keeper_token: str
) -> None:
    page = come_in(phone, kept_desk, keeper_token)
    page.get_by_role("link", name="Cần xác minh").click()
    first = page.locator("#rows > li").first
    key = first.get_attribute("data-row")
    first.get_by_role("link", name="Xác minh").click()
    page.select_option("#how", "visit")
    page.click("#save")
    expect(page.locator(".told")).to_have_text("Đã xác minh.")
    expect(page.locator(f"[data-row={key}]")).to_have_count(0)
    page.get_by_role("link", name="Mới đổi").click()
    page.locator("#changes .change").first.get_by_role("button").click()
    expect(page.locator(".told")).to_have_text("Đã hoàn tác.")


def test_a_commune_is_offered_while_its_old_name_is_typed(
    laptop: BrowserContext, kept_desk: Desk, keeper_token: str
) -> None:
    page = come_in(laptop, kept_desk, keeper_token)
    page.click("#new-row")
    expect(page.locator("#place")).to_be_visible()
    page.wait_for_load_state()
    page.locator("#place").press_sequentially("quy nhon tay")
    page.get_by_label("phường Quy Nhơn Tây, tỉnh Gia Lai").check()
    page.fill("#name", "Điểm tư vấn thử")
    page.fill("#organization", "Hội Phụ nữ")
    page.select_option("#kind", "counselling_point")
    page.fill("#source_name", "công văn")
    page.click("#save")
    expect(page.locator("#told")).to_have_text("Đã thêm dòng này.")
    expect(page.locator("[data-cell=commune_code]")).to_contain_text("phường Quy Nhơn Tây")
    expect(page.locator("#hidden")).to_contain_text("chưa ai xác minh")


def test_the_map_shows_rows_and_sets_a_point_and_asks_only_its_own_host(
    laptop: BrowserContext, kept_desk: Desk, keeper_token: str, tiles: str
) -> None:
    asked: list[str] = []
    laptop.on("request", lambda request: asked.append(request.url))
    page = come_in(laptop, kept_desk, keeper_token)
    page.fill("#q", "hy vong")
    page.click("#find")
    expect(page.locator("#map .leaflet-tile-loaded").first).to_be_attached()
    page.locator("#map path").first.click()
    page.locator("#map a", has_text="Trung tâm Hy Vọng").click()
    page.click("#edit")
    expect(page.locator("#map .leaflet-tile-loaded").first).to_be_attached()
    page.locator("#map").click(position={"x": 200, "y": 100})
    expect(page.locator("#latitude")).not_to_have_value("13.76")
    assert {urlsplit(url).netloc for url in asked} == {
        urlsplit(kept_desk.url).netloc,
        urlsplit(tiles).netloc,
    }


@pytest.mark.parametrize(("scheme", "width"), [("light", 360), ("dark", 1280)])
def test_no_page_has_a_fault_or_is_cut_off(
    laptop: BrowserContext, kept_desk: Desk, keeper_token: str, scheme: str, width: int
) -> None:
    page = come_in(laptop, kept_desk, keeper_token)
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 740})
    for path in PAGES:
        page.goto(f"{kept_desk.url}/console/directory{path}")
        expect(page.locator("h1")).to_be_visible()
        assert faults(page) == [], path
        too_wide = (
            "document.querySelector('#content').scrollWidth"
            " > document.querySelector('#content').clientWidth"
        )
        assert not page.evaluate(too_wide), path
