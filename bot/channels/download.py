"""Fetching what a messenger keeps of a message, from its own servers and from nowhere else.

Where something lies is told by a webhook, so it may be anybody's wish: what is fetched is checked
before each step, a redirect is a step like the first, and what comes is cut off at a size and a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx

from bot.channels import SendResult

MOST_BYTES = 10 * 1024 * 1024
WITHIN_SECONDS = 15.0
TOO_BIG, ELSEWHERE = "too big", "elsewhere"
_MOST_STEPS = 3


def is_on(hosts: tuple[str, ...], url: str) -> bool:
    """Whether `url` leads by https, on its usual port and without a name or password, to one of
    `hosts` or a host below it."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    host = (parts.hostname or "").lower()
    named = parts.username is not None or parts.password is not None
    own = any(host == one or host.endswith(f".{one}") for one in hosts)
    return own and parts.scheme == "https" and port in (None, 443) and not named


async def download(
    http: httpx.AsyncClient, url: str, may_go: Callable[[str], bool]
) -> bytes | SendResult:
    """The bytes at `url`, at most MOST_BYTES, or why they cannot be had; `may_go` says of this address
    and of each that it leads on to whether it may be asked."""
    try:
        async with asyncio.timeout(WITHIN_SECONDS):
            for _ in range(_MOST_STEPS):
                if not may_go(url):
                    return SendResult("reject", ELSEWHERE)
                async with http.stream(
                    "GET", url, headers={"Accept-Encoding": "identity"}, follow_redirects=False
                ) as response:
                    if response.next_request is None:
                        return await _read(response)
                    url = str(response.next_request.url)
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        return SendResult("retry", type(error).__name__)
    return SendResult("reject", ELSEWHERE)


async def _read(response: httpx.Response) -> bytes | SendResult:
    status = response.status_code
    if status != 200:
        passing = status in (408, 425, 429) or status >= 500
        return SendResult("retry" if passing else "gone", f"HTTP {status}")
    if response.headers.get("content-encoding", "identity") != "identity":
        # It was asked for as it is: packed, a few bytes may stand for more than memory holds.
        return SendResult("reject", "packed")
    content = bytearray()
    async for part in response.aiter_bytes():
        content += part
        if len(content) > MOST_BYTES:
            return SendResult("reject", TOO_BIG)
    return bytes(content)
