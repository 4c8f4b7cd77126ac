"""The people of the desk: who they are, inviting more, changing and shutting out."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from api import attempts, auth, invitations, second_factor, sessions, users
from api.console.pages import read_form, render
from api.console.visitor import Administering
from bot import handoff
from bot.catalogue import Table, _
from bot.errors import DiemTuaError, NotAllowed, NotFound, NotUnderstood
from bot.runtime import Runtime
from bot.tables import Counsellor

router = APIRouter(prefix="/users")
DONE = Table(
    {
        "saved": "Đã lưu.",
        "disabled": "Đã ngừng tài khoản. Người này bị đăng xuất ngay, các ca đang giữ đã về hàng chờ.",
        "enabled": "Tài khoản dùng lại được.",
        "second": "Đã gỡ xác thực hai bước.",
        "unlocked": "Đã bỏ tạm dừng đăng nhập của tên này.",
        "withdrawn": "Đã thu hồi lời mời.",
    }
)


def id_of(user_id: str) -> UUID:
    try:
        return UUID(user_id)
    except ValueError:
        raise NotFound(_("Không có người dùng này.")) from None


UserId = Annotated[UUID, Depends(id_of)]


@router.get("")
async def home(request: Request, admin: Administering) -> Response:
    """Everybody, the invitations that wait, and a form for another one."""
    return await _list(request, admin)


@router.post("/invitations")
async def invite(request: Request, admin: Administering) -> Response:
    """Make a link; it is shown this once."""
    runtime: Runtime = request.app.state.runtime
    form, now = await read_form(request), runtime.clock()
    name, role, team = form.get("name", ""), form.get("role", ""), form.get("team", "")
    try:
        async with runtime.sessions.begin() as session:
            token = await invitations.invite(
                session, name, role, now, team_id=id_of(team) if team else None, made_by=admin
            )
            await handoff.audit(session, admin, "invite", None, now)
    except NotUnderstood as refused:
        typed = {"name": name, "role": role}
        return await _list(request, admin, line=refused.line, typed=typed, status=refused.status)
    return await _list(request, admin, link=link_to(request, token))


@router.post("/invitations/{user_id}/withdraw")
async def withdraw(request: Request, user_id: UserId, admin: Administering) -> Response:
    """Make a link count no more."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions.begin() as session:
        await invitations.withdraw(session, user_id)
        await handoff.audit(session, admin, "withdraw invitation", None, runtime.clock())
    return RedirectResponse("/console/users?done=withdrawn", 303)


@router.get("/{user_id}")
async def show(request: Request, user_id: UserId, admin: Administering) -> Response:
    """One user, and what may be changed."""
    return await _one(request, admin, user_id)


@router.post("/{user_id}")
async def save(request: Request, user_id: UserId, admin: Administering) -> Response:
    """Another name, role, limit of chats, or other teams."""
    runtime: Runtime = request.app.state.runtime
    form, now = await read_form(request), runtime.clock()
    try:
        async with runtime.sessions.begin() as session:
            user = await users.find(session, user_id)
            was = user.counsellor.role
            await users.change(
                session,
                runtime.ring,
                user,
                admin,
                name=form.get("name", ""),
                role=form.get("role", ""),
                most_chats=form.get("most_chats", ""),
                team_ids=[id_of(key[5:]) for key in form if key.startswith("team_")],
                now=now,
            )
            role = user.counsellor.role
            action = "change user" if role == was else f"change role {was} {role}"
            await handoff.audit(session, admin, action, user_id, now)
    except (NotUnderstood, NotAllowed) as refused:
        return await _one(request, admin, user_id, refused=refused)
    return _back(user_id, "saved")


