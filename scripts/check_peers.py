"""Our web process and worker against stand-ins for Telegram and Zalo that others wrote.

Each calls our webhook over a road that loses our first acknowledgement, and so sends the same event
again; what we answer must reach it exactly once. Rasa is left out: search gives the same answers.
"""

from __future__ import annotations

import json
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg

from api.ready import ready
from bot.replies import INTRO
from bot.settings import Settings
from scripts.peers import (
    PEERS,
    TELEGRAM_SECRET,
    TELEGRAM_TOKEN,
    ZALO_BOT_SECRET,
    Road,
    channels,
    peers,
)
from tests.processes import Desk, free_port

QUESTION, FACT = "cai nghiện tại nhà mất bao lâu", "24 tháng"
AT_MOST_SECONDS = 30.0
SETTLED = """
SELECT NOT EXISTS (SELECT FROM inbox WHERE done_at IS NULL)
   AND NOT EXISTS (SELECT FROM outbox WHERE state = 'ready')
   AND NOT EXISTS (SELECT FROM procrastinate_jobs
                   WHERE task_name = 'up_to_date' AND status IN ('todo', 'doing'))
"""
WRITTEN = "SELECT (SELECT count(*) FROM messages), (SELECT count(*) FROM outbox)"
UNSENT = "SELECT count(*) FROM outbox WHERE state <> 'sent'"

Said = Callable[[], list[str]]


@dataclass
class Checks:
    """What was looked at, and how it went."""

    database_url: str
    passed: int = 0
    failed: list[str] = field(default_factory=list)

    def that(self, what: str, is_true: bool, seen: object = "") -> None:
        if is_true:
            self.passed += 1
            print(f"  ok    {what}")
        else:
            self.failed.append(what)
            print(f"  WRONG {what} {seen!r}")

    def row(self, question: str) -> tuple[Any, ...]:
        with psycopg.connect(self.database_url) as connection:
            found = connection.execute(question.encode()).fetchone()
        assert found is not None
        return found

    def settled(self) -> bool:
        """Whether nothing is left to be answered or sent."""
        return bool(self.row(SETTLED)[0])

    def answered_once(self, name: str, said: Said) -> None:
        """Wait for the answer to QUESTION, and then for everything else that might come."""
        came = wait(lambda: any(FACT in text for text in said()))
        quiet = wait(self.settled)
        texts = said()
        self.that(f"{name}: the answer arrives", came and quiet, texts)
        self.that(f"{name}: exactly once", sum(FACT in text for text in texts) == 1, texts)
        self.that(
            f"{name}: introduced once, and before the answer",
            texts[:1] == [INTRO] and texts.count(INTRO) == 1,
            texts,
        )


def wait(is_so: Callable[[], bool]) -> bool:
    until = time.monotonic() + AT_MOST_SECONDS
    while not (so := is_so()) and time.monotonic() < until:
        time.sleep(0.1)
    return so


def check_telegram(checks: Checks, peer: httpx.Client, road: Road) -> None:
    hook = {"url": f"{road.url}/webhooks/telegram", "secret_token": TELEGRAM_SECRET}
    peer.post(f"/bot{TELEGRAM_TOKEN}/setWebhook", json=hook)
    road.lose_next_answer()
    _tell_telegram(peer, 700100200)
    twice = wait(lambda: len(road.answered) == 2)
    checks.that("Telegram: sent twice, taken twice", twice and road.statuses == [200, 200])
    checks.answered_once("Telegram", lambda: _told_by_telegram(peer, 700100200))

    peer.post("/_control/flood", json={"n": 1})
    _tell_telegram(peer, 700100201)
    checks.answered_once("Telegram, told to slow down", lambda: _told_by_telegram(peer, 700100201))
    attempts = checks.row("SELECT max(attempts) FROM outbox")[0]
    checks.that("Telegram, told to slow down: tried again once", attempts == 1, attempts)

    _press_telegram(checks, peer, road, 700100200)
    before = checks.row(WRITTEN)
    forged = httpx.post(
        f"{road.target}/webhooks/telegram",
        headers={"X-Telegram-Bot-Api-Secret-Token": "guessed"},
        json={"update_id": 999_999, "message": _telegram_message(700100202)},
    )
    checks.that("Telegram: a forged update is refused", forged.status_code == 403)
    checks.that("Telegram: and leaves nothing behind", checks.row(WRITTEN) == before)
    violations = peer.get("/_control/state").json()["violations"]
    checks.that("Telegram: every call fits the Bot API", violations == [], violations)


