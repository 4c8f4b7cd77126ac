"""The messengers that are switched on, each from its own settings; wired into a process by app.py."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import httpx
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.channels import Channel
from bot.channels.proxy import is_address, through
from bot.channels.telegram import Telegram
from bot.channels.telegram_staff import TelegramStaff
from bot.channels.zalo_bot import ZaloBot
from bot.channels.zalo_oa import ZaloOA
from bot.channels.zalo_oauth import App
from bot.channels.zalo_tokens import FixedToken, ZaloTokens
from bot.errors import SettingsBroken
from bot.privacy import KeyRing
from bot.settings import Settings

SWITCHED_ON_BY = {
    "zalo_oa": "zalo_oa_app_id",
    "zalo_bot": "zalo_bot_token",
    "telegram": "telegram_token",
}
"""Every messenger that can be switched on, and the setting that does it."""

_SECRETS = {
    "zalo_oa": ("zalo_oa_secret", "zalo_oa_app_secret", "zalo_oa_access_token"),
    "zalo_bot": ("zalo_bot_token", "zalo_bot_secret"),
    "telegram": ("telegram_token", "telegram_secret"),
}
_FIT_FOR_A_REQUEST = re.compile(r"[!-~]*")


@dataclass(frozen=True)
class Messengers:
    """`working` are the channels that are switched on and can be used; `broken` says of each other one
    that is switched on what is wrong with its settings, in one line that holds no value. `to_telegram` is
    the client with Telegram's proxy, where one is set."""

    working: Mapping[str, Channel]
    broken: Mapping[str, str]
    to_telegram: httpx.AsyncClient | None

    async def aclose(self) -> None:
        if self.to_telegram is not None:
            await self.to_telegram.aclose()


def in_environment(setting: str) -> str:
    """The name that a setting has in the environment."""
    return f"DIEMTUA_{setting.upper()}"


def wire_messengers(
    settings: Settings,
    http: httpx.AsyncClient,
    sessions: async_sessionmaker[AsyncSession],
    ring: KeyRing,
    clock: Callable[[], datetime],
) -> Messengers:
    """The messengers of a process. Never raises for what stands in their settings."""
    renewed = None
    if secret := settings.zalo_oa_app_secret.get_secret_value():
        app = App(settings.zalo_oa_app_id, secret, settings.zalo_oa_oauth_url)
        first = settings.zalo_oa_access_token.get_secret_value()
        renewed = ZaloTokens(app, http, sessions, ring, clock, first)
    return build_channels(settings, http, renewed)


def build_channels(
    settings: Settings, http: httpx.AsyncClient, renewed: ZaloTokens | None = None
) -> Messengers:
    """The messengers that are configured, each by itself. `renewed`: Zalo's tokens where they can be
    renewed."""
    working: dict[str, Channel] = {}
    broken: dict[str, str] = {}
    to_telegram: httpx.AsyncClient | None = None
    for name in SWITCHED_ON_BY:
        try:
            if not _is_wanted(settings, name):
                continue
            if name == "telegram":
                to_telegram = through(settings.telegram_proxy) if settings.telegram_proxy else None
                working[name] = _telegram(settings, to_telegram or http)
            elif name == "zalo_bot":
                working[name] = _zalo_bot(settings, http)
            else:
                working[name] = _zalo_oa(settings, http, renewed)
        except SettingsBroken as error:
            broken[name] = error.line
    return Messengers(working, broken, to_telegram)


def staff_group(settings: Settings, channels: Mapping[str, Channel]) -> TelegramStaff | None:
    """The counsellors' supergroup, where it and Telegram are switched on."""
    telegram = channels.get("telegram")
    if not settings.telegram_staff_chat or not isinstance(telegram, Telegram):
        return None
    return TelegramStaff(telegram.bot, settings.telegram_staff_chat)


def _is_wanted(settings: Settings, name: str) -> bool:
    """Whether a channel is switched on.

    Raises:
        SettingsBroken: it is only half so, or a secret cannot be sent as it stands.
    """
    switch = SWITCHED_ON_BY[name]
    written = {one: _value(settings, one) for one in (switch, *_SECRETS[name])}
    if not any(written.values()):
        return False
    for setting, value in written.items():
        if not _FIT_FOR_A_REQUEST.fullmatch(value):
            raise SettingsBroken(
                f"{in_environment(setting)} có dấu cách hoặc chữ lạ. Hãy chép lại vào .env."
            )
    _require(settings, switch)
    return True


def _telegram(settings: Settings, http: httpx.AsyncClient) -> Telegram:
    polls = _polls(settings, "telegram")
    token, secret = (_value(settings, one) for one in _SECRETS["telegram"])
    return Telegram(token, secret, http, _address(settings, "telegram_base_url"), polls=polls)


def _zalo_bot(settings: Settings, http: httpx.AsyncClient) -> ZaloBot:
    polls = _polls(settings, "zalo_bot")
    token, secret = (_value(settings, one) for one in _SECRETS["zalo_bot"])
    return ZaloBot(token, secret, http, _address(settings, "zalo_bot_base_url"), polls=polls)


def _zalo_oa(settings: Settings, http: httpx.AsyncClient, renewed: ZaloTokens | None) -> ZaloOA:
    secret = _require(settings, "zalo_oa_secret")
    _address(settings, "zalo_oa_oauth_url")
    token = _value(settings, "zalo_oa_access_token")
    if renewed is None and not token:
        raise SettingsBroken("Thiếu DIEMTUA_ZALO_OA_APP_SECRET. Hãy thêm vào .env.")
    return ZaloOA(
        settings.zalo_oa_app_id,
        secret,
        renewed or FixedToken(token),
        http,
        _address(settings, "zalo_oa_base_url"),
    )


def _polls(settings: Settings, name: str) -> bool:
    """Whether updates are asked for; where somebody knocks, they must be told apart by a secret."""
    polls: bool | None = getattr(settings, f"{name}_polling")
    if polls is None:
        raise SettingsBroken(
            f"{in_environment(f'{name}_polling')} chỉ nhận true hoặc false. Hãy sửa trong .env."
        )
    if not polls:
        _require(settings, f"{name}_secret")
    return polls


def _require(settings: Settings, setting: str) -> str:
    value = _value(settings, setting)
    if not value:
        raise SettingsBroken(f"Thiếu {in_environment(setting)}. Hãy thêm vào .env.")
    return value


def _address(settings: Settings, setting: str) -> str:
    value = _value(settings, setting)
    if not is_address(value):
        raise SettingsBroken(
            f"{in_environment(setting)} phải có dạng https://máy. Hãy sửa trong .env."
        )
    return value


def _value(settings: Settings, setting: str) -> str:
    value = getattr(settings, setting)
    return str(value if isinstance(value, str) else value.get_secret_value())
