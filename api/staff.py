"""The counsellors' supergroup on Telegram, where one is set; wired into a process by app.py."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial

from bot.channels.telegram_staff import TelegramStaff
from bot.parked import Hears
from bot.runtime import Runtime
from bot.settings import Settings
from bot.staff import hear, keep_topics


def who_else_hears(runtime: Runtime, group: TelegramStaff | None) -> Mapping[str, Hears]:
    """Who hears the raw updates of a channel besides, by the channel's name."""
    return {"telegram": partial(hear, runtime, group)} if group else {}


def keep_staff_topics(
    runtime: Runtime, group: TelegramStaff | None, settings: Settings
) -> list[asyncio.Task[None]]:
    """The loop that keeps the supergroup's topics, for as long as a worker lives."""
    if group is None:
        return []
    return [asyncio.create_task(keep_topics(runtime, group, settings.public_url))]
