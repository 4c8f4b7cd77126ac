"""Was an alarm right, and was one missing: what counsellors say of the danger check."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse

from api.console import access
from api.console.pages import read_form, render
from api.console.pane import read_spoken
from api.console.visitor import CaseId, OnDuty, Overseeing, wants_part
from bot import handoff, verdicts
from bot.catalogue import _
from bot.danger import LABELS, LEVELS
from bot.errors import NotFound, NotUnderstood
from bot.runtime import Runtime
from bot.tables import Counsellor

router = APIRouter()
LineId = Annotated[int, Path(ge=1, lt=2**63)]


@router.post("/cases/{handoff_id}/lines/{line_id}/verdict")
async def judge_alarm(
    request: Request, handoff_id: CaseId, line_id: LineId, counsellor: OnDuty
) -> Response:
    """Say whether the alarm that a line raised was right."""
    runtime: Runtime = request.app.state.runtime
    right = (await read_form(request)).get("right") == "yes"
    now = runtime.clock()
    async with runtime.sessions.begin() as session:
        case = await handoff.find_case(session, runtime.ring, handoff_id)
        access.demand(access.may_note(case, counsellor))
        talk = await verdicts.conversation_of(session, runtime.ring, line_id)
        if talk.id != case.conversation_id:
            raise NotFound(_("Tin này không ở trong cuộc trò chuyện này."))
        found = None if right else verdicts.NONE
        await verdicts.judge(session, talk, line_id, found, counsellor, now)
        await handoff.audit(session, counsellor, "judge alarm", handoff_id, now)
        spoken = await read_spoken(session, runtime.ring, case, line_id - 1, most=1)
    base = f"/console/cases/{handoff_id}"
    if not wants_part(request):
        return RedirectResponse(base, 303)
    return render(request, "line.html", {"spoken": spoken[0], "judge_at": base})


@router.get("/danger")
async def home(request: Request, overseer: Overseeing) -> Response:
    """This week's sample of lines that raised no alarm."""
    return await _show(request, overseer, "")


@router.post("/danger/{line_id}")
async def judge_sampled(request: Request, line_id: LineId, overseer: Overseeing) -> Response:
    """Say what truly is in a sampled line: nothing, or a danger that was missed."""
    runtime: Runtime = request.app.state.runtime
    form = await read_form(request)
    truth = (form.get("label", "none"), form.get("level", "none"))
    if (
        truth[0] not in LABELS
        or truth[1] not in LEVELS
        or ("none" in truth) != (truth[0] == truth[1])
    ):
        raise NotUnderstood(_("Bạn chọn cả loại nguy hiểm lẫn mức, hoặc “Không có nguy hiểm”."))
    now = runtime.clock()
    async with runtime.sessions.begin() as session:
        talk = await verdicts.conversation_of(session, runtime.ring, line_id)
        await verdicts.judge(session, talk, line_id, truth, overseer, now)
        await handoff.audit(session, overseer, "judge sample", None, now)
    if not wants_part(request):
        return RedirectResponse("/console/danger", 303)
    return await _show(request, overseer, _("Đã ghi lại. Cảm ơn bạn."))


async def _show(request: Request, overseer: Counsellor, told: str) -> Response:
    runtime: Runtime = request.app.state.runtime
    now = runtime.clock()
    async with runtime.sessions.begin() as session:
        lines = await verdicts.sample(session, runtime.ring, now)
        await handoff.audit(session, overseer, "view sample", None, now)
    name = "sample.html" if wants_part(request) else "danger.html"
    shown = {
        "me": overseer,
        "lines": lines,
        "told": told,
        "labels": [one for one in LABELS if one != "none"],
    }
    return render(request, name, shown)
