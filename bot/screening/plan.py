"""What is asked of whom, and in which order. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from bot.screening.instrument import Instrument, applying
from bot.screening.results import Result, Shelf, values_of
from bot.screening.state import GROUPS, State

PLANS: Final[Mapping[str, tuple[tuple[str, tuple[str, str] | None], ...]]] = {
    "youth": (("days-of-use", None), ("asq", None), ("phq-2", None)),
    "adult": (
        ("frequency-gate", None),
        ("dast-10", ("frequency-gate", "drugs_used")),
        ("audit-c", ("frequency-gate", "alcohol_used")),
        ("phq-2", None),
        ("phq-9", ("phq-2", "positive")),
    ),
    "family": (("family-checklist", None),),
}
"""What each group is asked, in this order; an instrument with a condition only where that result of an
earlier one is true."""


def begin(shelf: Shelf, state: State, name: str) -> State:
    """`name` begun, with the answers that a short form before it already gave."""
    instrument = shelf[name]
    before = next((one for one in state.done if one.instrument == instrument.begins_with), None)
    answers = dict(before.answers) if before else {}
    version = instrument.wording.version
    return replace(state, stage="asking", instrument=name, version=version, answers=answers)


def finish(state: State) -> State:
    result = Result(state.instrument, state.version, state.answers)
    back = {name: said for name, said in state.taken_back.items() if name != state.instrument}
    done = (*state.done, result)
    return replace(state, done=done, instrument="", version="", answers={}, taken_back=back)


def next_instrument(shelf: Shelf, state: State) -> str:
    """The instrument that comes after those done, "" for none."""
    finished = {one.instrument: values_of(shelf, one) for one in state.done}
    if state.only:
        return "" if state.only in finished else state.only
    for name, condition in PLANS[state.group]:
        if name in finished:
            continue
        if condition is None or finished.get(condition[0], {}).get(condition[1]) is True:
            return name
    return ""


def one_back(shelf: Shelf, state: State) -> State:
    """One question back, forgetting its answer; before the first of all, the age."""
    if not state.answers:
        if not state.done:
            return replace(state, stage="age", instrument="", version="")
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
    back = {**state.taken_back.get(state.instrument, {}), **{k: answers[k] for k in asked[-1:]}}
    return replace(
        state,
        answers={name: answers[name] for name in asked[:-1]},
        taken_back={**state.taken_back, state.instrument: back},
    )


def fits(instrument: Instrument, group: str) -> bool:
    youngest, oldest = instrument.ages
    low, high = GROUPS[group]
    return youngest <= low and high <= oldest
