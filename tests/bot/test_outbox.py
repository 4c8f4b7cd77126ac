"""What goes to a messenger arrives in order, is tried again, and never silently lost."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from bot import inbox, jobs
from bot.channels import Call, SendResult
from bot.messages import Inbound
from bot.outbox import LEAST_ATTEMPTS
from bot.runtime import Runtime
from bot.tables import OutboxRow
from tests.conftest import Clock
from tests.fakes import LoopbackChannel


async def write(runtime: Runtime, channel: LoopbackChannel, text: str = "chào bạn") -> UUID:
    event = Inbound("loopback", str(uuid4()), "a", "text", text, address={"to": "a"})
    async with runtime.sessions.begin() as session:
        received = await inbox.receive(session, runtime.ring, event, runtime.clock())
    assert received is not None
    await jobs.bring_up_to_date(runtime, {"loopback": channel}, received.conversation_id)
    return received.conversation_id


async def rows(runtime: Runtime) -> list[OutboxRow]:
    async with runtime.sessions() as session:
        return list(await session.scalars(select(OutboxRow).order_by(OutboxRow.id)))


async def test_replies_are_sent_in_order_and_once(runtime: Runtime) -> None:
    channel = LoopbackChannel()
    conversation_id = await write(runtime, channel)
    await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id)
    texts = [call.body["text"] for call in channel.sent]
    assert len(texts) == 2
    assert "trợ lý tự động" in texts[0]
    assert [row.state for row in await rows(runtime)] == ["sent", "sent"]


async def test_a_busy_platform_is_tried_again_later_and_nothing_overtakes(
    runtime: Runtime, clock: Clock
) -> None:
    channel = LoopbackChannel(SendResult("retry", "429", retry_after=7))
    conversation_id = await write(runtime, channel)
    assert channel.sent == []
    assert [row.state for row in await rows(runtime)] == ["ready", "ready"]
    again_at = await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id)
    assert again_at is not None
    assert again_at > clock()
    clock.pass_seconds(12)
    assert await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id) is None
    assert len(channel.sent) == 2


async def test_a_platform_that_never_answers_ends_in_dead_letters_with_a_reason(
    runtime: Runtime, clock: Clock
) -> None:
    channel = LoopbackChannel(*[SendResult("retry", "timeout")] * 40)
    conversation_id = await write(runtime, channel)
    for _ in range(2 * LEAST_ATTEMPTS):
        clock.pass_seconds(1000)
        await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id)
    assert {row.state for row in await rows(runtime)} == {"dead"}
    assert {row.reason for row in await rows(runtime)} == {"retry: timeout"}


async def test_an_outage_of_half_an_hour_is_outlasted(runtime: Runtime, clock: Clock) -> None:
    channel = LoopbackChannel(*[SendResult("retry", "ConnectError")] * 30)
    conversation_id = await write(runtime, channel)
    for _ in range(29):
        clock.pass_seconds(60)
        channel.results = channel.results or [SendResult("retry", "ConnectError")]
        await _push(runtime, channel, conversation_id)
    assert {row.state for row in await rows(runtime)} == {"ready"}
    channel.results = []
    clock.pass_seconds(400)
    await _push(runtime, channel, conversation_id)
    assert {row.state for row in await rows(runtime)} == {"sent"}


async def test_a_refused_message_does_not_block_the_next(runtime: Runtime) -> None:
    channel = LoopbackChannel(SendResult("reject", "-201"))
    await write(runtime, channel)
    assert [row.state for row in await rows(runtime)] == ["dead", "sent"]


class Dying(LoopbackChannel):
    """Accepts `lasts` calls; the worker dies before it can mark the last of them."""

    def __init__(self, lasts: int) -> None:
        super().__init__(max_text=120)
        self.lasts = lasts

    async def send(self, call: Call) -> SendResult:
        result = await super().send(call)
        self.lasts -= 1
        if self.lasts == 0:
            raise asyncio.CancelledError
        return result


async def test_a_worker_that_dies_before_its_mark_doubles_one_part_and_loses_none(
    runtime: Runtime,
) -> None:
    unharmed = LoopbackChannel(max_text=120)
    await write(runtime, unharmed, "em bị bạn rủ chơi đá, cai thế nào")
    expected = [call.body["text"] for call in unharmed.sent]
    assert len(expected) > 2
    async with runtime.sessions.begin() as session:
        for row in await session.scalars(select(OutboxRow)):
            row.state, row.parts_sent = "ready", 0
    conversation_id = (await rows(runtime))[0].conversation_id
    dying = Dying(lasts=2)
    with pytest.raises(asyncio.CancelledError):
        await jobs.bring_up_to_date(runtime, {"loopback": dying}, conversation_id)
    living = LoopbackChannel(max_text=120)
    await _push(runtime, living, conversation_id)
    texts = [call.body["text"] for call in (*dying.sent, *living.sent)]
    assert texts == [*expected[:2], *expected[1:]]


async def _push(runtime: Runtime, channel: LoopbackChannel, conversation_id: UUID) -> None:
    """What `wake_forgotten` leads to: nothing new in the inbox, rows that are ready."""
    await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id)


class Slow(LoopbackChannel):
    """Takes its time, so that others come in between."""

    async def send(self, call: Call) -> SendResult:
        await asyncio.sleep(0.05)
        return await super().send(call)


async def test_complaint_11901_two_workers_that_push_at_once_send_each_part_once(
    runtime: Runtime,
) -> None:
    unharmed = LoopbackChannel(max_text=120)
    conversation_id = await write(runtime, unharmed, "em bị bạn rủ chơi đá, cai thế nào")
    async with runtime.sessions.begin() as session:
        for row in await session.scalars(select(OutboxRow)):
            row.state, row.parts_sent = "ready", 0
    slow = Slow(max_text=120)
    await asyncio.gather(*(_push(runtime, slow, conversation_id) for _ in range(3)))
    await _push(runtime, slow, conversation_id)
    assert [call.body["text"] for call in slow.sent] == [
        call.body["text"] for call in unharmed.sent
    ]


async def test_a_refused_token_waits_with_its_reason_and_then_goes_out_in_order(
    runtime: Runtime, clock: Clock
) -> None:
    channel = LoopbackChannel(*[SendResult("auth", "401")] * (LEAST_ATTEMPTS + 4))
    conversation_id = await write(runtime, channel)
    for _ in range(LEAST_ATTEMPTS + 3):
        clock.pass_seconds(1000)
        await _push(runtime, channel, conversation_id)
    first, second = await rows(runtime)
    assert (first.state, first.reason, second.reason) == ("ready", "auth: 401", "")
    clock.pass_seconds(1000)
    await _push(runtime, channel, conversation_id)
    assert [row.state for row in await rows(runtime)] == ["sent", "sent"]
    assert {row.reason for row in await rows(runtime)} == {""}
