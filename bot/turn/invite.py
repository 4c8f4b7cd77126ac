"""A counsellor invites the person they talk with to a screening. Nobody here commits."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import screening
from bot.catalogue import _
from bot.errors import NotFound
from bot.privacy import seal_json
from bot.store import Talk, append
from bot.tables import Access, Conversation, Message


async def last_speaker(access: Access, conversation_id: UUID) -> str:
    """Who spoke last to the person: "bot", "counsellor", or "" where nobody has."""
    newest = (
        select(Message.author)
        .where(Message.conversation_id == conversation_id)
        .where(Message.author.in_(("bot", "counsellor")))
        .order_by(Message.id.desc())
        .limit(1)
    )
    return (await access.execute(newest)).scalar_one_or_none() or ""


async def invite(
    session: AsyncSession, shelf: screening.Shelf, talk: Talk, name: str, now: datetime
) -> None:
    """Put the request for consent before the person; an open screening gives way. `name` is one
    instrument, "" for what fits the person's age. The conversation must be locked.

    Raises:
        NotFound: no such instrument, or none whose wording may be shown.
    """
    if name and (name not in shelf or not shelf[name].may_be_asked):
        raise NotFound(_("Không có bộ câu hỏi này."))
    state, first = screening.start(shelf, name, invited=True)
    saved = asdict(replace(talk.state, screening=state.to_json()))
    await session.execute(
        update(Conversation)
        .where(Conversation.id == talk.id)
        .values(state=seal_json(talk.key, saved, f"state:{talk.id}"))
        .execution_options(synchronize_session=False)
    )
    await append(session, talk, "bot", [first], now)
