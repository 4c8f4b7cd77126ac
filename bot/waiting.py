"""How long somebody may have to wait for a counsellor, from what is known and never better than that;
and what those who wait are told besides. The rules are pure; nobody here commits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.tables import Access, Handoff, Message

SEEN_WITHIN = timedelta(minutes=2)
"""Whose page was connected within that time is there; so is who has a chat in the group on Telegram."""
LOOKS_BACK = timedelta(hours=3)
RETURNS_WITHIN = timedelta(days=1)
BACK_AFTER = timedelta(hours=1)
"""Who writes again after that long, while they wait, is told how they stand."""
SILENT_FOR = timedelta(minutes=30)
GIVEN_UP_AFTER = timedelta(days=1)
SOONEST_NEWS = timedelta(minutes=5)
"""Before that nobody's wait has become longer than the least that is ever told."""
LONG_ENOUGH = timedelta(minutes=60)
STEPS = (5, 10, 15, 20, 30, 45, 60)
"""Minutes that a wait is told in; more than the last is told as more than an hour."""
FEWEST = 3
"""From fewer waits nothing is foretold."""
News = Literal["closed", "longer", "kept", "given_up"]

_FACTS = text("""
WITH mine AS (
    SELECT priority, opened_at FROM handoffs
    WHERE conversation_id = :conversation AND state = 'waiting'
), ahead AS (
    SELECT h.opened_at FROM handoffs h LEFT JOIN mine ON true
    WHERE h.state = 'waiting' AND h.conversation_id <> :conversation AND (
        mine.opened_at IS NULL OR h.priority > mine.priority
        OR (h.priority = mine.priority AND h.opened_at < mine.opened_at))
)
SELECT (SELECT count(*) FROM ahead) AS ahead,
    (SELECT min(opened_at) FROM ahead) AS first_at,
    (SELECT count(*) FROM counsellors c LEFT JOIN presence p ON p.counsellor_id = c.id
     WHERE c.disabled_at IS NULL AND p.pauses_since IS NULL AND (p.seen_at > :seen_since OR EXISTS (
        SELECT FROM handoffs h JOIN staff_accounts a ON a.counsellor_id = h.counsellor_id
        WHERE h.counsellor_id = c.id AND h.state = 'claimed' AND a.pseudonym IS NOT NULL))) AS there,
    ARRAY(SELECT claimed_at - opened_at FROM handoffs
     WHERE opened_at > :since AND claimed_at >= opened_at AND priority = 0 AND given_back = 0) AS waits,
    (SELECT c.name FROM handoffs h JOIN counsellors c ON c.id = h.counsellor_id
     WHERE h.conversation_id = :conversation AND h.state = 'closed' AND h.claimed_at IS NOT NULL
        AND h.closed_at > :returns_since ORDER BY h.closed_at DESC LIMIT 1) AS former
""")


@dataclass(frozen=True)
class Place:
    """Somebody's place in the queue: how many stand before them, and who of the counsellors talked
    with them within the last day, "" for nobody."""

    ahead: int
    former: str = ""


@dataclass(frozen=True)
class Facts:
    """What a wait is foretold from: how many counsellors are `there`, how long those waited who were
    taken in the last hours, and how long the first in the queue has waited already."""

    place: Place
    there: int
    waits: tuple[timedelta, ...]
    longest: timedelta


@dataclass(frozen=True)
class Estimate:
    """A wait of `least` to `most` minutes; both None where that cannot be said, `long` where it may
    well be over an hour."""

    least: int | None
    most: int | None
    long: bool = False


@dataclass(frozen=True)
class Standing:
    """A case that waits, without danger: what its citizen was told, and when anything was last said."""

    opened_at: datetime
    last_line_at: datetime
    told_wait: int | None = None
    told: Collection[str] = ()


