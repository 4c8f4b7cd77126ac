"""Whether each messenger can be reached with what the settings say: one line each, never a token."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
import typer

if TYPE_CHECKING:
    from bot.channels import Channel
    from bot.channels.telegram_staff import TelegramStaff
    from bot.settings import Settings

log = structlog.get_logger()
commands = typer.Typer(help="Các kênh nhắn tin.", no_args_is_help=True)
ANSWER_WITHIN_SECONDS = 20.0
SWITCHED_ON_BY = {
    "zalo_oa": "DIEMTUA_ZALO_OA_APP_ID",
    "zalo_bot": "DIEMTUA_ZALO_BOT_TOKEN",
    "telegram": "DIEMTUA_TELEGRAM_TOKEN",
}
"""Every messenger that can be switched on, and the setting that does it."""


@dataclass(frozen=True)
class Checked:
    """How a channel stands: `line` is for the operator; `broken` where it is switched on and does
    not work."""

    line: str
    broken: bool


async def check_channels(channels: Mapping[str, Channel]) -> list[Checked]:
    """One line for every messenger, switched on or not, asked all at once."""
    return list(await asyncio.gather(*(_check(channels, name) for name in SWITCHED_ON_BY)))


async def log_broken(channels: Mapping[str, Channel]) -> None:
    """Say in the log, once at start, which messengers are switched on and do not work."""
    for one in await check_channels(channels):
        if one.broken:
            log.warning("channel.broken", line=one.line)


async def check_configured(settings: Settings) -> list[Checked]:
    """`check_channels` for the messengers of these settings.

    Raises:
        DiemTuaError: the settings cannot be used at all, and the line says why.
    """
    from api.app import quiet_logs, wire
    from api.staff import staff_group

    quiet_logs()
    wired = wire(settings)
    try:
        checked = await check_channels(wired.channels)
        group = staff_group(settings, wired.channels)
        return [*checked, await _ask("Nhóm tư vấn viên trên Telegram", group)] if group else checked
    finally:
        await wired.close()


@commands.command("check")
def print_checks() -> None:
    """Thử kết nối từng kênh nhắn tin; mỗi kênh một dòng, kênh hỏng thì nói phải làm gì."""
    from api.ready import ready
    from bot.settings import load_settings

    with ready(load_settings()) as settings:
        checked = asyncio.run(check_configured(settings))
    for one in checked:
        typer.echo(one.line)
    if any(one.broken for one in checked):
        raise typer.Exit(1)


@commands.callback()
def _of_channels() -> None:
    """A group of one command is still a group."""


async def _check(channels: Mapping[str, Channel], name: str) -> Checked:
    from bot.case_words import channel as channel_name

    label, channel = channel_name(name), channels.get(name)
    if channel is None:
        return Checked(f"{label}: chưa bật (chưa có {SWITCHED_ON_BY[name]}).", False)
    return await _ask(label, channel)


async def _ask(label: str, checked: Channel | TelegramStaff) -> Checked:
    try:
        async with asyncio.timeout(ANSWER_WITHIN_SECONDS):
            wrong = await checked.check()
    except TimeoutError:
        wrong = "không trả lời. Hãy kiểm tra đường mạng của máy này rồi thử lại."
    return Checked(f"{label}: {wrong or 'tốt.'}", bool(wrong))
