"""The day that was agreed has come: talk with the citizen of an ended case again, or take it off the
list."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.console.desk import show_case
from api.console.pane import read_pane
from api.console.visitor import CaseId, OnDuty, wants_part
from bot import handoff, presence
from bot.catalogue import _
from bot.errors import NotFound
from bot.runtime import Runtime
from bot.wake import wake

router = APIRouter(prefix="/cases/{handoff_id}/follow-up")


@router.post("")
async def begin(request: Request, handoff_id: CaseId, counsellor: OnDuty) -> Response:
    """Open a case of one's own with the citizen. Raises AlreadyTaken where a colleague did."""
    runtime: Runtime = request.app.state.runtime
    now = runtime.clock()
    async with runtime.sessions.begin() as session:
        ended = await handoff.find_case(session, runtime.ring, handoff_id, lock=True)
        case = await handoff.follow_up(session, runtime.ring, ended, counsellor, now)
        await presence.act(session, counsellor.id, now)
        await handoff.audit(session, counsellor, "view", case.handoff_id, now)
        await wake(session, case.conversation_id)
        pane = await read_pane(session, runtime.ring, case, counsellor)
    path = f"/console/cases/{case.handoff_id}"
    if not wants_part(request):
        return RedirectResponse(path, 303)
    shown = await show_case(request, counsellor, pane)
    shown.headers["HX-Push-Url"] = path
    return shown


@router.post("/done")
async def done(request: Request, handoff_id: CaseId, counsellor: OnDuty) -> Response:
    """Nothing is left to do; taken off already is fine."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions.begin() as session:
        ended = await handoff.find_case(session, runtime.ring, handoff_id, lock=True)
        if ended.state != "closed":
            raise NotFound(_("Cuộc trò chuyện này chưa kết thúc."))
        if ended.follow_up_on is not None:
            await handoff.follow_up_done(session, ended, counsellor, runtime.clock())
    if wants_part(request):
        return Response(status_code=204)
    return RedirectResponse("/console", 303)
