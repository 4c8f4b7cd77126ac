"""Virtual people: the same messages at the same pace, to bare Rasa or through the web chat."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import aiohttp

AT_HAND = 10
"""People waiting to write, for each message a second: enough where an answer takes seconds."""
MESSAGES = Path(__file__).with_name("messages.txt").read_text("utf-8").splitlines()


@dataclass(frozen=True)
class Measured:
    """Latencies in milliseconds, and messages a second over the whole run."""

    latencies: list[float]
    rate: float

    def percentile(self, percent: int) -> float:
        return statistics.quantiles(self.latencies, n=100)[percent - 1]


class Person(Protocol):
    """Somebody who writes, and waits for the answer."""

    async def open(self) -> None: ...

    async def say(self, text: str) -> None: ...

    async def close(self) -> None: ...


class RasaPerson:
    """Somebody who writes straight to Rasa's REST channel."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session, self._url, self._sender = session, url, str(uuid.uuid4())

    async def open(self) -> None:
        return None

    async def say(self, text: str) -> None:
        body = {"sender": self._sender, "message": text}
        async with self._session.post(f"{self._url}/webhooks/rest/webhook", json=body) as answer:
            replies = await answer.json()
            assert replies, "Rasa said nothing"

    async def close(self) -> None:
        return None


class WebPerson:
    """Somebody on the chat page: posts, and waits for the bot's line on the stream."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session, self._url = session, url
        self._answered = asyncio.Event()
        self._client_id = ""

    async def open(self) -> None:
        async with self._session.post(f"{self._url}/chat/session") as answer:
            token = (await answer.json())["token"]
        self._headers = {"Authorization": f"Bearer {token}"}
        self._stream = await self._session.get(
            f"{self._url}/chat/stream", headers=self._headers, timeout=aiohttp.ClientTimeout(None)
        )
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        heard_me = False
        async for raw in self._stream.content:
            if not raw.startswith(b"data: {"):
                continue
            data = json.loads(raw[6:])
            if data.get("from") == "you":
                heard_me = data["client_id"] == self._client_id
            elif data.get("from") == "bot" and heard_me:
                self._answered.set()

    async def say(self, text: str) -> None:
        self._client_id = str(uuid.uuid4())
        self._answered.clear()
        body = {"id": self._client_id, "kind": "text", "text": text}
        async with self._session.post(
            f"{self._url}/chat/messages", headers=self._headers, json=body
        ) as answer:
            assert answer.status == 202, await answer.text()
        async with asyncio.timeout(30):
            await self._answered.wait()

    async def close(self) -> None:
        self._reading.cancel()
        self._stream.close()


async def crowd(
    make: Callable[[aiohttp.ClientSession], Person], people: int, each: int
) -> Measured:
    """`people` at once, each writing `each` messages one after the other."""
    latencies: list[float] = []

    async def talk(person: Person, number: int) -> None:
        for turn in range(each):
            began = time.perf_counter()
            await person.say(MESSAGES[(number * 7 + turn) % len(MESSAGES)])
            latencies.append((time.perf_counter() - began) * 1000)

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        all_people = [make(session) for _ in range(people)]
        for person in all_people:
            await person.open()
            await person.say("chào")
        began = time.perf_counter()
        await asyncio.gather(*(talk(one, number) for number, one in enumerate(all_people)))
        took = time.perf_counter() - began
        for person in all_people:
            await person.close()
    return Measured(latencies, len(latencies) / took)


async def steady(
    make: Callable[[aiohttp.ClientSession], Person], a_second: float, seconds: float
) -> Measured:
    """A message every 1/`a_second` seconds, each from somebody who is not waiting for an answer."""
    latencies: list[float] = []
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        free = [make(session) for _ in range(int(a_second * AT_HAND))]
        for person in free:
            await person.open()
            await person.say("chào")

        async def once(person: Person, text: str) -> None:
            began = time.perf_counter()
            await person.say(text)
            latencies.append((time.perf_counter() - began) * 1000)
            free.append(person)

        tasks = []
        began = time.perf_counter()
        for number in range(int(a_second * seconds)):
            await asyncio.sleep(max(0, began + number / a_second - time.perf_counter()))
            tasks.append(asyncio.create_task(once(free.pop(0), MESSAGES[number % len(MESSAGES)])))
        await asyncio.gather(*tasks)
        took = time.perf_counter() - began
        for person in free:
            await person.close()
    return Measured(latencies, len(latencies) / took)
