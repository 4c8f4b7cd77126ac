"""After a talk with a counsellor the person may say in two taps how it was. Nobody here commits but
`ask_for_ratings`, once for each talk."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot import desk_replies, restraints
from bot.desk_replies import RATING_REASONS
from bot.desk_tables import Rating
from bot.runtime import Runtime
from bot.store import append, open_talk
from bot.tables import Access, Conversation, Episode, Handoff, InboxRow, Message

ASKED_WITHIN = timedelta(minutes=15)
"""Later than that the talk is over for the person, and they are left in peace."""
TAKEN_WITHIN = timedelta(days=7)
ASKED = "rating"
NOT_AFTER = ("danger_handled", "abuse")
"""Outcomes after which nobody is asked how it was."""


async def ask_for_ratings(runtime: Runtime) -> int:
    """Ask everybody whose talk has just ended, was no danger, and who neither wrote on since nor is
    kept silent; returns how many."""
    now = runtime.clock()
    async with runtime.sessions() as session:
        found = select(Handoff.conversation_id).where(_may_be_asked(now))
        ended = list(await session.scalars(found))
    return sum([await _ask(runtime, one, now) for one in ended])


async def last_talk(access: Access, conversation_id: UUID, now: datetime) -> UUID | None:
    """The person's newest ended talk with a counsellor that may still be rated."""
    found = (
        select(Handoff.id)
        .where(
            Handoff.conversation_id == conversation_id,
            Handoff.state == "closed",
            Handoff.claimed_at.is_not(None),
            Handoff.closed_at > now - TAKEN_WITHIN,
        )
        .order_by(Handoff.closed_at.desc())
        .limit(1)
    )
    return (await access.execute(found)).scalar_one_or_none()


async def keep(
    session: AsyncSession, conversation_id: UUID, stars: int, reason: str, now: datetime
) -> None:
    """Keep what was given for the last talk: `stars` 1 or 2, of which a new one takes the place of the
    old with its reason; or, with 0, only the `reason`, a key that fits the stars given before."""
    handoff_id = await last_talk(session, conversation_id, now)
    if handoff_id is None:
        return
    if stars in RATING_REASONS:
        given = {"stars": stars, "reason": "", "given_at": now}
        await session.execute(
            insert(Rating)
            .values(handoff_id=handoff_id, **given)
            .on_conflict_do_update(index_elements=["handoff_id"], set_=given)
        )
    fitting = [one for one, reasons in RATING_REASONS.items() if reason in reasons]
    await session.execute(
        update(Rating)
        .where(Rating.handoff_id == handoff_id, Rating.stars.in_(fitting))
        .values(reason=reason)
        .execution_options(synchronize_session=False)
    )


async def _ask(runtime: Runtime, conversation_id: UUID, now: datetime) -> bool:
    async with runtime.sessions.begin() as session:
        talk = await open_talk(session, runtime.ring, conversation_id, lock=True)
        still = select(Handoff.id).where(
            Handoff.conversation_id == conversation_id, _may_be_asked(now)
        )
        ended = await session.scalar(still)
        if talk is None or ended is None:
            return False
        if await restraints.held_against(session, talk, now) is not None:
            return False
        await append(session, talk, "bot", [desk_replies.ask_rating()], now)
        await session.execute(
            update(Handoff)
            .where(Handoff.id == ended)
            .values(told=func.array_append(Handoff.told, ASKED))
            .execution_options(synchronize_session=False)
        )
    return True


def _may_be_asked(now: datetime) -> ColumnElement[bool]:
    """Of a row of handoffs: an ordinary talk has just ended, and nothing was said or begun since."""
    one = Handoff.conversation_id
    wrote_on = exists().where(
        Message.conversation_id == one,
        Message.author == "citizen",
        Message.created_at > Handoff.closed_at,
    )
    unread = exists().where(InboxRow.conversation_id == one, InboxRow.done_at.is_(None))
    in_danger = exists().where(Episode.conversation_id == one, Episode.last_at >= Handoff.opened_at)
    with_bot = exists().where(Conversation.id == one, Conversation.holder == "bot")
    return (
        (Handoff.state == "closed")
        & Handoff.claimed_at.is_not(None)
        & Handoff.closed_at.between(now - ASKED_WITHIN, now)
        & (Handoff.priority == 0)
        & Handoff.outcome.not_in(NOT_AFTER)
        & ~Handoff.told.contains([ASKED])
        & ~wrote_on
        & ~unread
        & ~in_danger
        & with_bot
    )
