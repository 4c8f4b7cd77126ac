"""Our HSDS API against the official schemas, with the checker that lies beside the project.

A fresh database gets the seed and 300 varied rows; then the web process is asked for every record of
every list, in short and in full, and each is judged by HSDS 3.0 and by the coming 3.1.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from api import database
from api.ready import ready
from bot.settings import Settings
from referral_directory.changes import Author, save_all
from referral_directory.load import load_services
from referral_directory.units import load_units
from tests.processes import DIEMTUA, ROOT, Process, answers, free_port
from tests.referral_directory.hsds.varied import varied_rows

CHECKER = ROOT.parent / "shared" / "hsds" / "check_hsds.py"
VERSIONS = ("3.0", "3.1-dev")
ROWS = 300
LAST_LINES = 14


async def fill(url: str) -> None:
    """The seed and varied rows, each of these changed once so that there is a history."""
    engine, sessions = database.connect(url, 1)
    now, units = datetime.now(UTC), load_units()
    rows = varied_rows(ROWS, units, now.date())
    async with sessions.begin() as session:
        await load_services(session, now)
        await save_all(session, rows, units, Author("lan", now))
    async with sessions.begin() as session:
        newer = [row | {"source_name": "báo Nhân Dân"} for row in rows]
        await save_all(session, newer, units, Author("lan", datetime.now(UTC), "gọi lại"))
    await engine.dispose()


def check(url: str, version: str) -> bool:
    """Whether nothing fails; says how it went."""
    command = [sys.executable, str(CHECKER), f"{url}/hsds", "--version", version]
    whole = ["--full", "--max-pages", "0", "--details", "0", "--require-all"]
    done = subprocess.run([*command, *whole], capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if not line.startswith("warn:")]
    print("\n".join(lines[-LAST_LINES:]))
    if done.returncode:
        print(done.stderr[-2000:], file=sys.stderr)
    return done.returncode == 0


def main() -> int:
    if not CHECKER.is_file():
        print("There is no ../shared/hsds beside the project.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="diemtua-hsds-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with ready(Settings(DATABASE_URL="", data_dir=folder / "data")) as settings:
            asyncio.run(fill(settings.database_url))
            port = free_port()
            environment = {
                "DATABASE_URL": settings.database_url,
                "DIEMTUA_DATA_DIR": str(settings.data_dir),
                "DIEMTUA_WEB_PORT": str(port),
            }
            web = Process([str(DIEMTUA), "web"], environment, folder / "web.log")
            try:
                url = f"http://127.0.0.1:{port}"
                web.wait_until(lambda: answers(f"{url}/hsds/"))
                good = [check(url, version) for version in VERSIONS]
            finally:
                web.stop()
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
