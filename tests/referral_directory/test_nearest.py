"""Nearest is the nearest there is, and nothing unverified is told to anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from referral_directory.changes import save_all
from referral_directory.distance import distance_km
from referral_directory.found import ServiceFound
from referral_directory.nearest import (
    FARTHEST_KM,
    NEAR_KM,
    Wish,
    by_key,
    emergency_numbers,
    hotlines,
    nearest,
    seed_emergency_numbers,
)
from referral_directory.reading import read_row
from referral_directory.tables import Location, Organization, Service, ServiceAtLocation
from referral_directory.units import load_units
from referral_directory.words import describe
from tests.referral_directory.services import LAN, NOW, row

TODAY = date(2026, 11, 23)
SUNDAY = NOW - timedelta(days=1)
TET = datetime(2027, 2, 8, 3, 0, tzinfo=UTC)  # a Monday, in the days off for Tết
QUY_NHON = (13.78, 109.22)
LONG_HO = (10.1803, 105.995)
CRIME_TIP = "0769040404"
UNITS = load_units()


@dataclass(frozen=True)
class Spot:
    latitude: float
    longitude: float
    kind: str
    until: date
    minimum_age: int | None = None


async def put(session: AsyncSession, spots: list[Spot]) -> None:
    """The spots as rows, in as few statements as can be."""
    await session.execute(text("TRUNCATE organization CASCADE"))
    organization = uuid4()
    first = {"id": organization, "name": "x", "description": "x"}
    await session.execute(insert(Organization), [first])
    made: dict[Any, list[dict[str, Any]]] = {Service: [], Location: [], ServiceAtLocation: []}
    for number, spot in enumerate(spots):
        service, location = uuid4(), uuid4()
        at = {"latitude": spot.latitude, "longitude": spot.longitude}
        home = {"organization_id": organization, "name": f"{number:03}"}
        made[Service].append(
            home
            | {"id": service, "key": f"{number:03}", "status": "active", "last_modified": NOW}
            | {"kind": spot.kind, "area": "", "reliability": "verified", "source_name": "x"}
            | {"source_url": "https://example.org", "verified_by": "x"}
            | {"verified_on": date(2026, 1, 1), "verified_until": spot.until}
            | {"minimum_age": spot.minimum_age}
        )
        made[Location].append(
            home
            | {"id": location, "location_type": "physical", "approximate": True}
            | {"commune": "xã X", "province": "tỉnh X", "province_code": "86", **at}
        )
        made[ServiceAtLocation].append(
            {"id": uuid4(), "service_id": service, "location_id": location, "kind": spot.kind}
            | {"province_code": "86", "shown_from": date(2026, 1, 1), "shown_until": spot.until}
            | {"minimum_age": spot.minimum_age, "language_codes": [], **at}
        )
    for table, rows in made.items():
        if rows:
            await session.execute(insert(table), rows)


latitudes = st.floats(8.5, 23.4)
longitudes = st.floats(102.1, 114.5)
days = st.sampled_from([TODAY, date(2027, 1, 1), date(2026, 11, 22)])
ages = st.sampled_from([None, 16, 18])
spots = st.builds(
    Spot,
    latitudes,
    longitudes,
    st.sampled_from(["rehab_centre", "substitution_treatment"]),
    days,
    ages,
)
close = st.builds(lambda lat, lon: (lat, lon), st.floats(10.0, 10.6), st.floats(105.8, 106.4))
crowd = st.lists(
    st.one_of(spots, close.map(lambda p: Spot(*p, "rehab_centre", TODAY))), max_size=25
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    crowd,
    st.one_of(close, st.tuples(latitudes, longitudes)),
    st.integers(1, 5),
    st.sampled_from([None, 17]),
)
async def test_nearest_is_what_looking_at_every_row_gives(
    session: AsyncSession,
    crowd: list[Spot],
    point: tuple[float, float],
    limit: int,
    age: int | None,
) -> None:
    await put(session, crowd)
    found = await nearest(
        session,
        kinds=["rehab_centre"],
        latitude=point[0],
        longitude=point[1],
        limit=limit,
        now=NOW,
        wish=Wish(age=age),
    )
    every = sorted(
        distance_km(*point, spot.latitude, spot.longitude)
        for spot in crowd
        if spot.kind == "rehab_centre"
        and spot.until >= TODAY
        and (age is None or (spot.minimum_age or 0) <= age)
    )
    within = [away for away in every if away <= NEAR_KM]
    far = [away for away in every[:1] if away <= FARTHEST_KM]
    assert [s.distance_km for s in found.near] == pytest.approx(within[:limit])
    assert [s.distance_km for s in found.farther] == pytest.approx([] if within else far)


@given(latitudes, longitudes, latitudes, longitudes)
def test_distance_is_symmetric_and_zero_only_at_home(
    a: float, b: float, c: float, d: float
) -> None:
    assert distance_km(a, b, c, d) == pytest.approx(distance_km(c, d, a, b))
    assert distance_km(a, b, a, b) == 0


def test_distance_of_two_known_cities() -> None:
    ha_noi, ho_chi_minh = (21.0285, 105.8542), (10.7769, 106.7009)
    assert distance_km(*ha_noi, *ho_chi_minh) == pytest.approx(1143, abs=5)


async def near(
    session: AsyncSession, point: tuple[float, float], kinds: list[str] | None, **more: Any
) -> Any:
    asked = {"now": NOW, **more}
    return await nearest(session, kinds=kinds, latitude=point[0], longitude=point[1], **asked)


def names(services: tuple[ServiceFound, ...]) -> list[str]:
    return [service.name for service in services]


async def test_the_verified_centre_is_found_near_quy_nhon(
    session: AsyncSession, directory: None
) -> None:
    found = await near(session, QUY_NHON, ["rehab_centre"])
    assert names(found.near) == ["Cơ sở cai nghiện ma túy số 2 tỉnh Gia Lai"]
    assert found.near[0].verified
    assert found.near[0].approximate
    assert found.near[0].accepts_voluntary is None
    assert found.farther == ()


async def test_where_nothing_is_near_the_nearest_verified_is_named_as_far(
    session: AsyncSession, directory: None
) -> None:
    found = await near(session, (12.24, 109.19), ["rehab_centre"])
    assert found.near == ()
    assert NEAR_KM < found.farther[0].distance_km <= FARTHEST_KM


async def test_nobody_is_sent_across_the_country(session: AsyncSession, directory: None) -> None:
    found = await near(session, (22.82, 104.98), ["vocational_training"])
    assert found.near == found.farther == ()
    far = await near(session, LONG_HO, None)
    assert far.near == far.farther == far.instead == ()


async def test_where_no_such_kind_is_verified_another_kind_is_named_as_such(
    session: AsyncSession, directory: None
) -> None:
    found = await near(session, (13.1, 109.3), ["counselling_point"])
    assert found.near == found.farther == ()
    assert found.instead[0].kind == "rehab_centre"
    assert found.instead[0].verified
    told = describe(found, None)
    assert "loại khác" in told
    assert " km" in told


async def test_a_row_past_its_date_is_told_to_nobody(
    session: AsyncSession, directory: None
) -> None:
    name = "Cơ sở cai nghiện ma túy số 2 tỉnh An Giang"
    last = datetime(2026, 10, 7, 16, 59, tzinfo=UTC)  # a minute to midnight in Viet Nam
    before = await near(session, (10.2, 105.0), ["rehab_centre"], province_code="91", now=last)
    (was,) = [s for s in (*before.near, *before.farther) if s.name == name]
    assert was.address == "ấp Kiên Hảo, xã Mỹ Thuận"
    late = last + timedelta(minutes=1)
    after = await near(session, (10.2, 105.0), ["rehab_centre"], province_code="91", now=late)
    assert name not in names((*after.near, *after.farther, *after.province, *after.instead))


async def test_a_row_verified_later_is_not_verified_yet(
    session: AsyncSession, directory: None
) -> None:
    early = datetime(2026, 1, 1, tzinfo=UTC)
    found = await near(session, QUY_NHON, ["rehab_centre"], now=early)
    assert "Cơ sở cai nghiện ma túy số 2 tỉnh Gia Lai" not in names(found.near)


async def test_verified_rows_of_the_province_without_a_commune_are_given_apart(
    session: AsyncSession, directory: None
) -> None:
    found = await near(session, QUY_NHON, ["vocational_training"], province_code="52")
    assert [s.distance_km for s in found.province] == [None]
    assert found.near == ()


async def test_what_every_commune_has_by_law_comes_with_its_articles(
    session: AsyncSession, directory: None
) -> None:
    found = await near(session, LONG_HO, ["rehab_centre"])
    (police,) = found.by_law
    assert police.kind == "commune_police"
    assert "Luật 120/2025/QH15, Điều 31" in police.legal_basis
    assert "Luật 120/2025/QH15, Điều 31" in describe(found, None)


async def test_rows_in_no_use_or_unverified_are_told_to_nobody(session: AsyncSession) -> None:
    unverified = {"reliability": "unverified", "verified_on": "", "verified_by": ""}
    rows = [
        row("shown"),
        row("closed", status="temporarily closed"),
        row("gone", status="defunct"),
        row("doubt", verified_until="", **unverified),
    ]
    await save_all(session, rows, UNITS, LAN)
    found = await near(session, QUY_NHON, ["rehab_centre"], limit=9)
    assert [s.key for s in found.near] == ["shown"]


async def test_age_language_and_hours_narrow_the_search(session: AsyncSession) -> None:
    office = "MO-FR 07:30-11:30,13:30-17:00"
    rows = [
        row("adult", minimum_age="18"),
        row("young", maximum_age="17"),
        row("khmer", languages="vi; khm"),
        row("office", hours=office),
        row("tet", hours=office, holidays="open"),
        row("always", hours="24/7"),
    ]
    await save_all(session, rows, UNITS, LAN)

    async def keys(now: datetime = NOW, **wish: Any) -> set[str]:
        asked = {"limit": 9, "now": now, "wish": Wish(**wish)}
        found = await near(session, QUY_NHON, ["rehab_centre"], **asked)
        return {service.key for service in found.near}

    assert await keys(age=16) == {"young", "khmer", "office", "tet", "always"}
    assert await keys(age=18) == {"adult", "khmer", "office", "tet", "always"}
    assert await keys(language="khm") == {"khmer"}
    assert await keys(language="vi") == {"adult", "young", "khmer", "office", "tet", "always"}
    assert await keys(open_now=True) == {"office", "tet", "always"}
    assert await keys(now=SUNDAY, open_now=True) == {"always"}
    assert await keys(now=TET, open_now=True) == {"tet", "always"}
    assert await keys(open_now=True, age=16, language="vi") == {"office", "tet", "always"}


async def test_a_service_tells_whether_it_is_open_and_how_precise_its_point_is(
    session: AsyncSession,
) -> None:
    precise = row("a", latitude="13.76", longitude="109.17", hours="MO 07:30-11:30")
    await save_all(session, [precise, row("b")], UNITS, LAN)
    a, b = await by_key(session, "a", NOW), await by_key(session, "b", NOW)
    assert a is not None
    assert b is not None
    assert (a.approximate, a.open_now, a.hours) == (False, True, "Thứ Hai, 07:30 - 11:30")
    assert (b.approximate, b.open_now, b.hours) == (True, None, None)
    assert await by_key(session, "c", NOW) is None


@pytest.mark.parametrize("kinds", [None, ["hotline_crime_tip"], ["hotline"], ["authority"]])
async def test_the_crime_tip_line_is_never_offered(
    session: AsyncSession, directory: None, kinds: list[str] | None
) -> None:
    found = await near(session, (21.0, 105.8), kinds, province_code="01")
    everything = (
        *found.near, *found.farther, *found.instead, *found.province, *found.by_law, *found.national
    )  # fmt: skip
    assert everything
    assert {s.kind for s in everything}.isdisjoint({"hotline_crime_tip", "authority"})
    assert CRIME_TIP not in {s.phone for s in everything}


async def test_hotlines_are_emergency_numbers_then_the_child_line(
    session: AsyncSession, directory: None
) -> None:
    numbers = [s.phone for s in await hotlines(session, NOW)]
    assert numbers == ["115", "113", "114", "112", "111"]


async def test_emergency_numbers_outlive_their_date_but_lines_do_not(
    session: AsyncSession, directory: None
) -> None:
    late = datetime(2028, 1, 1, tzinfo=UTC)
    found = await emergency_numbers(session, late)
    assert [(s.phone, s.verified) for s in found][:2] == [("115", False), ("113", False)]
    assert "111" not in {s.phone for s in await hotlines(session, late)}


async def test_an_empty_directory_finds_nothing_and_does_not_fail(session: AsyncSession) -> None:
    found = await near(session, (10.0, 106.0), ["rehab_centre"])
    assert found.near == found.farther == found.instead == found.by_law == found.national == ()


def test_the_emergency_numbers_are_there_without_a_database() -> None:
    numbers = seed_emergency_numbers()
    assert list(numbers) == ["115", "113", "114", "112", "111"]
    assert numbers["115"] == "cấp cứu y tế"
    assert CRIME_TIP not in numbers


@pytest.mark.parametrize("point", [(91.0, 0.0), (0.0, 181.0), (float("nan"), 0.0)])
async def test_a_point_off_the_earth_is_refused(
    session: AsyncSession, point: tuple[float, float]
) -> None:
    with pytest.raises(ValueError, match=r"degrees|finite"):
        await near(session, point, None)


async def test_only_the_emergency_numbers_of_the_seed_outlive_their_day_and_none_is_told_unseen(
    session: AsyncSession, directory: None
) -> None:
    nation = {"area": "country", "kind": "emergency", "commune_code": "", "province_code": ""}
    unverified = {"reliability": "unverified", "verified_on": "", "verified_by": ""}
    own = [
        row("checked", phone="19001111", **nation),
        row("doubt", phone="19002222", verified_until="", **nation, **unverified),
        row("mute", **nation),
    ]
    gone = await read_row(session, "emergency-112")
    assert gone is not None
    await save_all(session, [*own, gone | {"status": "defunct"}], UNITS, LAN)
    now = [s.phone for s in await emergency_numbers(session, NOW)]
    assert now == ["115", "113", "114", "19001111"]
    late = datetime(2028, 1, 1, tzinfo=UTC)
    assert [s.phone for s in await emergency_numbers(session, late)] == ["115", "113", "114"]


async def test_no_more_of_a_province_are_told_than_were_asked_for(session: AsyncSession) -> None:
    rows = [row(f"p{number}", commune_code="") for number in range(9)]
    await save_all(session, rows, UNITS, LAN)
    found = await near(session, QUY_NHON, ["rehab_centre"], province_code="52", limit=4)
    assert [s.key for s in found.province] == ["p0", "p1", "p2", "p3"]


async def test_another_kind_nearby_is_not_said_to_be_far(session: AsyncSession) -> None:
    await save_all(session, [row("a")], UNITS, LAN)
    found = await near(session, QUY_NHON, ["counselling_point"])
    assert found.instead[0].key == "a"
    told = describe(found, None)
    assert "loại khác:" in told
    assert "xa" not in told.split("loại khác")[1].split(":")[0]
