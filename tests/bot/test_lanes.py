"""A messenger that hangs keeps the others' answers waiting nowhere."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import select

from bot import inbox, jobs
from bot.channels import Call, SendResult
from bot.lanes import SLOW_SECONDS, Lanes
from bot.messages import Inbound
from bot.runtime import Runtime
from bot.tables import Message, OutboxRow
from tests.conftest import Clock
from tests.fakes import LoopbackChannel


class Hanging(LoopbackChannel):
    """Answers no send before it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()
        self.is_back = asyncio.Event()

    async def send(self, call: Call) -> SendResult:
        self.asked.set()
        await self.is_back.wait()
        return await super().send(call)


async def write(runtime: Runtime, sender: str, channel: str = "loopback") -> UUID:
    event = Inbound(channel, str(uuid4()), sender, "text", "chào bạn", address={"to": sender})
    async with runtime.sessions.begin() as session:
        received = await inbox.receive(session, runtime.ring, event, runtime.clock())
    assert received is not None
    return received.conversation_id


async def test_while_a_messenger_hangs_its_next_conversation_gives_its_place_back(
    runtime: Runtime, clock: Clock
) -> None:
    lanes, channel = Lanes(most=1), Hanging()
    channels = {"loopback": channel}
    first, second = await write(runtime, "a"), await write(runtime, "b")
    under_way = asyncio.create_task(jobs.bring_up_to_date(runtime, channels, first, lanes=lanes))
    await channel.asked.wait()
    again_at = await jobs.bring_up_to_date(runtime, channels, second, lanes=lanes)
    assert again_at is not None
    assert clock() < again_at <= clock() + timedelta(seconds=1)
    async with runtime.sessions() as session:
        kept = (
            await session.scalars(select(OutboxRow).where(OutboxRow.conversation_id == second))
        ).all()
    assert [(row.state, row.attempts) for row in kept] == [("ready", 0)] * 2, "no attempt counted"

    channel.is_back.set()
    await under_way
    clock.pass_seconds(1)
    assert await jobs.bring_up_to_date(runtime, channels, second, lanes=lanes) is None
    assert [call.body["to"] for call in channel.sent] == ["a", "a", "b", "b"]


async def test_who_fetches_their_own_messages_is_answered_while_a_messenger_hangs(
    runtime: Runtime,
) -> None:
    lanes = Lanes(most=1)
    web = await write(runtime, "c", "web")
    with lanes.hold("loopback"):
        assert await jobs.bring_up_to_date(runtime, {}, web, lanes=lanes) is None
    async with runtime.sessions() as session:
        authors = (await session.scalars(select(Message.author).order_by(Message.id))).all()
    assert authors == ["citizen", "bot", "bot"]


def test_a_channel_that_hung_is_tried_by_few_until_one_send_is_quick_again() -> None:
    now = [0.0]
    lanes = Lanes(most=8, most_while_slow=1, elapsed=lambda: now[0])
    with lanes.hold("zalo_oa"):
        assert not lanes.is_full("zalo_oa")
        now[0] += SLOW_SECONDS
    with lanes.hold("zalo_oa"):
        assert lanes.is_full("zalo_oa")
        assert not lanes.is_full("telegram")
        assert lanes.come_back_in("zalo_oa", random.Random(1)) >= 5
        now[0] += 0.1
    with lanes.hold("zalo_oa"):
        assert not lanes.is_full("zalo_oa")
        assert lanes.come_back_in("zalo_oa", random.Random(1)) < 1
