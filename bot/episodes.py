"""Dangers that were noticed, open until a counsellor closes them. Nobody here commits."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import case, exists, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store import Talk
from bot.tables import Access, Conversation, Episode, InboxRow, Message

ASK_AGAIN_AFTER = {
    "emergency": (timedelta(minutes=2), timedelta(minutes=10)),
    "urgent": (timedelta(minutes=15), timedelta(hours=2)),
}
"""How long somebody in danger may be silent until they are asked again, the first time and the next."""
FORGET_AFTER = timedelta(days=1)
"""Silence that is older, as after an outage, is broken by a counsellor, not by the bot."""


async def open_or_join(
    session: AsyncSession,
    talk: Talk,
    *,
    label: str,
    level: str,
    person: str,
    why: list[str],
    now: datetime,
) -> bool:
    """Remember a danger until a counsellor closes it; a further alarm joins the open episode. Whether
    a new one was opened."""
    joined = await session.execute(
        update(Episode)
        .where(Episode.conversation_id == talk.id, Episode.closed_at.is_(None))
        .values(
            alarms=Episode.alarms + 1,
            asked=0,
            last_at=now,
            level=case((Episode.level == "emergency", "emergency"), else_=level),
            label=case((Episode.level == "emergency", Episode.label), else_=label),
        )
        .returning(Episode.id)
        .execution_options(synchronize_session=False)
    )
    opened = joined.first() is None
    if opened:
        session.add(
            Episode(
                conversation_id=talk.id,
                label=label,
                level=level,
                person=person,
                why=why,
                opened_at=now,
                last_at=now,
            )
        )
        await session.flush()
    return opened


async def is_open(access: Access, conversation_id: UUID) -> bool:
    found = select(Episode.id).where(
        Episode.conversation_id == conversation_id, Episode.closed_at.is_(None)
    )
    return await access.scalar(found.limit(1)) is not None


async def fallen_silent(
    session: AsyncSession, now: datetime, conversation_id: UUID | None = None
) -> list[Episode]:
    """The open episodes, of all conversations or of one, in which the bot had the last word and it is
    time to ask again. While a counsellor has the chat the asking is theirs."""
    said = (
        select(Message.author, Message.created_at)
        .where(Message.conversation_id == Episode.conversation_id, Message.author != "note")
        .order_by(Message.id.desc())
        .limit(1)
        .lateral()
    )
    unread = exists().where(
        InboxRow.conversation_id == Episode.conversation_id, InboxRow.done_at.is_(None)
    )
    found = (
        select(Episode, said.c.created_at)
        .join(Conversation, Conversation.id == Episode.conversation_id)
        .join(said, true())
        .where(Episode.closed_at.is_(None), Conversation.holder != "counsellor")
        .where(said.c.author == "bot", said.c.created_at > now - FORGET_AFTER, ~unread)
    )
    if conversation_id is not None:
        found = found.where(Episode.conversation_id == conversation_id)
    return [
        episode
        for episode, last_word in await session.execute(found)
        if (waits := ASK_AGAIN_AFTER[episode.level])[episode.asked :]
        and last_word + waits[episode.asked] <= now
    ]


async def close(
    session: AsyncSession, conversation_id: UUID, counsellor_id: UUID, now: datetime
) -> None:
    """End the conversation's open episode, if there is one."""
    await session.execute(
        update(Episode)
        .where(Episode.conversation_id == conversation_id, Episode.closed_at.is_(None))
        .values(closed_at=now, closed_by=counsellor_id)
        .execution_options(synchronize_session=False)
    )
