"""What keeps the messengers going in a worker: tokens that stay fresh, and asking for updates; wired by
app.py."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Mapping

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels import Channel
from bot.channels.polling import Polling
from bot.channels.telegram import Telegram
from bot.channels.zalo_bot import ZaloBot
from bot.channels.zalo_oa import ZaloOA
from bot.channels.zalo_tokens import ZaloTokens
from bot.duty import ZALO_CONSENT
from bot.errors import where
from bot.parked import Hears
from bot.runtime import Runtime
from bot.wake import wake_on_call

log = structlog.get_logger()


def keep_tokens_fresh(
    runtime: Runtime, channels: Mapping[str, Channel]
) -> list[asyncio.Task[None]]:
    """The loop that renews Zalo's tokens, and tells the on-call address where that ends for good."""
    zalo = channels.get("zalo_oa")
    if not isinstance(zalo, ZaloOA) or not isinstance(zalo.tokens, ZaloTokens):
        return []
    tell = _tell_of_loss if runtime.duty.on_call else None
    return [_watched(asyncio.create_task(zalo.tokens.keep_fresh(tell=tell)))]


def ask_for_updates(
    runtime: Runtime, channels: Mapping[str, Channel], also: Mapping[str, Hears]
) -> list[asyncio.Task[None]]:
    """One loop for each messenger that cannot knock; `also` is who hears its updates besides."""
    polled = [one for one in channels.values() if isinstance(one, Telegram | ZaloBot) and one.polls]
    return [
        _watched(asyncio.create_task(Polling(runtime, one, also.get(one.name)).run()))
        for one in polled
    ]


async def _tell_of_loss(session: AsyncSession) -> None:
    await wake_on_call(session, ZALO_CONSENT)


def _watched(task: asyncio.Task[None]) -> asyncio.Task[None]:
    """Should the loop end, the worker ends too, and what starts workers starts another: a channel must
    not fall silent unseen."""

    def stop_if_broken(ended: asyncio.Task[None]) -> None:
        if not ended.cancelled() and (error := ended.exception()) is not None:
            log.error("channel.loop_broken", error=where(error))
            signal.raise_signal(signal.SIGTERM)

    task.add_done_callback(stop_if_broken)
    return task
