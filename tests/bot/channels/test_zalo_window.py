"""How long somebody on Zalo may be written to, and what a counsellor is told before it is too late."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from bot import inbox, jobs, outbox
from bot.channels import SendResult
from bot.channels.zalo_window import Window, read_window, warning, window
from bot.messages import Inbound, InboundKind, Outbound
from bot.runtime import Runtime
from bot.store import append, open_talk
from bot.tables import Conversation
from tests.conftest import NOW, Clock
from tests.fakes import LoopbackChannel

HOUR = timedelta(hours=1)
DAY = 24 * HOUR


@pytest.mark.parametrize(
    ("silent_for", "sent", "state", "ends_after"),
    [
        (0 * HOUR, 0, "free", 48 * HOUR),
        (47 * HOUR, 7, "free", 48 * HOUR),
        (48 * HOUR, 0, "counted", 7 * DAY),
        (1 * HOUR, 8, "counted", 7 * DAY),
        (7 * DAY - HOUR, 0, "counted", 7 * DAY),
        (7 * DAY, 0, "closed", None),
        (90 * DAY, 3, "closed", None),
    ],
)
def test_when_the_window_closes(
    silent_for: timedelta, sent: int, state: str, ends_after: timedelta | None
) -> None:
    found = window(NOW - silent_for, sent, NOW)
    until = None if ends_after is None else NOW - silent_for + ends_after
    assert (found.state, found.until, found.sent) == (state, until, sent)


def test_who_never_wrote_cannot_be_written_to() -> None:
    assert window(None, 0, NOW).state == "closed"


@pytest.mark.parametrize(
    ("silent_for", "sent", "words"),
    [
        (1 * HOUR, 3, ""),
        (1 * HOUR, 6, "Còn 2 tin"),
        (1 * HOUR, 9, "Đã gửi 9 tin"),
        (43 * HOUR, 0, "miễn phí đến 15:00, 23/11"),
        (49 * HOUR, 0, "quá 48 giờ"),
        (8 * DAY, 0, "sẽ không tới"),
    ],
)
def test_a_counsellor_is_warned_before_a_message_fails(
    silent_for: timedelta, sent: int, words: str
) -> None:
    said = warning(window(NOW - silent_for, sent, NOW), NOW)
    assert words in said
    assert (said == "") == (words == "")


async def written(runtime: Runtime) -> UUID:
    event = Inbound("loopback", "e1", "7", "text", "chào", address={"to": "7"})
    async with runtime.sessions.begin() as session:
        received = await inbox.receive(session, runtime.ring, event, runtime.clock())
        assert received is not None
        await session.execute(update(Conversation).values(last_inbound_at=runtime.clock()))
    return received.conversation_id


async def say(runtime: Runtime, conversation: UUID, channel: LoopbackChannel) -> None:
    async with runtime.sessions.begin() as session:
        talk = await open_talk(session, runtime.ring, conversation)
        assert talk is not None
        await append(session, talk, "bot", [Outbound("Mình đây")], runtime.clock())
    async with runtime.sessions() as session:
        await outbox.push(
            session,
            runtime.ring,
            {"loopback": channel},
            conversation,
            runtime.clock(),
            random.Random(1),
        )


async def test_what_arrived_since_their_last_word_is_counted(
    runtime: Runtime, clock: Clock
) -> None:
    conversation = await written(runtime)
    channel = LoopbackChannel(SendResult("sent"), SendResult("sent"), SendResult("closed", "-230"))
    for _ in range(3):
        clock.pass_seconds(60)
        await say(runtime, conversation, channel)
    async with runtime.sessions() as session:
        found = await read_window(session, conversation, clock())
    assert found == Window("free", NOW + 48 * HOUR, 2)


async def test_their_next_word_opens_the_window_anew(runtime: Runtime, clock: Clock) -> None:
    conversation = await written(runtime)
    await say(runtime, conversation, LoopbackChannel())
    clock.pass_seconds(8 * DAY.total_seconds())
    async with runtime.sessions.begin() as session:
        assert (await read_window(session, conversation, clock())).state == "closed"
        await session.execute(update(Conversation).values(last_inbound_at=clock()))
        found = await read_window(session, conversation, clock())
    assert (found.state, found.sent) == ("free", 0)


async def hear(runtime: Runtime, kind: InboundKind, said: str = "", place: bool = False) -> UUID:
    """An event of the person's, stored now and dealt with an hour later."""
    event = Inbound(
        *("loopback", f"{kind} {runtime.clock()}", "7", kind, said),
        location=(21.0, 105.8) if place else None,
        address={"to": "7"},
    )
    async with runtime.sessions.begin() as session:
        received = await inbox.receive(session, runtime.ring, event, runtime.clock())
    assert received is not None
    assert isinstance(runtime.clock, Clock)
    runtime.clock.pass_seconds(HOUR.total_seconds())
    channels = {"loopback": LoopbackChannel()}
    await jobs.bring_up_to_date(runtime, channels, received.conversation_id)
    return received.conversation_id


async def last_spoke(runtime: Runtime, conversation: UUID) -> datetime | None:
    async with runtime.sessions() as session:
        found = await session.get(Conversation, conversation)
        assert found is not None
        return found.last_inbound_at


@pytest.mark.parametrize(
    ("kind", "said", "place"),
    [
        ("text", "cai nghiện ở đâu", False),
        ("button", "/human", False),
        ("media", "", False),
        ("location", "", True),
    ],
)
async def test_a_message_counts_from_when_it_came_and_not_from_our_turn(
    runtime: Runtime, kind: InboundKind, said: str, place: bool
) -> None:
    conversation = await hear(runtime, kind, said, place)
    assert await last_spoke(runtime, conversation) == NOW


@pytest.mark.parametrize("kind", ["start", "stop", "delivered", "read", "other"])
async def test_following_leaving_and_receipts_open_no_window(
    runtime: Runtime, kind: InboundKind
) -> None:
    conversation = await hear(runtime, kind)
    assert await last_spoke(runtime, conversation) is None
    await hear(runtime, "text", "chào bạn")
    spoke = await last_spoke(runtime, conversation)
    assert spoke == NOW + HOUR
    await hear(runtime, kind)
    assert await last_spoke(runtime, conversation) == spoke
