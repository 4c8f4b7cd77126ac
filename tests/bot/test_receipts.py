"""A counsellor sees how far each message has come; a receipt is never taken for something said."""

from __future__ import annotations

import json
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from bot import inbox, jobs, parked, receipts
from bot.channels import Call, SendResult
from bot.channels.web import NAME as WEB
from bot.channels.zalo_oa import ZaloOA
from bot.channels.zalo_tokens import FixedToken
from bot.desk_tables import SentPart
from bot.messages import Inbound, Outbound
from bot.runtime import Runtime
from bot.store import append, open_talk, set_holder
from bot.tables import Conversation, InboxRow, Message, OutboxRow
from tests.conftest import Clock
from tests.fakes import LoopbackChannel
from tests.zalo_server import ZaloFiles


class Account(ZaloOA):
    """An account that takes every message, or answers with `results` first."""

    def __init__(self, *results: SendResult) -> None:
        super().__init__("1", "secret", FixedToken("a"), ZaloFiles().client())
        self.results = list(results)
        self.given = 0

    async def send(self, call: Call) -> SendResult:
        if self.results:
            return self.results.pop(0)
        self.given += 1
        return SendResult("sent", external_id=f"z{self.given}")


def receipt(name: str, *ids: str) -> bytes:
    message: dict[str, object] = {"msg_ids": list(ids)} if "seen" in name else {"msg_id": ids[0]}
    event = {"event_name": name, "sender": {"id": "oa"}, "recipient": {"id": "7"}}
    return json.dumps({**event, "message": message, "timestamp": "1795400000000"}).encode()


async def talk_with(runtime: Runtime, channel: Account, *lines: str) -> tuple[UUID, list[int]]:
    """A person on Zalo whom a counsellor wrote these `lines`; their ids."""
    hello = {"event_name": "user_send_text", "sender": {"id": "7"}, "timestamp": "1795400000000"}
    raw = json.dumps({**hello, "message": {"msg_id": "m1", "text": "gặp người thật"}}).encode()
    await parked.take_in(runtime, channel, raw)
    async with runtime.sessions() as session:
        conversation_id = await session.scalar(select(Conversation.id))
    assert conversation_id is not None
    return conversation_id, await write(runtime, channel, conversation_id, *lines)


async def write(
    runtime: Runtime, channel: Account | LoopbackChannel, conversation_id: UUID, *lines: str
) -> list[int]:
    async with runtime.sessions.begin() as session:
        for inbound in await session.scalars(select(InboxRow)):
            inbound.done_at = runtime.clock()
        await set_holder(session, conversation_id, "counsellor")
        talk = await open_talk(session, runtime.ring, conversation_id)
        assert talk is not None
        messages = [Outbound(line) for line in lines]
        await append(session, talk, "counsellor", messages, runtime.clock())
    await jobs.bring_up_to_date(runtime, {channel.name: channel}, conversation_id)
    async with runtime.sessions() as session:
        newest = select(Message.id).order_by(Message.id.desc()).limit(len(lines))
        return sorted(await session.scalars(newest))


async def names(runtime: Runtime, ids: list[int]) -> list[str]:
    async with runtime.sessions() as session:
        found = await receipts.states(session, ids)
    return [found[id_].name for id_ in ids]


async def test_a_receipt_of_zalo_tells_sent_from_delivered_from_read(runtime: Runtime) -> None:
    channel = Account()
    _, ids = await talk_with(runtime, channel, "chào bạn", "mình nghe đây")
    assert await names(runtime, ids) == ["sent", "sent"]
    await parked.take_in(runtime, channel, receipt("user_received_message", "z1"))
    assert await names(runtime, ids) == ["delivered", "sent"]
    await parked.take_in(runtime, channel, receipt("user_seen_message", "z1", "z2"))
    assert await names(runtime, ids) == ["read", "read"]


async def test_who_saw_a_message_saw_those_before_it_though_a_receipt_was_lost(
    runtime: Runtime,
) -> None:
    channel = Account()
    _, ids = await talk_with(runtime, channel, "một", "hai", "ba")
    await parked.take_in(runtime, channel, receipt("user_seen_message", "z2"))
    assert await names(runtime, ids) == ["read", "read", "sent"]


async def test_receipts_that_come_late_or_twice_take_nothing_back(runtime: Runtime) -> None:
    channel = Account()
    _, ids = await talk_with(runtime, channel, "chào bạn")
    for name in ("user_seen_message", "user_received_message", "user_seen_message"):
        await parked.take_in(runtime, channel, receipt(name, "z1"))
        assert await names(runtime, ids) == ["read"]


async def test_a_long_message_has_arrived_when_its_last_part_has(runtime: Runtime) -> None:
    channel = Account()
    _, ids = await talk_with(runtime, channel, "Câu này dài. " * 300)
    assert channel.given > 1
    await parked.take_in(runtime, channel, receipt("user_received_message", "z1"))
    assert await names(runtime, ids) == ["sent"]
    await parked.take_in(runtime, channel, receipt("user_received_message", f"z{channel.given}"))
    assert await names(runtime, ids) == ["delivered"]


async def test_a_receipt_is_nothing_that_was_said(runtime: Runtime) -> None:
    channel = Account()
    conversation_id, _ = await talk_with(runtime, channel, "chào bạn")
    async with runtime.sessions() as session:
        before = await session.get(Conversation, conversation_id)
        events = await session.scalar(select(func.count()).select_from(InboxRow))
    for raw in (
        receipt("user_seen_message", "z1"),
        receipt("user_received_message", "nobody's"),
        receipt("user_seen_message"),
        b'{"event_name": "user_seen_message", "message": {"msg_ids": {"a": [1]}}}',
    ):
        await parked.take_in(runtime, channel, raw)
    async with runtime.sessions() as session:
        after = await session.get(Conversation, conversation_id)
        assert await session.scalar(select(func.count()).select_from(InboxRow)) == events
        assert await parked.how_many(session) == 0
        people = await session.scalar(select(func.count()).select_from(Conversation))
    assert people == 1
    assert before is not None
    assert after is not None
    assert after.last_inbound_at == before.last_inbound_at


