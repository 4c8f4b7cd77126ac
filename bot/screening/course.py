"""The course of a screening: consent, age, safety, questions, result, and a short talk about change.

Pure; no I/O. A screening routes to help and diagnoses nothing. The person's answers live in `State`,
which the caller stores. Only whole answers are taken: whatever else the person writes is
"not_an_answer", for the caller to answer before it shows the question `again`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal

from bot.danger import Danger
from bot.messages import Button, Outbound
from bot.screening import meanings, says
from bot.screening.instrument import Given, Instrument, Item, applying
from bot.screening.plan import begin, finish, fits, next_instrument
from bot.screening.results import Result, Shelf, alarm_in, level_line, summary_lines
from bot.screening.shown import TALK, again, open_item, result, tag_of, titles_of
from bot.screening.state import State
from bot.screening.step import HUMAN, Step, asked, end, led, unread
from bot.screening.talk import answer_talk

SAFETY: Final = {
    "danger": Danger("suicide", "urgent", "self", ("screening.safety",)),
    "self_harm": Danger("suicide", "urgent", "self", ("screening.safety",)),
    "collapsed": Danger("overdose", "emergency", "other", ("screening.safety",)),
    "attacked": Danger("violence_threat", "emergency", "other", ("screening.safety",)),
}


def start(shelf: Shelf, only: str = "", *, invited: bool = False) -> tuple[State, Outbound]:
    """A fresh state and the request for consent (Luật 91/2025/QH15).

    Args:
        only: the name of one instrument, "" for what fits the person's age.
        invited: a counsellor asks for it.
    """
    state = State(only=only if only in shelf and shelf[only].may_be_asked else "", invited=invited)
    return state, again(shelf, state)


def answer(shelf: Shelf, state: State, text: str, number: str = "") -> Step:
    """What `text`, typed or a button's payload, does to the screening.

    Args:
        number: the bare number that was typed where `text` is the button it may stand for.
    """
    if state.paused and not (state.stage == "result" and text.startswith(meanings.PREFIX)):
        return _wake(shelf, state, text)
    if state.stage == "asking":
        return _take(shelf, state, text, number)
    if state.stage in TALK:
        return answer_talk(shelf, state, text)
    titles = says.RESULT if state.stage == "result" else says.STAGES[state.stage][1]
    if state.stage in ("consent", "age") and (age := _age(state, text)) is not None:
        return _grouped(shelf, state, age)
    if text.startswith("/"):
        meant = meanings.read_payload(text, titles, state.stage)
    else:
        meant = meanings.read_stage(state.stage, text, titles)
    if meant == "late" and state.stage != "result":
        return asked(shelf, state)
    if meant is None or meant == "late":
        return unread(state)
    return _STAGES[state.stage](shelf, state, meant)


def _age(state: State, text: str) -> str | None:
    age = meanings.read_age(text, bare=state.stage == "age")
    if age is None or age > 120:
        return None
    return "child" if age < 12 else "youth" if age < 18 else "adult"


def _consent(shelf: Shelf, state: State, meant: str) -> Step:
    if meant == "decline":
        return end(says.REFUSED)
    return asked(shelf, replace(state, stage="safety" if state.group else "age"))


def _grouped(shelf: Shelf, state: State, group: str) -> Step:
    """The person's age group is known: before consent it is kept, after it the safety check comes."""
    if group == "child":
        return end(says.CHILD)
    known = replace(state, group=group)
    return asked(shelf, known if state.stage == "consent" else replace(known, stage="safety"))


def _safety(shelf: Shelf, state: State, meant: str) -> Step:
    if meant in SAFETY:
        return Step(None, (), "alarmed", SAFETY[meant])
    lead = ""
    if state.only and state.group == "family":
        state = replace(state, only="")
    if state.only and not fits(shelf[state.only], state.group):
        lead = says.OTHER_AGE.format(title=shelf[state.only].title)
        state = replace(state, only="")
    return led(_go_on(shelf, state), lead)


def _result_stage(shelf: Shelf, state: State, meant: str) -> Step:
    if meant == "brief":
        return asked(shelf, replace(state, stage="reasons", words={}))
    if meant == "human":
        return asked(shelf, replace(state, stage="share"))
    if meant == "drop":
        return end(says.DROPPED, "finished")
    if meant == "keep":
        results = _with_words(state)
        return replace(end(says.KEPT, "finished"), results=results, keep="kept")
    return unread(state)


def _share(shelf: Shelf, state: State, meant: str) -> Step:
    if meant == "noshare":
        back = replace(state, stage="result")
        return Step(back, (), "finished", wants_counsellor=True)
    results = _with_words(state)
    lines = tuple(summary_lines(shelf, results))
    return Step(None, (), "finished", None, results, "shared", wants_counsellor=True, summary=lines)


_STAGES = {
    "consent": _consent,
    "age": _grouped,
    "safety": _safety,
    "result": _result_stage,
    "share": _share,
}


