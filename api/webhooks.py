"""Where messengers knock: verify, store, commit, answer 200; everything else happens later."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from functools import partial

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from api.bodies import read_body
from bot.channels import Channel
from bot.errors import NotFound, where
from bot.parked import Hears, take_in
from bot.runtime import Runtime

router = APIRouter()
log = structlog.get_logger()
MOST_BYTES = 1_000_000
ANSWER_WITHIN_SECONDS = 0.45
"""Zalo asks for an answer within half a second to two seconds."""
STORE_WITHIN_SECONDS = 6.0
"""What is not stored by then is given up, and must be sent again; a process that ends waits so long."""


@router.post("/webhooks/{name}")
async def receive(request: Request, name: str) -> Response:
    """200 once every event of the body is stored, or had been before.

    401 for a body that its platform did not sign, 413 for one longer than MOST_BYTES, 404 for a
    channel that was never switched on. 503 for one whose settings are wrong, or where the body did not
    come or could not be stored in time: the platform sends it again. What is being stored at that
    moment is finished all the same; sent again, it is known. A body that cannot be read is laid aside
    with 200: the platform would send it again for ever.
    """
    state = request.app.state
    until = asyncio.get_running_loop().time() + ANSWER_WITHIN_SECONDS
    channel: Channel | None = state.channels.get(name)
    if channel is None:
        return _off(state.broken_channels, name)
    try:
        async with asyncio.timeout_at(until):
            raw = await read_body(request, MOST_BYTES)
    except TimeoutError:
        return _late(name)
    if not channel.verify({key.lower(): value for key, value in request.headers.items()}, raw):
        log.warning("webhook.forged", channel=name)
        return Response(status_code=401)
    storing = asyncio.create_task(_store(state.runtime, channel, raw, state.also_hears.get(name)))
    state.under_way.add(storing)
    storing.add_done_callback(state.under_way.discard)
    await asyncio.wait([storing], timeout=until - asyncio.get_running_loop().time())
    if not storing.done():
        storing.add_done_callback(partial(_say_how_it_ended, name))
        return _late(name)
    try:
        storing.result()
    except TimeoutError:
        return _late(name)
    acknowledgement = channel.acknowledge(raw)
    return JSONResponse(acknowledgement) if acknowledgement else Response(status_code=200)


async def finish(under_way: Collection[asyncio.Task[None]]) -> None:
    """Wait for everything that is being stored: at most STORE_WITHIN_SECONDS."""
    await asyncio.gather(*under_way, return_exceptions=True)


async def _store(runtime: Runtime, channel: Channel, raw: bytes, also: Hears | None) -> None:
    async with asyncio.timeout(STORE_WITHIN_SECONDS):
        await take_in(runtime, channel, raw, also)


def _say_how_it_ended(name: str, storing: asyncio.Task[None]) -> None:
    """The platform was told to send again: did it need to?"""
    if storing.cancelled():
        return
    error = storing.exception()
    if error is None:
        log.warning("webhook.stored_late", channel=name)
    else:
        log.error("webhook.not_stored", channel=name, error=where(error))


def _late(name: str) -> Response:
    log.error("webhook.too_slow", channel=name)
    return Response(status_code=503)


def _off(broken: Mapping[str, str], name: str) -> Response:
    """The answer of a channel that does not work: what is wrong with it, only its operator learns."""
    if name not in broken:
        raise NotFound("Kênh này chưa được bật.")
    log.error("webhook.channel_broken", channel=name, line=broken[name])
    line = "Kênh này tạm dừng vì cấu hình sai. Xin gửi lại sau."
    return JSONResponse({"message": line}, 503)
