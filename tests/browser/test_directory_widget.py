"""The search of the directory on another site's page: what it shows, to whom, and what it leaves alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from api import database
from bot.privacy import KeyRing
from referral_directory.changes import Author, save_all
from referral_directory.units import load_units
from tests.browser.conftest import fill, new_database, run_apart
from tests.browser.school import School
from tests.browser.test_accessibility import faults
from tests.processes import Desk, free_port
from tests.referral_directory.services import row

HERE = "phường Quy Nhơn Tây, Gia Lai"
ATTACK = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
HEAD = (
    '<!doctype html><html lang="vi"><meta charset="utf-8"><title>Trường</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    "<body><main><h1>Trường Hoa Sen</h1>"
)


def add_services(url: str) -> None:
    now = datetime.now(UTC)
    today = now.date()
    vouched = {
        "verified_on": (today - timedelta(days=2)).isoformat(),
        "verified_until": (today + timedelta(days=90)).isoformat(),
    }
    near = row(
        "gan",
        name=f"Phòng khám {ATTACK}",
        description=ATTACK,
        kind="substitution_treatment",
        address="số 5, đường Nguyễn Huệ",
        latitude="13.79",
        longitude="109.15",
        phone="02563812345",
        hours="24/7",
        minimum_age="18",
        website="https://phongkham.example/",
        **vouched,
    )

    async def go() -> None:
        engine, sessions = database.connect(url, 1)
        async with sessions.begin() as session:
            await save_all(session, [near], load_units(), Author("lan", now))
        await engine.dispose()

    run_apart(go())


@pytest.fixture(scope="module")
def school() -> Iterator[School]:
    one = School()
    yield one
    one.close()


@pytest.fixture(scope="module")
def directory_server(
    school: School, server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of our server, whose widget stands on the school's pages."""
    url = new_database(server, "browser_widget")
    fill(url)
    add_services(url)
    folder = tmp_path_factory.mktemp("widget")
    KeyRing.fresh().save(folder / "keyring.json")
    running = Desk(folder, url, free_port())
    try:
        running.wait()
        show(school, running.url)
        yield running.url
    finally:
        running.stop()


def show(school: School, server: str) -> None:
    script = f'<script src="{server}/static/directory-widget.js"'
    school.pages["/"] = school.pages["/strict"] = f"{HEAD}{script}></script></main>"
    school.policies["/strict"] = f"default-src 'none'; script-src {server}; connect-src {server}"
    school.pages["/preset"] = (
        f'{HEAD}{script} data-kind="substitution_treatment" data-place="{HERE}"></script></main>'
    )
    school.pages["/element"] = HEAD.replace("<body>", f"{script}></script><body>") + (
        '<diem-tua-directory kind="legal_aid"></diem-tua-directory>'
        '<diem-tua-directory kind="constructor"></diem-tua-directory></main>'
    )


def search(page: Page, place: str) -> None:
    page.get_by_label("Bạn ở đâu?").fill(place)
    page.get_by_role("button", name="Tìm", exact=True).click()


@pytest.fixture(params=[("light", 320), ("dark", 1280)], ids=["phone", "laptop"])
def visitor(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[BrowserContext]:
    scheme, width = request.param
    size = {"width": width, "height": 740}
    context = chromium.new_context(viewport=size, color_scheme=scheme, locale="vi-VN")
    yield context
    context.close()


@pytest.mark.parametrize("path", ["/", "/strict"])
def test_a_search_shows_places_lines_and_sources_and_nothing_runs_from_them(
    visitor: BrowserContext, directory_server: str, school: School, path: str
) -> None:
    page = visitor.new_page()
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if said.type == "error" else None)
    page.goto(school.refused + path)
    search(page, HERE)
    card = page.locator("li.service", has_text="Phòng khám")
    expect(card).to_contain_text(ATTACK)
    expect(card).to_contain_text("Giờ mở cửa: cả ngày đêm (đang mở)")
    expect(card).to_contain_text("báo Gia Lai (baogialai.com.vn), 11/02/2026; xác minh đến")
    hrefs = card.locator("a").evaluate_all("all => all.map((one) => one.getAttribute('href'))")
    assert hrefs == [
        "tel:02563812345",
        "https://www.openstreetmap.org/?mlat=13.790000&mlon=109.150000#map=16/13.790000/109.150000",
        "geo:13.790000,109.150000?q=13.790000,109.150000",
        "https://phongkham.example/",
    ]
    centre = page.locator("li.service", has_text="Cơ sở cai nghiện ma túy số 2")
    expect(centre.get_by_text("Bản đồ (trung tâm xã, phường)")).to_be_visible()
    assert centre.locator("a[href^='geo:']").count() == 0
    expect(page.locator("li.service", has_text="111")).to_contain_text("Gọi 111")
    expect(page.locator("li.service", has_text="Căn cứ")).to_contain_text("Công an xã, phường")
    expect(page.get_by_role("status")).to_contain_text("đã được xác minh")
    assert page.title() == "Trường"
    assert page.locator("li.service img, li.service script").count() == 0
    assert not refused
    if path == "/":  # axe itself may not run under the strict policy
        assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    look = page.locator("button", has_text="Tìm").evaluate("one => getComputedStyle(one).minHeight")
    assert look == "44px"


