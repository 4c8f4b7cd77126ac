"""Zalo Bot API, the second and simpler way into Zalo: text only, no buttons, no location.

Its token stands in every URL, so the HTTP client's own request log must stay silent.
Documentation: https://bot.zaloplatforms.com/docs
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import httpx

from bot.cards import with_links
from bot.channels import Call, Caps, SendResult, numbered, split_text, zalo_pictures
from bot.channels.foreign import (
    fingerprint,
    identity,
    moment,
    pick,
    read_object,
    same_secret,
    written,
)
from bot.channels.updates import Fetched, Offset
from bot.messages import Inbound, Outbound

_LIMIT_PAUSE = 60.0
_WAIT_SECONDS = 25
_ASK_AGAIN_AFTER = 1.0
_REMEMBERED = 100


class ZaloBot:
    """A bot of the Zalo Bot Platform.

    Args:
        token: the bot's token.
        secret: what `setWebhook` was given as `secret_token`; empty refuses every webhook.
        http: the client that requests go through.
        base_url: where the Bot API is, without the trailing "/bot".
        polls: whether updates are asked for instead of waited for at the webhook.
    """

    name = "zalo_bot"
    caps = Caps(max_text=2000, max_buttons=0, gathers_s=1.5)

    def __init__(
        self,
        token: str,
        secret: str,
        http: httpx.AsyncClient,
        base_url: str = "https://bot-api.zaloplatforms.com",
        *,
        polls: bool = False,
    ) -> None:
        self._secret = secret
        self.polls = polls
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
                pictures=zalo_pictures.of_bot(name, message),
            )
        ]

    def acknowledge(self, raw: bytes) -> None:
        """Zalo is content with 200."""

    def render(self, message: Outbound, address: Mapping[str, str]) -> Sequence[Call]:
        """One call a part; buttons become numbered lines, and maps links."""
        chat = address.get("chat_id", "")
        return [
            Call("sendMessage", {"chat_id": chat, "text": part})
            for part in split_text(numbered(with_links(message)), self.caps.max_text)
        ]

    def typing(self, address: Mapping[str, str]) -> Call:
        """The call that shows that an answer is being written."""
        chat = address.get("chat_id", "")
        return Call("sendChatAction", {"chat_id": chat, "action": "typing"})

    async def send(self, call: Call) -> SendResult:
        """Make one call. Refusals carry their code as the HTTP status, or inside a 200."""
        try:
            response = await self._post(call.method, call.body)
        except httpx.HTTPError as error:
            return SendResult("retry", type(error).__name__)
        answer = read_object(response.content)
        if response.is_success and answer.get("ok") is True:
            return SendResult("sent", external_id=identity(pick(answer, "result", "message_id")))
        return _refusal(response)

    async def fetch_picture(self, source: str) -> bytes | SendResult:
        """The picture at the address `source`, if it is one of Zalo's."""
        return await zalo_pictures.fetch(self._http, source)

    async def check(self) -> str:
        """Whether Zalo takes our token, and whether updates find their way to us."""
        known = await self.send(Call("getMe", {}))
        if known.state == "auth":
            return "Zalo không nhận token: lấy lại ở trang quản lý bot, sửa DIEMTUA_ZALO_BOT_TOKEN."
        if known.state != "sent":
            return f"Không hỏi được Zalo Bot ({known.reason}): kiểm tra mạng, thử lại sau ít phút."
        hooked = self.polls or (await self.send(Call("getWebhookInfo", {}))).state == "sent"
        if not hooked:
            return (
                "Zalo Bot chưa biết địa chỉ webhook: gọi setWebhook như trong README, "
                "hoặc đặt DIEMTUA_ZALO_BOT_POLLING=true."
            )
        return ""

    async def unhook(self) -> SendResult:
        """Take down the webhook: while there is one, no updates can be asked for."""
        return await self.send(Call("deleteWebhook", {}))

    async def fetch(self, offset: Offset) -> Fetched:
        """Wait for the next update; 408 says that none came. Zalo hands out one at a time and may
        hand out the same one again and again: `offset` are the ids of the last ones taken, which
        are left out. The inbox knows them too, for thirty days even where their person was erased."""
        try:
            response = await self._post("getUpdates", {"timeout": str(_WAIT_SECONDS)})
        except httpx.ReadTimeout:
            return Fetched(offset=offset, pause_s=_ASK_AGAIN_AFTER)
        except httpx.HTTPError as error:
            return Fetched(failure=SendResult("retry", type(error).__name__))
        answer = read_object(response.content)
        if response.status_code == 408 or answer.get("error_code") == 408:
            return Fetched(offset=offset, pause_s=_ASK_AGAIN_AFTER)
        if not response.is_success or answer.get("ok") is False:
            return Fetched(failure=_refusal(response))
        return _fetched(response.content, offset if isinstance(offset, tuple) else ())

    async def _post(self, method: str, body: Mapping[str, object]) -> httpx.Response:
        waits = httpx.Timeout(10, read=_WAIT_SECONDS + 10 if method == "getUpdates" else 10)
        return await self._http.post(f"{self._url}/{method}", json=body, timeout=waits)


def _fetched(content: bytes, taken: tuple[str, ...]) -> Fetched:
    """The update in an answer, unless it is among `taken`. One that cannot be read comes as raw
    bytes; something that stands in Zalo's place, as nothing."""
    answer = read_object(content)
    if not answer and b'"event_name"' not in content:
        return Fetched(failure=SendResult("retry", "no JSON"))
    name = identity(pick(answer, "result", "message", "message_id")) or fingerprint(content)
    if name in taken:
        return Fetched(offset=taken, pause_s=_ASK_AGAIN_AFTER)
    return Fetched((content,), (*taken, name)[-_REMEMBERED:], pause_s=_ASK_AGAIN_AFTER)


def _refusal(response: httpx.Response) -> SendResult:
    """What an answer without "ok" means."""
    inside = read_object(response.content).get("error_code")
    code = inside if type(inside) is int else response.status_code
    reason = str(code)
    match code:
        case 401:
            return SendResult("auth", reason)
        case 403:
            return SendResult("gone", reason)
        case 429:
            wait = response.headers.get("retry-after", "")
            return SendResult("retry", reason, float(wait) if wait.isdecimal() else _LIMIT_PAUSE)
        case 408:
            return SendResult("retry", reason)
        case _ if 400 <= code < 500:
            return SendResult("reject", reason)
    return SendResult("retry", reason)
