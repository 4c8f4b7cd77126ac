"""Deciding a turn: danger first, then a counsellor who has the chat, then the bot."""

from __future__ import annotations

from dataclasses import replace

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot import acts, danger, first_aid, inbox, replies
from bot.danger import Danger
from bot.errors import where
from bot.messages import Inbound, Outbound
from bot.runtime import Runtime
from bot.store import Talk
from bot.turn import restrained, screen, wait
from bot.turn.hearing import SILENT, Gathered, all_at_once, gather, hear, is_receipt, join
from bot.turn.respond import respond
from bot.turn.shapes import SAFE, Did, Heard, Said, Turn
from bot.understand import clean

log = structlog.get_logger()


async def gather_or_take_first(
    runtime: Runtime, waiting: inbox.Waiting, gathers_s: float
) -> Gathered:
    """`gather`; where anything of ours breaks, the oldest event is answered at once, by itself.

    Raises:
        OperationalError, InterfaceError, TimeoutError: the database is away; it can be tried again.
    """
    try:
        return await gather(runtime, waiting, gathers_s, runtime.clock())
    except (OperationalError, InterfaceError, PoolTimeout):
        raise
    except Exception as error:
        log.error("gathering.failed", conversation=str(waiting.talk.id), error=where(error))
        return Gathered(waiting.first(1))


async def take_turn(runtime: Runtime, talk: Talk, inbound: Inbound, *further: Inbound) -> Turn:
    """What to do about `inbound`, and with it about the typed words `further` that came right after.
    Reads, asks Rasa, writes nothing.

    Danger is judged first, in each line and in all of them together, whatever else is going on, and
    with nothing else needed. Where a counsellor has the chat the bot keeps silent, except in an
    emergency; who was muted or blocked is answered in danger only.
    """
    if inbound.kind in SILENT:
        leaves = inbound.kind == "stop"
        return Turn((), talk.state, leaves_queue=leaves)
    events = [inbound, *(one for one in further if not is_receipt(one))]
    lines = await hear(runtime, talk, events)
    heard = join(lines)
    said = tuple(
        Said(line.seen, line.inbound.event_id, _judge(runtime, talk, line)) for line in lines
    )
    whole = [_judge(runtime, talk, replace(heard, text=text)) for text in all_at_once(lines)]
    alarm = max(*whole, *(one.alarm for one in said), SAFE, key=_gravity)
    turn = Turn(said, talk.state, alarm=alarm)
    if inbound.kind == "erase" or acts.wants_erasure_now(heard.text):
        return replace(turn, erase=True, did=Did("delete_data"))
    if alarm.level in ("emergency", "urgent"):
        state = replace(talk.state, screening=None, worry=alarm.label, worry_soft=False)
        turn = replace(turn, state=state, wants_counsellor=True, did=Did("danger"))
        listening = talk.holder == "counsellor" and alarm.level == "urgent"
        return turn if listening else turn.then(_danger_reply(runtime, alarm))
    if (held_back := await restrained.hold_back(runtime, talk, heard, turn)) is not None:
        return held_back
    if talk.holder == "counsellor":
        return await screen.with_counsellor(runtime, talk, heard, turn)
    before, turn = turn, await respond(runtime, talk, heard, turn)
    if alarm.level == "soft" and not turn.erase:
        if turn.did.choices:
            # Nothing sure was found: a list of articles is no word to somebody who may be in danger.
            turn = replace(before, did=Did("danger"))
        state = replace(turn.state, worry=alarm.label, worry_soft=True)
        turn = turn.then(first_aid.soft(alarm.label, alarm.person), state=state)
    return turn


async def take_turn_or_fail_to_human(
    runtime: Runtime, talk: Talk, inbound: Inbound, *further: Inbound
) -> Turn:
    """`take_turn`; where anything of ours breaks, the person is put before a counsellor instead.

    Raises:
        OperationalError, InterfaceError, TimeoutError: the database is away; nothing was written and the turn can
            be taken again.
    """
    try:
        return await take_turn(runtime, talk, inbound, *further)
    except (OperationalError, InterfaceError, PoolTimeout):
        raise
    except Exception as error:
        log.error("turn.failed", conversation=str(talk.id), error=where(error))
        return give_to_human(runtime, talk, inbound, *further)


def give_to_human(runtime: Runtime, talk: Talk, *events: Inbound) -> Turn:
    """The turn to take when ours broke: the words kept, the person told and put into the queue; what
    is a danger stays one."""
    said = tuple(
        Said(clean(one.text) or "(không đọc được)", one.event_id, judge_alone(one))
        for one in events
        if not is_receipt(one)
    )
    alarm = max((SAFE, *(one.alarm for one in said)), key=_gravity)
    state = replace(talk.state, screening=None, awaiting_place=False)
    turn = Turn(said, state, (replies.trouble(),), alarm=alarm, wants_counsellor=True)
    if alarm.level in ("emergency", "urgent"):
        reply = _danger_reply(runtime, alarm)
        return replace(turn, state=replace(state, worry=alarm.label), replies=(reply,))
    return turn


def judge_alone(inbound: Inbound) -> Danger:
    """The danger in typed words, with nothing else needed; a human reads them in any case."""
    try:
        return danger.judge(clean(inbound.text)) if inbound.kind in ("text", "media") else SAFE
    except Exception as error:
        log.error("danger.failed", error=where(error))
        return SAFE


def _judge(runtime: Runtime, talk: Talk, heard: Heard) -> Danger:
    """The danger in what was said; none in a pressed button."""
    if not heard.text:
        return SAFE
    alarm = wait.heed(runtime, talk, heard.text, danger.judge(heard.text))
    return screen.heed(runtime, talk, heard, alarm)


def _gravity(alarm: Danger) -> int:
    return danger.LEVELS.index(alarm.level)


def _danger_reply(runtime: Runtime, alarm: Danger) -> Outbound:
    return first_aid.reply(alarm, runtime.numbers, runtime.duty.who_reads(runtime.clock()))
