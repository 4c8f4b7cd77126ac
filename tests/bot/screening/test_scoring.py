"""Scores, bands and outcomes of every instrument, against their published rules and in general."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.screening.instrument import Given, Instrument, applying
from bot.screening.library import load_instruments
from bot.screening.scoring import AnswerRefused, as_tree, read_line, score
from bot.screening.soundness import highest

SHIPPED = load_instruments()
SCORED = ("assist", "dast-10", "audit-c", "phq-2", "phq-9", "asq", "crafft")
every_instrument = pytest.mark.parametrize("name", list(SHIPPED))


def scored(name: str, **line: Any) -> dict[str, Any]:
    answers, version = read_line(SHIPPED[name], line)
    return as_tree(SHIPPED[name], score(SHIPPED[name], answers, version))


# --- any instrument, any answers ---


@st.composite
def some_answers(draw: st.DrawFn, instrument: Instrument) -> dict[str, Given]:
    """Any answer, or none, to any item, whether it applies or not."""
    answers: dict[str, Given] = {}
    for item in instrument.items:
        scale = instrument.scale(item)
        if scale.numbers:
            one = st.integers(scale.numbers.lowest, scale.numbers.highest)
            answers[item.id] = draw(st.none() | one)
        else:
            answers[item.id] = draw(st.none() | st.sampled_from(list(scale.answers)))
    return answers


def a_version(instrument: Instrument) -> st.SearchStrategy[str]:
    return st.sampled_from(instrument.versions or ("",))


@every_instrument
@given(data=st.data())
def test_no_score_leaves_its_range_and_every_score_has_a_band(
    name: str, data: st.DataObject
) -> None:
    instrument = SHIPPED[name]
    answers = data.draw(some_answers(instrument))
    results = score(instrument, answers, data.draw(a_version(instrument)))
    for one in instrument.scores:
        if one.name in results:
            points = results[one.name]
            assert isinstance(points, int)
            assert 0 <= points <= highest(instrument, one)
            assert not one.band or results[one.band] in {band.code for band in one.bands}


@every_instrument
@given(data=st.data())
def test_answers_to_items_that_do_not_apply_and_their_order_change_nothing(
    name: str, data: st.DataObject
) -> None:
    instrument = SHIPPED[name]
    answers = data.draw(some_answers(instrument))
    version = data.draw(a_version(instrument))
    applicable = {item.id: answers[item.id] for item, _ in applying(instrument, answers)}
    shuffled = list(applicable.items())
    random.Random(data.draw(st.integers(0, 99))).shuffle(shuffled)
    assert score(instrument, dict(shuffled), version) == score(instrument, answers, version)


@every_instrument
@given(data=st.data())
def test_a_skipped_item_is_the_same_as_an_absent_one(name: str, data: st.DataObject) -> None:
    instrument = SHIPPED[name]
    answers = data.draw(some_answers(instrument))
    said = {item: given for item, given in answers.items() if given is not None}
    version = data.draw(a_version(instrument))
    assert score(instrument, said, version) == score(instrument, answers, version)


@every_instrument
@given(data=st.data())
def test_every_result_has_advice_or_is_an_alarm(name: str, data: st.DataObject) -> None:
    instrument = SHIPPED[name]
    answers = data.draw(some_answers(instrument))
    values = answers | score(instrument, answers, data.draw(a_version(instrument)))
    parts = (*instrument.advice, *instrument.alarms)
    skipped = any(answers[item.id] is None for item, _ in applying(instrument, answers))
    if skipped and name in ("frequency-gate", "days-of-use"):
        return  # nothing is told of what was left out
    assert any(all(when.holds(values) for when in part.when) for part in parts)


@pytest.mark.parametrize("name", SCORED)
def test_answering_nothing_is_a_result_without_risk(name: str) -> None:
    instrument = SHIPPED[name]
    results = as_tree(instrument, score(instrument, {}, instrument.wording.version))
    assert (
        set(results)
        == {
            "assist": {"scores", "bands", "injecting"},
            "dast-10": {"score", "band"},
            "audit-c": {"score", "positive"},
            "phq-2": {"score", "positive"},
            "phq-9": {"score", "band", "positive", "safety_check"},
            "asq": {"result"},
            "crafft": {"score", "band", "nicotine_flag"},
        }[name]
    )
    assert not results.get("score")


# --- ASSIST ---

FREQUENCIES = ("never", "once_twice", "monthly", "weekly", "daily")
CLASSES = ("tobacco", "alcohol", "cannabis", "cocaine", "amphetamine_type_stimulants", "inhalants")
CLASSES += ("sedatives", "hallucinogens", "opioids", "other")
CONCERN = {"no_never": 0, "yes_past_3m": 6, "yes_not_past_3m": 3}
POINTS = {
    "q2": (0, 2, 3, 4, 6),
    "q3": (0, 3, 4, 5, 6),
    "q4": (0, 4, 5, 6, 7),
    "q5": (0, 5, 6, 7, 8),
}


def assist(substances: dict[str, Any], **more: Any) -> dict[str, Any]:
    return scored("assist", answers={"substances": substances, **more})


@given(
    each=st.sampled_from(CLASSES),
    used=st.sampled_from(("yes", "no")),
    often=st.tuples(*[st.integers(0, 4)] * 4),
    past=st.tuples(*[st.sampled_from(list(CONCERN))] * 2),
)
def test_assist_sums_what_applies_for_each_class(
    each: str, used: str, often: tuple[int, ...], past: tuple[str, ...]
) -> None:
    answers = {f"q{n}": FREQUENCIES[place] for n, place in enumerate(often, 2)}
    answers |= {"q1": used, "q6": past[0], "q7": past[1]}
    expected = CONCERN[past[0]] + CONCERN[past[1]]
    if often[0]:
        asked = ("q2", "q3", "q4") if each == "tobacco" else ("q2", "q3", "q4", "q5")
        expected += sum(POINTS[one][often[int(one[1]) - 2]] for one in asked)
    results = assist({each: answers})
    assert results["scores"] == ({each: expected} if used == "yes" else {})


@pytest.mark.parametrize(
    ("each", "top", "edges"),
    [("tobacco", 31, (3, 26)), ("alcohol", 39, (10, 26)), ("opioids", 39, (3, 26))],
)
def test_assist_bands_begin_and_end_where_who_says(
    each: str, top: int, edges: tuple[int, int]
) -> None:
    one = next(one for one in SHIPPED["assist"].scores if one.name == f"scores.{each}")
    assert highest(SHIPPED["assist"], one) == top
    ends = [(band.code, band.highest) for band in one.bands]
    assert ends == [("low", edges[0]), ("moderate", edges[1]), ("high", top)]


def test_assist_a_former_user_may_be_at_moderate_risk() -> None:
    results = assist(
        {"opioids": {"q1": "yes", "q2": "never", "q6": "yes_not_past_3m", "q7": "yes_past_3m"}}
    )
    assert (results["scores"], results["bands"]) == ({"opioids": 9}, {"opioids": "moderate"})


@pytest.mark.parametrize(
    ("answers", "injecting"),
    [
        ({}, "none"),
        ({"q8": "no_never", "q8_days_per_month": 20}, "none"),
        ({"q8": "yes_not_past_3m"}, "past"),
        ({"q8": "yes_past_3m"}, "moderate"),
        ({"q8": "yes_past_3m", "q8_days_per_month": 4}, "moderate"),
        ({"q8": "yes_past_3m", "q8_days_per_month": 5}, "high"),
    ],
)
def test_assist_injecting_is_told_by_days_and_never_summed(
    answers: dict[str, Any], injecting: str
) -> None:
    assert assist({}, **answers) == {"scores": {}, "bands": {}, "injecting": injecting}


# --- DAST-10 ---

DAST_ITEMS = [f"q{n}" for n in range(1, 11)]


@pytest.mark.parametrize(
    ("points", "band"),
    [
        (1, "low"),
        (2, "low"),
        (3, "moderate"),
        (5, "moderate"),
        (6, "substantial"),
        (8, "substantial"),
        (9, "severe"),
        (10, "severe"),
    ],
)
def test_dast_bands_begin_and_end_where_the_source_says(points: int, band: str) -> None:
    answers = {
        item: "yes" if (place < points) != (item == "q3") else "no"
        for place, item in enumerate(DAST_ITEMS)
    }
    assert scored("dast-10", version="A", answers=answers) == {"score": points, "band": band}


def test_dast_someone_who_uses_nothing_scores_zero_whatever_else_was_answered() -> None:
    for version in ("A", "B"):
        for stray in ("yes", "no"):
            answers = dict.fromkeys(DAST_ITEMS, stray) | {"q1": "no"}
            results = scored("dast-10", version=version, answers=answers)
            assert results == {"score": 0, "band": "none"}


def test_dast_item_3_scores_no_in_version_a_and_yes_in_version_b() -> None:
    can, cannot = {"q1": "yes", "q3": "yes"}, {"q1": "yes", "q3": "no"}
    assert [scored("dast-10", version="A", answers=one)["score"] for one in (can, cannot)] == [1, 2]
    assert [scored("dast-10", version="B", answers=one)["score"] for one in (can, cannot)] == [2, 1]


# --- AUDIT-C, PHQ, ASQ, CRAFFT ---


@pytest.mark.parametrize(
    ("sex", "answers", "score_", "positive"),
    [
        ("male", {"q1": "2_3_per_week", "q2": "1_2", "q3": "never"}, 3, False),
        ("female", {"q1": "2_3_per_week", "q2": "1_2", "q3": "never"}, 3, True),
        ("male", {"q1": "2_3_per_week", "q2": "3_4"}, 4, True),
        ("female", {"q1": "2_4_per_month"}, 2, False),
        ("male", {"q1": "4plus_per_week", "q2": "10plus", "q3": "daily"}, 12, True),
        ("female", {"q1": "never", "q2": "10plus", "q3": "daily"}, 0, False),
    ],
)
def test_audit_c_has_a_cut_off_for_each_sex_and_stops_at_never(
    sex: str, answers: dict[str, str], score_: int, positive: bool
) -> None:
    results = scored("audit-c", respondent={"sex": sex}, answers=answers)
    assert results == {"score": score_, "positive": positive}


DAYS = ("not_at_all", "several_days", "more_than_half_the_days", "nearly_every_day")


@given(st.lists(st.integers(0, 3), min_size=9, max_size=9))
def test_phq_bands_and_cut_offs(days: list[int]) -> None:
    answers = {f"q{n}": DAYS[place] for n, place in enumerate(days, 1)}
    total = sum(days)
    bands = ("minimal", "mild", "moderate", "moderately_severe", "severe")
    assert scored("phq-9", answers=answers) == {
        "score": total,
        "band": bands[min(total // 5, 4)],
        "positive": total >= 5,
        "safety_check": days[8] > 0,
    }
    two = scored("phq-2", answers={name: answers[name] for name in ("q1", "q2")})
    assert two == {"score": sum(days[:2]), "positive": sum(days[:2]) >= 3}


@pytest.mark.parametrize(
    ("answers", "result"),
    [
        ({}, "negative"),
        ({"q5": "yes"}, "negative"),
        ({"q1": "no", "q2": "no", "q3": "no", "q4": "no", "q5": "yes"}, "negative"),
        ({"q4": "yes", "q5": "no"}, "non_acute_positive"),
        ({"q2": "refused", "q5": None}, "non_acute_positive"),
        ({"q3": "yes", "q5": "yes"}, "acute_positive"),
        ({"q1": "yes", "q5": "refused"}, "acute_positive"),
    ],
)
def test_asq_any_yes_or_refusal_is_positive(answers: dict[str, Any], result: str) -> None:
    assert scored("asq", answers=answers) == {"result": result}


@pytest.mark.parametrize(
    ("days", "yes", "expected"),
    [
        ((0, 0, 0), (), (0, "low")),
        ((0, 0, 0), ("car",), (1, "no_use_riding_risk")),
        ((0, 0, 0), ("car", "relax", "trouble"), (1, "no_use_riding_risk")),
        ((1, 0, 0), (), (0, "medium")),
        ((0, 3, 0), ("alone",), (1, "medium")),
        ((0, 0, 9), ("car", "family"), (2, "high")),
        ((2, 2, 2), ("car", "relax", "alone", "forget", "family", "trouble"), (6, "high")),
    ],
)
def test_crafft_asks_all_six_only_where_anything_was_used(
    days: tuple[int, int, int], yes: tuple[str, ...], expected: tuple[int, str]
) -> None:
    used = dict(zip(("alcohol", "cannabis", "other"), days, strict=True))
    part_b = {
        one: "yes" if one in yes else "no"
        for one in ("car", "relax", "alone", "forget", "family", "trouble")
    }
    for nicotine in (0, 30):
        answers = {"partA_days": used, "partB": part_b, "nicotine_days": nicotine}
        results = scored("crafft", respondent={"age": 16}, answers=answers)
        assert results == {
            "score": expected[0],
            "band": expected[1],
            "nicotine_flag": nicotine > 0,
        }


# --- lines that cannot be scored ---


@pytest.mark.parametrize(
    ("name", "line", "field"),
    [
        ("dast-10", [], "line"),
        ("dast-10", {"version": "A"}, "answers"),
        ("dast-10", {"version": "A", "answers": ["q1"]}, "answers"),
        ("dast-10", {"answers": {"q1": "yes"}}, "version"),
        ("dast-10", {"version": "C", "answers": {}}, "version"),
        ("dast-10", {"version": ["A"], "answers": {}}, "version"),
        ("dast-10", {"version": "A", "answers": {"q11": "yes"}}, "answers.q11"),
        ("dast-10", {"version": "A", "answers": {"q2": "maybe"}}, "answers.q2"),
        ("dast-10", {"version": "A", "answers": {"q2": True}}, "answers.q2"),
        ("dast-10", {"version": "A", "answers": {"q2": ["yes"]}}, "answers.q2"),
        ("audit-c", {"answers": {"q1": "never"}}, "respondent.sex"),
        ("audit-c", {"respondent": "male", "answers": {}}, "respondent"),
        ("audit-c", {"respondent": {"sex": "other"}, "answers": {}}, "respondent.sex"),
        ("crafft", {"answers": {"partA_days": {"alcohol": "2"}}}, "answers.partA_days.alcohol"),
        ("crafft", {"answers": {"partA_days": 3}}, "answers.partA_days"),
        ("crafft", {"answers": {"nicotine_days": True}}, "answers.nicotine_days"),
        ("assist", {"answers": {"substances": []}}, "answers.substances"),
        ("assist", {"answers": {"substances": {"tea": {"q1": "no"}}}}, "answers.substances.tea"),
        ("assist", {"answers": {"q8_days_per_month": 32}}, "answers.q8_days_per_month"),
    ],
)
def test_a_wrong_line_names_its_field(name: str, line: object, field: str) -> None:
    with pytest.raises(AnswerRefused) as refused:
        read_line(SHIPPED[name], line)
    assert str(refused.value).startswith(f"{field}: ")


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=9,
)


@every_instrument
@given(answers=JUNK, about=JUNK)
def test_whatever_a_line_holds_it_is_scored_or_refused(name: str, answers: Any, about: Any) -> None:
    line = {"version": "A", "answers": answers, "respondent": about}
    try:
        given_, version = read_line(SHIPPED[name], line)
    except AnswerRefused:
        return
    assert as_tree(SHIPPED[name], score(SHIPPED[name], given_, version))
