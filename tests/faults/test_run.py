"""`diemtua run`: starts everything, restarts what dies, stops everything, and says what is wrong."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.processes import DIEMTUA, ROOT, answers, free_port


@pytest.fixture
def ports() -> dict[str, str]:
    names = ("DIEMTUA_WEB_PORT", "DIEMTUA_RASA_PORT", "DIEMTUA_ACTIONS_PORT")
    return {name: str(free_port()) for name in names}


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that PostgreSQL's own user may enter."""
    path = tmp_path_factory.mktemp("run")
    for part in (path, *path.parents):
        if str(part).startswith("/tmp/"):
            part.chmod(0o755)
    return path


@pytest.fixture
def running(ports: dict[str, str], folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The running program and the URL of its web process."""
    child = subprocess.Popen(
        [str(DIEMTUA), "run"],
        cwd=ROOT,
        env={**os.environ, **ports, "DIEMTUA_DATA_DIR": str(folder)},
        stdout=(folder / "out").open("w"),
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        until(lambda: "đã sẵn sàng" in (folder / "out").read_text("utf-8"), 120)
        yield child, f"http://127.0.0.1:{ports['DIEMTUA_WEB_PORT']}"
    finally:
        if child.poll() is None:
            child.terminate()
            child.wait(40)


def until(is_so: object, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not is_so():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.1)


def test_all_starts_heals_and_stops(
    running: tuple[subprocess.Popen[str], str], folder: Path
) -> None:
    program, url = running
    shown = (folder / "out").read_text("utf-8")
    for words in (f"{url}/", f"{url}/console", "quantri / ", "uv run diemtua chat"):
        assert words in shown
    family = psutil.Process(program.pid).children(recursive=True)
    web = next(one for one in family if one.cmdline()[-1:] == ["web"])
    web.kill()
    until(lambda: not answers(f"{url}/health"), 5)
    until(lambda: answers(f"{url}/health"), 40)

    postmaster = psutil.Process(int((folder / "pg" / "postmaster.pid").read_text().split()[0]))
    postmaster.kill()
    until(lambda: "đang khởi động lại" in (folder / "out").read_text("utf-8"), 30)
    until(lambda: answers(f"{url}/health"), 60)

    family = psutil.Process(program.pid).children(recursive=True)
    server = psutil.Process(int((folder / "pg" / "postmaster.pid").read_text().split()[0]))
    program.send_signal(signal.SIGINT)
    assert program.wait(40) == 0
    _, alive = psutil.wait_procs([*family, server], timeout=10)
    assert [one for one in alive if one.status() != psutil.STATUS_ZOMBIE] == []
    assert "Đã dừng tất cả" in (folder / "out").read_text("utf-8")


def complain(environment: dict[str, str], folder: Path) -> str:
    done = subprocess.run(
        [str(DIEMTUA), "run"],
        cwd=ROOT,
        env={**os.environ, "DIEMTUA_DATA_DIR": str(folder), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    return done.stderr


def test_a_busy_port_is_one_clear_line(ports: dict[str, str], folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        line = complain({**ports, "DIEMTUA_RASA_PORT": port}, folder)
    assert port in line
    assert "DIEMTUA_RASA_PORT" in line


def test_a_broken_setting_is_one_clear_line(ports: dict[str, str], folder: Path) -> None:
    line = complain({**ports, "DIEMTUA_WEB_PORT": "tám nghìn"}, folder)
    assert "DIEMTUA_WEB_PORT" in line
    assert "tám nghìn" not in line


def test_another_kind_of_database_is_one_clear_line(ports: dict[str, str], folder: Path) -> None:
    assert "DATABASE_URL" in complain({**ports, "DATABASE_URL": "mysql://a@b/c"}, folder)


def test_a_database_out_of_reach_is_one_clear_line(ports: dict[str, str], folder: Path) -> None:
    url = f"postgresql://nobody@127.0.0.1:{free_port()}/none"
    assert "PostgreSQL" in complain({**ports, "DATABASE_URL": url}, folder)
