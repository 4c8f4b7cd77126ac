"""Asking for updates: the same inbox as the webhook, nothing lost, nothing looped on, one worker at
a time."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext

import httpx
import pytest
import structlog
from sqlalchemy import select, text

from bot import inbox
from bot.channel_tables import ParkedUpdate
from bot.channels.polling import AUTH_PAUSE_SECONDS, STAND_BY_SECONDS, Polling
from bot.channels.telegram import Telegram
from bot.channels.updates import Polled
from bot.channels.zalo_bot import ZaloBot
from bot.parked import Hears, record, take_in
from bot.runtime import Runtime
from tests.fakes import LoopbackChannel
from tests.telegram_server import TelegramServer, ok, refusal, update


def deep(levels: int) -> bytes:
    return b'{"update_id": 2, "message": ' + b"[" * levels + b"]" * levels + b"}"


TOO_DEEP = deep(100_000)
ALL = "SELECT event_id FROM inbox ORDER BY id"


class Naps:
    """Sleeps that take no time, and what happens in one of them."""

    def __init__(self) -> None:
        self.taken: list[float] = []
        self.then: Callable[[], object] | None = None

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)
        if self.then is not None:
            self.then()
        await asyncio.sleep(0)


def telegram(server: TelegramServer) -> Telegram:
    return Telegram("5:token", "", server.client(), "http://telegram.invalid", polls=True)


@asynccontextmanager
async def polling(
    runtime: Runtime, channel: Polled, naps: Naps, also: Hears | None = None
) -> AsyncIterator[None]:
    """The loop, at work in the background."""
    loop = Polling(runtime, channel, also, sleep=naps, rng=random.Random(1))
    task = asyncio.create_task(loop.run())
    try:
        yield
        assert not task.done(), task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def poll_all(runtime: Runtime, server: TelegramServer) -> list[float]:
    """Ask until nothing is left; the pauses made."""
    naps = Naps()
    async with polling(runtime, telegram(server), naps):
        await server.idle.wait()
    return naps.taken


async def stored(runtime: Runtime) -> list[str]:
    async with runtime.sessions() as session:
        return list(await session.scalars(text(ALL)))


async def parked(runtime: Runtime) -> list[tuple[str, bytes, str]]:
    async with runtime.sessions() as session:
        rows = await session.scalars(select(ParkedUpdate).order_by(ParkedUpdate.at))
        return [
            (row.channel, runtime.ring.unseal(row.sealed, record(row.id)), row.reason)
            for row in rows
        ]


async def test_updates_are_stored_in_order_and_wake_their_conversations(runtime: Runtime) -> None:
    server = TelegramServer(update(7, "chào"), update(8, "cai ở đâu"), update(9, "alo", chat=12))
    assert await poll_all(runtime, server) == []
    assert await stored(runtime) == ["7", "8", "9"]
    async with runtime.sessions() as session:
        woken = await session.scalar(text("SELECT count(DISTINCT lock) FROM procrastinate_jobs"))
        talk = await inbox.find_conversation(session, runtime.ring, "telegram", "700100200")
        assert talk is not None
        waiting = await inbox.next_waiting(session, runtime.ring, talk.id)
    assert woken == 2
    assert waiting is not None
    assert (waiting.inbound.text, waiting.inbound.address) == ("chào", {"chat_id": "700100200"})


async def test_an_update_that_a_webhook_brought_before_is_stored_once(runtime: Runtime) -> None:
    server = TelegramServer(update(7, "chào"))
    await take_in(runtime, telegram(server), json.dumps(update(7, "chào")).encode())
    await poll_all(runtime, server)
    assert await stored(runtime) == ["7"]


async def test_what_was_not_committed_is_asked_for_again(runtime: Runtime) -> None:
    server, naps = TelegramServer(update(7, "chào"), update(8, "em muốn cai")), Naps()
    await execute(runtime, "ALTER TABLE inbox RENAME TO inbox_away")
    failed = asyncio.Event()
    naps.then = failed.set
    async with polling(runtime, telegram(server), naps):
        await failed.wait()
        await execute(runtime, "ALTER TABLE inbox_away RENAME TO inbox")
        await server.idle.wait()
    assert await stored(runtime) == ["7", "8"]
    offsets = [asked.get("offset") for asked in server.called("getUpdates")]
    assert offsets[-2:] == [None, 9]
    assert len(offsets) >= 3
    assert await parked(runtime) == []


async def execute(runtime: Runtime, statement: str) -> None:
    async with runtime.sessions.begin() as session:
        await session.execute(text(statement))


async def test_an_update_nobody_can_read_is_parked_and_what_follows_is_heard(
    runtime: Runtime,
) -> None:
    server = TelegramServer(update(1, "trước"), TOO_DEEP, update(3, "sau"))
    pauses = await poll_all(runtime, server)
    assert await stored(runtime) == ["1", "3"]
    [(channel, raw, _)] = await parked(runtime)
    assert channel == "telegram"
    assert TOO_DEEP in raw
    assert pauses == []


@pytest.mark.parametrize("levels", range(200, 1100, 60))
async def test_an_update_of_any_depth_never_ends_the_loop(runtime: Runtime, levels: int) -> None:
    """JSON is read to one depth and written to another."""
    server = TelegramServer(deep(levels), update(3, "sau"))
    assert await poll_all(runtime, server) == []
    assert await stored(runtime) == ["3"]


async def test_an_update_without_a_number_does_not_make_us_ask_without_end(
    runtime: Runtime,
) -> None:
    server, naps = TelegramServer({"message": {"text": "không số"}}), Naps()
    asked_again = asyncio.Event()
    naps.then = asked_again.set
    async with polling(runtime, telegram(server), naps):
        await asked_again.wait()
        server.updates = [update(4, "chào")]
        await server.idle.wait()
    assert naps.taken[0] >= 30
    assert await stored(runtime) == ["4"]


@pytest.mark.parametrize("raw", [b"nothing that can be parsed", b"ann|1\0|NUL in the event's id"])
async def test_an_update_that_breaks_us_or_that_the_database_refuses_is_parked_once(
    runtime: Runtime, raw: bytes
) -> None:
    with structlog.testing.capture_logs() as logged:
        for _ in range(2):
            await take_in(runtime, LoopbackChannel(), raw)
    [(channel, kept, reason)] = await parked(runtime)
    assert (channel, kept) == ("loopback", raw)
    assert await stored(runtime) == []
    for told in (reason, repr(logged)):
        assert "NUL in" not in told
        assert "nothing" not in told


async def hears_badly(session: object, raw: bytes) -> None:
    if b"bad" in raw:
        raise RuntimeError("our own fault")


@asynccontextmanager
async def refusing_bad_events(runtime: Runtime) -> AsyncIterator[None]:
    """A database that is there, and breaks at one event alone."""
    await execute(
        runtime,
        "CREATE FUNCTION refuse_bad() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN IF NEW.event_id = '2' THEN RAISE 'no'; END IF; RETURN NEW; END $$",
    )
    await execute(
        runtime,
        "CREATE TRIGGER refuse_bad BEFORE INSERT ON inbox"
        " FOR EACH ROW EXECUTE FUNCTION refuse_bad()",
    )
    try:
        yield
    finally:
        await execute(runtime, "DROP FUNCTION refuse_bad CASCADE")


@pytest.mark.parametrize("whose", ["ours", "the database's"])
async def test_an_update_that_breaks_us_three_times_is_laid_aside_and_the_next_is_heard(
    runtime: Runtime, whose: str
) -> None:
    server, naps = TelegramServer(update(1, "trước"), update(2, "bad"), update(3, "sau")), Naps()
    also = hears_badly if whose == "ours" else None
    async with (
        nullcontext() if also else refusing_bad_events(runtime),
        polling(runtime, telegram(server), naps, also),
    ):
        await server.idle.wait()
    assert await stored(runtime) == ["1", "3"]
    [(_, raw, reason)] = await parked(runtime)
    assert b"bad" in raw
    assert "Error" in reason
    assert naps.taken == [1.0, 2.0]
    assert len(server.called("getUpdates")) == 2


async def test_a_fault_that_passes_lays_nothing_aside(runtime: Runtime) -> None:
    server, naps, heard = TelegramServer(update(2, "chào")), Naps(), []

    async def hears_at_the_third(session: object, raw: bytes) -> None:
        heard.append(raw)
        if len(heard) < 3:
            raise RuntimeError("not yet")

    async with polling(runtime, telegram(server), naps, hears_at_the_third):
        await server.idle.wait()
    assert await stored(runtime) == ["2"]
    assert await parked(runtime) == []


async def test_a_parked_update_stands_nowhere_in_clear(runtime: Runtime) -> None:
    await take_in(runtime, telegram(TelegramServer()), "lời riêng của một người".encode())
    async with runtime.sessions() as session:
        [row] = await session.execute(text("SELECT * FROM parked_updates"))
    assert "lời riêng".encode() not in row.sealed
    assert "riêng" not in repr(row)


async def test_whoever_hears_updates_besides_does_so_in_the_same_commit(runtime: Runtime) -> None:
    heard: list[bytes] = []

    async def hear(session: object, raw: bytes) -> None:
        heard.append(raw)
        raise ValueError("cannot")

    raw = json.dumps(update(7, "chào")).encode()
    await take_in(runtime, telegram(TelegramServer()), raw, hear)
    assert heard == [raw]
    assert await stored(runtime) == []
    assert [kept for _, kept, _ in await parked(runtime)] == [raw]


async def test_a_webhook_left_behind_is_taken_down_first(runtime: Runtime) -> None:
    server = TelegramServer(update(7, "chào"))
    server.hook = "https://old.invalid/webhooks/telegram"
    await poll_all(runtime, server)
    assert server.hook == ""
    assert await stored(runtime) == ["7"]


async def test_a_press_is_acknowledged_by_a_call(runtime: Runtime) -> None:
    person = {"id": 700100200, "is_bot": False, "first_name": "A"}
    press = {"id": "30", "from": person, "chat_instance": "1", "data": "/human"}
    server = TelegramServer({"update_id": 5, "callback_query": press})
    await poll_all(runtime, server)
    assert server.called("answerCallbackQuery") == [{"callback_query_id": "30"}]
    assert await stored(runtime) == ["5"]


async def test_a_platform_that_is_away_is_asked_ever_more_slowly(runtime: Runtime) -> None:
    server = TelegramServer(update(7, "chào"))
    server.answers = [httpx.ConnectError("down")] * 3 + [httpx.Response(502, text="<html>")] * 7
    pauses = await poll_all(runtime, server)
    assert [round(pause / 1.3) <= 2**n <= pause for n, pause in enumerate(pauses[:6])] == [True] * 6
    assert all(60 <= pause <= 78 for pause in pauses[6:])
    assert len(pauses) == 10
    assert await stored(runtime) == ["7"]


async def test_pauses_begin_anew_after_a_success(runtime: Runtime) -> None:
    server = TelegramServer(update(8, "nữa"))
    broken = httpx.Response(502)
    server.answers = [broken, broken, broken, ok(True), ok([update(7, "chào")]), broken]
    pauses = await poll_all(runtime, server)
    assert [1 <= pauses[0] <= 1.3, 4 <= pauses[2] <= 5.2, 1 <= pauses[3] <= 1.3] == [True] * 3
    assert await stored(runtime) == ["7", "8"]


@pytest.mark.parametrize(
    ("refused", "at_least"),
    [
        (refusal(429, "Too Many Requests", retry_after=17), 17.0),
        (refusal(401, "Unauthorized"), AUTH_PAUSE_SECONDS),
        (refusal(409, "Conflict: terminated by other getUpdates request"), 1.0),
    ],
)
async def test_a_refusal_is_honoured(
    runtime: Runtime, refused: httpx.Response, at_least: float
) -> None:
    server = TelegramServer(update(7, "chào"))
    server.answers = [ok(True), refused]
    [pause] = await poll_all(runtime, server)
    assert at_least <= pause <= at_least * 1.3
    assert await stored(runtime) == ["7"]


async def test_one_worker_asks_and_another_takes_over_when_it_ends(runtime: Runtime) -> None:
    first, second, naps = TelegramServer(), TelegramServer(update(7, "chào")), Naps()
    stands_by = asyncio.Event()
    async with polling(runtime, telegram(first), Naps()):
        await first.idle.wait()
        naps.then = stands_by.set
        async with polling(runtime, telegram(second), naps):
            await stands_by.wait()
            assert second.calls == []
            assert await stored(runtime) == []
    async with polling(runtime, telegram(second), naps):
        await second.idle.wait()
    assert set(naps.taken) == {STAND_BY_SECONDS}
    assert await stored(runtime) == ["7"]


async def test_a_lost_database_connection_gives_the_lock_back_and_is_made_anew(
    runtime: Runtime,
) -> None:
    server, naps = TelegramServer(update(7, "chào")), Naps()
    async with polling(runtime, telegram(server), naps):
        await server.idle.wait()
        await execute(
            runtime,
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
            " AND pid <> pg_backend_pid()",
        )
        server.tell(update(8, "nữa"))
        await server.idle.wait()
        server.tell(update(9, "nữa"))
        await server.idle.wait()
    assert await stored(runtime) == ["7", "8", "9"]
    assert len(naps.taken) == 1


def zalo_event(message_id: str) -> dict[str, object]:
    person = {"id": "e4aa2cd5189df1c3a88c", "display_name": "A", "is_bot": False}
    message = {
        **{"chat": {"id": "e4aa2cd5189df1c3a88c", "chat_type": "PRIVATE"}, "text": "Xin chào"},
        **{"message_id": message_id, "date": 1795400000000, "from": person},
    }
    return {"ok": True, "result": {"event_name": "message.text.received", "message": message}}


@pytest.mark.parametrize("erased", [False, True])
async def test_what_zalo_hands_out_again_is_stored_once_even_if_its_person_was_erased(
    runtime: Runtime, erased: bool
) -> None:
    idle = httpx.Response(408, json={"ok": False, "error_code": 408})
    given = [httpx.Response(200, json=zalo_event(one)) for one in ("m1", "m1", "m2", "m2")]
    left, done = [*given[:2], idle, *given[2:]], asyncio.Event()

    async def answer(request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("/getUpdates"):
            return httpx.Response(200, json={"ok": True, "result": {}})
        if erased and len(left) == 3:
            await execute(runtime, "DELETE FROM persons")
        if left:
            return left.pop(0)
        done.set()
        return await asyncio.Event().wait() or idle

    naps = Naps()
    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    async with polling(runtime, ZaloBot("1:t", "", http, "http://zalo.invalid"), naps):
        await done.wait()
    assert await stored(runtime) == (["m2"] if erased else ["m1", "m2"])
    assert naps.taken == [1.0] * 5
