"""What a person reads: the source and its date with every item, warnings where they belong."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from referral_directory.nearest import Findings, hotlines, nearest
from referral_directory.places import Gazetteer, Place
from referral_directory.words import describe, describe_hotlines
from tests.referral_directory.services import NOW

pytestmark = pytest.mark.usefixtures("directory")


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load()


async def around(session: AsyncSession, place: Place, kinds: list[str] | None) -> Findings:
    return await nearest(
        session,
        kinds=kinds,
        latitude=place.latitude,
        longitude=place.longitude,
        province_code=place.province_code,
        now=NOW,
    )


async def test_a_near_place_tells_distance_source_and_how_long_it_holds(
    session: AsyncSession, gazetteer: Gazetteer
) -> None:
    (place,) = gazetteer.find("phường Quy Nhơn")
    text = describe(await around(session, place, ["rehab_centre"]), place)
    assert text.startswith("Nơi gần phường Quy Nhơn, tỉnh Gia Lai")
    assert re.search(r"cách khoảng \d+ km \(tính đến trung tâm phường\)", text)
    assert "báo Gia Lai (baogialai.com.vn), 11/02/2026; xác minh đến 11/02/2027" in text
    assert "chưa rõ nơi này có nhận người tự nguyện" in text
    assert "Nhận đăng ký cai nghiện" in text


async def test_nothing_near_is_said_first_and_the_police_of_the_commune_named(
    session: AsyncSession, gazetteer: Gazetteer
) -> None:
    (place,) = gazetteer.find("huyện Long Hồ")
    text = describe(await around(session, place, ["counselling_point"]), place)
    assert text.startswith("Mình chưa có điểm tư vấn nào đã được xác minh")
    assert "xã Long Hồ, tỉnh Vĩnh Long (huyện Long Hồ cũ)" in text
    assert "công an xã, phường nơi bạn cư trú" in text
    assert "111" in text


async def test_a_point_without_a_name_is_where_the_person_is(session: AsyncSession) -> None:
    found = await nearest(session, kinds=None, latitude=10.18, longitude=105.98, now=NOW)
    text = describe(found, None)
    assert text.startswith("Mình chưa có nơi trợ giúp nào đã được xác minh trong vòng 50 km")
    assert "quanh chỗ bạn" in text


async def test_asking_for_lines_gives_lines_and_no_talk_of_distance(
    session: AsyncSession, gazetteer: Gazetteer
) -> None:
    (place,) = gazetteer.find("Cần Thơ")
    text = describe(await around(session, place, ["hotline"]), place)
    assert "111" in text
    assert "km" not in text


async def test_every_number_comes_with_its_source_and_date(session: AsyncSession) -> None:
    text = describe_hotlines(await hotlines(session, NOW), NOW.date())
    lines = [line for line in text.splitlines() if line.startswith("•")]
    assert [line.split()[1] for line in lines] == ["115", "113", "114", "112", "111"]
    assert all("Nguồn: " in line and "xác minh đến 22/05/2027" in line for line in lines)


async def test_old_emergency_numbers_are_given_with_the_doubt(session: AsyncSession) -> None:
    late = datetime(2028, 1, 1, tzinfo=UTC)
    text = describe_hotlines(await hotlines(session, late), late.date())
    assert "115" in text
    assert "lâu rồi chưa kiểm tra lại" in text
    assert "xác minh đến" not in text


def test_without_any_number_the_text_still_says_what_to_do() -> None:
    assert "nhờ ngay người ở gần" in describe_hotlines([], NOW.date())
