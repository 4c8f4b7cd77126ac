"""`make faults`: people write on three channels at once while everything is killed and comes back.

`diemtua run` keeps all alive, with one more worker beside it; the platforms are ours (platforms.py).
At the end what people sent, what the transcripts say and what reached people must be the same, in
order. Duplicates may happen only across a kill, one a conversation and kill (see tally.py).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import psycopg

from api.app import Wired
from bot import inbox
from bot.channels import Call
from bot.store import as_outbound, read_lines
from tests.faults.kept_alive import KeptAlive
from tests.faults.people import TROUBLE, MessengerPhone, PagePhone, Person, plan
from tests.faults.platforms import Platforms
from tests.faults.tally import Conversation, Fault, Tally, count

CHANNELS = ("telegram", "zalo_oa", "web")
KINDS = ("worker", "web", "rasa", "database", "platform")
SETTLE_WITHIN_SECONDS = 120.0
REFUSED = 0.01
"""How many sends a platform tells to come again."""
COMES_BACK_WITHIN_SECONDS = 60.0
ROWS = {
    "conversations": "conversations",
    "messages sent by people": "sent",
    "  never stored (lost)": "lost",
    "  questions without an answer": "unanswered",
    "  given to a counsellor instead": "to_human",
    "messages that reached people": "told",
    "  never reached them (lost)": "never_told",
    "conversations out of order": "out_of_order",
    "duplicates to people": "duplicates",
    "  beyond the bound": "unexplained",
}
SETTLED = """
SELECT NOT EXISTS (SELECT FROM inbox WHERE done_at IS NULL)
   AND NOT EXISTS (SELECT FROM outbox WHERE state = 'ready')
   AND NOT EXISTS (SELECT FROM procrastinate_jobs
                   WHERE task_name = 'up_to_date' AND status IN ('todo', 'doing'))
