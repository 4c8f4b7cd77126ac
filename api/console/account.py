"""One's own account: the password, and the Telegram account that counsels in the staff's supergroup."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.console.pages import render
from api.console.visitor import OnDuty
from bot import handoff
from bot.errors import NotFound
from bot.runtime import Runtime
from bot.staff import accounts
from bot.tables import Counsellor

router = APIRouter(prefix="/account")


@router.get("")
async def show(request: Request, counsellor: OnDuty) -> Response:
    """Whether a Telegram account is linked."""
    return await _show(request, counsellor)


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
    shown = {
        "me": counsellor,
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
        raise NotFound("Nhóm tư vấn viên trên Telegram chưa được bật.")
