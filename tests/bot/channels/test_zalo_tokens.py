"""Tokens that rotate: nobody burns them, nobody loses them, and who must act is told."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import httpx
import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.channel_tables import ChannelToken
from bot.channels.zalo_oauth import App, Refusal
from bot.channels.zalo_tokens import FixedToken, Standing, ZaloTokens
from bot.duty import ZALO_CONSENT
from bot.privacy import KeyRing
from bot.wake import wake_on_call
from tests.conftest import Clock
from tests.zalo_server import APP, APP_SECRET, OA, ZaloServer

Sessions = async_sessionmaker[AsyncSession]


@pytest.fixture
def zalo() -> Iterator[ZaloServer]:
    server = ZaloServer()
    yield server
    server.close()


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as client:
        yield client


class Processes:
    """Processes that share the database: each call is a new one."""

    def __init__(
        self, zalo: ZaloServer, http: httpx.AsyncClient, sessions: Sessions, clock: Clock
    ) -> None:
        self.zalo, self.http, self.sessions, self.clock = zalo, http, sessions, clock
        self.ring = KeyRing.fresh()

    def __call__(self, first: str = "", secret: str = APP_SECRET) -> ZaloTokens:
        app = App(APP, secret, self.zalo.url)
        return ZaloTokens(app, self.http, self.sessions, self.ring, self.clock, first)


@pytest.fixture
def process(
    zalo: ZaloServer, http: httpx.AsyncClient, sessions: Sessions, clock: Clock
) -> Processes:
    return Processes(zalo, http, sessions, clock)


@pytest.fixture
async def tokens(process: Processes) -> ZaloTokens:
    """A process in which somebody has just consented."""
    one = process()
    assert await one.consent("good", OA) is None
    return one


async def row(sessions: Sessions) -> ChannelToken:
    async with sessions() as session:
        return (await session.scalars(select(ChannelToken))).one()


async def standing(tokens: ZaloTokens, sessions: Sessions) -> Standing:
    async with sessions() as session:
        return await tokens.standing(session)


class Stopped(Exception):
    """The time that a test looks at is over."""


async def stop(seconds: float) -> None:
    raise Stopped(seconds)


def cut_off(server: str) -> None:
    """End every connection that is in the middle of a transaction."""
    with psycopg.connect(server, autocommit=True) as killing:
        killing.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE state = 'idle in transaction'"
        )


def until_somebody_waits_for_a_lock(server: str) -> None:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    with psycopg.connect(server, autocommit=True) as watching:
        for _ in range(400):
            if watching.execute(waiting).fetchone() != (0,):
                return
            watching.execute("SELECT pg_sleep(0.05)")
    raise AssertionError("nobody waits")


def pass_hours(clock: Clock, hours: float) -> None:
    clock.pass_seconds(hours * 3600)


async def test_a_consent_gives_every_process_its_token_for_25_hours(
    tokens: ZaloTokens, process: Processes, clock: Clock
) -> None:
    assert await tokens.current() == await process().current() == "A1"
    stored = await row(process.sessions)
    assert (stored.account, stored.access_until) == (OA, clock() + timedelta(hours=25))
    assert process.zalo.asked == ["authorization_code"]


async def test_no_token_lies_in_the_database_in_clear(
    tokens: ZaloTokens, process: Processes
) -> None:
    async with process.sessions() as session:
        whole = await session.scalar(text("SELECT channel_tokens::text FROM channel_tokens"))
    assert whole
    for token in ("A1", "R1"):
        assert token.encode().hex() not in whole
        assert f'"{token}"' not in whole
    assert "R1" not in repr(tokens._held)


async def test_a_code_that_zalo_refuses_changes_nothing(
    tokens: ZaloTokens, process: Processes
) -> None:
    assert await tokens.consent("used", OA) == Refusal("-14014", final=True)
    assert await process().current() == "A1"
    assert (await standing(tokens, process.sessions)).kind == "good"


async def test_tokens_are_renewed_before_they_end_also_while_nobody_writes(
    tokens: ZaloTokens, process: Processes, clock: Clock
) -> None:
    pass_hours(clock, 22.9)
    assert await tokens.current() == "A1"
    pass_hours(clock, 0.2)
    with pytest.raises(Stopped):
        await process().keep_fresh(sleep=stop)
    assert await process().current() == "A2"
    assert process.zalo.asked == ["authorization_code", "refresh_token"]


async def test_a_short_life_is_not_renewed_at_every_message(
    process: Processes, clock: Clock
) -> None:
    process.zalo.lasts = "3600"
    tokens = process()
    await tokens.consent("good", OA)
    pass_hours(clock, 0.7)
    assert await tokens.current() == "A1"
    pass_hours(clock, 0.1)
    assert await tokens.current() == "A2"


async def test_two_workers_renew_once_and_whoever_waited_reads_again(
    tokens: ZaloTokens, process: Processes, clock: Clock, server: str
) -> None:
    pass_hours(clock, 24)
    process.zalo.meanwhile = lambda: until_somebody_waits_for_a_lock(server)
    assert await asyncio.gather(tokens.current(), process().current()) == ["A2", "A2"]
    assert process.zalo.asked == ["authorization_code", "refresh_token"]


async def test_many_messages_of_one_process_renew_once(
    tokens: ZaloTokens, process: Processes, clock: Clock
) -> None:
    pass_hours(clock, 26)
    assert set(await asyncio.gather(*(tokens.current() for _ in range(20)))) == {"A2"}
    assert process.zalo.asked.count("refresh_token") == 1


async def test_while_one_renews_the_others_write_with_the_token_that_still_holds(
    tokens: ZaloTokens, process: Processes, clock: Clock
) -> None:
    thinking, go_on = threading.Event(), threading.Event()

    def think() -> None:
        thinking.set()
        assert go_on.wait(20)

    pass_hours(clock, 24)
    process.zalo.meanwhile = think
    renewing = asyncio.create_task(tokens.current())
    assert await asyncio.to_thread(thinking.wait, 20)
    assert await tokens.current() == "A1"
    go_on.set()
    assert await renewing == await tokens.current() == "A2"


async def test_a_token_turned_down_is_replaced_from_the_database_where_another_renewed(
    tokens: ZaloTokens, process: Processes, clock: Clock
) -> None:
    other = process()
    assert await other.current() == "A1"
    pass_hours(clock, 1)
    assert await tokens.current(refused="A1") == "A2"
    assert await other.current() == "A1"
    assert await other.current(refused="A1") == "A2"
    assert process.zalo.asked.count("refresh_token") == 1


async def test_a_token_turned_down_when_it_is_new_is_not_renewed_again_and_again(
    tokens: ZaloTokens, process: Processes, clock: Clock
) -> None:
    assert await tokens.current(refused="A1") == ""
    clock.pass_seconds(11)
    assert await tokens.current(refused="A1") == "A2"
    assert await tokens.current(refused="A2") == ""
    assert process.zalo.asked.count("refresh_token") == 1


@pytest.mark.parametrize(
    "answer",
    [(200, '{"error": -14014, "error_name": "Invalid refresh token"}'), (200, ""), (400, "{}")],
)
async def test_a_refused_renewal_calls_for_consent_and_uses_what_still_holds(
    answer: tuple[int, str], tokens: ZaloTokens, process: Processes, clock: Clock
) -> None:
    pass_hours(clock, 23.5)
    process.zalo.answers = [answer] * 5
    assert await tokens.current() == "A1"
    stands = await standing(tokens, process.sessions)
    assert (stands.kind, stands.needs_consent) == ("refused", True)
    assert stands.reason
    pass_hours(clock, 2)
    assert await tokens.current() == ""
    assert await process(first="pasted").current() == "pasted"


async def test_after_a_refusal_a_new_consent_mends_everything(
    tokens: ZaloTokens, process: Processes, clock: Clock
) -> None:
    pass_hours(clock, 26)
    process.zalo.answers = [(200, "")]
    assert await tokens.current() == ""
    assert await process().consent("good", OA) is None
    assert await tokens.current() == "A2"
    assert (await standing(tokens, process.sessions)).kind == "good"


async def test_after_a_refusal_zalo_is_asked_again_seldom(
    tokens: ZaloTokens, process: Processes, clock: Clock
) -> None:
    wrong = process(secret="typed wrongly")
    pass_hours(clock, 26)
    assert await wrong.current() == ""
    clock.pass_seconds(590)
    assert await wrong.current() == ""
    assert process.zalo.asked.count("refresh_token") == 1
    clock.pass_seconds(20)
    assert await process().current() == "A2"


@pytest.mark.parametrize("answer", [(503, "<html>"), (429, "{}"), (200, '{"error": -32}')])
async def test_zalo_in_trouble_is_asked_again_after_a_minute_and_nobody_is_alarmed(
    answer: tuple[int, str], tokens: ZaloTokens, process: Processes, clock: Clock
) -> None:
    pass_hours(clock, 23.5)
    process.zalo.answers = [answer]
    assert [await tokens.current() for _ in range(3)] == ["A1"] * 3
    assert process.zalo.asked.count("refresh_token") == 1
    stands = await standing(tokens, process.sessions)
    assert (stands.kind, stands.needs_consent) == ("late", False)
    clock.pass_seconds(61)
    assert await tokens.current() == "A2"
    assert (await standing(tokens, process.sessions)).kind == "good"


async def test_zalo_out_of_reach_is_no_refusal(
    tokens: ZaloTokens, process: Processes, clock: Clock
) -> None:
    process.zalo.close()
    pass_hours(clock, 26)
    assert await tokens.current() == ""
    stands = await standing(tokens, process.sessions)
    assert (stands.kind, stands.reason) == ("late", "ConnectError")


async def test_a_database_that_goes_away_during_the_renewal_costs_no_token(
    tokens: ZaloTokens, process: Processes, clock: Clock, server: str
) -> None:
    pass_hours(clock, 24)
    process.zalo.meanwhile = lambda: cut_off(server)
    with pytest.raises(DBAPIError):
        await tokens.current()
    process.zalo.meanwhile = lambda: None
    assert await tokens.current() == "A2"
    assert await process().current() == "A2"
    assert process.zalo.asked.count("refresh_token") == 1


async def test_while_the_database_is_away_it_is_looked_for_every_few_seconds(
    tokens: ZaloTokens, process: Processes, clock: Clock, server: str
) -> None:
    pass_hours(clock, 24)
    process.zalo.meanwhile = lambda: cut_off(server)
    with pytest.raises(Stopped) as stopped:
        await tokens.keep_fresh(sleep=stop)
    assert stopped.value.args[0] <= 5


async def test_what_could_not_be_written_never_overwrites_a_newer_consent(
    tokens: ZaloTokens, process: Processes, clock: Clock, server: str
) -> None:
    pass_hours(clock, 24)
    process.zalo.meanwhile = lambda: cut_off(server)
    with pytest.raises(DBAPIError):
        await tokens.current()
    process.zalo.meanwhile = lambda: None
    await process().consent("good", OA)
    assert await tokens.current() == await process().current() == process.zalo.access == "A3"


async def test_a_key_ring_that_cannot_open_them_calls_for_consent(
    tokens: ZaloTokens, process: Processes
) -> None:
    process.ring = KeyRing.fresh()
    other = process()
    assert await other.current() == ""
    assert (await standing(other, process.sessions)).needs_consent
    assert await other.consent("good", OA) is None
    assert await other.current() == "A2"


async def test_before_any_consent_the_token_of_the_settings_serves(process: Processes) -> None:
    begun = process(first="pasted")
    assert [await begun.current(), await begun.current(refused="pasted")] == ["pasted", ""]
    assert (await standing(begun, process.sessions)).kind == "fixed"
    assert (await standing(process(), process.sessions)).kind == "none"
    assert await process().current() == ""
    await begun.consent("good", OA)
    assert await begun.current() == "A1"


async def test_after_three_months_unused_only_a_consent_helps(
    tokens: ZaloTokens, process: Processes, clock: Clock
) -> None:
    pass_hours(clock, 24 * 91)
    assert (await standing(tokens, process.sessions)).needs_consent


async def told(sessions: Sessions) -> int:
    """How often the on-call address is to be told."""
    query = text("SELECT count(*) FROM procrastinate_jobs WHERE args ->> 'level' = 'zalo_consent'")
    async with sessions() as session:
        return int(await session.scalar(query) or 0)


async def tell(session: AsyncSession) -> None:
    await wake_on_call(session, ZALO_CONSENT)


async def look(tokens: ZaloTokens) -> None:
    """One round of the worker's loop."""
    with pytest.raises(Stopped):
        await tokens.keep_fresh(sleep=stop, tell=tell)


