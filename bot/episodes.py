"""Dangers that were noticed, open until a counsellor closes them. Nobody here commits."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import case, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store import Talk
from bot.tables import Access, Episode


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
