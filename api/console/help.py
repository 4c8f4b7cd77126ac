"""How the desk works, for who sits at it: short, and with pictures of the real pages."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.console.pages import render
from api.console.visitor import Entered

router = APIRouter()


@router.get("/help")
async def show(request: Request, counsellor: Entered) -> Response:
    return render(request, "help.html", {"me": counsellor})
