"""People in the storm: each writes on one channel, sends again what did not get through as their
platform or page would, and sees what reaches them."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import itertools
import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import uuid4

import aiohttp

from bot import replies
from tests.faults.platforms import TELEGRAM_SECRET, ZALO_APP, ZALO_SECRET, Platforms
from tests.faults.tally import Told

QUESTIONS = {
    "cai nghiện tại nhà mất bao lâu": "24 tháng nếu là lần đầu",
    "methadone có mất tiền không": "Giá methadone",
    "có tiền án không nếu đi cai": "không phải án tích",
    "bóng cười có phải ma túy ko": "Khí cười N2O",
    "làm sao từ chối bạn rủ chơi": "Bạn có quyền nói không",
    "đi cai có được giữ bí mật không": "Cơ quan nhà nước phải giữ bí mật",
    "prep là gì": "Luật cho phép các cách giảm hại",
    "cơn thèm thuốc thì làm sao": "Kế hoạch cho lúc thèm",
    "ngáo đá là gì": "giữ lối thoát",
    "cai nghiện có được bảo hiểm y tế chi trả không": "Quỹ bảo hiểm y tế không trả cho việc",
}
"""What is asked, and a fact that stands in its answer and in no other."""
GREETINGS = ("chào bạn", "dạ em chào")
CRY, CRY_FACT = "mình muốn chết", "Gọi ngay 115"
ONE_IN_CRIES = 10
SENT_AGAIN = 0.03
"""How many webhooks a platform sends again although we had answered 200."""
ANSWER_WITHIN_SECONDS = 180.0
_numbers = itertools.count(1)


class Phone(Protocol):
    """A channel as one person has it. `news` is set whenever something reaches them."""

    channel: str
    sender: str
    news: asyncio.Event

    async def open(self) -> None: ...

    async def send(self, text: str) -> None:
        """Send, again and again until it is taken."""
        ...

    def told(self) -> Sequence[Told]: ...

    async def close(self) -> None: ...


async def _until_taken(
    http: aiohttp.ClientSession, url: str, expected: int, raw: bytes, headers: dict[str, str]
) -> None:
    """Post the same bytes until they are taken; the pause is a platform's, a hundred times faster."""
    while True:
        try:
            timeout = aiohttp.ClientTimeout(5)
            async with http.post(url, data=raw, headers=headers, timeout=timeout) as answer:
                if answer.status == expected:
                    return
                assert answer.status >= 500, await answer.text()
        except (aiohttp.ClientError, TimeoutError):
            pass
        await asyncio.sleep(0.3)


class MessengerPhone:
    """Somebody on Telegram or on Zalo."""

    def __init__(
        self, channel: str, url: str, platforms: Platforms, http: aiohttp.ClientSession
    ) -> None:
        self.channel, self.sender = channel, str(700_000_000 + next(_numbers))
        self._url, self._platforms, self._http = f"{url}/webhooks/{channel}", platforms, http
        self._rng = random.Random(self.sender)
        self.news = asyncio.Event()

    async def open(self) -> None:
        self._platforms.listening[self.channel, self.sender] = self.news.set

    async def send(self, text: str) -> None:
        raw, headers = webhook(self.channel, self.sender, text)
        for _ in range(2 if self._rng.random() < SENT_AGAIN else 1):
            await _until_taken(self._http, self._url, 200, raw, headers)

    def told(self) -> Sequence[Told]:
        return self._platforms.accepted.get((self.channel, self.sender), ())

    async def close(self) -> None:
        return None


def webhook(channel: str, sender: str, text: str) -> tuple[bytes, dict[str, str]]:
    """The body and the headers by which "telegram" or "zalo_oa" tells of a person's message."""
    return (_telegram if channel == "telegram" else _zalo)(sender, text)


def _telegram(sender: str, text: str) -> tuple[bytes, dict[str, str]]:
    person = {"id": int(sender), "is_bot": False, "first_name": "A"}
    message = {
        "message_id": next(_numbers),
        "from": person,
        "chat": {"id": int(sender), "type": "private", "first_name": "A"},
        "date": int(time.time()),
        "text": text,
    }
    raw = json.dumps({"update_id": next(_numbers), "message": message}).encode()
    return raw, {"X-Telegram-Bot-Api-Secret-Token": TELEGRAM_SECRET, **_JSON}


