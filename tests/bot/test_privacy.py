"""Nothing that identifies a person stands in clear; what they wrote can be made to vanish."""

from __future__ import annotations

import asyncio
import os
import stat
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import func, select
from sqlalchemy import text as sql

from bot import erasure, handoff, inbox, jobs, replies
from bot.channel_tables import ErasedEvent
from bot.channels import Channel, SendResult
from bot.errors import KeyRingBroken
from bot.messages import Inbound
from bot.privacy import KeyRing, erase, rewrap, seal, unseal
from bot.runtime import Runtime
from bot.store import open_talk, read_lines
from bot.tables import Conversation, Episode, Handoff, InboxRow, Person, RasaState
from tests.conftest import Clock
from tests.fakes import LoopbackChannel

PLANTED = "câu-bí-mật-đã-gieo-7391"
SENDER = "zalo-người-dùng-5551234"


def whole_database(url: str) -> bytes:
    """Every row of every table, as PostgreSQL writes them out."""
    with psycopg.connect(url) as connection:
        names = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        dump = b""
        for (name,) in names:
            with connection.cursor().copy(f'COPY "{name}" TO STDOUT') as copy:
                dump += b"".join(bytes(block) for block in copy)
    return dump


def stands_in(words: str, dump: bytes) -> bool:
    raw = words.encode()
    return raw in dump or raw.hex().encode() in dump


async def say(
    runtime: Runtime, text: str, channel: Channel | None = None, sender: str = SENDER
) -> UUID:
    name = channel.name if channel else "terminal"
    event = Inbound(name, str(uuid4()), sender, "text", text, address={"to": sender})
    async with runtime.sessions.begin() as session:
        received = await inbox.receive(session, runtime.ring, event, runtime.clock())
    assert received is not None
    channels = {name: channel} if channel else {}
    await jobs.bring_up_to_date(runtime, channels, received.conversation_id)
    return received.conversation_id


async def test_neither_words_nor_ids_stand_in_the_database(
    runtime: Runtime, database_url: str
) -> None:
    await say(runtime, f"em muốn gặp người thật {PLANTED}", LoopbackChannel())
    await say(runtime, f"methadone {PLANTED} có mất tiền không", LoopbackChannel())
    dump = whole_database(database_url)
    assert b"terminal" in dump or b"loopback" in dump
    assert not stands_in(PLANTED, dump)
    assert not stands_in(SENDER, dump)


async def test_unanswered_events_are_sealed_too(runtime: Runtime, database_url: str) -> None:
    event = Inbound("loopback", "1", SENDER, "text", PLANTED, address={"to": SENDER})
    async with runtime.sessions.begin() as session:
        await inbox.receive(session, runtime.ring, event, runtime.clock())
    dump = whole_database(database_url)
    assert not stands_in(PLANTED, dump)
    assert not stands_in(SENDER, dump)


@pytest.mark.parametrize(
    "order",
    [
        "xóa dữ liệu của tôi",
        "xoa du lieu cua toi",
        "Xoá hết dữ liệu của em đi ạ",
        "hãy xóa toàn bộ tin nhắn của mình giúp với",
    ],
)
async def test_who_asks_is_erased_everywhere(
    runtime: Runtime, database_url: str, order: str
) -> None:
    conversation_id = await say(runtime, f"em uống cả vỉ thuốc rồi, em muốn chết {PLANTED}")
    other = await say(runtime, "chào bạn", sender="somebody else")
    async with runtime.sessions.begin() as session:
        conversation = await session.get_one(Conversation, conversation_id)
        tracker = str(conversation.tracker)
        session.add(RasaState(sender_id=tracker, data="{}", updated_at=runtime.clock()))
    before = whole_database(database_url)
    assert str(conversation_id).encode() in before
    assert tracker.encode() in before

    await say(runtime, order)

    dump = whole_database(database_url)
    assert str(conversation_id).encode() not in dump
    assert tracker.encode() not in dump
    assert not stands_in(PLANTED, dump)
    async with runtime.sessions() as session:
        assert await session.scalar(select(func.count()).select_from(Person)) == 1
        assert await open_talk(session, runtime.ring, other) is not None
        episode = (await session.scalars(select(Episode))).one()
        assert episode.conversation_id is None, "the emergency stays provable, tied to nobody"


async def test_erasure_by_the_platform_works_like_the_words(runtime: Runtime) -> None:
    conversation_id = await say(runtime, "chào", LoopbackChannel())
    channel = LoopbackChannel()
    event = Inbound("loopback", str(uuid4()), SENDER, "erase")
    async with runtime.sessions.begin() as session:
        await inbox.receive(session, runtime.ring, event, runtime.clock())
    await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id)
    assert [call.body["to"] for call in channel.sent] == [SENDER]
    async with runtime.sessions() as session:
        assert await open_talk(session, runtime.ring, conversation_id) is None


