"""Our real processes, started for tests on free loopback ports and stopped by their own ids."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parent.parent
NLU_PYTHON = ROOT / "nlu_data" / ".venv" / "bin" / "python"
DIEMTUA = Path(sys.executable).parent / "diemtua"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Process:
    """A child process with its output in a file that a failing test can show."""

    def __init__(self, command: list[str], environment: Mapping[str, str], log: Path) -> None:
        self.log = log
        with log.open("ab") as out:
            self._child = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, **environment, "PYTHONUNBUFFERED": "1"},
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        self.pid = self._child.pid

    def stop(self) -> None:
        self._child.terminate()
        try:
            self._child.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        self._child.kill()
        self._child.wait(15)

    def wait_until(self, is_up: Callable[[], bool], seconds: float = 90) -> None:
        until = time.monotonic() + seconds
        while not is_up():
            if self._child.poll() is not None or time.monotonic() > until:
                raise AssertionError(f"not up: {self.log.read_text('utf-8', 'replace')[-3000:]}")
            time.sleep(0.1)


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


class RasaPair:
    """Rasa and its action server."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.port, self.actions_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        environment = {
            "RASA_PORT": str(self.port),
            "ACTIONS_PORT": str(self.actions_port),
            "RASA_DATABASE_URL": database_url,
        }
        self.actions = Process(
            [sys.executable, "-m", "actions"], environment, folder / "actions.log"
        )
        self.rasa = Process(
            [str(NLU_PYTHON), "-m", "nlu_data.serve"], environment, folder / "rasa.log"
        )

    def wait(self) -> None:
        self.actions.wait_until(lambda: answers(f"http://127.0.0.1:{self.actions_port}/health"))
        self.rasa.wait_until(lambda: answers(f"{self.url}/webhooks/rest/"))

    def stop(self) -> None:
        self.rasa.stop()
        self.actions.stop()


class Desk:
    """A web process and a worker on one database. `extra` is more of their environment."""

    def __init__(
        self,
        folder: Path,
        database_url: str,
        rasa_port: int,
        extra: Mapping[str, str] | None = None,
    ) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self._environment = {
            "DATABASE_URL": database_url,
            "DIEMTUA_DATA_DIR": str(folder),
            "DIEMTUA_WEB_PORT": str(self.port),
            "DIEMTUA_RASA_PORT": str(rasa_port),
            **(extra or {}),
        }
        self.web = self._start("web")
        self.worker = self._start("worker")

    def _start(self, name: str) -> Process:
        return Process([str(DIEMTUA), name], self._environment, self._folder / f"{name}.log")

    def wait(self) -> None:
        self.web.wait_until(lambda: answers(f"{self.url}/health"))

    def start_web(self) -> None:
        """Again, on the same port."""
        self.web = self._start("web")
        self.wait()

    def start_worker(self) -> None:
        self.worker = self._start("worker")

    def stop(self) -> None:
        self.worker.stop()
        self.web.stop()
