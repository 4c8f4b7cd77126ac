"""A counsellor's shift: whom to take next, and resting."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.console.desk import show_board
from api.console.pages import render
from api.console.pane import read_pane
from api.console.visitor import OnDuty, wants_part
from bot import handoff, next_up, presence
from bot.catalogue import N_, _
from bot.errors import NotYet
from bot.runtime import Runtime
from bot.tables import Counsellor

router = APIRouter()
NOBODY = N_("Bây giờ không có ai đang chờ bạn.")
RESTING = N_("Bạn đang tạm nghỉ nên chỉ nhận ca nguy hiểm. Muốn nhận tiếp thì bấm “Vào lại”.")
FULL = N_(
    "Bạn đang giữ đủ số cuộc trò chuyện của mình nên chỉ nhận thêm ca nguy hiểm. "
    "Bạn kết thúc hoặc chuyển bớt một cuộc nhé."
)


@router.post("/next")
async def take_next(request: Request, counsellor: OnDuty) -> Response:
    """Take whoever needs somebody most, and show the case. Raises NotYet where nobody waits for this
    counsellor."""
    runtime: Runtime = request.app.state.runtime
    case = await next_up.take_next(runtime, counsellor)
    if case is None:
        raise NotYet(await _why_nobody(runtime, counsellor))
    path = f"/console/cases/{case.handoff_id}"
    if not wants_part(request):
        return RedirectResponse(path, 303)
    async with runtime.sessions.begin() as session:
        pane = await read_pane(session, runtime.ring, case, counsellor)
        await handoff.audit(session, counsellor, "view", case.handoff_id, runtime.clock())
    shown = render(request, "pane.html", {"me": counsellor, "pane": pane, "gone": False})
    shown.headers["HX-Push-Url"] = path
    return shown


async def _why_nobody(runtime: Runtime, counsellor: Counsellor) -> str:
    async with runtime.sessions() as session:
        cases = await handoff.queue(session, runtime.ring)
        seat = await next_up.read_seat(session, counsellor, runtime.clock())
    if not any(case.state == "waiting" for case in cases):
        return _(NOBODY)
    if seat.is_resting:
        return _(RESTING)
    return _(FULL) if seat.is_full else _(NOBODY)


@router.post("/rest")
async def rest(request: Request, counsellor: OnDuty) -> Response:
    """Take no new chats for now; resting already is fine."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions.begin() as session:
        await presence.rest(session, counsellor.id, runtime.clock())
        await handoff.audit(session, counsellor, "rest", None, runtime.clock())
    return await _show_board(request, counsellor)


@router.post("/rest/over")
async def come_back(request: Request, counsellor: OnDuty) -> Response:
    """Take chats again; not resting is fine."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions.begin() as session:
        await presence.come_back(session, counsellor.id, runtime.clock())
        await handoff.audit(session, counsellor, "rest over", None, runtime.clock())
    return await _show_board(request, counsellor)


async def _show_board(request: Request, counsellor: Counsellor) -> Response:
    if not wants_part(request):
        return RedirectResponse("/console", 303)
    return await show_board(request, counsellor)
