"""The real program under its own supervisor, with one more worker beside it, to be shot at."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil
import psycopg

from tests.processes import DIEMTUA, ROOT, Process, free_port

START_WITHIN_SECONDS, STOP_WITHIN_SECONDS = 150.0, 60.0


class KeptAlive:
    """`diemtua run` and a second worker that is started again whenever it ends."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.folder, self.out = folder, folder / "out"
        self.port = free_port()
        self._environment = {
            **settings,
            "DIEMTUA_DATA_DIR": str(folder),
            "DIEMTUA_WEB_PORT": str(self.port),
            "DIEMTUA_RASA_PORT": str(free_port()),
            "DIEMTUA_ACTIONS_PORT": str(free_port()),
        }
        self._run = subprocess.Popen(
            [str(DIEMTUA), "run"],
            cwd=ROOT,
            env={**os.environ, **self._environment},
            stdout=self.out.open("w"),
            stderr=subprocess.STDOUT,
        )
        self._second: Process | None = None
        self._tending: asyncio.Task[None] | None = None
        self.database_url = ""

    async def wait(self) -> None:
        await until(self._is_ready, START_WITHIN_SECONDS, "diemtua run is up")
        self.database_url = self.find("worker")[0].environ()["DATABASE_URL"]
        self._tending = asyncio.create_task(self._tend())

    def _is_ready(self) -> bool:
        shown = self.out.read_text("utf-8")
        assert self._run.poll() is None, shown
        return "đã sẵn sàng" in shown

    async def _tend(self) -> None:
        environment = {**self._environment, "DATABASE_URL": self.database_url}
        while True:
            if not self._beside():
                if self._second:
                    self._second.stop()
                log = self.folder / "second_worker.log"
                self._second = Process([str(DIEMTUA), "worker"], environment, log)
            await asyncio.sleep(0.5)

    def find(self, what: str) -> list[psutil.Process]:
        """The living processes that are `what`: web, worker, rasa (with its actions), database."""
        if what == "database":
            pid = (self.folder / "pg" / "postmaster.pid").read_text().split()[0]
            return [psutil.Process(int(pid))]
        ends = {"rasa": ("nlu_data.serve", "actions")}.get(what, (what,))
        found = []
        for one in [*psutil.Process(self._run.pid).children(recursive=True), *self._beside()]:
            with contextlib.suppress(psutil.Error):
                if one.cmdline()[-1:] and one.cmdline()[-1] in ends:
                    found.append(one)
        return found

    def _beside(self) -> list[psutil.Process]:
        """The second worker, if it lives."""
        with contextlib.suppress(psutil.Error):
            if self._second:
                one = psutil.Process(self._second.pid)
                return [one] if one.status() != psutil.STATUS_ZOMBIE else []
        return []

    def kill(self, what: str, rng: random.Random) -> None:
        """SIGKILL one living process that is `what`, if there is one just now."""
        with contextlib.suppress(psutil.Error, OSError, IndexError):
            rng.choice(self.find(what)).kill()

    def database_answers(self) -> bool:
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(self.database_url, connect_timeout=2).close()
            return True
        return False

    async def row(self, question: str) -> tuple[object, ...]:
        async with await psycopg.AsyncConnection.connect(self.database_url) as connection:
            row = await (await connection.execute(question.encode())).fetchone()
        assert row is not None
        return row

    async def stop(self) -> None:
        if self._tending:
            self._tending.cancel()
            await asyncio.gather(self._tending, return_exceptions=True)
        if self._second:
            self._second.stop()
        self._run.send_signal(signal.SIGINT)
        await asyncio.to_thread(self._run.wait, STOP_WITHIN_SECONDS)


async def until(is_so: Callable[[], bool], seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {what}"
        await asyncio.sleep(0.2)
