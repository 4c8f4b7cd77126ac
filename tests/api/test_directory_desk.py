"""The directory's pages: finding, editing, verifying, and taking changes back."""

from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api.console.directory.communes import suggest
from api.console.directory.filling import VITAL
from bot.settings import Settings
from bot.tables import AuditRow
from referral_directory.changes import Author, Change, history, save
from referral_directory.places import Gazetteer
from referral_directory.reading import read_row
from referral_directory.units import load_units
from tests.api.conftest import Enter
from tests.referral_directory.services import QUY_NHON, row

Sessions = async_sessionmaker[AsyncSession]
pytestmark = pytest.mark.usefixtures("cheap_passwords")
UNITS = load_units()
TODAY = datetime.now(UTC).astimezone().date()
HOPE = row(
    "hope",
    name="Trung tâm Hy Vọng",
    phone="02563822117",
    address="12 Lê Lợi",
    hours="MO-FR 07:30-11:30",
    verified_on=(TODAY - timedelta(days=200)).isoformat(),
    verified_until=(TODAY + timedelta(days=100)).isoformat(),
)
NOBODY = {"reliability": "unverified"} | dict.fromkeys(
    ("verified_on", "verified_by", "verified_until"), ""
)


async def keep(sessions: Sessions, cells: dict[str, str], by: str = "minh") -> Change | None:
    async with sessions.begin() as session:
        return await save(session, cells, UNITS, Author(by, datetime.now(UTC), "gọi hỏi lại"))


async def stored(sessions: Sessions, key: str = "hope") -> dict[str, str]:
    async with sessions() as session:
        found = await read_row(session, key)
    assert found is not None
    return found


async def past(sessions: Sessions, key: str = "hope") -> list[Change]:
    async with sessions() as session:
        return await history(session, key)


async def actions(sessions: Sessions) -> list[str]:
    async with sessions() as session:
        found = (await session.scalars(select(AuditRow.action).order_by(AuditRow.id))).all()
    return [one for one in found if "directory" in one]


def fields(page: str) -> dict[str, str]:
    """What a browser would send of the page's form, were its button pressed."""
    form = page[page.index('class="sheet"') :]
    sent: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        kind = re.search(r'type="(\w+)"', tag)
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and (not kind or kind[1] not in ("radio", "checkbox") or "checked" in tag):
            sent[name[1]] = html.unescape(value[1]) if value else "on"
    for name_, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>([^<]*)<', form):
        sent[name_] = html.unescape(text)
    for name_, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        sent[name_] = html.unescape(chosen[1]) if chosen else ""
    return sent


async def opened(desk: httpx.AsyncClient, path: str) -> dict[str, str]:
    page = await desk.get(f"/console/directory/{path}")
    assert page.status_code == 200, page.text
    return fields(page.text)


async def send(desk: httpx.AsyncClient, path: str, form: dict[str, str]) -> httpx.Response:
    return await desk.post(f"/console/directory/{path}", data=form)


async def test_counsellors_find_and_read_rows_but_only_keepers_are_offered_to_edit(
    enter: Enter, sessions: Sessions
) -> None:
    await keep(sessions, HOPE)
    for role, may_edit in (("counsellor", False), ("directory", True)):
        desk = await enter(role)
        found = (await desk.get("/console/directory", params={"q": "hi vong le loi"})).text
        assert 'data-row="hope"' in found
        assert 'href="tel:02563822117"' in found
        page = (await desk.get("/console/directory/rows/hope")).text
        assert "Người dân thấy dòng này đến hết ngày" in page
        assert ("/rows/hope/edit" in page) is may_edit
        assert ("/undo" in page) is may_edit
        assert ("/console/directory/new" in found) is may_edit


async def test_a_former_place_name_narrows_the_search_and_an_unknown_one_is_said(
    enter: Enter, sessions: Sessions
) -> None:
    await keep(sessions, HOPE)
    desk = await enter("counsellor")
    for place, count in (("phường Quy Nhơn Tây", 1), ("xã Long Hồ, Vĩnh Long", 0)):
        page = (await desk.get("/console/directory", params={"place": place})).text
        assert page.count("data-row=") == count
        assert 'id="in-commune"' in page
    page = (await desk.get("/console/directory", params={"place": "quận 8"})).text
    assert 'id="which-commune"' in page
    page = (await desk.get("/console/directory", params={"place": "xyzw"})).text
    assert "Không nhận ra xã, phường" in page
    odd = {"q": "\0'", "kind": "x", "page": "99999", "state": "y", "province": "0", "commune": "z"}
    assert (await desk.get("/console/directory", params=odd)).status_code == 200


