"""The course of a screening: consent, age, safety, questions, result, and a short talk about change.

Pure; no I/O. A screening routes to help and diagnoses nothing. The person's answers live in `State`,
which the caller stores. Only whole answers are taken: whatever else the person writes is
"not_an_answer", for the caller to answer before it shows the question `again`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot.danger import Danger
from bot.messages import Button, Outbound
from bot.screening import meanings, says
from bot.screening.instrument import Alarm, Given, Instrument, Item
from bot.screening.plan import begin, finish, fits, next_instrument, one_back
from bot.screening.results import (
    Result,
    Shelf,
    alarm_in,
    ask_directly,
    level_line,
    summary_lines,
)
from bot.screening.shown import TALK, again, open_item, result, tag_of, titles_of
from bot.screening.state import State
from bot.screening.step import HUMAN, Step, asked, end, led, unread
from bot.screening.talk import answer_talk

SAFETY: Final = {
    # A bare yes tells neither what nor who: police and ambulance, and "are you safe?", fit anybody.
    "danger": Danger("violence_threat", "urgent", "unclear", ("screening.safety",)),
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
    step = _answered(shelf, state, text, number)
    gone = step.state is None or step.state.group != state.group
    return (_danger_said(shelf, state) if gone and step.alarm is None else None) or step


def _answered(shelf: Shelf, state: State, text: str, number: str) -> Step:
    if aged := _aged(shelf, state, text):
        return aged
    if state.paused and not (state.stage == "result" and text.startswith(meanings.PREFIX)):
        return _wake(shelf, state, text)
    if state.stage == "asking":
        return _take(shelf, state, text, number)
    if state.stage in TALK:
        return answer_talk(shelf, state, text)
    titles = says.RESULT if state.stage == "result" else says.STAGES[state.stage][1]
    if text.startswith("/"):
        meant = meanings.read_payload(text, titles, state.stage)
    else:
        meant = meanings.read_stage(state.stage, text, titles)
        step = meanings.read_step(text) if meant is None and state.stage != "consent" else None
        if step is not None:
            return _step_aside(shelf, state, step)
    if meant == "late" and state.stage != "result":
        return asked(shelf, state)
    if meant is None or meant == "late":
        return unread(state)
    return _STAGES[state.stage](shelf, state, meant)


def _aged(shelf: Shelf, state: State, text: str) -> Step | None:
    """An age was said: whoever belongs to another group is asked nothing more of this one's set. In
    what a family member is asked, an age may be anybody's."""
    if state.stage not in ("consent", "age", "safety", "asking"):
        return None
    age = meanings.read_age(text, "paused" if state.paused else state.stage)
    if age is None or age > 120:
        return None
    group = "child" if age < 12 else "youth" if age < 18 else "adult"
    if state.stage in ("consent", "age") and not state.paused:
        return _grouped(shelf, state, group)
    if state.group == "family":
        return None
    if group == state.group:
        return None if state.paused else asked(shelf, state)
    return _grouped(shelf, State(stage="age", only=state.only, invited=state.invited), group)


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


def _harm(shelf: Shelf, state: State, meant: str) -> Step:
    if meant == "no":
        return _go_on(shelf, state)
    return _alarmed(state, Alarm(when=(), level="urgent"))


def _step_aside(shelf: Shelf, state: State, step: str) -> Step:
    """Back, away or later, where no item is open. Who will not say whether they want to harm
    themselves is told to a human, as in ASQ."""
    if step == "back" and state.stage in ("result", "harm"):
        return asked(shelf, replace(one_back(shelf, state), stage="asking"))
    if step == "back":
        before = {"age": "consent", "safety": "age", "share": "result"}[state.stage]
        return asked(shelf, replace(state, stage=before))
    if state.stage == "harm":
        return _harm(shelf, state, step)
    return unread(state) if step == "skip" else _leave(shelf, state, step)


_STAGES = {
    "consent": _consent,
    "age": _grouped,
    "safety": _safety,
    "harm": _harm,
    "result": _result_stage,
    "share": _share,
}


def _take(shelf: Shelf, state: State, text: str, number: str) -> Step:
    """An answer to an item, or a step back, over it, out of it."""
    instrument = shelf[state.instrument]
    item = open_item(instrument, state)
    if item is None:
        return _go_on(shelf, state)
    kind, given = _read(instrument, item, state, text, number)
    if kind == "take" or (kind == "skip" and "refused" in instrument.scale(item).answers):
        given = "refused" if kind == "skip" else given
        return _go_on(shelf, replace(state, answers={**state.answers, item.id: given}))
    if kind == "skip":
        return _go_on(shelf, replace(state, answers={**state.answers, item.id: None}))
    if kind == "back":
        return asked(shelf, one_back(shelf, state))
    if kind in ("stop", "pause"):
        return _leave(shelf, state, kind)
    if kind == "unclear":
        unit = instrument.scale(item).unit
        said = Outbound(says.NUMBER_UNCLEAR.format(unit=unit) if unit else says.RATE_UNCLEAR)
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
        alarmed = _danger_said(shelf, state, at_once=True)
        return alarmed or asked(shelf, replace(state, stage="asking"))
    if state.instrument:
        state = finish(state)
        if alarm := alarm_in(shelf, state.done[-1]):
            return _alarmed(state, alarm)
        if ask_directly(shelf, state.done[-1]):
            return asked(shelf, replace(state, stage="harm"))
    name = next_instrument(shelf, state)
    if name:
        return _go_on(shelf, begin(shelf, state, name))
    return _go_on_to_result(shelf, state)


def _go_on_to_result(shelf: Shelf, state: State) -> Step:
    return Step(replace(state, stage="result"), (result(shelf, state),), "asked")


def _alarmed(state: State, alarm: Alarm) -> Step:
    """The danger is dealt with first; what was answered waits, and nothing more is asked."""
    why = (f"screening.{state.done[-1].instrument}",)
    danger = Danger(alarm.label, alarm.level, alarm.person, why)
    waiting = replace(state, stage="result", paused=True, taken_back={})
    waiting = replace(waiting, instrument="", version="", answers={})
    return Step(waiting, (), "alarmed", danger)


def _danger_said(shelf: Shelf, state: State, *, at_once: bool = False) -> Step | None:
    """The alarm for a danger in what was answered so far, and not answered anew after a step back;
    `at_once` only where it does not wait for the end of the questions."""
    said = {name: dict(answers) for name, answers in state.taken_back.items()}
    if state.instrument:
        said[state.instrument] = {**said.get(state.instrument, {}), **state.answers}
    for name, answers in said.items():
        result = Result(name, shelf[name].wording.version, answers)
        alarm = alarm_in(shelf, result)
        if alarm is not None and (alarm.at_once or not at_once):
            return _alarmed(replace(state, done=(*state.done, result)), alarm)
    return None


def _leave(shelf: Shelf, state: State, how: str) -> Step:
    """Stopped or put off; what was said so far may be a danger all the same."""
    if alarmed := _danger_said(shelf, state):
        return alarmed
    if how == "stop" and state.stage in ("result", "share"):
        return end(says.DROPPED, "finished")
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


def _with_words(state: State) -> tuple[Result, ...]:
    """The results, the first with the words of the short talk where it came to its end."""
    if "plan" not in state.words or not state.done:
        return state.done
    return (replace(state.done[0], words=state.words), *state.done[1:])
