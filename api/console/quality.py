"""The week's sample of closed talks, to be read and marked by overseers."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.console.pages import read_form, render
from api.console.visitor import CaseId, Overseeing, wants_part
from bot import handoff, quality
from bot.catalogue import N_, _
from bot.runtime import Runtime
from bot.tables import Counsellor
from bot.understand import clean

router = APIRouter(prefix="/quality")
KEPT = N_("Đã ghi lại nhận xét. Cảm ơn bạn.")


@router.get("")
async def home(request: Request, overseer: Overseeing) -> Response:
    """Last week's talks that were drawn, and what was found of them."""
    return await _show(request, overseer, "")


@router.post("/{handoff_id}")
async def mark(request: Request, handoff_id: CaseId, overseer: Overseeing) -> Response:
    """Say of one of them which criteria it met."""
    runtime: Runtime = request.app.state.runtime
    form = await read_form(request)
    met, note = quality.read_marks(form), clean(form.get("note", "")).strip()
    async with runtime.sessions.begin() as session:
        case = await handoff.find_case(session, runtime.ring, handoff_id, lock=True)
        await quality.mark(session, runtime.ring, case, overseer, met, note, runtime.clock())
    if not wants_part(request):
        return RedirectResponse("/console/quality", 303)
    return await _show(request, overseer, _(KEPT))


async def _show(request: Request, overseer: Counsellor, told: str) -> Response:
    runtime: Runtime = request.app.state.runtime
    now = runtime.clock()
    async with runtime.sessions() as session:
        drawn = await quality.sample(session, runtime.ring, overseer, now)
    since, until = quality.week_before(now)
    name = "quality_list.html" if wants_part(request) else "quality.html"
    shown = {"me": overseer, "drawn": drawn, "since": since, "until": until, "told": told}
    return render(request, name, {**shown, "criteria": quality.CRITERIA})
