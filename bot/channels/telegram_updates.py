"""What an update of Telegram says, if a person wrote it in a private chat.

Updates are plain dictionaries here, because one malformed update must not stop the next. Shapes:
https://core.telegram.org/bots/api#update
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Literal

from bot.channels.foreign import identity, moment, pick, point, written
from bot.messages import Inbound

HEARD = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of updates that Telegram is asked for."""

_START = re.compile(r"/start(?:@\w+)?(?:\s+([A-Za-z0-9_-]{1,64}))?\s*")
_MEDIA = {
    *("animation", "audio", "contact", "dice", "document", "paid_media", "photo", "poll"),
    *("sticker", "story", "video", "video_note", "voice"),
}
_PICTURES = ("image/jpeg", "image/png", "image/webp")


def read_update(update: dict[str, Any]) -> list[Inbound]:
    """The event of an update; none for what no person wrote to the bot alone. An edited message
    counts as a new one: danger may be in it."""
    event_id = identity(update.get("update_id"))
    if not event_id:
        return []
    found = (
        _message(event_id, update.get("message"))
        or _edited(event_id, update.get("edited_message"))
        or _press(event_id, update.get("callback_query"))
        or _blocked(event_id, update.get("my_chat_member"))
    )
    return [found] if found else []


def _message(event_id: str, message: object) -> Inbound | None:
    text = written(pick(message, "text"))
    start = _START.fullmatch(text)
    if start:
        return _event(event_id, message, "start", start[1] or "")
    if text:
        return _event(event_id, message, "text", text)
    place = point(pick(message, "location", "latitude"), pick(message, "location", "longitude"))
    if place:
        return _event(event_id, message, "location", place=place)
    if isinstance(message, dict) and _MEDIA & message.keys():
        found = _event(event_id, message, "media", written(message.get("caption")))
        return replace(found, pictures=_pictures(message)) if found else None
    return None


def _pictures(message: dict[str, Any]) -> tuple[str, ...]:
    """The id of the largest of a photograph's sizes, or of a document that says it is a picture."""
    sizes = message.get("photo")
    if isinstance(sizes, list) and sizes:
        largest = max(sizes, key=lambda size: _width(pick(size, "width")))
        found = identity(pick(largest, "file_id"))
    else:
        kind = written(pick(message, "document", "mime_type"))
        found = identity(pick(message, "document", "file_id")) if kind in _PICTURES else ""
    return (found,) if found else ()


def _width(value: object) -> int:
    return value if type(value) is int else 0


def _edited(event_id: str, message: object) -> Inbound | None:
    """New words only: a live location is an edit every few seconds."""
    text = written(pick(message, "text")) or written(pick(message, "caption"))
    return _event(event_id, message, "text", text) if text else None


def _press(event_id: str, query: object) -> Inbound | None:
    payload = written(pick(query, "data"))
    sender = identity(pick(query, "from", "id"))
    chat = pick(query, "message", "chat")
    if not payload or not sender or pick(chat, "type") not in ("private", None):
        return None
    # In a private chat the chat's id is the person's.
    address = {"chat_id": identity(pick(chat, "id")) or sender}
    return Inbound("telegram", event_id, sender, "button", payload, address=address)


def _blocked(event_id: str, change: object) -> Inbound | None:
    if pick(change, "new_chat_member", "status") != "kicked":
        return None
    return _event(event_id, change, "stop")


def _event(
    event_id: str,
    message: object,
    kind: Literal["text", "start", "location", "media", "stop"],
    text: str = "",
    place: tuple[float, float] | None = None,
) -> Inbound | None:
    """The event, if a person wrote it in a private chat."""
    sender, chat = identity(pick(message, "from", "id")), identity(pick(message, "chat", "id"))
    private = pick(message, "chat", "type") == "private"
    if not sender or not chat or not private or pick(message, "from", "is_bot") is True:
        return None
    at = moment(pick(message, "date"), per_second=1)
    return Inbound("telegram", event_id, sender, kind, text, place, {"chat_id": chat}, at)
