"""What stands on a counsellor's board: who is in danger, who waits, who has whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import handoff
from bot.handoff import Case
from bot.privacy import KeyRing
from bot.tables import Counsellor, Episode, Handoff, Message


@dataclass(frozen=True)
class Signs:
    """What tells how a conversation stands: the last alarm of an open danger, the last words of a
    counsellor, and whether the citizen has written since."""

    alarm_at: datetime | None = None
    answered_at: datetime | None = None
    unanswered: bool = False


@dataclass(frozen=True)
class Card:
    """A case on the board. `alarm_at` is set while nobody has acted on its danger."""

    case: Case
    alarm_at: datetime | None
    unanswered: bool


@dataclass(frozen=True)
class Board:
    """`alerts` repeats, most recent alarm last, the cards nobody has acted on."""

    alerts: Sequence[Card]
    waiting: Sequence[Card]
    mine: Sequence[Card]
    others: Sequence[Card]


async def read_board(session: AsyncSession, ring: KeyRing, counsellor: Counsellor) -> Board:
    cases = await handoff.queue(session, ring)
    return arrange(cases, await _read_signs(session, cases), counsellor.id)


def arrange(cases: Sequence[Case], signs: Mapping[UUID, Signs], counsellor_id: UUID) -> Board:
    """The board for one counsellor; keeps the order of `cases` within each part."""
    waiting, mine, others = [], [], []
    for case in cases:
        sign = signs.get(case.conversation_id, Signs())
        card = Card(case, find_alarm(case, sign), case.state == "claimed" and sign.unanswered)
        if case.state == "waiting":
            waiting.append(card)
        elif case.counsellor_id == counsellor_id:
            mine.append(card)
        else:
            others.append(card)
    alerts = [card for card in (*waiting, *mine, *others) if card.alarm_at is not None]
    alerts.sort(key=lambda card: (-card.case.priority, card.case.opened_at))
    return Board(alerts, waiting, mine, others)


def find_alarm(case: Case, sign: Signs) -> datetime | None:
    """When the danger was noticed that nobody has acted on yet, else None.

    Claiming is acting, and so is answering; an alarm after both rings again.
    """
    if case.priority == handoff.ORDINARY:
        return None
    alarm_at = sign.alarm_at or case.opened_at
    if case.state == "waiting":
        return alarm_at
    acted_at = max(at for at in (case.opened_at, case.claimed_at, sign.answered_at) if at)
    return alarm_at if alarm_at > acted_at else None


async def _read_signs(session: AsyncSession, cases: Sequence[Case]) -> Mapping[UUID, Signs]:
    ids = [case.conversation_id for case in cases]
    if not ids:
        return {}
    alarms = await session.execute(
        select(Episode.conversation_id, Episode.last_at).where(
            Episode.conversation_id.in_(ids), Episode.closed_at.is_(None)
        )
    )
    alarm_at = {row.conversation_id: row.last_at for row in alarms}
    answered = Message.author == "counsellor"
    spoken = await session.execute(
        select(
            Message.conversation_id,
            func.max(Message.created_at).filter(answered),
            func.coalesce(func.max(Message.id).filter(answered), 0),
            func.coalesce(func.max(Message.id).filter(Message.author == "citizen"), 0),
        )
        .where(Message.conversation_id.in_(ids), Message.author.in_(("citizen", "counsellor")))
        .group_by(Message.conversation_id)
    )
    said = {row[0]: (row[1], row[3] > row[2]) for row in spoken}
    return {id_: Signs(alarm_at.get(id_), *said.get(id_, (None, False))) for id_ in ids}


async def any_open(session: AsyncSession, conversations: Sequence[UUID]) -> bool:
    """Whether one of the conversations stands on the board."""
    found = select(Handoff.id).where(
        Handoff.conversation_id.in_(conversations), Handoff.state != "closed"
    )
    return await session.scalar(found.limit(1)) is not None
