"""The older lines of an open case, a page at a time."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.console import access
from api.console.pages import render
from api.console.pane import read_spoken_before
from api.console.visitor import CaseId, OnDuty
from bot import handoff
from bot.runtime import Runtime

router = APIRouter(prefix="/cases/{handoff_id}/earlier")
BIGGEST_ID = 2**63 - 1


@router.get("")
async def show(
    request: Request,
    handoff_id: CaseId,
    counsellor: OnDuty,
    before: Annotated[int, Query(ge=1, le=BIGGEST_ID)],
) -> Response:
    """The page of lines ahead of the line `before`; who reads them is written down."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions.begin() as session:
        case = await handoff.find_case(session, runtime.ring, handoff_id)
        access.demand(access.may_read(case, counsellor))
        page = await read_spoken_before(session, runtime.ring, case, before)
        await handoff.audit(session, counsellor, "view earlier", handoff_id, runtime.clock())
    base = f"/console/cases/{handoff_id}"
    judge_at = base if access.may_note(case, counsellor) else ""
    return render(request, "earlier.html", {"page": page, "base": base, "judge_at": judge_at})
