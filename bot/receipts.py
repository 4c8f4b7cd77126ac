"""What became of our messages: on their way, sent, on the person's device, seen, or why not.

A messenger tells by receipts, where it tells at all; the web page says itself how far it has got and
how far the person has seen it. A receipt is a fact about our message, nothing that somebody said: it
takes no turn, opens no window and wakes nobody but the consoles. Nobody here commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row, delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels import Receipt
from bot.channels.web import NAME as WEB
from bot.desk_tables import SentPart
from bot.store import LIVE, notify
from bot.tables import Access, Conversation, Message, OutboxRow, Person

KEPT = timedelta(days=30)
"""For so long a platform may still tell of a message."""

Name = Literal["waiting", "sent", "delivered", "read", "failed", "given_up"]


@dataclass(frozen=True)
class State:
    """How far a message has come. "waiting": not out yet, or the page has not fetched it; "failed": it
    could not be sent so far and is tried again; "given_up": only a counsellor can have it sent again.
    `why` is then the `channels.SendState` it ended in, `code` the platform's own word for it."""

    name: Name
    channel: str
    why: str = ""
    code: str = ""


_NAMED = text(
    "WITH named AS ("
    " SELECT m.conversation_id, max(m.id) AS upto FROM sent_parts p"
    " JOIN outbox o ON o.id = p.outbox_id JOIN messages m ON m.id = o.message_id"
    " WHERE p.channel = :channel AND p.external_id = ANY(:ids) GROUP BY m.conversation_id"
    "), recent AS ("
    " SELECT m.id FROM named CROSS JOIN LATERAL (SELECT id FROM messages"
    " WHERE conversation_id = named.conversation_id AND id <= named.upto"
    " ORDER BY id DESC LIMIT 50) m"
    "), meant AS ("
    " SELECT o.id FROM outbox o WHERE o.message_id IN (SELECT id FROM recent) AND o.state = 'sent'"
    " AND (o.delivered_at IS NULL OR (:seen AND o.read_at IS NULL)) ORDER BY o.id FOR UPDATE"
    "), marked AS ("
    " UPDATE outbox o SET delivered_at = coalesce(delivered_at, :now),"
    " read_at = CASE WHEN :seen THEN coalesce(read_at, :now) ELSE read_at END"
    " FROM meant WHERE o.id = meant.id RETURNING o.conversation_id)"
    " SELECT DISTINCT c.id FROM marked JOIN conversations c ON c.id = marked.conversation_id"
    " WHERE c.holder <> 'bot'"
)
"""Whoever has a message has those before it: messages go out in order, and a receipt may be lost."""
_PAGE = text(
    "WITH page AS (SELECT c.id, (SELECT coalesce(max(id), 0) FROM messages"
    " WHERE conversation_id = c.id) AS newest"
    " FROM conversations c JOIN persons p ON p.id = c.person_id"
    " WHERE p.channel = :channel AND p.pseudonym = :pseudonym"
    "), moved AS ("
    " UPDATE conversations c SET"
    " fetched_to = greatest(c.fetched_to, least(CAST(:fetched AS bigint), page.newest)),"
    " read_to = greatest(c.read_to, least(CAST(:seen AS bigint), page.newest))"
    " FROM page WHERE c.id = page.id AND (c.fetched_to < least(CAST(:fetched AS bigint), page.newest)"
    " OR c.read_to < least(CAST(:seen AS bigint), page.newest)) RETURNING c.id, c.holder)"
    " SELECT pg_notify(:live, json_build_object('kind', 'receipt', 'conversation', id)::text)"
    " FROM moved WHERE holder <> 'bot'"
)
"""A page may claim no more than there is: what is said later has not been seen."""


async def states(access: Access, line_ids: Sequence[int]) -> dict[int, State]:
    """How far each of these lines has come that is for the person; others are left out."""
    if not line_ids:
        return {}
    rows = await access.execute(
        select(
            Message.id,
            Person.channel,
            Conversation.fetched_to,
            Conversation.read_to,
            OutboxRow.state,
            OutboxRow.reason,
            OutboxRow.delivered_at,
            OutboxRow.read_at,
        )
        .join(Conversation, Conversation.id == Message.conversation_id)
        .join(Person, Person.id == Conversation.person_id)
        .outerjoin(OutboxRow, OutboxRow.message_id == Message.id)
        .where(Message.id.in_(line_ids), Message.author.in_(("bot", "counsellor")))
    )
    return {row.id: _state(row) for row in rows}


async def take_note(session: AsyncSession, channel: str, receipt: Receipt, now: datetime) -> None:
    """Note what a platform tells of our messages; those we do not know are passed over."""
    found = await session.scalars(
        _NAMED,
        {
            "channel": channel,
            "ids": list(receipt.external_ids),
            "seen": receipt.seen,
            "now": now,
        },
    )
    for conversation_id in found.all():
        await tell(session, conversation_id)


async def page_says(access: Access, pseudonym: bytes, fetched: int, seen: int) -> None:
    """Note the last line that the page of a person on the web has, and the last that stood in sight.
    A page that nobody knows changes nothing."""
    at = {"channel": WEB, "pseudonym": pseudonym, "fetched": max(fetched, seen), "seen": seen}
    await access.execute(_PAGE, {**at, "live": LIVE})


async def tell(session: AsyncSession, conversation_id: UUID) -> None:
    """Have open consoles look again at how far the messages of a conversation have come."""
    await notify(session, "receipt", conversation_id)


async def remember(session: AsyncSession, channel: str, external_id: str, outbox_id: int) -> None:
    """Keep the name that the platform gave to the last part of a message: who has it has them all."""
    part = {"channel": channel, "external_id": external_id, "outbox_id": outbox_id}
    await session.execute(insert(SentPart).values(part).on_conflict_do_nothing())


async def forget_old(access: Access, now: datetime) -> None:
    """Delete the names of what was sent longer than KEPT ago."""
    old = select(OutboxRow.id).where(OutboxRow.sent_at < now - KEPT)
    await access.execute(delete(SentPart).where(SentPart.outbox_id.in_(old)))


def _state(row: Row[Any]) -> State:
    """The state told by a row of `states`."""
    if row.state is None:
        if row.channel != WEB:
            return State("sent", row.channel)
        name: Name = "waiting" if row.id > row.fetched_to else "delivered"
        return State("read" if row.id <= row.read_to else name, row.channel)
    if row.state == "sent":
        name = "delivered" if row.delivered_at else "sent"
        return State("read" if row.read_at else name, row.channel)
    why, _, code = row.reason.partition(": ")
    if row.state == "ready":
        return State("failed" if why else "waiting", row.channel, why, code)
    return State("given_up", row.channel, why, code)
