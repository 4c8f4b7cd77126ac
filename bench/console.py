"""The console: how soon fifty pages hear of something, and how soon a long case is on the screen."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import aiohttp
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api import auth, database
from api.console.visitor import COOKIE
from bench.load import Measured
from bot import handoff, inbox
from bot.messages import Inbound, Outbound
from bot.privacy import KeyRing, seal_json
from bot.settings import Settings
from bot.store import Talk, append, open_talk
from bot.tables import Counsellor, Handoff, Message
from tests.processes import Desk

CONSOLES, WAITING = 50, 20
EVENTS, A_SECOND = 60, 3.0
LONG_CASE, PAINTS = 30_000, 20
HEARD_WITHIN_SECONDS = 30.0
PASSWORD = "hoa sen trên ao"
Act = Callable[[AsyncSession, Talk], Awaitable[None]]


@dataclass
class Page:
    """A counsellor's open page; `heard` is when each kind of event last came, by our clock."""

    token: str
    counsellor_id: UUID
    talk: Talk
    handoff_id: UUID
    heard: dict[str, float] = field(default_factory=dict)
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def read(self, stream: aiohttp.StreamReader) -> None:
        async for raw in stream:
            name = raw[7:].strip().decode() if raw.startswith(b"event: ") else ""
            if raw.startswith(b"id: "):
                name = "line"
            if raw.startswith(b'data: <hx-partial hx-target="#queue"'):
                name = "board"
            if name:
                self.heard[name] = time.perf_counter()
                self.came.set()

    async def hear(self, name: str, after: float) -> float:
        """Milliseconds from `after` until the event `name` came."""
        async with asyncio.timeout(HEARD_WITHIN_SECONDS):
            while self.heard.get(name, 0.0) < after:
                self.came.clear()
                await self.came.wait()
        return (self.heard[name] - after) * 1000


class Room:
    """Fifty counsellors with a case each, before the real web process."""

    def __init__(self, desk: Desk, settings: Settings, session: aiohttp.ClientSession) -> None:
        self.url, self._http = desk.url, session
        self._ring = KeyRing.load(settings.keyring)
        self._settings = settings
        self.pages: list[Page] = []
        self.committed_at = 0.0

    async def open(self, stack: AsyncExitStack) -> None:
        engine, self.sessions = database.connect(self._settings.database_url, 5)
        stack.push_async_callback(engine.dispose)
        for number in range(CONSOLES):
            self.pages.append(await self._sit_down(f"bench{number}"))
        for _ in range(WAITING):
            await self.come_in()
        for page in self.pages:
            where = f"{self.url}/console/stream?desk=true&case={page.handoff_id}"
            stream = await self._http.get(
                where, cookies={COOKIE: page.token}, timeout=aiohttp.ClientTimeout(None)
            )
            assert stream.status == 200, await stream.text()
            reading = asyncio.create_task(page.read(stream.content))
            stack.callback(stream.close)
            stack.callback(reading.cancel)
        await asyncio.sleep(2)

    async def _sit_down(self, login: str) -> Page:
        now = datetime.now(UTC)
        talk, handoff_id = await self.come_in()
        async with self.sessions.begin() as session:
            given = await auth.create_counsellor(session, login, login, "counsellor", now)
            token = await auth.log_in(session, login, given, now)
            assert isinstance(token, str)
            await auth.change_password(session, token, given, PASSWORD, now)
            who = (await session.scalars(select(Counsellor).where(Counsellor.login == login))).one()
            await handoff.claim(session, self._ring, handoff_id, who, now)
        return Page(token, who.id, talk, handoff_id)

    async def come_in(self, priority: int = handoff.ORDINARY) -> tuple[Talk, UUID]:
        """Somebody new asks for a counsellor, or is in danger."""
        now = datetime.now(UTC)
        event = Inbound("web", str(uuid4()), str(uuid4()), "text", "cho em gặp tư vấn viên")
        async with self.sessions.begin() as session:
            received = await inbox.receive(session, self._ring, event, now)
            assert received is not None
            talk = await open_talk(session, self._ring, received.conversation_id)
            assert talk is not None
            await handoff.ask_for_counsellor(
                session, talk, priority=priority, reason="asked", summary={}, now=now
            )
            found = select(Handoff.id).where(Handoff.conversation_id == talk.id)
            handoff_id = (await session.scalars(found)).one()
            self.committed_at = time.perf_counter()
        return talk, handoff_id

    async def write(self, page: Page) -> None:
        """The person on the other side writes."""
        async with self.sessions.begin() as session:
            words = [Outbound("em cảm ơn chị")]
            await append(session, page.talk, "citizen", words, datetime.now(UTC))
            self.committed_at = time.perf_counter()

    async def fetch(self, page: Page, path: str, *, part: bool = True) -> float:
        """Milliseconds until all of it is here."""
        headers = {"HX-Request": "true"} if part else {}
        began = time.perf_counter()
        async with self._http.get(
            self.url + path, cookies={COOKIE: page.token}, headers=headers
        ) as answer:
            assert answer.status == 200, await answer.text()
            await answer.read()
        return (time.perf_counter() - began) * 1000


