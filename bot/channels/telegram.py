"""Telegram: raw updates in, by webhook or by asking for them; python-telegram-bot out.

Updates are read as plain dictionaries, because one malformed update must not stop the next. Only
private chats are heard: what is asked here is nobody else's business. Shapes and limits:
https://core.telegram.org/bots/api
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import httpx
from telegram import Bot, WebhookInfo
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

from bot.channels import Call, Caps, SendResult, numbered, split_text, utf16_units
from bot.channels.foreign import identity, pick, read_object, same_secret
from bot.channels.telegram_files import Files
from bot.channels.telegram_keys import choices, places
from bot.channels.telegram_updates import HEARD, read_update
from bot.channels.updates import Fetched, Offset
from bot.messages import Inbound, Outbound

_LONGEST_DATA = 64
_PARAMETERS = {
    "sendMessage": ("chat_id", "text"),
    "sendChatAction": ("chat_id", "action"),
    "answerCallbackQuery": ("callback_query_id",),
    "deleteWebhook": (),
}
"""What we call, and what each call must have."""
_WAIT_SECONDS = 25
_MOST_UPDATES = 100
_UNNUMBERED_PAUSE = 30.0
_UPDATE_ID = re.compile(rb'"update_id"\s*:\s*(\d{1,18})\b')
_GONE = ("chat not found", "user is deactivated", "user not found", "peer_id_invalid")


class Telegram:
    """A bot on Telegram.

    Args:
        token: the bot's token.
        secret: what `setWebhook` was given as `secret_token`; empty refuses every webhook.
        http: the client that requests go through, in both directions; it carries the proxy where
            one is needed.
        base_url: where the Bot API is, without the trailing "/bot".
        polls: whether updates are asked for instead of waited for at the webhook.
    """

    name = "telegram"
    # In UTF-16 units, of which Telegram takes 4,096; an emoji has two.
    caps = Caps(max_text=4000, max_buttons=100, ask_location=True, gathers_s=1.5)

    def __init__(
        self,
        token: str,
        secret: str,
        http: httpx.AsyncClient,
        base_url: str = "https://api.telegram.org",
        *,
        polls: bool = False,
    ) -> None:
        self._secret = secret
        self._http = http
        self._updates_url = f"{base_url}/bot{token}/getUpdates"
        self.fetch_picture = Files(http, base_url, token).fetch
        self.polls = polls
        self.bot = Bot(token, base_url=f"{base_url}/bot", request=_SharedClient(http))

    def verify(self, headers: Mapping[str, str], raw: bytes) -> bool:
        """Whether the secret header is the one we told Telegram."""
        return same_secret(self._secret, headers.get("x-telegram-bot-api-secret-token", ""))

    def parse(self, raw: bytes) -> list[Inbound]:
        """The event of an update. An edited message counts as a new one: danger may be in it."""
        return read_update(read_object(raw))

    def acknowledge(self, raw: bytes) -> dict[str, Any] | None:
        """What to answer this webhook with, so that a pressed button stops spinning; None: nothing.

        Telegram carries out a method named in the body of the 200.
        """
        query = identity(pick(read_object(raw), "callback_query", "id"))
        return {"method": "answerCallbackQuery", "callback_query_id": query} if query else None

    def render(self, message: Outbound, address: Mapping[str, str]) -> Sequence[Call]:
        """One sendMessage a part; the buttons stand under the last, those of places first.

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
            for part in split_text(text, self.caps.max_text, utf16_units)
        ]
        keys = places(message.cards) + (choices(message.buttons) if fitting else [])
        if bodies and keys:
            bodies[-1]["reply_markup"] = {"inline_keyboard": keys}
        elif bodies and message.ask_location:
            bodies[-1]["reply_markup"] = {
                "keyboard": [[{"text": "Gửi vị trí của tôi", "request_location": True}]],
                "one_time_keyboard": True,
                "resize_keyboard": True,
            }
        return [Call("sendMessage", body) for body in bodies]

    def typing(self, address: Mapping[str, str]) -> Call:
        """The call that shows "typing…" for five seconds, or until a message comes."""
        chat = address.get("chat_id", "")
        return Call("sendChatAction", {"chat_id": chat, "action": "typing"})

    async def send(self, call: Call) -> SendResult:
        """Make one call, a message or one of `_PARAMETERS`."""
        more = dict(call.body)
        method = getattr(self.bot, call.method)
        required = {name: more.pop(name) for name in _PARAMETERS[call.method]}
        try:
            made = await method(**required, api_kwargs=more)
        except TelegramError as error:
            return _failure(error)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            # The library cannot read the answer. Trying again might send the message twice.
            return SendResult("reject", type(error).__name__)
        return SendResult("sent", external_id=str(getattr(made, "message_id", "")))

    async def check(self) -> str:
        """Whether Telegram takes our token, and whether updates find their way to us."""
        try:
            await self.bot.get_me()
            hook = await self.bot.get_webhook_info()
        except InvalidToken:
            return "Telegram không nhận token: lấy lại ở @BotFather, sửa DIEMTUA_TELEGRAM_TOKEN."
        except NetworkError:
            return "Không tới được Telegram: kiểm tra mạng, hoặc đặt DIEMTUA_TELEGRAM_PROXY."
        except TelegramError as error:
            return f"Telegram từ chối trả lời ({type(error).__name__}): thử lại sau ít phút."
        except (AttributeError, KeyError, TypeError, ValueError):
            return "Máy ở địa chỉ Telegram trả lời lạ: kiểm tra DIEMTUA_TELEGRAM_BASE_URL và proxy."
        return "" if self.polls else _hook_trouble(hook)

    async def unhook(self) -> SendResult:
        """Take down the webhook; updates that wait there stay."""
        return await self.send(Call("deleteWebhook", {}))

    async def fetch(self, offset: Offset) -> Fetched:
        """Wait up to 25 seconds for updates from the number `offset` on.

        An answer that cannot be read as a whole is asked for one update at a time; one that cannot
        be read alone comes as raw bytes, and the next question passes over it.
        """
        for most in (_MOST_UPDATES, 1):
            try:
                response = await self._ask(offset, most)
            except httpx.HTTPError as error:
                return Fetched(offset=offset, failure=SendResult("retry", type(error).__name__))
            if response.status_code != 200:
                return Fetched(offset=offset, failure=_no_updates(response))
            fetched = _read_updates(response.content, offset)
            if fetched is not None:
                return fetched
        number = _UPDATE_ID.search(response.content)
        if number is None:
            return Fetched(offset=offset, failure=SendResult("retry", "no JSON"))
        return Fetched((response.content,), int(number[1]) + 1)

    async def _ask(self, offset: Offset, most: int) -> httpx.Response:
        heard = {"timeout": _WAIT_SECONDS, "limit": most, "allowed_updates": list(HEARD)}
        question = heard if offset is None else {**heard, "offset": offset}
        waits = httpx.Timeout(10, read=_WAIT_SECONDS + 10)
        return await self._http.post(self._updates_url, json=question, timeout=waits)


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


