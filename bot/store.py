"""Conversations, and the words in them, in and out of the database. Nobody here commits."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.messages import Button, Outbound
from bot.privacy import KeyRing, seal_json, unseal_json
from bot.tables import Conversation, Message, Person

LIVE = "diemtua"


@dataclass(frozen=True)
class State:
    """What the bot remembers between two turns, besides the transcript.

    `choices` are the buttons last offered, in order, so that "1" can be understood where a channel
    has none. `awaiting_place` is set while the bot waits for a place name, `kind` being the service
    kind wanted. `asked` are the keys of the articles last shown, newest last. `screening` is the
    instrument's own state as JSON.
    """

    screening: dict[str, Any] | None = None
    choices: tuple[Button, ...] = ()
    awaiting_place: bool = False
    kind: str = ""
    asked: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, saved: dict[str, Any]) -> State:
        choices = tuple(Button(**button) for button in saved["choices"])
        return cls(**{**saved, "choices": choices, "asked": tuple(saved["asked"])})


@dataclass(frozen=True)
class Talk:
    """A conversation opened for work: who it is with, who holds it, and the key to its words."""

    id: UUID
    person_id: UUID
    channel: str
    tracker: UUID
    holder: str
    greeted: bool
    state: State
    key: bytes = field(repr=False)
    address: dict[str, str] = field(repr=False, default_factory=dict)


@dataclass(frozen=True)
class Line:
    """One line of a transcript, readable. `author` as in `tables.Message`."""

    id: int
    uid: UUID
    author: str
    counsellor_id: UUID | None
    text: str
    at: datetime
    buttons: tuple[Button, ...] = ()
    ask_location: bool = False
    urgent: bool = False
    client_id: str = ""


TALK = select(Conversation, Person).join(Person, Person.id == Conversation.person_id)


def read_talk(conversation: Conversation, person: Person, ring: KeyRing) -> Talk:
    """The conversation in a row of `TALK`, unsealed."""
    key = ring.unwrap(person.data_key, str(person.id))
    state = State()
    if conversation.state:
        state = State.from_json(unseal_json(key, conversation.state, f"state:{conversation.id}"))
    address = unseal_json(key, person.address, f"address:{person.id}") if person.address else {}
    return Talk(
        id=conversation.id,
        person_id=person.id,
        channel=person.channel,
        tracker=conversation.tracker,
        holder=conversation.holder,
        greeted=conversation.greeted_at is not None,
        state=state,
        key=key,
        address=address,
    )


async def open_talk(
    session: AsyncSession, ring: KeyRing, conversation_id: UUID, *, lock: bool = False
) -> Talk | None:
    """The conversation, or None where it was erased. `lock` holds its row until the commit."""
    query: Select[tuple[Conversation, Person]] = TALK.where(Conversation.id == conversation_id)
    if lock:
        query = query.with_for_update(of=Conversation)
    row = (await session.execute(query)).one_or_none()
    return read_talk(row[0], row[1], ring) if row else None


async def save_state(
    session: AsyncSession, talk: Talk, state: State, now: datetime, *, greeted: bool
) -> None:
    values: dict[str, Any] = {
        "state": seal_json(talk.key, asdict(state), f"state:{talk.id}"),
        "last_inbound_at": now,
    }
    if greeted and not talk.greeted:
        values["greeted_at"] = now
    await session.execute(
        update(Conversation)
        .where(Conversation.id == talk.id)
        .values(values)
        .execution_options(synchronize_session=False)
    )


async def set_holder(session: AsyncSession, conversation_id: UUID, holder: str) -> None:
    await session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id)
        .values(holder=holder)
        .execution_options(synchronize_session=False)
    )
    await notify(session, "holder", conversation_id)


async def append(
    session: AsyncSession,
    talk: Talk,
    author: str,
    messages: Sequence[Outbound],
    now: datetime,
    *,
    counsellor_id: UUID | None = None,
    client_id: str = "",
    uid: UUID | None = None,
    tell: bool = True,
) -> list[int]:
    """Add lines to the transcript, in order; returns their ids. `uid` may name a single line, so
    that who sends it again can be told apart (see `has_line`). `tell` lets whoever listens know; who
    adds more in the same transaction tells once, with the last."""
    rows = []
    for message in messages:
        name = uid or uuid4()
        rows.append(
            {
                "uid": name,
                "conversation_id": talk.id,
                "author": author,
                "counsellor_id": counsellor_id,
                "sealed": seal_json(talk.key, _body(message, client_id), f"message:{name}"),
                "created_at": now,
            }
        )
    if not rows:
        return []
    result = await session.execute(
        insert(Message).returning(Message.id, sort_by_parameter_order=True), rows
    )
    ids = [int(value) for value in result.scalars()]
    if tell:
        await notify(session, "message", talk.id, author=author, id=ids[-1])
    return ids


async def has_line(session: AsyncSession, uid: UUID) -> bool:
    """Whether a line of this name is stored already."""
    return await session.scalar(select(Message.id).where(Message.uid == uid)) is not None


def _body(message: Outbound, client_id: str) -> dict[str, Any]:
    body: dict[str, Any] = {"text": message.text}
    if message.buttons:
        body["buttons"] = [[button.title, button.payload] for button in message.buttons]
    for name, value in (("ask_location", message.ask_location), ("urgent", message.urgent)):
        if value:
            body[name] = True
    if client_id:
        body["client_id"] = client_id
    return body


def read_line(message: Message, key: bytes) -> Line:
    """A transcript row, unsealed."""
    body = unseal_json(key, message.sealed, f"message:{message.uid}")
    return Line(
        id=message.id,
        uid=message.uid,
        author=message.author,
        counsellor_id=message.counsellor_id,
        text=body["text"],
        at=message.created_at,
        buttons=tuple(Button(title, payload) for title, payload in body.get("buttons", ())),
        ask_location=body.get("ask_location", False),
        urgent=body.get("urgent", False),
        client_id=body.get("client_id", ""),
    )


def as_outbound(line: Line) -> Outbound:
    return Outbound(line.text, line.buttons, line.ask_location, line.urgent)


async def read_lines(
    session: AsyncSession, talk: Talk, *, after: int = 0, notes: bool = False
) -> list[Line]:
    """The transcript after the line with id `after`, oldest first; `notes` includes internal ones."""
    query = select(Message).where(Message.conversation_id == talk.id, Message.id > after)
    if not notes:
        query = query.where(Message.author != "note")
    rows = (await session.execute(query.order_by(Message.id))).scalars()
    return [read_line(row, talk.key) for row in rows]


async def notify(
    session: AsyncSession, kind: str, conversation_id: UUID | None, **more: Any
) -> None:
    """Tell every web process, at commit, that something changed. Ids and codes only, never words."""
    payload = json.dumps({"kind": kind, "conversation": str(conversation_id or ""), **more})
    await session.execute(select(func.pg_notify(LIVE, payload)))
