"""Requests through a proxy, where a messenger's servers can only be reached so."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import httpx
from socksio.exceptions import SOCKSError

from bot.errors import SettingsBroken

_SCHEMES = ("http", "https", "socks5", "socks5h")
_PATIENCE_SECONDS = 10.0


def through(proxy: str, patience: float = _PATIENCE_SECONDS) -> httpx.AsyncClient:
    """A client whose requests go through `proxy` ("http://host:port" or "socks5://host:port"), and
    which waits `patience` seconds at every step.

    Raises:
        SettingsBroken: it is no such address; the line does not repeat it, it may hold a password.
    """
    if not is_address(proxy, _SCHEMES):
        raise SettingsBroken(
            "DIEMTUA_TELEGRAM_PROXY phải có dạng http://máy:cổng hoặc socks5://máy:cổng. "
            "Hãy sửa trong .env."
        )
    return httpx.AsyncClient(timeout=patience, transport=_Proxied(proxy))


def is_address(text: str, schemes: tuple[str, ...] = ("http", "https")) -> bool:
    """Whether `text` is the address of a server, by one of `schemes`."""
    try:
        parts = urlsplit(text)
        ported = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return ported and parts.scheme in schemes and bool(parts.hostname) and not _has_gaps(text)


def _has_gaps(text: str) -> bool:
    return any(letter.isspace() or not letter.isprintable() for letter in text)


class _Proxied(httpx.AsyncBaseTransport):
    """A proxy that never answers, or answers nonsense, is an error like any other of the network.

    httpcore gives a SOCKS proxy's first words no time limit, and lets socksio's own errors through.
    """

    def __init__(self, proxy: str) -> None:
        self._inner = httpx.AsyncHTTPTransport(proxy=proxy)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        limits = request.extensions["timeout"]
        try:
            async with asyncio.timeout(limits["connect"] + limits["read"]):
                return await self._inner.handle_async_request(request)
        except TimeoutError:
            raise httpx.ConnectTimeout("the proxy does not answer", request=request) from None
        except SOCKSError:
            raise httpx.ProxyError("the proxy speaks no SOCKS5", request=request) from None

    async def aclose(self) -> None:
        await self._inner.aclose()
