"""Our web process and worker against stand-ins for Telegram and Zalo that others wrote.

Each calls our webhook over a road that loses our first acknowledgement, and so sends the same event
again; then, with another web process and worker on the same database, we ask for what they have. What
we answer must reach them exactly once. Rasa is left out: search gives the same answers.
"""

from __future__ import annotations

import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from api.ready import ready
from bot.settings import Settings
from scripts import check_telegram, check_zalo_bot
from scripts.check_zalo_oa import check_zalo_oa
from scripts.checks import Checks, vouch
from scripts.peers import PEERS, Road, channels, peers
from tests.processes import Desk, free_port

ASKING = {"DIEMTUA_TELEGRAM_POLLING": "true", "DIEMTUA_ZALO_BOT_POLLING": "true"}
UNSENT = """
SELECT count(*) FROM outbox o JOIN conversations c ON c.id = o.conversation_id
JOIN persons p ON p.id = c.person_id WHERE o.state <> 'sent' AND p.channel <> 'zalo_oa'
"""
"""The Official Account's own check shuts doors on purpose."""


@contextmanager
def desk(settings: Settings, more: Mapping[str, str]) -> Iterator[Desk]:
    running = Desk(settings.data_dir, settings.database_url, free_port(), more)
    try:
        running.wait()
        yield running
    finally:
        running.stop()


def check_all(folder: Path) -> Checks:
    with ExitStack() as open_:
        settings = open_.enter_context(ready(Settings(DATABASE_URL="", data_dir=folder / "data")))
        telegram, zalo = open_.enter_context(peers(folder))
        checks = Checks(settings.database_url)
        vouch(settings.database_url)
        to_telegram = open_.enter_context(httpx.Client(base_url=telegram, timeout=20))
        to_zalo = open_.enter_context(httpx.Client(base_url=zalo, timeout=20))
        with desk(settings, channels(telegram, zalo)) as one, Road(one.url) as road:
            threading.Thread(target=road.serve_forever, daemon=True).start()
            check_telegram.check_by_webhook(checks, to_telegram, road)
            check_zalo_oa(checks, to_zalo, road)
            check_zalo_bot.check_by_webhook(checks, to_zalo, road)
            road.shutdown()
        with desk(settings, {**channels(telegram, zalo), **ASKING}) as one:
            check_telegram.check_by_polling(checks, to_telegram, one)
            check_zalo_bot.check_by_polling(checks, to_zalo, one)
        unsent = checks.row(UNSENT)[0]
        checks.that("nothing was given up or left unsent", unsent == 0, unsent)
    return checks


def main() -> int:
    if not PEERS.is_dir():
        print("There is no ../shared/channels beside the project.", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="diemtua-peers-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        checks = check_all(folder)
    print(f"{checks.passed} passed, {len(checks.failed)} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
