"""Zalo Bot API, the second and simpler way into Zalo: text only, no buttons, no location.

Its token stands in every URL, so the HTTP client's own request log must stay silent.
Documentation: https://bot.zaloplatforms.com/docs
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import httpx

from bot.channels import Call, Caps, SendResult, numbered, split_text
from bot.channels.foreign import (
    fingerprint,
    identity,
    moment,
    pick,
    read_object,
    same_secret,
    written,
)
from bot.messages import Inbound, Outbound

_LIMIT_PAUSE = 60.0


class ZaloBot:
    """A bot of the Zalo Bot Platform.

    Args:
        token: the bot's token.
        secret: what `setWebhook` was given as `secret_token`; empty refuses every webhook.
        http: the client that requests go through.
        base_url: where the Bot API is, without the trailing "/bot".
    """

    name = "zalo_bot"
    caps = Caps(max_text=2000, max_buttons=0)

    def __init__(
        self,
        token: str,
        secret: str,
        http: httpx.AsyncClient,
        base_url: str = "https://bot-api.zaloplatforms.com",
    ) -> None:
        self._secret = secret
        self._http = http
        self._url = f"{base_url.rstrip('/')}/bot{token}"

    def verify(self, headers: Mapping[str, str], raw: bytes) -> bool:
        """Whether the secret header is the one we told Zalo."""
        return same_secret(self._secret, headers.get("x-bot-api-secret-token", ""))

    def parse(self, raw: bytes) -> list[Inbound]:
        """The event of a body, bare or wrapped in {"ok", "result"}; groups are not heard."""
        body = read_object(raw)
        event = body.get("result") if "result" in body else body
        message = pick(event, "message")
        name = written(pick(event, "event_name"))
        sender, chat = identity(pick(message, "from", "id")), identity(pick(message, "chat", "id"))
        if (
            not name.startswith("message.")
            or not sender
            or not chat
            or pick(message, "from", "is_bot") is True
            or written(pick(message, "chat", "chat_type")).upper() == "GROUP"
        ):
            return []
        text = written(pick(message, "text")) or written(pick(message, "caption"))
        return [
            Inbound(
                self.name,
                identity(pick(message, "message_id")) or fingerprint(raw),
                sender,
                "text" if name == "message.text.received" and text.strip() else "media",
                text,
                address={"chat_id": chat},
                sent_at=moment(pick(message, "date"), per_second=1000),
            )
        ]

    def acknowledge(self, raw: bytes) -> None:
        """Zalo is content with 200."""

    def render(self, message: Outbound, address: Mapping[str, str]) -> Sequence[Call]:
        """One call a part; buttons become numbered lines."""
        chat = address.get("chat_id", "")
        return [
            Call("sendMessage", {"chat_id": chat, "text": part})
            for part in split_text(numbered(message), self.caps.max_text)
        ]

    async def send(self, call: Call) -> SendResult:
        """Make one call. Refusals carry their code as the HTTP status, or inside a 200."""
        try:
            response = await self._http.post(
                f"{self._url}/{call.method}", json=call.body, headers=call.headers
            )
        except httpx.HTTPError as error:
            return SendResult("retry", type(error).__name__)
        answer = read_object(response.content)
        if response.is_success and answer.get("ok") is True:
            return SendResult("sent", external_id=identity(pick(answer, "result", "message_id")))
        inside = answer.get("error_code")
        return _refusal(inside if type(inside) is int else response.status_code)


def _refusal(code: int) -> SendResult:
    reason = str(code)
    match code:
        case 401:
            return SendResult("auth", reason)
        case 403:
            return SendResult("gone", reason)
        case 429:
            return SendResult("retry", reason, _LIMIT_PAUSE)
        case 408:
            return SendResult("retry", reason)
        case _ if 400 <= code < 500:
            return SendResult("reject", reason)
    return SendResult("retry", reason)
