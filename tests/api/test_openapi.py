"""What our OpenAPI says of the public directory is so: requests made from it, good ones and bad ones,
bring no fault of the server, no answer that it does not describe, and none that it promises not to."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import uvicorn
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api.app import build_web
from bot.privacy import KeyRing
from bot.settings import Settings
from referral_directory.changes import Author, save_all
from referral_directory.units import load_units
from tests.processes import free_port
from tests.referral_directory.hsds.varied import varied_rows

EXAMPLES = 10
SCHEMATHESIS = Path(sys.executable).parent / "schemathesis"


@pytest.fixture
async def filled(directory: None, sessions: async_sessionmaker[AsyncSession]) -> None:
    """The seed, and rows of every sort."""
    now, units = datetime.now(UTC), load_units()
    async with sessions.begin() as session:
        await save_all(session, varied_rows(60, units, now.date()), units, Author("lan", now))


@pytest.fixture
def url(filled: None, database_url: str, tmp_path: Path) -> Iterator[str]:
    """The address of a running web application with a directory."""
    KeyRing.fresh().save(tmp_path / "keyring.json")
    app = build_web(Settings(DATABASE_URL=database_url, data_dir=tmp_path, secure_cookies=False))
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    until = time.monotonic() + 30
    while not server.started and time.monotonic() < until:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(30)


def test_the_public_directory_answers_as_its_openapi_says(url: str, tmp_path: Path) -> None:
    command = [str(SCHEMATHESIS), "run", f"{url}/openapi.json", "--no-color"]
    what = ["--include-path-regex", "^/(hsds|directory)/", "--phases", "examples,coverage,fuzzing"]
    how = [
        "--max-examples",
        str(EXAMPLES),
        "--seed",
        "1",
        "--no-shrink",
        "--generation-database",
        "none",
    ]
    done = subprocess.run(
        [*command, *what, *how],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    selected = re.search(r"(\d+) selected", done.stdout)
    assert selected, done.stdout
    assert int(selected[1]) >= 14


def test_what_nearest_cannot_answer_it_says_in_one_line(url: str) -> None:
    answers = {
        "": (404, "Chưa biết tìm quanh đâu. Cần `place`, hoặc `lat` và `lon`."),
        "lat=13.7": (404, "Chưa biết tìm quanh đâu. Cần `place`, hoặc `lat` và `lon`."),
        "lat=nan&lon=109": (422, "lat: phải là số."),
        "lat=91&lon=109": (422, "lat: lớn quá, nhiều nhất là 90."),
        "lat=13&lon=109&age=-1": (422, "age: nhỏ quá, ít nhất là 0."),
        "lat=13&lon=109&open_now=maybe": (422, "open_now: phải là true hoặc false."),
        "place=%00%ff": (404, "Không tìm ra nơi này. Hãy ghi tên xã, phường kèm tỉnh."),
    }
    for query, (status, line) in answers.items():
        answer = httpx.get(f"{url}/directory/nearest?{query}")
        assert (answer.status_code, answer.json()) == (status, {"message": line}), query


def test_a_place_is_found_with_a_stray_control_character_in_it(url: str) -> None:
    found = httpx.get(f"{url}/directory/nearest", params={"place": "Quy Nhơn\x00 Tây, Gia Lai"})
    assert found.status_code == 200
    assert "Quy Nhơn Tây" in found.json()["places"][0]["name"]