def _zalo(sender: str, text: str) -> tuple[bytes, dict[str, str]]:
    sent_at = str(int(time.time() * 1000))
    event = {
        "app_id": ZALO_APP,
        "sender": {"id": sender},
        "recipient": {"id": "3001002003"},
        "event_name": "user_send_text",
        "timestamp": sent_at,
        "message": {"text": text, "msg_id": f"storm-{next(_numbers)}"},
    }
    raw = json.dumps(event, ensure_ascii=False).encode()
    signed = ZALO_APP.encode() + raw + sent_at.encode() + ZALO_SECRET.encode()
    return raw, {"X-ZEvent-Signature": f"mac={hashlib.sha256(signed).hexdigest()}", **_JSON}


_JSON = {"Content-Type": "application/json"}


class PagePhone:
    """Somebody on the web page, whose stream is taken up again after the line last shown."""

    channel = "web"

    def __init__(self, url: str, http: aiohttp.ClientSession) -> None:
        self._url, self._http = url, http
        self._told: list[Told] = []
        self._last = ""
        self.sender = ""
        self.news = asyncio.Event()

    async def open(self) -> None:
        while not self.sender:
            try:
                async with self._http.post(f"{self._url}/chat/session") as answer:
                    if answer.status == 201:
                        self.sender = (await answer.json())["token"]
            except aiohttp.ClientError:
                await asyncio.sleep(0.3)
        self._headers = {"Authorization": f"Bearer {self.sender}"}
        self._following = asyncio.create_task(self._follow())

    async def send(self, text: str) -> None:
        raw = json.dumps({"id": str(uuid4()), "kind": "text", "text": text}).encode()
        url = f"{self._url}/chat/messages"
        await _until_taken(self._http, url, 202, raw, {**self._headers, **_JSON})

    async def _follow(self) -> None:
        while True:
            headers = {**self._headers, **({"Last-Event-ID": self._last} if self._last else {})}
            timeout = aiohttp.ClientTimeout(total=None, sock_read=40)
            try:
                async with self._http.get(
                    f"{self._url}/chat/stream", headers=headers, timeout=timeout
                ) as stream:
                    await self._read(stream.content)
            except (aiohttp.ClientError, TimeoutError):
                pass
            await asyncio.sleep(0.5)

    async def _read(self, lines: aiohttp.StreamReader) -> None:
        async for raw in lines:
            line = raw.decode()
            if line.startswith("id: "):
                number = line[4:].strip()
            elif line.startswith("data: ") and '"from"' in line:
                shown: dict[str, Any] = json.loads(line[6:])
                self._last = number
                if shown["from"] != "you":
                    self._told.append(Told(shown["text"], time.monotonic()))
                    self.news.set()

    def told(self) -> Sequence[Told]:
        return self._told

    async def close(self) -> None:
        self._following.cancel()
        await asyncio.gather(self._following, return_exceptions=True)


@dataclass
class Person:
    """Somebody with things to ask: one after the other, each when the one before is answered, some
    right after a greeting of its own."""

    phone: Phone
    rounds: list[tuple[list[str], str]]
    sent: list[str] = field(default_factory=list)

    async def talk(self, pause: float, rng: random.Random) -> None:
        """Ask everything, with pauses of about `pause` seconds."""
        await asyncio.sleep(rng.uniform(0, pause))
        await self.phone.open()
        for texts, fact in self.rounds:
            for text in texts:
                await self.phone.send(text)
                self.sent.append(text)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._hear(fact), ANSWER_WITHIN_SECONDS)
            await asyncio.sleep(rng.uniform(0.5, 1.5) * pause)

    async def _hear(self, fact: str) -> None:
        while not self.has_heard(fact):
            self.phone.news.clear()
            await self.phone.news.wait()

    def has_heard(self, fact: str) -> bool:
        """Whether the fact reached them, or the word that a counsellor will read it."""
        return any(fact in told.text or told.text == TROUBLE for told in self.phone.told())

    @property
    def unanswered(self) -> list[str]:
        return [texts[-1] for texts, fact in self.rounds if not self.has_heard(fact)]

    @property
    def cried(self) -> bool:
        return CRY in self.sent


TROUBLE = replies.trouble().text


def plan(number: int, messages: int, rng: random.Random) -> list[tuple[list[str], str]]:
    """What one person asks, in rounds that hold `messages` texts in all (at most 12), with the fact
    that answers each round. One in ten cries for help at the end."""
    greetings = GREETINGS[: messages // 5]
    asked = rng.sample(list(QUESTIONS.items()), messages - len(greetings))
    rounds = [([question], fact) for question, fact in asked]
    if number % ONE_IN_CRIES == 0:
        rounds[-1] = ([CRY], CRY_FACT)
    for greeting, (texts, _) in zip(
        greetings, rng.sample(rounds[:-1], len(greetings)), strict=True
    ):
        texts.insert(0, greeting)
    return rounds
