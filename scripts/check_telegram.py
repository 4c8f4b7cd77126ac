"""Whole conversations with a stand-in for Telegram, by webhook and by asking for updates. It compares
every call of ours with the public specification of the Bot API."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from bot.replies import INTRO
from scripts.checks import FACT, QUESTION, WRITTEN, Checks, wait
from scripts.peers import TELEGRAM_SECRET, TELEGRAM_TOKEN, Road
from tests.processes import Desk

QUY_NHON = {"latitude": 13.776, "longitude": 109.184}
POISON = 3000
"""So deep are the lists in an update that no JSON reader of ours takes it."""
PARKED = "SELECT count(*) FROM parked_updates WHERE channel = 'telegram'"
ATTEMPTS = "SELECT max(attempts) FROM outbox"
ASKED = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
WAITING = "SELECT count(*) FROM handoffs WHERE state = 'waiting'"


@dataclass
class Person:
    """Somebody who talks with our bot at the peer's."""

    peer: httpx.Client
    chat: int

    def tell(self, **what: Any) -> None:
        """Send a message: its text, or its location."""
        self._send(json.dumps({"botToken": TELEGRAM_TOKEN, **self._message(), **what}))

    def tell_poison(self) -> None:
        """Send lists in lists in lists."""
        message = json.dumps({"botToken": TELEGRAM_TOKEN, **self._message(), "extra": "deep"})
        self._send(message.replace('"deep"', "[" * POISON + "]" * POISON))

    def _send(self, body: str) -> None:
        headers = {"Content-Type": "application/json"}
        self.peer.post("/sendMessage", content=body, headers=headers).raise_for_status()

    def press(self, payload: str) -> None:
        message = self._message()
        query = {"from": message["from"], "message": message, "data": payload}
        self.peer.post("/sendCallback", json={"botToken": TELEGRAM_TOKEN, **query})

    def got(self) -> list[dict[str, Any]]:
        sent = self.peer.get("/_control/state").json()["bot"]
        return [one for one in sent if str(one["chat_id"]) == str(self.chat)]

    def texts(self) -> list[str]:
        return [one["text"] for one in self.got()]

    def _message(self) -> dict[str, Any]:
        person = {"id": self.chat, "is_bot": False, "first_name": "A", "language_code": "vi"}
        where = {"id": self.chat, "type": "private", "first_name": "A"}
        return {"from": person, "chat": where, "date": int(time.time())}


@dataclass
class Conversation:
    """A person's steps, each with what must come back."""

    checks: Checks
    name: str
    person: Person

    def step(self, what: str, do: Callable[[], None]) -> list[dict[str, Any]]:
        """What comes back when the person does something."""
        before = len(self.person.got())
        do()
        came = wait(lambda: len(self.person.got()) > before)
        quiet = wait(self.checks.settled)
        self.checks.that(f"{self.name}: {what} is answered", came and quiet)
        return self.person.got()[before:]

    def that(self, what: str, is_true: bool, seen: object = "") -> None:
        self.checks.that(f"{self.name}: {what}", is_true, seen)

    def all_of_it(self) -> None:
        self._link_and_buttons()
        self._screening()
        self._place()
        self._burst()
        self._danger()

    def _link_and_buttons(self) -> None:
        came = self.step("a link to a topic", lambda: self.person.tell(text="/start methadone"))
        self.that("introduced first", came[0]["text"] == INTRO, came)
        choices = buttons(came[-1])
        is_choice = len(choices) > 1 and all(one.startswith("/answer ") for one in choices)
        self.that("the topic's articles stand to choose from", is_choice, choices)
        came = self.step("an article chosen", lambda: self.person.press(choices[0]))
        self.that("with its law and date", "Căn cứ" in came[0]["text"] or "2026" in came[0]["text"])
        came = self.step("a question", lambda: self.person.tell(text=QUESTION))
        self.that("with the fact", any(FACT in one["text"] for one in came), came)

    def _screening(self) -> None:
        came = self.step("a self-check", lambda: self.person.press("/screen"))
        for _ in range(2):
            choices = buttons(came[-1])
            self.that("a question with choices", bool(choices), came)
            came = self.step("a choice", lambda first=choices[0]: self.person.press(first))  # type: ignore[misc]
        self.step("stopping it", lambda: self.person.tell(text="dừng"))

    def _place(self) -> None:
        came = self.step("a place wanted", lambda: self.person.press("/place"))
        keys = reply_markup(came[-1]).get("keyboard", [[{}]])
        self.that("a key asks for the location", keys[0][0].get("request_location") is True, came)
        came = self.step("a location", lambda: self.person.tell(location=QUY_NHON))
        self.that("with places", "Gia Lai" in came[-1]["text"], came)
        copied = [key["copy_text"]["text"] for key in keys_of(came[-1]) if "copy_text" in key]
        opened = [key["url"] for key in keys_of(came[-1]) if "url" in key]
        self.that("with numbers to copy", "111" in copied, came)
        shared = any(url.startswith("https://t.me/share/url?") for url in opened)
        self.that("and a way to send them on", shared, opened)
        mapped = any(url.startswith("https://www.openstreetmap.org/") for url in opened)
        self.that("and a map", mapped, opened)

    def _burst(self) -> None:
        def talk() -> None:
            for text in ("cho em hỏi", "cai nghiện tại nhà", "mất bao lâu vậy"):
                self.person.tell(text=text)

        came = self.step("a burst of three", talk)
        self.that("by one answer", sum(FACT in one["text"] for one in came) == 1, came)

    def _danger(self) -> None:
        before = self.checks.row(WAITING)[0]
        came = self.step("danger", lambda: self.person.tell(text="em uống hết vỉ thuốc ngủ rồi"))
        self.that("with the number to call", "115" in came[0]["text"], came)
        self.that("and a person is called", self.checks.row(WAITING)[0] == before + 1)


