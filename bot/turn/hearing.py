"""What was said: cleaned, with numbers and titles resolved to the buttons they mean; and which
messages are heard as one, because a person wrote them in one go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import takewhile

from actions.commands import SmallTalk
from bot import acts, danger, inbox, replies
from bot.messages import Button, Inbound
from bot.runtime import Runtime
from bot.store import Talk, recent_buttons
from bot.turn.respond import MOST_CHARACTERS, VERBS
from bot.turn.shapes import Heard
from bot.understand import clean

ALWAYS_OFFERED = (replies.HUMAN, replies.MENU)
SILENT = frozenset({"stop", "delivered", "read", "other"})
"""Kinds of events that nobody waits for an answer to."""
_RECEIPTS = SILENT - {"stop"}
_LONGEST_TITLE = 5
_MOST_WAITS = 4
"""So many times as long as for one further message somebody who goes on and on is waited for."""


@dataclass(frozen=True)
class Gathered:
    """What the next turn answers. `until` is set while more of the same burst may come: nothing is to
    be answered before."""

    waiting: inbox.Waiting
    until: datetime | None = None


async def gather(
    runtime: Runtime, waiting: inbox.Waiting, gathers_s: float, now: datetime
) -> Gathered:
    """Typed words that wait together are answered together; anything else by itself. On a channel
    that gathers, `gathers_s` seconds are waited after the newest, but not in danger."""
    if len(waiting.events) == 1 and (not gathers_s or waiting.inbound.kind != "text"):
        return Gathered(waiting)
    lines = await hear(runtime, waiting.talk, waiting.events)
    number = heard_together(lines, waiting.talk)
    until = None
    if gathers_s and number == len(lines):
        until = waits_until(lines, waiting.talk, timedelta(seconds=gathers_s), now)
    return Gathered(waiting.first(number), until)


async def hear(runtime: Runtime, talk: Talk, events: Sequence[Inbound]) -> list[Heard]:
    """What was said with each event. Only payloads of ours count as buttons; "/-heart em muốn chết"
    is a text."""
    offered: list[tuple[Button, ...]] = []
    if any(_may_press(clean(one.text)) for one in events):
        async with runtime.statements() as session:
            offered = await recent_buttons(session, talk)
    return [_hear(one, clean(one.text), offered) for one in events]


def join(lines: Sequence[Heard]) -> Heard:
    """Lines that are heard together, as one message: parted by line ends. A greeting or thanks beside
    something that is asked says nothing more."""
    if len(lines) == 1:
        return lines[0]
    asking = [line for line in lines if not isinstance(acts.find_act(line.text), SmallTalk)]
    text = "\n".join(line.text for line in asking or lines)
    return Heard(replace(lines[0].inbound, text=text), text, "", text)


def all_at_once(lines: Sequence[Heard]) -> list[str]:
    """Several lines as one text, to look for danger in: as sentences, and as one sentence, for "em
    muốn", "chết" is a cry in two pieces. What is only repeated, out of impatience, is read once."""
    texts = list(dict.fromkeys(line.text for line in lines if line.text))
    return ["\n".join(texts), " ".join(texts)] if len(texts) > 1 else []


def heard_together(lines: Sequence[Heard], talk: Talk) -> int:
    """How many of the events that wait, oldest first, one turn answers. While a caring question or a
    screening is open each line is an answer of its own, and a "có" must not drown in others; but a
    cry for help in pieces is heard whole."""
    if not _is_prose(lines[0]):
        return 1
    if (talk.state.worry_soft or talk.state.screening) and not _cries(lines):
        return 1
    length = 0
    for number, line in enumerate(lines):
        length += len(line.text) + 1
        if number and (length > MOST_CHARACTERS or not (_is_prose(line) or _is_receipt(line))):
            return number
    return len(lines)


def waits_until(
    lines: Sequence[Heard], talk: Talk, gathers: timedelta, now: datetime
) -> datetime | None:
    """When a burst of `lines`, heard together, is over; None where it is to be answered now: danger is
    heard in it or was before, a counsellor has the chat, or so many lines wait that it is enough."""
    prose = [line for line in lines if _is_prose(line)]
    in_danger = bool(talk.state.worry)
    if in_danger or talk.holder == "counsellor" or not prose or len(lines) >= inbox.MOST_TOGETHER:
        return None
    came = [line.inbound.sent_at for line in prose if line.inbound.sent_at]
    if not came:
        return None
    until = min(came[-1] + gathers, came[0] + _MOST_WAITS * gathers)
    # A web process whose clock runs ahead must not make anybody wait for ever.
    if not now < until <= now + 2 * gathers:
        return None
    texts = [*(line.text for line in prose), *all_at_once(prose)]
    return None if any(map(_is_danger, texts)) else until


def is_answered(talk: Talk, inbound: Inbound) -> bool:
    """Whether the bot says something to the event, as far as can be told beforehand."""
    return talk.holder != "counsellor" and inbound.kind not in (*SILENT, "erase")


def is_receipt(inbound: Inbound) -> bool:
    """Whether the event is a platform's word about our own messages: nothing was said with it."""
    return inbound.kind in _RECEIPTS


def _cries(lines: Sequence[Heard]) -> bool:
    """Whether the typed words at the beginning of `lines`, taken together, are a cry for help."""
    prose = list(takewhile(lambda line: _is_prose(line) or _is_receipt(line), lines))
    return any(danger.judge(text).level in ("emergency", "urgent") for text in all_at_once(prose))


def _is_danger(text: str) -> bool:
    return danger.judge(text).level != "none"


def _is_receipt(line: Heard) -> bool:
    return is_receipt(line.inbound)


def _is_prose(line: Heard) -> bool:
    """Whether words were typed that are no press of a button and no order to erase."""
    typed = line.inbound.kind == "text" and bool(line.text.strip())
    return typed and not acts.wants_erasure_now(line.text)


def _is_payload(text: str) -> bool:
    return text.partition(" ")[0] in VERBS


def _may_press(text: str) -> bool:
    return _is_payload(text) or 0 < len(text.split()) <= _LONGEST_TITLE


def _hear(inbound: Inbound, text: str, offered: Sequence[Sequence[Button]]) -> Heard:
    if acts.asks_for_menu(text):
        return Heard(inbound, "", "/menu", text)
    if inbound.kind == "location" and inbound.location:
        latitude, longitude = inbound.location
        return Heard(inbound, "", "", f"(đã gửi vị trí: {latitude:.5f}, {longitude:.5f})")
    if inbound.kind == "media":
        return Heard(inbound, text, "", text or "(đã gửi một tệp)")
    if _is_payload(text):
        shown = [*ALWAYS_OFFERED, *(button for buttons in offered for button in buttons)]
        titles = {button.payload: button.title for button in shown}
        return Heard(inbound, "", text, titles.get(text, text))
    number = text.strip(" .)")
    for place, button in enumerate(offered[0] if offered and _may_press(text) else (), 1):
        if number == str(place) or acts.same_words(text, button.title):
            return Heard(inbound, "", button.payload, button.title)
    return Heard(inbound, text, "", text)
