"""Who may knock: through the real webhook and the real database, a forged body stores nothing and a
replayed one does nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import structlog
from fastapi import FastAPI
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api import webhooks
from api.app import build_web
from bot import jobs
from bot.privacy import KeyRing
from bot.runtime import Runtime
from bot.settings import Settings
from bot.tables import Conversation, InboxRow, Message, Person
from tests.payloads.cases import (
    NAMES,
    SECRETS,
    SHARED_SECRET_HEADERS,
    SMS_SECRET,
    signed,
    text_case,
)
from tests.sms_channel import Sms

Sessions = async_sessionmaker[AsyncSession]
NOTHING = (0, 0, 0, 0, 0)
ONE_EVENT = (1, 1, 1, 1, 0)


@dataclass(frozen=True)
class Door:
    """The webhooks of one web process, and what is behind them."""

    app: FastAPI
    http: httpx.AsyncClient
    sessions: Sessions

    @property
    def runtime(self) -> Runtime:
        found: Runtime = self.app.state.runtime
        return found

    @property
    def under_way(self) -> set[asyncio.Task[None]]:
        """What is being stored, though it was answered."""
        found: set[asyncio.Task[None]] = self.app.state.under_way
        return found

    async def knock(
        self, channel: str, raw: bytes, headers: Mapping[str, str] | None = None
    ) -> int:
        """The status that the body gets, signed unless other headers are given."""
        given = signed(channel, raw) if headers is None else headers
        answer = await self.http.post(f"/webhooks/{channel}", content=raw, headers=given)
        return answer.status_code

    async def stored(self) -> tuple[int, ...]:
        """(people, conversations, events, jobs, bodies laid aside) in the database."""
        counts = [select(func.count()).select_from(one) for one in (Person, Conversation, InboxRow)]
        async with self.sessions() as session:
            found = [await session.scalar(one) for one in counts]
            for table in ("procrastinate_jobs", "parked_updates"):
                found.append(await session.scalar(text(f"SELECT count(*) FROM {table}")))
        return tuple(int(count or 0) for count in found)


@pytest.fixture(scope="module")
def web(server: str, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """One web process for all of these tests."""
    folder = tmp_path_factory.mktemp("web")
    KeyRing.fresh().save(folder / "keyring.json")
    app = build_web(Settings(_env_file=None, DATABASE_URL=server, data_dir=folder, **SECRETS))
    nowhere = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(500)))
    app.state.channels = {**app.state.channels, "sms": Sms(SMS_SECRET, nowhere, "http://sms")}
    return app


@pytest.fixture
async def door(
    web: FastAPI, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Door]:
    """A slow machine is given time; the test of slowness takes it away."""
    monkeypatch.setattr(webhooks, "ANSWER_WITHIN_SECONDS", 30.0)
    monkeypatch.setattr(webhooks, "STORE_WITHIN_SECONDS", 30.0)
    transport = httpx.ASGITransport(web, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as http:
        yield Door(web, http, sessions)
    await web.state.runtime.sessions.kw["bind"].dispose()


@pytest.mark.parametrize("name", NAMES)
async def test_a_signed_body_is_stored_before_it_is_answered(door: Door, name: str) -> None:
    assert await door.knock(name, text_case(name).raw) == 200
    assert await door.stored() == ONE_EVENT


def forgeries(name: str) -> Iterator[tuple[str, bytes, dict[str, str]]]:
    """What somebody sends who does not know the secret, each with what is wrong with it."""
    raw = text_case(name).raw
    right = dict(signed(name, raw))
    [(header, value)] = right.items()
    last = "0" if value[-1] != "0" else "1"
    yield "no header", raw, {}
    yield "an empty header", raw, {header: ""}
    yield "the last character wrong", raw, {header: value[:-1] + last}
    yield "the beginning only", raw, {header: value[:-1]}
    yield "more behind it", raw, {header: value + "0"}
    yield "twice, separated by a comma", raw, {header: f"{value}, {value}"}
    yield "in another header", raw, {"authorization": value}
    yield "another channel's", raw, {header: dict(signed(another(name), raw)).popitem()[1]}
    yield "letters beyond ASCII", raw, {header: "mật"}
    if name not in SHARED_SECRET_HEADERS:
        old = json.loads(raw)
        for what, changed in (
            ("replayed on another body", json.dumps({**old, "forged": True}).encode()),
            ("replayed on other words", raw.replace(b"xin", b"XIN")),
            ("replayed on the same body written otherwise", json.dumps(old, indent=1).encode()),
            ("replayed on no body", b""),
        ):
            assert changed != raw
            yield what, changed, right


def another(name: str) -> str:
    return NAMES[(NAMES.index(name) + 1) % len(NAMES)]


@pytest.mark.parametrize(
    ("name", "raw", "headers"),
    [
        pytest.param(name, raw, headers, id=f"{name}: {what}")
        for name in NAMES
        for what, raw, headers in forgeries(name)
    ],
)
async def test_a_forged_body_is_refused_and_nothing_is_stored(
    door: Door, name: str, raw: bytes, headers: dict[str, str]
) -> None:
    encoded = {key: value.encode() for key, value in headers.items()}
    assert await door.knock(name, raw, encoded) == 401  # type: ignore[arg-type]
    assert await door.stored() == NOTHING


@pytest.mark.parametrize("name", NAMES)
async def test_the_time_that_is_signed_cannot_be_moved(door: Door, name: str) -> None:
    """A replay that wants to look new has to change the body; where the platform signs no bodies,
    the event keeps its number, and the inbox knows it."""
    raw = text_case(name).raw
    assert await door.knock(name, raw) == 200
    later = raw.replace(b"1795400000", b"1795409999")
    assert later != raw
    status = await door.knock(name, later, signed(name, raw))
    assert status == (200 if name in SHARED_SECRET_HEADERS else 401)
    assert await door.stored() == ONE_EVENT


@pytest.mark.parametrize("name", NAMES)
async def test_a_replay_answers_200_and_does_nothing(door: Door, name: str) -> None:
    raw = text_case(name).raw
    assert [await door.knock(name, raw) for _ in range(3)] == [200, 200, 200]
    assert await door.stored() == ONE_EVENT


@pytest.mark.parametrize("name", NAMES)
async def test_replays_that_arrive_together_are_one_event(door: Door, name: str) -> None:
    raw = text_case(name).raw
    assert await asyncio.gather(*(door.knock(name, raw) for _ in range(6))) == [200] * 6
    assert await door.stored() == ONE_EVENT


@pytest.mark.parametrize("name", NAMES)
async def test_a_replay_of_what_was_answered_is_not_answered_again(door: Door, name: str) -> None:
    raw = text_case(name).raw
    await door.knock(name, raw)
    async with door.sessions() as session:
        conversation_id = (await session.scalars(select(Conversation.id))).one()
        lines = select(func.count()).select_from(Message)
        await jobs.bring_up_to_date(door.runtime, {}, conversation_id)
        said = await session.scalar(lines)
        assert await door.knock(name, raw) == 200
        await jobs.bring_up_to_date(door.runtime, {}, conversation_id)
        assert said
        assert await session.scalar(lines) == said


async def test_the_header_is_found_however_it_is_written(door: Door) -> None:
    raw = text_case("telegram").raw
    secret = SECRETS["telegram_secret"]
    assert await door.knock("telegram", raw, {"X-TELEGRAM-Bot-Api-Secret-Token": secret}) == 200


async def test_a_zalo_signature_counts_in_capitals_and_without_its_prefix(door: Door) -> None:
    raw = text_case("zalo_oa").raw
    mac = dict(signed("zalo_oa", raw))["x-zevent-signature"].removeprefix("mac=")
    assert await door.knock("zalo_oa", raw, {"X-ZEvent-Signature": mac.upper()}) == 200


@pytest.mark.parametrize("name", NAMES)
async def test_an_over_long_body_is_refused_unread(door: Door, name: str) -> None:
    raw = text_case(name).raw[:-1] + b', "more": "' + b"a" * webhooks.MOST_BYTES + b'"}'
    assert await door.knock(name, raw) == 413
    assert await door.stored() == NOTHING


async def test_a_channel_that_is_not_set_up_is_not_there(door: Door) -> None:
    for name in ("viber", "web", "terminal", "..%2Ftelegram", "Telegram"):
        assert await door.knock(name, b"{}", {}) == 404
    assert await door.stored() == NOTHING


def test_the_platforms_are_answered_within_half_a_second() -> None:
    assert webhooks.ANSWER_WITHIN_SECONDS < 0.5


@pytest.mark.parametrize("name", NAMES)
async def test_what_cannot_be_stored_in_time_is_not_acknowledged_and_stored_all_the_same(
    door: Door, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = text_case(name).raw
    with monkeypatch.context() as hurried:
        hurried.setattr(webhooks, "ANSWER_WITHIN_SECONDS", 0.2)
        async with door.sessions.begin() as session:
            await session.execute(text("LOCK TABLE inbox, persons IN ACCESS EXCLUSIVE MODE"))
            assert await door.knock(name, raw) == 503
            assert len(door.under_way) == 1
    await webhooks.finish(door.under_way)
    assert await door.stored() == ONE_EVENT
    assert await door.knock(name, raw) == 200
    assert await door.stored() == ONE_EVENT
    assert not door.under_way


async def test_what_is_being_stored_when_the_process_ends_is_stored_first(
    database_url: str, sessions: Sessions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    KeyRing.fresh().save(tmp_path / "keyring.json")
    settings = Settings(_env_file=None, DATABASE_URL=database_url, data_dir=tmp_path, **SECRETS)
    app = build_web(settings)
    monkeypatch.setattr(webhooks, "ANSWER_WITHIN_SECONDS", 0.2)
    monkeypatch.setattr(webhooks, "STORE_WITHIN_SECONDS", 30.0)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as http:
        door = Door(app, http, sessions)
        living = app.router.lifespan_context(app)
        await living.__aenter__()
        async with sessions() as holding:
            await holding.execute(text("LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE"))
            assert await door.knock("telegram", text_case("telegram").raw) == 503
            ending = asyncio.create_task(living.__aexit__(None, None, None))
            await asyncio.sleep(0.2)
            assert not ending.done()
        await ending
        assert await door.stored() == ONE_EVENT


async def test_what_cannot_be_stored_at_all_is_given_up_and_comes_again(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = text_case("zalo_oa").raw
    with monkeypatch.context() as hurried:
        hurried.setattr(webhooks, "ANSWER_WITHIN_SECONDS", 0.1)
        hurried.setattr(webhooks, "STORE_WITHIN_SECONDS", 0.3)
        async with door.sessions.begin() as session:
            await session.execute(text("LOCK TABLE inbox, persons IN ACCESS EXCLUSIVE MODE"))
            assert await door.knock("zalo_oa", raw) == 503
            with structlog.testing.capture_logs() as logged:
                await webhooks.finish(door.under_way)
    assert [one["event"] for one in logged] == ["webhook.not_stored"]
    assert await door.stored() == NOTHING
    assert await door.knock("zalo_oa", raw) == 200
    assert await door.stored() == ONE_EVENT


async def test_a_body_that_does_not_come_is_not_waited_for(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slowly() -> AsyncIterator[bytes]:
        yield text_case("telegram").raw[:10]
        await asyncio.Event().wait()

    monkeypatch.setattr(webhooks, "ANSWER_WITHIN_SECONDS", 0.1)
    headers = signed("telegram", text_case("telegram").raw)

    answer = await door.http.post("/webhooks/telegram", content=slowly(), headers=headers)
    assert answer.status_code == 503
    assert await door.stored() == NOTHING


async def test_a_batch_is_stored_whole_or_not_at_all(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The third person's conversation is held by somebody: the first two are not stored either."""

    def batch(*people: int) -> bytes:
        told = [
            {"id": f"s-{n}-{len(people)}", "from": f"8490000000{n}", "body": "a"} for n in people
        ]
        return json.dumps({"messages": told}).encode()

    assert await door.knock("sms", batch(3)) == 200
    with monkeypatch.context() as hurried:
        hurried.setattr(webhooks, "ANSWER_WITHIN_SECONDS", 0.2)
        hurried.setattr(webhooks, "STORE_WITHIN_SECONDS", 0.5)
        async with door.sessions.begin() as session:
            await session.execute(select(Conversation).with_for_update())
            assert await door.knock("sms", batch(1, 2, 3)) == 503
            await webhooks.finish(door.under_way)
    assert await door.stored() == ONE_EVENT
    assert await door.knock("sms", batch(1, 2, 3)) == 200
    assert await door.stored() == (3, 3, 4, 4, 0)
