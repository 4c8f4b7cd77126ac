"""The whole desk at a glance, live, for who oversees it; measures that hold, and dangers of which only
codes are left."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.console.drawing import Boards
from api.console.pages import render
from api.console.visitor import Overseeing, wants_part
from bot import restraints, supervision
from bot.catalogue import N_, _
from bot.errors import NotFound
from bot.runtime import Runtime
from bot.tables import Counsellor
from bot.wake import wake

router = APIRouter(prefix="/supervision")
LIFTED = N_("Đã gỡ. Người dân được báo là trò chuyện lại được.")


@router.get("")
async def show(request: Request, overseer: Overseeing) -> Response:
    """The page; for htmx the live part alone."""
    runtime: Runtime = request.app.state.runtime
    boards: Boards = request.app.state.boards
    now = runtime.clock()
    board = boards.board(await boards.room(), overseer)
    async with runtime.sessions() as session:
        overview = await supervision.read_overview(session, now)
        shown = {"me": overseer, "overview": overview, "board": board}
        if wants_part(request):
            return render(request, "overview.html", shown)
        shown["measures"] = await restraints.in_force(session, runtime.ring, now)
        shown["episodes"] = await supervision.wordless_episodes(session)
    return render(request, "supervision.html", {**shown, "told": ""})


@router.post("/restraints/{restraint_id}/lift")
async def lift(request: Request, restraint_id: str, overseer: Overseeing) -> Response:
    """End a measure; the person is told. Raises NotFound where it was lifted already."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions.begin() as session:
        conversation_id = await restraints.lift(
            session, runtime.ring, _restraint_id(restraint_id), overseer, runtime.clock()
        )
        await wake(session, conversation_id)
    if not wants_part(request):
        return RedirectResponse("/console/supervision", 303)
    return await _show_measures(request, overseer, _(LIFTED))


async def _show_measures(request: Request, overseer: Counsellor, told: str) -> Response:
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions() as session:
        measures = await restraints.in_force(session, runtime.ring, runtime.clock())
    return render(request, "measures.html", {"me": overseer, "measures": measures, "told": told})


def _restraint_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(_("Không có biện pháp này.")) from None
