"""Into the queue, and out of it by the citizen's own wish."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, case, func, select, text, update
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot import episodes, replies
from bot.privacy import seal_json, unseal_json
from bot.store import Talk, append, notify, set_holder
from bot.tables import Handoff

VIETNAMESE = "vi"


async def ask_for_counsellor(
    session: AsyncSession,
    talk: Talk,
    *,
    priority: int,
    reason: str,
    summary: Mapping[str, Any],
    now: datetime,
    area: str = "",
    skill: str = "",
    language: str = "",
) -> None:
    """Put the conversation into the queue, or raise it there; a counsellor who has it keeps it.
    `area`, `skill` and `language` as in `tables.Handoff`; where they are "" what was known stays."""
    facts = {**await _handed(session, talk), **summary}
    sealed = seal_json(talk.key, facts, f"summary:{talk.id}")
    handoff = insert(Handoff).values(
        id=uuid4(),
        conversation_id=talk.id,
        priority=priority,
        reason=reason,
        summary=sealed,
        opened_at=now,
        area=area,
        skill=skill,
        language=language or VIETNAMESE,
    )
    await session.execute(
        handoff.on_conflict_do_update(
            index_elements=["conversation_id"],
            index_where=text("state <> 'closed'"),
            set_={**_raised(handoff), "summary": sealed},
        )
    )
    if talk.holder == "bot":
        await set_holder(session, talk.id, "queue")
    await notify(session, "danger" if priority else "queue", talk.id)


def _raised(asked: Insert) -> dict[str, ColumnElement[Any]]:
    """What becomes of the open case where it is asked for again."""
    new = asked.excluded
    return {
        "priority": func.greatest(Handoff.priority, new.priority),
        "reason": case((new.priority > Handoff.priority, new.reason), else_=Handoff.reason),
        "area": func.coalesce(func.nullif(new.area, ""), Handoff.area),
        "skill": func.coalesce(func.nullif(new.skill, ""), Handoff.skill),
        "language": func.coalesce(func.nullif(new.language, VIETNAMESE), Handoff.language),
    }


async def _handed(session: AsyncSession, talk: Talk) -> dict[str, Any]:
    """What a colleague wrote when handing the open case on: it outlives a further alarm."""
    query = select(Handoff.summary).where(
        Handoff.conversation_id == talk.id, Handoff.state != "closed"
    )
    sealed = await session.scalar(query)
    if not sealed:
        return {}
    before = unseal_json(talk.key, sealed, f"summary:{talk.id}")
    return {"handed": before["handed"]} if "handed" in before else {}


async def leave_queue(session: AsyncSession, talk: Talk, now: datetime, *, tell: bool) -> None:
    """The citizen prefers the bot, or left: taken out of the queue, unless there was danger.
    `tell` says so to them."""
    if talk.holder == "counsellor":
        return
    if await episodes.is_open(session, talk.id):
        if tell:
            await append(session, talk, "bot", [replies.stays_in_queue()], now)
        return
    await session.execute(
        update(Handoff)
        .where(Handoff.conversation_id == talk.id, Handoff.state == "waiting")
        .values(state="closed", closed_at=now)
        .execution_options(synchronize_session=False)
    )
    await set_holder(session, talk.id, "bot")
    if tell:
        await append(session, talk, "bot", [replies.left_queue()], now)
    await notify(session, "queue", talk.id)
