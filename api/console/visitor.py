"""Who is asking: the console's cookie, and requests that other sites made a browser send."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Depends, HTTPException, Request, Response

from api import auth
from api.console.access import may_edit, may_oversee, may_take_chats
from bot.errors import NotAllowed, NotFound, SessionOver
from bot.runtime import Runtime
from bot.tables import Counsellor

COOKIE = "diemtua_console"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_RETURN = re.compile(
    r"/console(?:/cases/[0-9a-f-]{36}|/content(?:/[a-z0-9_]{2,45})?|/danger|/undelivered|/zalo|/account)?"
)


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
        raise NotAllowed("Yêu cầu này đến từ một trang khác nên không được nhận.")


def wants_part(request: Request) -> bool:
    """Whether htmx asks for a part of the page, and not for all of it after "back"."""
    headers = request.headers
    return "hx-request" in headers and "hx-history-restore-request" not in headers


def token_of(request: Request) -> str:
    return request.cookies.get(COOKIE, "")


def give_cookie(request: Request, response: Response, token: str) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(auth.SESSION_LASTS.total_seconds()),
        path="/console",
        secure=request.app.state.settings.secure_cookies,
        httponly=True,
        samesite="strict",
    )


def safe_return(path: str) -> str:
    """`path` where it is a page to come back to after logging in, else the console's first."""
    return path if _RETURN.fullmatch(path) else "/console"


async def logged_in(request: Request) -> Counsellor:
    """Whoever the cookie belongs to, also before their first password is changed."""
    runtime: Runtime = request.app.state.runtime
    try:
        async with runtime.sessions() as session:
            return await auth.counsellor_of(session, token_of(request), runtime.clock())
    except SessionOver:
        if _is_page(request):
            raise _go(f"/console/login?next={safe_return(request.url.path)}") from None
        raise


async def entered(
    request: Request, counsellor: Annotated[Counsellor, Depends(logged_in)]
) -> Counsellor:
    """A counsellor who has a password of their own."""
    if counsellor.must_change:
        if _is_page(request):
            raise _go("/console/password")
        raise NotAllowed("Bạn cần đặt mật khẩu riêng trước khi làm việc.")
    return counsellor


async def on_duty(counsellor: Annotated[Counsellor, Depends(entered)]) -> Counsellor:
    """A counsellor whose role takes chats."""
    if not may_take_chats(counsellor):
        raise NotAllowed("Tài khoản của bạn không trực trò chuyện.")
    return counsellor


async def at_the_content(counsellor: Annotated[Counsellor, Depends(entered)]) -> Counsellor:
    """Somebody whose role writes the answers."""
    if not may_edit(counsellor):
        raise NotAllowed("Tài khoản của bạn không biên tập nội dung.")
    return counsellor


async def overseeing(counsellor: Annotated[Counsellor, Depends(entered)]) -> Counsellor:
    """Somebody whose role looks after the work of others."""
    if not may_oversee(counsellor):
        raise NotAllowed("Việc này dành cho người giám sát.")
    return counsellor


def case_id(handoff_id: str) -> UUID:
    try:
        return UUID(handoff_id)
    except ValueError:
        raise NotFound("Không có cuộc trò chuyện này.") from None


LoggedIn = Annotated[Counsellor, Depends(logged_in)]
Entered = Annotated[Counsellor, Depends(entered)]
OnDuty = Annotated[Counsellor, Depends(on_duty)]
Editing = Annotated[Counsellor, Depends(at_the_content)]
Overseeing = Annotated[Counsellor, Depends(overseeing)]
CaseId = Annotated[UUID, Depends(case_id)]


def _is_page(request: Request) -> bool:
    return request.method == "GET" and (
        "text/html" in request.headers.get("accept", "") and not wants_part(request)
    )


def _go(path: str) -> HTTPException:
    return HTTPException(303, headers={"Location": path})
