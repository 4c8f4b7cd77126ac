"""What stands under a message of an Official Account: choices, and what can be done with the places it
tells of.

Five buttons at most, and none that sends on: Zalo's own forwarding does that. Shapes:
https://developers.zalo.me/docs/official-account
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.cards import map_link, map_title
from bot.messages import Button, Card

LONGEST_TITLE = 100
_LONGEST_PAYLOAD = 1000


def choices(buttons: Sequence[Button]) -> list[dict[str, Any]]:
    """Buttons that come back as their payload, without showing it."""
    return [
        {"title": button.title, "type": "oa.query.hide", "payload": button.payload}
        for button in buttons
    ]


def places(cards: Sequence[Card], room: int) -> list[dict[str, Any]]:
    """At most `room` buttons: first those that call, then maps, each card's side by side."""
    wanted = [(at, _to_call(card)) for at, card in enumerate(cards) if card.phone]
    wanted += [(at, _to_map(card)) for at, card in enumerate(cards) if _has_map(card)]
    return [button for _, button in sorted(wanted[: max(room, 0)], key=lambda one: one[0])]


def _to_call(card: Card) -> dict[str, Any]:
    # Zalo's examples write a number with 84 and without a plus; short ones have no other form.
    code = "84" + card.phone[1:] if card.phone.startswith("0") else card.phone
    title = f"Gọi {card.phone}: {card.title}"[:LONGEST_TITLE]
    return {"title": title, "type": "oa.open.phone", "payload": {"phone_code": code}}


def _to_map(card: Card) -> dict[str, Any]:
    title = f"{map_title(card)}: {card.title}"[:LONGEST_TITLE]
    return {"title": title, "type": "oa.open.url", "payload": {"url": map_link(card)}}


def _has_map(card: Card) -> bool:
    return 0 < len(map_link(card)) <= _LONGEST_PAYLOAD
