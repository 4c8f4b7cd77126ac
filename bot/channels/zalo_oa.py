"""Zalo Official Account: webhook events in, customer-care messages out.

Tokens live in zalo_tokens.py, the meaning of error codes in zalo_codes.py, the hours in which a person
may be answered in zalo_window.py. The program never asks Zalo for a name or a telephone number.
Limits: https://developers.zalo.me/docs/official-account
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import httpx
from sqlalchemy.exc import SQLAlchemyError

from bot.cards import with_links
from bot.channels import Call, Caps, Receipt, SendResult, numbered, split_text, zalo_pictures
from bot.channels.foreign import (
    fingerprint,
    identity,
    moment,
    pick,
    point,
    read_object,
    same_secret,
    written,
)
from bot.channels.zalo_codes import TOKEN_REFUSED, in_words, refusal
from bot.channels.zalo_keys import LONGEST_TITLE, choices, places
from bot.messages import Inbound, InboundKind, Outbound

_TO_PERSON = "v3.0/oa/message/cs"
_TO_ANONYMOUS = "v2.0/oa/message"
_ABOUT_US = "v2.0/oa/getoa"
_NO_TOKEN = "no token"
_ASK_CONSENT = (
    "Zalo OA chưa cho phép máy gửi tin: quản trị viên mở /console/zalo và bấm “Cho phép trên Zalo”."
)

_KINDS: dict[str, InboundKind] = {
    "user_send_text": "text",
    "user_send_link": "text",
    "user_send_location": "location",
    "anonymous_send_text": "text",
    "follow": "start",
    "unfollow": "stop",
    "user_withdraw": "erase",
}
_SENT = ("user_send_", "anonymous_send_")
"""Whatever else somebody sent (an image, a file, a sticker, what Zalo may invent) is media. That a
message arrived or was seen is no event: nothing is said by it, and it opens no window."""
_RECEIPTS = {"user_received_message": False, "user_seen_message": True}
"""Whether it was seen. Who the sender is said to be differs, so only the messages' ids are read."""
_MOST_NAMED = 100


class Tokens(Protocol):
    """Where the access token comes from."""

    async def current(self, refused: str = "") -> str:
        """The token to use now, another one than `refused`; "" where there is none.

        Raises:
            SQLAlchemyError: the database does not answer.
        """
        ...


