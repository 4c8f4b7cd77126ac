"""DAST-10 from consent to advice, in the ways people write."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.instruments import Instrument
from bot.messages import Outbound
from bot.screening import State, Step, again, answer, start

DAST = Instrument.load("dast-10")
ITEMS = [item.id for item in DAST.items]


def begun() -> State:
    """A state at item 1, consent given."""
    step = answer(DAST, start(DAST)[0], "/s agree")
    assert step.state is not None
    return step.state


def say(*texts: str, state: State | None = None) -> Step:
    """The last step after saying `texts` one after the other."""
    here: State | None = state or begun()
    for text in texts:
        assert here is not None, "the screening was over before all was said"
        step = answer(DAST, here, text)
        here = step.state
    return step


def payloads(message: Outbound) -> list[str]:
    return [button.payload for button in message.buttons]


def with_score(points: int) -> list[str]:
    """Answers to the ten items that score `points` (1 to 10) in version A."""
    scoring = ["no" if item == "q3" else "yes" for item in ITEMS]
    other = ["yes" if item == "q3" else "no" for item in ITEMS]
    return scoring[:points] + other[points:]


# --- scoring ---

EDGES = [
    (1, "low"),
    (2, "low"),
    (3, "moderate"),
    (5, "moderate"),
    (6, "substantial"),
    (8, "substantial"),
    (9, "severe"),
    (10, "severe"),
]


@pytest.mark.parametrize(("points", "band"), EDGES)
def test_bands_begin_and_end_where_the_source_says(points: int, band: str) -> None:
    answers = dict(zip(ITEMS, with_score(points), strict=True))
    assert DAST.score(answers, "A") == (points, band)


def test_someone_who_uses_nothing_scores_zero_whatever_else_was_answered() -> None:
    for version in ("A", "B"):
        for stray in ("yes", "no"):
            answers = dict.fromkeys(ITEMS, stray) | {"q1": "no"}
            assert DAST.score(answers, version) == (0, "none")


def test_item_3_scores_no_in_version_a_and_yes_in_version_b() -> None:
    able, unable = {"q1": "yes", "q3": "yes"}, {"q1": "yes", "q3": "no"}
    assert (DAST.score(able, "A")[0], DAST.score(unable, "A")[0]) == (1, 2)
    assert (DAST.score(able, "B")[0], DAST.score(unable, "B")[0]) == (2, 1)


def test_skipped_and_absent_items_score_nothing() -> None:
    assert DAST.score({"q1": "yes", "q3": None}, "A") == (1, "low")
    assert DAST.score({"q2": "yes", "q4": "yes", "q9": "yes"}, "A") == (3, "moderate")


@pytest.mark.parametrize(
    ("answers", "version", "field"),
    [
        ({"q11": "yes"}, "A", "answers.q11"),
        ({"q2": "maybe"}, "A", "answers.q2"),
        ({"q2": True}, "A", "answers.q2"),
        ({"q2": ["yes"]}, "A", "answers.q2"),
        ({"q1": "yes"}, "C", "version"),
    ],
)
def test_a_wrong_line_names_its_field(answers: dict[str, object], version: str, field: str) -> None:
    with pytest.raises(ValueError, match=re.escape(field)):
        DAST.score(answers, version)


# --- the file ---


@pytest.mark.parametrize("name", ["phq-99", "../danger", "dast-10.yml", ""])
def test_only_shipped_instruments_load(name: str) -> None:
    with pytest.raises(ValueError, match="no instrument"):
        Instrument.load(name)


def test_a_file_whose_bands_leave_a_gap_is_refused() -> None:
    data = DAST.model_dump()
    data["bands"][2]["lowest"] = 4
    with pytest.raises(ValueError, match="gap"):
        Instrument.model_validate(data)


def test_a_file_whose_key_names_no_item_is_refused() -> None:
    with pytest.raises(ValueError, match="q30"):
        Instrument.model_validate(DAST.model_dump() | {"gate": "q30"})


def test_every_item_ships_once_in_order() -> None:
    assert [f"q{n}" for n in range(1, 11)] == ITEMS


# --- consent ---


def test_consent_comes_first_and_says_what_the_law_asks() -> None:
    state, message = start(DAST)
    assert not state.consented
    assert [(b.title, b.payload) for b in message.buttons] == [
        ("Đồng ý, bắt đầu", "/s agree"),
        ("Thôi, không làm", "/s decline"),
        ("Em dưới 16 tuổi", "/s minor"),
    ]
    for said in ("nhạy cảm", "dừng lúc nào", "xóa", "không phải chẩn đoán", *DAST.cites):
        assert said in message.text


def test_credit_and_missing_validation_are_shown_before_the_first_question() -> None:
    text = start(DAST)[1].text
    for said in ("Skinner", "CAMH", "phi thương mại", "chưa được kiểm định"):
        assert said in text


@pytest.mark.parametrize(
    "text", ["/s agree", "Đồng ý, bắt đầu", "dong y", "ok ạ", "có", "ừ", "dạ được"]
)
def test_consent_given_asks_item_one(text: str) -> None:
    step = say(text, state=start(DAST)[0])
    assert step.outcome == "asked"
    assert step.state is not None
    assert step.state.consented
    assert step.replies[0].text.startswith("Câu 1/10")


@pytest.mark.parametrize(
    "text", ["/s decline", "Thôi, không làm", "thôi", "ko", "không đồng ý", "để sau"]
)
def test_consent_refused_ends_without_a_question(text: str) -> None:
    step = say(text, state=start(DAST)[0])
    assert (step.state, step.outcome, step.result) == (None, "stopped", None)
    assert "/human" in payloads(step.replies[0])


@pytest.mark.parametrize(
    "text",
    ["/s yes", "/s skip", "để mình nghĩ đã", "bỏ qua", "không biết", "ma túy là gì?", "heroin", ""],
)
def test_nothing_but_a_clear_yes_is_consent(text: str) -> None:
    state = start(DAST)[0]
    step = say(text, state=state)
    assert (step.outcome, step.state, step.replies) == ("not_an_answer", state, ())


@pytest.mark.parametrize(
    "text",
    [
        "/s minor",
        "Em dưới 16 tuổi",
        "em 15 tuổi ạ",
        "cháu mới 13 tuổi",
        "dưới 16",
        "em duoi 16 tuoi",
        "15t",
    ],
)
def test_someone_under_16_is_offered_a_person_instead(text: str) -> None:
    step = say(text, state=start(DAST)[0])
    assert (step.state, step.outcome, step.result) == (None, "stopped", None)
    assert payloads(step.replies[0]) == ["/human"]
    assert "người thật" in step.replies[0].text


def test_age_under_16_said_in_the_middle_ends_the_questions_too() -> None:
    assert say("có", "không", "em 14 tuổi").outcome == "stopped"


@pytest.mark.parametrize(
    "text",
    ["em 16 tuổi", "mình 30 tuổi", "con trai tôi 15 tuổi thì sao", "15 tuổi có làm được không?"],
)
def test_other_ages_are_no_answer(text: str) -> None:
    assert say(text).outcome == "not_an_answer"


# --- questions ---


def test_every_question_shows_progress_and_the_five_choices() -> None:
    state: State | None = begun()
    for number in range(1, 11):
        assert state is not None
        message = again(DAST, state)
        assert message.text.startswith(f"Câu {number}/10")
        choices = ("yes", "no", "skip", "back", "stop")
        assert payloads(message) == [f"/s {choice} {state.position + 1}" for choice in choices]
        state = answer(DAST, state, "/s yes").state
    assert state is None


YES = """có|co|dạ có|có ạ|ừ|uh|uk|um|yes|đúng|rồi|thỉnh thoảng|thinh thoang|da co|CÓ|Có!|cóooo|
em có|dạ vâng ạ|có rồi|đúng rồi|thi thoảng ạ|cos|vâng|đôi khi|👍 có"""
NO = """không|ko|k|hông|hổng|hong|chưa|chưa bao giờ|chua bao gio|never|KO|dạ không|k ạ|em ko có|
khônggg|không không|đâu có|có đâu|hok|0|chưa từng"""
SKIP = "bỏ qua|bo qua|skip|không trả lời|không muốn trả lời|ko tra loi|không nhớ|dạ bỏ qua ạ"
BACK = "quay lại|quay lai|back|câu trước|cau truoc|trở lại"
STOP = "dừng|thôi|thoi|stop|không làm nữa|thôi không làm nữa|k lam nua|dừng lại ạ|thôi nha"


def phrases(joined: str) -> list[str]:
    return [phrase.strip() for phrase in joined.split("|")]


@pytest.mark.parametrize("text", phrases(YES))
def test_yes_in_every_way_of_writing(text: str) -> None:
    step = say(text)
    assert step.state is not None
    assert step.state.answers == {"q1": "yes"}


@pytest.mark.parametrize("text", phrases(NO))
def test_no_in_every_way_of_writing(text: str) -> None:
    step = say("có", text)
    assert step.state is not None
    assert step.state.answers == {"q1": "yes", "q2": "no"}


@pytest.mark.parametrize("text", phrases(SKIP))
def test_skip_in_every_way_of_writing(text: str) -> None:
    step = say(text)
    assert step.state is not None
    assert step.state.answers == {"q1": None}


@pytest.mark.parametrize("text", phrases(BACK))
def test_back_in_every_way_of_writing(text: str) -> None:
    step = say("có", "không", text)
    assert step.state is not None
    assert step.state.answers == {"q1": "yes"}
    assert step.replies[0].text.startswith("Câu 2/10")


@pytest.mark.parametrize("text", phrases(STOP))
def test_stop_in_every_way_of_writing(text: str) -> None:
    step = say("có", text)
    assert (step.state, step.outcome, step.result) == (None, "stopped", None)


@pytest.mark.parametrize(
    "text",
    [
        "methadone có mất tiền không",
        "heroin có gây nghiện không?",
        "heroin",
        "cỏ",
        "đá",
        "có không",
        "có?",
        "không biết hút cỏ Mỹ một lần thì có sao không",
        "có hôm bạn rủ nên em chơi thử",
        "em muốn chết",
        "không muốn sống nữa",
        "kkkk",
        "👍",
        "",
        "   ",
        "/human",
        "/s",
        "/s maybe",
        "/s agree",
        "/syes",
    ],
)
def test_questions_stories_and_other_buttons_are_not_answers(text: str) -> None:
    state = begun()
    step = say(text, state=state)
    assert (step.outcome, step.state, step.replies) == ("not_an_answer", state, ())


def test_a_word_that_could_mean_two_things_without_diacritics_is_asked_again() -> None:
    assert say("dung").outcome == "not_an_answer"
    assert say("đúng").outcome == "asked"
    assert say("dừng").outcome == "stopped"


def test_sometimes_able_to_stop_means_not_always() -> None:
    step = say("có", "không", "thỉnh thoảng")
    assert step.state is not None
    assert step.state.answers["q3"] == "no"


def test_an_interruption_leaves_the_question_as_it_was() -> None:
    state = say("có", "không").state
    assert state is not None
    interrupted = say("methadone có mất tiền không", state=state)
    assert interrupted.state is not None
    assert again(DAST, interrupted.state).text.startswith("Câu 3/10")


def test_going_back_forgets_the_answer_and_takes_the_new_one() -> None:
    step = say("có", "không", "/s back", "có")
    assert step.state is not None
    assert step.state.answers == {"q1": "yes", "q2": "yes"}


def test_back_at_item_one_returns_to_the_consent() -> None:
    step = say("/s back")
    assert step.state is not None
    assert not step.state.consented
    assert "/s agree" in payloads(step.replies[0])


# --- results ---


def finish(answers: Sequence[str]) -> Step:
    step = say(*(f"/s {given}" for given in answers))
    assert step.outcome == "finished"
    assert step.state is None
    assert step.result is not None
    return step


def test_no_drug_use_ends_at_once_with_no_risk_seen() -> None:
    step = finish(["no"])
    assert step.result is not None
    assert (step.result.score, step.result.band, step.result.skipped) == (0, "none", 0)


LEVELS = {"low": "thấp", "moderate": "vừa", "substantial": "cao", "severe": "rất cao"}


@pytest.mark.parametrize(("points", "band"), EDGES)
def test_result_names_the_level_and_is_no_diagnosis(points: int, band: str) -> None:
    step = finish(with_score(points))
    assert step.result is not None
    assert (step.result.score, step.result.band) == (points, band)
    text = step.replies[0].text
    assert f"mức nguy cơ của bạn: {LEVELS[band]}." in text
    assert "không phải chẩn đoán" in text
    assert "cơ sở y tế" in text


@pytest.mark.parametrize(("points", "band"), EDGES)
def test_high_risk_is_offered_a_counsellor_first(points: int, band: str) -> None:
    offered = payloads(finish(with_score(points)).replies[0])
    assert "/human" in offered
    assert "/place" in offered
    assert (offered[0] == "/human") is (band in ("substantial", "severe"))


def test_three_skipped_items_keep_the_band_and_say_so() -> None:
    step = finish(["yes"] + ["skip"] * 3 + ["yes"] * 6)
    assert step.result is not None
    assert (step.result.band, step.result.skipped) == ("substantial", 3)
    assert "bỏ qua 3 câu" in step.replies[0].text


def test_four_skipped_items_give_no_band_but_a_person() -> None:
    step = finish(["yes"] + ["skip"] * 4 + ["yes"] * 5)
    assert step.result is not None
    assert (step.result.band, step.result.skipped) == (None, 4)
    assert payloads(step.replies[0])[0] == "/human"
    assert "bỏ qua 4 câu" in step.replies[0].text
    assert "mức nguy cơ của bạn" not in step.replies[0].text


def test_nothing_a_person_reads_calls_them_addicted_or_holds_a_number_to_dial() -> None:
    parts = [DAST.consent.text, DAST.refused, DAST.stopped, DAST.minor]
    parts += [item.text for item in DAST.items] + [band.text for band in DAST.bands]
    parts += [DAST.result.skipped, DAST.result.too_many_skipped, DAST.result.caution]
    for text in parts:
        assert "nghiện" not in text.lower()
        assert not re.search(r"\b1\d\d\b|\b0\d{8,}", text)


# --- state ---


@pytest.mark.parametrize("said", [(), ("có",), ("có", "bỏ qua", "không")])
def test_state_survives_json(said: tuple[str, ...]) -> None:
    state = say(*said).state if said else begun()
    assert state is not None
    assert State.from_json(json.loads(json.dumps(state.to_json()))) == state


def test_result_is_plain_json() -> None:
    result = finish(with_score(6)).result
    assert result is not None
    assert json.loads(json.dumps(result.to_json())) == {
        "instrument": "dast-10",
        "version": "A",
        "score": 6,
        "band": "substantial",
        "skipped": 0,
    }


GOOD = say("có").state


@pytest.mark.parametrize(
    "change",
    [
        {"position": 2},
        {"position": "1"},
        {"position": True},
        {"answers": {"q1": "maybe"}},
        {"answers": []},
        {"consented": False},
        {"consented": 1},
        {"version": None},
        {"extra": 1},
    ],
)
def test_a_state_that_contradicts_itself_is_refused(change: dict[str, object]) -> None:
    assert GOOD is not None
    with pytest.raises(ValueError, match="state"):
        State.from_json(GOOD.to_json() | change)


@pytest.mark.parametrize("data", [None, [], {}, "x"])
def test_something_else_is_no_state(data: object) -> None:
    with pytest.raises(ValueError, match="not a screening state"):
        State.from_json(data)


@pytest.mark.parametrize(
    "state",
    [
        State("phq-2", "A", 0, {}, consented=True),
        State("dast-10", "B", 0, {}, consented=True),
        State("dast-10", "A", 1, {"q2": "yes"}, consented=True),
        State("dast-10", "A", 10, dict.fromkeys(ITEMS, "yes"), consented=True),
    ],
)
def test_a_state_of_another_wording_is_not_continued(state: State) -> None:
    with pytest.raises(ValueError, match="state"):
        answer(DAST, state, "có")


SAID = st.one_of(
    st.sampled_from(phrases("|".join((YES, NO, SKIP, BACK, STOP)))),
    st.sampled_from([f"/s {code}" for code in ("yes", "no", "skip", "back", "agree", "minor")]),
    st.text(max_size=40),
)


@given(st.lists(SAID, max_size=40))
def test_whatever_is_said_the_screening_ends_or_stays_valid(said: list[str]) -> None:
    state, _ = start(DAST)
    for text in said:
        step = answer(DAST, state, text)
        if step.state is None:
            assert step.outcome in ("stopped", "finished")
            assert step.replies
            assert (step.result is not None) is (step.outcome == "finished")
            return
        assert step.outcome in ("asked", "not_an_answer")
        assert bool(step.replies) is (step.outcome == "asked")
        assert State.from_json(json.loads(json.dumps(step.state.to_json()))) == step.state
        assert again(DAST, step.state).text
        state = step.state
