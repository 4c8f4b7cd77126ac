"""`diemtua user`: the people of the desk from the command line, for the day on which no administrator can
log in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from api.users import User

_Made = TypeVar("_Made")
commands = typer.Typer(help="Người dùng của bàn tư vấn.", no_args_is_help=True)
Login = Annotated[str, typer.Argument(help="Tên đăng nhập")]
Name = Annotated[str, typer.Option(help="Tên mà người dân thấy")]
Role = Annotated[str, typer.Option(help="counsellor, supervisor, editor, directory hoặc admin")]


@commands.command("add")
def add(login: Login, name: Name, role: Role = "counsellor") -> None:
    """Thêm một người; in ra mật khẩu dùng một lần."""
    from api import auth

    _show_password(
        login, lambda session: auth.create_counsellor(session, login, name, role, _now())
    )


@commands.command("invite")
def invite(name: Name, role: Role = "counsellor") -> None:
    """Tạo liên kết mời: người được mời tự đặt tên đăng nhập và mật khẩu. Dùng một lần, trong 3 ngày."""
    from api import invitations
    from bot.settings import load_settings

    token = _do(lambda session: invitations.invite(session, name, role, _now()))
    settings = load_settings()
    home = settings.public_url or f"http://{settings.web_host}:{settings.web_port}"
    typer.echo(f"{home.rstrip('/')}/console/invitation/{token}")


@commands.command("reset")
def reset(login: Login) -> None:
    """Đặt lại mật khẩu và bỏ tạm dừng đăng nhập; in ra mật khẩu dùng một lần."""
    from api import auth

    _show_password(login, lambda session: auth.reset_password(session, login))


@commands.command("remove-second-factor")
def remove_second_factor(login: Login) -> None:
    """Gỡ xác thực hai bước của người mất điện thoại, và đăng xuất người đó."""
    from api import auth, second_factor, sessions

    async def remove(session: AsyncSession) -> None:
        counsellor = await auth.get(session, login)
        await second_factor.remove(session, counsellor)
        await sessions.end_all(session, counsellor)

    _do(remove)
    typer.echo(f"Đã gỡ xác thực hai bước của {login}.")


@commands.command("disable")
def disable(login: Login) -> None:
    """Ngừng một tài khoản: đăng xuất ngay, các ca đang giữ về lại hàng chờ."""
    from api import auth, users
    from bot.privacy import KeyRing
    from bot.settings import load_settings

    async def shut_out(session: AsyncSession) -> None:
        ring = KeyRing.load(load_settings().keyring)
        await users.disable(session, ring, await auth.get(session, login), _now())

    _do(shut_out)
    typer.echo(f"Đã ngừng tài khoản {login}.")


@commands.command("enable")
def enable(login: Login) -> None:
    """Cho một tài khoản đã ngừng dùng lại."""
    from api import auth, users

    async def let_in(session: AsyncSession) -> None:
        await users.enable(session, await auth.get(session, login))

    _do(let_in)
    typer.echo(f"Tài khoản {login} dùng lại được.")


@commands.command("list")
def show() -> None:
    """In mọi người: tên đăng nhập, vai trò, có xác thực hai bước không, thấy lần cuối lúc nào."""
    from api import users

    for user in _do(users.everybody):
        typer.echo(line_of(user))


def line_of(user: User) -> str:
    """A user in one line of columns."""
    from bot.duty import VIETNAM

    one = user.counsellor
    seen = f"{user.seen_at.astimezone(VIETNAM):%d/%m/%Y %H:%M}" if user.seen_at else "chưa vào"
    second = "hai bước" if user.has_second_factor else "một bước"
    ended = "  ĐÃ NGỪNG" if one.disabled_at else ""
    return f"{one.login:20}  {one.role:10}  {second:8}  {seen:16}  {one.name}{ended}"


def _now() -> datetime:
    return datetime.now(UTC)


def _show_password(login: str, make: Callable[[AsyncSession], Awaitable[str]]) -> None:
    typer.echo(f"Đăng nhập: {login}\nMật khẩu dùng một lần: {_do(make)}")


def _do(make: Callable[[AsyncSession], Awaitable[_Made]]) -> _Made:
    """What `make` makes in one transaction of the database that the settings name."""
    from api.ready import in_one_go, ready
    from bot.settings import load_settings

    with ready(load_settings()) as settings:
        return asyncio.run(in_one_go(settings, make))
