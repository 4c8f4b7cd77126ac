"""What did not arrive is found with its reason, those in danger first, and goes out when told to."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from bot import inbox, jobs, receipts, undelivered
from bot.channels import SendResult
from bot.errors import NotFound
from bot.messages import Inbound
from bot.runtime import Runtime
from bot.tables import OutboxRow
from tests.conftest import Clock
from tests.fakes import LoopbackChannel


async def write(
    runtime: Runtime, channel: LoopbackChannel, text: str = "chào bạn", sender: str = "a"
) -> UUID:
    event = Inbound("loopback", str(uuid4()), sender, "text", text, address={"to": sender})
    async with runtime.sessions.begin() as session:
        received = await inbox.receive(session, runtime.ring, event, runtime.clock())
    assert received is not None
    await jobs.bring_up_to_date(runtime, {"loopback": channel}, received.conversation_id)
    return received.conversation_id


async def found(runtime: Runtime) -> list[undelivered.Undelivered]:
    async with runtime.sessions() as session:
        listed = await undelivered.find_undelivered(session, runtime.clock())
        assert await undelivered.count_undelivered(session, runtime.clock()) == len(listed)
        return listed


async def test_what_a_platform_refused_is_listed_with_its_reason(runtime: Runtime) -> None:
    conversation_id = await write(runtime, LoopbackChannel(SendResult("reject", "-201")))
    (one,) = await found(runtime)
    assert (one.conversation_id, one.channel, one.author) == (conversation_id, "loopback", "bot")
    assert (one.why, one.code, one.given_up) == ("reject", "-201", True)
    assert one.handoff_id is None
    assert not one.in_danger


async def test_a_refused_token_is_listed_though_it_is_still_tried(runtime: Runtime) -> None:
    await write(runtime, LoopbackChannel(SendResult("auth", "401")))
    (one,) = await found(runtime)
    assert (one.why, one.given_up) == ("auth", False)


async def test_a_channel_that_is_switched_off_is_listed(runtime: Runtime) -> None:
    event = Inbound("loopback", "1", "a", "text", "chào", address={"to": "a"})
    async with runtime.sessions.begin() as session:
        received = await inbox.receive(session, runtime.ring, event, runtime.clock())
    assert received is not None
    await jobs.bring_up_to_date(runtime, {}, received.conversation_id)
    (one,) = await found(runtime)
    assert (one.why, one.code) == ("auth", "channel not configured")


async def test_a_busy_platform_is_nothing_to_worry_about_yet(runtime: Runtime) -> None:
    await write(runtime, LoopbackChannel(SendResult("retry", "429")))
    assert await found(runtime) == []


async def test_people_in_danger_come_first(runtime: Runtime) -> None:
    channel = LoopbackChannel(*[SendResult("reject", "-1")] * 4)
    cry = "em uống cả vỉ thuốc rồi, em muốn chết"
    in_danger = await write(runtime, channel, cry, sender="a")
    await write(runtime, channel, sender="b")
    first, *others = await found(runtime)
    assert (first.conversation_id, first.in_danger) == (in_danger, True)
    assert first.handoff_id is not None
    assert {one.in_danger for one in others} == {False}


async def test_what_is_older_than_a_week_is_left_alone(runtime: Runtime, clock: Clock) -> None:
    await write(runtime, LoopbackChannel(SendResult("gone", "403")))
    assert len(await found(runtime)) == 1
    clock.pass_seconds(8 * 24 * 3600)
    assert await found(runtime) == []


async def test_a_message_sent_again_arrives_once_and_leaves_the_list(runtime: Runtime) -> None:
    channel = LoopbackChannel(SendResult("closed", "-230"))
    conversation_id = await write(runtime, channel)
    (one,) = await found(runtime)
    async with runtime.sessions.begin() as session:
        again = await undelivered.send_again(session, one.row_id, runtime.clock())
    assert again == conversation_id
    assert await found(runtime) == []
    before = len(channel.sent)
    for _ in range(2):
        await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id)
    assert len(channel.sent) == before + 1
    async with runtime.sessions() as session:
        states = set(await session.scalars(select(OutboxRow.state)))
    assert states == {"sent"}


async def test_a_message_that_fails_again_is_listed_again(runtime: Runtime) -> None:
    conversation_id = await write(runtime, LoopbackChannel(SendResult("closed", "-230")))
    (one,) = await found(runtime)
    async with runtime.sessions.begin() as session:
        await undelivered.send_again(session, one.row_id, runtime.clock())
    channel = LoopbackChannel(SendResult("gone", "-213"))
    await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id)
    (again,) = await found(runtime)
    assert (again.row_id, again.why) == (one.row_id, "gone")


async def test_what_was_laid_aside_is_never_sent_but_stays_marked(runtime: Runtime) -> None:
    channel = LoopbackChannel(SendResult("closed", "-230"))
    conversation_id = await write(runtime, channel)
    (one,) = await found(runtime)
    async with runtime.sessions.begin() as session:
        await undelivered.lay_aside(session, one.row_id)
    before = len(channel.sent)
    await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id)
    assert len(channel.sent) == before
    assert await found(runtime) == []
    async with runtime.sessions() as session:
        told = await receipts.states(session, [one.message_id, one.message_id + 1])
    assert [told[id_].name for id_ in sorted(told)] == ["given_up", "sent"]


async def test_of_two_who_send_again_at_once_one_is_told_that_it_is_done(runtime: Runtime) -> None:
    await write(runtime, LoopbackChannel(SendResult("gone", "403")))
    (one,) = await found(runtime)
    async with runtime.sessions.begin() as session:
        await undelivered.send_again(session, one.row_id, runtime.clock())
    async with runtime.sessions.begin() as session:
        with pytest.raises(NotFound):
            await undelivered.send_again(session, one.row_id, runtime.clock())
