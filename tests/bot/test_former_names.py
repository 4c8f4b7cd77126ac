"""Offices and places that no longer exist, and what people are told of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import bot
from bot.former_names import translate
from bot.laws import Register
from referral_directory.places import Gazetteer

TODAY = date(2026, 11, 23)
GAZETTEER = Gazetteer.load()
BOOK = yaml.safe_load(
    (Path(bot.__file__).parent / "content" / "former_names.yml").read_text("utf-8")
)
ROWS = [*BOOK["agencies"], *({"key": key, **row} for key, row in BOOK["places"].items())]


def keys(text: str) -> list[str]:
    return [name.key for name in translate(text, GAZETTEER)]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("nộp đơn ở Sở LĐTBXH được không", "labour_province"),
        ("so lao dong con quan ly cai nghien ko", "labour_province"),
        ("phòng lao động thương binh xã hội huyện", "labour_district"),
        ("phong ldtbxh quan 8", "labour_district"),
        ("chi cuc phong chong te nan xa hoi o dau", "social_evils"),
        ("bị đưa vô trung tâm 06", "centre_06"),
        ("trai 06", "centre_06"),
        ("công an huyện gọi em lên", "police_district"),
        ("cong an quan 3 moi toi", "police_district"),
        ("công an thành phố Quy Nhơn", "police_district"),
        ("UBND huyện xác nhận", "committee_district"),
        ("uy ban quan go vap", "committee_district"),
        ("tòa án huyện Củ Chi", "court_district"),
        ("bảo hiểm xã hội huyện", "insurance_district"),
        ("trung tam y te huyen", "health_district"),
        ("phòng tư pháp huyện", "offices_district"),
        ("bộ lao động thương binh và xã hội", "labour_ministry"),
        ("công an tỉnh Nam Định", "place"),
        ("sở y tế Sóc Trăng", "place"),
    ],
)
def test_a_former_office_is_known_as_people_write_it(text: str, key: str) -> None:
    assert keys(text) == [key]


@pytest.mark.parametrize(
    "text",
    [
        "công an xã gọi em lên",
        "công an quản lý chặt quá",
        "cong an quan ly toi",
        "công an thành phố Hà Nội",
        "sở y tế Vĩnh Long",
        "tui ở Bến Tre, huyện Châu Thành",
        "quê Nam Định",
        "tòa án nhân dân khu vực",
        "phòng trọ quận 8",
        "ở trại 6 tháng",
        "phòng chống ma túy",
        "ủy ban nhân dân xã",
    ],
)
def test_offices_of_today_and_places_alone_need_no_line(text: str) -> None:
    assert keys(text) == []


def test_a_former_province_beside_an_office_is_told_by_its_name_today() -> None:
    (name,) = translate("công an tỉnh Nam Định ở đâu", GAZETTEER)
    assert name.text == "tỉnh Nam Định"
    assert "tỉnh Ninh Bình" in name.line


def test_a_district_is_never_said_to_be_one_commune() -> None:
    lines = [name.line for name in translate("trại cai ở huyện Củ Chi", GAZETTEER)]
    assert lines
    assert not any("xã Củ Chi" in line for line in lines)


def test_a_name_that_many_places_bore_is_not_guessed() -> None:
    assert keys("công an xã Tân Hòa") == []


def test_the_same_line_comes_once() -> None:
    assert keys("sở lao động hay sở lđtbxh") == ["labour_province"]


def test_labour_offices_send_to_the_commune_police() -> None:
    (name,) = translate("sở lao động", GAZETTEER)
    assert "01/3/2025" in name.line
    assert "công an xã, phường" in name.line
    assert name.valid_from == date(2025, 3, 1)
    assert ("D06", "") in name.citations


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["key"])
def test_every_line_rests_on_facts_and_laws_in_force(row: dict[str, object]) -> None:
    register = Register.load()
    facts, citations = row["facts"], row["citations"]
    assert isinstance(facts, list)
    assert isinstance(citations, list)
    assert citations
    assert all(fact.startswith("F") and fact[1:].isdecimal() for fact in facts)
    for citation in citations:
        assert register.in_force(citation["doc"], TODAY)


@given(st.text(max_size=300))
def test_any_string_is_translated_without_error(text: str) -> None:
    translate(text, GAZETTEER)
