"""Telegram: raw updates in, python-telegram-bot out.

Updates are read as plain dictionaries, because one malformed update must not stop the next. Only
private chats are heard: what is asked here is nobody else's business. Shapes and limits:
https://core.telegram.org/bots/api
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal

import httpx
from telegram import Bot
from telegram.error import (
    BadRequest,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import BaseRequest, RequestData

from bot.channels import Call, Caps, SendResult, numbered, split_text
from bot.channels.foreign import identity, moment, pick, point, read_object, same_secret, written
from bot.messages import Button, Inbound, Outbound

_LONGEST_DATA = 64
_SHORT_TITLE = 12
_START = re.compile(r"/start(?:@\w+)?(?:\s+([A-Za-z0-9_-]{1,64}))?\s*")
_MEDIA = {
    *("animation", "audio", "contact", "dice", "document", "paid_media", "photo", "poll"),
    *("sticker", "story", "video", "video_note", "voice"),
}
_GONE = ("chat not found", "user is deactivated", "user not found", "peer_id_invalid")


class Telegram:
    """A bot on Telegram.

    Args:
        token: the bot's token.
        secret: what `setWebhook` was given as `secret_token`; empty refuses every webhook.
        http: the client that requests go through; it carries the proxy where one is needed.
        base_url: where the Bot API is, without the trailing "/bot".
    """

    name = "telegram"
    # The limit is 4,096 UTF-16 units; an emoji takes two.
    caps = Caps(max_text=4000, max_buttons=100, ask_location=True)

    def __init__(
        self,
        token: str,
        secret: str,
        http: httpx.AsyncClient,
        base_url: str = "https://api.telegram.org",
    ) -> None:
        self._secret = secret
        self._bot = Bot(token, base_url=f"{base_url}/bot", request=_SharedClient(http))

    def verify(self, headers: Mapping[str, str], raw: bytes) -> bool:
        """Whether the secret header is the one we told Telegram."""
        return same_secret(self._secret, headers.get("x-telegram-bot-api-secret-token", ""))

    def parse(self, raw: bytes) -> list[Inbound]:
        """The event of an update. An edited message counts as a new one: danger may be in it."""
        update = read_object(raw)
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

    def acknowledge(self, raw: bytes) -> dict[str, Any] | None:
        """What to answer this webhook with, so that a pressed button stops spinning; None: nothing.

        Telegram carries out a method named in the body of the 200.
        """
        query = identity(pick(read_object(raw), "callback_query", "id"))
        return {"method": "answerCallbackQuery", "callback_query_id": query} if query else None

    def render(self, message: Outbound, address: Mapping[str, str]) -> Sequence[Call]:
        """One sendMessage a part; the buttons stand under the last.

        A message with buttons cannot carry the keyboard that asks for a location too; the buttons
        win.
        """
        fitting = len(message.buttons) <= self.caps.max_buttons and all(
            len(button.payload.encode()) <= _LONGEST_DATA for button in message.buttons
        )
        text = message.text if fitting else numbered(message)
        bodies: list[dict[str, Any]] = [
            {
                "chat_id": address.get("chat_id", ""),
                "text": part,
                "link_preview_options": {"is_disabled": True},
            }
            for part in split_text(text, self.caps.max_text)
        ]
        if bodies and message.buttons and fitting:
            bodies[-1]["reply_markup"] = {"inline_keyboard": _rows(message.buttons)}
        elif bodies and message.ask_location:
            bodies[-1]["reply_markup"] = {
                "keyboard": [[{"text": "Gửi vị trí của tôi", "request_location": True}]],
                "one_time_keyboard": True,
                "resize_keyboard": True,
            }
        return [Call("sendMessage", body) for body in bodies]

    async def send(self, call: Call) -> SendResult:
        """Send one message."""
        more = dict(call.body)
        chat, text = more.pop("chat_id"), more.pop("text")
        try:
            sent = await self._bot.send_message(chat, text, api_kwargs=more)
        except TelegramError as error:
            return _failure(error)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            # The library cannot read the answer. Trying again might send the message twice.
            return SendResult("reject", type(error).__name__)
        return SendResult("sent", external_id=str(sent.message_id))


class _SharedClient(BaseRequest):
    """python-telegram-bot's transport over the client that was passed in."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    @property
    def read_timeout(self) -> float | None:
        return self._http.timeout.read

    async def initialize(self) -> None:
        """Nothing to do: the client belongs to the caller."""

    async def shutdown(self) -> None:
        """Nothing to do: the client belongs to the caller."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        *_timeouts: object,
        **_more: object,
    ) -> tuple[int, bytes]:
        fields = request_data.json_parameters if request_data else None
        try:
            response = await self._http.request(method, url, data=fields)
        except httpx.TimeoutException as error:
            raise TimedOut(type(error).__name__) from None
        except httpx.HTTPError as error:
            raise NetworkError(type(error).__name__) from None
        if not read_object(response.content):
            # The library would write such an answer into the log, and it may repeat our words.
            raise NetworkError(f"HTTP {response.status_code} without JSON")
        return response.status_code, response.content


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
        return _event(event_id, message, "media", written(message.get("caption")))
    return None


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


def _rows(buttons: Sequence[Button]) -> list[list[dict[str, str]]]:
    """Buttons as rows: two short ones side by side, longer ones alone."""
    rows: list[list[dict[str, str]]] = []
    for button in buttons:
        key = {"text": button.title, "callback_data": button.payload}
        last = rows[-1] if rows else []
        if len(last) == 1 and len(last[0]["text"]) <= _SHORT_TITLE >= len(button.title):
            last.append(key)
        else:
            rows.append([key])
    return rows


def _failure(error: TelegramError) -> SendResult:
    """What a refusal means. Only the kind of error is kept: its words may repeat ours."""
    reason = type(error).__name__
    match error:
        case RetryAfter():
            wait = error.retry_after
            seconds = wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
            return SendResult("retry", reason, seconds)
        case Forbidden():
            return SendResult("gone", reason)
        case InvalidToken():
            return SendResult("auth", reason)
        case BadRequest():
            gone = any(words in error.message.lower() for words in _GONE)
            return SendResult("gone" if gone else "reject", reason)
    return SendResult("retry", reason)
