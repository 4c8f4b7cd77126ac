"""What stands under a message on Telegram: choices, and what can be done with the places it tells of.

A key opens http, https and tg addresses only, so none can call. A number is copied by its key instead;
where the app knows it for one, touching it in the text calls.
Shapes: https://core.telegram.org/bots/api#inlinekeyboardbutton
"""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import shorten
from typing import Any
from urllib.parse import quote

from bot.cards import map_link, map_title
from bot.messages import Button, Card

Keys = list[list[dict[str, Any]]]

_SHORT_TITLE = 12
_LONGEST_NAME = 48
_LONGEST_URL = 2000
"""Nobody says what Telegram takes; the text of a card that is longer can be forwarded by hand."""


def choices(buttons: Sequence[Button]) -> Keys:
    """Buttons as rows: two short ones side by side, longer ones alone."""
    rows: Keys = []
    for button in buttons:
        key = {"text": button.title, "callback_data": button.payload}
        last = rows[-1] if rows else []
        if len(last) == 1 and len(last[0]["text"]) <= _SHORT_TITLE >= len(button.title):
            last.append(key)
        else:
            rows.append([key])
    return rows


def places(cards: Sequence[Card]) -> Keys:
    """For each card its map, and below it its number and the way to send it on."""
    rows = [row for card in cards for row in (_to_map(card), _to_people(card))]
    return [row for row in rows if row]


def _to_map(card: Card) -> list[dict[str, Any]]:
    link = map_link(card)
    text = f"{map_title(card)}: {_name(card)}"
    return [{"text": text, "url": link}] if 0 < len(link) <= _LONGEST_URL else []


def _to_people(card: Card) -> list[dict[str, Any]]:
    keys: list[dict[str, Any]] = []
    if card.phone:
        keys.append({"text": f"Chép số {card.phone}", "copy_text": {"text": card.phone}})
    link = _share_link(card)
    if card.share and len(link) <= _LONGEST_URL:
        keys.append({"text": f"Chia sẻ: {_name(card)}", "url": link})
    return keys


def _share_link(card: Card) -> str:
    """Telegram's own page that asks whom to send something to: its "url" first, then its "text"."""
    first, _, rest = card.share.partition("\n")
    url, text = (map_link(card), card.share) if card.point else (first, rest)
    # A space as "+" would be shown as one.
    return f"https://t.me/share/url?url={quote(url, safe='')}&text={quote(text, safe='')}"


def _name(card: Card) -> str:
    return shorten(card.title, _LONGEST_NAME, placeholder="…")
