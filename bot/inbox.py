"""What came in: stored and committed before it is acknowledged, then drained in order of arrival."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, cast
from uuid import UUID, uuid4

from sqlalchemy import Row, Table, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.messages import Inbound
from bot.privacy import KeyRing, seal_json, unseal_json
from bot.store import TALK, State, Talk, read_talk
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


@dataclass(frozen=True)
class Taken:
    """A conversation locked for writing, as it is now; `more` says that further events wait."""

    talk: Talk
    more: bool


_INBOX, _CONVERSATIONS, _PERSONS = (
    InboxRow.__table__,
    Conversation.__table__,
    Person.__table__,
)
_LOOK = TALK.where(
    _PERSONS.c.channel == bindparam("channel"), _PERSONS.c.pseudonym == bindparam("pseudonym")
)
_FIND = _LOOK.with_for_update(of=_CONVERSATIONS)
_STORE = (
    insert(cast(Table, InboxRow.__table__))
    .on_conflict_do_nothing(index_elements=["channel", "event_id"])
    .returning(_INBOX.c.id)
)
_NEXT = (
    TALK.add_columns(
        _INBOX.c.id.label("row_id"),
        _INBOX.c.event_id,
        _INBOX.c.sealed,
        _INBOX.c.received_at,
    )
    .join(_INBOX, _INBOX.c.conversation_id == _CONVERSATIONS.c.id)
    .where(_INBOX.c.conversation_id == bindparam("conversation"), _INBOX.c.done_at.is_(None))
    .order_by(_INBOX.c.id)
    .limit(1)
)
_TAKE = text(
    "SELECT c.holder, c.greeted_at, EXISTS (SELECT 1 FROM inbox n"
    " WHERE n.conversation_id = c.id AND n.done_at IS NULL AND n.id <> i.id) AS more"
    " FROM conversations c JOIN inbox i ON i.conversation_id = c.id"
    " WHERE i.id = :row AND i.done_at IS NULL FOR UPDATE OF c, i"
)
_FINISH = text(
    "WITH done AS (UPDATE inbox SET done_at = :now, sealed = '' WHERE id = :row)"
    " UPDATE conversations SET state = :state, last_inbound_at = :now,"
    " greeted_at = coalesce(greeted_at, :greeted) WHERE id = :conversation"
)


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
    talk = read_talk(row, ring)
    if inbound.address and inbound.address != talk.address:
        sealed = seal_json(talk.key, inbound.address, f"address:{talk.person_id}")
        await session.execute(
            update(Person).where(Person.id == talk.person_id).values(address=sealed)
        )
    record = f"inbox:{inbound.channel}:{inbound.event_id}"
    stored = await session.execute(
        _STORE,
        {
            "channel": inbound.channel,
            "event_id": inbound.event_id,
            "conversation_id": talk.id,
            "sealed": seal_json(talk.key, _body(inbound), record),
            "received_at": now,
        },
    )
    return Received(talk.id, stored.scalar_one_or_none() is not None)


async def find_conversation(
    session: AsyncSession, ring: KeyRing, channel: str, sender: str
) -> Talk | None:
    """The conversation of a person who has written or begun before, else None."""
    key = {"channel": channel, "pseudonym": ring.pseudonym(channel, sender)}
    row = (await session.execute(_LOOK, key)).one_or_none()
    return read_talk(row, ring) if row else None


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
    row = (await session.execute(_NEXT, {"conversation": conversation_id})).one_or_none()
    if row is None:
        return None
    talk = read_talk(row, ring)
    body = unseal_json(talk.key, row.sealed, f"inbox:{row.channel}:{row.event_id}")
    place = body.get("location")
    inbound = Inbound(
        channel=row.channel,
        event_id=row.event_id,
        sender="",
        kind=body["kind"],
        text=body["text"],
        location=(place[0], place[1]) if place else None,
        sent_at=row.received_at,
    )
    return Waiting(row.row_id, talk, inbound)


async def take(session: AsyncSession, waiting: Waiting) -> Taken | None:
    """Lock the conversation and its event for writing what a turn decided; None where the event is
    dealt with already, or its citizen had everything erased."""
    row = (await session.execute(_TAKE, {"row": waiting.row_id})).one_or_none()
    if row is None:
        return None
    talk = replace(waiting.talk, holder=row.holder, greeted=row.greeted_at is not None)
    return Taken(talk, row.more)


async def finish(
    session: AsyncSession,
    talk: Talk,
    waiting: Waiting,
    state: State,
    now: datetime,
    *,
    greeted: bool,
) -> None:
    """Mark the event as dealt with, dropping its words, and keep the conversation's new state."""
    await session.execute(
        _FINISH,
        {
            "row": waiting.row_id,
            "conversation": talk.id,
            "state": seal_json(talk.key, asdict(state), f"state:{talk.id}"),
            "greeted": now if greeted else None,
            "now": now,
        },
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


async def _find(session: AsyncSession, channel: str, pseudonym: bytes) -> Row[Any] | None:
    key = {"channel": channel, "pseudonym": pseudonym}
    return (await session.execute(_FIND, key)).one_or_none()


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
