"""Our Official Account with a stand-in for Zalo: consent, a whole conversation while tokens rotate and
end, closed doors, and somebody who takes back everything."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from api import auth, database
from api.console.visitor import COOKIE
from scripts.checks import FACT, QUESTION, WRITTEN, Checks, documented, wait
from scripts.peers import ZALO_OA, Road

DAY = 86_400
DEAD = "SELECT array_agg(DISTINCT reason) FROM outbox WHERE state = 'dead'"
PERSONS = "SELECT count(*) FROM persons WHERE channel = 'zalo_oa'"


@dataclass
class Person:
    """Somebody who writes to our account at the peer's."""

    peer: httpx.Client
    road: Road
    id: str
    said: int = 0

    def event(self, name: str = "doc_user_send_text.json", text: str = QUESTION) -> dict[str, Any]:
        """A documented event, as if it happened to this person now."""
        event = documented(name)
        self.said += 1
        about = event.get("sender") or event.get("follower")
        if about is None:
            event["user_id"] = self.id
        else:
            about["id"] = self.id
        event["timestamp"] = str(int(time.time() * 1000) + self.said)
        if "message" in event:
            event["message"]["msg_id"] = f"{self.id}-{self.said}"
        if name.endswith("send_text.json"):
            event["message"]["text"] = text
        return event

    def push(self, event: dict[str, Any]) -> list[int]:
        """Let Zalo deliver it; the status of each try."""
        came = self.peer.post("/_control/push", json=event).json()["deliveries"]
        return [status for name, _, status in came if name == event["event_name"]]

    def knock(self, event: dict[str, Any], mac: str = "") -> int:
        """Deliver it in Zalo's place, so that its counters stay as they are."""
        raw = json.dumps(event).encode()
        signed = ZALO_OA["app_id"].encode() + raw + event["timestamp"].encode()
        mac = mac or hashlib.sha256(signed + ZALO_OA["secret"].encode()).hexdigest()
        url, headers = f"{self.road.target}/webhooks/zalo_oa", {"X-ZEvent-Signature": f"mac={mac}"}
        return httpx.post(url, content=raw, headers=headers).status_code

    def told(self) -> list[str]:
        sent = self.peer.get("/_control/state").json()["sent"]
        return [one["message"]["text"] for one in sent if self.id in one["recipient"].values()]

    def answers(self) -> int:
        return sum(FACT in text for text in self.told())


def check_zalo_oa(checks: Checks, peer: httpx.Client, road: Road) -> None:
    peer.post("/_control/set", json={"hook": f"{road.url}/webhooks/zalo_oa"})
    _check_consent(checks, peer, road)
    person = Person(peer, road, "246845883529197922")
    _check_delivery(checks, person)
    _check_rotation(checks, person)
    _check_places(checks, person)
    _check_other_events(checks, person)
    _check_closed_doors(checks, peer, road)
    _check_withdrawal(checks, person)


def _check_consent(checks: Checks, peer: httpx.Client, road: Road) -> None:
    """An administrator lets us in; the token of the settings is worth nothing from then on."""
    cookie = {COOKIE: asyncio.run(_admin(checks.database_url))}
    with httpx.Client(base_url=road.target, cookies=cookie) as console:
        page = console.get("/console/zalo").text
        link = re.search(r'id="consent" href="([^"]+)"', page)
        checks.that("Zalo OA: the console links to Zalo's page of consent", link is not None, page)
        asked = parse_qs(urlsplit(unescape(link[1] if link else "")).query)
        query = {"code": "of-the-check", "state": asked.get("state", [""])[0], "oa_id": "1"}
        back = httpx.get(f"{road.target}/console/zalo/callback", params=query)
        checks.that("Zalo OA: consent brings tokens", back.status_code == 200, back.text)
        page = console.get("/console/zalo").text
        checks.that("Zalo OA: and the console says so", "Đang dùng được" in page)
    access = peer.get("/_control/state").json()["access"]
    checks.that("Zalo OA: the token of the settings has ended", access != ZALO_OA["access_token"])


async def _admin(database_url: str) -> str:
    """A logged-in administrator's session. Its second factor has a secret that nobody knows: no code is
    ever asked of this session."""
    engine, sessions = database.connect(database_url, 1)
    now = datetime.now(UTC)
    async with sessions.begin() as session:
        password = await auth.create_counsellor(session, "check", "Kiểm tra", "admin", now)
        token = await auth.log_in(session, "check", password, now)
        assert isinstance(token, str)
        admin = await auth.change_password(session, token, password, "hoa sen trên ao", now)
        admin.totp = b"nobody's"
    await engine.dispose()
    return token


def _check_delivery(checks: Checks, person: Person) -> None:
    event, road = person.event(), person.road
    road.lose_next_answer()
    tries = person.push(event)
    taken = road.statuses == [200, 200] and tries == [504, 200]
    checks.that("Zalo OA: sent twice, taken twice", taken, tries)
    checks.answered_once("Zalo OA", person.told)
    before, written = person.told(), checks.row(WRITTEN)
    person.push(event)
    quiet = wait(checks.settled)
    unchanged = person.told() == before and checks.row(WRITTEN) == written
    checks.that("Zalo OA: sent again later, it changes nothing", quiet and unchanged)
    forged = person.knock(person.event(), mac="0" * 64)
    checks.that("Zalo OA: a forged event is refused", forged == 401, forged)
    checks.that("Zalo OA: and leaves nothing behind", checks.row(WRITTEN) == written)