async def test_a_row_says_why_citizens_do_not_see_it(enter: Enter, sessions: Sessions) -> None:
    desk = await enter("counsellor")
    for cells, why in (
        (NOBODY, "chưa ai xác minh"),
        ({"verified_until": (TODAY - timedelta(days=2)).isoformat()}, "đã quá hạn xác minh"),
        ({"status": "temporarily closed"}, "tạm đóng"),
    ):
        await keep(sessions, HOPE | cells)
        page = (await desk.get("/console/directory/rows/hope")).text
        assert re.search(f"Người dân không thấy dòng này vì [^<]*{why}", page)


async def test_a_form_that_is_sent_as_it_was_opened_changes_nothing(
    enter: Enter, sessions: Sessions
) -> None:
    full = HOPE | {
        "hours": "MO-FR 07:30-11:30,13:30-17:00; SA 08:00-11:00",
        "languages": "bdq; vi",
        "description": "Hai dòng\nvà “ngoặc”",
        "latitude": "13.76",
        "longitude": "109.17",
        "accepts_voluntary": "yes",
        "minimum_age": "16",
        "holidays": "closed",
    }
    await keep(sessions, full)
    desk = await enter("directory")
    form = await opened(desk, "rows/hope/edit")
    assert form["hours"] == "T2-T6 07:30-11:30,13:30-17:00; T7 08:00-11:00"
    done = await send(desk, "rows/hope/edit", form)
    assert (done.status_code, done.headers["location"]) == (
        303,
        "/console/directory/rows/hope?done=same",
    )
    assert await stored(sessions) == full
    assert len(await past(sessions)) == 1


async def test_an_edit_is_kept_with_its_author_and_reason_and_told_in_words(
    enter: Enter, sessions: Sessions
) -> None:
    await keep(sessions, HOPE | NOBODY)
    desk = await enter("directory")
    form = await opened(desk, "rows/hope/edit")
    form |= {"cost": "miễn phí", "asks_identity": "no", "reason": "hỏi giám đốc"}
    assert (await send(desk, "rows/hope/edit", form)).status_code == 303
    told = {"cost": "miễn phí", "asks_identity": "no"}
    assert await stored(sessions) == HOPE | NOBODY | told
    newest = (await past(sessions))[0]
    assert (newest.author.by, newest.author.reason) == ("directory", "hỏi giám đốc")
    page = (await desk.get("/console/directory/rows/hope")).text
    assert "Vì: hỏi giám đốc" in page
    assert "<del>(trống)</del>" in page
    assert await actions(sessions) == ["edit directory row"]
    admin = await enter("admin")
    audit = (await admin.get("/console/audit")).text
    assert "Sửa dòng danh bạ" in audit
    assert 'href="/console/directory/rows/hope"' in audit


async def test_what_was_verified_never_stays_so_when_it_changes(
    enter: Enter, sessions: Sessions
) -> None:
    desk = await enter("directory")
    for column, typed in (
        ("phone", "0256 999 8888"),
        ("name", "Tên khác"),
        ("address", "14 Lê Lợi"),
        ("hours", "T2-T7 07:30-11:30"),
        ("description", "Mô tả khác"),
        ("organization", "Đơn vị khác"),
        ("website", "https://example.org/"),
        ("cost", "miễn phí"),
        ("minimum_age", "16"),
        ("accepts_voluntary", "no"),
        ("accepts_compulsory", "yes"),
        ("asks_identity", "no"),
        ("reports_to", "công an xã"),
        ("eligibility", "người lớn"),
        ("legal_basis", "Luật 120/2025/QH15"),
    ):
        await keep(sessions, HOPE)
        form = await opened(desk, "rows/hope/edit") | {column: typed}
        assert form["trust"] == "keep"
        refused = await send(desk, "rows/hope/edit", form)
        assert refused.status_code == 422
        assert "Bạn vừa sửa điều đã được xác minh" in refused.text
        assert await stored(sessions) == HOPE
        again = fields(refused.text) | {"trust": "none"}
        assert (await send(desk, "rows/hope/edit", again)).status_code == 303
        now = await stored(sessions)
        assert (now["reliability"], now["verified_on"]) == ("unverified", "")
        assert now[column] != HOPE[column]


