"""A fifth channel, for tests: text messages through a gateway. Text only, 160 characters a part.

That this file and `tests/payloads/sms.json` are all it takes is what `test_sms.py` proves. The
gateway is made up: it posts a batch of messages as {"messages": [{"id", "from", "body", "at"}]},
signed with HMAC-SHA256 of the body, and takes {"to", "body"} at /send.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence

import httpx

from bot.channels import Call, Caps, SendResult, numbered, split_text
from bot.channels.foreign import identity, moment, pick, read_object, same_secret, written
from bot.messages import Inbound, Outbound


class Sms:
    """A telephone number that text messages are sent to.

    Args:
        secret: what the gateway signs with; empty refuses every webhook.
        http: the client that requests go through.
        base_url: where the gateway is.
    """

    name = "sms"
    caps = Caps(max_text=160, max_buttons=0)

    def __init__(self, secret: str, http: httpx.AsyncClient, base_url: str) -> None:
        self._secret = secret
        self._http = http
        self._base_url = base_url

    def verify(self, headers: Mapping[str, str], raw: bytes) -> bool:
        expected = signature(self._secret, raw) if self._secret else ""
        return same_secret(expected, headers.get("x-sms-signature", ""))

    def parse(self, raw: bytes) -> list[Inbound]:
        """Every readable message of a batch, in its order."""
        batch = read_object(raw).get("messages")
        found = [_message(one) for one in batch] if isinstance(batch, list) else []
        return [one for one in found if one]

    def acknowledge(self, raw: bytes) -> None:
        """The gateway is content with 200."""

    def render(self, message: Outbound, address: Mapping[str, str]) -> Sequence[Call]:
        return [
            Call("send", {"to": address.get("number", ""), "body": part})
            for part in split_text(numbered(message), self.caps.max_text)
        ]

    def typing(self, address: Mapping[str, str]) -> None:
        """Nobody sees a text message being written."""

    async def send(self, call: Call) -> SendResult:
        try:
            answer = await self._http.post(f"{self._base_url}/{call.method}", json=call.body)
        except httpx.HTTPError as error:
            return SendResult("retry", type(error).__name__)
        if answer.is_success:
            return SendResult("sent", external_id=identity(read_object(answer.content).get("id")))
        refused = 400 <= answer.status_code < 500
        return SendResult("reject" if refused else "retry", str(answer.status_code))

    async def check(self) -> str:
        try:
            answer = await self._http.get(f"{self._base_url}/status")
        except httpx.HTTPError:
            return "Không kết nối được cổng tin nhắn. Hãy kiểm tra đường mạng."
        return "" if answer.is_success else "Cổng tin nhắn từ chối. Hãy kiểm tra hợp đồng."


def signature(secret: str, raw: bytes) -> str:
    """What the gateway puts into x-sms-signature."""
    return hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def _message(message: object) -> Inbound | None:
    event_id, number = identity(pick(message, "id")), identity(pick(message, "from"))
    if not event_id or not number:
        return None
    text = written(pick(message, "body"))
    return Inbound(
        Sms.name,
        event_id,
        number,
        "text" if text.strip() else "media",
        text,
        address={"number": number},
        sent_at=moment(pick(message, "at"), per_second=1),
    )