async def test_a_lost_consent_is_told_once_and_the_next_loss_again(
    tokens: ZaloTokens, process: Processes, clock: Clock
) -> None:
    await look(tokens)
    assert await told(process.sessions) == 0
    for loss in (1, 2):
        pass_hours(clock, 26)
        process.zalo.answers = [(200, "")] * 3
        for one in (tokens, process(), tokens):
            await look(one)
            pass_hours(clock, 1)
        assert await told(process.sessions) == loss
        process.zalo.answers = []
        assert await tokens.consent("good", OA) is None
        await look(tokens)
        assert await told(process.sessions) == loss


async def test_workers_that_notice_a_loss_together_tell_it_once(
    tokens: ZaloTokens, process: Processes, clock: Clock
) -> None:
    pass_hours(clock, 24 * 91)
    await asyncio.gather(*(process().tell_of_loss(tell) for _ in range(4)))
    assert await told(process.sessions) == 1


async def test_zalo_in_trouble_is_no_loss(
    tokens: ZaloTokens, process: Processes, clock: Clock
) -> None:
    pass_hours(clock, 26)
    process.zalo.answers = [(503, "")]
    await look(tokens)
    await look(process())
    assert await told(process.sessions) == 0


async def test_a_fixed_token_that_is_refused_has_no_successor() -> None:
    fixed = FixedToken("pasted")
    assert [await fixed.current(), await fixed.current(refused="pasted")] == ["pasted", ""]
