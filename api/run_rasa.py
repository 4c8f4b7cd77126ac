"""A Rasa for the while, where none is running: for commands that measure or answer without a desk."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bot.settings import ROOT, Settings

NLU_PYTHON = ROOT / "nlu_data" / ".venv" / "bin" / "python"
PROGRAMS = ((Path(sys.executable), "actions"), (NLU_PYTHON, "nlu_data.serve"))
RASA_WITHIN_SECONDS = 90.0


@contextlib.contextmanager
def rasa_for_now(settings: Settings) -> Iterator[Settings]:
    """The settings with a Rasa that answers: the one running, or one started for the while; as they
    are where its environment was not installed."""
    if _listens(settings.rasa_port) or not NLU_PYTHON.exists():
        yield settings
        return
    rasa, actions = _free_port(), _free_port()
    ports = {"RASA_PORT": str(rasa), "ACTIONS_PORT": str(actions)}
    children = [_start(python, module, ports) for python, module in PROGRAMS]
    try:
        until = time.monotonic() + RASA_WITHIN_SECONDS
        while not (_listens(rasa) and _listens(actions)) and time.monotonic() < until:
            if any(child.poll() is not None for child in children):
                break
            time.sleep(0.2)
        yield settings.model_copy(update={"rasa_port": rasa, "actions_port": actions})
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.wait(20)


def _start(python: Path, module: str, ports: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [str(python), "-m", module],
        cwd=ROOT,
        env={**os.environ, **ports},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