def _read_updates(content: bytes, offset: Offset) -> Fetched | None:
    """The updates of an answer, and the number after their highest; None where it cannot be read."""
    updates = read_object(content).get("result")
    if not isinstance(updates, list):
        return None
    try:
        raws = tuple(json.dumps(update).encode() for update in updates)
    except RecursionError:
        return None
    numbers = [pick(update, "update_id") for update in updates]
    known = [number for number in numbers if type(number) is int]
    if updates and not known:
        # They cannot be confirmed, so they will come again.
        return Fetched(raws, offset, pause_s=_UNNUMBERED_PAUSE)
    return Fetched(raws, max(known) + 1 if known else offset)


def _no_updates(response: httpx.Response) -> SendResult:
    wait = pick(read_object(response.content), "parameters", "retry_after")
    reason = f"HTTP {response.status_code}"
    if response.status_code in (401, 404):
        return SendResult("auth", reason)
    return SendResult("retry", reason, float(wait) if type(wait) is int else None)


def _hook_trouble(hook: WebhookInfo) -> str:
    """What is wrong with the way from Telegram to our webhook."""
    if not hook.url:
        return (
            "Telegram chưa biết địa chỉ webhook: gọi setWebhook như trong README, "
            "hoặc đặt DIEMTUA_TELEGRAM_POLLING=true."
        )
    if hook.last_error_date and hook.pending_update_count:
        return (
            f"Telegram gọi webhook bị lỗi, {hook.pending_update_count} tin đang chờ: kiểm tra địa chỉ "
            "https và DIEMTUA_TELEGRAM_SECRET."
        )
    return ""


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
