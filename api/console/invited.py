"""Where a link of an invitation leads: choose a login and a password, and come in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse

from api import invitations, sessions
from api.console.pages import read_form, render
from api.console.visitor import give_cookie, kind_of_device, remember_device
from bot import handoff
from bot.catalogue import _
from bot.desk_tables import Invitation
from bot.errors import AlreadyTaken, NotUnderstood
from bot.runtime import Runtime

router = APIRouter(prefix="/invitation")
Token = Annotated[str, Path(max_length=100)]


@router.get("/{token}")
async def show(request: Request, token: Token) -> Response:
    """The form; a link that counts no more is NotFound."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions() as session:
        invitation = await invitations.find(session, token, runtime.clock())
    return _page(request, invitation, "", "")


@router.post("/{token}")
async def accept(request: Request, token: Token) -> Response:
    """Make the account and log it in; who needs a second factor is led there next."""
    runtime: Runtime = request.app.state.runtime
    form, now = await read_form(request), runtime.clock()
    login, password = form.get("login", ""), form.get("new", "")
    async with runtime.sessions() as session:
        invitation = await invitations.find(session, token, now)
    try:
        if password != form.get("again", ""):
            raise NotUnderstood(_("Hai lần gõ mật khẩu không giống nhau."))
        async with runtime.sessions.begin() as session:
            counsellor = await invitations.accept(session, token, login, password, now)
            entry = await sessions.begin(session, counsellor, now, kind_of_device(request))
            await handoff.audit(session, counsellor, "invitation followed", None, now)
    except (AlreadyTaken, NotUnderstood) as refused:
        return _page(request, invitation, login, refused.line, refused.status)
    response = RedirectResponse("/console", 303)
    give_cookie(request, response, entry)
    remember_device(request, response, counsellor)
    return response


def _page(
    request: Request, invitation: Invitation, login: str, line: str, status: int = 200
) -> Response:
    shown = {"invitation": invitation, "login": login, "line": line}
    return render(request, "invitation.html", shown, status)
