"""`diemtua chat`: the same turns in a terminal, with or without the other processes running."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import uuid
from collections.abc import AsyncIterator

import typer

from api.app import now, wire
from api.live import Live, next_news
from api.logs import quiet_logs
from bot import inbox, jobs, replies
from bot.channels import numbered
from bot.messages import Inbound
from bot.runtime import Runtime
from bot.settings import Settings
from bot.store import as_outbound, open_talk, read_lines
from bot.understand import clean

NAME = "terminal"


async def talk(settings: Settings) -> None:
    """Read lines, print answers, until end of input or /thoat."""
    quiet_logs()
    wired = wire(settings, pool_size=4)
    sender = str(uuid.uuid4())
    async with wired.runtime.sessions.begin() as session:
        await inbox.begin(session, wired.runtime.ring, NAME, sender, now())
        opened = await inbox.find_conversation(session, wired.runtime.ring, NAME, sender)
    assert opened is not None
    live = Live(settings.database_url)
    listening = asyncio.create_task(live.run())
    printing = asyncio.create_task(_print_lines(wired.runtime, live, opened.id))
    typer.echo("(Gõ /thoat để ra. Gõ số để chọn một mục.)\n")
    try:
        async for text in _typed():
            if printing.done():
                return
            event = Inbound(NAME, str(uuid.uuid4()), sender, "text", text)
            async with wired.runtime.statements() as session:
                await inbox.receive(session, wired.runtime.ring, event, now(), wakes=False)
            await jobs.bring_up_to_date(wired.runtime, wired.channels, opened.id)
            await asyncio.sleep(0.3)
    finally:
        for task in (printing, listening):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await wired.close()


async def _typed() -> AsyncIterator[str]:
    while line := await asyncio.to_thread(sys.stdin.readline):
        text = clean(line).strip()
        if text == "/thoat":
            return
        if text:
            yield text


async def _print_lines(runtime: Runtime, live: Live, conversation_id: uuid.UUID) -> None:
    last = 0
    with live.watch(str(conversation_id)) as queue:
        while True:
            async with runtime.sessions() as session:
                opened = await open_talk(session, runtime.ring, conversation_id)
                lines = await read_lines(session, opened, after=last) if opened else []
            if opened is None:
                typer.echo(
                    f"{replies.erased().text}\n(Muốn nói chuyện tiếp, bạn chạy lại lệnh này.)"
                )
                return
            for line in lines:
                last = line.id
                if line.author != "citizen":
                    who = "Tư vấn viên" if line.author == "counsellor" else "Điểm Tựa"
                    typer.echo(f"\n{who}: {numbered(as_outbound(line))}\n")
            await next_news(queue, 5)
