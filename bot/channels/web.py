"""The chat page: what it posts, and what its stream shows. The page fetches; nothing is pushed."""

from __future__ import annotations

import json
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from bot.cards import map_link, map_title, still_told
from bot.channels.foreign import read_object
from bot.errors import NotUnderstood, TooLong
from bot.messages import Card, Inbound
from bot.store import Line
from bot.understand import clean

NAME = "web"
MOST_CHARACTERS = 20_000
"""What is stored and judged for danger; the bot answers only shorter texts."""

_BIGGEST_ID = 2**63 - 1
_FROM = {"citizen": "you", "bot": "bot", "counsellor": "counsellor"}


def parse(raw: bytes, token: str) -> Inbound:
    """The message in a page's request body.

    Raises:
        NotUnderstood: broken JSON or UTF-8, an unknown kind, nothing written.
        TooLong: more than MOST_CHARACTERS.
    """
    try:
        body = json.loads(raw.decode("utf-8"))
        event_id, kind = f"{_mark(token)}:{UUID(body['id'])}", body["kind"]
        text, location = body.get("text", ""), body.get("location")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise NotUnderstood(
            "Tin gửi bị lỗi trên đường đi. Bạn gõ lại và gửi lần nữa nhé."
        ) from None
    if kind not in ("text", "button", "location") or not isinstance(text, str):
        raise NotUnderstood("Mình chưa nhận được loại tin này. Bạn gõ bằng chữ nhé.")
    if len(text) > MOST_CHARACTERS:
        raise TooLong("Tin dài quá. Bạn gửi ngắn lại, hoặc chia thành vài tin nhé.")
    text = clean(text)
    if kind == "location":
        return Inbound(NAME, event_id, token, "location", location=_point(location))
    if not text.strip():
        raise NotUnderstood("Bạn chưa gõ gì. Bạn viết vài chữ nhé, không dấu cũng được.")
    return Inbound(NAME, event_id, token, kind, text)


def parse_read(raw: bytes) -> tuple[int, int]:
    """The id of the last line that a page has got, and of the last that stood in sight.

    Raises:
        NotUnderstood: they are no ids.
    """
    body = read_object(raw)
    fetched, seen = body.get("fetched"), body.get("read")
    if type(fetched) is int and type(seen) is int and min(fetched, seen) >= 0:
        return min(fetched, _BIGGEST_ID), min(seen, _BIGGEST_ID)
    raise NotUnderstood("Trang gửi một tin báo bị lỗi. Bạn tải lại trang nhé.")


def _mark(token: str) -> str:
    """What keeps two pages apart that happen to choose the same id for a message."""
    return sha256(token.encode()).hexdigest()[:16]


def client_id(event_id: str) -> str:
    """The id that the page chose, inside ours."""
    return event_id.rpartition(":")[2]


def _point(value: Any) -> tuple[float, float]:
    if (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(part, int | float) and not isinstance(part, bool) for part in value)
        and -90 <= value[0] <= 90
        and -180 <= value[1] <= 180
    ):
        return float(value[0]), float(value[1])
    raise NotUnderstood("Mình không đọc được vị trí. Bạn gõ tên xã, phường giúp mình nhé.")


def show(line: Line, now: datetime, name: str = "") -> dict[str, Any]:
    """A transcript line as the page's stream sends it at `now` (aware), with the cards that may still be
    told."""
    return {
        "id": line.id,
        "from": _FROM[line.author],
        "name": name,
        "text": line.text,
        "buttons": [{"title": one.title, "payload": one.payload} for one in line.buttons],
        "cards": [_show_card(one) for one in still_told(line.cards, now)],
        "ask_location": line.ask_location,
        "urgent": line.urgent,
        "at": line.at.isoformat(),
        "client_id": client_id(line.client_id),
    }


def _show_card(card: Card) -> dict[str, str]:
    """`map` and `phone` are "" where there is none; `share` is what is sent on."""
    link = map_link(card)
    return {
        "title": card.title,
        "phone": card.phone,
        "map": link,
        "map_title": map_title(card) if link else "",
        "share": f"{card.share}\n{link}" if card.point else card.share,
    }
