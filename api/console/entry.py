"""Coming in and going out: log in, in two steps where there is a second factor; log out; a password of
one's own."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api import auth, second_factor, sessions
from api.console.pages import read_form, render
from api.console.visitor import (
    COOKIE,
    HalfWay,
    LoggedIn,
    give_cookie,
    kind_of_device,
    origin_of,
    remember_device,
    safe_return,
    token_of,
)
from bot import handoff
from bot.catalogue import _
from bot.errors import NotUnderstood
from bot.runtime import Runtime
from bot.tables import Counsellor

router = APIRouter()


@router.get("/login")
async def login_page(request: Request) -> Response:
    asked_for = safe_return(request.query_params.get("next", ""))
    return render(request, "login.html", {"login": "", "line": "", "next": asked_for})


@router.post("/login")
async def log_in(request: Request) -> Response:
    """The first step; who has a second factor is asked for it next."""
    runtime: Runtime = request.app.state.runtime
    form = await read_form(request)
    login, asked_for = form.get("login", ""), safe_return(form.get("next", ""))
    now, device = runtime.clock(), kind_of_device(request)
    async with runtime.sessions.begin() as session:
        password = form.get("password", "")
        entry = await auth.log_in(session, login, password, now, origin_of(request), device)
        counsellor = None if isinstance(entry, auth.Refused) else await auth.get(session, login)
        if counsellor is not None and counsellor.totp is None:
            await handoff.audit(session, counsellor, "log_in", None, now)
    if isinstance(entry, auth.Refused):
        shown = {"login": login, "line": entry.line, "next": asked_for}
        return render(request, "login.html", shown, 401)
    assert counsellor is not None
    if counsellor.totp is None:
        return _come_in(request, counsellor, entry, asked_for)
    response = RedirectResponse(f"/console/login/code?{urlencode({'next': asked_for})}", 303)
    give_cookie(request, response, entry, sessions.HALF_LASTS)
    return response


@router.get("/login/code")
async def code_page(request: Request, counsellor: HalfWay) -> Response:
    asked_for = safe_return(request.query_params.get("next", ""))
    return render(request, "code.html", {"line": "", "next": asked_for})


@router.post("/login/code")
async def give_code(request: Request, counsellor: HalfWay) -> Response:
    """The second step: a code of the app, or a recovery code."""
    runtime: Runtime = request.app.state.runtime
    form, now = await read_form(request), runtime.clock()
    asked_for, token = safe_return(form.get("next", "")), ""
    async with runtime.sessions.begin() as session:
        refused = await second_factor.give(
            session, runtime.ring, counsellor, form.get("code", ""), now, origin_of(request)
        )
        action = "code refused" if refused else "log_in"
        await handoff.audit(session, counsellor, action, None, now)
        if refused is None:
            device = kind_of_device(request)
            half = token_of(request)
            token = await second_factor.make_whole(session, counsellor, half, now, device)
    if refused is not None:
        return render(request, "code.html", {"line": refused.line, "next": asked_for}, 401)
    return _come_in(request, counsellor, token, asked_for)


@router.post("/logout")
async def log_out(request: Request, counsellor: LoggedIn) -> Response:
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions.begin() as session:
        await sessions.end(session, token_of(request))
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
            raise NotUnderstood(_("Hai lần gõ mật khẩu mới không giống nhau."))
        async with runtime.sessions.begin() as session:
            await auth.change_password(
                session, token_of(request), form.get("current", ""), new, runtime.clock()
            )
            await handoff.audit(session, counsellor, "password", None, runtime.clock())
    except NotUnderstood as refused:
        shown = {"me": counsellor, "line": refused.line}
        return render(request, "password.html", shown, refused.status)
    return RedirectResponse("/console", 303)


def _come_in(request: Request, counsellor: Counsellor, token: str, asked_for: str) -> Response:
    response = RedirectResponse(asked_for, 303)
    give_cookie(request, response, token)
    remember_device(request, response, counsellor)
    return response
