"""The screening's part of a turn: what it makes of a message, and a person's own kept results."""

from __future__ import annotations

import re
from dataclasses import replace

from actions import commands
from bot import acts, first_aid, kept_results, replies, screening
from bot.danger import Danger
from bot.messages import Button, Outbound
from bot.runtime import VIETNAM, Runtime
from bot.screening import says, shown
from bot.store import State, Talk
from bot.turn.invite import last_speaker
from bot.turn.shapes import SAFE, Did, Heard, Turn
from bot.understand import expand, fold

_OWN = r"(?:em|minh|toi|tui|chau|con|ban than)"
_WHICH = r"(?:tu kiem tra|sang loc|bai kiem tra|da giu|da luu|lan truoc|hom truoc|hom qua|cu)"
_RESULTS = re.compile(
    rf"(?:(?:cho|{_OWN}|muon|xin|lai|xem|coi) )*(?:cac )?ket qua(?: {_WHICH})*"
    rf"(?P<own> (?:cua |cho )?{_OWN})?(?: (?:{_WHICH}|dau|roi|voi|a|nhe|nha|di))*"
)


_OPEN_QUESTIONS = ("reasons", "goal")
"""Where words are taken down; in a plan, a counsellor or a place may well be part of it."""


def open_state(runtime: Runtime, remembered: State) -> screening.State | None:
    """Where the person stands; None where no screening is open, or it cannot be gone on with: its
    instrument or wording was replaced since."""
    if not remembered.screening:
        return None
    try:
        return screening.State.from_json(runtime.instruments, remembered.screening)
    except ValueError:
        return None


def heed(runtime: Runtime, talk: Talk, heard: Heard, alarm: Danger) -> Danger:
    """`alarm`, unless the message is nothing but an answer to the open question ("em 14 tuổi", "rồi")
    and the classifier alone heard danger in so few words. What a rule found always counts, and so does
    whatever is heard in words that are taken down freely."""
    by_classifier = bool(alarm.why) and all(why.startswith("heard.") for why in alarm.why)
    state = open_state(runtime, talk.state) if by_classifier else None
    if state is None or state.paused or state.stage in shown.TALK:
        return alarm
    step = screening.answer(runtime.instruments, state, heard.text)
    return alarm if step.outcome == "not_an_answer" else SAFE


def take_answer(runtime: Runtime, talk: Talk, heard: Heard, turn: Turn) -> Turn | None:
    """The screening's own reading of the message; None where it is not an answer to it. Who wants a
    counsellor after it is not told of the queue yet."""
    state = open_state(runtime, turn.state)
    if state is None or (state.stage in _OPEN_QUESTIONS and _wants_else(heard)):
        return None
    typed = heard.inbound.text.strip(" .)") if heard.inbound.kind == "text" else ""
    number = typed if typed.isdecimal() and len(typed) <= 3 else ""
    step = screening.answer(runtime.instruments, state, heard.payload or heard.text, number)
    if step.outcome == "not_an_answer":
        return None
    saved = step.state.to_json() if step.state else None
    turn = turn.then(*step.replies, state=replace(turn.state, screening=saved))
    turn = replace(turn, results=step.results, keep=step.keep, summary=step.summary)
    if step.alarm is not None:
        return _alarmed(runtime, talk, turn, step)
    if not step.wants_counsellor:
        return turn
    if talk.holder == "counsellor":
        return turn.then(Outbound(says.SENT if step.keep else says.NOT_SENT))
    return replace(turn, wants_counsellor=True)


async def with_counsellor(runtime: Runtime, talk: Talk, heard: Heard, turn: Turn) -> Turn:
    """While a counsellor has the chat: answers to what they invited the person to, and what the person
    wants done with kept results. Typed words are an answer only where the bot spoke last."""
    if heard.payload.startswith("/results "):
        return await own_results(runtime, talk, turn, heard.payload.partition(" ")[2])
    state = open_state(runtime, turn.state)
    if state is None or not state.invited:
        return turn
    if not heard.payload:
        async with runtime.statements() as connection:
            if await last_speaker(connection, talk.id) != "bot":
                return turn
    return take_answer(runtime, talk, heard, turn) or turn


