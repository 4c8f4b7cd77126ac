"""Who is asking: the console's cookie, and requests that other sites made a browser send."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Depends, HTTPException, Request, Response

from api import auth, sessions
from api.attempts import DEVICE_LASTS, Origin, address_hash, read_device, write_device
from api.console.access import may_edit, may_keep_directory, may_oversee, may_take_chats
from bot.catalogue import _
from bot.errors import NotAllowed, NotFound, SessionOver
from bot.runtime import Runtime
from bot.tables import Counsellor

COOKIE, DEVICE_COOKIE = "diemtua_console", "diemtua_device"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_RETURN = re.compile(r"/console(?:/(?!log(?:in|out)\b)[a-z0-9_-]{1,45}){0,3}")


def refuse_cross_site(request: Request) -> None:
    """A second lock beside SameSite=Strict.

    Raises:
        NotAllowed: a changing request that a page of another site sent.
    """
    if request.method in SAFE_METHODS:
        return
    fetch_site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if fetch_site is not None:
        foreign = fetch_site not in ("same-origin", "none")
    else:
        foreign = origin is not None and urlsplit(origin).netloc != request.headers.get("host")
    if foreign:
        raise NotAllowed(_("Yêu cầu này đến từ một trang khác nên không được nhận."))


def wants_part(request: Request) -> bool:
    """Whether htmx asks for a part of the page, and not for all of it after "back"."""
    headers = request.headers
    return "hx-request" in headers and "hx-history-restore-request" not in headers


def token_of(request: Request) -> str:
    return request.cookies.get(COOKIE, "")


def give_cookie(
    request: Request, response: Response, token: str, lasts: timedelta = sessions.LASTS
) -> None:
    _set_cookie(request, response, COOKIE, token, lasts)


def remember_device(request: Request, response: Response, counsellor: Counsellor) -> None:
    """Let this browser be known again as one at which `counsellor` logged in."""
    runtime: Runtime = request.app.state.runtime
    device = origin_of(request).device
    cookie = write_device(runtime.ring, device, counsellor.login, runtime.clock())
    _set_cookie(request, response, DEVICE_COOKIE, cookie, DEVICE_LASTS)


def origin_of(request: Request) -> Origin:
    """Where a request comes from, for counting attempts; the network address as a keyed hash only."""
    runtime: Runtime = request.app.state.runtime
    address = request.client.host if request.client else ""
    cookie = request.cookies.get(DEVICE_COOKIE, "")
    device = read_device(runtime.ring, cookie, runtime.clock())
    return Origin(address_hash(runtime.ring, address), device)


def kind_of_device(request: Request) -> str:
    return sessions.kind_of(request.headers.get("user-agent", ""))


def safe_return(path: str) -> str:
    """`path` where it is a page to come back to after logging in, else the console's first."""
    return path if _RETURN.fullmatch(path) else "/console"


async def half_way(request: Request) -> Counsellor:
    """Whoever gave their password, and not yet their second factor."""
    runtime: Runtime = request.app.state.runtime
    try:
        async with runtime.sessions() as session:
            token = token_of(request)
            return await auth.counsellor_of(session, token, runtime.clock(), half=True)
    except SessionOver:
        if _is_page(request):
            raise _go("/console/login") from None
        raise


async def logged_in(request: Request) -> Counsellor:
    """Whoever the cookie belongs to, also before their first password is changed."""
    runtime: Runtime = request.app.state.runtime
    token, now = token_of(request), runtime.clock()
    try:
        async with runtime.sessions.begin() as session:
            counsellor = await auth.counsellor_of(session, token, now)
            await sessions.touch(session, token, now)
    except SessionOver:
        if _is_page(request):
            raise _go(f"/console/login?next={safe_return(request.url.path)}") from None
        raise
    return counsellor


