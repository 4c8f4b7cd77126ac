"""What a counsellor is told on every page of the desk: whispers of an overseer, that one took a case
over, and that it is time for a rest."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.console.pages import render
from api.console.visitor import OnDuty, wants_part
from bot import supervision, whispers
from bot.catalogue import _
from bot.errors import NotFound
from bot.runtime import Runtime
from bot.tables import Counsellor

router = APIRouter(prefix="/notices")


@router.get("")
async def show(request: Request, counsellor: OnDuty) -> Response:
    """All there is to be told now; most often nothing."""
    return await _show(request, counsellor)


@router.post("/{notice_id}/read")
async def mark_read(request: Request, notice_id: str, counsellor: OnDuty) -> Response:
    """One of one's own notices was read."""
    runtime: Runtime = request.app.state.runtime
    try:
        which = UUID(notice_id)
    except ValueError:
        raise NotFound(_("Không có lời nhắn này.")) from None
    async with runtime.sessions.begin() as session:
        await whispers.mark_read(session, counsellor, which, runtime.clock())
    if not wants_part(request):
        return RedirectResponse("/console", 303)
    return await _show(request, counsellor)


async def _show(request: Request, counsellor: Counsellor) -> Response:
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions() as session:
        found = await whispers.unread(session, runtime.ring, counsellor)
        hint, in_a_row = await supervision.hint_for(session, counsellor, runtime.clock())
    shown = {"me": counsellor, "notices": found, "hint": hint, "in_a_row": in_a_row}
    return render(request, "notices.html", shown)