def _take(shelf: Shelf, state: State, text: str, number: str) -> Step:
    """An answer to an item, or a step back, over it, out of it."""
    instrument = shelf[state.instrument]
    item = open_item(instrument, state)
    if item is None:
        return _go_on(shelf, state)
    if state.group == "adult" and (group := _age(state, text)) in ("child", "youth"):
        return _grouped(shelf, State(stage="age", only=state.only, invited=state.invited), group)
    kind, given = _read(instrument, item, state, text, number)
    if kind == "take" or (kind == "skip" and "refused" in instrument.scale(item).answers):
        given = "refused" if kind == "skip" else given
        return _go_on(shelf, replace(state, answers={**state.answers, item.id: given}))
    if kind == "skip":
        return _go_on(shelf, replace(state, answers={**state.answers, item.id: None}))
    if kind == "back":
        return asked(shelf, _one_back(shelf, state))
    if kind in ("stop", "pause"):
        return _leave(shelf, state, kind)
    if kind == "unclear":
        unit = instrument.scale(item).unit
        said = Outbound(says.NUMBER_UNCLEAR.format(unit=unit))
        return Step(state, (said, again(shelf, state)), "asked")
    return asked(shelf, state) if kind == "late" else unread(state)


def _read(
    instrument: Instrument, item: Item, state: State, text: str, number: str
) -> tuple[str, Given]:
    offered = {**titles_of(instrument, item), **says.STEPS}
    scale = instrument.scale(item)
    if text.startswith("/") and not (number and scale.unit):
        code = meanings.read_payload(text, offered, tag_of(state))
        if code is None or code == "late" or code in says.STEPS:
            return code or "", None
        return "take", meanings.read_code(scale, code)
    return meanings.read_item(instrument, item, text, number) or ("", None)


def _go_on(shelf: Shelf, state: State) -> Step:
    """The next question, of this instrument or the next, or the result."""
    if state.instrument and open_item(shelf[state.instrument], state) is not None:
        return asked(shelf, replace(state, stage="asking"))
    if state.instrument:
        state = finish(state)
        if alarm := alarm_in(shelf, state.done[-1]):
            return _alarmed(state, alarm.level)
    name = next_instrument(shelf, state)
    if name:
        return _go_on(shelf, begin(shelf, state, name))
    return _go_on_to_result(shelf, state)


def _go_on_to_result(shelf: Shelf, state: State) -> Step:
    return Step(replace(state, stage="result"), (result(shelf, state),), "asked")


def _alarmed(state: State, level: Literal["urgent", "emergency"]) -> Step:
    """The danger is dealt with first; what was answered waits, and nothing more is asked."""
    danger = Danger("suicide", level, "self", (f"screening.{state.done[-1].instrument}",))
    waiting = replace(state, stage="result", paused=True)
    return Step(waiting, (), "alarmed", danger)


def _leave(shelf: Shelf, state: State, how: str) -> Step:
    """Stopped or put off; what was said so far may be a danger all the same."""
    said = finish(state)
    if alarm := alarm_in(shelf, said.done[-1]):
        return _alarmed(said, alarm.level)
    if how == "stop" and any(level_line(shelf, one) for one in state.done):
        return _go_on_to_result(shelf, replace(state, instrument="", version="", answers={}))
    if how == "stop":
        return end(says.STOPPED)
    button = Button("Làm tiếp", f"{meanings.PREFIX}resume")
    return Step(replace(state, paused=True), (Outbound(says.PAUSED, (button, HUMAN)),), "paused")


def _wake(shelf: Shelf, state: State, text: str) -> Step:
    offered = {"resume": "Làm tiếp", "stop": says.STEPS["stop"]}
    if text.startswith("/"):
        meant = meanings.read_payload(text, offered, "")
    else:
        meant = meanings.read_stage("paused", text, {"resume": "Làm tiếp", "stop": "Dừng"})
    if meant == "resume":
        return asked(shelf, replace(state, paused=False))
    return end(says.STOPPED) if meant == "stop" else unread(state)


def _one_back(shelf: Shelf, state: State) -> State:
    """One question back, forgetting its answer; before the first of all, the age."""
    if not state.answers:
        if not state.done:
            return replace(state, stage="age", group="", instrument="", version="")
        last = state.done[-1]
        state = replace(
            state,
            done=state.done[:-1],
            instrument=last.instrument,
            version=last.version,
            answers=last.answers,
        )
    answers = dict(state.answers)
    asked = [
        item.id for item, _ in applying(shelf[state.instrument], answers) if item.id in answers
    ]
    answers = {name: answers[name] for name in asked[:-1]}
    return replace(state, answers=answers)


def _with_words(state: State) -> tuple[Result, ...]:
    """The results, the first with the words of the short talk where it came to its end."""
    if "plan" not in state.words or not state.done:
        return state.done
    return (replace(state.done[0], words=state.words), *state.done[1:])
