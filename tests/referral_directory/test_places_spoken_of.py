"""Places that a sentence speaks of without "ở", and the well-known bearer of a name."""

from __future__ import annotations

import pytest

from referral_directory.places import Gazetteer


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("can tho co cho nao cai khong", "thành phố Cần Thơ"),
        ("vung tau mua nay buon qua", "phường Vũng Tàu"),
        ("toi tu binh duong nhan tin", "thành phố Hồ Chí Minh"),
        ("dũng tàu có chỗ nào cai hông", "phường Vũng Tàu"),
        ("longxuyen e đg học nè", "phường Long Xuyên"),
        ("phú iên e ở đó", "tỉnh Đắk Lắk"),
        ("nai hien dong, son tra co ai giup khong", "phường Sơn Trà"),
        ("em song ngoai dao co to", "đặc khu Cô Tô"),
        ("que yen the gio o tro van trung, bac giang", "phường Nếnh"),
        ("em ở Bình Thạnh", "phường Bình Thạnh"),
        ("em ở Phú Nhuận", "phường Phú Nhuận"),
        ("em ở Tây Hồ", "phường Tây Hồ"),
    ],
)
def test_a_place_spoken_of_is_found(gazetteer: Gazetteer, text: str, name: str) -> None:
    assert [place.name for place in gazetteer.find(text)] == [name]


@pytest.mark.parametrize(
    "text",
    [
        "thay vinh long tot lam, khong trach mang ai",
        "ở dưới quê kg có ai giúp hết á",
        "dien bien co the xau hon",
        "ben tre em con yeu",
    ],
)
def test_an_ordinary_sentence_names_no_place(gazetteer: Gazetteer, text: str) -> None:
    assert gazetteer.find(text) == []


def test_another_province_named_decides_for_the_lesser_bearer(gazetteer: Gazetteer) -> None:
    (place,) = gazetteer.find("em ở Phú Nhuận, Đồng Tháp")
    assert place.province == "tỉnh Đồng Tháp"


def test_a_name_of_several_equals_is_asked_back(gazetteer: Gazetteer) -> None:
    assert len(gazetteer.find("em ở Tân Phú")) > 1
