"""The desk: the board on the left, the open case on the right."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.console.access import may_edit, may_take_chats
from api.console.board import Board, read_board
from api.console.pages import render
from api.console.pane import Pane
from api.console.visitor import Entered, OnDuty
from bot.runtime import Runtime
from bot.tables import Counsellor

router = APIRouter()


async def home(request: Request, counsellor: Entered) -> Response:
    """The desk with no case open; who takes no chats is sent to the content, or told so."""
    if not may_take_chats(counsellor):
        if may_edit(counsellor):
            return RedirectResponse("/console/content", 303)
        return render(request, "off_duty.html", {"me": counsellor})
    return await show_desk(request, counsellor)


@router.get("/queue")
async def queue(request: Request, counsellor: OnDuty) -> Response:
    """The board, and the alerts above it, as they are now."""
    board = await _board(request, counsellor)
    return render(request, "queue.html", {"me": counsellor, "board": board})


@router.get("/alerts")
async def alerts(request: Request, counsellor: OnDuty) -> Response:
    """The alerts alone, for a page without the board."""
    board = await _board(request, counsellor)
    return render(request, "alerts.html", {"me": counsellor, "board": board})


async def show_desk(
    request: Request,
    counsellor: Counsellor,
    pane: Pane | None = None,
    *,
    gone: bool = False,
    status: int = 200,
) -> Response:
    """The whole page."""
    shown: dict[str, Any] = {"me": counsellor, "pane": pane, "gone": gone}
    shown["board"] = await _board(request, counsellor)
    return render(request, "desk.html", shown, status)


async def _board(request: Request, counsellor: Counsellor) -> Board:
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions() as session:
        return await read_board(session, runtime.ring, counsellor)
