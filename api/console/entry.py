"""Coming in and going out: log in, log out, a password of one's own."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api import auth
from api.console.pages import read_form, render
from api.console.visitor import COOKIE, LoggedIn, give_cookie, safe_return, token_of
from bot import handoff
from bot.errors import NotUnderstood
from bot.runtime import Runtime

router = APIRouter()


@router.get("/login")
async def login_page(request: Request) -> Response:
    asked_for = safe_return(request.query_params.get("next", ""))
    return render(request, "login.html", {"login": "", "line": "", "next": asked_for})


@router.post("/login")
async def log_in(request: Request) -> Response:
    runtime: Runtime = request.app.state.runtime
    form = await read_form(request)
    login, asked_for = form.get("login", ""), safe_return(form.get("next", ""))
    now = runtime.clock()
    async with runtime.sessions.begin() as session:
        entry = await auth.log_in(session, login, form.get("password", ""), now)
        if not isinstance(entry, auth.Refused):
            counsellor = await auth.counsellor_of(session, entry, now)
            await handoff.audit(session, counsellor, "log_in", None, now)
    if isinstance(entry, auth.Refused):
        shown = {"login": login, "line": entry.line, "next": asked_for}
        return render(request, "login.html", shown, 401)
    response = RedirectResponse(asked_for, 303)
    give_cookie(request, response, entry)
    return response


@router.post("/logout")
async def log_out(request: Request, counsellor: LoggedIn) -> Response:
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions.begin() as session:
        await auth.log_out(session, token_of(request))
        await handoff.audit(session, counsellor, "log_out", None, runtime.clock())
    response = RedirectResponse("/console/login?out=1", 303)
    response.delete_cookie(COOKIE, path="/console")
    return response


@router.get("/password")
async def password_page(request: Request, counsellor: LoggedIn) -> Response:
    return render(request, "password.html", {"me": counsellor, "line": ""})


@router.post("/password")
async def change_password(request: Request, counsellor: LoggedIn) -> Response:
    runtime: Runtime = request.app.state.runtime
    form = await read_form(request)
    new = form.get("new", "")
    try:
        if new != form.get("again", ""):
            raise NotUnderstood("Hai lần gõ mật khẩu mới không giống nhau.")
        async with runtime.sessions.begin() as session:
            await auth.change_password(
                session, token_of(request), form.get("current", ""), new, runtime.clock()
            )
            await handoff.audit(session, counsellor, "password", None, runtime.clock())
    except NotUnderstood as refused:
        shown = {"me": counsellor, "line": refused.line}
        return render(request, "password.html", shown, refused.status)
    return RedirectResponse("/console", 303)
