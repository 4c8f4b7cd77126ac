"""Nothing that identifies a person stands in clear; what they wrote can be made to vanish."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import func, select

from bot import handoff, inbox, jobs
from bot.channels import Channel
from bot.errors import KeyRingBroken
from bot.messages import Inbound
from bot.privacy import KeyRing, rewrap, seal, unseal
from bot.runtime import Runtime
from bot.store import open_talk, read_lines
from bot.tables import Conversation, Episode, Person, RasaState
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
