"""Conversations, and the words in them, in and out of the database. Nobody here commits."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, bindparam, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import cards
from bot.channels import PULL_CHANNELS
from bot.messages import Button, Card, Outbound
from bot.privacy import KeyRing, seal_json, unseal_json
from bot.tables import Access, Conversation, Message, Person

LIVE = "diemtua"


@dataclass(frozen=True)
class State:
    """What the bot remembers between two turns, besides the transcript.

    `awaiting_place` is set while the bot waits for a place name, `kind` being the service kind
    wanted; `awaiting_feedback`, while it waits for what somebody thinks of it. `worry` is the class of
    danger last noticed, `worry_soft` while one caring question about it is open. `asked` are the keys
    of the articles last shown, newest last; `offered` is the question that a choice of articles was last
    given for; `case` is the question last put by one of them, "KEY 0.1" after the first and second
    options were chosen. `area` is the code of the commune or province last named. `screening` is the
    instrument's own state as JSON.
    `awaits` is what the person was asked to write for a counsellor: "message", "time" or "number".
    `silence_told` is when a muted or blocked person was last told so (ISO 8601). `language` is the one
    they would rather speak (a code of `case_words.LANGUAGES`, "" where nothing else was said).
    `places` are the places last told and what is said against them, as JSON (`turn.suggest.Places`).
    """

    screening: dict[str, Any] | None = None
    awaiting_place: bool = False
    awaiting_feedback: bool = False
    kind: str = ""
    worry: str = ""
    worry_soft: bool = False
    asked: tuple[str, ...] = ()
    offered: str = ""
    case: str = ""
    area: str = ""
    silence_told: str = ""
    awaits: str = ""
    language: str = ""
    places: dict[str, Any] | None = None

    @classmethod
    def from_json(cls, saved: dict[str, Any]) -> State:
        """The state saved. Of one that another version of the program saved, what both know is kept: an
        update must not forget that somebody is in danger."""
        known = {name: saved[name] for name in cls.__dataclass_fields__ if name in saved}
        return cls(**{**known, "asked": tuple(known.get("asked", ()))})


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
    """One line of a transcript, readable. `author` as in `tables.Message`; `alarm` is the class and
    the level of the danger that was noticed in a citizen's line."""

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
    alarm: tuple[str, str] | None = None
    cards: tuple[Card, ...] = ()


_CONVERSATION, _PERSON = Conversation.__table__, Person.__table__
TALK = select(
    _CONVERSATION.c.id,
    _CONVERSATION.c.tracker,
    _CONVERSATION.c.holder,
    _CONVERSATION.c.greeted_at,
    _CONVERSATION.c.state,
    _PERSON.c.id.label("person_id"),
    _PERSON.c.channel,
    _PERSON.c.address,
    _PERSON.c.data_key,
).join_from(_CONVERSATION, _PERSON, _PERSON.c.id == _CONVERSATION.c.person_id)
"""Columns, not entities: read at every message, and a row costs a third of an object."""


def read_talk(row: Row[Any], ring: KeyRing) -> Talk:
    """The conversation in a row of `TALK`, unsealed."""
    key = ring.unwrap(row.data_key, str(row.person_id))
    state = State()
    if row.state:
        state = State.from_json(unseal_json(key, row.state, f"state:{row.id}"))
    return Talk(
        id=row.id,
        person_id=row.person_id,
        channel=row.channel,
        tracker=row.tracker,
        holder=row.holder,
        greeted=row.greeted_at is not None,
        state=state,
        key=key,
        address=unseal_json(key, row.address, f"address:{row.person_id}") if row.address else {},
    )


async def open_talk(
    access: Access, ring: KeyRing, conversation_id: UUID, *, lock: bool = False
) -> Talk | None:
    """The conversation, or None where it was erased. `lock` holds its row until the commit."""
    query = TALK.where(_CONVERSATION.c.id == conversation_id)
    if lock:
        query = query.with_for_update(of=_CONVERSATION)
    row = (await access.execute(query)).one_or_none()
    return read_talk(row, ring) if row else None


async def set_holder(session: AsyncSession, conversation_id: UUID, holder: str) -> None:
    await session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id)
        .values(holder=holder)
        .execution_options(synchronize_session=False)
    )
    await notify(session, "holder", conversation_id)


LINES = """
lines AS (
    INSERT INTO messages (uid, conversation_id, author, counsellor_id, sealed, created_at)
    SELECT line.uid, held.id, line.author, CAST(:counsellor AS uuid), line.sealed, :now
    FROM held, unnest(
        CAST(:uids AS uuid[]), CAST(:authors AS text[]), CAST(:sealed AS bytea[])
    ) WITH ORDINALITY AS line (uid, author, sealed, place)
    ORDER BY line.place
    RETURNING id, uid, conversation_id, author
), pushed AS (
    INSERT INTO outbox (message_id, conversation_id, next_at)
    SELECT id, conversation_id, :now FROM lines WHERE author = ANY(:pushed) ORDER BY id
), told AS (
    SELECT pg_notify(:live, json_build_object(
        'kind', 'message', 'conversation', conversation_id, 'author', author, 'id', id
    )::text)
    FROM lines ORDER BY id DESC LIMIT 1
)"""
"""The part of a statement that adds lines to the transcript of the conversation `held`, in order,
gives those of the authors `pushed` an outbox row, and tells whoever listens of the last one."""

