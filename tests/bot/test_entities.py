"""What a message names: places, substances, ages, and whom it is about."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.entities import KINDS, Entity, find
from bot.entities.lists import check, load
from bot.entities.substances import IDS, substances
from bot.understand import clean, fold
from referral_directory.places import Gazetteer

TODAY = date(2026, 11, 23)
LINES = yaml.safe_load((Path(__file__).parent / "entities_dev.yml").read_text("utf-8"))
GAZETTEER = Gazetteer.load()
LEAST_F1 = 0.95
LEAST_F1_BARE = 0.9


def named(text: str, kind: str, today: date = TODAY) -> list[str]:
    return [entity.value for entity in find(text, GAZETTEER, today) if entity.kind == kind]


def f1(kind: str, write: Callable[[str], str]) -> float:
    counts: Counter[str] = Counter()
    for line in LINES:
        got, wanted = set(named(write(line["text"]), kind)), set(line.get(kind, ()))
        counts.update(both=len(got & wanted), either=len(got) + len(wanted))
    return 2 * counts["both"] / counts["either"]


def test_development_lines_are_enough_and_of_every_kind() -> None:
    assert len(LINES) >= 150
    for line in LINES:
        assert set(line) <= {"text", *KINDS}
    assert {kind for line in LINES for kind in line} == {"text", *KINDS}
    assert {code for line in LINES for code in line.get("substance", ())} == set(IDS) - {"other"}
    assert {who for line in LINES for who in line.get("relation", ())} == {
        "self",
        *load()["relations"],
    }


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "commune"])
def test_development_lines_are_understood(kind: str) -> None:
    assert f1(kind, str) >= LEAST_F1


@pytest.mark.parametrize("kind", ["substance", "age", "relation"])
def test_development_lines_are_understood_without_accents(kind: str) -> None:
    assert f1(kind, fold) >= LEAST_F1_BARE


@pytest.mark.parametrize("text", [line["text"] for line in LINES])
def test_each_entity_is_a_stretch_of_the_cleaned_text(text: str) -> None:
    cleaned = clean(text)
    for entity in find(text, GAZETTEER, TODAY):
        assert entity.text == cleaned[entity.start : entity.end] != ""
        assert entity.kind in KINDS


def test_entities_come_in_the_order_of_the_text() -> None:
    found = find("e 17 tuổi ở Bến Tre lỡ hít ke", GAZETTEER, TODAY)
    assert found == (
        Entity("relation", "self", "e", 0, 1),
        Entity("age", "17", "17 tuổi", 2, 9),
        Entity("province", "Vĩnh Long", "Bến Tre", 12, 19),
        Entity("substance", "ketamine", "ke", 27, 29),
    )


def test_a_glued_age_keeps_its_place() -> None:
    (age,) = [e for e in find("ck e 32t nha", GAZETTEER, TODAY) if e.kind == "age"]
    assert (age.value, age.text) == ("32", "32t")


def test_year_of_birth_counts_from_today() -> None:
    assert named("sinh năm 2009", "age") == ["17"]
    assert named("sinh năm 2009", "age", date(2027, 1, 1)) == ["18"]


def test_birthday_still_to_come_does_not_count() -> None:
    assert named("sinh ngày 24/11/2008", "age") == ["17"]
    assert named("sinh ngày 23/11/2008", "age") == ["18"]
    assert named("sinh ngày 31/2/2008", "age") == []


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("5 tuổi", ["5"]),
        ("4 tuổi", []),
        ("100 tuổi", ["100"]),
        ("101 tuổi", []),
        ("học lớp 9", []),
        ("bé 9 tháng tuổi", []),
        ("uống 16 mg", []),
        ("người từ đủ 18 tuổi", []),
        ("em mới đủ 18 tuổi", ["18"]),
        ("chơi hồi 15 tuổi, giờ 20 tuổi", ["20"]),
        ("ham ba tuoi", ["23"]),
        ("chín mươi tuổi", ["90"]),
        ("10 tuoi", ["10"]),
    ],
)
def test_an_age_is_somebodys_present_years(text: str, ages: list[str]) -> None:
    assert named(text, "age") == ages


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("con tôi chơi đá", ["methamphetamine"]),
        ("con toi choi da", ["methamphetamine"]),
        ("e hít ke vs cắn kẹo", ["ketamine", "mdma"]),
        ("hút cỏ mỹ với uống rượu", ["synthetic_cannabinoid", "alcohol"]),
        ("bóng cười, pod, thuốc lá", ["laughing_gas", "ecigarette", "tobacco"]),
        ("nghiện hàng trắng rồi chuyển qua thuốc phiện", ["heroin", "opium"]),
        ("sốc fentanyl", ["other"]),
        ("nghiện ma tuý đá", ["methamphetamine"]),
    ],
)
def test_substances_are_named_by_id_in_order(text: str, codes: list[str]) -> None:
    assert substances(text) == codes


@pytest.mark.parametrize(
    "text",
    [
        "đá bóng xong uống nước đá",
        "mua kẹo cho con",
        "cắt cỏ sau vườn",
        "hàng xóm bán đồ ăn",
        "em cần tư vấn",
        "test nước tiểu ở đâu",
        "chơi bóng chuyền",
        "em nghien da lau roi",
        "hut co hai khong",
        "giup nhau",
        "nhà ở gò vấp",
    ],
)
def test_everyday_words_are_no_substances(text: str) -> None:
    assert substances(text) == []


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("con em hút cỏ", ["child"]),
        ("con hút cỏ 2 năm rồi cô ơi", ["self"]),
        ("phát hiện con hút cỏ", ["child"]),
        ("con nghiện đá, cô giúp con", ["self"]),
        ("em không chơi, là anh trai em chơi", ["sibling"]),
        ("em không chơi nữa mà vẫn thèm thuốc", ["self"]),
        ("chồng em với em đều nghiện", ["spouse", "self"]),
        ("hỏi giùm bạn", ["friend"]),
        ("em muốn cai cho chồng", ["spouse"]),
        ("mẹ em biết em hút rồi", ["self"]),
        ("con em bị bạn rủ hút", ["child"]),
        ("anh chị tư vấn giúp em", []),
        ("vợ chồng em muốn hỏi luật", []),
        ("phong chong ma tuy", []),
        ("bao ve minh khoi ma tuy", []),
    ],
)
def test_a_relation_is_whom_the_question_is_about(text: str, who: list[str]) -> None:
    assert named(text, "relation") == who


def test_a_former_province_is_todays() -> None:
    assert named("ở Bình Định", "province") == named("ở Gia Lai", "province") == ["Gia Lai"]


def test_a_former_district_keeps_its_kind_and_a_commune_does_not() -> None:
    text = "huyện Nam Trực, tỉnh Nam Định"
    assert named(text, "former_district") == ["huyện Nam Trực"]
    assert named(text, "province") == ["Ninh Bình"]
    assert named("xã Nam Trực, tỉnh Ninh Bình", "commune") == ["Nam Trực"]


def test_a_name_of_many_former_communes_is_no_commune() -> None:
    assert named("ở phường 5", "commune") == []


@given(st.text(max_size=300))
def test_any_string_is_read_without_error(text: str) -> None:
    find(text, GAZETTEER, TODAY)


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    data = copy.deepcopy(load())
    change(data)
    return data


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.pop("people"),
        lambda data: data["people"].pop("troubles"),
        lambda data: data["people"].update(owners=[]),
        lambda data: data["people"]["found"].update(bé="baby"),
        lambda data: data["substances"]["heroin"].update(names=[]),
        lambda data: data["substances"]["heroin"]["names"].append(5),
        lambda data: data["street"]["words"][0].update(substance="stone"),
        lambda data: data["street"]["words"][0].update(beside=["ma túy"]),
        lambda data: data["relations"]["child"]["own"].append(" "),
    ],
)
def test_a_broken_word_list_is_refused(change: Callable[[dict[str, Any]], object]) -> None:
    check(load())
    with pytest.raises(ValueError, match=r"entities.yml|people|substances|street|relations"):
        check(changed(change))
