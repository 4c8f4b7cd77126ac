"""What goes to a messenger arrives in order, is tried again, and never silently lost."""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import select

from bot import inbox, jobs
from bot.channels import SendResult
from bot.messages import Inbound
from bot.outbox import MOST_ATTEMPTS
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
    for _ in range(2 * MOST_ATTEMPTS):
        clock.pass_seconds(1000)
        await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id)
    assert {row.state for row in await rows(runtime)} == {"dead"}
    assert {row.reason for row in await rows(runtime)} == {"retry: timeout"}


async def test_a_refused_message_does_not_block_the_next(runtime: Runtime) -> None:
    channel = LoopbackChannel(SendResult("reject", "-201"))
    await write(runtime, channel)
    assert [row.state for row in await rows(runtime)] == ["dead", "sent"]
