"""5,000 spoiled bodies a channel: nothing raises, and what is stored is stored whole.

Most are real bodies with something wrong in them, for noise is turned away at its first byte: a value
anywhere replaced, taken out or put elsewhere, or bytes changed after the body was written.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from api import webhooks
from api.app import build_web
from bot import inbox
from bot.channels import web
from bot.channels.foreign import read_object
from bot.errors import NotUnderstood, TooLong
from bot.messages import Button, Inbound, Outbound
from bot.parked import take_in
from bot.privacy import KeyRing
from bot.runtime import Runtime
from bot.settings import Settings
from bot.tables import InboxRow
from tests.payloads.cases import NAMES, SECRETS, SMS_SECRET, all_channels, cases, signed
from tests.sms_channel import Sms

BODIES = 5000
AT_ONCE = 10
KNOCKS = 20
"""Every twentieth body goes through the webhook; the others are taken in as the webhook does."""
HTTP = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(500)))
CHANNELS = all_channels(HTTP)
ANSWER = Outbound("Chào bạn. " * 30, tuple(Button(f"Mục {n}", f"/answer {n}") for n in range(7)))
THOROUGHLY = settings(
    max_examples=BODIES // AT_ONCE,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)

Step = tuple[str, int, int]
Path = tuple[Any, ...]

ODD: list[Any] = [
    *(None, True, False, 0, -1, 7, 1.5, 1e308, float("nan"), float("inf"), 2**63, -(2**70)),
    *(10**400, "", " ", "0", "-0", "1e999", "nan", "\x00", "\ud83d", "\u202e", "a" * 300),
    *("a" * 5000, "😀" * 50, "e\u0301" * 9, "/start x", "/", "null", "٣", "-" * 40, "' OR 1=1--"),
    *([], {}, [[]], [{}], {"id": {}}, {"id": []}, [None] * 40, {"": ""}, {"text": {"text": 1}}),
]
GARBAGE = [b"", b"\x00", b"\xff", b"{", b"}", b'"', b",", b"\\", b"9" * 30, b"\\ud800", b"NaN"]
HOW = ("odd", "odd", "gone", "moved")
FRESH = {"update_id", "message_id", "msg_id", "timestamp", "id"}
"""Fields that make an event another event than the last one spoiled from the same row."""


def places(body: Any) -> list[Path]:
    """Where anything stands in `body`, from the whole to the last leaf."""
    found: list[Path] = [()]
    if isinstance(body, dict | list):
        for key, value in body.items() if isinstance(body, dict) else enumerate(body):
            found += [(key, *rest) for rest in places(value)]
    return found


def changed(body: Any, path: Path, change: Callable[[Any], Any]) -> Any:
    """A copy of `body` in which what stands at `path` is changed."""
    if not path:
        return change(body)
    copy = body.copy()
    copy[path[0]] = changed(body[path[0]], path[1:], change)
    return copy


def at(body: Any, path: Path) -> Any:
    for key in path:
        body = body[key]
    return body


def without(key: Any) -> Callable[[Any], Any]:
    def take_out(inside: Any) -> Any:
        copy = inside.copy()
        del copy[key]
        return copy

    return take_out


def spoil(body: Any, step: Step) -> Any:
    """`body` with one thing wrong in it."""
    what, first, second = step
    everywhere = places(body)
    path = everywhere[first % len(everywhere)]
    if what == "odd" or not path:
        return changed(body, path, lambda _: ODD[second % len(ODD)])
    if what == "gone":
        return changed(body, path[:-1], without(path[-1]))
    from_path = everywhere[second % len(everywhere)]
    return changed(body, path, lambda _: at(body, from_path))


def fresh(body: Any, number: int) -> Any:
    """`body` as another event of the same kind."""
    for path in places(body):
        if path and path[-1] in FRESH and "from" not in path[-2:] and "chat" not in path[-2:]:
            body = changed(body, path, lambda value: _numbered(value, number))
    return body


def _numbered(value: Any, number: int) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return value + number
    if isinstance(value, str) and value.count("-") == 4:
        return f"{value[:24]}{number:012d}"
    if isinstance(value, str):
        return str(int(value) + number) if value.isdecimal() else f"{value}{number}"
    return value


def damage(raw: bytes, where: int, length: int, what: int) -> bytes:
    """`raw` with a few bytes replaced."""
    start = where % (len(raw) + 1)
    return raw[:start] + GARBAGE[what % len(GARBAGE)] + raw[start + length % 9 :]


def carry_out(program: bytes, rows: Sequence[Any], number: int) -> bytes:
    """A body spoiled as the bytes of `program` say: which row, how often, where and with what."""
    row, times, cuts, *rest = program
    body = fresh(rows[row % len(rows)], number)
    for step in range(1 + times % 2):
        what, first, second = rest[3 * step : 3 * step + 3]
        body = spoil(body, (HOW[what % len(HOW)], first, second))
    raw = json.dumps(body).encode()
    if cuts % 5 == 0:
        raw = damage(raw, 256 * rest[6] + rest[7], rest[8], rest[9])
    return raw


def spoiled_bodies(name: str, look_at: Callable[[bytes], None]) -> list[bytes]:
    """5,000 bodies spoiled from a channel's table; hypothesis shrinks one that `look_at` fails for.

    A row that is an event counts thrice: what is turned away tells less.
    """
    rows = [case.body for case in cases(name) for _ in range(3 if case.events else 1)]
    made: list[bytes] = []

    @THOROUGHLY
    @given(programs=st.binary(min_size=13 * AT_ONCE, max_size=13 * AT_ONCE))
    def make(programs: bytes) -> None:
        for start in range(0, len(programs), 13):
            raw = carry_out(programs[start : start + 13], rows, len(made))
            made.append(raw)
            look_at(raw)

    make()
    assert len(made) >= BODIES
    return made


@pytest.fixture(scope="module")
def web_process(server: str, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """One web process for all channels; it need not wait for the disk."""
    folder = tmp_path_factory.mktemp("web")
    KeyRing.fresh().save(folder / "keyring.json")
    url = f"{server}&options=-csynchronous_commit%3Doff"
    app = build_web(Settings(_env_file=None, DATABASE_URL=url, data_dir=folder, **SECRETS))
    app.state.channels = {
        **app.state.channels,
        "sms": Sms(SMS_SECRET, HTTP, "http://sms.invalid"),
    }
    return app


@pytest.fixture
async def desk(
    web_process: FastAPI, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    monkeypatch.setattr(webhooks, "ANSWER_WITHIN_SECONDS", 30.0)
    transport = httpx.ASGITransport(web_process)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as http:
        yield http
    runtime: Runtime = web_process.state.runtime
    await runtime.sessions.kw["bind"].dispose()


def said(event: Inbound) -> dict[str, Any]:
    """What of an event is stored."""
    whole = {"kind": event.kind, "text": event.text}
    if event.location:
        whole["location"] = list(event.location)
    if event.pictures:
        whole["pictures"] = list(event.pictures)
    return {**whole, "address": event.address} if event.address else whole


async def stored(runtime: Runtime, channel: str) -> dict[str, dict[str, Any]]:
    """Every event of the inbox by its id, as it can be read again."""
    async with runtime.sessions() as session:
        rows = (await session.scalars(select(InboxRow))).all()
    return {
        row.event_id: json.loads(runtime.ring.unseal(row.sealed, f"inbox:{channel}:{row.event_id}"))
        for row in rows
    }


async def count(runtime: Runtime, what: str) -> int:
    async with runtime.sessions() as session:
        return cast(int, await session.scalar(text(f"SELECT count(*) FROM {what}")))


@pytest.mark.parametrize("name", NAMES)
async def test_spoiled_bodies_never_raise_and_are_never_stored_half(
    name: str, web_process: FastAPI, desk: httpx.AsyncClient
) -> None:
    channel, runtime = CHANNELS[name], web_process.state.runtime
    expected: dict[str, dict[str, Any]] = {}
    people: set[str] = set()
    unreadable: set[bytes] = set()

    def look_at(raw: bytes) -> None:
        assert channel.verify({}, raw) is False
        channel.acknowledge(raw)
        for event in channel.parse(raw):
            assert event.channel == name
            assert event.event_id
            assert event.sender
            event.text.encode()
            assert channel.render(ANSWER, event.address)
            channel.typing(event.address)

    for number, raw in enumerate(spoiled_bodies(name, look_at)):
        headers = signed(name, raw)
        taken = channel.verify(headers, raw)
        if number % KNOCKS == 0:
            answer = await desk.post(f"/webhooks/{name}", content=raw, headers=headers)
            assert answer.status_code == (200 if taken else 401), raw
        elif taken:
            await take_in(runtime, channel, raw)
        if not taken:
            continue
        for event in channel.parse(raw):
            expected.setdefault(event.event_id, said(event))
            people.add(event.sender)
        if not read_object(raw):
            unreadable.add(raw)

    assert await stored(runtime, name) == expected
    assert len(expected) > BODIES / 8, "most are refused at the first look: too little is tried"
    assert await count(runtime, "persons") == len(people)
    assert await count(runtime, "conversations") == len(people)
    assert await count(runtime, "procrastinate_jobs") == len(expected)
    assert await count(runtime, "parked_updates") == len(unreadable)


async def test_spoiled_bodies_of_a_page_are_stored_whole_or_refused(
    web_process: FastAPI, desk: httpx.AsyncClient
) -> None:
    runtime = web_process.state.runtime
    token = (await desk.post("/chat/session")).json()["token"]
    who = {"Authorization": f"Bearer {token}"}
    expected: dict[str, dict[str, Any]] = {}

    def read(raw: bytes) -> tuple[int, Inbound | None]:
        try:
            return 202, web.parse(raw, token)
        except (NotUnderstood, TooLong) as refusal:
            return refusal.status, None

    def look_at(raw: bytes) -> None:
        read(raw)

    for number, raw in enumerate(spoiled_bodies("web", look_at)):
        status, event = read(raw)
        if number % KNOCKS == 0:
            answer = await desk.post("/chat/messages", content=raw, headers=who)
            assert answer.status_code == status, raw
        elif event:
            async with runtime.statements() as connection:
                await inbox.receive(connection, runtime.ring, event, runtime.clock())
        if event:
            expected.setdefault(event.event_id, said(event))

    assert await stored(runtime, "web") == expected
    assert len(expected) > BODIES / 50, "three fields, all needed: few spoiled bodies are taken"
    assert await count(runtime, "persons") == 1
    assert await count(runtime, "procrastinate_jobs") == len(expected)
