"""Instrument files: what ships, what is refused and why, and licensed wording."""

from __future__ import annotations

import copy
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.screening.library import (
    InstrumentRefused,
    install,
    load_instruments,
    read_instrument,
)
from bot.screening.soundness import faults

SHIPPED = load_instruments()
FILES = files("bot") / "content" / "screening"


def file(name: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((FILES / f"{name}.yml").read_text("utf-8"))
    return copy.deepcopy(data)


def refusal(data: object) -> str:
    with pytest.raises(InstrumentRefused) as refused:
        read_instrument(data, "mine.yml")
    return refused.value.line


@pytest.mark.parametrize("name", list(SHIPPED))
def test_wording_that_ships_is_marked_as_a_draft_of_our_own(name: str) -> None:
    instrument = SHIPPED[name]
    licensed = name in ("assist", "crafft")
    assert instrument.may_be_asked is not licensed
    assert bool(instrument.asked) is not licensed
    expected = "chưa có lời được phép dùng" if licensed else "bản dịch nháp, chờ thẩm định"
    assert instrument.wording.status == expected


@pytest.mark.parametrize("name", list(SHIPPED))
def test_nothing_a_person_reads_calls_them_addicted(name: str) -> None:
    instrument = SHIPPED[name]
    texts = [item.text for item in instrument.items] + [one.text for one in instrument.advice]
    for text in (*texts, *(one.level for one in instrument.advice), instrument.about):
        assert "nghiện" not in text.lower()


@pytest.mark.parametrize(
    ("place", "change", "reason"),
    [
        (2, {"lowest": 4}, "the bands leave a gap at 3 (before moderate)"),
        (2, {"lowest": 2}, "the bands overlap at 2 (moderate)"),
        (4, {"highest": 9}, "the bands end at 9, the score at 10"),
        (4, {"highest": 11}, "the bands end at 11, the score at 10"),
        (0, {"lowest": 1, "highest": 0}, "ends before it begins"),
    ],
)
def test_bands_that_do_not_fit_are_refused(place: int, change: dict[str, int], reason: str) -> None:
    data = file("dast-10")
    data["scores"][0]["bands"][place] |= change
    assert reason in refusal(data)


@pytest.mark.parametrize(
    "second",
    [{"any_of": ["q1"], "is": ["no"]}, {"any_of": ["q2"], "is": ["yes"]}],
)
def test_a_scored_item_that_nobody_can_reach_is_refused(second: dict[str, Any]) -> None:
    data = file("dast-10")
    first = {"any_of": ["q1"], "is": ["yes" if second["any_of"] == ["q1"] else "no"]}
    data["items"][3]["asked_if"] = [first, second]
    assert "items.q4: it is scored, but no answers lead to it" in refusal(data)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"surprise": 1}, "surprise"),
        ({"licence": ""}, "licence"),
        ({"wording": {"status": "x", "version": "C"}}, "wording.version"),
        ({"scales": {}}, "no scale 'yes_no'"),
        ({"outcomes": [{"name": "score", "cases": [], "otherwise": False}]}, "two things"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused(change: dict[str, Any], reason: str) -> None:
    assert reason in refusal(file("dast-10") | change)


def test_conditions_look_back_and_name_answers_that_exist() -> None:
    data = file("dast-10")
    data["items"][1]["asked_if"] = [{"any_of": ["q9"], "is": ["yes"]}]
    assert "items.q2: q9 is not known here" in refusal(data)
    data["items"][1]["asked_if"] = [{"any_of": ["q1"], "is": ["often"]}]
    assert "items.q2: q1 is never answered 'often'" in refusal(data)


def test_scores_name_items_that_exist_once() -> None:
    data = file("dast-10")
    data["scores"][0]["items"] = ["q1", "q1"]
    assert "an item counts twice" in refusal(data)
    data["scores"][0]["items"] = ["q30"]
    assert "no item q30" in refusal(data)


def wording() -> dict[str, Any]:
    """A stand-in for licensed words: none of CRAFFT's own are here."""
    return {
        "instrument": "crafft",
        "permission": "Thư cho phép số 1",
        "texts": {
            **{f"partA_days.{one}": f"ngày {one}" for one in ("alcohol", "cannabis", "other")},
            "nicotine_days": "ngày thuốc lá",
            **{
                f"partB.{one}": f"câu {one}"
                for one in ("car", "relax", "alone", "forget", "family", "trouble")
            },
        },
        "titles": {"yes": "Có", "no": "Không"},
    }


def put(folder: Path, data: object) -> Path:
    path = folder / "theirs.yml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    return path


def test_licensed_wording_makes_an_instrument_one_that_is_asked(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    install(put(tmp_path, wording()), folder)
    asked = load_instruments(folder)["crafft"]
    assert asked.may_be_asked
    assert asked.wording.status == "Thư cho phép số 1"
    assert not load_instruments()["crafft"].may_be_asked


def test_assist_wording_is_given_once_for_all_classes(tmp_path: Path) -> None:
    shipped = SHIPPED["assist"]
    codes = {code for scale in shipped.scales.values() for code in scale.answers}
    data = {
        "instrument": "assist",
        "permission": "WHO",
        "texts": {
            **{f"substances.*.q{n}": f"câu {n} về {{class}}" for n in range(1, 8)},
            "q8": "câu 8",
            "q8_days_per_month": "mấy ngày",
        },
        "titles": {code: code for code in codes},
        "classes": {
            item.id.split(".")[1]: f"chất {item.id.split('.')[1]}"
            for item in shipped.items
            if item.id.startswith("substances.")
        },
    }
    asked = install(put(tmp_path, data), tmp_path / "data")
    texts = {item.id: item.text for item in asked.items}
    assert texts["substances.opioids.q3"] == "câu 3 về chất opioids"
    assert "substances.tobacco.q5" not in texts


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"instrument": "dudit"}, "không có bộ câu hỏi"),
        ({"instrument": "phq-9"}, "phq-9 không có câu này"),
        ({"texts": {"partB.car": "câu"}}, "còn thiếu lời"),
        ({"texts": {"partC.one": "câu"}}, "partC.one"),
        ({"titles": {"yes": "Có"}}, "còn thiếu lời"),
        ({"permission": None}, "permission"),
        ({"scores": []}, "scores"),
    ],
)
def test_wording_that_does_not_fit_is_refused_and_changes_nothing(
    tmp_path: Path, change: dict[str, Any], reason: str
) -> None:
    folder = tmp_path / "data"
    with pytest.raises(InstrumentRefused) as refused:
        install(put(tmp_path, wording() | change), folder)
    assert reason in refused.value.line
    assert not folder.exists()


