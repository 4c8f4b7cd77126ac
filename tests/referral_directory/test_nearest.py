"""Nearest is the nearest there is, and nothing unverified passes for verified."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from referral_directory.load import load_services
from referral_directory.nearest import (
    NEAR_KM,
    distance_km,
    emergency_numbers,
    hotlines,
    nearest,
    seed_emergency_numbers,
)
from referral_directory.tables import Location, Organization, Service, ServiceAtLocation
from referral_directory.words import describe

TODAY = date(2026, 11, 23)
QUY_NHON = (13.78, 109.22)
LONG_HO = (10.1803, 105.995)
CRIME_TIP = "0769040404"


@dataclass(frozen=True)
class Spot:
    latitude: float
    longitude: float
    kind: str
    until: date


async def put(session: AsyncSession, spots: list[Spot]) -> None:
    organization = Organization(id=uuid4(), name="x", description="x")
    session.add(organization)
    await session.flush()
    for number, spot in enumerate(spots):
        service = Service(
            id=uuid4(),
            organization_id=organization.id,
            name=f"{number:03}",
            status="active",
            kind=spot.kind,
            reliability="verified",
            source_name="x",
            source_url="https://example.org",
            verified_on=date(2026, 1, 1),
            verified_by="x",
            verified_until=spot.until,
        )
        location = Location(
            id=uuid4(),
            organization_id=organization.id,
            location_type="physical",
            name="x",
            latitude=spot.latitude,
            longitude=spot.longitude,
            commune="xã X",
            province="tỉnh X",
            province_code="86",
        )
        session.add_all([service, location])
        await session.flush()
        session.add(
            ServiceAtLocation(
                id=uuid4(),
                service_id=service.id,
                location_id=location.id,
                kind=spot.kind,
                latitude=spot.latitude,
                longitude=spot.longitude,
            )
        )
    await session.flush()


async def clear(session: AsyncSession) -> None:
    for table in (ServiceAtLocation, Location, Service, Organization):
        await session.execute(delete(table))


latitudes = st.floats(8.5, 23.4)
longitudes = st.floats(102.1, 114.5)
spots = st.builds(
    Spot,
    latitudes,
    longitudes,
    st.sampled_from(["rehab_centre", "substitution_treatment"]),
    st.sampled_from([TODAY, date(2027, 1, 1), date(2026, 11, 22)]),
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
@given(crowd, st.one_of(close, st.tuples(latitudes, longitudes)), st.integers(1, 5))
async def test_nearest_is_what_looking_at_every_row_gives(
    session: AsyncSession, crowd: list[Spot], point: tuple[float, float], limit: int
) -> None:
    await clear(session)
    await put(session, crowd)
    found = await nearest(
        session,
        kinds=["rehab_centre"],
        latitude=point[0],
        longitude=point[1],
        limit=limit,
        on=TODAY,
    )
    every = sorted(
        distance_km(*point, spot.latitude, spot.longitude)
        for spot in crowd
        if spot.kind == "rehab_centre" and spot.until >= TODAY
    )
    within = [away for away in every if away <= NEAR_KM]
    assert [s.distance_km for s in found.near] == pytest.approx(within[:limit])
    assert [s.distance_km for s in found.farther] == pytest.approx([] if within else every[:1])


@given(latitudes, longitudes, latitudes, longitudes)
def test_distance_is_symmetric_and_zero_only_at_home(
    a: float, b: float, c: float, d: float
) -> None:
    assert distance_km(a, b, c, d) == pytest.approx(distance_km(c, d, a, b))
    assert distance_km(a, b, a, b) == 0


def test_distance_of_two_known_cities() -> None:
    ha_noi, ho_chi_minh = (21.0285, 105.8542), (10.7769, 106.7009)
    assert distance_km(*ha_noi, *ho_chi_minh) == pytest.approx(1143, abs=5)


async def test_the_verified_centre_is_found_near_quy_nhon(session: AsyncSession) -> None:
    await load_services(session)
    found = await nearest(
        session, kinds=["rehab_centre"], latitude=QUY_NHON[0], longitude=QUY_NHON[1], on=TODAY
    )
    assert [s.name for s in found.near] == ["Cơ sở cai nghiện ma túy số 2 tỉnh Gia Lai"]
    assert found.near[0].verified
    assert found.near[0].accepts_voluntary is None
    assert found.farther == ()


async def test_where_nothing_is_near_the_nearest_verified_is_named_as_far(
    session: AsyncSession,
) -> None:
    await load_services(session)
    found = await nearest(
        session,
        kinds=["rehab_centre"],
        latitude=LONG_HO[0],
        longitude=LONG_HO[1],
        province_code="86",
        on=TODAY,
    )
    assert found.near == ()
    assert (found.farther[0].distance_km or 0) > NEAR_KM
    assert {s.province for s in found.unverified} == {"tỉnh Vĩnh Long"}
    assert all(not s.verified and not s.phone and not s.address for s in found.unverified)


async def test_who_asks_for_any_help_is_told_honestly_how_far_the_nearest_is(
    session: AsyncSession,
) -> None:
    await load_services(session)
    found = await nearest(session, kinds=None, latitude=10.7, longitude=106.6, on=TODAY)
    assert found.near == found.instead == ()
    assert (found.farther[0].distance_km or 0) > NEAR_KM


async def test_where_no_such_kind_is_verified_another_kind_is_named_as_such(
    session: AsyncSession,
) -> None:
    await load_services(session)
    found = await nearest(
        session, kinds=["counselling_point"], latitude=LONG_HO[0], longitude=LONG_HO[1], on=TODAY
    )
    assert found.near == found.farther == ()
    assert found.instead[0].kind == "rehab_centre"
    assert found.instead[0].verified
    text = describe(found, None, TODAY)
    assert "loại khác" in text
    assert " km" in text


async def test_a_row_past_its_date_is_unverified_and_loses_its_address(
    session: AsyncSession,
) -> None:
    await load_services(session)
    an_giang = {"kinds": ["rehab_centre"], "latitude": 10.2, "longitude": 105.0}
    before = await nearest(session, **an_giang, province_code="91", on=date(2026, 10, 7))  # type: ignore[arg-type]
    after = await nearest(session, **an_giang, province_code="91", on=date(2026, 10, 8))  # type: ignore[arg-type]
    name = "Cơ sở cai nghiện ma túy số 2 tỉnh An Giang"
    (was,) = [s for s in (*before.near, *before.farther) if s.name == name]
    assert was.address == "ấp Kiên Hảo, xã Mỹ Thuận"
    (now,) = [s for s in after.unverified if s.name == name]
    assert (now.verified, now.address, now.phone) == (False, None, None)
    assert name not in {s.name for s in (*after.near, *after.farther, *after.province)}


async def test_a_row_verified_later_is_not_verified_yet(session: AsyncSession) -> None:
    await load_services(session)
    early = date(2026, 1, 1)
    found = await nearest(
        session, kinds=["rehab_centre"], latitude=QUY_NHON[0], longitude=QUY_NHON[1], on=early
    )
    assert "Cơ sở cai nghiện ma túy số 2 tỉnh Gia Lai" not in {s.name for s in found.near}


async def test_verified_rows_of_the_province_without_a_commune_are_given_apart(
    session: AsyncSession,
) -> None:
    await load_services(session)
    found = await nearest(
        session,
        kinds=["vocational_training"],
        latitude=QUY_NHON[0],
        longitude=QUY_NHON[1],
        province_code="52",
        on=TODAY,
    )
    assert [s.distance_km for s in found.province] == [None]
    assert found.near == ()


@pytest.mark.parametrize("kinds", [None, ["hotline_crime_tip"], ["hotline"], ["authority"]])
async def test_the_crime_tip_line_is_never_offered(
    session: AsyncSession, kinds: list[str] | None
) -> None:
    await load_services(session)
    found = await nearest(
        session, kinds=kinds, latitude=21.0, longitude=105.8, province_code="01", on=TODAY
    )
    everything = (
        *found.near, *found.farther, *found.province, *found.unverified, *found.national
    )  # fmt: skip
    assert {s.kind for s in everything}.isdisjoint({"hotline_crime_tip", "authority"})
    assert CRIME_TIP not in {s.phone for s in everything}


async def test_hotlines_are_emergency_numbers_then_the_child_line(session: AsyncSession) -> None:
    await load_services(session)
    numbers = [s.phone for s in await hotlines(session, TODAY)]
    assert numbers == ["115", "113", "114", "112", "111"]


async def test_emergency_numbers_outlive_their_date_but_lines_do_not(
    session: AsyncSession,
) -> None:
    await load_services(session)
    late = date(2028, 1, 1)
    found = await emergency_numbers(session, late)
    assert [(s.phone, s.verified) for s in found][:2] == [("115", False), ("113", False)]
    assert "111" not in {s.phone for s in await hotlines(session, late)}


async def test_an_unverified_line_is_named_only_when_lines_are_asked_for(
    session: AsyncSession,
) -> None:
    await load_services(session)
    asked = await nearest(session, kinds=["hotline"], latitude=10.0, longitude=106.0, on=TODAY)
    (line,) = [s for s in asked.unverified if s.name == "Đường dây nóng Ngày Mai"]
    assert (line.phone, line.hours, line.verified) == (None, None, False)
    general = await nearest(session, kinds=None, latitude=10.0, longitude=106.0, on=TODAY)
    assert "Đường dây nóng Ngày Mai" not in {s.name for s in general.unverified}


async def test_an_empty_directory_finds_nothing_and_does_not_fail(session: AsyncSession) -> None:
    found = await nearest(session, kinds=None, latitude=10.0, longitude=106.0, on=TODAY)
    assert found.near == found.farther == found.unverified == found.national == ()


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
        await nearest(session, kinds=None, latitude=point[0], longitude=point[1], on=TODAY)