class ZaloOA:
    """An Official Account.

    Args:
        app_id, secret: the application's id and the account's secret key, which sign webhooks.
        tokens: the access tokens.
        http: the client that requests go through.
        base_url: where the OpenAPI is.
    """

    name = "zalo_oa"
    caps = Caps(max_text=2000, max_buttons=5, gathers_s=1.5)

    def __init__(
        self,
        app_id: str,
        secret: str,
        tokens: Tokens,
        http: httpx.AsyncClient,
        base_url: str = "https://openapi.zalo.me",
    ) -> None:
        self.tokens = tokens
        self._app_id = app_id
        self._secret = secret
        self._http = http
        self._base_url = base_url.rstrip("/")

    def verify(self, headers: Mapping[str, str], raw: bytes) -> bool:
        """Whether the body carries the signature that only Zalo and we can make.

        It is SHA-256 of app id, raw body, the body's timestamp and secret, in that order.
        """
        sent_at = identity(read_object(raw).get("timestamp"))
        signed = self._app_id.encode() + raw + sent_at.encode() + self._secret.encode()
        expected = hashlib.sha256(signed).hexdigest() if self._secret else ""
        given = headers.get("x-zevent-signature", "").strip().removeprefix("mac=")
        return same_secret(expected, given.lower())

    def parse(self, raw: bytes) -> list[Inbound]:
        """The event of a webhook body. A pressed button comes as text that is its payload."""
        event = read_object(raw)
        name = written(event.get("event_name"))
        kind: InboundKind | None = "media" if name.startswith(_SENT) else None
        kind, sender = _KINDS.get(name, kind), _sender(event)
        if kind is None or not sender:
            return []
        text = written(pick(event, "message", "text"))
        place = None
        if kind == "location":
            text, place = "", _place(event)
            if place is None:
                return []
        if kind == "text":
            kind = "button" if text.startswith("/") else "text" if text.strip() else "media"
        return [
            Inbound(
                self.name,
                _event_id(name, event, sender, raw),
                sender,
                kind,
                text,
                place,
                _address(name, event, sender),
                moment(event.get("timestamp"), per_second=1000),
                zalo_pictures.of_account(event),
            )
        ]

    def read_receipt(self, raw: bytes) -> Receipt | None:
        """That messages of ours arrived, or were seen."""
        event = read_object(raw)
        seen = _RECEIPTS.get(written(event.get("event_name")))
        if seen is None:
            return None
        named = pick(event, "message", "msg_ids")
        listed = named[:_MOST_NAMED] if isinstance(named, list) else []
        ids = [identity(one) for one in (*listed, pick(event, "message", "msg_id"))]
        known = tuple(dict.fromkeys(one for one in ids if one))
        return Receipt(known, seen) if known else None

    def acknowledge(self, raw: bytes) -> None:
        """Zalo is content with 200."""

    def render(self, message: Outbound, address: Mapping[str, str]) -> Sequence[Call]:
        """One call a part; up to five buttons under the last, more choices as numbered lines. Choices
        come before what can be done with places, for which there may be no room.

        Someone who writes anonymously is answered by the older call, always with numbered lines.
        """
        recipient = {key: address[key] for key in _ADDRESS_KEYS if key in address}
        anonymous = "anonymous_id" in recipient
        fitting = (
            not anonymous
            and len(message.buttons) <= self.caps.max_buttons
            and all(len(button.title) <= LONGEST_TITLE for button in message.buttons)
        )
        if anonymous:
            message = with_links(message)
        text = message.text if fitting else numbered(message)
        contents: list[dict[str, Any]] = [
            {"text": part} for part in split_text(text, self.caps.max_text)
        ]
        shown = choices(message.buttons) if fitting else []
        if not anonymous:
            shown = places(message.cards, self.caps.max_buttons - len(shown)) + shown
        if contents and shown:
            contents[-1]["attachment"] = {"type": "template", "payload": {"buttons": shown}}
        method = _TO_ANONYMOUS if anonymous else _TO_PERSON
        return [Call(method, {"recipient": recipient, "message": one}) for one in contents]

    def typing(self, address: Mapping[str, str]) -> None:
        """Zalo has no such call for an account."""

    async def send(self, call: Call) -> SendResult:
        """Make one call; once more with another token where Zalo turns the token down."""
        return await self._ask("POST", call.method, call.body)

    async def fetch_picture(self, source: str) -> bytes | SendResult:
        """The picture at the address `source`, if it is one of Zalo's."""
        return await zalo_pictures.fetch(self._http, source)

    async def check(self) -> str:
        """Whether webhooks can be verified, and Zalo knows the account by our token."""
        if not self._app_id or not self._secret:
            return "Thiếu DIEMTUA_ZALO_OA_APP_ID hoặc DIEMTUA_ZALO_OA_SECRET: hãy thêm vào .env."
        result = await self._ask("GET", _ABOUT_US, None)
        if result.state == "sent":
            return ""
        if result.reason in _ANOTHER_TOKEN or result.reason == _NO_TOKEN:
            return _ASK_CONSENT
        why = in_words(result.reason) or "xem lại mạng và DIEMTUA_ZALO_OA_BASE_URL"
        return f"Zalo không nhận lời gọi ({result.reason}): {why}."

    async def _ask(self, verb: str, method: str, body: Mapping[str, Any] | None) -> SendResult:
        token, result = "", SendResult("auth", _NO_TOKEN)
        for _ in range(2):
            try:
                newer = await self.tokens.current(refused=token)
            except SQLAlchemyError as error:
                return SendResult("retry", type(error).__name__)
            if not newer or newer == token:
                return result
            token = newer
            try:
                response = await self._http.request(
                    verb,
                    f"{self._base_url}/{method}",
                    json=body,
                    headers={"access_token": token},
                )
            except httpx.HTTPError as error:
                return SendResult("retry", type(error).__name__)
            result = _read(response)
            if result.reason not in _ANOTHER_TOKEN:
                return result
        return result


_ANOTHER_TOKEN = {"HTTP 401", *map(str, TOKEN_REFUSED)}


def _read(response: httpx.Response) -> SendResult:
    """What Zalo made of a call: it answers 200 with an error code inside."""
    reason = f"HTTP {response.status_code}"
    if response.status_code in (401, 403):
        return SendResult("auth", reason)
    if 400 <= response.status_code < 500 and response.status_code not in (408, 429):
        return SendResult("reject", reason)
    answer = read_object(response.content)
    code = answer.get("error")
    if type(code) is not int or not response.is_success:
        return SendResult("retry", reason)
    if code:
        return refusal(code)
    return SendResult("sent", external_id=identity(pick(answer, "data", "message_id")))


_ADDRESS_KEYS = ("user_id", "anonymous_id", "conversation_id")


def _sender(event: Mapping[str, Any]) -> str:
    """Who it is about; each family of events names them elsewhere."""
    return (
        identity(pick(event, "sender", "id"))
        or identity(pick(event, "follower", "id"))
        or identity(event.get("user_id"))
    )


def _place(event: Mapping[str, Any]) -> tuple[float, float] | None:
    where = pick(event, "message", "attachments", 0, "payload", "coordinates")
    return point(pick(where, "latitude"), pick(where, "longitude"))


def _event_id(name: str, event: Mapping[str, Any], sender: str, raw: bytes) -> str:
    message_id = identity(pick(event, "message", "msg_id"))
    if message_id:
        return message_id
    sent_at = identity(event.get("timestamp"))
    return fingerprint(f"{name}:{sender}:{sent_at}".encode() if sent_at else raw)


def _address(name: str, event: Mapping[str, Any], sender: str) -> dict[str, str]:
    if not name.startswith("anonymous_"):
        return {"user_id": sender}
    conversation = identity(pick(event, "message", "conversation_id"))
    return {"anonymous_id": sender, "conversation_id": conversation}
