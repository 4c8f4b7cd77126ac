"""Bodies of requests, read with a limit: nobody fills the memory before we know who they are."""

from __future__ import annotations

from fastapi import Request

from bot.errors import TooLong


async def read_body(request: Request, most: int) -> bytes:
    """The body of at most `most` bytes.

    Raises:
        TooLong: it is longer; the rest is not read.
    """
    raw = b""
    async for part in request.stream():
        raw += part
        if len(raw) > most:
            raise TooLong("Tin dài quá. Bạn gửi ngắn lại, hoặc chia thành vài tin nhé.")
    return raw
