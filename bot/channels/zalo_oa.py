"""Zalo Official Account: webhook events in, customer-care messages out.

The access token lives about 25 hours; it is refreshed by the caller, who sets `access_token`.
Limits and codes: https://developers.zalo.me/docs/official-account
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from bot.channels import Call, Caps, SendResult, numbered, split_text
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
from bot.messages import Inbound, InboundKind, Outbound

_LONGEST_TITLE = 100
_TO_PERSON = "v3.0/oa/message/cs"
_TO_ANONYMOUS = "v2.0/oa/message"
_LIMIT_PAUSE = 60.0

_KINDS: dict[str, InboundKind] = {
    "user_send_text": "text",
    "user_send_link": "text",
    "user_send_location": "location",
    "user_send_image": "media",
    "user_send_gif": "media",
    "user_send_audio": "media",
    "user_send_video": "media",
    "user_send_file": "media",
    "user_send_sticker": "media",
    "user_send_business_card": "media",
    "anonymous_send_text": "text",
    "anonymous_send_image": "media",
    "anonymous_send_file": "media",
    "anonymous_send_sticker": "media",
    "follow": "start",
    "unfollow": "stop",
    "user_withdraw": "erase",
}
"""Events that are acted on. Receipts are not: they would be taken for something a person said."""

_REFUSALS: dict[int, SendResult] = {
    -32: SendResult("retry", "-32", _LIMIT_PAUSE),
    -201: SendResult("reject", "-201"),
    -210: SendResult("reject", "-210"),
    -211: SendResult("closed", "-211"),
    -213: SendResult("gone", "-213"),
    -216: SendResult("auth", "-216"),
    -218: SendResult("closed", "-218"),
    -220: SendResult("auth", "-220"),
    -224: SendResult("reject", "-224"),
    -230: SendResult("closed", "-230"),
    -232: SendResult("closed", "-232"),
    -244: SendResult("gone", "-244"),
}
"""Codes of the send call that are known; any other may pass, and is tried again."""


class ZaloOA:
    """An Official Account.

    Args:
        app_id, secret: the application's id and the account's secret key, which sign webhooks.
        access_token: the current token; the caller sets a new one before it runs out.
        http: the client that requests go through.
        base_url: where the OpenAPI is.
    """

    name = "zalo_oa"
    caps = Caps(max_text=2000, max_buttons=5)

    def __init__(
        self,
        app_id: str,
        secret: str,
        access_token: str,
        http: httpx.AsyncClient,
        base_url: str = "https://openapi.zalo.me",
    ) -> None:
        self.access_token = access_token
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
        kind, sender = _KINDS.get(name), _sender(event)
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
            )
        ]

    def acknowledge(self, raw: bytes) -> None:
        """Zalo is content with 200."""

    def render(self, message: Outbound, address: Mapping[str, str]) -> Sequence[Call]:
        """One call a part; up to five buttons under the last, more of them as numbered lines.

        Someone who writes anonymously is answered by the older call, always with numbered lines.
        """
        recipient = {key: address[key] for key in _ADDRESS_KEYS if key in address}
        anonymous = "anonymous_id" in recipient
        fitting = (
            not anonymous
            and len(message.buttons) <= self.caps.max_buttons
            and all(len(button.title) <= _LONGEST_TITLE for button in message.buttons)
        )
        text = message.text if fitting else numbered(message)
        contents: list[dict[str, Any]] = [
            {"text": part} for part in split_text(text, self.caps.max_text)
        ]
        if contents and fitting and message.buttons:
            buttons = [
                {"title": button.title, "type": "oa.query.hide", "payload": button.payload}
                for button in message.buttons
            ]
            contents[-1]["attachment"] = {"type": "template", "payload": {"buttons": buttons}}
        method = _TO_ANONYMOUS if anonymous else _TO_PERSON
        return [Call(method, {"recipient": recipient, "message": one}) for one in contents]

    async def send(self, call: Call) -> SendResult:
        """Make one call. Zalo answers 200 with an error code inside."""
        headers = {**call.headers, "access_token": self.access_token}
        try:
            response = await self._http.post(
                f"{self._base_url}/{call.method}", json=call.body, headers=headers
            )
        except httpx.HTTPError as error:
            return SendResult("retry", type(error).__name__)
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
            return _REFUSALS.get(code, SendResult("retry", str(code)))
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