@pytest.mark.parametrize(
    ("result", "name", "why"),
    [
        (SendResult("retry", "-32", 60.0), "failed", "retry"),
        (SendResult("auth", "-216"), "failed", "auth"),
        (SendResult("closed", "-230"), "given_up", "closed"),
        (SendResult("gone", "-217"), "given_up", "gone"),
    ],
    ids=lambda value: getattr(value, "state", None),
)
async def test_what_was_not_sent_says_why(
    runtime: Runtime, result: SendResult, name: str, why: str
) -> None:
    _, ids = await talk_with(runtime, Account(result), "chào bạn")
    async with runtime.sessions() as session:
        [state] = (await receipts.states(session, ids)).values()
    assert (state.name, state.channel, state.why, state.code) == (
        name,
        "zalo_oa",
        why,
        result.reason,
    )


async def test_a_messenger_without_receipts_says_sent_and_keeps_no_names(runtime: Runtime) -> None:
    channel = LoopbackChannel(*[SendResult("sent", external_id="1")] * 4)
    event = Inbound("loopback", "1", "a", "text", "chào", address={"to": "a"})
    async with runtime.sessions.begin() as session:
        received = await inbox.receive(session, runtime.ring, event, runtime.clock())
    assert received is not None
    ids = await write(runtime, channel, received.conversation_id, "chào bạn")
    assert await names(runtime, ids) == ["sent"]
    async with runtime.sessions() as session:
        assert await session.scalar(select(func.count()).select_from(SentPart)) == 0


async def test_names_of_messages_are_forgotten_after_thirty_days(
    runtime: Runtime, clock: Clock
) -> None:
    channel = Account()
    await talk_with(runtime, channel, "chào bạn")
    clock.pass_seconds(29 * 86_400)
    await jobs.forget_old(runtime)
    async with runtime.sessions() as session:
        assert await session.scalar(select(func.count()).select_from(SentPart)) == 1
    clock.pass_seconds(2 * 86_400)
    await jobs.forget_old(runtime)
    async with runtime.sessions() as session:
        assert await session.scalar(select(func.count()).select_from(SentPart)) == 0
        assert await session.scalar(select(func.count()).select_from(OutboxRow)) == 1


async def on_the_page(runtime: Runtime, *lines: str) -> tuple[str, list[int]]:
    """A person's page, and the ids of what a counsellor wrote them."""
    token = str(uuid4())
    async with runtime.statements() as connection:
        await inbox.begin(connection, runtime.ring, WEB, token, runtime.clock())
        talk = await inbox.find_conversation(connection, runtime.ring, WEB, token)
    assert talk is not None
    async with runtime.sessions.begin() as session:
        messages = [Outbound(line) for line in lines]
        await append(session, talk, "counsellor", messages, runtime.clock())
    async with runtime.sessions() as session:
        newest = select(Message.id).where(Message.conversation_id == talk.id).order_by(Message.id)
        return token, list(await session.scalars(newest))


async def page_says(runtime: Runtime, token: str, fetched: int, seen: int) -> None:
    async with runtime.statements() as connection:
        pseudonym = runtime.ring.pseudonym(WEB, token)
        await receipts.page_says(connection, pseudonym, fetched, seen)


async def test_a_page_tells_what_it_has_and_what_was_in_sight(runtime: Runtime) -> None:
    token, ids = await on_the_page(runtime, "một", "hai", "ba")
    assert await names(runtime, ids) == ["waiting", "waiting", "waiting"]
    await page_says(runtime, token, ids[1], ids[0])
    assert await names(runtime, ids) == ["read", "delivered", "waiting"]
    await page_says(runtime, token, ids[0], 0)
    assert await names(runtime, ids) == ["read", "delivered", "waiting"], "nothing goes back"


async def test_a_page_cannot_have_seen_what_was_not_yet_said(runtime: Runtime) -> None:
    token, ids = await on_the_page(runtime, "một")
    other, others = await on_the_page(runtime, "khác")
    await page_says(runtime, token, 2**63 - 1, 2**63 - 1)
    assert await names(runtime, [*ids, *others]) == ["read", "waiting"]
    async with runtime.sessions.begin() as session:
        talk = await inbox.find_conversation(session, runtime.ring, WEB, token)
        assert talk is not None
        await append(session, talk, "counsellor", [Outbound("hai")], runtime.clock())
    async with runtime.sessions() as session:
        newest = await session.scalar(select(func.max(Message.id)))
    assert newest is not None
    assert await names(runtime, [newest]) == ["waiting"]
    await page_says(runtime, "x" * 43, 5, 5)
    await page_says(runtime, other, 0, 0)
    assert await names(runtime, others) == ["waiting"]


async def test_what_the_person_said_and_notes_have_no_receipt(runtime: Runtime) -> None:
    channel = Account()
    conversation_id, _ = await talk_with(runtime, channel, "chào bạn")
    async with runtime.sessions.begin() as session:
        talk = await open_talk(session, runtime.ring, conversation_id)
        assert talk is not None
        await append(session, talk, "note", [Outbound("để ý")], runtime.clock())
        await append(session, talk, "citizen", [Outbound("vâng")], runtime.clock())
        ids = list(await session.scalars(select(Message.id)))
        found = await receipts.states(session, ids)
    assert len(found) == len(ids) - 2