@router.post("/{user_id}/disable")
async def disable(request: Request, user_id: UserId, admin: Administering) -> Response:
    """Shut somebody out at once."""
    runtime: Runtime = request.app.state.runtime
    now = runtime.clock()
    async with runtime.sessions.begin() as session:
        counsellor = _other(await users.find(session, user_id), admin)
        await users.disable(session, runtime.ring, counsellor, now)
        await handoff.audit(session, admin, "disable user", user_id, now)
    return _back(user_id, "disabled")


@router.post("/{user_id}/enable")
async def enable(request: Request, user_id: UserId, admin: Administering) -> Response:
    """Let somebody in again."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions.begin() as session:
        await users.enable(session, (await users.find(session, user_id)).counsellor)
        await handoff.audit(session, admin, "enable user", user_id, runtime.clock())
    return _back(user_id, "enabled")


@router.post("/{user_id}/reset")
async def reset(request: Request, user_id: UserId, admin: Administering) -> Response:
    """A one-time password, shown this once; their sessions end."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions.begin() as session:
        counsellor = _other(await users.find(session, user_id), admin)
        password = await auth.reset_password(session, counsellor.login)
        await handoff.audit(session, admin, "reset password", user_id, runtime.clock())
    return await _one(request, admin, user_id, password=password)


@router.post("/{user_id}/second")
async def remove_second(request: Request, user_id: UserId, admin: Administering) -> Response:
    """Take off the second factor of somebody whose phone is gone; their sessions end."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions.begin() as session:
        counsellor = _other(await users.find(session, user_id), admin)
        await second_factor.remove(session, counsellor)
        await sessions.end_all(session, counsellor)
        await handoff.audit(session, admin, "remove second factor", user_id, runtime.clock())
    return _back(user_id, "second")


@router.post("/{user_id}/unlock")
async def unlock(request: Request, user_id: UserId, admin: Administering) -> Response:
    """Forget the failed log-ins with somebody's name."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions.begin() as session:
        user = await users.find(session, user_id)
        await attempts.forget_name(session, user.counsellor.login)
        await handoff.audit(session, admin, "unlock user", user_id, runtime.clock())
    return _back(user_id, "unlocked")


def link_to(request: Request, token: str) -> str:
    """The whole address of an invitation, as it is to be sent on."""
    home = request.app.state.settings.public_url or str(request.base_url)
    return f"{home.rstrip('/')}/console/invitation/{token}"


def _other(user: users.User, admin: Counsellor) -> Counsellor:
    """Raises:
    NotAllowed: it is the administrator's own account.
    """
    if user.counsellor.id == admin.id:
        raise NotAllowed(_("Với tài khoản của chính mình, bạn làm ở trang Tài khoản."))
    return user.counsellor


def _back(user_id: UUID, done: str) -> Response:
    return RedirectResponse(f"/console/users/{user_id}?done={done}", 303)


async def _list(
    request: Request,
    admin: Counsellor,
    *,
    line: str = "",
    link: str = "",
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions.begin() as session:
        shown: dict[str, Any] = {
            "users": await users.everybody(session),
            "invited": await invitations.waiting(session, runtime.clock()),
            "teams": await users.all_teams(session),
        }
    told = DONE.get(request.query_params.get("done", ""), "")
    shown |= {"me": admin, "line": line, "link": link, "typed": typed or {}, "told": told}
    shown["days"] = invitations.LASTS.days
    return render(request, "users.html", shown, status)


async def _one(
    request: Request,
    admin: Counsellor,
    user_id: UUID,
    *,
    password: str = "",
    refused: DiemTuaError | None = None,
) -> Response:
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions() as session:
        shown: dict[str, Any] = {
            "user": await users.find(session, user_id),
            "teams": await users.all_teams(session),
        }
    told = DONE.get(request.query_params.get("done", ""), "")
    shown |= {"me": admin, "told": told, "password": password}
    shown |= {"line": refused.line if refused else "", "fewest": users.FEWEST_CHATS}
    shown["most"] = users.MOST_CHATS
    return render(request, "user.html", shown, refused.status if refused else 200)