def begin(runtime: Runtime, turn: Turn, only: str = "") -> Turn:
    """Start a screening, or go on with the one that is open."""
    state = open_state(runtime, turn.state)
    if state is not None and (state.stage != "result" or state.paused):
        state = replace(state, paused=False)
        first = screening.again(runtime.instruments, state)
    else:
        state, first = screening.start(runtime.instruments, only)
    return turn.then(first, state=replace(turn.state, screening=state.to_json()))


def ask_again(runtime: Runtime, before: Turn, after: Turn) -> Turn:
    """Ask the open question again after something else was answered in between; a result, or a
    screening that a counsellor comes into, waits until the person takes it up."""
    state = open_state(runtime, before.state)
    if state is None or after.state.screening != before.state.screening or after.erase:
        return after
    if after.wants_counsellor or state.stage == "result":
        waiting = replace(state, paused=True).to_json()
        return replace(after, state=replace(after.state, screening=waiting))
    question = screening.again(runtime.instruments, state)
    if state.paused or question in after.replies:
        return after
    return after.then(replies.screening_paused(), question)


def asks_for_results(text: str) -> bool:
    """Whether a message asks for nothing but the person's own kept results."""
    plain = " ".join(re.sub(r"[^\w\s]", " ", fold(expand(text)).lower()).split())
    found = _RESULTS.fullmatch(plain)
    return found is not None and (
        found["own"] is not None or re.search(r"\b(?:xem|coi)\b", plain) is not None
    )


async def own_results(runtime: Runtime, talk: Talk, turn: Turn, wish: str) -> Turn:
    """The results kept, or what the person wants done with them: "share", "forget" or ""."""
    if wish == "forget":
        return replace(turn.then(Outbound(says.FORGOTTEN)), results_wish="forget")
    async with runtime.statements() as connection:
        kept = await kept_results.kept_by(connection, talk)
    if not kept:
        return turn.then(Outbound(says.NONE_KEPT, (replies.SCREEN,)))
    if wish == "share":
        results = [one.result for one in kept]
        summary = tuple(screening.summary_lines(runtime.instruments, results))
        opened = replace(turn.then(Outbound(says.SHARED)), results_wish="share", summary=summary)
        return replace(opened, wants_counsellor=talk.holder != "counsellor")
    lines = []
    for one in kept:
        line = screening.level_line(runtime.instruments, one.result)
        day = one.at.astimezone(VIETNAM).strftime("%d/%m/%Y")
        lines += [f"• {day}: {line}"] if line else []
        lines += [f"   {says.WORDS[name]}: {said}" for name, said in one.result.words.items()]
    buttons = (
        Button(says.SHARE_RESULTS, "/results share"),
        Button(says.FORGET_RESULTS, "/results forget"),
        replies.SCREEN,
    )
    return turn.then(Outbound(says.HISTORY.format(lines="\n".join(lines)), buttons))


def _wants_else(heard: Heard) -> bool:
    """Whether words at an open question ask for something that we do, and answer nothing."""
    act = acts.find_act(heard.text) if heard.text else commands.FindAnswer()
    return not isinstance(act, commands.FindAnswer | commands.SmallTalk | commands.TakeFeedback)


def _alarmed(runtime: Runtime, talk: Talk, turn: Turn, step: screening.Step) -> Turn:
    """A danger that the answers tell of: met as one that was written."""
    alarm = step.alarm
    assert alarm is not None
    state = replace(turn.state, worry=alarm.label, worry_soft=False)
    turn = replace(turn, state=state, alarm=alarm, wants_counsellor=True, did=Did("danger"))
    if talk.holder == "counsellor" and alarm.level == "urgent":
        return turn
    reads = runtime.duty.who_reads(runtime.clock())
    return turn.then(first_aid.reply(alarm, runtime.numbers, reads))
