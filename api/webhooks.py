"""Where messengers knock: verify, store, commit, answer 200; everything else happens later."""

from __future__ import annotations

import asyncio

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from api.bodies import read_body
from bot.channels import Channel
from bot.errors import NotFound
from bot.parked import take_in

router = APIRouter()
log = structlog.get_logger()
MOST_BYTES = 1_000_000
ANSWER_WITHIN_SECONDS = 1.5
"""Zalo gives up after two seconds; what is not stored by then must be sent again."""


@router.post("/webhooks/{name}")
async def receive(request: Request, name: str) -> Response:
    """200 once every event of the body is stored, or had been before; nothing is stored otherwise.

    401 for a body that its platform did not sign, 413 for one longer than MOST_BYTES, 503 where it
    could not be stored in time: the platform sends it again. A body that cannot be read is laid
    aside with 200: the platform would send it again for ever.
    """
    channel: Channel | None = request.app.state.channels.get(name)
    if channel is None:
        raise NotFound("Kênh này chưa được bật.")
    raw = await read_body(request, MOST_BYTES)
    if not channel.verify({key.lower(): value for key, value in request.headers.items()}, raw):
        log.warning("webhook.forged", channel=name)
        return Response(status_code=401)
    try:
        async with asyncio.timeout(ANSWER_WITHIN_SECONDS):
            state = request.app.state
            await take_in(state.runtime, channel, raw, state.also_hears.get(name))
    except TimeoutError:
        log.error("webhook.too_slow", channel=name)
        return Response(status_code=503)
    acknowledgement = channel.acknowledge(raw)
    return JSONResponse(acknowledgement) if acknowledgement else Response(status_code=200)
