"""Messages that did not reach their person: given up on, or waiting for an operator. They are shown to
counsellors, who may have them sent again or lay them aside. Nobody here commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, and_, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue import _
from bot.errors import NotFound
from bot.tables import Conversation, Episode, Handoff, Message, OutboxRow, Person

SHOWN_FOR = timedelta(days=7)
"""An older answer is of no use to anybody."""
MOST_SHOWN = 200
_WAITS_FOR_OPERATOR = and_(OutboxRow.state == "ready", OutboxRow.reason.startswith("auth:"))
_UNDELIVERED = or_(OutboxRow.state == "dead", _WAITS_FOR_OPERATOR)


@dataclass(frozen=True)
class Undelivered:
    """`author` is "bot" or "counsellor"; `why` the state a send ended in (`channels.SendState`) and
    `code` the platform's own word for it; `given_up` is False while it is still tried. `handoff_id`
    is the newest case of its conversation, if there ever was one."""

    row_id: int
    message_id: int
    conversation_id: UUID
    handoff_id: UUID | None
    channel: str
    author: str
    written_at: datetime
    given_up: bool
    why: str
    code: str
    in_danger: bool


async def find_undelivered(
    session: AsyncSession, now: datetime, conversation_id: UUID | None = None
) -> list[Undelivered]:
    """What did not arrive in the last seven days, of everybody or in one conversation: first to people
    in an open danger, then the newest, at most MOST_SHOWN."""
    case_id = (
        select(Handoff.id)
        .where(Handoff.conversation_id == OutboxRow.conversation_id)
        .order_by(Handoff.opened_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    in_danger = exists().where(
        Episode.conversation_id == OutboxRow.conversation_id, Episode.closed_at.is_(None)
    )
    query = (
        select(OutboxRow, Message.author, Message.created_at, Person.channel, case_id, in_danger)
        .join(Message, Message.id == OutboxRow.message_id)
        .join(Conversation, Conversation.id == OutboxRow.conversation_id)
        .join(Person, Person.id == Conversation.person_id)
        .where(_UNDELIVERED, Message.created_at > now - SHOWN_FOR)
        .order_by(in_danger.desc(), OutboxRow.id.desc())
        .limit(MOST_SHOWN)
    )
    if conversation_id is not None:
        query = query.where(OutboxRow.conversation_id == conversation_id)
    return [
        _undelivered(row, author, at, channel, handoff_id, danger)
        for row, author, at, channel, handoff_id, danger in await session.execute(query)
    ]


async def count_undelivered(session: AsyncSession, now: datetime) -> int:
    """How many `find_undelivered` would find, however many."""
    counted: Select[tuple[int]] = (
        select(func.count())
        .select_from(OutboxRow)
        .join(Message, Message.id == OutboxRow.message_id)
        .where(_UNDELIVERED, Message.created_at > now - SHOWN_FOR)
    )
    return await session.scalar(counted) or 0


async def send_again(session: AsyncSession, row_id: int, now: datetime) -> UUID:
    """Make a message ready once more, from the part on that was not accepted; returns its conversation,
    which the caller wakes.

    Raises:
        NotFound: it was sent, laid aside or erased meanwhile.
    """
    return await _settle(
        session, row_id, {"state": "ready", "next_at": now, "attempts": 0, "reason": ""}
    )


async def lay_aside(session: AsyncSession, row_id: int) -> UUID:
    """Never send it, and show it no more among the undelivered; returns its conversation.

    Raises:
        NotFound: as in `send_again`.
    """
    return await _settle(session, row_id, {"state": "dropped"})


async def _settle(session: AsyncSession, row_id: int, values: dict[str, object]) -> UUID:
    changed = await session.execute(
        update(OutboxRow)
        .where(OutboxRow.id == row_id, _UNDELIVERED)
        .values(values)
        .returning(OutboxRow.conversation_id)
        .execution_options(synchronize_session=False)
    )
    conversation_id: UUID | None = changed.scalar_one_or_none()
    if conversation_id is None:
        raise NotFound(_("Tin này không còn chờ nữa: đã được gửi, hoặc đã có người xử lý."))
    return conversation_id


def _undelivered(
    row: OutboxRow,
    author: str,
    at: datetime,
    channel: str,
    handoff_id: UUID | None,
    in_danger: bool,
) -> Undelivered:
    why, _colon, code = row.reason.partition(": ")
    return Undelivered(
        row_id=row.id,
        message_id=row.message_id,
        conversation_id=row.conversation_id,
        handoff_id=handoff_id,
        channel=channel,
        author=author,
        written_at=at,
        given_up=row.state == "dead",
        why=why,
        code=code,
        in_danger=in_danger,
    )
