"""Those who wait are told, once each, what has become of their wait: longer, closed, kept, given up.
Never anybody in danger: they are asked how they are instead (see episodes.py)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import desk_replies, handoff
from bot.messages import Outbound
from bot.runtime import Runtime
from bot.store import append, open_talk
from bot.tables import Conversation, Episode, Handoff, InboxRow, Message
from bot.waiting import (
    SOONEST_NEWS,
    Facts,
    News,
    Standing,
    estimate,
    news_for,
    read_facts,
    remember_told,
)


async def tell_the_waiting(runtime: Runtime) -> int:
    """Tell everybody who waits and for whom there is news; returns how many."""
    now = runtime.clock()
    staffed = runtime.duty.is_staffed(now)
    told = 0
    async with runtime.sessions() as session:
        waiting = await _standings(session)
    for conversation_id, standing in waiting.items():
        # Whatever the wait, nothing is due yet: no need to ask how long it is.
        if staffed and now - standing.opened_at < SOONEST_NEWS:
            continue
        told += await _tell(runtime, conversation_id, now, staffed=staffed)
    return told


async def _tell(runtime: Runtime, conversation_id: UUID, now: datetime, *, staffed: bool) -> bool:
    """Tell one, where they still wait and nothing was said or done meanwhile."""
    async with runtime.sessions.begin() as session:
        talk = await open_talk(session, runtime.ring, conversation_id, lock=True)
        standing = (await _standings(session, conversation_id)).get(conversation_id)
        if talk is None or standing is None:
            return False
        facts = await read_facts(session, conversation_id, now)
        news = news_for(standing, estimate(facts), now, staffed=staffed)
        if news is None:
            return False
        found = estimate(facts)
        await remember_told(session, conversation_id, found.most if found else None, [news])
        if news == "given_up":
            await handoff.leave_queue(session, talk, now, tell=False)
        await append(session, talk, "bot", [_in_words(runtime, news, facts, now)], now)
    return True


def _in_words(runtime: Runtime, news: News, facts: Facts, now: datetime) -> Outbound:
    match news:
        case "closed":
            return desk_replies.closed_meanwhile(runtime.duty.opens_next(now), now)
        case "longer":
            return desk_replies.takes_longer(estimate(facts))
        case "kept":
            return desk_replies.place_kept(facts.place)
        case "given_up":
            return desk_replies.place_given_up()


async def _standings(
    session: AsyncSession, conversation_id: UUID | None = None
) -> dict[UUID, Standing]:
    """How those stand who wait without danger, all of them or one."""
    one = Handoff.conversation_id
    last = (
        select(func.max(Message.created_at))
        .where(Message.conversation_id == one, Message.author != "note")
        .scalar_subquery()
    )
    in_danger = exists().where(Episode.conversation_id == one, Episode.closed_at.is_(None))
    unread = exists().where(InboxRow.conversation_id == one, InboxRow.done_at.is_(None))
    found = (
        select(one, Handoff.opened_at, last, Handoff.told_wait, Handoff.told)
        .join(Conversation, Conversation.id == one)
        .where(Handoff.state == "waiting", Handoff.priority == 0)
        .where(Conversation.holder == "queue", ~in_danger, ~unread)
    )
    if conversation_id is not None:
        found = found.where(one == conversation_id)
    rows = (await session.execute(found)).all()
    return {row[0]: Standing(row[1], row[2] or row[1], row[3], row[4]) for row in rows}
