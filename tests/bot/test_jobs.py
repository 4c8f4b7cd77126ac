"""The queue: nothing waits behind a job that waits for its time, and nothing is asked for twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID, uuid4

import procrastinate
import pytest
from sqlalchemy import select, text

from api import database
from bot import inbox, jobs
from bot.channels import SendResult
from bot.duty import Duty
from bot.messages import Inbound
from bot.runtime import Runtime
from bot.tables import Episode
from tests.conftest import Clock
from tests.fakes import LoopbackChannel


@pytest.fixture
async def queue(database_url: str) -> AsyncIterator[procrastinate.App]:
    app = procrastinate.App(connector=database.queue(database_url, 4))
    async with app.open_async():
        yield app


async def write(runtime: Runtime, words: str) -> UUID:
    event = Inbound("loopback", str(uuid4()), "a", "text", words, address={"to": "a"})
    async with runtime.sessions.begin() as session:
        received = await inbox.receive(session, runtime.ring, event, runtime.clock())
    assert received is not None
    return received.conversation_id


async def work(queue: procrastinate.App) -> None:
    await queue.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)


async def nobody(level: str) -> None:
    """Nobody is on call."""
    raise AssertionError(level)


async def jobs_left(runtime: Runtime) -> int:
    async with runtime.sessions() as session:
        found = await session.scalar(
            text("SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')")
        )
    return int(found or 0)


async def test_a_send_to_be_tried_later_does_not_hold_up_a_cry_for_help(
    runtime: Runtime, queue: procrastinate.App, clock: Clock
) -> None:
    channel = LoopbackChannel(SendResult("retry", "429", retry_after=300))
    jobs.add_jobs(queue, runtime, {"loopback": channel}, nobody)
    await write(runtime, "chào bạn")
    await work(queue)
    assert channel.sent == []
    await write(runtime, "em uống cả vỉ thuốc rồi, em muốn chết")
    await work(queue)
    async with runtime.sessions() as session:
        assert (await session.scalars(select(Episode.level))).all() == ["emergency"]
    clock.pass_seconds(400)
    assert await jobs.wake_forgotten(runtime) == 1
    await work(queue)
    assert len(channel.sent) == 3, "the introduction, the greeting, the emergency reply, in order"
    assert "115" in channel.sent[-1].body["text"]


async def test_the_forgotten_are_woken_once_however_often_one_looks(
    runtime: Runtime, queue: procrastinate.App, clock: Clock
) -> None:
    jobs.add_jobs(queue, runtime, {}, nobody)
    event = Inbound("terminal", "1", "a", "text", "chào")
    async with runtime.statements() as connection:
        await inbox.receive(connection, runtime.ring, event, runtime.clock(), wakes=False)
    clock.pass_seconds(60)
    assert [await jobs.wake_forgotten(runtime) for _ in range(3)] == [1, 0, 0]
    assert await jobs_left(runtime) == 1


async def test_who_is_on_call_is_told_of_each_new_danger_and_of_every_emergency(
    runtime: Runtime, queue: procrastinate.App
) -> None:
    told: list[str] = []

    async def hear(level: str) -> None:
        told.append(level)

    runtime = replace(runtime, duty=Duty(on_call=True))
    jobs.add_jobs(queue, runtime, {"loopback": LoopbackChannel()}, hear)
    for said in (
        "con tôi đòi tự tử hoài, tôi sợ lắm",
        "nó đòi tự tử nữa, tôi phải làm sao",
        "em vừa uống cả vỉ thuốc ngủ rồi, tạm biệt",
    ):
        await write(runtime, said)
        await work(queue)
    assert told == ["urgent", "emergency"]
