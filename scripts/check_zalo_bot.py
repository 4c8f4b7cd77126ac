"""Our Zalo bot with a stand-in for the Zalo Bot Platform, by webhook and by asking for updates."""

from __future__ import annotations

import copy
from typing import Any

import httpx

from scripts.checks import QUESTION, Checks, documented, wait
from scripts.peers import ZALO_BOT_SECRET, Road
from tests.processes import Desk


def _event(person: str, number: int, text: str = QUESTION) -> dict[str, Any]:
    """The documented event, as one of `person`."""
    event = copy.deepcopy(documented("bot_text.json"))
    message = event["result"]["message"]
    message["chat"]["id"] = message["from"]["id"] = person
    message["message_id"], message["text"] = f"{person}-{number}", text
    return event


def _told(peer: httpx.Client, person: str) -> list[str]:
    sent = peer.get("/_control/state").json()["botsent"]
    return [one["text"] for one in sent if one["chat_id"] == person]


def check_by_webhook(checks: Checks, peer: httpx.Client, road: Road) -> None:
    """The peer has no webhook of its own for bots, so we knock in its place."""

    def knock(secret: str) -> int:
        headers = {"X-Bot-Api-Secret-Token": secret}
        url = f"{road.target}/webhooks/zalo_bot"
        return httpx.post(url, headers=headers, json=_event("e4ea01", 1)).status_code

    checks.that("Zalo Bot: a forged event is refused", knock("guessed") == 401)
    taken = [knock(ZALO_BOT_SECRET) for _ in range(2)]
    checks.that("Zalo Bot: sent twice, taken twice", taken == [200, 200], taken)
    checks.answered_once("Zalo Bot", lambda: _told(peer, "e4ea01"))


def check_by_polling(checks: Checks, peer: httpx.Client, desk: Desk) -> None:
    """The peer hands one event out again and again until it is told the next."""
    person, name = "e4ea02", "Zalo Bot by polling"

    def hand_out(*events: dict[str, Any]) -> None:
        peer.post("/_control/set", json={"bot": [one["result"] for one in events]})

    hand_out(_event(person, 1))
    checks.answered_once(name, lambda: _told(peer, person))
    desk.worker.kill()
    desk.start_worker()
    before = len(_told(peer, person))
    hand_out(_event(person, 2, "tự kiểm tra"))
    came = wait(lambda: len(_told(peer, person)) > before) and wait(checks.settled)
    choices = _told(peer, person)[before:]
    checks.that(f"{name}: choices are numbered lines", came and "\n1. " in choices[-1], choices)
    before = len(_told(peer, person))
    hand_out(_event(person, 3, "1"))
    came = wait(lambda: len(_told(peer, person)) > before) and wait(checks.settled)
    answers = _told(peer, person)[before:]
    checks.that(f"{name}: a number chooses", came and answers[-1] != choices[-1], answers)
    hand_out()
    checks.that(
        f"{name}: what was handed out many times is answered once",
        wait(checks.settled) and sum(one == answers[-1] for one in _told(peer, person)) == 1,
    )
