"""Former places in a citizen's words, as the counsellor reads them."""

from __future__ import annotations

import pytest

from bot.todays_places import todays_places
from referral_directory.places import Gazetteer


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("quê em ở Nam Định", "tỉnh Nam Định (cũ) → tỉnh Ninh Bình"),
        ("que o tinh tra vinh", "tỉnh Trà Vinh (cũ) → tỉnh Vĩnh Long"),
        ("phường 5 quận 8", "phường 5 (cũ) → phường Chánh Hưng, thành phố Hồ Chí Minh"),
        ("em ở huyện Côn Đảo", "huyện Côn Đảo (cũ) → đặc khu Côn Đảo, thành phố Hồ Chí Minh"),
    ],
)
def test_a_former_place_is_told_by_its_name_today(
    gazetteer: Gazetteer, text: str, line: str
) -> None:
    assert line in todays_places(text, gazetteer)


def test_a_district_is_never_said_to_be_one_commune(gazetteer: Gazetteer) -> None:
    (kept_name,) = todays_places("em ở huyện Củ Chi", gazetteer)
    (lost_name,) = todays_places("em ở quận 8", gazetteer)
    assert "chia về các xã, phường, như xã Củ Chi" in kept_name
    assert lost_name == "quận 8 (cũ) → nay chia về các xã, phường của thành phố Hồ Chí Minh"


@pytest.mark.parametrize(
    "text", ["em ở Cần Thơ", "em mệt quá chị ơi", "xã Tân Hòa", "", "😢" * 3000]
)
def test_todays_places_and_names_of_many_places_need_no_line(
    gazetteer: Gazetteer, text: str
) -> None:
    assert todays_places(text, gazetteer) == ()
