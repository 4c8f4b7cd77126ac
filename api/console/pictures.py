"""Pictures that people sent: veiled until a counsellor chooses to look, and each look written down."""

from __future__ import annotations

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.console import access
from api.console.earlier import BIGGEST_ID
from api.console.pages import render
from api.console.visitor import CaseId, OnDuty
from bot import handoff, pictures
from bot.catalogue import N_, _
from bot.errors import NotFound
from bot.handoff import Case
from bot.redraw import veil
from bot.runtime import Runtime
from bot.store import open_talk
from bot.tables import Counsellor

router = APIRouter(prefix="/cases/{handoff_id}")
Number = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "Content-Disposition": 'inline; filename="anh.jpg"',
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
NO_PICTURE = N_("Không có ảnh này, hoặc ảnh đã bị xóa.")


@router.get("/pictures/{number}")
async def show(
    request: Request, handoff_id: CaseId, number: Number, counsellor: OnDuty
) -> Response:
    """The picture itself. Raises NotFound for any that is not of this case."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions.begin() as session:
        case = await _case(session, runtime, handoff_id, counsellor)
        drawn = await _read(session, runtime, case, number)
        await handoff.audit(session, counsellor, "view picture", handoff_id, runtime.clock())
    return Response(drawn, media_type="image/jpeg", headers=HEADERS)


@router.get("/pictures/{number}/veiled")
async def show_veiled(
    request: Request, handoff_id: CaseId, number: Number, counsellor: OnDuty
) -> Response:
    """A few spots of colour in its place."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions() as session:
        case = await _case(session, runtime, handoff_id, counsellor)
        drawn = await _read(session, runtime, case, number)
    veiled = await asyncio.to_thread(veil, drawn)
    return Response(veiled, media_type="image/jpeg", headers=HEADERS)


@router.get("/lines/{line_id}/pictures")
async def of_line(
    request: Request,
    handoff_id: CaseId,
    line_id: Annotated[int, Path(ge=1, le=BIGGEST_ID)],
    counsellor: OnDuty,
) -> Response:
    """How the pictures of a line stand; asked again and again while one is still on its way."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions() as session:
        case = await _case(session, runtime, handoff_id, counsellor)
        found = await pictures.of_lines(session, [line_id], case.conversation_id)
    shown = {
        "line_id": line_id,
        "pictures": found.get(line_id, []),
        "base": f"/console/cases/{handoff_id}",
    }
    return render(request, "line_pictures.html", shown)


async def _case(
    session: AsyncSession, runtime: Runtime, handoff_id: UUID, counsellor: Counsellor
) -> Case:
    """The case, if this counsellor may read it."""
    case = await handoff.find_case(session, runtime.ring, handoff_id)
    access.demand(access.may_read(case, counsellor))
    return case


async def _read(session: AsyncSession, runtime: Runtime, case: Case, number: int) -> bytes:
    talk = await open_talk(session, runtime.ring, case.conversation_id)
    drawn = await pictures.read_picture(session, talk, number, case.closed_at) if talk else None
    if drawn is None:
        raise NotFound(_(NO_PICTURE))
    return drawn