def _check_rotation(checks: Checks, person: Person) -> None:
    """Twice the token ends between a question and its answer."""
    ends = {"withdrawn": {"access": "of-nobody"}, "run out": {"exp": 0}}
    for number, (how, change) in enumerate(ends.items(), 1):
        before = person.answers()
        person.peer.post("/_control/set", json=change)
        person.push(person.event())
        came = wait(lambda before=before: person.answers() > before) and wait(checks.settled)  # type: ignore[misc]
        checks.that(f"Zalo OA, token {how}: the answer arrives", came, person.told())
        once = person.answers() == before + 1
        checks.that(f"Zalo OA, token {how}: exactly once", once, person.told())
        used = person.peer.get("/_control/state").json()["used"]
        checks.that(f"Zalo OA, token {how}: renewed once", len(used) == number, used)


def _check_places(checks: Checks, person: Person) -> None:
    """The numbers to call come as buttons that call."""
    before = len(person.told())
    person.push(person.event(text="/hotline"))
    came = wait(lambda: len(person.told()) > before) and wait(checks.settled)
    sent = person.peer.get("/_control/state").json()["sent"][-1]["message"]
    buttons = sent.get("attachment", {}).get("payload", {}).get("buttons", [])
    calls = [one["payload"] for one in buttons if one["type"] == "oa.open.phone"]
    checks.that("Zalo OA: numbers have buttons that call", came and {"phone_code": "115"} in calls)
    checks.that("Zalo OA: and stand in the text", "115" in sent["text"], sent)


def _check_other_events(checks: Checks, person: Person) -> None:
    for name in ("doc_user_send_image", "recorded_user_send_location", "doc_follow"):
        before = len(person.told())
        tries = person.push(person.event(f"{name}.json"))
        came = wait(lambda before=before: len(person.told()) > before)  # type: ignore[misc]
        checks.that(f"Zalo OA, {name}: taken and answered", tries[-1:] == [200] and came, tries)
    wait(checks.settled)
    written = checks.row(WRITTEN)
    for name in ("doc_user_seen_message", "doc_unfollow"):
        tries = person.push(person.event(f"{name}.json"))
        quiet = wait(checks.settled) and checks.row(WRITTEN) == written
        checks.that(f"Zalo OA, {name}: taken, nothing said", tries[-1:] == [200] and quiet, tries)
    stranger = Person(person.peer, person.road, "anon-1")
    stranger.push(stranger.event("doc_anonymous_send_text.json"))
    came = wait(lambda: stranger.answers() == 1)
    sent = person.peer.get("/_control/state").json()["sent"]
    where = {"anonymous_id": "anon-1", "conversation_id": "conv-1"}
    right = any(one["recipient"] == where for one in sent)
    checks.that("Zalo OA, anonymous: answered in their conversation", came and right, sent[-2:])


def _check_closed_doors(checks: Checks, peer: httpx.Client, road: Road) -> None:
    """Quota at its end, and seven days of silence: kept as undelivered with its reason, not tried
    again; who then takes back their consent leaves nothing of it behind."""
    now = time.time()
    doors = {
        "closed: -211": ("700000000000000001", {"replies": {"700000000000000001": 8}}),
        "closed: -230": ("700000000000000002", {"last": {"700000000000000002": now - 8 * DAY}}),
    }
    state = peer.get("/_control/state").json()
    for reason, (name, change) in doors.items():
        person = Person(peer, road, name)
        kept = {"last": {**state["last"], name: now}, "replies": state["replies"]}
        peer.post("/_control/set", json={**kept, **change})
        taken = person.knock(person.event()) == 200
        noted = wait(checks.settled) and checks.row(DEAD)[0]
        checks.that(f"Zalo OA, {reason}: noted with its reason", taken and noted == [reason], noted)
        checks.that(f"Zalo OA, {reason}: nothing was said", person.told() == [], person.told())
        person.push(person.event("doc_user_withdraw.json"))
        gone = wait(lambda: checks.row(DEAD)[0] is None)
        checks.that(f"Zalo OA, {reason}: erased when taken back", gone, checks.row(DEAD))
    peer.post("/_control/set", json={"last": state["last"], "replies": state["replies"]})


def _check_withdrawal(checks: Checks, person: Person) -> None:
    before = checks.row(PERSONS)[0]
    tries = person.push(person.event("doc_user_withdraw.json"))
    gone = wait(lambda: checks.row(PERSONS)[0] == before - 1) and wait(checks.settled)
    checks.that("Zalo OA, user_withdraw: everything is erased", tries[-1:] == [200] and gone)
    last = person.told()[-1:]
    checks.that("Zalo OA, user_withdraw: and said so once", "đã xóa" in "".join(last), last)
