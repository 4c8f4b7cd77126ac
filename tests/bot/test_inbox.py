"""What came in is stored once, in order, and answered once."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

from sqlalchemy import func, select

from bot import inbox, jobs
from bot.messages import Inbound
from bot.runtime import Runtime
from bot.store import open_talk, read_lines
from bot.tables import InboxRow, Message, Person


def event(text: str, event_id: str | None = None, sender: str = "a") -> Inbound:
    return Inbound("terminal", event_id or str(uuid4()), sender, "text", text)


async def receive(runtime: Runtime, inbound: Inbound) -> inbox.Received:
    async with runtime.sessions.begin() as session:
        received = await inbox.receive(session, runtime.ring, inbound, runtime.clock())
    assert received is not None
    return received


async def said(runtime: Runtime, conversation_id: UUID, author: str) -> list[str]:
    async with runtime.sessions() as session:
        talk = await open_talk(session, runtime.ring, conversation_id)
        assert talk is not None
        lines = await read_lines(session, talk)
    return [line.text for line in lines if line.author == author]


async def test_complaint_15450_the_same_event_twice_is_stored_and_answered_once(
    runtime: Runtime,
) -> None:
    first = await receive(runtime, event("chào", "7"))
    again = await receive(runtime, event("chào", "7"))
    assert (first.new, again.new) == (True, False)
    await jobs.bring_up_to_date(runtime, {}, first.conversation_id)
    await receive(runtime, event("chào", "7"))
    await jobs.bring_up_to_date(runtime, {}, first.conversation_id)
    assert await said(runtime, first.conversation_id, "citizen") == ["chào"]


async def test_complaint_13359_a_burst_of_first_messages_makes_one_person_and_keeps_its_order(
    runtime: Runtime,
) -> None:
    all_received = await asyncio.gather(*(receive(runtime, event(f"tin số {n}")) for n in range(8)))
    assert len({one.conversation_id for one in all_received}) == 1
    conversation_id = all_received[0].conversation_id
    async with runtime.sessions() as session:
        assert await session.scalar(select(func.count()).select_from(Person)) == 1
    await jobs.bring_up_to_date(runtime, {}, conversation_id)
    assert len(await said(runtime, conversation_id, "citizen")) == 8


async def test_two_workers_at_once_answer_once(runtime: Runtime) -> None:
    received = await receive(runtime, event("cai nghiện tại nhà mất bao lâu"))
    await asyncio.gather(
        *(jobs.bring_up_to_date(runtime, {}, received.conversation_id) for _ in range(4))
    )
    assert len(await said(runtime, received.conversation_id, "citizen")) == 1
    answers = [
        text for text in await said(runtime, received.conversation_id, "bot") if "24 tháng" in text
    ]
    assert len(answers) == 1


async def test_messages_are_answered_in_the_order_they_came(runtime: Runtime) -> None:
    texts = ["chào bạn", "cai nghiện tại nhà mất bao lâu", "cảm ơn bạn"]
    for text in texts:
        received = await receive(runtime, event(text))
    await jobs.bring_up_to_date(runtime, {}, received.conversation_id)
    assert await said(runtime, received.conversation_id, "citizen") == texts


async def test_a_dealt_with_event_keeps_no_words(runtime: Runtime) -> None:
    received = await receive(runtime, event("chào"))
    await jobs.bring_up_to_date(runtime, {}, received.conversation_id)
    async with runtime.sessions() as session:
        row = (await session.scalars(select(InboxRow))).one()
    assert row.done_at is not None
    assert row.sealed == b""


async def test_forgotten_events_are_found(runtime: Runtime, clock: object) -> None:
    received = await receive(runtime, event("chào"))
    runtime.clock.pass_seconds(30)  # type: ignore[attr-defined]
    async with runtime.sessions() as session:
        waiting = await inbox.conversations_waiting(session, runtime.clock())
    assert waiting == [received.conversation_id]


async def test_people_never_share_a_conversation(runtime: Runtime) -> None:
    one = await receive(runtime, event("tin của một người", sender="a"))
    two = await receive(runtime, event("tin của người khác", sender="b"))
    for received in (one, two):
        await jobs.bring_up_to_date(runtime, {}, received.conversation_id)
    assert await said(runtime, one.conversation_id, "citizen") == ["tin của một người"]
    assert await said(runtime, two.conversation_id, "citizen") == ["tin của người khác"]
    async with runtime.sessions() as session:
        count = await session.scalar(select(func.count()).select_from(Message))
    assert (count or 0) >= 4
