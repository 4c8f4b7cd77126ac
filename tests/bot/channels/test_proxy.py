"""A proxy that keeps silent or talks nonsense never stops us, and never raises what nobody expects."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from bot.channels.proxy import through
from bot.channels.telegram import Telegram
from bot.errors import SettingsBroken

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b'HTTP/1.1 200 OK\r\nContent-Length: 25\r\n\r\n{"ok":true,"result":true}'
GRANTED = b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"


@asynccontextmanager
async def telegram_behind(serve: Serve) -> AsyncIterator[Telegram]:
    """Telegram through the SOCKS proxy that `serve` is."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with through(f"socks5://127.0.0.1:{port}", patience=0.2) as http:
        yield Telegram("5:token", "", http, "http://telegram.invalid", polls=True)
    server.close()


async def test_a_socks_proxy_carries_both_directions() -> None:
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for reply in (b"\x05\x00", GRANTED, OK):
            asked.append(await reader.read(4096))
            writer.write(reply)
        writer.close()

    async with telegram_behind(serve) as telegram:
        sent = await telegram.send(telegram.typing({"chat_id": "7"}))
        await telegram.fetch(None)
    assert sent.state == "sent"
    assert b"telegram.invalid" in asked[1]
    assert [line.split(b" ")[1] for line in (asked[2], asked[5])] == [
        b"/bot5:token/sendChatAction",
        b"/bot5:token/getUpdates",
    ]


@pytest.mark.parametrize("reply", [b"", b"\x05", b"\x05\xff", b"HTTP/1.1 400 Bad\r\n\r\n"])
async def test_a_proxy_that_is_silent_or_no_socks_proxy_is_a_fault_of_the_network(
    reply: bytes,
) -> None:
    ended = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(reply)
        await ended.wait()
        writer.close()

    async with telegram_behind(serve) as telegram:
        sent = await telegram.send(telegram.typing({"chat_id": "7"}))
        failure = (await telegram.fetch(None)).failure
        wrong = await telegram.check()
        ended.set()
    assert sent.state == "retry"
    assert failure is not None
    assert failure.state == "retry"
    assert "DIEMTUA_TELEGRAM_PROXY" in wrong


@pytest.mark.parametrize(
    "wrong",
    ["ftp://u:mat-khau@h:1", "h:8080", "http://", "socks5://", "http://h:99999", "http://[", "x y"],
)
def test_an_address_that_is_none_is_named_without_its_password(wrong: str) -> None:
    with pytest.raises(SettingsBroken) as broken:
        through(wrong)
    assert "DIEMTUA_TELEGRAM_PROXY" in broken.value.line
    assert "socks5://" in broken.value.line
    assert "mat-khau" not in broken.value.line


@pytest.mark.parametrize("right", ["http://h:8080", "https://u:p@h", "socks5://h:1080"])
async def test_both_forms_are_taken(right: str) -> None:
    assert isinstance(through(right), httpx.AsyncClient)