def test_a_name_of_several_places_brings_choices_and_the_keyboard_is_enough(
    visitor: BrowserContext, directory_server: str, school: School
) -> None:
    page = visitor.new_page()
    page.goto(school.allowed)
    page.get_by_label("Bạn ở đâu?").focus()
    page.keyboard.type("Tân Phú")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("nơi tên như vậy")
    assert faults(page) == []
    choice = page.locator(".choices button").first
    title = choice.text_content() or ""
    choice.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("xác minh")
    expect(page.get_by_label("Bạn ở đâu?")).to_have_value(title)
    expect(page.locator("li.service", has_text="111")).to_be_visible()


def test_the_page_may_name_kind_and_place_beforehand(
    phone: BrowserContext, directory_server: str, school: School
) -> None:
    page = phone.new_page()
    with page.expect_request("**/directory/nearest?*") as asked:
        page.goto(f"{school.allowed}/preset")
    assert "kind=substitution_treatment" in asked.value.url
    expect(page.locator("li.service", has_text="Phòng khám")).to_be_visible()
    page.goto(f"{school.allowed}/element")
    expect(page.locator("diem-tua-directory")).to_have_count(2)
    kinds = page.locator("diem-tua-directory select")
    assert [kinds.nth(at).input_value() for at in range(2)] == ["legal_aid", ""]


def test_age_and_open_now_are_asked_for_and_leave_out_who_does_not_fit(
    phone: BrowserContext, directory_server: str, school: School
) -> None:
    page = phone.new_page()
    page.goto(school.allowed)
    page.get_by_label("Tuổi").fill("15")
    page.get_by_label("Đang mở cửa").check()
    with page.expect_request("**/directory/nearest?*") as asked:
        search(page, HERE)
    assert "age=15" in asked.value.url
    assert "open_now=true" in asked.value.url
    expect(page.get_by_role("status")).to_contain_text("Quy Nhơn Tây")
    assert page.locator("li.service", has_text="Phòng khám").count() == 0


def test_nobody_is_told_who_asks_and_nothing_is_kept(
    phone: BrowserContext, directory_server: str, school: School
) -> None:
    page = phone.new_page()
    seen: list[Request] = []
    page.on("request", lambda one: seen.append(one))
    page.goto(school.allowed)
    search(page, HERE)
    expect(page.locator("li.service").first).to_be_visible()
    hosts = (school.allowed, directory_server)
    assert all(one.url.startswith(hosts) for one in seen)
    (asked,) = (one for one in seen if "/directory/nearest" in one.url)
    assert not {"cookie", "referer"} & set(asked.all_headers())
    assert phone.cookies() == []
    assert page.evaluate("[sessionStorage.length, localStorage.length]") == [0, 0]


def test_refusals_and_a_lost_network_are_one_line(
    phone: BrowserContext, directory_server: str, school: School
) -> None:
    page = phone.new_page()
    page.goto(school.allowed)
    status = page.get_by_role("status")
    search(page, "không có đâu cả")
    expect(status).to_contain_text("Hãy ghi tên xã, phường kèm tỉnh")
    phone.set_offline(True)
    search(page, HERE)
    expect(status).to_contain_text("không có mạng")
    phone.set_offline(False)
    page.route("**/directory/nearest?*", lambda route: route.fulfill(status=502, body="<html>"))
    search(page, HERE)
    expect(status).to_contain_text("máy chủ đang bận")
    page.unroute("**/directory/nearest?*")
    search(page, HERE)
    expect(status).to_contain_text("đã được xác minh")


def test_a_hostile_answer_leads_nowhere(
    phone: BrowserContext, directory_server: str, school: School
) -> None:
    page = phone.new_page()
    page.goto(school.allowed)
    with page.expect_response("**/directory/nearest?*") as first:
        search(page, HERE)
    answer = first.value.json()
    answer["near"][0] |= {"website": "javascript:document.title=3", "phones": ['1"onclick=x']}
    answer["near"].append(answer["near"][0] | {"name": "Chưa xác minh", "verified": False})
    page.route(
        "**/directory/nearest?*",
        lambda route: route.fulfill(
            body=json.dumps(answer), headers={"Access-Control-Allow-Origin": "*"}
        ),
    )
    search(page, quote("lần hai"))
    expect(page.locator("a[href='tel:1']")).to_be_visible()
    assert page.locator("a[href^=javascript]").count() == 0
    assert page.locator("li.service", has_text="Chưa xác minh").count() == 0


def test_of_two_searches_the_later_one_counts(
    phone: BrowserContext, directory_server: str, school: School
) -> None:
    page = phone.new_page()
    page.goto(school.allowed)
    held = []
    page.route("**/directory/nearest?place=ch*", lambda route: held.append(route))
    search(page, "chậm")
    search(page, HERE)
    expect(page.locator("li.service", has_text="Phòng khám")).to_be_visible()
    page.wait_for_timeout(300)
    expect(page.get_by_role("status")).to_contain_text("đã được xác minh")
    assert held