async def with_own_password(
    request: Request, counsellor: Annotated[Counsellor, Depends(logged_in)]
) -> Counsellor:
    """A counsellor who has a password of their own, also before a second factor is set up."""
    if counsellor.must_change:
        if _is_page(request):
            raise _go("/console/password")
        raise NotAllowed(_("Bạn cần đặt mật khẩu riêng trước khi làm việc."))
    return counsellor


async def entered(
    request: Request, counsellor: Annotated[Counsellor, Depends(with_own_password)]
) -> Counsellor:
    """A counsellor who has all that their role must have to come in."""
    if auth.needs_second_factor(counsellor):
        if _is_page(request):
            raise _go("/console/second")
        raise NotAllowed(_("Bạn cần bật xác thực hai bước trước khi làm việc."))
    return counsellor


async def on_duty(counsellor: Annotated[Counsellor, Depends(entered)]) -> Counsellor:
    """A counsellor whose role takes chats."""
    if not may_take_chats(counsellor):
        raise NotAllowed(_("Tài khoản của bạn không trực trò chuyện."))
    return counsellor


async def at_the_content(counsellor: Annotated[Counsellor, Depends(entered)]) -> Counsellor:
    """Somebody whose role writes the answers."""
    if not may_edit(counsellor):
        raise NotAllowed(_("Tài khoản của bạn không biên tập nội dung."))
    return counsellor


async def at_the_directory(counsellor: Annotated[Counsellor, Depends(entered)]) -> Counsellor:
    """Somebody whose role keeps the directory of services."""
    if not may_keep_directory(counsellor):
        raise NotAllowed(_("Tài khoản của bạn không biên tập danh bạ."))
    return counsellor


async def reading_directory(counsellor: Annotated[Counsellor, Depends(entered)]) -> Counsellor:
    """Somebody whose role takes chats, or keeps the directory."""
    if not (may_take_chats(counsellor) or may_keep_directory(counsellor)):
        raise NotAllowed(_("Tài khoản của bạn không dùng danh bạ."))
    return counsellor


async def overseeing(counsellor: Annotated[Counsellor, Depends(entered)]) -> Counsellor:
    """Somebody whose role looks after the work of others."""
    if not may_oversee(counsellor):
        raise NotAllowed(_("Việc này dành cho người giám sát."))
    return counsellor


async def administering(counsellor: Annotated[Counsellor, Depends(entered)]) -> Counsellor:
    """Somebody who looks after the program itself, and its users."""
    if counsellor.role != "admin":
        raise NotAllowed(_("Việc này dành cho người quản trị."))
    return counsellor


def case_id(handoff_id: str) -> UUID:
    try:
        return UUID(handoff_id)
    except ValueError:
        raise NotFound(_("Không có cuộc trò chuyện này.")) from None


HalfWay = Annotated[Counsellor, Depends(half_way)]
LoggedIn = Annotated[Counsellor, Depends(logged_in)]
WithOwnPassword = Annotated[Counsellor, Depends(with_own_password)]
Entered = Annotated[Counsellor, Depends(entered)]
OnDuty = Annotated[Counsellor, Depends(on_duty)]
Editing = Annotated[Counsellor, Depends(at_the_content)]
KeepingDirectory = Annotated[Counsellor, Depends(at_the_directory)]
ReadingDirectory = Annotated[Counsellor, Depends(reading_directory)]
Overseeing = Annotated[Counsellor, Depends(overseeing)]
Administering = Annotated[Counsellor, Depends(administering)]
CaseId = Annotated[UUID, Depends(case_id)]


def _set_cookie(
    request: Request, response: Response, name: str, value: str, lasts: timedelta
) -> None:
    response.set_cookie(
        name,
        value,
        max_age=int(lasts.total_seconds()),
        path="/console",
        secure=request.app.state.settings.secure_cookies,
        httponly=True,
        samesite="strict",
    )


def _is_page(request: Request) -> bool:
    return request.method == "GET" and (
        "text/html" in request.headers.get("accept", "") and not wants_part(request)
    )


def _go(path: str) -> HTTPException:
    return HTTPException(303, headers={"Location": path})
