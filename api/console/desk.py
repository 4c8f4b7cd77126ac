"""The desk: the board on the left, the open case on the right."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.console.access import may_edit, may_keep_directory, may_take_chats
from api.console.drawing import Boards
from api.console.pages import render
from api.console.pane import Pane
from api.console.visitor import Entered, OnDuty, wants_part
from bot.errors import NotFound
from bot.tables import Counsellor

router = APIRouter()


async def home(request: Request, counsellor: Entered) -> Response:
    """The desk with no case open; who takes no chats is sent to the content, or told so."""
    if not may_take_chats(counsellor):
        if may_edit(counsellor):
            return RedirectResponse("/console/content", 303)
        if may_keep_directory(counsellor):
            return RedirectResponse("/console/directory", 303)
        return render(request, "off_duty.html", {"me": counsellor})
    return await show_desk(request, counsellor)


@router.get("/queue")
async def queue(request: Request, counsellor: OnDuty) -> Response:
    """The board, and the alerts above it, as they are now."""
    return await show_board(request, counsellor)


@router.get("/alerts")
async def alerts(request: Request, counsellor: OnDuty) -> Response:
    """The alerts alone, for a page without the board."""
    return render(request, "alerts.html", await _board(request, counsellor))


async def show_board(request: Request, counsellor: Counsellor) -> Response:
    """The board and the alerts, for htmx."""
    return render(request, "queue.html", await _board(request, counsellor))


async def show_desk(
    request: Request,
    counsellor: Counsellor,
    pane: Pane | None = None,
    *,
    gone: bool = False,
    refused: str = "",
    status: int = 200,
) -> Response:
    """The whole page. `refused` is why what was asked for was not done."""
    shown = {"pane": pane, "gone": gone, "refused": refused, **await _board(request, counsellor)}
    return render(request, "desk.html", shown, status)


async def show_case(
    request: Request, counsellor: Counsellor, pane: Pane, *, refused: str = ""
) -> Response:
    """An open case: for htmx its part of the page, else the whole."""
    if wants_part(request):
        shown = {"me": counsellor, "pane": pane, "gone": False, "refused": refused}
        return render(request, "pane.html", shown)
    return await show_desk(request, counsellor, pane, refused=refused)


async def show_gone(request: Request, counsellor: Counsellor) -> Response:
    """Said kindly, and with nothing left of the words."""
    if wants_part(request):
        shown = {"me": counsellor, "pane": None, "gone": True}
        return render(request, "pane.html", shown, NotFound.status)
    return await show_desk(request, counsellor, gone=True, status=NotFound.status)


async def _board(request: Request, counsellor: Counsellor) -> dict[str, Any]:
    boards: Boards = request.app.state.boards
    return boards.shown(await boards.room(), counsellor)
