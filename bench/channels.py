"""The channels from end to end: platforms on loopback, our real web process, workers and Rasa."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import aiohttp
import psutil

from bench.load import MESSAGES, Measured, Person, WebPerson, steady
from bot.settings import Settings
from tests.faults.people import webhook
from tests.faults.platforms import Platforms
from tests.processes import DIEMTUA, Desk, Process, RasaPair

ACKNOWLEDGED_A_SECOND, ACKNOWLEDGED_FOR_SECONDS = 50, 20
A_SECOND, FOR_SECONDS = 2, 40
CROWD, EACH = 240, 5
ANSWER_WITHIN_SECONDS = 60
AGAIN_AFTER_SECONDS = 0.5
CHANNELS = ("telegram", "zalo_oa", "web")
_numbers = itertools.count(900_000_000)


class MessengerPerson:
    """Somebody on Telegram or Zalo: their platform posts, and waits for our call."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str, channel: str, platforms: Platforms
    ) -> None:
        self._session, self._url, self._channel = session, f"{url}/webhooks/{channel}", channel
        self._sender = str(next(_numbers))
        self._answered = asyncio.Event()
        self._platforms = platforms

    async def open(self) -> None:
        self._platforms.listening[self._channel, self._sender] = self._answered.set

    async def say(self, text: str) -> None:
        """Returns once it is answered. What is not acknowledged is sent again, as platforms do."""
        self._answered.clear()
        raw, headers = webhook(self._channel, self._sender, text)
        async with asyncio.timeout(ANSWER_WITHIN_SECONDS):
            for pause in itertools.repeat(AGAIN_AFTER_SECONDS):
                if await self._post(raw, headers):
                    break
                await asyncio.sleep(pause)
            await self._answered.wait()

    async def knock(self, text: str) -> bool:
        """Whether the webhook was acknowledged."""
        return await self._post(*webhook(self._channel, self._sender, text))

    async def _post(self, raw: bytes, headers: Mapping[str, str]) -> bool:
        """False also where the server closed a connection that had stood idle."""
        try:
            async with self._session.post(self._url, data=raw, headers=headers) as answer:
                return answer.status == 200
        except aiohttp.ClientConnectionError:
            return False

    async def close(self) -> None:
        del self._platforms.listening[self._channel, self._sender]


async def measure(settings: Settings, folder: Path, pair: RasaPair) -> None:
    """Print how fast webhooks are acknowledged, how long an answer takes on each channel, and how
    many messages a second one and two workers keep up with."""
    platforms = Platforms(random.Random(1), refused=0.0)
    await platforms.start()
    desk = Desk(folder, settings.database_url, pair.port, platforms.settings)
    try:
        desk.wait()
        await _acknowledgements(desk, platforms)
        waits = await _waits(settings, platforms)
        await _end_to_end(desk, platforms, waits)
        await _sustained(desk, platforms, folder)
    finally:
        desk.stop()
        await platforms.stop()


async def _waits(settings: Settings, platforms: Platforms) -> Mapping[str, float]:
    """For how long each channel waits for further messages, in seconds."""
    wired = platforms.wire(settings.database_url, settings.data_dir)
    await wired.close()
    return {name: channel.caps.gathers_s for name, channel in wired.channels.items()}


async def _acknowledgements(desk: Desk, platforms: Platforms) -> None:
    latencies: list[float] = []
    refused = 0
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        people = [
            MessengerPerson(session, desk.url, channel, platforms)
            for channel in ("telegram", "zalo_oa")
            for _ in range(2 * ACKNOWLEDGED_A_SECOND)
        ]

        async def once(person: MessengerPerson, text: str) -> None:
            nonlocal refused
            began = time.perf_counter()
            refused += not await person.knock(text)
            latencies.append((time.perf_counter() - began) * 1000)

        tasks, began = [], time.perf_counter()
        for number in range(ACKNOWLEDGED_A_SECOND * ACKNOWLEDGED_FOR_SECONDS):
            due = began + number / ACKNOWLEDGED_A_SECOND
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            person, text = people[number % len(people)], MESSAGES[number % len(MESSAGES)]
            tasks.append(asyncio.create_task(once(person, text)))
        await asyncio.gather(*tasks)
        _line("webhook acknowledged, 50 a second", Measured(latencies, 0))
        if refused:
            print(f"  {refused} of {len(latencies)} were told to come again: too slow")
    await _quiet(platforms)


async def _end_to_end(desk: Desk, platforms: Platforms, waits: Mapping[str, float]) -> None:
    def maker(channel: str) -> Callable[[aiohttp.ClientSession], Person]:
        if channel == "web":
            return lambda session: WebPerson(session, desk.url)
        return lambda session: MessengerPerson(session, desk.url, channel, platforms)

    measured = await asyncio.gather(
        *(steady(maker(channel), A_SECOND, FOR_SECONDS) for channel in CHANNELS)
    )
    for channel, one in zip(CHANNELS, measured, strict=True):
        waited = waits.get(channel, 0.0) * 1000
        without = Measured([each - waited for each in one.latencies], one.rate)
        _line(f"{channel}: answered, {A_SECOND} a second", without, waited)


async def _sustained(desk: Desk, platforms: Platforms, folder: Path) -> None:
    one = await _rate(desk, platforms)
    environment = psutil.Process(desk.worker.pid).environ()
    second = Process([str(DIEMTUA), "worker"], environment, folder / "second_worker.log")
    try:
        await asyncio.sleep(5)
        two = await _rate(desk, platforms)
    finally:
        second.stop()
    print(f"sustained messages a second: {one:.1f} with one worker, {two:.1f} with two")


async def _rate(desk: Desk, platforms: Platforms) -> float:
    """Answers a second over the middle of a run with so many people that nobody's waiting, and no
    channel's, slows it."""
    answered: list[float] = []

    async def talk(person: MessengerPerson, number: int) -> None:
        for turn in range(EACH):
            await person.say(MESSAGES[(number * 7 + turn) % len(MESSAGES)])
            answered.append(time.perf_counter())

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        people = [MessengerPerson(session, desk.url, "telegram", platforms) for _ in range(CROWD)]
        for person in people:
            await person.open()
        await asyncio.gather(*(talk(person, number) for number, person in enumerate(people)))
        for person in people:
            await person.close()
    await _quiet(platforms)
    middle = sorted(answered)[len(answered) // 5 : -len(answered) // 5]
    return (len(middle) - 1) / (middle[-1] - middle[0])


async def _quiet(platforms: Platforms) -> None:
    """Wait until nothing has been sent for five seconds."""
    before = -1
    while (now := sum(len(one) for one in platforms.accepted.values())) != before:
        before = now
        await asyncio.sleep(5)


def _line(label: str, measured: Measured, waited: float = 0.0) -> None:
    more = f" (and {waited:.0f} ms in which the channel waits for more)" if waited else ""
    p50, p95 = measured.percentile(50), measured.percentile(95)
    print(f"{label:34} p50 {p50:7.1f} ms, p95 {p95:7.1f} ms{more}", flush=True)