def test_a_whole_instrument_is_installed_and_a_broken_one_refused_with_the_reason(
    tmp_path: Path,
) -> None:
    mine = file("dast-10") | {"name": "mine", "title": "Mine"}
    assert install(put(tmp_path, mine), tmp_path / "data").name == "mine"
    assert load_instruments(tmp_path / "data")["mine"].may_be_asked
    mine["scores"][0]["bands"][2]["lowest"] = 4
    with pytest.raises(InstrumentRefused, match="leave a gap at 3"):
        install(put(tmp_path, mine), tmp_path / "data")
    assert load_instruments(tmp_path / "data")["mine"].scores[0].bands[2].lowest == 3


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["", "q1", "*", "band"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "name", "items", "any_of", "is", "q1"]), inner)
    ),
    max_leaves=6,
)


@pytest.mark.parametrize("name", ["assist", "asq", "dast-10"])
@given(data=st.data())
def test_whatever_a_file_holds_it_is_sound_or_refused(name: str, data: st.DataObject) -> None:
    broken = file(name)
    key = data.draw(st.sampled_from(list(broken)))
    broken[key] = data.draw(JUNK)
    try:
        instrument = read_instrument(broken, "theirs.yml")
    except InstrumentRefused:
        return
    assert not list(faults(instrument))


@pytest.mark.parametrize("content", ["", "- a", "instrument: [", "\x00"])
def test_a_file_that_is_no_wording_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "theirs.yml"
    path.write_text(content, "utf-8")
    with pytest.raises(InstrumentRefused):
        install(path, tmp_path / "data")