async def test_a_row_is_taken_out_of_use_at_once_and_brought_back_only_with_a_choice(
    enter: Enter, sessions: Sessions
) -> None:
    desk = await enter("directory")
    await keep(sessions, HOPE)
    closed = await opened(desk, "rows/hope/edit") | {"status": "temporarily closed"}
    assert (await send(desk, "rows/hope/edit", closed)).status_code == 303
    back = await opened(desk, "rows/hope/edit") | {"status": "active"}
    assert (await send(desk, "rows/hope/edit", back)).status_code == 422
    assert (await stored(sessions))["status"] == "temporarily closed"


async def test_other_names_and_the_source_may_change_in_a_verified_row(
    enter: Enter, sessions: Sessions
) -> None:
    desk = await enter("directory")
    await keep(sessions, HOPE)
    beside = {"alternate_name": "Nhà Mới", "former_unit": "xã cũ", "source_name": "công văn"}
    form = await opened(desk, "rows/hope/edit") | beside
    assert (await send(desk, "rows/hope/edit", form)).status_code == 303
    assert await stored(sessions) == HOPE | beside


async def test_the_page_to_verify_names_everything_that_is_vouched_for(
    enter: Enter, sessions: Sessions
) -> None:
    await keep(sessions, HOPE | {"reports_to": "công an xã", "minimum_age": "16"})
    page = (await (await enter("directory")).get("/console/directory/rows/hope/verify")).text
    shown = set(re.findall(r'data-cell="(\w+)"', page))
    assert shown == set(VITAL) - {"name"}
    assert "công an xã" in page


async def test_an_edit_with_a_new_verification_is_vouched_for_by_the_editor(
    enter: Enter, sessions: Sessions
) -> None:
    await keep(sessions, HOPE)
    desk = await enter("directory")
    form = await opened(desk, "rows/hope/edit") | {"phone": "+84 256 999 8888", "trust": "again"}
    refused = await send(desk, "rows/hope/edit", form)
    assert "Bạn chọn đã kiểm tra bằng cách nào." in refused.text
    assert (await send(desk, "rows/hope/edit", form | {"how": "call"})).status_code == 303
    now = await stored(sessions)
    assert (now["phone"], now["reliability"]) == ("02569998888", "verified")
    assert (now["verified_by"], now["verified_on"]) == ("Directory", form["verified_on"])
    assert (await past(sessions))[0].author.reason == "xác minh bằng cách gọi điện"
    assert await actions(sessions) == ["verify directory row", "edit directory row"]


async def test_faults_stand_at_their_fields_and_nothing_typed_is_lost(
    enter: Enter, sessions: Sessions
) -> None:
    await keep(sessions, HOPE)
    desk = await enter("directory")
    form = await opened(desk, "rows/hope/edit")
    form |= {"phone": "gọi anh Ba", "hours": "T2-T6 sáng", "cost": "hỏi", "latitude": "99"}
    page = await send(desk, "rows/hope/edit", form | {"reason": "thử <b>"})
    assert page.status_code == 422
    for column in ("phone", "hours", "latitude", "trust"):
        assert f'id="fault-{column}"' in page.text
    again = fields(page.text)
    assert {name: again[name] for name in ("phone", "hours", "cost", "latitude", "reason")} == {
        "phone": "gọi anh Ba",
        "hours": "T2-T6 sáng",
        "cost": "hỏi",
        "latitude": "99.0",
        "reason": "thử <b>",
    }
    assert await stored(sessions) == HOPE


async def test_two_editors_of_one_row_see_each_others_changes_and_choose(
    enter: Enter, sessions: Sessions
) -> None:
    hope = HOPE | NOBODY
    await keep(sessions, hope)
    desk = await enter("directory")
    form = await opened(desk, "rows/hope/edit")
    theirs = hope | {"cost": "50.000 đồng", "email": "hoi@example.org"}
    await keep(sessions, theirs)
    mine = form | {"cost": "miễn phí", "description": "Mới"}
    page = await send(desk, "rows/hope/edit", mine)
    assert page.status_code == 409
    assert "của bạn: miễn phí" in page.text
    assert "của họ: 50.000 đồng" in page.text
    assert re.search(r'data-clash="email"[^~]*họ đổi thành hoi@example.org', page.text)
    assert await stored(sessions) == theirs
    again = fields(page.text)
    assert (again["cost"], again["email"]) == ("miễn phí", "hoi@example.org")
    assert (await send(desk, "rows/hope/edit", again | {"take-cost": "theirs"})).status_code == 303
    assert await stored(sessions) == theirs | {"description": "Mới"}
    form = await opened(desk, "rows/hope/edit") | {"cost": "miễn phí"}
    await keep(sessions, theirs | {"description": "Mới", "cost": "60.000 đồng"})
    again = fields((await send(desk, "rows/hope/edit", form)).text)
    assert (await send(desk, "rows/hope/edit", again)).status_code == 303
    assert (await stored(sessions))["cost"] == "miễn phí"


