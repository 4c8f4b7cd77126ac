"""The part of a turn about people: a place in the queue, a message left, a call back, a rating."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from actions import commands
from bot import acts, call_backs, call_times, desk_replies, ratings, waiting
from bot.channels import PULL_CHANNELS
from bot.danger import Danger
from bot.messages import Outbound
from bot.runtime import VIETNAM, Runtime
from bot.store import Talk
from bot.turn.shapes import SAFE, Did, ForDesk, Turn

VERBS = frozenset({"/leave", "/callback", "/rate", "/rated"})
_DIGITS_OF_A_NUMBER = 6


def heed(runtime: Runtime, talk: Talk, text: str, alarm: Danger) -> Danger:
    """`alarm`, unless a time was asked for, `text` is nothing but a time, and the classifier alone heard
    danger in it. What a rule found always counts."""
    by_classifier = bool(alarm.why) and all(why.startswith("heard.") for why in alarm.why)
    if not by_classifier or talk.state.awaits != "time" or talk.state.worry:
        return alarm
    return SAFE if call_times.is_only_a_time(text, runtime.clock()) else alarm


async def call(runtime: Runtime, talk: Talk, turn: Turn) -> Turn:
    """A counsellor is asked for: into the queue at once, at any hour, with what is known of the wait."""
    now = runtime.clock()
    told, for_desk = await _standing(runtime, talk, now, waits=talk.holder == "queue")
    state = replace(turn.state, awaits="")
    called = replace(turn.then(told, state=state), wants_counsellor=True)
    return replace(called, for_desk=for_desk)


async def press(runtime: Runtime, talk: Talk, payload: str, turn: Turn) -> Turn:
    """A button of ours about people, see VERBS."""
    verb, _, rest = payload.partition(" ")
    turn = replace(turn, state=replace(turn.state, awaits=""), did=Did("talk_to_person"))
    if verb == "/rate":
        return await _rate(runtime, talk, turn, {"1": 1, "2": 2}.get(rest, 0))
    if verb == "/rated":
        thanked = turn.then(desk_replies.thank_reason())
        return replace(thanked, for_desk=ForDesk(rating_reason=rest))
    if verb == "/leave":
        asked = turn.then(desk_replies.ask_message(), state=replace(turn.state, awaits="message"))
        return replace(asked, wants_counsellor=talk.holder == "bot")
    if not rest:
        return turn.then(desk_replies.ask_time(), state=replace(turn.state, awaits="time"))
    return await _press_call_back(runtime, talk, turn, rest)


async def take_words(runtime: Runtime, talk: Talk, text: str, turn: Turn) -> Turn | None:
    """Typed words as what they were asked for: a message, a time, a telephone number. None where they
    are something else, or danger was heard since: then nobody is put off to a later time."""
    if turn.state.worry or isinstance(acts.find_act(text), commands.CallCounsellor):
        return None
    now = runtime.clock()
    turn = replace(turn, did=Did("talk_to_person"))
    done = replace(turn.state, awaits="")
    if turn.state.awaits == "message":
        opens, staffed = runtime.duty.opens_next(now), runtime.duty.is_staffed(now)
        kept = turn.then(desk_replies.message_kept(opens, now, staffed=staffed), state=done)
        wants = talk.holder == "bot"
        return replace(kept, wants_counsellor=wants, for_desk=ForDesk(told=("message",)))
    if turn.state.awaits == "time":
        at = call_times.read_time(text, now)
        if at is not None:
            return _promise(runtime, talk, turn, at, now)
        unclear = call_times.speaks_of_time(text)
        return turn.then(desk_replies.time_unclear()) if unclear else None
    return await _take_number(runtime, talk, text, turn)


async def welcome_back(runtime: Runtime, talk: Talk, turn: Turn) -> Turn:
    """Somebody who waits and writes again after a while is told, after the answer, how they stand."""
    silent = turn.wants_counsellor or turn.leaves_queue or turn.erase or turn.for_desk != ForDesk()
    if talk.holder != "queue" or turn.alarm.level != "none" or silent:
        return turn
    now = runtime.clock()
    async with runtime.statements() as connection:
        if not await waiting.is_back(connection, talk.id, now):
            return turn
    told, for_desk = await _standing(runtime, talk, now, waits=True)
    return replace(turn.then(told), for_desk=for_desk)


async def record(session: AsyncSession, talk: Talk, wish: ForDesk, now: datetime) -> None:
    """Write what a turn decided here; the rest of it is written before."""
    if wish.told_wait is not None or wish.told:
        await waiting.remember_told(session, talk.id, wish.told_wait, wish.told)
    if wish.cancels:
        await call_backs.cancel(session, talk)
    if wish.call_back is not None:
        await call_backs.keep(session, talk, wish.call_back, now)
    if wish.number:
        await call_backs.keep_number(session, talk, wish.number)
    if wish.stars or wish.rating_reason:
        await ratings.keep(session, talk.id, wish.stars, wish.rating_reason, now)


async def _standing(
    runtime: Runtime, talk: Talk, now: datetime, *, waits: bool
) -> tuple[Outbound, ForDesk]:
    """What somebody is told who `waits` already or is put into the queue now, and what of it is kept."""
    if not runtime.duty.is_staffed(now):
        opens = runtime.duty.opens_next(now)
        told = desk_replies.still_closed if waits else desk_replies.closed
        return told(opens, now), ForDesk(told=() if waits else ("closed",))
    async with runtime.statements() as connection:
        facts = await waiting.read_facts(connection, talk.id, now)
    found = waiting.estimate(facts)
    kept = ForDesk(told_wait=found.most if found else None)
    if waits:
        return desk_replies.still_in_queue(facts.place, found), kept
    if found is None:
        return desk_replies.nobody_there(facts.place), kept
    return desk_replies.in_queue(facts.place, found), kept


async def _press_call_back(runtime: Runtime, talk: Talk, turn: Turn, rest: str) -> Turn:
    now = runtime.clock()
    async with runtime.statements() as connection:
        kept = await call_backs.pending(connection, talk.id, now)
    if rest == "no" and kept is not None:
        return replace(
            turn.then(desk_replies.call_back_cancelled()), for_desk=ForDesk(cancels=True)
        )
    if rest in ("no", "here"):
        told = desk_replies.without_number(kept, now) if kept else desk_replies.no_call_back()
        return turn.then(told)
    try:
        at = datetime.fromisoformat(rest).replace(tzinfo=VIETNAM)
    except ValueError:
        at = now
    if not now < at <= now + call_times.FURTHEST:
        return turn.then(desk_replies.ask_time(), state=replace(turn.state, awaits="time"))
    return _promise(runtime, talk, turn, at, now)


def _promise(runtime: Runtime, talk: Talk, turn: Turn, at: datetime, now: datetime) -> Turn:
    """A call back at `at`, where the desk is open then; else the nearest time is offered. "Any time" is
    a few minutes from now."""
    at = max(at, now + timedelta(minutes=1))
    if not runtime.duty.is_staffed(at):
        nearest = runtime.duty.opens_next(at)
        nearest = nearest if nearest and nearest <= now + call_times.FURTHEST else None
        told = desk_replies.closed_then(at, nearest and nearest.astimezone(VIETNAM), now)
        return turn.then(told, state=replace(turn.state, awaits="time"))
    may_ring = talk.channel in PULL_CHANNELS
    state = replace(turn.state, awaits="number" if may_ring else "")
    kept = turn.then(desk_replies.call_back_kept(at, now, may_ring=may_ring), state=state)
    return replace(kept, for_desk=ForDesk(call_back=at))


async def _take_number(runtime: Runtime, talk: Talk, text: str, turn: Turn) -> Turn | None:
    now = runtime.clock()
    async with runtime.statements() as connection:
        kept = await call_backs.pending(connection, talk.id, now)
    if kept is None:
        return None
    number = call_backs.read_number(text)
    if number:
        state = replace(turn.state, awaits="")
        told = turn.then(desk_replies.number_kept(kept, now), state=state)
        return replace(told, for_desk=ForDesk(number=number))
    meant = sum(char.isdecimal() for char in text) >= _DIGITS_OF_A_NUMBER
    return turn.then(desk_replies.number_unclear()) if meant else None


async def _rate(runtime: Runtime, talk: Talk, turn: Turn, stars: int) -> Turn:
    async with runtime.statements() as connection:
        ended = await ratings.last_talk(connection, talk.id, runtime.clock())
    if ended is None or not stars:
        return turn.then(desk_replies.rating_over())
    return replace(turn.then(desk_replies.thank_rating(stars)), for_desk=ForDesk(stars=stars))
