"""Start everything on a database of its own, measure, print, stop."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

import psutil

from api import database
from api.ready import ready
from bench import channels, console, directory
from bench.load import MESSAGES, Measured, RasaPerson, WebPerson, crowd, steady
from bot import danger
from bot.settings import Settings
from tests.processes import Desk, RasaPair

ONE, MANY = (1, 150), (32, 30)


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="diemtua-bench-"))
    folder.chmod(0o755)
    with ready(Settings(DATABASE_URL="", data_dir=folder)) as settings:
        pair = RasaPair(folder, database.admit_rasa(settings.database_url))
        desk = Desk(folder, settings.database_url, pair.port)
        try:
            pair.wait()
            desk.wait()
            asyncio.run(_measure(pair, desk))
            _memory(pair, desk)
            asyncio.run(console.measure(settings, desk))
            desk.stop()
            asyncio.run(channels.measure(settings, folder, pair))
        finally:
            desk.stop()
            pair.stop()
        asyncio.run(directory.measure(settings))
    _danger()


async def _measure(pair: RasaPair, desk: Desk) -> None:
    def to_rasa(session: object) -> RasaPerson:
        return RasaPerson(session, pair.url)  # type: ignore[arg-type]

    def to_web(session: object) -> WebPerson:
        return WebPerson(session, desk.url)  # type: ignore[arg-type]

    await crowd(to_rasa, 8, 5)
    await crowd(to_web, 8, 5)
    print(f"{'':34}{'bare Rasa':>22}{'web chat':>22}{'ratio':>8}")
    for label, (people, each) in (("one at a time", ONE), ("32 at once", MANY)):
        rasa, web = await crowd(to_rasa, people, each), await crowd(to_web, people, each)
        _line(f"{label}: messages/s", rasa.rate, web.rate, web.rate / rasa.rate)
        _line(f"{label}: p50 ms", rasa.percentile(50), web.percentile(50))
        _line(f"{label}: p95 ms", rasa.percentile(95), web.percentile(95))
    rasa, web = await steady(to_rasa, 5, 40), await steady(to_web, 5, 40)
    for percent in (50, 95, 99):
        _line(f"5 a second: p{percent} ms", rasa.percentile(percent), web.percentile(percent))


def _line(label: str, rasa: float, web: float, ratio: float | None = None) -> None:
    print(f"{label:34}{rasa:22.1f}{web:22.1f}" + (f"{ratio:8.2f}" if ratio else ""))


def _danger() -> None:
    times = []
    for _ in range(100):
        for text in MESSAGES:
            began = time.perf_counter()
            danger.judge(text)
            times.append((time.perf_counter() - began) * 1000)
    measured = Measured(times, 1000 / statistics.mean(times))
    print(
        f"danger check: p50 {measured.percentile(50):.3f} ms, p99 {measured.percentile(99):.3f} ms, "
        f"{measured.rate:.0f} a second"
    )


def _memory(pair: RasaPair, desk: Desk) -> None:
    print("resident memory, MB:", end="")
    for name, pid in (
        ("web", desk.web.pid),
        ("worker", desk.worker.pid),
        ("rasa", pair.rasa.pid),
        ("actions", pair.actions.pid),
    ):
        process = psutil.Process(pid)
        rss = sum(one.memory_info().rss for one in [process, *process.children(recursive=True)])
        print(f" {name} {rss / 2**20:.0f}", end="")
    print()


if __name__ == "__main__":
    main()
