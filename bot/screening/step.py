"""What one message does to a screening."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from bot.danger import Danger
from bot.messages import Button, Outbound
from bot.screening import says
from bot.screening.results import Result, Shelf
from bot.screening.shown import again
from bot.screening.state import State

Outcome = Literal["asked", "not_an_answer", "stopped", "paused", "alarmed", "finished"]

HUMAN = Button(says.RESULT["human"], "/human")


@dataclass(frozen=True)
class Step:
    """What one message did. `state` is None once the screening is over; then drop it.

    On "not_an_answer" nothing changed and `replies` is empty. On "alarmed" `alarm` goes the way of any
    danger. `keep` is "kept" where the person wants the `results` stored, "shared" where counsellors may
    see them too; `summary` is what goes with a wish for a counsellor, `wants_counsellor`.
    """

    state: State | None
    replies: tuple[Outbound, ...]
    outcome: Outcome
    alarm: Danger | None = None
    results: tuple[Result, ...] = ()
    keep: Literal["", "kept", "shared"] = ""
    wants_counsellor: bool = False
    summary: tuple[str, ...] = ()


def asked(shelf: Shelf, state: State) -> Step:
    return Step(state, (again(shelf, state),), "asked")


def led(step: Step, lead: str) -> Step:
    """`step` with words before its first reply."""
    if not lead or not step.replies:
        return step
    first = replace(step.replies[0], text=lead + step.replies[0].text)
    return replace(step, replies=(first, *step.replies[1:]))


def unread(state: State) -> Step:
    return Step(state, (), "not_an_answer")


def end(text: str, outcome: Outcome = "stopped") -> Step:
    return Step(None, (Outbound(text, (HUMAN,)),), outcome)