async def measure(settings: Settings, desk: Desk) -> None:
    """Print how long fifty pages wait for news, their boards and a long case."""
    async with AsyncExitStack() as stack:
        connector = aiohttp.TCPConnector(limit=0)
        jar = aiohttp.DummyCookieJar()
        http = await stack.enter_async_context(
            aiohttp.ClientSession(connector=connector, cookie_jar=jar)
        )
        room = Room(desk, settings, http)
        await room.open(stack)
        _line(f"{CONSOLES} consoles: new board after commit", await _new_cases(room))
        _line(f"{CONSOLES} consoles: new line after commit", await _new_lines(room))
        _line(f"case of {LONG_CASE} lines: whole page", await _long_case(room))


async def _new_cases(room: Room) -> list[float]:
    """Everybody's board shows each new case, every third of them a danger."""
    heard: list[float] = []
    for number in range(EVENTS // 3):
        await room.come_in(handoff.DANGER_NOW if number % 3 == 0 else handoff.ORDINARY)
        at = room.committed_at
        heard += await asyncio.gather(*(page.hear("board", at) for page in room.pages))
        await asyncio.sleep(1 / A_SECOND)
    return heard


async def _new_lines(room: Room) -> list[float]:
    """People write to their counsellors, one after the other."""
    heard = []
    for number in range(EVENTS):
        page = room.pages[number % CONSOLES]
        await room.write(page)
        heard.append(await page.hear("line", room.committed_at))
        await asyncio.sleep(1 / A_SECOND)
    return heard


async def _long_case(room: Room) -> list[float]:
    page = room.pages[0]
    await _write_long(room.sessions, page.talk, page.counsellor_id)
    path = f"/console/cases/{page.handoff_id}"
    return [await room.fetch(page, path, part=False) for _ in range(PAINTS)]


async def _write_long(
    sessions: async_sessionmaker[AsyncSession], talk: Talk, counsellor_id: UUID
) -> None:
    """A transcript as long as any, both writing in turn."""
    began = datetime.now(UTC) - timedelta(days=30)
    rows = []
    for number in range(LONG_CASE):
        uid, is_citizen = uuid4(), number % 2 == 0
        rows.append(
            {
                "uid": uid,
                "conversation_id": talk.id,
                "author": "citizen" if is_citizen else "counsellor",
                "counsellor_id": None if is_citizen else counsellor_id,
                "sealed": seal_json(talk.key, {"text": f"tin số {number}"}, f"message:{uid}"),
                "created_at": began + timedelta(seconds=number),
            }
        )
    async with sessions.begin() as session:
        await session.execute(insert(Message), rows)


def _line(label: str, latencies: Sequence[float]) -> None:
    measured = Measured(list(latencies), 0)
    print(
        f"{label:44} p50 {measured.percentile(50):7.1f} ms, p95 {measured.percentile(95):7.1f} ms",
        flush=True,
    )
