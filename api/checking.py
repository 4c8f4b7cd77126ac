"""Whether each messenger can be reached with what the settings say: one line each, never a token; and
what came from them that nobody could read."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import structlog
import typer

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

    from api.channels import Messengers
    from bot.channels import Channel
    from bot.channels.telegram_staff import TelegramStaff
    from bot.runtime import Runtime
    from bot.settings import Settings

log = structlog.get_logger()
commands = typer.Typer(help="Các kênh nhắn tin.", no_args_is_help=True)
ANSWER_WITHIN_SECONDS = 20.0
NOTHING_PARKED = "Không có tin nào máy chưa đọc được."
HOW_TO_RETRY = (
    "Cập nhật chương trình rồi chạy: diemtua channels parked --retry. "
    "Tin nằm đây quá 30 ngày sẽ tự xóa."
)


@dataclass(frozen=True)
class Checked:
    """How a channel stands: `line` is for the operator; `broken` where it is switched on and does
    not work."""

    line: str
    broken: bool


async def check_channels(messengers: Messengers) -> list[Checked]:
    """One line for every messenger, switched on or not, asked all at once."""
    from api.channels import SWITCHED_ON_BY

    return list(await asyncio.gather(*(_check(messengers, name) for name in SWITCHED_ON_BY)))


async def log_broken(messengers: Messengers) -> None:
    """Say in the log, once at start, which messengers are switched on and do not work."""
    for one in await check_channels(messengers):
        if one.broken:
            log.warning("channel.broken", line=one.line)


async def check_configured(settings: Settings) -> list[Checked]:
    """`check_channels` for the messengers of these settings, a line for the chat in frames where its
    setting is wrong, and one for what nobody could read. Loads no model: it starts in a second or two.

    Raises:
        DiemTuaError: the key ring cannot be used, and the line says why.
    """
    from datetime import UTC, datetime

    import httpx

    from api import database
    from api.channels import staff_group, wire_messengers
    from api.logs import quiet_logs
    from bot.channels.telegram_staff import WHO_READS
    from bot.privacy import KeyRing

    quiet_logs()
    engine, sessions = database.connect(settings.database_url, 2)
    ring = KeyRing.load(settings.keyring)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(engine.dispose)
        http = await stack.enter_async_context(httpx.AsyncClient(timeout=10))
        messengers = wire_messengers(settings, http, sessions, ring, lambda: datetime.now(UTC))
        stack.push_async_callback(messengers.aclose)
        checked = await check_channels(messengers)
        if group := staff_group(settings, messengers.working):
            checked.append(await _ask("Nhóm tư vấn viên trên Telegram", group))
            checked.append(Checked(WHO_READS, False))
        return [*checked, *check_origins(settings), *await check_parked(sessions)]


def check_origins(settings: Settings) -> list[Checked]:
    """A line where the sites that may show the chat cannot be read."""
    from api.origins import read_origins
    from bot.errors import SettingsBroken

    try:
        read_origins(settings.embed_origins)
    except SettingsBroken as error:
        return [Checked(f"Khung chat trên trang khác: {error.line}", True)]
    return []


async def check_parked(sessions: async_sessionmaker[AsyncSession]) -> list[Checked]:
    """A line where there are updates that nobody could read. It makes no channel broken."""
    from bot import parked

    async with sessions() as session:
        number = await parked.how_many(session)
    line = f"Có {number} tin máy chưa đọc được. Xem bằng lệnh: diemtua channels parked"
    return [Checked(line, False)] if number else []


async def tell_parked(runtime: Runtime) -> list[str]:
    """What could not be read, a line each: when it came, on which channel, and the fault."""
    from bot import case_words, parked

    async with runtime.sessions() as session:
        found = await parked.laid_aside(session)
    if not found:
        return [NOTHING_PARKED]
    now = runtime.clock()
    lines = [
        f"{case_words.time(one.at, now)}: {case_words.channel(one.channel)}: {one.reason}"
        for one in found
    ]
    return [*lines, HOW_TO_RETRY]


async def _parked(settings: Settings, *, again: bool) -> list[str]:
    from api.app import wire
    from api.channels import staff_group
    from api.logs import quiet_logs
    from api.staff import who_else_hears
    from bot import parked

    quiet_logs()
    wired = wire(settings)
    try:
        if not again:
            return await tell_parked(wired.runtime)
        group = staff_group(settings, wired.channels)
        also = who_else_hears(wired.runtime, group)
        read, left = await parked.retry(wired.runtime, wired.channels, also)
    finally:
        await wired.close()
    if not read and not left:
        return [NOTHING_PARKED]
    told = f"Đã đọc được {read} tin; máy đang trả lời người gửi." if read else ""
    stays = f"Còn {left} tin máy vẫn chưa đọc được." if left else ""
    return [line for line in (told, stays) if line]


@commands.command("parked")
def print_parked(
    again: Annotated[
        bool, typer.Option("--retry", help="Đọc lại các tin đó, sau khi đã cập nhật chương trình.")
    ] = False,
) -> None:
    """Các tin máy chưa đọc được: đến lúc nào, từ kênh nào, vướng ở đâu. Không hiện nội dung."""
    from api.ready import ready
    from bot.settings import load_settings

    with ready(load_settings()) as settings:
        lines = asyncio.run(_parked(settings, again=again))
    for line in lines:
        typer.echo(line)


@commands.command("check")
def print_checks() -> None:
    """Thử kết nối từng kênh nhắn tin; mỗi kênh một dòng, kênh hỏng thì nói phải làm gì."""
    from bot.settings import load_settings

    with _database_of(load_settings()) as settings:
        checked = asyncio.run(check_configured(settings))
    for one in checked:
        typer.echo(one.line)
    if any(one.broken for one in checked):
        raise typer.Exit(1)


@contextlib.contextmanager
def _database_of(settings: Settings) -> Iterator[Settings]:
    """The settings with a database that is up; set up as a whole only where it never was."""
    from api import database

    if not settings.keyring.exists():
        from api.ready import ready

        with ready(settings) as prepared:
            yield prepared
        return
    with database.database(settings.database_url, settings.data_dir / "pg") as url:
        database.migrate(url)
        yield settings.model_copy(update={"database_url": url})


async def _check(messengers: Messengers, name: str) -> Checked:
    from api.channels import SWITCHED_ON_BY, in_environment
    from bot.case_words import channel as channel_name

    label, channel = channel_name(name), messengers.working.get(name)
    if name in messengers.broken:
        return Checked(f"{label}: {messengers.broken[name]}", True)
    if channel is None:
        switch = in_environment(SWITCHED_ON_BY[name])
        return Checked(f"{label}: chưa bật (chưa có {switch}).", False)
    return await _ask(label, channel)


async def _ask(label: str, checked: Channel | TelegramStaff) -> Checked:
    try:
        async with asyncio.timeout(ANSWER_WITHIN_SECONDS):
            wrong = await checked.check()
    except TimeoutError:
        wrong = "không trả lời. Hãy kiểm tra đường mạng của máy này rồi thử lại."
    return Checked(f"{label}: {wrong or 'tốt.'}", bool(wrong))