def buttons(message: dict[str, Any]) -> list[str]:
    return [key["callback_data"] for key in keys_of(message) if "callback_data" in key]


def keys_of(message: dict[str, Any]) -> list[dict[str, Any]]:
    return [key for row in reply_markup(message).get("inline_keyboard", []) for key in row]


def reply_markup(message: dict[str, Any]) -> dict[str, Any]:
    markup = message.get("reply_markup") or {}
    found: dict[str, Any] = json.loads(markup) if isinstance(markup, str) else markup
    return found


def check_by_webhook(checks: Checks, peer: httpx.Client, road: Road) -> None:
    hook = {"url": f"{road.url}/webhooks/telegram", "secret_token": TELEGRAM_SECRET}
    peer.post(f"/bot{TELEGRAM_TOKEN}/setWebhook", json=hook)
    one = Person(peer, 700100200)
    road.lose_next_answer()
    one.tell(text=QUESTION)
    twice = wait(lambda: len(road.answered) == 2)
    checks.that("Telegram: sent twice, taken twice", twice and road.statuses == [200, 200])
    checks.answered_once("Telegram", one.texts)
    _press(checks, one, road)
    _survive_flood(checks, "Telegram", Person(peer, 700100201))
    _park(checks, "Telegram", Person(peer, 700100203))
    Conversation(checks, "Telegram by webhook", Person(peer, 700100204)).all_of_it()

    before = checks.row(WRITTEN)
    forged = httpx.post(
        f"{road.target}/webhooks/telegram",
        headers={"X-Telegram-Bot-Api-Secret-Token": "guessed"},
        json={"update_id": 999_999, "message": {**one._message(), "text": QUESTION}},
    )
    checks.that("Telegram: a forged update is refused", forged.status_code == 401)
    checks.that("Telegram: and leaves nothing behind", checks.row(WRITTEN) == before)
    _fits(checks, "Telegram by webhook", peer)


def check_by_polling(checks: Checks, peer: httpx.Client, desk: Desk) -> None:
    """`desk` asks for updates; the webhook of before is still set when it begins."""
    hooks = wait(lambda: peer.get("/_control/state").json()["webhooks"] == {})
    checks.that("Telegram by polling: the webhook is taken down", hooks)
    one = Person(peer, 700100300)
    desk.worker.kill()
    one.tell(text=QUESTION)
    desk.start_worker()
    wait(lambda: checks.row(ASKED)[0] > 0)
    checks.answered_once("Telegram by polling, the worker killed", one.texts)
    _survive_flood(checks, "Telegram by polling", Person(peer, 700100301))
    _park(checks, "Telegram by polling", Person(peer, 700100303))
    Conversation(checks, "Telegram by polling", Person(peer, 700100304)).all_of_it()
    _fits(checks, "Telegram by polling", peer)


def _press(checks: Checks, person: Person, road: Road) -> None:
    """Press the first button under the answer; the press is lost once on its way, too."""
    answer = next(one for one in person.got() if FACT in one["text"])
    before = len(person.got())
    road.lose_next_answer()
    person.press(buttons(answer)[0])
    more = wait(lambda: len(person.got()) > before and len(road.answered) == 2)
    checks.that("Telegram: a press is answered", more and wait(checks.settled))
    number = len(person.got()) - before
    checks.that("Telegram: by one message", number == 1, number)
    called = json.loads(road.answered[-1][1] or b"{}").get("method")
    checks.that("Telegram: the button stops spinning", called == "answerCallbackQuery", called)


def _survive_flood(checks: Checks, name: str, person: Person) -> None:
    """Four refusals: the sign that we are typing may take some, and every message may be one."""
    person.peer.post("/_control/flood", json={"n": 4})
    person.tell(text=QUESTION)
    checks.answered_once(f"{name}, told to slow down", person.texts)
    attempts = checks.row(ATTEMPTS)[0]
    checks.that(f"{name}, told to slow down: tried again", attempts >= 1, attempts)


def _park(checks: Checks, name: str, person: Person) -> None:
    """An update that nobody can read, and then a question."""
    before = checks.row(PARKED)[0]
    person.tell_poison()
    person.tell(text=QUESTION)
    checks.answered_once(f"{name}, after an unreadable update", person.texts)
    number = checks.row(PARKED)[0] - before
    checks.that(f"{name}: the unreadable update is parked once", number == 1, number)


def _fits(checks: Checks, name: str, peer: httpx.Client) -> None:
    violations = peer.get("/_control/state").json()["violations"]
    checks.that(f"{name}: every call fits the Bot API", violations == [], violations)