_APPEND = text(
    "WITH held AS (SELECT CAST(:conversation AS uuid) AS id),"
    + LINES
    + " SELECT count(*) FROM told"
)


@dataclass(frozen=True)
class Spoken:
    """A line to be written. A citizen's has their own name for it, and the danger noticed in it."""

    author: str
    message: Outbound
    client_id: str = ""
    alarm: tuple[str, str] | None = None


def lines_to_write(
    talk: Talk,
    spoken: Sequence[Spoken],
    now: datetime,
    *,
    uid: UUID | None = None,
    counsellor_id: UUID | None = None,
) -> dict[str, Any]:
    """The parameters of `LINES` for what was `spoken`, oldest first; `uid` may name a single line,
    see `has_line`."""
    uids = [uid or uuid4() for _ in spoken]
    return {
        "uids": uids,
        "authors": [one.author for one in spoken],
        "sealed": [
            seal_json(talk.key, _body(one), f"message:{name}")
            for name, one in zip(uids, spoken, strict=True)
        ],
        "counsellor": counsellor_id,
        "pushed": [] if talk.channel in PULL_CHANNELS else ["bot", "counsellor"],
        "live": LIVE,
        "now": now,
    }


async def append(
    session: AsyncSession,
    talk: Talk,
    author: str,
    messages: Sequence[Outbound],
    now: datetime,
    *,
    counsellor_id: UUID | None = None,
    uid: UUID | None = None,
) -> None:
    """Add lines to the transcript, in order, with what it takes to deliver those meant for the
    citizen. `uid` may name a single line, so that who sends it again can be told apart."""
    spoken = [Spoken(author, message) for message in messages]
    lines = lines_to_write(talk, spoken, now, uid=uid, counsellor_id=counsellor_id)
    await session.execute(_APPEND, {"conversation": talk.id, **lines})


async def has_line(access: Access, uid: UUID) -> bool:
    """Whether a line of this name is stored already."""
    return await access.scalar(select(Message.id).where(Message.uid == uid)) is not None


def _body(one: Spoken) -> dict[str, Any]:
    message = one.message
    body: dict[str, Any] = {
        "text": message.text,
        "client_id": one.client_id,
        "alarm": one.alarm,
        "buttons": [[button.title, button.payload] for button in message.buttons],
        "ask_location": message.ask_location,
        "urgent": message.urgent,
        "cards": [cards.to_json(card) for card in message.cards],
    }
    return {name: value for name, value in body.items() if value or name == "text"}


_MESSAGES = Message.__table__
LINE = select(
    _MESSAGES.c.id,
    _MESSAGES.c.uid,
    _MESSAGES.c.author,
    _MESSAGES.c.counsellor_id,
    _MESSAGES.c.sealed,
    _MESSAGES.c.created_at,
)
"""What `read_line` reads."""
_AFTER = LINE.where(
    _MESSAGES.c.conversation_id == bindparam("conversation"), _MESSAGES.c.id > bindparam("after")
).order_by(_MESSAGES.c.id)
_SHOWN_AFTER = _AFTER.where(_MESSAGES.c.author != "note")
_RECENT = (
    LINE.where(
        _MESSAGES.c.conversation_id == bindparam("conversation"), _MESSAGES.c.author == "bot"
    )
    .order_by(_MESSAGES.c.id.desc())
    .limit(10)
)


def read_line(message: Message | Row[Any], key: bytes) -> Line:
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
        alarm=tuple(body["alarm"]) if "alarm" in body else None,
        cards=tuple(cards.from_json(card) for card in body.get("cards", ())),
    )


def as_outbound(line: Line) -> Outbound:
    return Outbound(line.text, line.buttons, line.ask_location, line.urgent, line.cards)


async def read_lines(
    access: Access, talk: Talk, *, after: int = 0, notes: bool = False, most: int | None = None
) -> list[Line]:
    """The transcript after the line with id `after`, oldest first, no more than `most` lines; `notes`
    includes internal ones."""
    query = _AFTER if notes else _SHOWN_AFTER
    rows = await access.execute(query.limit(most), {"conversation": talk.id, "after": after})
    return [read_line(row, talk.key) for row in rows]


async def recent_buttons(access: Access, talk: Talk) -> list[tuple[Button, ...]]:
    """The buttons that stand under each of the bot's last lines that has any, newest line first."""
    rows = await access.execute(_RECENT, {"conversation": talk.id})
    return [buttons for row in rows if (buttons := read_line(row, talk.key).buttons)]


async def notify(
    session: AsyncSession, kind: str, conversation_id: UUID | None, **more: Any
) -> None:
    """Tell every web process, at commit, that something changed. Ids and codes only, never words."""
    payload = json.dumps({"kind": kind, "conversation": str(conversation_id or ""), **more})
    await session.execute(select(func.pg_notify(LIVE, payload)))