async def test_a_form_of_unknown_age_overwrites_nothing(enter: Enter, sessions: Sessions) -> None:
    await keep(sessions, HOPE)
    desk = await enter("directory")
    form = await opened(desk, "rows/hope/edit") | {"seen": "x", "cost": "miễn phí"}
    page = await send(desk, "rows/hope/edit", form)
    assert page.status_code == 409
    assert await stored(sessions) == HOPE
    assert fields(page.text)["cost"] == "miễn phí"


async def test_a_new_row_gets_a_key_of_its_own_and_is_hidden_until_verified(
    enter: Enter, sessions: Sessions
) -> None:
    desk = await enter("directory")
    form = await opened(desk, "new")
    empty = await send(desk, "new", form)
    assert empty.status_code == 422
    for column in ("name", "organization", "kind", "province_code", "source_name"):
        assert f'id="fault-{column}"' in empty.text
    form |= {
        "name": "Điểm tư vấn Ánh Dương",
        "organization": "Hội Phụ nữ",
        "kind": "counselling_point",
        "commune_code": QUY_NHON,
        "source_name": "công văn",
    }
    for number, hint in (("", ""), ("", ""), ("-2", "cổng sau")):
        made = await send(desk, "new", form | {"address": hint})
        key = f"diem-tu-van-anh-duong-{QUY_NHON}{number}"
        assert made.headers["location"] == f"/console/directory/rows/{key}?done=added"
        now = await stored(sessions, key)
        assert (now["province_code"], now["reliability"]) == ("52", "unverified")
    taken = await send(desk, "new", form | {"key": key})
    assert "đã có một dòng mang mã này" in taken.text
    assert len(await past(sessions, key)) == 1


async def test_a_commune_is_found_by_its_name_with_and_without_a_script(
    enter: Enter, sessions: Sessions
) -> None:
    await keep(sessions, HOPE | {"commune_code": "", "address": ""})
    desk = await enter("directory")
    part = await desk.get("/console/directory/communes", params={"place": "quy nhơn t"})
    assert f'value="{QUY_NHON}"' in part.text
    assert "checked" not in part.text.partition("Không rõ")[0].rpartition("<li>")[0]
    form = await opened(desk, "rows/hope/edit") | {"cost": "mới gõ", "place": "quy nhơn tây"}
    page = await send(desk, "rows/hope/edit", form | {"look": "place"})
    assert page.status_code == 200
    assert f'value="{QUY_NHON}"' in page.text
    assert fields(page.text)["cost"] == "mới gõ"
    unchosen = await send(desk, "rows/hope/edit", form)
    assert "chưa chọn nơi nào trong danh sách" in unchosen.text
    assert len(await past(sessions)) == 1


def test_a_commune_may_be_meant_by_a_former_name(gazetteer: Gazetteer) -> None:
    district = suggest(gazetteer, "quận 8")
    assert len(district) > 1
    assert {one.province.title for one in district} == {"thành phố Hồ Chí Minh"}
    assert QUY_NHON in {one.code for one in suggest(gazetteer, "p quy nhon tay gia lai")}
    assert suggest(gazetteer, " ") == suggest(gazetteer, "…") == []


async def test_verifying_shows_the_row_to_citizens_and_says_who_did_it_how(
    enter: Enter, sessions: Sessions
) -> None:
    await keep(sessions, HOPE | NOBODY)
    desk = await enter("directory")
    form = await opened(desk, "rows/hope/verify?back=due")
    on, until = date.fromisoformat(form["verified_on"]), date.fromisoformat(form["verified_until"])
    assert 365 <= (until - on).days <= 366
    refused = await send(desk, "rows/hope/verify", form)
    assert "Bạn chọn đã kiểm tra bằng cách nào." in refused.text
    done = await send(desk, "rows/hope/verify", form | {"how": "visit", "name": "Giả"})
    assert done.headers["location"] == "/console/directory/due?done=verified"
    now = await stored(sessions)
    assert (now["verified_by"], now["name"]) == ("Directory", HOPE["name"])
    assert "Người dân thấy dòng này" in (await desk.get("/console/directory/rows/hope")).text
    assert await actions(sessions) == ["verify directory row"]


