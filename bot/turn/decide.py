"""Deciding a turn: danger first, then a counsellor who has the chat, then the bot."""

from __future__ import annotations

from dataclasses import replace

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot import acts, danger, first_aid, replies
from bot.danger import Danger
from bot.errors import where
from bot.messages import Inbound, Outbound
from bot.runtime import Runtime
from bot.store import Talk, recent_buttons
from bot.turn import screen
from bot.turn.respond import VERBS, respond
from bot.turn.shapes import SAFE, Did, Heard, Turn
from bot.understand import clean

log = structlog.get_logger()

ALWAYS_OFFERED = (replies.HUMAN, replies.MENU)
SILENT = frozenset({"stop", "delivered", "read", "other"})
"""Kinds of events that nobody waits for an answer to."""


async def take_turn(runtime: Runtime, talk: Talk, inbound: Inbound) -> Turn:
    """What to do about `inbound`. Reads, asks Rasa, writes nothing.

    Danger is judged first, whatever else is going on, and with nothing else needed. Where a
    counsellor has the chat the bot keeps silent, except in an emergency.
    """
    if inbound.kind in SILENT:
        leaves = inbound.kind == "stop"
        return Turn("", talk.state, leaves_queue=leaves)
    heard = await _hear(runtime, talk, inbound)
    alarm = SAFE
    if heard.text:
        alarm = screen.heed(runtime, talk, heard, danger.judge(heard.text))
    turn = Turn(heard=heard.seen, state=talk.state, alarm=alarm)
    if inbound.kind == "erase" or acts.wants_erasure_now(heard.text):
        return replace(turn, erase=True, did=Did("delete_data"))
    if alarm.level in ("emergency", "urgent"):
        state = replace(talk.state, screening=None, worry=alarm.label, worry_soft=False)
        turn = replace(turn, state=state, wants_counsellor=True, did=Did("danger"))
        listening = talk.holder == "counsellor" and alarm.level == "urgent"
        return turn if listening else turn.then(_danger_reply(runtime, alarm))
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


async def take_turn_or_fail_to_human(runtime: Runtime, talk: Talk, inbound: Inbound) -> Turn:
    """`take_turn`; where anything of ours breaks, the person is put before a counsellor instead.

    Raises:
        OperationalError, InterfaceError, TimeoutError: the database is away; nothing was written and the turn can
            be taken again.
    """
    try:
        return await take_turn(runtime, talk, inbound)
    except (OperationalError, InterfaceError, PoolTimeout):
        raise
    except Exception as error:
        log.error("turn.failed", conversation=str(talk.id), error=where(error))
        return give_to_human(runtime, talk, inbound)


def give_to_human(runtime: Runtime, talk: Talk, inbound: Inbound) -> Turn:
    """The turn to take when ours broke: the words kept, the person told and put into the queue; what
    is a danger stays one."""
    state = replace(talk.state, screening=None, awaiting_place=False)
    heard = clean(inbound.text) or "(không đọc được)"
    turn = Turn(heard, state, (replies.trouble(),), wants_counsellor=True)
    alarm = _judge_alone(inbound)
    if alarm.level not in ("emergency", "urgent"):
        return turn
    reply = _danger_reply(runtime, alarm)
    return replace(turn, state=replace(state, worry=alarm.label), replies=(reply,), alarm=alarm)


def _judge_alone(inbound: Inbound) -> Danger:
    """The danger in typed words, with nothing else needed; a human reads them in any case."""
    try:
        return danger.judge(clean(inbound.text)) if inbound.kind in ("text", "media") else SAFE
    except Exception as error:
        log.error("danger.failed", error=where(error))
        return SAFE


async def _hear(runtime: Runtime, talk: Talk, inbound: Inbound) -> Heard:
    """What was said. Only payloads of ours count as buttons; "/-heart em muốn chết" is a text."""
    text = clean(inbound.text)
    if acts.asks_for_menu(text):
        return Heard(inbound, "", "/menu", text)
    if inbound.kind == "location" and inbound.location:
        latitude, longitude = inbound.location
        return Heard(inbound, "", "", f"(đã gửi vị trí: {latitude:.5f}, {longitude:.5f})")
    if inbound.kind == "media":
        return Heard(inbound, text, "", text or "(đã gửi một tệp)")
    is_payload = text.partition(" ")[0] in VERBS
    if not is_payload and len(text.split()) > 5:
        return Heard(inbound, text, "", text)
    async with runtime.statements() as session:
        offered = await recent_buttons(session, talk, newest_only=not is_payload)
    if is_payload:
        titles = {button.payload: button.title for button in (*ALWAYS_OFFERED, *offered)}
        return Heard(inbound, "", text, titles.get(text, text))
    number = text.strip(" .)")
    for place, button in enumerate(offered, 1):
        if number == str(place) or acts.same_words(text, button.title):
            return Heard(inbound, "", button.payload, button.title)
    return Heard(inbound, text, "", text)


def _danger_reply(runtime: Runtime, alarm: Danger) -> Outbound:
    return first_aid.reply(alarm, runtime.numbers, runtime.duty.who_reads(runtime.clock()))
