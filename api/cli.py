"""The `diemtua` command."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from api import database
from api.ready import ready as _ready
from bot.errors import DiemTuaError
from bot.privacy import KeyRing, rewrap
from bot.settings import Settings, load_settings

app = typer.Typer(
    help="Điểm Tựa: trợ lý tự động và bàn tư vấn về phòng ngừa, cai nghiện và hỗ trợ sau cai.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
user = typer.Typer(help="Người dùng của bàn tư vấn.", no_args_is_help=True)
keys = typer.Typer(help="Khóa mã hóa tin nhắn.", no_args_is_help=True)
app.add_typer(user, name="user")
app.add_typer(keys, name="keys")


def main() -> None:
    """Run the command; an error that we raise on purpose is one line, not a traceback."""
    try:
        app()
    except DiemTuaError as error:
        typer.echo(error.line, err=True)
        sys.exit(1)


@app.command()
def run() -> None:
    """Khởi động tất cả: trang chat, bàn tư vấn, người làm việc nền, Rasa."""
    from api import run as running

    running.run(load_settings())


@app.command()
def web() -> None:
    """Chỉ chạy máy chủ web (cần DATABASE_URL)."""
    import uvicorn

    from api.app import build_web

    settings = load_settings()
    uvicorn.run(
        build_web(settings),
        host=settings.web_host,
        port=settings.web_port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=3,
    )


@app.command()
def worker() -> None:
    """Chỉ chạy tiến trình nền (cần DATABASE_URL)."""
    import uvloop

    from api.app import run_worker

    uvloop.run(run_worker(load_settings()))


@app.command()
def chat() -> None:
    """Trò chuyện với Điểm Tựa ngay trong cửa sổ dòng lệnh."""
    from api.terminal import talk

    settings = load_settings()
    with _ready(settings) as ready:
        asyncio.run(talk(ready))


@app.command()
def migrate() -> None:
    """Cập nhật bảng dữ liệu và danh bạ nơi trợ giúp."""
    settings = load_settings()
    with _ready(settings):
        typer.echo("Dữ liệu đã ở phiên bản mới nhất.")


@user.command("add")
def add_user(
    login: Annotated[str, typer.Argument(help="Tên đăng nhập")],
    name: Annotated[str, typer.Option(help="Tên mà người dân thấy")],
    role: Annotated[
        str, typer.Option(help="counsellor, supervisor, editor hoặc admin")
    ] = "counsellor",
) -> None:
    """Thêm một người; in ra mật khẩu dùng một lần."""
    from api import auth

    async def add(settings: Settings) -> str:
        engine, sessions = database.connect(settings.database_url, 1)
        async with sessions.begin() as session:
            password = await auth.create_counsellor(session, login, name, role, datetime.now(UTC))
        await engine.dispose()
        return password

    _show_password(login, add)


@user.command("reset")
def reset_user(login: Annotated[str, typer.Argument(help="Tên đăng nhập")]) -> None:
    """Đặt lại mật khẩu; in ra mật khẩu dùng một lần."""
    from api import auth

    async def reset(settings: Settings) -> str:
        engine, sessions = database.connect(settings.database_url, 1)
        async with sessions.begin() as session:
            password = await auth.reset_password(session, login)
        await engine.dispose()
        return password

    _show_password(login, reset)


@keys.command("rotate")
def rotate_keys() -> None:
    """Tạo khóa mới. Sau đó khởi động lại web và worker, rồi chạy `diemtua keys rewrap`."""
    settings = load_settings()
    ring = KeyRing.load(settings.keyring).rotated()
    ring.save(settings.keyring)
    typer.echo(
        f"Đã tạo khóa {ring.current}. Khởi động lại web và worker, rồi chạy `diemtua keys rewrap`."
    )


@keys.command("rewrap")
def rewrap_keys() -> None:
    """Bọc lại khóa của mọi người bằng khóa mới nhất (sau khi web và worker đã khởi động lại)."""
    with _ready(load_settings()) as ready:
        ring = KeyRing.load(ready.keyring)
        number = asyncio.run(_rewrap(ready, ring))
        typer.echo(f"Đã chuyển {number} người sang khóa {ring.current}.")


async def _rewrap(settings: Settings, ring: KeyRing) -> int:
    engine, sessions = database.connect(settings.database_url, 1)
    async with sessions.begin() as session:
        number = await rewrap(session, ring)
    await engine.dispose()
    return number


def _show_password(login: str, make: Callable[[Settings], Coroutine[Any, Any, str]]) -> None:
    with _ready(load_settings()) as ready:
        password = asyncio.run(make(ready))
        typer.echo(f"Đăng nhập: {login}\nMật khẩu dùng một lần: {password}")