async def test_a_verification_that_is_none_is_refused(enter: Enter, sessions: Sessions) -> None:
    await keep(sessions, HOPE | NOBODY)
    desk = await enter("directory")
    form = await opened(desk, "rows/hope/verify") | {"how": "call"}
    for changed, fault in (
        ({"verified_until": (TODAY + timedelta(days=400)).isoformat()}, "nhiều nhất một năm"),
        ({"verified_until": ""}, "còn trống"),
        ({"verified_on": (TODAY + timedelta(days=3)).isoformat()}, "ngày này chưa tới"),
        ({"verified_on": "hôm nay"}, "phải là ngày như"),
        ({"source_name": ""}, "còn trống"),
    ):
        page = await send(desk, "rows/hope/verify", form | changed)
        assert (page.status_code, fault in page.text) == (422, True), changed
    assert (await stored(sessions))["reliability"] == "unverified"


async def test_what_changed_while_one_was_calling_is_not_verified_unseen(
    enter: Enter, sessions: Sessions
) -> None:
    await keep(sessions, HOPE | NOBODY)
    desk = await enter("directory")
    form = await opened(desk, "rows/hope/verify") | {"how": "call"}
    await keep(sessions, HOPE | NOBODY | {"phone": "02561112222"})
    page = await send(desk, "rows/hope/verify", form)
    assert page.status_code == 409
    assert "02561112222" in page.text
    assert (await stored(sessions))["reliability"] == "unverified"
    assert (await send(desk, "rows/hope/verify", fields(page.text))).status_code == 303


async def test_the_queue_has_what_is_due_and_leads_to_verifying_it(
    enter: Enter, sessions: Sessions
) -> None:
    over = HOPE | {"key": "over", "verified_until": (TODAY - timedelta(days=3)).isoformat()}
    await keep(sessions, HOPE)
    await keep(sessions, over)
    await keep(sessions, HOPE | NOBODY | {"key": "nobody"})
    desk = await enter("directory")
    page = (await desk.get("/console/directory/due")).text
    assert re.findall(r'data-row="(\w+)"', page) == ["over", "nobody"]
    assert "/console/directory/rows/over/verify?back=due" in page
    page = (await desk.get("/console/directory/due", params={"state": "unverified"})).text
    assert re.findall(r'data-row="(\w+)"', page) == ["nobody"]


async def undo(desk: httpx.AsyncClient, change: Any, back: str = "row") -> httpx.Response:
    return await send(desk, f"changes/{change.id}/undo", {"back": back})


async def test_a_change_is_taken_back_and_can_not_be_once_its_cell_changed_again(
    enter: Enter, sessions: Sessions
) -> None:
    await keep(sessions, HOPE)
    first = await keep(sessions, HOPE | {"cost": "50.000 đồng"})
    desk = await enter("directory")
    assert "Gọi hỏi lại" not in (recent := (await desk.get("/console/directory/recent")).text)
    assert "gọi hỏi lại" in recent
    done = await undo(desk, first, "recent")
    assert done.headers["location"] == "/console/directory/recent?done=undone"
    assert await stored(sessions) == HOPE
    assert await actions(sessions) == ["undo directory change"]
    again = await undo(desk, first)
    assert again.status_code == 409
    assert "Chi phí đã được sửa lần nữa" in again.text
    assert await actions(sessions) == ["undo directory change"]
    assert (await send(desk, f"changes/{QUY_NHON}/undo", {})).status_code == 404


async def test_undoing_a_verification_hides_the_row_and_undoing_its_making_retires_it(
    enter: Enter, sessions: Sessions
) -> None:
    await keep(sessions, HOPE | NOBODY)
    verified = await keep(sessions, HOPE)
    desk = await enter("directory")
    await undo(desk, verified)
    assert (await stored(sessions))["reliability"] == "unverified"
    made = (await past(sessions))[-1]
    await undo(desk, made)
    assert (await stored(sessions))["status"] == "defunct"
    page = (await desk.get("/console/directory/rows/hope")).text
    assert f"/changes/{made.id}/undo" not in page


