"""The messengers that are switched on, and what keeps them going; wired into a process by app.py."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Mapping

import httpx
import structlog

from bot.channels import Channel
from bot.channels.polling import Polling
from bot.channels.telegram import Telegram
from bot.channels.zalo_bot import ZaloBot
from bot.channels.zalo_oa import ZaloOA
from bot.channels.zalo_tokens import App, FixedToken, ZaloTokens
from bot.errors import SettingsBroken, where
from bot.parked import Hears
from bot.runtime import Runtime
from bot.settings import Settings

log = structlog.get_logger()


def through(proxy: str) -> httpx.AsyncClient:
    """A client whose requests go through `proxy`, where one is set; its address may hold a password."""
    try:
        return httpx.AsyncClient(timeout=10, proxy=proxy or None)
    except (ValueError, httpx.InvalidURL, ImportError):
        raise SettingsBroken(
            "DIEMTUA_TELEGRAM_PROXY phải có dạng http://máy:cổng. Hãy sửa trong .env."
        ) from None


def build_channels(
    settings: Settings,
    http: httpx.AsyncClient,
    renewed: ZaloTokens | None = None,
    to_telegram: httpx.AsyncClient | None = None,
) -> Mapping[str, Channel]:
    """The messengers that are configured. `renewed`: Zalo's tokens where they can be renewed;
    `to_telegram`: the client with Telegram's proxy.

    Raises:
        SettingsBroken: a token without the secret that proves who knocks, where somebody knocks.
    """
    for name in ("telegram", "zalo_bot"):
        token, secret = getattr(settings, f"{name}_token"), getattr(settings, f"{name}_secret")
        knocks = not getattr(settings, f"{name}_polling")
        if token.get_secret_value() and knocks and not secret.get_secret_value():
            raise SettingsBroken(
                f"Có DIEMTUA_{name.upper()}_TOKEN thì phải có _SECRET. Hãy thêm vào .env."
            )
    channels: dict[str, Channel] = {}
    if token := settings.telegram_token.get_secret_value():
        secret = settings.telegram_secret.get_secret_value()
        channels["telegram"] = Telegram(
            token,
            secret,
            to_telegram or http,
            settings.telegram_base_url,
            polls=settings.telegram_polling,
        )
    token = settings.zalo_oa_access_token.get_secret_value()
    if settings.zalo_oa_app_id and (token or renewed):
        channels["zalo_oa"] = ZaloOA(
            settings.zalo_oa_app_id,
            settings.zalo_oa_secret.get_secret_value(),
            renewed or FixedToken(token),
            http,
            settings.zalo_oa_base_url,
        )
    if token := settings.zalo_bot_token.get_secret_value():
        secret = settings.zalo_bot_secret.get_secret_value()
        channels["zalo_bot"] = ZaloBot(
            token, secret, http, settings.zalo_bot_base_url, polls=settings.zalo_bot_polling
        )
    return channels


def renewed_tokens(
    settings: Settings, http: httpx.AsyncClient, runtime: Runtime
) -> ZaloTokens | None:
    """The Official Account's tokens, where the application's secret is known."""
    secret = settings.zalo_oa_app_secret.get_secret_value()
    if not secret:
        return None
    app = App(settings.zalo_oa_app_id, secret, settings.zalo_oa_oauth_url)
    first = settings.zalo_oa_access_token.get_secret_value()
    return ZaloTokens(app, http, runtime.sessions, runtime.ring, runtime.clock, first)


def keep_tokens_fresh(channels: Mapping[str, Channel]) -> list[asyncio.Task[None]]:
    zalo = channels.get("zalo_oa")
    if isinstance(zalo, ZaloOA) and isinstance(zalo.tokens, ZaloTokens):
        return [_watched(asyncio.create_task(zalo.tokens.keep_fresh()))]
    return []


def ask_for_updates(
    runtime: Runtime, channels: Mapping[str, Channel], also: Mapping[str, Hears]
) -> list[asyncio.Task[None]]:
    """One loop for each messenger that cannot knock; `also` is who hears its updates besides."""
    polled = [one for one in channels.values() if isinstance(one, Telegram | ZaloBot) and one.polls]
    return [
        _watched(asyncio.create_task(Polling(runtime, one, also.get(one.name)).run()))
        for one in polled
    ]


def _watched(task: asyncio.Task[None]) -> asyncio.Task[None]:
    """Should the loop end, the worker ends too, and what starts workers starts another: a channel must
    not fall silent unseen."""

    def stop_if_broken(ended: asyncio.Task[None]) -> None:
        if not ended.cancelled() and (error := ended.exception()) is not None:
            log.error("channel.loop_broken", error=where(error))
            signal.raise_signal(signal.SIGTERM)

    task.add_done_callback(stop_if_broken)
    return task
