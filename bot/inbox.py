"""What came in: stored and committed before it is acknowledged, then drained in order of arrival."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, Select, bindparam, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.messages import Inbound
from bot.privacy import KeyRing, seal_json
from bot.store import TALK, Talk, read_talk
from bot.tables import Access, Conversation, InboxRow, Person
from bot.wake import WAKE

MOST_TRIES = 3
MOST_TOGETHER = 8
"""So many events are answered by one turn at most."""


@dataclass(frozen=True)
class Received:
    """`new` is False for an event that had been stored before."""

    conversation_id: UUID
    new: bool


@dataclass(frozen=True)
class Waiting:
    """The oldest events of a conversation that no turn has dealt with yet, in order of arrival; `rows`
    are their ids. `Inbound.sent_at` is when they were stored."""

    talk: Talk
    rows: tuple[int, ...]
    events: tuple[Inbound, ...]

    @property
    def inbound(self) -> Inbound:
        """The oldest."""
        return self.events[0]

    def first(self, number: int) -> Waiting:
        """Only the oldest `number` of them."""
        return replace(self, rows=self.rows[:number], events=self.events[:number])


_INBOX, _CONVERSATIONS, _PERSONS = (
    InboxRow.__table__,
    Conversation.__table__,
    Person.__table__,
)
_FIND = TALK.where(
    _PERSONS.c.channel == bindparam("channel"), _PERSONS.c.pseudonym == bindparam("pseudonym")
)
_STORE = text(
    "WITH erased AS MATERIALIZED (SELECT id FROM erased_events WHERE id = :mark), held AS ("
    " SELECT c.id FROM conversations c JOIN persons p ON p.id = c.person_id"
    " WHERE p.channel = :channel AND p.pseudonym = :pseudonym FOR UPDATE OF c), stored AS ("
    " INSERT INTO inbox (channel, event_id, conversation_id, sealed, received_at)"
    " SELECT :channel, :event, id, :sealed, :now FROM held WHERE NOT EXISTS (SELECT FROM erased)"
    " ON CONFLICT (channel, event_id) DO NOTHING RETURNING conversation_id"
    f"), woken AS (SELECT {WAKE} FROM stored WHERE :wakes)"
    " SELECT (SELECT id FROM held) AS id, (SELECT count(*) FROM stored) AS stored,"
    " EXISTS (SELECT FROM erased) AS erased, (SELECT count(*) FROM woken)"
)
_BEGIN = text(
    "WITH person AS ("
    " INSERT INTO persons (id, channel, pseudonym, address, data_key, created_at)"
    " SELECT :person, :channel, :pseudonym, :address, :data_key, :now"
    " WHERE NOT EXISTS (SELECT FROM erased_events WHERE id = :mark)"
    " ON CONFLICT (channel, pseudonym) DO NOTHING RETURNING id)"
    " INSERT INTO conversations (id, tracker, person_id, created_at)"
    " SELECT :conversation, :tracker, id, :now FROM person"
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
    .limit(MOST_TOGETHER)
)
_ALL = _NEXT.limit(None)
_TAKE = text(
    "SELECT i.id FROM conversations c JOIN inbox i ON i.conversation_id = c.id"
    " WHERE i.id = ANY(:rows) AND i.done_at IS NULL FOR UPDATE OF c, i"
)


async def receive(
    access: Access,
    ring: KeyRing,
    inbound: Inbound,
    now: datetime,
    *,
    known_only: bool = False,
    wakes: bool = True,
) -> Received | None:
    """Store an event and, where it is new, ask for its conversation to be brought up to date, both
    in one statement. None where the sender has no conversation, and gets none: `known_only`, or the
    event is one that was erased with them and is brought again.

    The conversation's row is locked while the event gets its number, so that numbers follow the
    order of arrival. Who answers the event themselves says so with `wakes`.
    """
    event = {
        "channel": inbound.channel,
        "pseudonym": ring.pseudonym(inbound.channel, inbound.sender),
        "event": inbound.event_id,
        "mark": ring.event_mark(inbound.channel, inbound.event_id),
        "sealed": ring.seal(_body(inbound), _record(inbound.channel, inbound.event_id)),
        "now": now,
        "wakes": wakes,
    }
    for _ in range(MOST_TRIES):
        row = (await access.execute(_STORE, event)).one()
        if row.id is not None:
            return Received(row.id, row.stored > 0)
        if known_only or row.erased:
            return None
        await _create(access, ring, inbound, now)
    raise RuntimeError("a conversation is erased as often as it is begun")


async def find_conversation(
    access: Access, ring: KeyRing, channel: str, sender: str
) -> Talk | None:
    """The conversation of a person who has written or begun before, else None."""
    key = {"channel": channel, "pseudonym": ring.pseudonym(channel, sender)}
    row = (await access.execute(_FIND, key)).one_or_none()
    return read_talk(row, ring) if row else None


async def begin(access: Access, ring: KeyRing, channel: str, sender: str, now: datetime) -> None:
    """Make room for somebody who has not written yet (a web page just opened)."""
    opening = Inbound(channel=channel, event_id="", sender=sender, kind="start")
    await _create(access, ring, opening, now)


async def next_waiting(access: Access, ring: KeyRing, conversation_id: UUID) -> Waiting | None:
    """The oldest undone events of the conversation, or None."""
    return await _waiting(access, ring, conversation_id, _NEXT)


async def all_waiting(access: Access, ring: KeyRing, conversation_id: UUID) -> Waiting | None:
    """Every undone event of the conversation, however many, or None."""
    return await _waiting(access, ring, conversation_id, _ALL)


async def _waiting(
    access: Access, ring: KeyRing, conversation_id: UUID, which: Select[Any]
) -> Waiting | None:
    rows = (await access.execute(which, {"conversation": conversation_id})).all()
    if not rows:
        return None
    return Waiting(
        talk=read_talk(rows[0], ring),
        rows=tuple(row.row_id for row in rows),
        events=tuple(_read_event(row, ring) for row in rows),
    )


def _read_event(row: Row[Any], ring: KeyRing) -> Inbound:
    body = json.loads(ring.unseal(row.sealed, _record(row.channel, row.event_id)))
    place = body.get("location")
    return Inbound(
        channel=row.channel,
        event_id=row.event_id,
        sender="",
        kind=body["kind"],
        text=body["text"],
        location=(place[0], place[1]) if place else None,
        sent_at=row.received_at,
        address=body.get("address", {}),
        pictures=tuple(body.get("pictures", ())),
    )


async def keep_address(access: Access, talk: Talk, address: dict[str, str]) -> None:
    """Where this person is to be answered from now on."""
    sealed = seal_json(talk.key, address, f"address:{talk.person_id}")
    await access.execute(update(Person).where(Person.id == talk.person_id).values(address=sealed))


async def take(session: AsyncSession, waiting: Waiting) -> bool:
    """Lock a conversation and its events until the commit: no other event comes in meanwhile. False
    where one of them is dealt with already, or the citizen had everything erased."""
    taken = (await session.scalars(_TAKE, {"rows": list(waiting.rows)})).all()
    return len(taken) == len(waiting.rows)


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


async def _create(access: Access, ring: KeyRing, inbound: Inbound, now: datetime) -> None:
    """Make a person and their conversation, unless somebody was faster or the event was erased."""
    person_id = uuid4()
    key, wrapped = ring.new_data_key(str(person_id))
    address = seal_json(key, inbound.address, f"address:{person_id}") if inbound.address else None
    await access.execute(
        _BEGIN,
        {
            "person": person_id,
            "channel": inbound.channel,
            "pseudonym": ring.pseudonym(inbound.channel, inbound.sender),
            "address": address,
            "data_key": wrapped,
            "mark": ring.event_mark(inbound.channel, inbound.event_id),
            "conversation": uuid4(),
            "tracker": uuid4(),
            "now": now,
        },
    )


def _body(inbound: Inbound) -> bytes:
    body: dict[str, Any] = {"kind": inbound.kind, "text": inbound.text}
    if inbound.location:
        body["location"] = list(inbound.location)
    if inbound.address:
        body["address"] = inbound.address
    if inbound.pictures:
        body["pictures"] = inbound.pictures
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _record(channel: str, event_id: str) -> str:
    return f"inbox:{channel}:{event_id}"