async def test_an_old_number_that_comes_back_is_not_taken_for_verified(
    enter: Enter, sessions: Sessions
) -> None:
    await keep(sessions, HOPE | NOBODY | {"phone": "02561112222"})
    renumbered = await keep(sessions, HOPE | NOBODY)
    await keep(sessions, HOPE)
    desk = await enter("directory")
    done = await undo(desk, renumbered)
    assert done.headers["location"] == "/console/directory/rows/hope?done=unverified"
    now = await stored(sessions)
    assert (now["phone"], now["reliability"]) == ("02561112222", "unverified")
    newest, *before = await past(sessions)
    assert len(before) == 3
    assert {"phone", "reliability"} <= {cell.column for cell in newest.cells}
    await undo(desk, newest)
    assert await stored(sessions) == HOPE


async def test_undoing_twice_never_verifies_what_nobody_checked(
    enter: Enter, sessions: Sessions
) -> None:
    await keep(sessions, HOPE)
    withdrawn = await keep(sessions, HOPE | NOBODY)
    await keep(sessions, HOPE | NOBODY | {"phone": "02561112222"})
    desk = await enter("directory")
    await undo(desk, withdrawn)
    for one in await past(sessions):
        await undo(desk, one)
        now = await stored(sessions)
        assert (now["reliability"], now["phone"]) != ("verified", "02561112222")


async def test_a_row_of_a_kind_that_is_not_offered_says_where_it_is_published(
    enter: Enter, sessions: Sessions
) -> None:
    desk = await enter("counsellor")
    for cells, published in (({}, True), (NOBODY, False)):
        await keep(sessions, HOPE | {"kind": "authority"} | cells)
        page = (await desk.get("/console/directory/rows/hope")).text
        assert ('id="not-offered"' in page) is published
        assert ("Người dân không thấy dòng này" in page) is not published


async def test_the_navigation_leads_to_each_page_once(enter: Enter) -> None:
    for role, title in (("counsellor", "Góp ý của tôi"), ("directory", "Góp ý")):
        page = (await (await enter(role)).get("/console/directory")).text
        parts = page[page.index('<nav class="parts"') :].partition("</nav>")[0]
        leads = re.findall(r'href="([^"]+)"', parts)
        assert len(leads) == len(set(leads))
        assert f">{title}</a>" in parts


async def test_a_row_that_many_report_is_marked_and_first_in_the_queue(
    enter: Enter, sessions: Sessions
) -> None:
    await keep(sessions, HOPE)
    await keep(sessions, HOPE | NOBODY | {"key": "nobody"})
    desk = await enter("directory")
    for by in (desk, await enter("counsellor"), await enter("admin")):
        await by.post("/console/directory/rows/hope/report", data={"words": "số sai"})
    page = (await desk.get("/console/directory/due")).text
    assert re.findall(r'data-row="(\w+)"', page) == ["hope", "nobody"]
    assert page.count("data-often") == 1
    assert "3 người báo sai" in page


async def test_without_tiles_nothing_of_a_map_and_no_host_is_let_in(
    enter: Enter, sessions: Sessions, app: FastAPI
) -> None:
    await keep(sessions, HOPE | {"latitude": "13.76", "longitude": "109.17"})
    desk = await enter("directory")
    paths = ["", "/rows/hope", "/rows/hope/edit", "/new"]
    for path in paths:
        page = await desk.get(f"/console/directory{path}")
        assert "leaflet" not in page.text
        assert "img-src 'self';" in page.headers["content-security-policy"]
    app.state.settings = app.state.settings.model_copy(
        update={"map_tiles": "https://tiles.example.vn/{z}/{x}/{y}.png", "map_credit": "© Tiles"}
    )
    for path in paths:
        page = await desk.get(f"/console/directory{path}")
        assert 'data-tiles="https://tiles.example.vn/{z}/{x}/{y}.png"' in page.text
        policy = page.headers["content-security-policy"]
        assert "img-src 'self' https://tiles.example.vn;" in policy
        assert policy.count("tiles.example.vn") == 1
    assert "tiles" not in (await desk.get("/console/directory/due")).headers.get(
        "content-security-policy", ""
    )


@pytest.mark.parametrize(
    "tiles",
    [
        "tiles.example.vn/{z}/{x}/{y}.png",
        "https://tiles.example.vn/map.png",
        "https://{s}.example.vn/{z}/{x}/{y}.png",
        "javascript:alert(1)//{z}{x}{y}",
        "https://tiles.example.vn; script-src */{z}/{x}/{y}",
    ],
)
def test_tiles_that_are_none_stop_the_start(tiles: str) -> None:
    with pytest.raises(ValidationError):
        Settings(DATABASE_URL="", map_tiles=tiles)
