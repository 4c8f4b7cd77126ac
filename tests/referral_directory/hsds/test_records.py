"""What software is told of a service: HSDS's own fields, the vn-referral profile, and nothing more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from referral_directory.changes import Author, save, save_all
from referral_directory.hsds import finding, loading, profile, taxonomy
from referral_directory.hsds.building import COMPILERS, EDITORS
from referral_directory.hsds.finding import Asked
from referral_directory.hsds.shapes import Location, Service
from referral_directory.hsds.writing import write_json
from referral_directory.kinds import KINDS
from referral_directory.records import row_id
from referral_directory.tables import Service as ServiceTable
from referral_directory.units import load_units
from tests.referral_directory.hsds.varied import varied_rows
from tests.referral_directory.services import LAN, NOW, row

TODAY = NOW.date()
UNITS = load_units()
DOCS = Path(__file__).parents[3] / "docs" / "directory-profile.md"


async def public(session: AsyncSession, on: date = TODAY, **asked: Any) -> list[dict[str, Any]]:
    """The full services as software reads them."""
    ids = await finding.page(session, finding.services(on, Asked(**asked)), 1, 100)
    services = await loading.services(session, ids, full=True)
    read: list[dict[str, Any]] = json.loads(write_json(services))
    return read


async def test_a_service_tells_all_that_is_known(session: AsyncSession) -> None:
    known = row(
        "a",
        alternate_name="tên cũ",
        address="1 Lê Lợi",
        latitude="13.782",
        longitude="109.2",
        phone="02563822111; 0900000000",
        hours="MO-FR 07:30-11:30; SA 08:00-24:00",
        languages="vi; khm",
        cost="miễn phí",
        accessibility="có đường dốc",
        asks_identity="no",
        accepts_voluntary="yes",
        holidays="closed",
        former_unit="thị xã cũ",
    )
    await save(session, known, UNITS, LAN)
    (found,) = await public(session)
    assert found["id"] == str(row_id("a", ServiceTable))
    assert found["last_modified"] == "2026-11-23T03:00:00.000Z"
    assert [phone["number"] for phone in found["phones"]] == ["02563822111", "0900000000"]
    assert [one["opens_at"] for one in found["schedules"]] == ["07:30+07:00", "08:00+07:00"]
    assert found["schedules"][1]["closes_at"] == "23:59+07:00"
    assert [one["code"] for one in found["languages"]] == ["khm", "vi"]
    assert found["cost_options"][0]["amount"] == 0
    assert found["fees_description"] == "miễn phí"
    assert found["asks_identity"] is False
    assert found["accepts_voluntary"] is True
    assert found["open_on_holidays"] is False
    assert found["assured_date"] == found["verified_on"] == "2026-02-11"
    place = found["service_at_locations"][0]["location"]
    assert (place["commune_code"], place["province_code"]) == ("21589", "52")
    assert place["approximate"] is False
    assert place["former_unit"] == "thị xã cũ"
    assert place["addresses"][0]["postal_code"] == ""
    assert place["accessibility"][0]["description"] == "có đường dốc"


async def test_what_is_not_known_is_left_out(session: AsyncSession) -> None:
    await save_all(session, varied_rows(60, UNITS, TODAY), UNITS, LAN)
    services = await public(session)
    assert len(services) > 15
    assert not list(_nothings(services))


async def test_a_point_that_is_the_communes_centre_is_called_approximate(
    session: AsyncSession,
) -> None:
    await save_all(session, [row("a"), row("b", commune_code="")], UNITS, LAN)
    places = {
        one["key"]: one["service_at_locations"][0]["location"] for one in await public(session)
    }
    assert places["a"]["approximate"] is True
    assert "approximate" not in places["b"]
    assert "latitude" not in places["b"]


@pytest.mark.parametrize(
    "cells",
    [
        {"status": "temporarily closed"},
        {"status": "inactive"},
        {"status": "defunct"},
        {"reliability": "unverified", "verified_on": "", "verified_by": "", "verified_until": ""},
        {"verified_until": "2026-11-22"},
        {"verified_on": "2026-11-24", "verified_until": "2027-11-24"},
    ],
)
async def test_what_a_citizen_may_not_see_today_is_not_there(
    session: AsyncSession, cells: dict[str, str]
) -> None:
    await save(session, row("a", **cells), UNITS, LAN)
    assert await public(session) == []
    assert await finding.count(session, finding.organizations(TODAY)) == 0
    assert await finding.count(session, finding.service_at_locations(TODAY)) == 0


async def test_it_is_there_on_its_last_day_and_gone_on_the_next(session: AsyncSession) -> None:
    await save(session, row("a"), UNITS, LAN)
    last = date(2027, 2, 11)
    assert len(await public(session, last)) == 1
    assert await public(session, last + timedelta(days=1)) == []
    assert await finding.state(session, last) != await finding.state(session, last + timedelta(1))


async def test_the_state_is_another_after_any_change(session: AsyncSession) -> None:
    await save(session, row("a"), UNITS, LAN)
    before = await finding.state(session, TODAY)
    await save(session, row("a", phone="115"), UNITS, Author("lan", NOW - timedelta(hours=1)))
    assert await finding.state(session, TODAY) != before


async def test_history_names_no_login_no_reason_and_no_former_number(session: AsyncSession) -> None:
    first = row("a", phone="0911111111", verified_by="thu.tran")
    await save(session, first, UNITS, Author("thu.tran", NOW))
    first |= {"source_name": "anh Ba", "source_url": "https://example.vn/anh-ba"}
    await save(session, first, UNITS, Author("thu.tran", NOW))
    first |= {"source_name": "báo Gia Lai", "source_url": "https://example.vn/tin"}
    newer = first | {"phone": "115", "verified_on": "2026-11-23", "verified_by": "minh.le"}
    later = Author("minh.le", NOW + timedelta(hours=1), "bà Lan gọi báo")
    await save(session, newer | {"verified_until": "2027-11-23"}, UNITS, later)
    (found,) = await public(session)
    text = json.dumps(found, ensure_ascii=False)
    for secret in ("thu.tran", "minh.le", "bà Lan", "0911111111", "anh Ba", "anh-ba"):
        assert secret not in text
    assert found["verified_by"] == EDITORS
    lines = {(one["field_name"], one["last_action_type"]) for one in found["metadata"]}
    assert lines == {
        ("", "create"),
        ("verified_on", "update"),
        ("verified_by", "update"),
        ("verified_until", "update"),
    }
    assert {one["updated_by"] for one in found["metadata"]} == {EDITORS}


async def test_the_seed_was_verified_by_those_who_made_it(
    directory: None, session: AsyncSession
) -> None:
    found = await public(session)
    assert {one["verified_by"] for one in found} == {COMPILERS}
    danger = {one["phones"][0]["number"] for one in found if one["danger_number"]}
    assert danger == {"112", "113", "114", "115"}
    police = next(one for one in found if one["kind"] == "commune_police")
    assert police["area"] == "commune"
    assert police["service_areas"][0]["name"] == "Mọi xã, phường, đặc khu"
    assert "Điều 31" in police["legal_basis"]
    tips = next(one for one in found if one["kind"] == "hotline_crime_tip")
    assert tips["offered"] is False


async def test_filters_are_joined_by_and(session: AsyncSession) -> None:
    rows = [
        row("a", name="Cơ sở Bình Minh", organization="Sở Y tế"),
        row("b", name="Cơ sở Bình Minh", organization="Công an"),
        row("c", name="Nơi khác", organization="Sở Y tế", kind="loan"),
    ]
    await save_all(session, rows, UNITS, LAN)
    whole = {one["key"]: one for one in await public(session)}
    office = {"organization_id": whole["a"]["organization_id"]}

    async def keys(**asked: Any) -> list[str]:
        return sorted(one["key"] for one in await public(session, **asked))

    assert await keys(search="bình minh") == ["a", "b"]
    assert await keys(**office) == ["a", "c"]
    assert await keys(search="bình minh", **office) == ["a"]
    assert await keys(taxonomy_term_id=taxonomy.term_id("loan"), **office) == ["c"]
    assert await keys(taxonomy_term_id=taxonomy.term_id("loan"), search="minh") == []
    assert await keys(taxonomy_id=taxonomy.TAXONOMY["id"]) == ["a", "b", "c"]
    assert await keys(taxonomy_id=taxonomy.term_id("loan")) == []
    assert await keys(modified_after=NOW) == ["a", "b", "c"]
    assert await keys(modified_after=NOW + timedelta(seconds=1)) == []


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("CƠ SỞ", True),
        ("co so", True),
        ("sở cơ", True),
        ("công AN", True),
        ("có sổ", False),
        ("50%_", False),
        ("a.c", False),
        ("[", False),
        ("   ", True),
    ],
)
async def test_search_reads_words_in_any_order(
    session: AsyncSession, search: str, found: bool
) -> None:
    await save(session, row("a", name="Cơ sở abc"), UNITS, LAN)
    assert bool(await public(session, search=search)) is found


async def test_a_line_is_found_below_the_term_of_all_lines(session: AsyncSession) -> None:
    line = {"area": "country", "commune_code": "", "province_code": ""}
    rows = [row("a", kind="hotline_child", **line), row("b", kind="hospital")]
    await save_all(session, rows, UNITS, LAN)
    (found,) = await public(session, taxonomy_term_id=taxonomy.term_id("hotline"))
    assert found["key"] == "a"
    term = found["attributes"][0]["taxonomy_term"]
    assert term["parent_id"] == str(taxonomy.term_id("hotline"))
    assert found["service_areas"][0]["extent_type"] == "text"


def test_every_kind_has_one_term_and_ids_stay() -> None:
    codes = [term["code"] for term in taxonomy.terms()]
    assert sorted(codes) == sorted(["hotline", *KINDS])
    assert len({term["id"] for term in taxonomy.terms()}) == len(codes)
    assert str(taxonomy.term_id("rehab_centre")) == "6574a7a0-efef-595a-a452-791a81ba4182"


async def test_a_page_takes_as_many_statements_as_a_record(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with sessions.begin() as session:
        await save_all(session, varied_rows(80, UNITS, TODAY), UNITS, LAN)
    counted = []
    for size in (1, 30):
        async with sessions() as session:
            ids = await finding.page(session, finding.services(TODAY), 1, size)
            connection = (await session.connection()).sync_connection
            statements: list[object] = []
            event.listen(connection, "before_cursor_execute", partial(_note, statements))
            assert len(await loading.services(session, ids, full=True)) == size
            counted.append(len(statements))
    assert counted[0] == counted[1] <= 10


async def test_an_organization_in_full_has_only_its_public_services(session: AsyncSession) -> None:
    rows = [row("a"), row("b"), row("c", status="defunct")]
    await save_all(session, rows, UNITS, LAN)
    ids = await finding.page(session, finding.organizations(TODAY), 1, 10)
    (found,) = await loading.organizations(session, TODAY, ids, full=True, full_service=False)
    assert sorted(one["key"] for one in found["services"]) == ["a", "b"]
    assert len(found["locations"]) == 2
    assert "phones" not in found["services"][0]


@pytest.mark.parametrize("fields", [profile.SERVICE, profile.LOCATION])
def test_every_field_of_the_profile_is_published_and_documented(fields: dict[str, Any]) -> None:
    shape = Service if fields is profile.SERVICE else Location
    text = DOCS.read_text("utf-8")
    for name in fields:
        assert name in shape.__annotations__
        assert f"`{name}`" in text, name


def _note(statements: list[object], *of: object) -> None:
    statements.append(of)


def _nothings(value: Any, at: str = "") -> Iterator[str]:
    """Where a null or an empty list stands."""
    if value is None or value == []:
        yield at
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _nothings(one, f"{at}.{name}")
    elif isinstance(value, list):
        for one in value:
            yield from _nothings(one, at)
