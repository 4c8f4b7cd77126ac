"""What came in: stored and committed before it is acknowledged, then drained in order of arrival."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.messages import Inbound
from bot.privacy import KeyRing, seal_json, unseal_json
from bot.store import TALK, Talk, read_talk
from bot.tables import Conversation, InboxRow, Person


@dataclass(frozen=True)
class Received:
    """`new` is False for an event that had been stored before."""

    conversation_id: UUID
    new: bool


@dataclass(frozen=True)
class Waiting:
    """The oldest event of a conversation that no turn has dealt with yet."""

    row_id: int
    talk: Talk
    inbound: Inbound
    failures: int


async def receive(
    session: AsyncSession,
    ring: KeyRing,
    inbound: Inbound,
    now: datetime,
    *,
    known_only: bool = False,
) -> Received | None:
    """Store an event; the caller commits, and wakes the conversation in the same transaction if the
    event is new. None where `known_only` and the sender has no conversation.

    The conversation's row stays locked until the commit, so that events are numbered in the order
    in which they arrived.
    """
    pseudonym = ring.pseudonym(inbound.channel, inbound.sender)
    row = await _find(session, inbound.channel, pseudonym)
    if row is None and known_only:
        return None
    if row is None:
        await _create(session, ring, inbound, pseudonym, now)
        row = await _find(session, inbound.channel, pseudonym)
        assert row is not None
    talk = read_talk(row[0], row[1], ring)
    if inbound.address and inbound.address != talk.address:
        sealed = seal_json(talk.key, inbound.address, f"address:{talk.person_id}")
        await session.execute(
            update(Person).where(Person.id == talk.person_id).values(address=sealed)
        )
    record = f"inbox:{inbound.channel}:{inbound.event_id}"
    stored = await session.execute(
        insert(InboxRow)
        .values(
            channel=inbound.channel,
            event_id=inbound.event_id,
            conversation_id=talk.id,
            sealed=seal_json(talk.key, _body(inbound), record),
            received_at=now,
        )
        .on_conflict_do_nothing(index_elements=["channel", "event_id"])
        .returning(InboxRow.id)
    )
    return Received(talk.id, stored.scalar_one_or_none() is not None)


async def find_conversation(
    session: AsyncSession, ring: KeyRing, channel: str, sender: str
) -> Talk | None:
    """The conversation of a person who has written or begun before, else None."""
    row = (
        await session.execute(
            TALK.where(
                Person.channel == channel, Person.pseudonym == ring.pseudonym(channel, sender)
            )
        )
    ).one_or_none()
    return read_talk(row[0], row[1], ring) if row else None


async def begin(
    session: AsyncSession, ring: KeyRing, channel: str, sender: str, now: datetime
) -> None:
    """Make room for somebody who has not written yet (a web page just opened)."""
    opening = Inbound(channel=channel, event_id="", sender=sender, kind="start")
    await _create(session, ring, opening, ring.pseudonym(channel, sender), now)


async def next_waiting(
    session: AsyncSession, ring: KeyRing, conversation_id: UUID
) -> Waiting | None:
    """The oldest undone event of the conversation, or None."""
    found = (
        await session.execute(
            TALK.add_columns(InboxRow)
            .join(InboxRow, InboxRow.conversation_id == Conversation.id)
            .where(InboxRow.conversation_id == conversation_id, InboxRow.done_at.is_(None))
            .order_by(InboxRow.id)
            .limit(1)
        )
    ).one_or_none()
    if found is None:
        return None
    row: InboxRow = found[2]
    talk = read_talk(found[0], found[1], ring)
    body = unseal_json(talk.key, row.sealed, f"inbox:{row.channel}:{row.event_id}")
    return Waiting(row.id, talk, _read(row, body), row.failures)


async def mark_done(session: AsyncSession, row_id: int, now: datetime) -> bool:
    """Take an event as dealt with; False where another worker was faster (then write nothing)."""
    marked = await session.execute(
        update(InboxRow)
        .where(InboxRow.id == row_id, InboxRow.done_at.is_(None))
        .values(done_at=now, sealed=b"")
        .returning(InboxRow.id)
        .execution_options(synchronize_session=False)
    )
    return marked.scalar_one_or_none() is not None


async def count_failure(session: AsyncSession, row_id: int) -> None:
    await session.execute(
        update(InboxRow)
        .where(InboxRow.id == row_id)
        .values(failures=InboxRow.failures + 1)
        .execution_options(synchronize_session=False)
    )


async def conversations_waiting(session: AsyncSession, before: datetime) -> list[UUID]:
    """Conversations with an undone event received before `before`: somebody should look."""
    rows = await session.execute(
        select(InboxRow.conversation_id)
        .where(InboxRow.done_at.is_(None), InboxRow.received_at < before)
        .group_by(InboxRow.conversation_id)
        .order_by(func.min(InboxRow.id))
        .limit(500)
    )
    return list(rows.scalars())


async def _find(
    session: AsyncSession, channel: str, pseudonym: bytes
) -> Row[tuple[Conversation, Person]] | None:
    return (
        await session.execute(
            TALK.where(Person.channel == channel, Person.pseudonym == pseudonym).with_for_update(
                of=Conversation
            )
        )
    ).one_or_none()


async def _create(
    session: AsyncSession, ring: KeyRing, inbound: Inbound, pseudonym: bytes, now: datetime
) -> None:
    person_id = uuid4()
    key, wrapped = ring.new_data_key(str(person_id))
    address = seal_json(key, inbound.address, f"address:{person_id}") if inbound.address else None
    made = await session.execute(
        insert(Person)
        .values(
            id=person_id,
            channel=inbound.channel,
            pseudonym=pseudonym,
            address=address,
            data_key=wrapped,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["channel", "pseudonym"])
        .returning(Person.id)
    )
    if made.scalar_one_or_none() is not None:
        await session.execute(
            insert(Conversation).values(
                id=uuid4(), tracker=uuid4(), person_id=person_id, created_at=now
            )
        )


def _body(inbound: Inbound) -> dict[str, Any]:
    body: dict[str, Any] = {"kind": inbound.kind, "text": inbound.text}
    if inbound.location:
        body["location"] = list(inbound.location)
    return body


def _read(row: InboxRow, body: dict[str, Any]) -> Inbound:
    place = body.get("location")
    return Inbound(
        channel=row.channel,
        event_id=row.event_id,
        sender="",
        kind=body["kind"],
        text=body["text"],
        location=(place[0], place[1]) if place else None,
        sent_at=row.received_at,
    )
