"""Deciding a turn: danger first, then a counsellor who has the chat, then the bot."""

from __future__ import annotations

from dataclasses import replace

import structlog
from sqlalchemy.exc import DBAPIError

from bot import acts, danger, first_aid, replies
from bot.danger import Danger
from bot.errors import where
from bot.messages import Button, Inbound, Outbound
from bot.runtime import Runtime
from bot.store import Talk
from bot.turn.respond import respond
from bot.turn.shapes import SAFE, Heard, Turn
from bot.understand import clean

log = structlog.get_logger()

SILENT = frozenset({"stop", "delivered", "read", "other"})
"""Kinds of events that nobody waits for an answer to."""


async def take_turn(runtime: Runtime, talk: Talk, inbound: Inbound) -> Turn:
    """What to do about `inbound`. Reads, asks Rasa, writes nothing.

    Danger is judged first, whatever else is going on, and with nothing else needed.
    """
    if inbound.kind in SILENT:
        return Turn("", talk.state, leaves_queue=inbound.kind == "stop")
    heard = _hear(talk, inbound)
    alarm = danger.judge(heard.text) if heard.text else SAFE
    turn = Turn(heard=heard.seen, state=replace(talk.state, choices=()), alarm=alarm)
    if inbound.kind == "erase" or acts.wants_erasure_now(heard.text):
        return replace(turn, erase=True)
    if alarm.level in ("emergency", "urgent"):
        return replace(turn, wants_counsellor=True, replies=(_danger_reply(runtime, alarm),))
    if talk.holder == "counsellor":
        return turn
    turn = await respond(runtime, talk, heard, turn)
    if alarm.level == "soft" and not turn.erase:
        turn = turn.then(first_aid.soft(alarm.label, alarm.person))
    return replace(turn, state=replace(turn.state, choices=_choices(turn.replies)))


async def take_turn_or_fail_to_human(runtime: Runtime, talk: Talk, inbound: Inbound) -> Turn:
    """`take_turn`; where anything of ours breaks, the person is put before a counsellor instead.

    Raises:
        DBAPIError: the database failed; nothing was written and the turn can be taken again.
    """
    try:
        return await take_turn(runtime, talk, inbound)
    except DBAPIError:
        raise
    except Exception as error:
        log.error("turn.failed", conversation=str(talk.id), error=where(error))
        heard = _hear(talk, inbound)
        state = replace(talk.state, choices=(), screening=None, awaiting_place=False)
        return Turn(heard.seen, state, (replies.trouble(),), wants_counsellor=True)


def _hear(talk: Talk, inbound: Inbound) -> Heard:
    text = clean(inbound.text)
    if inbound.kind == "button" or (inbound.kind == "text" and text.startswith("/")):
        titles = {button.payload: button.title for button in talk.state.choices}
        known = {button.payload: button.title for button in (replies.HUMAN, replies.MENU)}
        return Heard(inbound, "", text, titles.get(text, known.get(text, text)))
    if inbound.kind == "location":
        return Heard(inbound, "", "", "(đã gửi vị trí)")
    if inbound.kind == "media":
        return Heard(inbound, text, "", text or "(đã gửi một tệp)")
    number = text.strip(" .)")
    if number.isdecimal() and len(number) <= 2 and 1 <= int(number) <= len(talk.state.choices):
        chosen = talk.state.choices[int(number) - 1]
        return Heard(inbound, "", chosen.payload, chosen.title)
    return Heard(inbound, text, "", text)


def _danger_reply(runtime: Runtime, alarm: Danger) -> Outbound:
    reply = first_aid.emergency if alarm.level == "emergency" else first_aid.urgent
    return reply(alarm.label, alarm.person, runtime.numbers)


def _choices(said: tuple[Outbound, ...]) -> tuple[Button, ...]:
    return next((message.buttons for message in reversed(said) if message.buttons), ())
