"""The tables of webhook bodies, the channels that read them, and how each platform signs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bot.channels import Channel
from bot.channels.telegram import Telegram
from bot.channels.zalo_bot import ZaloBot
from bot.channels.zalo_oa import ZaloOA
from tests.sms_channel import Sms, signature

FOLDER = Path(__file__).parent
NAMES = ("telegram", "zalo_oa", "zalo_bot", "sms")
SECRETS = {
    "telegram_token": "5000:telegram-token-of-the-tests",
    "telegram_secret": "telegram-hook-secret",
    "zalo_oa_app_id": "100200300400500600",
    "zalo_oa_secret": "oa-secret-of-the-tests",
    "zalo_oa_access_token": "oa-access-token-of-the-tests",
    "zalo_bot_token": "zalo-bot-token-of-the-tests",
    "zalo_bot_secret": "zalo-bot-hook-secret",
}
SMS_SECRET = "sms-secret-of-the-tests"
SHARED_SECRET_HEADERS = {
    "telegram": "x-telegram-bot-api-secret-token",
    "zalo_bot": "x-bot-api-secret-token",
}


@dataclass(frozen=True)
class Case:
    """One row of a table: a body and the events that it is; `status` where it is refused."""

    channel: str
    case: str
    body: Any
    events: list[dict[str, Any]]
    status: int = 200

    @property
    def raw(self) -> bytes:
        return json.dumps(self.body).encode()


def cases(channel: str) -> list[Case]:
    """The table of a channel."""
    rows = json.loads((FOLDER / f"{channel}.json").read_text("utf-8"))
    return [
        Case(channel, row["case"], row["body"], row["events"], row.get("status", 200))
        for row in rows
    ]


def text_case(channel: str) -> Case:
    """The first row of a channel's table that is one text from one person."""
    return next(
        case for case in cases(channel) if [event["kind"] for event in case.events] == ["text"]
    )


class FixedToken:
    """A token that is never renewed."""

    async def current(self, refused: str = "") -> str:
        return SECRETS["zalo_oa_access_token"]


def all_channels(http: httpx.AsyncClient) -> dict[str, Channel]:
    """Every messenger there is, and the tests' own fifth, over the client given."""
    telegram, zalo_bot = (
        (SECRETS[f"{name}_token"], SECRETS[f"{name}_secret"], http)
        for name in ("telegram", "zalo_bot")
    )
    app_id, secret = SECRETS["zalo_oa_app_id"], SECRETS["zalo_oa_secret"]
    return {
        "telegram": Telegram(*telegram),
        "zalo_oa": ZaloOA(app_id, secret, FixedToken(), http),
        "zalo_bot": ZaloBot(*zalo_bot),
        "sms": Sms(SMS_SECRET, http, "http://sms.invalid"),
    }


def signed(channel: str, raw: bytes) -> Mapping[str, str]:
    """The headers that the platform sends with the body `raw`."""
    if channel in SHARED_SECRET_HEADERS:
        return {SHARED_SECRET_HEADERS[channel]: SECRETS[f"{channel}_secret"]}
    if channel == "sms":
        return {"x-sms-signature": signature(SMS_SECRET, raw)}
    return {"x-zevent-signature": f"mac={zalo_signature(raw)}"}


def zalo_signature(raw: bytes) -> str:
    """SHA-256 of app id, raw body, the body's timestamp and the account's secret."""
    try:
        body = json.loads(raw)
        at = body.get("timestamp", "") if isinstance(body, dict) else ""
    except (ValueError, RecursionError):
        at = ""
    said = at if isinstance(at, str | int) and not isinstance(at, bool) else ""
    whole = SECRETS["zalo_oa_app_id"].encode() + raw + str(said).encode("utf-8", "replace")
    return hashlib.sha256(whole + SECRETS["zalo_oa_secret"].encode()).hexdigest()