def _press_telegram(checks: Checks, peer: httpx.Client, road: Road, chat: int) -> None:
    """Press the first button under the answer; the press is lost once on its way, too."""
    answer = next(one for one in _sent_by_telegram(peer, chat) if FACT in one["text"])
    button = answer["reply_markup"]["inline_keyboard"][0][0]
    before = len(_told_by_telegram(peer, chat))
    road.lose_next_answer()
    message = _telegram_message(chat)
    query = {"from": message["from"], "message": message, "data": button["callback_data"]}
    peer.post("/sendCallback", json={"botToken": TELEGRAM_TOKEN, **query})
    more = wait(lambda: len(_told_by_telegram(peer, chat)) > before and len(road.answered) == 2)
    checks.that(f"Telegram: “{button['text']}” is answered", more and wait(checks.settled))
    number = len(_told_by_telegram(peer, chat)) - before
    checks.that("Telegram: by one message", number == 1, number)
    called = json.loads(road.answered[-1][1] or b"{}").get("method")
    checks.that("Telegram: the button stops spinning", called == "answerCallbackQuery", called)


def _telegram_message(chat: int) -> dict[str, Any]:
    person = {"id": chat, "is_bot": False, "first_name": "A", "language_code": "vi"}
    where = {"id": chat, "type": "private", "first_name": "A"}
    return {"from": person, "chat": where, "date": int(time.time()), "text": QUESTION}


def _tell_telegram(peer: httpx.Client, chat: int) -> None:
    peer.post("/sendMessage", json={"botToken": TELEGRAM_TOKEN, **_telegram_message(chat)})


def _sent_by_telegram(peer: httpx.Client, chat: int) -> list[dict[str, Any]]:
    sent = peer.get("/_control/state").json()["bot"]
    return [one for one in sent if str(one["chat_id"]) == str(chat)]


def _told_by_telegram(peer: httpx.Client, chat: int) -> list[str]:
    return [one["text"] for one in _sent_by_telegram(peer, chat)]


def check_zalo_oa(checks: Checks, peer: httpx.Client, road: Road) -> None:
    peer.post("/_control/set", json={"hook": f"{road.url}/webhooks/zalo_oa"})
    event = _documented("doc_user_send_text.json")
    event["message"]["text"] = QUESTION
    person = event["sender"]["id"]

    def told() -> list[str]:
        sent = peer.get("/_control/state").json()["sent"]
        return [one["message"]["text"] for one in sent if one["recipient"] == {"user_id": person}]

    road.lose_next_answer()
    deliveries = peer.post("/_control/push", json=event).json()["deliveries"]
    checks.that(
        "Zalo OA: sent twice, taken twice",
        road.statuses == [200, 200] and [one[2] for one in deliveries] == [504, 200],
        deliveries,
    )
    checks.answered_once("Zalo OA", told)
    before, written = told(), checks.row(WRITTEN)
    peer.post("/_control/push", json=event)
    quiet = wait(checks.settled)
    unchanged = told() == before and checks.row(WRITTEN) == written
    checks.that("Zalo OA: sent again later, it changes nothing", quiet and unchanged)
    written = checks.row(WRITTEN)
    forged = httpx.post(
        f"{road.target}/webhooks/zalo_oa",
        headers={"X-ZEvent-Signature": "mac=" + "0" * 64},
        json={**event, "message": {**event["message"], "msg_id": "forged"}},
    )
    checks.that("Zalo OA: a forged event is refused", forged.status_code == 403)
    checks.that("Zalo OA: and leaves nothing behind", checks.row(WRITTEN) == written)


def check_zalo_bot(checks: Checks, peer: httpx.Client, road: Road) -> None:
    """The peer has no webhook of its own for bots, so we knock in its place."""
    event = _documented("bot_text.json")
    event["result"]["message"]["text"] = QUESTION
    chat = event["result"]["message"]["chat"]["id"]

    def told() -> list[str]:
        sent = peer.get("/_control/state").json()["botsent"]
        return [one["text"] for one in sent if one["chat_id"] == chat]

    def knock(secret: str) -> int:
        headers = {"X-Bot-Api-Secret-Token": secret}
        return httpx.post(
            f"{road.target}/webhooks/zalo_bot", headers=headers, json=event
        ).status_code

    checks.that("Zalo Bot: a forged event is refused", knock("guessed") == 403)
    taken = [knock(ZALO_BOT_SECRET) for _ in range(2)]
    checks.that("Zalo Bot: sent twice, taken twice", taken == [200, 200], taken)
    checks.answered_once("Zalo Bot", told)


def _documented(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((PEERS / "zalo_payloads" / name).read_text("utf-8"))["body"]
    return body


def check_all(folder: Path) -> Checks:
    with ExitStack() as open_:
        settings = open_.enter_context(ready(Settings(DATABASE_URL="", data_dir=folder / "data")))
        telegram, zalo = open_.enter_context(peers(folder))
        desk = Desk(settings.data_dir, settings.database_url, free_port(), channels(telegram, zalo))
        open_.callback(desk.stop)
        desk.wait()
        road = open_.enter_context(Road(desk.url))
        threading.Thread(target=road.serve_forever, daemon=True).start()
        open_.callback(road.shutdown)
        checks = Checks(settings.database_url)
        to_zalo = open_.enter_context(httpx.Client(base_url=zalo, timeout=20))
        check_telegram(checks, open_.enter_context(httpx.Client(base_url=telegram)), road)
        check_zalo_oa(checks, to_zalo, road)
        check_zalo_bot(checks, to_zalo, road)
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
