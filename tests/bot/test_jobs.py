"""The queue: nothing waits behind a job that waits for its time, and nothing is asked for twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID, uuid4

import procrastinate
import pytest
from sqlalchemy import select, text, update

from api import database
from bot import inbox, jobs
from bot.channels import SendResult
from bot.duty import Duty
from bot.messages import Inbound
from bot.runtime import Runtime
from bot.store import open_talk, read_lines, set_holder
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


async def lines_of(runtime: Runtime, conversation: UUID) -> list[str]:
    async with runtime.sessions() as session:
        talk = await open_talk(session, runtime.ring, conversation)
        assert talk is not None
        return [line.text for line in await read_lines(session, talk)]


async def test_who_falls_silent_in_danger_is_asked_again_twice_and_then_left_to_the_counsellors(
    runtime: Runtime, queue: procrastinate.App, clock: Clock
) -> None:
    channel = LoopbackChannel(SendResult("sent"))
    jobs.add_jobs(queue, runtime, {"loopback": channel}, nobody)
    conversation = await write(runtime, "em uống cả vỉ thuốc rồi, em muốn chết")
    await work(queue)
    asked = []
    for seconds in (60, 90, 300, 400, 4000, 90000):
        clock.pass_seconds(seconds)
        asked.append(await jobs.ask_the_silent(runtime))
    assert asked == [0, 1, 0, 1, 0, 0]
    await jobs.wake_forgotten(runtime)
    await work(queue)
    again = [sent.body["text"] for sent in channel.sent[-2:]]
    assert all("Bạn còn đó không" in text and "115" in text for text in again)
    assert again == (await lines_of(runtime, conversation))[-2:]


async def test_whoever_writes_is_not_asked_again_and_a_new_alarm_begins_anew(
    runtime: Runtime, queue: procrastinate.App, clock: Clock
) -> None:
    jobs.add_jobs(queue, runtime, {"loopback": LoopbackChannel(SendResult("sent"))}, nobody)
    await write(runtime, "em uống cả vỉ thuốc rồi, em muốn chết")
    await work(queue)
    for seconds in (150, 700):
        clock.pass_seconds(seconds)
        assert await jobs.ask_the_silent(runtime) == 1
    await write(runtime, "em uống thêm vỉ nữa rồi, em muốn chết")
    clock.pass_seconds(150)
    assert await jobs.ask_the_silent(runtime) == 0, "their words are not read yet"
    await work(queue)
    clock.pass_seconds(150)
    assert await jobs.ask_the_silent(runtime) == 1


async def test_nobody_is_asked_again_whom_a_counsellor_has_or_whose_episode_is_closed(
    runtime: Runtime, queue: procrastinate.App, clock: Clock
) -> None:
    jobs.add_jobs(queue, runtime, {"loopback": LoopbackChannel(SendResult("sent"))}, nobody)
    held = await write(runtime, "em uống cả vỉ thuốc rồi, em muốn chết")
    await work(queue)
    async with runtime.sessions.begin() as session:
        await set_holder(session, held, "counsellor")
    clock.pass_seconds(150)
    assert await jobs.ask_the_silent(runtime) == 0
    async with runtime.sessions.begin() as session:
        await set_holder(session, held, "bot")
    assert await jobs.ask_the_silent(runtime) == 1
    async with runtime.sessions.begin() as session:
        await session.execute(update(Episode).values(closed_at=clock()))
    clock.pass_seconds(3600)
    assert await jobs.ask_the_silent(runtime) == 0


async def test_where_the_danger_is_another_person_asking_again_tells_nothing(
    runtime: Runtime, queue: procrastinate.App, clock: Clock
) -> None:
    jobs.add_jobs(queue, runtime, {"loopback": LoopbackChannel(SendResult("sent"))}, nobody)
    conversation = await write(runtime, "chồng em đang cầm dao dọa giết em, cứu em với")
    await work(queue)
    clock.pass_seconds(150)
    assert await jobs.ask_the_silent(runtime) == 1
    last = (await lines_of(runtime, conversation))[-1]
    assert last == "Mình vẫn ở đây. Khi nào tiện, bạn nhắn mình một chữ nhé."


async def test_a_job_whose_end_was_never_written_is_given_back_though_its_worker_lives(
    runtime: Runtime, queue: procrastinate.App
) -> None:
    jobs.add_jobs(queue, runtime, {}, nobody)
    await write(runtime, "chào")
    async with runtime.sessions.begin() as session:
        await session.execute(text("INSERT INTO procrastinate_workers DEFAULT VALUES"))
        await session.execute(
            text(
                "UPDATE procrastinate_jobs SET status = 'doing',"
                " worker_id = (SELECT max(id) FROM procrastinate_workers)"
            )
        )
    assert await jobs.rescue_stalled(queue) == 0, "it may still be at work"
    async with runtime.sessions.begin() as session:
        await session.execute(
            text(
                "UPDATE procrastinate_events SET at = at - interval '2 minutes' WHERE type = 'started'"
            )
        )
    assert await jobs.rescue_stalled(queue) == 1
    await work(queue)
    assert await jobs_left(runtime) == 0