async def test_a_question_about_data_does_not_erase_it(runtime: Runtime) -> None:
    conversation_id = await say(runtime, "bên mình có xóa dữ liệu của tôi không vậy bạn")
    async with runtime.sessions() as session:
        assert await open_talk(session, runtime.ring, conversation_id) is not None


async def test_keys_rotate_and_old_words_stay_readable(runtime: Runtime, tmp_path: Path) -> None:
    conversation_id = await say(runtime, PLANTED)
    turned = runtime.ring.rotated()
    turned.save(tmp_path / "keyring.json")
    loaded = KeyRing.load(tmp_path / "keyring.json")
    async with runtime.sessions.begin() as session:
        assert await rewrap(session, loaded) == 1
        assert await rewrap(session, loaded) == 0
    without_old = KeyRing(
        loaded.current, {loaded.current: loaded.keys[loaded.current]}, loaded.pepper
    )
    async with runtime.sessions() as session:
        talk = await open_talk(session, without_old, conversation_id)
        assert talk is not None
        lines = await read_lines(session, talk)
    assert lines[0].text == PLANTED
    with pytest.raises(KeyRingBroken):
        async with runtime.sessions() as session:
            await open_talk(session, runtime.ring, conversation_id)


def test_a_sealed_value_fits_its_own_record_only() -> None:
    key = os.urandom(32)
    sealed = seal(key, b"words", "message:1")
    assert unseal(key, sealed, "message:1") == b"words"
    with pytest.raises(KeyRingBroken):
        unseal(key, sealed, "message:2")
    with pytest.raises(KeyRingBroken):
        unseal(os.urandom(32), sealed, "message:1")


def test_the_key_ring_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    KeyRing.fresh().save(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"current": "k1", "keys": {}, "pepper": ""}'])
def test_a_broken_key_ring_says_what_to_do(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keyring.json"
    path.write_text(content)
    with pytest.raises(KeyRingBroken, match="khôi phục"):
        KeyRing.load(path)


async def test_a_counsellor_sees_kindly_that_a_case_was_erased(runtime: Runtime) -> None:
    await say(runtime, "em muốn gặp người thật")
    async with runtime.sessions() as session:
        (case,) = await handoff.queue(session, runtime.ring)
    await say(runtime, "xóa dữ liệu của tôi")
    async with runtime.sessions() as session:
        assert await handoff.queue(session, runtime.ring) == []
        with pytest.raises(Exception, match="xóa dữ liệu"):
            await handoff.find_case(session, runtime.ring, case.handoff_id)


async def test_who_writes_on_after_the_order_is_heard_before_anything_is_erased(
    runtime: Runtime,
) -> None:
    for text in ("xóa dữ liệu của tôi", "em uống thuốc sâu rồi"):
        event = Inbound("terminal", str(uuid4()), SENDER, "text", text)
        async with runtime.sessions.begin() as session:
            received = await inbox.receive(session, runtime.ring, event, runtime.clock())
    assert received is not None
    await jobs.bring_up_to_date(runtime, {}, received.conversation_id)
    async with runtime.sessions() as session:
        (case,) = await handoff.queue(session, runtime.ring)
    assert case.priority == 2


async def arrive(runtime: Runtime, *events: Inbound) -> UUID:
    """Events that come in while nobody works on them."""
    for event in events:
        async with runtime.sessions.begin() as session:
            received = await inbox.receive(session, runtime.ring, event, runtime.clock())
    assert received is not None
    return received.conversation_id


def written(*texts: str) -> list[Inbound]:
    to = {"to": SENDER}
    return [Inbound("loopback", str(uuid4()), SENDER, "text", text, address=to) for text in texts]


def withdrawn() -> Inbound:
    return Inbound("loopback", str(uuid4()), SENDER, "erase", address={"to": SENDER})


@pytest.mark.parametrize(
    "texts",
    [
        ["em uống thuốc sâu rồi"],
        ["em muốn", "chết"],
        [*["alo"] * 12, "em uống thuốc sâu rồi"],
    ],
)
async def test_a_cry_for_help_behind_a_platforms_erasure_is_answered_and_stays_known(
    runtime: Runtime, database_url: str, texts: list[str]
) -> None:
    channel = LoopbackChannel()
    conversation_id = await arrive(
        runtime, *written("chào"), withdrawn(), *written(*texts, PLANTED)
    )
    await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id)
    last = channel.sent[-1].body["text"]
    assert "Gọi ngay 115" in last
    assert "Mình đã xóa hết" in last
    assert "tư vấn viên đọc tin của bạn ngay" not in last, "nobody can read it any more"
    async with runtime.sessions() as session:
        assert await session.scalar(select(func.count()).select_from(Person)) == 0
        episode = (await session.scalars(select(Episode))).one()
    assert (episode.conversation_id, episode.label) == (None, "suicide")
    dump = whole_database(database_url)
    assert not any(stands_in(one, dump) for one in (*texts[-1:], PLANTED))