"""


@dataclass(frozen=True)
class Size:
    """`each` is how many messages a person sends, `repeats` how often each kind of fault happens,
    `gap` the seconds between two faults."""

    people: int
    each: int
    repeats: int
    gap: float
    seed: int


@dataclass(frozen=True)
class Outcome:
    """What is told at the end. `cries` are those sent, `episodes` those that are before the desk."""

    by_channel: dict[str, Tally]
    faults: list[Fault]
    dead: int
    cries: int
    episodes: int
    seconds: float

    @property
    def total(self) -> Tally:
        return sum(self.by_channel.values(), Tally())

    @property
    def good(self) -> bool:
        return self.total.good and not self.dead and self.cries == self.episodes


async def _faults(
    desk: KeptAlive, platforms: Platforms, size: Size, rng: random.Random, over: list[Fault]
) -> None:
    """Every kind as often as wanted, in a random order, about `gap` seconds apart."""
    kinds = list(KINDS) * size.repeats
    rng.shuffle(kinds)
    comings: list[asyncio.Task[None]] = []
    for what in kinds:
        await asyncio.sleep(rng.uniform(0.5, 1.5) * size.gap)
        comings.append(asyncio.create_task(_fault(desk, platforms, what, rng, over)))
    await asyncio.gather(*comings)


async def _fault(
    desk: KeptAlive, platforms: Platforms, what: str, rng: random.Random, over: list[Fault]
) -> None:
    began = time.monotonic()
    if what == "platform":
        await platforms.cut_off()
        await asyncio.sleep(rng.uniform(0.5, 3.0))
        await platforms.reach()
    else:
        desk.kill(what, rng)
    if what == "database":
        await asyncio.sleep(0.2)
        end = time.monotonic() + COMES_BACK_WITHIN_SECONDS
        while not await asyncio.to_thread(desk.database_answers):
            assert time.monotonic() < end, "PostgreSQL does not come back"
            await asyncio.sleep(0.2)
    over.append(Fault(what, began, time.monotonic() + 1.0))


@contextlib.asynccontextmanager
async def _crowd(desk: KeptAlive, platforms: Platforms, size: Size) -> AsyncIterator[list[Person]]:
    rng, url = random.Random(size.seed), f"http://127.0.0.1:{desk.port}"
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    async with aiohttp.ClientSession(connector=connector) as http:
        people = []
        for number in range(size.people):
            channel = CHANNELS[number % len(CHANNELS)]
            page = channel == "web"
            phone = PagePhone(url, http) if page else MessengerPhone(channel, url, platforms, http)
            people.append(Person(phone, plan(number, size.each, rng)))
        yield people
        await asyncio.gather(*(person.phone.close() for person in people))


async def storm(size: Size, folder: Path) -> Outcome:
    """One whole storm, on a database and processes of its own in `folder`."""
    rng = random.Random(size.seed)
    platforms, faults = Platforms(rng, REFUSED), list[Fault]()
    await platforms.start()
    desk = KeptAlive(folder, platforms.settings)
    try:
        await desk.wait()
        began = time.monotonic()
        async with _crowd(desk, platforms, size) as people:
            pause = len(KINDS) * size.repeats * size.gap / size.each
            talks = [person.talk(pause, random.Random(n)) for n, person in enumerate(people)]
            await asyncio.gather(_faults(desk, platforms, size, rng, faults), *talks)
            talked = time.monotonic() - began
            return await _settle(desk, platforms, people, faults, talked)
    finally:
        await desk.stop()
        await platforms.stop()


async def _settle(
    desk: KeptAlive, platforms: Platforms, people: list[Person], faults: list[Fault], seconds: float
) -> Outcome:
    """Wait until nothing is left to be done, and count."""
    end = time.monotonic() + SETTLE_WITHIN_SECONDS
    while time.monotonic() < end:
        with contextlib.suppress(psycopg.OperationalError):
            if (await desk.row(SETTLED))[0]:
                break
        await asyncio.sleep(0.5)
    await asyncio.sleep(2)
    dead = (await desk.row("SELECT count(*) FROM outbox WHERE state <> 'sent'"))[0]
    episodes = (await desk.row("SELECT count(*) FROM episodes"))[0]
    assert isinstance(dead, int)
    assert isinstance(episodes, int)
    return Outcome(
        await _count(desk, platforms, people, faults),
        faults,
        dead,
        sum(person.cried for person in people),
        episodes,
        seconds,
    )


async def _count(
    desk: KeptAlive, platforms: Platforms, people: list[Person], faults: list[Fault]
) -> dict[str, Tally]:
    wired = platforms.wire(desk.database_url, desk.folder)
    tallies = dict.fromkeys(CHANNELS, Tally())
    for person in people:
        channel = person.phone.channel
        tallies[channel] += count(await _became(wired, person), faults)
    await wired.close()
    return tallies


async def _became(wired: Wired, person: Person) -> Conversation:
    """What a person sent, beside what the database and their phone have of it."""
    ring, channel = wired.runtime.ring, wired.channels.get(person.phone.channel)
    async with wired.runtime.statements() as connection:
        talk = await inbox.find_conversation(
            connection, ring, person.phone.channel, person.phone.sender
        )
        lines = await read_lines(connection, talk) if talk else []
    said: list[str] = []
    for line in lines:
        if line.author == "citizen":
            continue
        calls = channel.render(as_outbound(line), talk.address) if channel and talk else []
        said += [_text(call) for call in calls] if channel else [line.text]
    return Conversation(
        sent=person.sent,
        stored=[line.text for line in lines if line.author == "citizen"],
        said=said,
        told=person.phone.told(),
        unanswered=person.unanswered,
        to_human=sum(told.text == TROUBLE for told in person.phone.told()),
    )


def _text(call: Call) -> str:
    text: str = call.body.get("text") or call.body["message"]["text"]
    return text


def show(outcome: Outcome) -> str:
    """The summary, one column a channel."""
    tallies = [*outcome.by_channel.values(), outcome.total]
    lines = [" " * 34 + "".join(f"{name:>10}" for name in (*outcome.by_channel, "all"))]
    for title, name in ROWS.items():
        lines.append(f"{title:34}" + "".join(f"{getattr(one, name):10}" for one in tallies))
    number = Counter(fault.what for fault in outcome.faults)
    lines += [
        f"dead letters: {outcome.dead}; cries for help: {outcome.cries}, before the desk: "
        f"{outcome.episodes}",
        "killed or cut off: " + ", ".join(f"{what} {number[what]}" for what in KINDS),
        f"{outcome.seconds:.0f} s of talk: {'GOOD' if outcome.good else 'NOT GOOD'}",
    ]
    return "\n".join(lines)


def main() -> int:
    reading = argparse.ArgumentParser(description=__doc__)
    reading.add_argument("--people", type=int, default=200)
    reading.add_argument("--each", type=int, default=10, choices=range(2, 13))
    reading.add_argument("--repeats", type=int, default=5)
    reading.add_argument("--gap", type=float, default=7.0)
    reading.add_argument("--seed", type=int, default=int(time.time()))
    size = Size(**vars(reading.parse_args()))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    print(f"{size.people} people, {size.people * size.each} messages, seed {size.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="diemtua-storm-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        outcome = asyncio.run(storm(size, folder))
    print(show(outcome))
    return 0 if outcome.good else 1


if __name__ == "__main__":
    sys.exit(main())
