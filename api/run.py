"""`diemtua run`: everything on one machine under one supervisor, with progress a person can read.

supervisord starts, restarts and stops the four processes; this parent keeps PostgreSQL up, watches
over both, and says where to go.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil
import psycopg
import typer

from api import database
from api.ready import FIRST_LOGIN, first_password, ready
from bot.errors import DatabaseDown, SettingsBroken
from bot.settings import ROOT, Settings

READY_WITHIN_SECONDS = 120.0
LOOK_EVERY_SECONDS = 3.0
KEPT_IN_THE_DARK = ("rasa", "actions")
NLU_PYTHON = ROOT / "nlu_data" / ".venv" / "bin" / "python"


def run(settings: Settings) -> None:
    """Start everything and stay until Ctrl-C or a stop signal.

    Raises:
        SettingsBroken: a port is taken; the line names it and the setting to change.
        DatabaseDown: PostgreSQL does not start.
    """
    for port, name in _ports(settings):
        _must_be_free(port, name)
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, _stop)
    with ready(settings, _say) as started:
        password = asyncio.run(first_password(started))
        supervisor = _start_supervisor(started)
        try:
            _wait_until_up(started, supervisor)
            _banner(started, password)
            _stay(started, supervisor)
        except KeyboardInterrupt:
            typer.echo("\nĐang dừng…")
        finally:
            supervisor.terminate()
            supervisor.wait(timeout=30)
    typer.echo("Đã dừng tất cả.")


def _ports(settings: Settings) -> list[tuple[int, str]]:
    return [
        (settings.web_port, "DIEMTUA_WEB_PORT"),
        (settings.rasa_port, "DIEMTUA_RASA_PORT"),
        (settings.actions_port, "DIEMTUA_ACTIONS_PORT"),
    ]


def _must_be_free(port: int, name: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise SettingsBroken(
                f"Cổng {port} đang bận. Hãy tắt chương trình đang dùng cổng đó, hoặc đặt cổng khác: "
                f"thêm dòng {name}=… vào tệp .env."
            ) from None


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


def _say(line: str) -> None:
    typer.echo(f"  • {line}")


def _start_supervisor(settings: Settings) -> subprocess.Popen[bytes]:
    """supervisord in a session of its own, so that Ctrl-C reaches it only through us; it ends when
    we do, even when we are killed."""
    folder = settings.data_dir / "run"
    (folder / "log").mkdir(parents=True, exist_ok=True)
    conf = folder / "supervisord.conf"
    conf.write_text(_supervisor_conf(settings, folder), "utf-8")
    environment = {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "RASA_DATABASE_URL": _rasa_url(settings),
        "RASA_PORT": str(settings.rasa_port),
        "ACTIONS_PORT": str(settings.actions_port),
        "PYTHONUNBUFFERED": "1",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "supervisor.supervisord", "-n", "-s", "-c", str(conf)],
        cwd=ROOT,
        env=environment,
        start_new_session=True,
        preexec_fn=_die_with_parent,
        stdout=subprocess.DEVNULL,
        stderr=(folder / "log" / "supervisor.err").open("wb"),
    )


def _die_with_parent() -> None:
    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _rasa_url(settings: Settings) -> str:
    """Rasa gets a role that sees one table. With an own DATABASE_URL the operator makes that role
    and sets RASA_DATABASE_URL; without it Rasa keeps its memory to itself."""
    given = os.environ.get("RASA_DATABASE_URL", "")
    if given or "host=" not in settings.database_url or os.environ.get("DATABASE_URL"):
        return given
    return database.admit_rasa(settings.database_url)


def _supervisor_conf(settings: Settings, folder: Path) -> str:
    diemtua = Path(sys.executable).parent / "diemtua"
    programs = {
        "web": f"{diemtua} web",
        "worker": f"{diemtua} worker",
        "actions": f"{sys.executable} -m actions",
        "rasa": f"{NLU_PYTHON} -m nlu_data.serve",
    }
    parts = [
        "[supervisord]\n"
        f"logfile={folder}/log/supervisord.log\npidfile={folder}/supervisord.pid\n"
        "nodaemon=true\nlogfile_maxbytes=1MB\nlogfile_backups=1\n"
    ]
    for name, command in programs.items():
        parts.append(
            f"[program:{name}]\ncommand={command}\ndirectory={ROOT}\nautorestart=true\n"
            f"environment={_withheld() if name in KEPT_IN_THE_DARK else ''}\n"
            "startsecs=1\nstartretries=1000000\nstopwaitsecs=12\nstopasgroup=true\nkillasgroup=true\n"
            f"redirect_stderr=true\nstdout_logfile={folder}/log/{name}.log\n"
            "stdout_logfile_maxbytes=5MB\nstdout_logfile_backups=2\n"
        )
    return "\n".join(parts).replace("%", "%%")


def _withheld() -> str:
    """Empty values for everything that Rasa and its actions must not see: keys, tokens, our role."""
    secret = {"DATABASE_URL", *(name for name in os.environ if name.startswith("DIEMTUA_"))}
    return ",".join(f'{name}=""' for name in sorted(secret))


def _wait_until_up(settings: Settings, supervisor: subprocess.Popen[bytes]) -> None:
    checks: dict[str, Callable[[], bool]] = {
        "web": lambda: _answers(f"http://127.0.0.1:{settings.web_port}/health"),
        "worker": lambda: _worker_works(settings),
        "actions": lambda: _answers(f"http://127.0.0.1:{settings.actions_port}/health"),
        "rasa": lambda: _answers(f"{settings.rasa_url}/webhooks/rest/"),
    }
    until = time.monotonic() + READY_WITHIN_SECONDS
    while checks:
        for name in [name for name, is_up in checks.items() if is_up()]:
            _say(f"{name} đã chạy")
            del checks[name]
        if supervisor.poll() is not None:
            raise SettingsBroken(
                "Trình giám sát dừng giữa chừng. Xem thư mục run/log trong thư mục dữ liệu."
            )
        if time.monotonic() > until:
            late = ", ".join(checks)
            _say(f"{late} chưa chạy; vẫn thử tiếp. Xem run/log trong thư mục dữ liệu.")
            return
        time.sleep(0.3)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


def _worker_works(settings: Settings) -> bool:
    with psycopg.connect(settings.database_url) as connection:
        row = connection.execute(
            "SELECT 1 FROM procrastinate_workers WHERE last_heartbeat > now() - interval '5 seconds'"
        )
        return row.fetchone() is not None


def _banner(settings: Settings, password: str | None) -> None:
    here = f"http://{settings.web_host}:{settings.web_port}"
    login = (
        f"đăng nhập lần đầu: {FIRST_LOGIN} / {password} (mật khẩu dùng một lần, sẽ phải đổi ngay)"
        if password
        else "đăng nhập bằng tài khoản của bạn (quên mật khẩu: uv run diemtua user reset TÊN)"
    )
    typer.echo(
        f"\nĐiểm Tựa đã sẵn sàng.\n  Trò chuyện:  {here}/\n  Bàn tư vấn:  {here}/console\n"
        f"               {login}\n"
        "  Dòng lệnh:   uv run diemtua chat   (hoặc .venv/bin/diemtua chat)\n  Dừng:        Ctrl-C\n"
    )


def _stay(settings: Settings, supervisor: subprocess.Popen[bytes]) -> None:
    """Wait, and bring back an embedded PostgreSQL or a supervisor that died."""
    family: list[psutil.Process] = []
    while True:
        time.sleep(LOOK_EVERY_SECONDS)
        if supervisor.poll() is not None:
            for orphan in family:
                with contextlib.suppress(psutil.Error):
                    orphan.terminate()
            raise SettingsBroken(
                "Trình giám sát đã dừng. Xem run/log trong thư mục dữ liệu rồi chạy lại."
            )
        family = psutil.Process(supervisor.pid).children(recursive=True)
        if not _database_answers(settings):
            _say("PostgreSQL không trả lời; đang khởi động lại…")
            if not os.environ.get("DATABASE_URL"):
                with contextlib.suppress(DatabaseDown):
                    database.EmbeddedServer(settings.data_dir / "pg").start()


def _database_answers(settings: Settings) -> bool:
    try:
        with psycopg.connect(settings.database_url, connect_timeout=3):
            return True
    except psycopg.OperationalError:
        return False
