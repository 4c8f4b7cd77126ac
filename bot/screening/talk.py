"""The short talk about change: feedback, reasons, a goal, a plan, in the person's own words. Pure.

The steps follow brief interventions in motivational style (feedback, responsibility, advice, menu,
empathy, self-efficacy: WHO's manual for ASSIST-linked brief intervention). It leads to help and is no
treatment.
"""

from __future__ import annotations

from dataclasses import replace

from bot.messages import Outbound
from bot.screening import meanings, says
from bot.screening.results import Shelf
from bot.screening.shown import TALK, result_buttons
from bot.screening.state import State
from bot.screening.step import Step, asked, unread


def answer_talk(shelf: Shelf, state: State, text: str) -> Step:
    """The short talk: whatever is written is taken down in the person's own words."""
    titles = {**says.STAGES[state.stage][1], **says.TALK_STEPS}
    place = TALK.index(state.stage)
    meant = meanings.read_payload(text, titles, state.stage) if text.startswith("/") else None
    step = meant or meanings.read_step(text)
    if text.startswith("/") and meant is None:
        return unread(state)
    if meant == "late":
        return asked(shelf, state)
    if step == "back" and place:
        return asked(shelf, replace(state, stage=TALK[place - 1]))
    if step in ("back", "stop", "pause", "skip"):
        return _finished_talk(shelf, state)
    if "?" in text or not any(char.isalnum() for char in text):
        return unread(state)
    words = {**state.words, state.stage: titles.get(meant, text.strip()) if meant else text.strip()}
    if place + 1 < len(TALK):
        return asked(shelf, replace(state, stage=TALK[place + 1], words=words))
    said = Outbound(says.PLANNED.format(**words))
    return _finished_talk(shelf, replace(state, words=words), said)


def _finished_talk(shelf: Shelf, state: State, *said: Outbound) -> Step:
    back = replace(state, stage="result")
    keep = Outbound(says.KEEP, result_buttons(shelf, back, talked=True))
    return Step(back, (*said, keep), "asked")
