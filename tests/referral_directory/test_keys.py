"""Keys made of names and places."""

from __future__ import annotations

import re

import pytest

from referral_directory.keys import key_of

AT = {"commune_code": "21589", "province_code": "52", "area": ""}


@pytest.mark.parametrize(
    ("cells", "key"),
    [
        ({"name": "Điểm tư vấn Ánh Dương", **AT}, "diem-tu-van-anh-duong-21589"),
        ({"name": "BV  115 (cơ sở 2)", "province_code": "52"}, "bv-115-co-so-2-52"),
        ({"name": "Tổng đài 111", "area": "country"}, "tong-dai-111-country"),
        ({"name": "Trạm y tế"}, "tram-y-te"),
        ({"name": "", **AT}, ""),
    ],
)
def test_a_key_is_the_plain_name_and_the_place(cells: dict[str, str], key: str) -> None:
    assert key_of(cells) == key


def test_names_alike_only_in_their_beginning_have_keys_of_their_own() -> None:
    names = ["Trung tâm " + "y tế dự phòng " * 9 + end for end in ("một", "hai")]
    keys = {key_of({"name": name, **AT}, number) for name in names for number in (1, 2, 19)}
    assert len(keys) == 6
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9-]{0,79}", key) for key in keys)


def test_names_in_other_letters_have_keys_of_their_own() -> None:
    keys = {key_of({"name": name, **AT}) for name in ("诊所", "药房")}
    assert len(keys) == 2
    assert all(re.fullmatch(r"[0-9a-f]{8}-21589", key) for key in keys)


def test_a_number_tells_equal_names_in_one_place_apart() -> None:
    cells = {"name": "Trạm y tế", **AT}
    assert key_of(cells, 2) == "tram-y-te-21589-2"
    assert key_of({"name": "Trạm y tế"}, 2) == "tram-y-te-2"
