"""What a browser fetched, and how to make it the slow phone on a weak network that people have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

THREE_G = {"latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
"""Milliseconds and bytes a second: the "Slow 3G" of Chromium's own developer tools."""
SLOWER_BY = 6
"""Against the machine that tests: a phone of the lower class of 2019."""


def bytes_fetched(page: Page) -> Callable[[str], int]:
    """Count from now on; the answer tells the bytes that came over the wire, heads and compressed
    bodies, from addresses that begin as given."""
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    addresses: dict[str, str] = {}
    sizes: dict[str, float] = {}

    def asked(event: dict[str, Any]) -> None:
        addresses[event["requestId"]] = event["request"]["url"]

    def finished(event: dict[str, Any]) -> None:
        sizes[event["requestId"]] = event["encodedDataLength"]

    wire.on("Network.requestWillBeSent", asked)
    wire.on("Network.loadingFinished", finished)
    return lambda begins: int(
        sum(size for key, size in sizes.items() if addresses.get(key, "").startswith(begins))
    )


def slow_down(page: Page) -> None:
    """A weak network and a slow processor, from now on."""
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", {"offline": False, **THREE_G})
    wire.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_BY})