async def read_facts(access: Access, conversation_id: UUID, now: datetime) -> Facts:
    """What is known now of the wait of one conversation, whether it is in the queue yet or not."""
    row = (
        await access.execute(
            _FACTS,
            {
                "conversation": conversation_id,
                "seen_since": now - SEEN_WITHIN,
                "since": now - LOOKS_BACK,
                "returns_since": now - RETURNS_WITHIN,
            },
        )
    ).one()
    longest = now - row.first_at if row.first_at else timedelta()
    return Facts(Place(row.ahead, row.former or ""), row.there, tuple(row.waits), longest)


def estimate(facts: Facts) -> Estimate | None:
    """The wait, from the middle one of the last hours to all but the longest tenth, no less than the
    first in the queue has waited already, rounded up to STEPS; each full round of those before the
    person adds a step. None where nobody is there."""
    if not facts.there:
        return None
    if len(facts.waits) < FEWEST:
        return Estimate(None, None, long=facts.longest >= LONG_ENOUGH / 2)
    waits = sorted(facts.waits)
    middle = max(waits[len(waits) // 2], facts.longest)
    most = max(waits[(len(waits) * 9) // 10], facts.longest)
    rounds = facts.place.ahead // facts.there
    first = _step(middle) + rounds
    last = max(_step(most) + rounds, first + 1)
    if last >= len(STEPS):
        return Estimate(None, None, long=True)
    return Estimate(STEPS[first], STEPS[last])


def is_much_longer(standing: Standing, found: Estimate | None, now: datetime) -> bool:
    """Whether the wait has become much longer than was told."""
    waited = now - standing.opened_at
    told = timedelta(minutes=standing.told_wait) if standing.told_wait else LONG_ENOUGH
    if waited >= told:
        return True
    if standing.told_wait is None:
        return False
    if found is None or waited < SOONEST_NEWS:
        return waited >= max(told / 2, SOONEST_NEWS)
    return found.long or (found.most is not None and found.most >= 2 * standing.told_wait)


def news_for(
    standing: Standing, found: Estimate | None, now: datetime, *, staffed: bool
) -> News | None:
    """What somebody who waits is to be told now; each of these at most once.

    Silence never costs a place that nobody asked after, nor one with a message left: a place is given
    up only after the person was asked and said nothing for GIVEN_UP_AFTER, and while the desk is open.
    """
    silent = now - standing.last_line_at
    if not staffed:
        return None if {"closed", "longer"} & set(standing.told) else "closed"
    if "message" not in standing.told:
        if "kept" in standing.told and silent >= GIVEN_UP_AFTER:
            return "given_up"
        if "kept" not in standing.told and silent >= SILENT_FOR and found is not None:
            return "kept"
    if not {"closed", "longer"} & set(standing.told) and is_much_longer(standing, found, now):
        return "longer"
    return None


async def is_back(access: Access, conversation_id: UUID, now: datetime) -> bool:
    """Whether nothing was said in the conversation for BACK_AFTER."""
    newest = select(func.max(Message.created_at)).where(
        Message.conversation_id == conversation_id, Message.author != "note"
    )
    last = (await access.execute(newest)).scalar_one_or_none()
    return last is not None and last <= now - BACK_AFTER


async def remember_told(
    session: AsyncSession, conversation_id: UUID, most: int | None, codes: Sequence[str]
) -> None:
    """Keep with the waiting case what its citizen was told: the longest wait in minutes, and codes."""
    known = Handoff.told
    values = {"told": known + list(codes)} if codes else {}
    if most is not None:
        values["told_wait"] = most  # type: ignore[assignment]
    if values:
        await session.execute(
            update(Handoff)
            .where(Handoff.conversation_id == conversation_id, Handoff.state == "waiting")
            .values(**values)
            .execution_options(synchronize_session=False)
        )


def _step(wait: timedelta) -> int:
    """The place in STEPS of the first that is no shorter; beyond them all for more than an hour."""
    minutes = wait.total_seconds() / 60
    return next((place for place, step in enumerate(STEPS) if minutes <= step), len(STEPS))