async def test_a_platforms_erasure_without_danger_leaves_no_episode(runtime: Runtime) -> None:
    channel = LoopbackChannel()
    conversation_id = await arrive(runtime, withdrawn(), *written("cai nghiện ở đâu", "cảm ơn"))
    await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id)
    assert [call.body["text"] for call in channel.sent] == [replies.erased().text]
    async with runtime.sessions() as session:
        assert (await session.scalars(select(Episode))).all() == []


@pytest.mark.parametrize("order", [withdrawn(), *written("xóa dữ liệu của tôi")])
async def test_an_answer_to_danger_that_an_erasure_overtakes_is_said_with_it(
    runtime: Runtime, order: Inbound
) -> None:
    channel = LoopbackChannel()
    conversation_id = await arrive(runtime, *written("em uống cả vỉ thuốc rồi, em muốn chết"))
    await arrive(runtime, replace(order, event_id=str(uuid4())))
    await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id)
    (only,) = channel.sent
    assert "Gọi ngay 115" in only.body["text"]
    assert "Mình đã xóa hết" in only.body["text"]


async def test_an_answer_to_danger_that_was_sent_is_not_said_again(runtime: Runtime) -> None:
    channel = LoopbackChannel(SendResult("sent"))
    conversation_id = await arrive(runtime, *written("em uống cả vỉ thuốc rồi, em muốn chết"))
    await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id)
    await arrive(runtime, withdrawn())
    await jobs.bring_up_to_date(runtime, {"loopback": channel}, conversation_id)
    assert channel.sent[-1].body["text"] == replies.erased().text


async def test_words_that_come_while_an_order_to_erase_waits_for_the_lock_are_heard(
    runtime: Runtime,
) -> None:
    conversation_id = await arrive(runtime, *written("xóa dữ liệu của tôi"))
    async with runtime.statements() as connection:
        waiting = await inbox.next_waiting(connection, runtime.ring, conversation_id)
    assert waiting is not None
    async with runtime.sessions() as session:
        (cry,) = written("em uống thuốc sâu rồi")
        await inbox.receive(session, runtime.ring, cry, runtime.clock())
        order = asyncio.create_task(erasure.carry_out(runtime, {}, waiting))
        while not await waits_for_a_lock(runtime):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await session.commit()
    assert await order is False
    await jobs.bring_up_to_date(runtime, {}, conversation_id)
    async with runtime.sessions() as session:
        assert (await session.scalars(select(Handoff.priority))).all() == [2]


async def waits_for_a_lock(runtime: Runtime) -> bool:
    async with runtime.sessions() as session:
        found = await session.scalar(sql("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"))
    return bool(found)


@pytest.mark.parametrize("is_back", [False, True])
async def test_what_a_platform_brings_again_after_an_erasure_stays_erased(
    runtime: Runtime, database_url: str, is_back: bool
) -> None:
    events = [*written(f"em sợ lắm {PLANTED}", "chào"), withdrawn(), *written(f"nữa {PLANTED}")]
    conversation_id = await arrive(runtime, *events)
    await jobs.bring_up_to_date(runtime, {}, conversation_id)
    if is_back:
        await arrive(runtime, *written("mình quay lại"))
    for event in events:
        async with runtime.sessions.begin() as session:
            again = await inbox.receive(session, runtime.ring, event, runtime.clock())
        assert again is None or (is_back and not again.new)
    dump = whole_database(database_url)
    assert not stands_in(PLANTED, dump)
    assert not any(stands_in(event.event_id, dump) for event in events)
    async with runtime.sessions() as session:
        assert await session.scalar(select(func.count()).select_from(Person)) == int(is_back)
        assert await session.scalar(select(func.count()).select_from(InboxRow)) == int(is_back)


async def test_an_event_that_is_brought_again_in_the_middle_of_an_erasure_stays_erased(
    runtime: Runtime,
) -> None:
    (event,) = written("chào")
    conversation_id = await arrive(runtime, event)
    async with runtime.sessions() as session:
        person = await session.scalar(select(Conversation.person_id).with_for_update())
        assert person is not None
        await erase(session, runtime.ring, person, runtime.clock())

        async def bring_again() -> inbox.Received | None:
            async with runtime.sessions.begin() as other:
                return await inbox.receive(other, runtime.ring, event, runtime.clock())

        again = asyncio.create_task(bring_again())
        while not await waits_for_a_lock(runtime):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await session.commit()
    assert await again is None
    async with runtime.sessions() as session:
        assert await open_talk(session, runtime.ring, conversation_id) is None
        assert await session.scalar(select(func.count()).select_from(Person)) == 0


async def test_the_mark_of_an_erased_event_is_forgotten_after_thirty_days(
    runtime: Runtime, clock: Clock
) -> None:
    conversation_id = await arrive(runtime, *written("chào"), withdrawn())
    await jobs.bring_up_to_date(runtime, {}, conversation_id)
    kept = []
    for days in (29, 2):
        clock.pass_seconds(days * 86_400)
        await jobs.forget_old(runtime)
        async with runtime.sessions() as session:
            kept.append(await session.scalar(select(func.count()).select_from(ErasedEvent)))
    assert kept == [2, 0]
