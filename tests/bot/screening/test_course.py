"""A screening from consent to result, in the ways people write."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.laws import Register
from bot.messages import Outbound
from bot.screening import State, Step, again, answer, load_instruments, start
from bot.screening import says as texts
from tests.conftest import NOW

SHELF = load_instruments()


def say(*said: str, state: State | None = None, only: str = "") -> Step:
    """The last step after saying `said` one after the other."""
    here: State | None = state or start(SHELF, only)[0]
    step = Step(here, (), "asked")
    for text in said:
        assert here is not None, f"the screening was over before {text!r}"
        step = answer(SHELF, here, text)
        here = step.state
    return step


def asking(only: str = "dast-10", age: str = "/s adult") -> State:
    """A state at the first question of an instrument."""
    state = say("/s agree", age, "/s fine", only=only).state
    assert state is not None
    assert state.stage == "asking"
    return state


def shown(step: Step) -> str:
    return "\n".join(reply.text for reply in step.replies)


def titles(message: Outbound) -> list[str]:
    return [button.title for button in message.buttons]


def phrases(joined: str) -> list[str]:
    return [phrase.strip() for phrase in joined.split("|")]


# --- consent, age, safety ---


def test_consent_comes_first_in_one_paragraph_and_says_what_the_law_asks() -> None:
    state, message = start(SHELF)
    assert state.stage == "consent"
    assert titles(message) == ["Đồng ý, bắt đầu", "Thôi, không làm"]
    assert "\n" not in message.text
    for words in ("nhạy cảm", "dừng lúc nào", "không phải chẩn đoán", *texts.CITES):
        assert words in message.text


def test_the_law_that_consent_names_is_in_the_register(register: Register) -> None:
    for number in texts.CITES:
        document = next(
            one for one in map(register.__getitem__, register.ids()) if one.number == number
        )
        assert document.in_force(NOW.date())


@pytest.mark.parametrize("text", ["/s agree", "Đồng ý, bắt đầu", "dong y", "ok ạ", "có", "dạ được"])
def test_consent_given_asks_the_age(text: str) -> None:
    step = say(text)
    assert step.state is not None
    assert step.state.stage == "age"


@pytest.mark.parametrize(
    "text", ["/s decline", "Thôi, không làm", "thôi", "ko", "không đồng ý", "để sau"]
)
def test_consent_refused_ends_without_a_question(text: str) -> None:
    step = say(text)
    assert (step.state, step.outcome, step.keep) == (None, "stopped", "")


@pytest.mark.parametrize("text", ["/s yes", "bỏ qua", "không biết", "ma túy là gì?", "heroin", ""])
def test_nothing_but_a_clear_yes_is_consent(text: str) -> None:
    state = start(SHELF)[0]
    step = say(text, state=state)
    assert (step.outcome, step.state, step.replies) == ("not_an_answer", state, ())


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("em 14 tuổi ạ", "youth"),
        ("15t", "youth"),
        ("17", "youth"),
        ("dưới 16", "youth"),
        ("Từ 12 đến 17 tuổi", "youth"),
        ("18", "adult"),
        ("mình 30 tuổi", "adult"),
        ("người lớn", "adult"),
        ("hỏi cho con", "family"),
    ],
)
def test_the_age_is_understood_as_people_write_it(text: str, group: str) -> None:
    step = say("/s agree", text)
    assert step.state is not None
    assert (step.state.stage, step.state.group) == ("safety", group)


@pytest.mark.parametrize("text", ["em 11 tuổi", "/s child", "dưới 12 tuổi", "9"])
def test_a_child_is_offered_a_person_instead(text: str) -> None:
    step = say("/s agree", text)
    assert (step.state, step.outcome) == (None, "stopped")
    assert [button.payload for button in step.replies[0].buttons] == ["/human"]


@pytest.mark.parametrize("text", ["con trai tôi 15 tuổi thì sao", "15 tuổi có làm được không?"])
def test_a_question_about_an_age_is_no_age(text: str) -> None:
    assert say("/s agree", text).outcome == "not_an_answer"


def test_a_14_year_old_is_never_asked_the_adult_set() -> None:
    asked = say("/s agree", "em 14 tuổi", "không")
    assert asked.state is not None
    assert asked.state.instrument == "days-of-use"
    chosen = say("/s agree", "em 14 tuổi", "không", only="dast-10")
    assert chosen.state is not None
    assert chosen.state.instrument == "days-of-use"
    assert "tuổi khác" in shown(chosen)
    midway = say("có", "có", "em 14 tuổi", state=asking())
    assert midway.state is not None
    assert (midway.state.group, midway.state.answers) == ("youth", {})


def test_a_family_member_is_never_asked_by_proxy() -> None:
    for only in ("", "dast-10"):
        step = say("/s agree", "/s family", "/s fine", only=only)
        assert step.state is not None
        assert step.state.instrument == "family-checklist"


@pytest.mark.parametrize(
    ("text", "label", "level"),
    [
        ("/s collapsed", "overdose", "emergency"),
        ("/s attacked", "violence_threat", "emergency"),
        ("Mình muốn làm hại mình", "suicide", "urgent"),
    ],
)
def test_danger_now_comes_before_any_question(text: str, label: str, level: str) -> None:
    step = say("/s agree", "/s adult", text)
    assert step.outcome == "alarmed"
    assert step.alarm is not None
    assert (step.alarm.label, step.alarm.level) == (label, level)


@pytest.mark.parametrize("text", ["có ạ", "dung", "có"])
def test_a_bare_yes_to_the_safety_check_is_urgent_and_claims_nothing_of_suicide(text: str) -> None:
    alarm = say("/s agree", "/s adult", text).alarm
    assert alarm is not None
    assert (alarm.label, alarm.level, alarm.person) == ("violence_threat", "urgent", "unclear")


@pytest.mark.parametrize(
    "said", [("có", "không", "không", "có", "em 10 tuổi"), ("có", "em 14 tuổi"), ("có", "em 9t")]
)
def test_a_yes_in_asq_is_not_lost_where_an_age_follows(said: tuple[str, ...]) -> None:
    step = say(*said, state=asking("asq"))
    assert step.outcome == "alarmed"
    assert step.alarm is not None
    assert (step.alarm.label, step.alarm.level) == ("suicide", "urgent")


@pytest.mark.parametrize(
    "said",
    [
        ("có", "quay lại", "dừng"),
        ("có", "quay lại", "để sau"),
        ("có", "quay lại", "em 10 tuổi"),
        ("có", "quay lại", "quay lại", "dừng"),
        ("không", "có", "quay lại", "quay lại", "không", "dừng"),
    ],
)
def test_a_yes_in_asq_is_not_lost_by_a_step_back(said: tuple[str, ...]) -> None:
    step = say(*said, state=asking("asq"))
    assert step.outcome == "alarmed"
    assert step.state is not None
    kept = State.from_json(SHELF, json.loads(json.dumps(step.state.to_json())))
    assert "chưa thấy" not in shown(answer(SHELF, kept, "làm tiếp"))


def test_an_answer_put_right_after_a_step_back_is_no_danger() -> None:
    step = say("có", "quay lại", "không", "dừng", state=asking("asq"))
    assert (step.outcome, step.alarm) == ("stopped", None)


def test_an_age_said_late_changes_the_group_everywhere() -> None:
    safety = say("/s agree", "/s adult").state
    paused = say("có", "để sau", state=asking()).state
    young = asking("days-of-use", "/s youth")
    for state in (safety, paused, asking()):
        younger = say("em 14 tuổi", state=state).state
        assert younger is not None
        assert (younger.group, younger.stage, younger.paused) == ("youth", "safety", False)
    for state in (safety, paused, asking(), young):
        child = say("em 11 tuổi", state=state)
        assert child.state is None
        assert [button.payload for button in child.replies[0].buttons] == ["/human"]


def test_a_number_that_is_no_age_leaves_the_questions_as_they_are() -> None:
    for text in ("dưới 5", "14", "dưới 2 ngày"):
        assert say(text, state=asking("frequency-gate")).outcome == "not_an_answer"


@pytest.mark.parametrize("stage", ["age", "safety", "result", "share"])
@pytest.mark.parametrize("text", ["dừng", "không làm nữa", "để sau", "quay lại", "thôi"])
def test_the_ways_out_work_at_every_stage(stage: str, text: str) -> None:
    ways = {"age": ["/s agree"], "safety": ["/s agree", "/s adult"]}
    late = say(*dast(6), *(["/s human"] if stage == "share" else []), state=asking()).state
    state = say(*ways[stage]).state if stage in ways else late
    assert state is not None
    assert state.stage == stage
    step = say(text, state=state)
    if text == "quay lại":
        before = {"age": "consent", "safety": "age", "result": "asking", "share": "result"}
        assert step.state is not None
        assert step.state.stage == before[stage]
    elif text == "để sau":
        assert step.outcome == "paused"
        assert step.state is not None
        assert say("làm tiếp", state=step.state).state == state
    elif (stage, text) == ("share", "thôi"):
        assert (step.wants_counsellor, step.summary) == (True, ())
    else:
        assert (step.state, step.keep, step.results) == (None, "", ())


# --- what is asked of whom ---


def names_of(*said: str) -> list[str]:
    """The instruments gone through after consent, saying `said` in turn and then "không"."""
    state = say("/s agree").state
    names: list[str] = []
    queue = list(said)
    while state is not None and state.stage != "result":
        if state.instrument and (not names or names[-1] != state.instrument):
            names.append(state.instrument)
        step = answer(SHELF, state, queue.pop(0) if queue else "không")
        assert step.outcome == "asked", (state, step)
        state = step.state
    return names


def test_an_adult_is_asked_only_about_what_they_use() -> None:
    none = ["/s adult", "không"]
    assert names_of(*none) == ["frequency-gate", "phq-2"]
    assert names_of(*none, "hàng tuần", *["không"] * 5, "nam") == [
        "frequency-gate",
        "audit-c",
        "phq-2",
    ]
    assert names_of(*none, "không", "2 lần") == ["frequency-gate", "dast-10", "phq-2"]


def test_phq_9_comes_only_after_a_positive_phq_2_and_does_not_ask_its_two_again() -> None:
    daily = "ngày nào cũng"
    assert names_of("/s adult", *["không"] * 7, daily) == ["frequency-gate", "phq-2", "phq-9"][:3]
    state = say(daily, "vài ngày", state=asking("phq-2")).state
    assert state is not None
    full = say("/s agree", "/s adult", *["không"] * 7, daily, daily)
    assert full.state is not None
    assert full.state.instrument == "phq-9"
    assert shown(full).endswith("?")
    assert "Câu 3/9" in shown(full)
    assert "PHQ-9" in shown(full)


def test_the_young_are_asked_days_of_use_asq_and_phq_2() -> None:
    assert names_of("16", "không") == ["days-of-use", "asq", "phq-2"]


# --- questions ---


def test_the_first_question_names_the_instrument_its_credit_and_that_it_is_a_draft() -> None:
    message = again(SHELF, asking())
    for words in ("DAST-10", "Skinner", "CAMH", "bản dịch nháp, chờ thẩm định", "Câu 1/10"):
        assert words in message.text
    second = say("có", state=asking()).replies[0].text
    assert second.startswith("Câu 2/10")


@pytest.mark.parametrize("name", [name for name in SHELF if SHELF[name].may_be_asked])
def test_every_question_has_a_button_for_every_answer_and_every_way_out(name: str) -> None:
    group = "youth" if name == "days-of-use" else "adult"
    state: State | None = State(stage="safety", group=group, only=name)
    state = answer(SHELF, state, "/s fine").state if state else None
    while state is not None and state.stage == "asking" and state.instrument == name:
        message = again(SHELF, state)
        assert re.search(r"Câu \d+/\d+\. ", message.text)
        codes = [button.payload.split(" ")[1] for button in message.buttons]
        item = next(one for one in SHELF[name].items if one.text and one.id not in state.answers)
        scale = SHELF[name].scale(item)
        wanted = list(scale.answers) or [str(step) for step in scale.numbers.steps]  # type: ignore[union-attr]
        assert codes[: len(wanted)] == wanted
        assert {"back", "pause", "stop"} <= set(codes)
        assert "skip" in codes or "refused" in codes
        assert all(len(button.payload.encode()) <= 60 for button in message.buttons)
        state = answer(SHELF, state, message.buttons[0].payload).state


YES = """có|co|dạ có|có ạ|ừ|uh|uk|um|yes|đúng|rồi|thỉnh thoảng|thinh thoang|da co|CÓ|Có!|cóooo|
em có|dạ vâng ạ|có rồi|đúng rồi|thi thoảng ạ|cos|vâng|đôi khi|👍 có|2 lần|vài lần|một lần"""
NO = """không|ko|k|hông|hổng|hong|chưa|chưa bao giờ|chua bao gio|never|KO|dạ không|k ạ|em ko có|
khônggg|không không|đâu có|có đâu|hok|0|chưa từng"""
SKIP = "bỏ qua|bo qua|skip|không trả lời|không muốn trả lời|ko tra loi|không nhớ|ko nhớ|dạ bỏ qua ạ"
BACK = "quay lại|quay lai|back|câu trước|cau truoc|trở lại"
STOP = "dừng|thôi|thoi|stop|không làm nữa|thôi không làm nữa|k lam nua|dừng lại ạ|thôi nha"
PAUSE = "để mai làm tiếp|de mai|để sau|mai làm tiếp nha|lúc khác ạ|em bận rồi"


@pytest.mark.parametrize("text", phrases(YES))
def test_yes_in_every_way_of_writing(text: str) -> None:
    step = say(text, state=asking())
    assert step.state is not None
    assert step.state.answers == {"q1": "yes"}


@pytest.mark.parametrize("text", phrases(NO))
def test_no_in_every_way_of_writing(text: str) -> None:
    step = say("có", text, state=asking())
    assert step.state is not None
    assert step.state.answers == {"q1": "yes", "q2": "no"}


@pytest.mark.parametrize("text", phrases(SKIP))
def test_skip_in_every_way_of_writing(text: str) -> None:
    step = say(text, state=asking())
    assert step.state is not None
    assert step.state.answers == {"q1": None}


@pytest.mark.parametrize("text", phrases(BACK))
def test_back_in_every_way_of_writing(text: str) -> None:
    step = say("có", "không", text, state=asking())
    assert step.state is not None
    assert step.state.answers == {"q1": "yes"}
    assert step.replies[0].text.startswith("Câu 2/10")


@pytest.mark.parametrize("text", phrases(STOP))
def test_stop_in_every_way_of_writing(text: str) -> None:
    step = say("có", text, state=asking())
    assert (step.state, step.outcome, step.results) == (None, "stopped", ())


@pytest.mark.parametrize("text", phrases(PAUSE))
def test_a_pause_waits_and_is_taken_up_where_it_was_left(text: str) -> None:
    step = say("có", text, state=asking())
    assert step.outcome == "paused"
    assert step.state is not None
    assert answer(SHELF, step.state, "có").outcome == "not_an_answer"
    kept = State.from_json(SHELF, json.loads(json.dumps(step.state.to_json())))
    for words in ("làm tiếp", "/s resume", "em làm tiếp bài hôm qua nhé"):
        resumed = answer(SHELF, kept, words)
        assert "Câu 2/10" in shown(resumed)
    assert answer(SHELF, kept, "dừng").outcome == "stopped"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("thỉnh thoảng", "monthly"),
        ("2 lần", "once_twice"),
        ("khoảng 5 lần", "monthly"),
        ("tuần 2 lần", "weekly"),
        ("3 lần một tuần", "weekly"),
        ("mỗi tháng 1 lần", "monthly"),
        ("ngày nào cũng", "daily"),
        ("cuối tuần", "weekly"),
        ("ko", "never"),
        ("ko nhớ", None),
    ],
)
def test_how_often_in_free_words(text: str, code: str | None) -> None:
    step = say(text, state=asking("frequency-gate"))
    assert step.state is not None
    assert step.state.answers == {"alcohol": code}


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2 ngày", 2),
        ("khoảng 10 ngày", 10),
        ("vài lần", 3),
        ("không", 0),
        ("7", 7),
        ("ko nhớ", None),
    ],
)
def test_days_in_free_words(text: str, days: int | None) -> None:
    state = asking("days-of-use", "/s youth")
    step = answer(SHELF, state, text, text if text.isdigit() else "")
    assert step.state is not None
    assert step.state.answers == {"tobacco": days}


@pytest.mark.parametrize(
    "text", ["1000 ngày", "-1 ngày", "-1", "400 ngày", "dưới 5 ngày", "mỗi 2 ngày", "trên 1 ngày"]
)
def test_what_is_no_count_of_days_is_no_answer(text: str) -> None:
    assert say(text, state=asking("days-of-use", "/s youth")).outcome == "not_an_answer"


@pytest.mark.parametrize("text", ["6 ngày", "2 lần", "vài lần", "1 bữa"])
def test_days_or_times_are_no_number_of_drinks(text: str) -> None:
    state = say("nam", "hàng tuần", state=asking("audit-c")).state
    assert say(text, state=state).outcome == "not_an_answer"
    taken = say("3 lon", state=state).state
    assert taken is not None
    assert taken.answers["q2"] == "3_4"


@pytest.mark.parametrize(
    "text", ["20 lần", "100 lần", "thường xuyên", "nhiều lần", "có vài lần", "5 ngày"]
)
@pytest.mark.parametrize("before", [("nam",), ("nam", "tuần 3 lần", "3 lon")])
def test_how_often_without_a_unit_of_time_is_asked_again(
    text: str, before: tuple[str, ...]
) -> None:
    state = say(*before, state=asking("audit-c")).state
    step = say(text, state=state)
    assert step.state == state
    assert "tuần 2 lần" in shown(step)
    assert "Câu " in shown(step)


@pytest.mark.parametrize(
    ("text", "only", "code"),
    [
        ("lâu lâu", "frequency-gate", "monthly"),
        ("lau lau", "dast-10", "yes"),
        ("luôn luôn", "dast-10", "yes"),
        ("luôn luôn", "phq-2", "nearly_every_day"),
    ],
)
def test_words_said_twice_are_understood(text: str, only: str, code: str) -> None:
    step = say(text, state=asking(only))
    assert step.state is not None
    assert list(step.state.answers.values()) == [code]


def test_a_bare_number_that_may_be_a_button_or_a_count_is_asked_again() -> None:
    state = asking("days-of-use", "/s youth")
    second = again(SHELF, state).buttons[1].payload
    step = answer(SHELF, state, second, "2")
    assert step.state == state
    assert "2 ngày" in shown(step)


@pytest.mark.parametrize(
    "text",
    [
        "methadone có mất tiền không",
        "heroin có gây nghiện không?",
        "heroin",
        "cỏ",
        "có không",
        "có?",
        "có hôm bạn rủ nên em chơi thử",
        "không muốn sống nữa",
        "kkkk",
        "👍",
        "",
        "/human",
        "/s maybe",
    ],
)
def test_questions_stories_and_other_buttons_are_not_answers(text: str) -> None:
    state = asking()
    step = say(text, state=state)
    assert (step.outcome, step.state, step.replies) == ("not_an_answer", state, ())


def test_a_word_that_could_mean_two_things_without_diacritics_is_asked_again() -> None:
    assert say("dung", state=asking()).outcome == "not_an_answer"
    assert say("đúng", state=asking()).outcome == "asked"
    assert say("dừng", state=asking()).outcome == "stopped"


def test_sometimes_able_to_stop_means_not_always() -> None:
    step = say("có", "không", "thỉnh thoảng", state=asking())
    assert step.state is not None
    assert step.state.answers["q3"] == "no"


def test_an_old_button_answers_no_other_question() -> None:
    state = asking()
    old = again(SHELF, state).buttons[0].payload
    step = say("có", old, state=state)
    assert step.state is not None
    assert step.state.answers == {"q1": "yes"}
    assert step.replies[0].text.startswith("Câu 2/10")


def test_going_back_forgets_the_answer_and_leads_to_the_instrument_before_and_to_the_age() -> None:
    start_ = say("/s agree", "/s adult", "/s fine", *["không"] * 6).state
    assert start_ is not None
    assert start_.instrument == "phq-2"
    back = say("quay lại", state=start_).state
    assert back is not None
    assert (back.instrument, len(back.answers)) == ("frequency-gate", 5)
    first = say("quay lại", state=asking()).state
    assert first is not None
    assert first.stage == "age"


# --- danger in the answers ---


def test_phq_9_item_9_goes_the_way_of_a_danger() -> None:
    step = say(*["không"] * 8, "vài ngày", state=asking("phq-9"))
    assert step.outcome == "alarmed"
    assert step.alarm is not None
    assert (step.alarm.label, step.alarm.level) == ("suicide", "urgent")
    assert step.state is not None
    assert step.state.paused
    assert "không phải chẩn đoán" in shown(answer(SHELF, step.state, "làm tiếp"))


@pytest.mark.parametrize(
    ("last", "level"), [("không", "urgent"), ("có", "emergency"), ("bỏ qua", "emergency")]
)
def test_a_positive_asq_goes_the_way_of_a_danger(last: str, level: str) -> None:
    for positive in ("có", "bỏ qua", "không muốn trả lời"):
        step = say(positive, "không", "không", "không", last, state=asking("asq"))
        assert step.alarm is not None
        assert step.alarm.level == level


def test_a_positive_asq_is_never_told_as_nothing_to_worry_about() -> None:
    step = say("có", *["không"] * 4, state=asking("asq"))
    assert step.state is not None
    taken_up = shown(answer(SHELF, step.state, "làm tiếp"))
    assert "cần có người ở bên bạn" in taken_up
    assert "chưa thấy" not in taken_up


@pytest.mark.parametrize("leave", ["dừng", "để sau"])
def test_who_stops_after_a_yes_in_asq_is_not_let_go(leave: str) -> None:
    assert say("có", leave, state=asking("asq")).outcome == "alarmed"


def test_a_skipped_item_9_is_asked_directly_before_any_result() -> None:
    step = say(*["không"] * 8, "bỏ qua", state=asking("phq-9"))
    assert "không muốn sống" in shown(step)
    assert "thấp" not in shown(step)
    assert step.state is not None
    kept = State.from_json(SHELF, json.loads(json.dumps(step.state.to_json())))
    for text in ("có", "/s refused", "bỏ qua", "dừng", "để sau", "thỉnh thoảng"):
        alarm = say(text, state=kept).alarm
        assert alarm is not None
        assert (alarm.label, alarm.level, alarm.person) == ("suicide", "urgent", "self")
    safe = say("không", state=kept)
    assert safe.alarm is None
    assert "bỏ qua 1 câu" in shown(safe)
    back = say("quay lại", state=kept).state
    assert back is not None
    assert (back.stage, len(back.answers)) == ("asking", 8)


@pytest.mark.parametrize("answers", [("có",), ("không", "quay lại", "có")])
def test_fear_of_being_hit_in_the_family_is_an_alarm_before_anything_else_is_asked(
    answers: tuple[str, ...],
) -> None:
    step = say("/s agree", "/s family", "/s fine", *answers)
    assert step.alarm is not None
    assert (step.alarm.label, step.alarm.level) == ("domestic_violence", "urgent")
    assert step.replies == ()


@pytest.mark.parametrize(
    ("said", "taken"), [("9 ngày", True), ("14 ngày", True), ("15 ngày", False)]
)
def test_more_days_than_the_question_is_about_are_no_answer(said: str, taken: bool) -> None:
    step = answer(SHELF, asking("phq-9", "/s adult"), said)
    assert (step.outcome != "not_an_answer") is taken


# --- results ---


def finished(*said: str, only: str = "dast-10", age: str = "/s adult") -> Step:
    step = say(*said, state=asking(only, age))
    assert step.state is not None
    assert step.state.stage == "result"
    return step


def dast(points: int) -> list[str]:
    items = range(1, 11)
    return ["có" if (place <= points) != (place == 3) else "không" for place in items]


@pytest.mark.parametrize(
    ("points", "level"),
    [(1, "thấp"), (3, "vừa"), (5, "vừa"), (6, "cao"), (8, "cao"), (9, "rất cao"), (10, "rất cao")],
)
def test_the_result_names_the_level_and_is_no_diagnosis(points: int, level: str) -> None:
    step = finished(*dast(points))
    assert f"mức nguy cơ của bạn: {level}." in shown(step)
    assert "không phải chẩn đoán" in shown(step)
    assert "nghiện" not in shown(step)
    offered = titles(step.replies[0])
    assert "Gặp tư vấn viên" in offered
    assert {"Giữ kết quả", "Không giữ"} <= set(offered)
    assert ("Trò chuyện ngắn 3–5 phút" in offered) is (points >= 3)
    assert (offered[0] == "Gặp tư vấn viên") is (points >= 6)


def test_skipped_items_are_said_and_too_many_give_no_level() -> None:
    three = finished("có", *["bỏ qua"] * 3, *["có"] * 6)
    assert "bỏ qua 3 câu" in shown(three)
    assert "mức nguy cơ của bạn: cao." in shown(three)
    four = finished("có", *["bỏ qua"] * 4, *["có"] * 5)
    assert "bỏ qua 4 câu" in shown(four)
    assert "mức nguy cơ của bạn" not in shown(four)
    assert titles(four.replies[0])[0] == "Gặp tư vấn viên"


@pytest.mark.parametrize(
    ("only", "age", "items"), [("frequency-gate", "/s adult", 6), ("days-of-use", "/s youth", 4)]
)
def test_nobody_who_skipped_a_question_is_said_to_use_nothing(
    only: str, age: str, items: int
) -> None:
    for place in range(items):
        said = ["bỏ qua" if place == one else "không" for one in range(items)]
        text = shown(finished(*said, only=only, age=age))
        assert "Bạn không dùng" not in text
        assert "không đưa ra mức nào" in text
    assert "Bạn không dùng" in shown(finished(*["không"] * items, only=only, age=age))


def test_the_family_checklist_gives_a_level_of_worry_and_no_score() -> None:
    step = say("/s agree", "/s family", "/s fine", "không", "có", *["không"] * 5)
    assert "mức lo cho người thân của bạn: rất đáng lo" in shown(step)
    assert "không nói gì chắc về người thân" in shown(step)
    assert "điểm" not in shown(step)


def test_who_was_afraid_at_once_reads_later_what_that_means_and_of_no_skipped_question() -> None:
    step = say("/s agree", "/s family", "/s fine", "có")
    assert step.state is not None
    said = shown(answer(SHELF, step.state, "làm tiếp"))
    assert "rất đáng lo về an toàn" in said
    assert "bỏ qua" not in said


def test_who_stops_late_still_gets_what_is_finished() -> None:
    step = say(
        "/s agree", "/s adult", "/s fine", "không", "2 lần", *["không"] * 4, *dast(7), "dừng"
    )
    assert step.state is not None
    assert step.state.stage == "result"
    assert "mức nguy cơ của bạn: cao." in shown(step)


def test_a_result_is_kept_only_where_the_person_says_so() -> None:
    result = finished(*dast(6)).state
    kept = say("/s keep", state=result)
    assert (kept.keep, kept.state) == ("kept", None)
    assert [one.instrument for one in kept.results] == ["dast-10"]
    for text in ("/s drop", "không giữ"):
        dropped = say(text, state=result)
        assert (dropped.keep, dropped.results, dropped.state) == ("", (), None)


def test_a_counsellor_gets_the_summary_only_where_the_person_agrees() -> None:
    result = finished(*dast(6)).state
    asked = say("/s human", state=result)
    assert titles(asked.replies[0]) == ["Gửi kèm tóm tắt", "Không gửi kèm"]
    assert not asked.wants_counsellor
    given_ = say("/s human", "/s share", state=result)
    assert given_.wants_counsellor
    assert given_.keep == "shared"
    assert given_.summary == ("DAST-10: cao (điểm 6/10)",)
    refused = say("/s human", "không", state=result)
    assert (refused.wants_counsellor, refused.summary, refused.keep) == (True, (), "")


def test_the_short_talk_takes_down_the_persons_own_words() -> None:
    talk = say(
        "/s brief",
        "em muốn ngủ được và con đỡ sợ",
        "Dùng ít lại",
        "gọi chị gái, đi bộ một vòng",
        state=finished(*dast(6)).state,
    )
    said = shown(talk)
    for words in ("em muốn ngủ được và con đỡ sợ", "Dùng ít lại", "gọi chị gái, đi bộ một vòng"):
        assert words in said
    kept = say("/s keep", state=talk.state)
    assert kept.results[0].words == {
        "reasons": "em muốn ngủ được và con đỡ sợ",
        "goal": "Dùng ít lại",
        "plan": "gọi chị gái, đi bộ một vòng",
    }


def test_the_short_talk_can_be_left_and_questions_in_it_are_answered_first() -> None:
    state = say("/s brief", state=finished(*dast(6)).state).state
    assert state is not None
    assert answer(SHELF, state, "methadone có mất tiền không?").outcome == "not_an_answer"
    assert answer(SHELF, state, "👍").outcome == "not_an_answer"
    left = answer(SHELF, state, "dừng").state
    assert left is not None
    assert (left.stage, left.words) == ("result", {})


def test_nothing_a_person_reads_calls_them_addicted_or_holds_a_number_to_dial() -> None:
    said = [text for text in vars(texts).values() if isinstance(text, str)]
    said += [text for text, _ in texts.STAGES.values()]
    for text in said:
        assert "nghiện" not in text.lower()
        assert not re.search(r"\b1\d\d\b|\b0\d{8,}", text)


# --- state ---


GOOD = say("có", state=asking()).state


@pytest.mark.parametrize(
    "change",
    [
        {"answers": {"q1": "maybe"}},
        {"answers": {"q99": "yes"}},
        {"answers": []},
        {"version": "B"},
        {"instrument": "dudit"},
        {"instrument": ""},
        {"stage": "dreaming"},
        {"stage": "result"},
        {"group": "elders"},
        {"group": ""},
        {"only": "dudit"},
    ],
)
def test_a_state_that_contradicts_itself_is_refused(change: dict[str, object]) -> None:
    assert GOOD is not None
    with pytest.raises(ValueError, match="state"):
        State.from_json(SHELF, GOOD.to_json() | change)


@pytest.mark.parametrize("data", [None, [], "x", {"position": 1}])
def test_something_else_is_no_state(data: object) -> None:
    with pytest.raises(ValueError, match="state"):
        State.from_json(SHELF, data)


SAID = st.one_of(
    st.sampled_from(phrases("|".join((YES, NO, SKIP, BACK, STOP, PAUSE)))),
    st.sampled_from(["16", "30 tuổi", "2 lần", "hàng tuần", "vài ngày", "làm tiếp", "nữ"]),
    st.sampled_from(
        [f"/s {code}" for code in ("yes", "no", "agree", "adult", "youth", "family", "fine")]
        + [f"/s {code}" for code in ("skip", "back", "resume", "brief", "human", "keep", "share")]
    ),
    st.text(max_size=40),
)


@settings(max_examples=150)
@given(st.lists(SAID, max_size=60))
def test_whatever_is_said_the_screening_ends_or_stays_valid(said: list[str]) -> None:
    state, _ = start(SHELF)
    for text in said:
        step = answer(SHELF, state, text)
        if step.state is None:
            assert step.replies or step.alarm or step.wants_counsellor
            return
        assert (step.outcome == "not_an_answer") <= (step.replies == () and step.state == state)
        assert State.from_json(SHELF, json.loads(json.dumps(step.state.to_json()))) == step.state
        assert again(SHELF, step.state).text
        state = step.state
