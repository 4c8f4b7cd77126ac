"""What becomes of a message, without danger, from somebody who was muted or blocked."""

from __future__ import annotations

from dataclasses import replace

from actions.commands import DeleteData, GiveHotlines
from bot import acts, restraints
from bot.runtime import Runtime
from bot.store import Talk
from bot.turn import screen
from bot.turn.shapes import Did, Heard, Turn

STAYS_OPEN = frozenset({"/hotline", "/delete", "/safe"})
"""Emergency numbers, one's own data, and the word that one is safe are nobody's to withhold."""


async def hold_back(runtime: Runtime, talk: Talk, heard: Heard, turn: Turn) -> Turn | None:
    """The turn of a muted or blocked person: their words are kept, and once an hour they are told until
    when. None where the message is answered as anybody's: no measure holds, danger is about, or the
    answer to a screening may tell of one.

    To be called once danger was judged and where an alarm was met."""
    if turn.alarm.level != "none" or talk.state.worry_soft:
        return None
    if _stays_open(heard):
        return None
    now = runtime.clock()
    async with runtime.statements() as connection:
        held = await restraints.held_against(connection, talk, now)
    if held is None:
        return None
    answered = await _answer_to_screening(runtime, talk, heard, turn)
    if answered and (answered.alarm.level != "none" or not answered.wants_counsellor):
        return answered
    held_back = replace(turn, did=Did("silenced"))
    if not restraints.is_said_again(held, talk.state.silence_told, now):
        return held_back
    told = replace(turn.state, silence_told=now.isoformat())
    return held_back.then(restraints.in_words(held, now), state=told)


def _stays_open(heard: Heard) -> bool:
    if heard.payload.partition(" ")[0] in STAYS_OPEN:
        return True
    return isinstance(acts.find_act(heard.text), DeleteData | GiveHotlines)


async def _answer_to_screening(
    runtime: Runtime, talk: Talk, heard: Heard, turn: Turn
) -> Turn | None:
    if talk.holder != "counsellor":
        return screen.take_answer(runtime, talk, heard, turn)
    answered = await screen.with_counsellor(runtime, talk, heard, turn)
    return None if answered is turn else answered
