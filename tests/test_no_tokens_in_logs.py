"""No token, secret or citizen's word in any log, error or answer, though every platform fails in every
way and repeats our requests back to us: the real processes, and a grep."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import subprocess
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import quote

import httpx
import psycopg
import pytest

from api import checking
from api.channels import Messengers, build_channels
from bot.privacy import KeyRing
from bot.settings import Settings
from tests.fakes import LoopbackChannel
from tests.payloads.cases import SECRETS, signed, text_case
from tests.processes import DIEMTUA, ROOT, Desk, free_port

NAMES = ("telegram", "zalo_oa", "zalo_bot")
LABELS = ["Zalo OA", "Zalo Bot", "Telegram"]
HIDDEN = {name: value for name, value in SECRETS.items() if name != "zalo_oa_app_id"}
WORDS = "lời riêng của một người"


class Echo(BaseHTTPRequestHandler):
    """A platform that refuses in turn as too busy, broken, unreadable, unauthorised and with a closed
    connection, and says back all that it was told."""

    asked: int = 0
    paths: list[str] = []

    def do_POST(self) -> None:
        Echo.asked += 1
        Echo.paths.append(self.path)
        told = self.rfile.read(int(self.headers.get("content-length", 0))).decode(
            "utf-8", "replace"
        )
        echo = f"{self.path} {self.headers} {told}"
        if Echo.asked % 5 == 4:
            self.close_connection = True
            return
        status, body = (
            (500, json.dumps({"ok": False, "error_code": 500, "description": echo})),
            (401, json.dumps({"ok": False, "error_code": 401, "description": echo})),
            (200, echo),
            (400, json.dumps({"ok": False, "error_code": 400, "description": echo})),
        )[Echo.asked % 5]
        raw = body.encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    do_GET = do_POST

    def log_message(self, format: str, *args: object) -> None:
        """Its own log is not ours."""


@pytest.fixture
def platform() -> Iterator[str]:
    Echo.asked, Echo.paths = 0, []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def environment(platform: str) -> dict[str, str]:
    tokens = {f"DIEMTUA_{name.upper()}": value for name, value in SECRETS.items()}
    places = {f"DIEMTUA_{name.upper()}_BASE_URL": platform for name in NAMES}
    return {**tokens, **places, "DIEMTUA_ZALO_OA_OAUTH_URL": platform}


@pytest.fixture
def desk(database_url: str, tmp_path: Path, environment: dict[str, str]) -> Iterator[Desk]:
    KeyRing.fresh().save(tmp_path / "keyring.json")
    desk = Desk(tmp_path, database_url, free_port(), environment)
    try:
        desk.wait()
        yield desk
    finally:
        desk.stop()


def leaks(text: str) -> list[str]:
    """The names of the secrets that can be read in `text`, plain or as in an address."""
    return [name for name, value in HIDDEN.items() if value in text or quote(value, "") in text]


def write(desk: Desk, channel: str, number: int, *, forged: bool = False) -> httpx.Response:
    case = text_case(channel)
    [event] = case.events
    raw = case.raw.replace(
        json.dumps(event["text"]).encode(), json.dumps(f"{WORDS} {number}").encode()
    ).replace(event["event_id"].encode(), f"{event['event_id']}{number}".encode())
    headers = {} if forged else dict(signed(channel, raw))
    return httpx.post(f"{desk.url}/webhooks/{channel}", content=raw, headers=headers)


def wait_for_refusals(database_url: str, channels: int) -> None:
    """Until a message on each channel was refused at least once."""
    query = (
        "SELECT count(DISTINCT p.channel) FROM outbox o"
        " JOIN conversations c ON c.id = o.conversation_id JOIN persons p ON p.id = c.person_id"
        " WHERE o.reason <> ''"
    )
    until = time.monotonic() + 90
    with psycopg.connect(database_url, autocommit=True) as connection:
        while connection.execute(query).fetchone() != (channels,):
            assert time.monotonic() < until, "nothing was tried"
            time.sleep(0.2)


def test_no_process_writes_a_token_or_a_word_into_its_log(
    desk: Desk, database_url: str, tmp_path: Path
) -> None:
    answers = [write(desk, name, n) for name in NAMES for n in (1, 2)]
    answers += [write(desk, name, 9, forged=True) for name in NAMES]
    answers += [httpx.post(f"{desk.url}/webhooks/{name}", content=b"{") for name in NAMES]
    assert [one.status_code for one in answers] == [200] * 6 + [401] * 6
    wait_for_refusals(database_url, len(NAMES))
    desk.stop()
    logs = {path.name: path.read_text("utf-8", "replace") for path in tmp_path.glob("*.log")}
    assert "webhook.forged" in logs["web.log"], "the log was looked at before it was written"
    assert "outbox.not_sent" in logs["worker.log"]
    told = "".join(f"{one.headers} {one.text}" for one in answers)
    with psycopg.connect(database_url) as connection:
        reasons = str(connection.execute("SELECT reason FROM outbox").fetchall())
    for text in (*logs.values(), told, reasons):
        assert leaks(text) == []
        assert WORDS not in text
    assert any(leaks(path) for path in Echo.paths), "no token was ever used: nothing is proved"


async def test_every_refusal_is_told_in_one_line_without_a_token(
    platform: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.WARNING)
    places = {f"{name}_base_url": platform for name in NAMES}
    settings = Settings(_env_file=None, **SECRETS, **places)
    lines: list[str] = []
    async with httpx.AsyncClient() as http:
        messengers = build_channels(settings, http)
        assert set(messengers.working) == set(NAMES)
        for _ in range(10):
            checked = await checking.check_channels(messengers)
            assert [one.line.split(":")[0] for one in checked] == LABELS
            assert any(one.broken for one in checked)
            lines += [one.line for one in checked]
    assert Echo.asked >= 30
    assert not [line for line in lines if "\n" in line]
    assert leaks("".join(lines) + caplog.text + str(capsys.readouterr())) == []


async def test_a_channel_that_never_answers_is_said_not_to(monkeypatch: pytest.MonkeyPatch) -> None:
    class Silent(LoopbackChannel):
        async def check(self) -> str:
            await asyncio.Event().wait()
            return ""

    monkeypatch.setattr(checking, "ANSWER_WITHIN_SECONDS", 0.05)
    checked = await checking.check_channels(Messengers({"telegram": Silent()}, {}, None))
    assert [one.broken for one in checked] == [False, False, True]
    assert "không trả lời" in checked[2].line


async def test_a_channel_in_order_is_said_to_be_so() -> None:
    messengers = Messengers({"zalo_bot": LoopbackChannel()}, {}, None)
    checked = await checking.check_channels(messengers)
    assert checked[1] == checking.Checked("Zalo Bot: tốt.", False)


async def test_without_any_token_every_channel_is_off_and_nothing_is_wrong() -> None:
    checked = await checking.check_channels(Messengers({}, {}, None))
    assert [("chưa bật" in one.line, one.broken) for one in checked] == [(True, False)] * 3


def test_the_command_says_what_is_wrong_with_one_channel_and_that_the_others_are_off(
    database_url: str, tmp_path: Path, environment: dict[str, str]
) -> None:
    only = {name: value for name, value in environment.items() if "TELEGRAM" in name}
    done = channels_check(database_url, tmp_path, only)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert [line.split(":")[0] for line in lines] == LABELS
    assert ["chưa bật" in line for line in lines] == [True, True, False]
    assert "Traceback" not in done.stderr
    assert leaks(done.stdout + done.stderr) == []


def channels_check(
    database_url: str, folder: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(DIEMTUA), "channels", "check"],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": database_url,
            "DIEMTUA_DATA_DIR": str(folder),
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("name", HIDDEN)
def test_settings_that_are_printed_show_no_secret(name: str) -> None:
    settings = Settings(_env_file=None, **SECRETS)
    for shown in (repr(settings), str(settings), str(settings.model_dump())):
        assert HIDDEN[name] not in shown
