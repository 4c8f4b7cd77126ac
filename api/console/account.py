"""One's own account: where one is logged in, and the Telegram account that counsels in the staff's
supergroup."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from api import sessions
from api.console.pages import render
from api.console.visitor import Entered, OnDuty, token_of
from bot import handoff
from bot.catalogue import _
from bot.errors import NotFound
from bot.runtime import Runtime
from bot.staff import accounts
from bot.tables import Counsellor

router = APIRouter(prefix="/account")


def session_id(session_id: str) -> UUID:
    try:
        return UUID(session_id)
    except ValueError:
        raise NotFound(_("Phiên đăng nhập này không còn nữa.")) from None


SessionId = Annotated[UUID, Depends(session_id)]


@router.get("")
async def show(request: Request, counsellor: Entered) -> Response:
    """The sessions, the second factor, and whether a Telegram account is linked."""
    return await _show(request, counsellor)


@router.post("/sessions/end-others")
async def end_others(request: Request, counsellor: Entered) -> Response:
    """End every session but this one."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions.begin() as session:
        await sessions.end_all(session, counsellor, but=token_of(request))
        await handoff.audit(session, counsellor, "end sessions", None, runtime.clock())
    return RedirectResponse("/console/account", 303)


@router.post("/sessions/{session_id}/end")
async def end_session(request: Request, session_id: SessionId, counsellor: Entered) -> Response:
    """End one of one's own sessions; one that is over already is NotFound."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions.begin() as session:
        await sessions.end_one(session, counsellor, session_id)
        await handoff.audit(session, counsellor, "end session", None, runtime.clock())
    return RedirectResponse("/console/account", 303)


@router.post("/telegram")
async def give_code(request: Request, counsellor: OnDuty) -> Response:
    """Show a fresh one-time code; it is shown this once."""
    _demand_group(request)
    runtime: Runtime = request.app.state.runtime
    now = runtime.clock()
    async with runtime.sessions.begin() as session:
        code = await accounts.issue_code(session, counsellor, now)
        await handoff.audit(session, counsellor, "telegram code", None, now)
    return await _show(request, counsellor, code)


@router.post("/telegram/unlink")
async def unlink(request: Request, counsellor: OnDuty) -> Response:
    """Forget the Telegram account; none is fine."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions.begin() as session:
        await accounts.unlink(session, counsellor, runtime.clock())
    return RedirectResponse("/console/account", 303)


async def _show(request: Request, counsellor: Counsellor, code: str = "") -> Response:
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions() as session:
        linked_at = await accounts.linked_at(session, counsellor)
        logged_in = await sessions.open_of(session, counsellor, runtime.clock())
    shown = {
        "me": counsellor,
        "sessions": logged_in,
        "this": sessions.token_hash(token_of(request)),
        "has_group": _has_group(request),
        "linked_at": linked_at,
        "code": code,
        "minutes": int(accounts.CODE_LASTS.total_seconds() // 60),
    }
    return render(request, "account.html", shown)


def _has_group(request: Request) -> bool:
    return bool(request.app.state.settings.telegram_staff_chat)


def _demand_group(request: Request) -> None:
    if not _has_group(request):
        raise NotFound(_("Nhóm tư vấn viên trên Telegram chưa được bật."))
