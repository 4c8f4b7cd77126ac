"""What stands on a counsellor's board: who is in danger, who waits, who has whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from markupsafe import Markup
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from api import auth
from api.console.together import Together
from bot import handoff, next_up, presence, teams, whispers
from bot.desk_tables import Presence, Team
from bot.handoff import Case
from bot.next_up import Seat
from bot.runtime import Runtime
from bot.tables import Counsellor, Episode, Handoff
from bot.undelivered import count_undelivered
from referral_directory.places import Gazetteer


@dataclass(frozen=True)
class Signs:
    """What tells how a conversation stands: the last alarm of an open danger, the last words of a
    counsellor, and whether the citizen has written since."""

    alarm_at: datetime | None = None
    answered_at: datetime | None = None
    unanswered: bool = False


@dataclass(frozen=True)
class Room:
    """What the boards of all are made of, as it was `at` one moment: the open cases, their conversations'
    signs, the ended cases whose day has come; everybody who is in, by the hash of their session's token,
    with their presence and teams; how many messages did not arrive, and each counsellor's unread notices.
    `drawn` are the cards that were drawn for somebody, by what they differ in."""

    at: datetime
    cases: Sequence[Case]
    signs: Mapping[UUID, Signs]
    follow_ups: Sequence[Case]
    people: Mapping[bytes, Counsellor]
    presence: Mapping[UUID, Presence]
    teams: Mapping[UUID, Sequence[Team]]
    undelivered: int
    notices: Mapping[UUID, frozenset[UUID]]
    drawn: dict[tuple[object, ...], Markup] = field(default_factory=dict)


@dataclass(frozen=True)
class Card:
    """A case on the board. `alarm_at` is set while nobody has acted on its danger."""

    case: Case
    alarm_at: datetime | None
    unanswered: bool


@dataclass(frozen=True)
class Board:
    """`alerts` repeats, most recent alarm last, the cards nobody has acted on. `follow_ups` are ended
    cases whose day has come; `is_resting` and `is_full` are the counsellor's own."""

    alerts: Sequence[Card]
    waiting: Sequence[Card]
    mine: Sequence[Card]
    others: Sequence[Card]
    follow_ups: Sequence[Case] = ()
    is_resting: bool = False
    is_full: bool = False


async def read_room(session: AsyncSession, runtime: Runtime) -> Room:
    now = runtime.clock()
    cases = await handoff.queue(session, runtime.ring)
    return Room(
        at=now,
        cases=cases,
        signs=await _read_signs(session, cases),
        follow_ups=await handoff.follow_ups(session, runtime.ring, runtime.today()),
        people=await auth.counsellors_in(session, now),
        presence=await presence.read_presence(session),
        teams=await teams.teams_by_member(session),
        undelivered=await count_undelivered(session, now),
        notices=await whispers.unread_by_counsellor(session),
    )


def room_together(runtime: Runtime) -> Together[Room]:
    """The room as it is, read once for all boards that are wanted at the same time."""

    async def read() -> Room:
        async with runtime.sessions() as session:
            return await read_room(session, runtime)

    return Together(read)


def board_of(room: Room, counsellor: Counsellor, gazetteer: Gazetteer) -> Board:
    """The counsellor's board."""
    chats = sum(
        case.state == "claimed" and case.counsellor_id == counsellor.id for case in room.cases
    )
    theirs = room.teams.get(counsellor.id, ())
    seat = next_up.seat_of(counsellor, room.presence, theirs, chats, room.at)
    waiting = next_up.arranged(room.cases, seat, gazetteer, room.at)
    taken = [case for case in room.cases if case.state != "waiting"]
    return arrange([*waiting, *taken], room.signs, seat, room.follow_ups)


def arrange(
    cases: Sequence[Case],
    signs: Mapping[UUID, Signs],
    seat: Seat,
    follow_ups: Sequence[Case] = (),
) -> Board:
    """The board for one counsellor; keeps the order of `cases` within each part."""
    waiting, mine, others = [], [], []
    for case in cases:
        sign = signs.get(case.conversation_id, Signs())
        card = Card(case, find_alarm(case, sign), case.state == "claimed" and sign.unanswered)
        if case.state == "waiting":
            waiting.append(card)
        elif case.counsellor_id == seat.counsellor_id:
            mine.append(card)
        else:
            others.append(card)
    alerts = [card for card in (*waiting, *mine, *others) if card.alarm_at is not None]
    alerts.sort(key=lambda card: (-card.case.priority, card.case.opened_at))
    return Board(alerts, waiting, mine, others, follow_ups, seat.is_resting, seat.is_full)


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


_SPOKEN = text("""
SELECT one.id, answered.created_at AS answered_at, EXISTS (
    SELECT FROM messages m WHERE m.conversation_id = one.id AND m.author = 'citizen'
        AND m.id > coalesce(answered.id, 0)
) AS unanswered
FROM unnest(CAST(:ids AS uuid[])) AS one (id)
LEFT JOIN LATERAL (
    SELECT m.id, m.created_at FROM messages m
    WHERE m.conversation_id = one.id AND m.author = 'counsellor' ORDER BY m.id DESC LIMIT 1
) answered ON true
""")
"""Reads no transcript through: a board is read at every turn of every case on it."""


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
    spoken = await session.execute(_SPOKEN, {"ids": ids})
    said = {row.id: (row.answered_at, row.unanswered) for row in spoken}
    return {id_: Signs(alarm_at.get(id_), *said[id_]) for id_ in ids}


async def any_open(session: AsyncSession, conversations: Sequence[UUID]) -> bool:
    """Whether one of the conversations stands on the board."""
    found = select(Handoff.id).where(
        Handoff.conversation_id.in_(conversations), Handoff.state != "closed"
    )
    return await session.scalar(found.limit(1)) is not None
