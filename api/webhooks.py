"""Where messengers knock: verify, store, commit, answer 200; everything else happens later."""

from __future__ import annotations

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from api.bodies import read_body
from bot import inbox
from bot.channels import Channel
from bot.errors import NotFound, where
from bot.runtime import Runtime

router = APIRouter()
log = structlog.get_logger()
MOST_BYTES = 1_000_000


@router.post("/webhooks/{name}")
async def receive(request: Request, name: str) -> Response:
    """200 once every event of the body is stored (or had been before); 403 for a forged one.

    A body that cannot be read is taken with 200: the platform would send it again for ever.
    """
    channel: Channel | None = request.app.state.channels.get(name)
    if channel is None:
        raise NotFound("Kênh này chưa được bật.")
    raw = await read_body(request, MOST_BYTES)
    if not channel.verify({key.lower(): value for key, value in request.headers.items()}, raw):
        log.warning("webhook.forged", channel=name)
        return Response(status_code=403)
    try:
        events = channel.parse(raw)
    except Exception as error:
        log.error("webhook.unreadable", channel=name, error=where(error))
        return Response(status_code=200)
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions.begin() as session:
        for inbound in events:
            await inbox.receive(session, runtime.ring, inbound, runtime.clock())
    acknowledgement = channel.acknowledge(raw)
    return JSONResponse(acknowledgement) if acknowledgement else Response(status_code=200)
