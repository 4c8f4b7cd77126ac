"""Screenings in a case: what the person let counsellors see, and inviting them to one."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api.console import access, views
from api.console.pages import HEADERS, read_form, render
from api.console.visitor import CaseId, OnDuty, wants_part
from bot import handoff, kept_results
from bot.catalogue import _
from bot.errors import NotFound
from bot.handoff import Case
from bot.kept_results import Kept
from bot.runtime import Runtime
from bot.screening import summary_lines
from bot.screening.fhir import export
from bot.store import Talk, open_talk
from bot.tables import Counsellor
from bot.turn.invite import invite
from bot.wake import wake

router = APIRouter(prefix="/cases/{handoff_id}/screenings")


@router.get("")
async def show(request: Request, handoff_id: CaseId, counsellor: OnDuty) -> Response:
    """The shared results of a case, and what its counsellor may invite to; who reads results is written
    down."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions.begin() as session:
        case, _talk, kept = await _shared(session, runtime, handoff_id, counsellor)
        if kept:
            now = runtime.clock()
            await views.write_down(session, counsellor, handoff_id, "view screenings", now)
    return _render(request, case, counsellor, kept, "")


@router.post("")
async def ask(request: Request, handoff_id: CaseId, counsellor: OnDuty) -> Response:
    """Put an instrument's request for consent before the person."""
    runtime: Runtime = request.app.state.runtime
    name = (await read_form(request)).get("instrument", "")
    now = runtime.clock()
    async with runtime.sessions.begin() as session:
        case = await handoff.find_case(session, runtime.ring, handoff_id, lock=True)
        access.demand(access.may_answer(case, counsellor))
        case, talk, kept = await _shared(session, runtime, handoff_id, counsellor)
        await invite(session, runtime.instruments, talk, name, now)
        await handoff.audit(session, counsellor, "invite to screening", handoff_id, now)
        await wake(session, talk.id)
    if not wants_part(request):
        return RedirectResponse(f"/console/cases/{handoff_id}", 303)
    told = _("Đã mời. Người dân thấy câu hỏi đồng ý trước, rồi mới tới các câu hỏi.")
    return _render(request, case, counsellor, kept, told)


@router.get("/fhir")
async def download(request: Request, handoff_id: CaseId, counsellor: OnDuty) -> Response:
    """The shared results as a FHIR R4 Bundle; who took it is written down."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions.begin() as session:
        _case, _talk, kept = await _shared(session, runtime, handoff_id, counsellor)
        now = runtime.clock()
        await handoff.audit(session, counsellor, "export screenings", handoff_id, now)
    made = export(runtime.instruments, [(one.id, one.at, one.result) for one in kept])
    named = {"Content-Disposition": 'attachment; filename="screenings.fhir.json"'}
    return Response(made, media_type="application/fhir+json", headers={**HEADERS, **named})


async def _shared(
    session: AsyncSession, runtime: Runtime, handoff_id: CaseId, counsellor: Counsellor
) -> tuple[Case, Talk, list[Kept]]:
    """The case with the results that counsellors may see, where this one may read the case."""
    case = await handoff.find_case(session, runtime.ring, handoff_id)
    access.demand(access.may_read(case, counsellor))
    talk = await open_talk(session, runtime.ring, case.conversation_id)
    if talk is None:
        raise NotFound(_("Cuộc trò chuyện này không còn nữa."))
    return case, talk, await kept_results.kept_by(session, talk, shared_only=True)


def _render(
    request: Request, case: Case, counsellor: Counsellor, kept: list[Kept], told: str
) -> Response:
    shelf = request.app.state.runtime.instruments
    shown = {
        "base": f"/console/cases/{case.handoff_id}",
        "kept": [(one.at, line) for one in kept for line in summary_lines(shelf, [one.result])],
        "may_invite": access.may_answer(case, counsellor),
        "instruments": [one for one in shelf.values() if one.may_be_asked],
        "told": told,
    }
    return render(request, "screenings.html", shown)
