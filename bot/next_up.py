"""Who is served next: the order of the queue for one counsellor, and the button that takes its first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot import handoff, presence, teams
from bot.desk_tables import Presence, Team
from bot.errors import AlreadyTaken, NotFound
from bot.handoff import Case
from bot.runtime import Runtime
from bot.tables import Counsellor
from bot.wake import wake
from referral_directory.places import Gazetteer

ANYBODYS_AFTER = timedelta(minutes=15)
"""Who waits longer than this is put before whoever is free, of the right team or not."""
KEPT_FOR = timedelta(minutes=5)
"""So long a case is kept for the colleague at the desk whom it was handed to."""


@dataclass(frozen=True)
class Seat:
    """A counsellor at the desk: their teams, whether they rest or have as many chats as they may, and
    which colleagues could take a chat now."""

    counsellor_id: UUID
    teams: Sequence[Team] = ()
    is_resting: bool = False
    is_full: bool = False
    free: frozenset[UUID] = frozenset()


def in_order(
    cases: Sequence[Case], seat: Seat, province_of: Mapping[str, str], now: datetime
) -> list[Case]:
    """Waiting cases as this counsellor should take them: danger first, emergencies before all, whoever
    suits it; then what was handed to them or came back unanswered; then what suits them before what
    suits others, each by how long it waits."""

    def place(case: Case) -> tuple[int, bool, bool, datetime]:
        if case.priority > handoff.ORDINARY:
            return (-case.priority, False, False, case.opened_at)
        fit = teams.suits(case, seat.counsellor_id, seat.teams, province_of)
        first = fit <= teams.OUR_TEAM or (case.given_back > 0 and fit != teams.OTHERS)
        anybodys = now - case.opened_at >= ANYBODYS_AFTER
        return (0, not first, fit == teams.OTHERS and not anybodys, case.opened_at)

    return sorted(cases, key=place)


def may_be_given(case: Case, seat: Seat, now: datetime) -> bool:
    """Whether the button gives this waiting case to the counsellor. Danger always; else not to who rests
    or has enough, and not what is kept for a colleague who is free."""
    if case.priority > handoff.ORDINARY:
        return True
    if seat.is_resting or seat.is_full:
        return False
    is_kept = (
        case.wanted_id is not None
        and case.wanted_id != seat.counsellor_id
        and case.wanted_id in seat.free
        and now - (case.handed_at or case.opened_at) < KEPT_FOR
    )
    return not is_kept


def seat_of(
    counsellor: Counsellor,
    there: Mapping[UUID, Presence],
    theirs: Sequence[Team],
    chats: int,
    now: datetime,
) -> Seat:
    """The place of a counsellor who is in the teams `theirs` and has so many `chats`, while everybody's
    presence is as in `there`."""
    mine = there.get(counsellor.id)
    return Seat(
        counsellor_id=counsellor.id,
        teams=theirs,
        is_resting=mine is not None and mine.pauses_since is not None,
        is_full=chats >= counsellor.most_chats,
        free=frozenset(id_ for id_, one in there.items() if presence.takes_chats(one, now)),
    )


async def read_seat(session: AsyncSession, counsellor: Counsellor, now: datetime) -> Seat:
    """The counsellor's place at the desk as it is now."""
    there = await presence.read_presence(session)
    theirs = await teams.teams_of(session, counsellor.id)
    chats = await handoff.chats_of(session, counsellor.id)
    return seat_of(counsellor, there, theirs, chats, now)


def arranged(cases: Sequence[Case], seat: Seat, gazetteer: Gazetteer, now: datetime) -> list[Case]:
    """The waiting ones of `cases`, `in_order`."""
    waiting = [case for case in cases if case.state == "waiting"]
    province_of = teams.provinces_of(gazetteer, {case.area for case in waiting})
    return in_order(waiting, seat, province_of, now)


async def take_next(runtime: Runtime, counsellor: Counsellor) -> Case | None:
    """Claim the most urgent case that suits the counsellor; None where nobody waits for them. Where a
    colleague is faster the one after it is tried, each in a transaction of its own, so that no two
    counsellors ever wait for each other."""
    now = runtime.clock()
    async with runtime.sessions() as session:
        seat = await read_seat(session, counsellor, now)
        cases = await handoff.queue(session, runtime.ring)
    for case in arranged(cases, seat, runtime.gazetteer, now):
        if not may_be_given(case, seat, now):
            continue
        try:
            async with runtime.sessions.begin() as session:
                taken = await handoff.claim(
                    session, runtime.ring, case.handoff_id, counsellor, runtime.clock()
                )
                await presence.act(session, counsellor.id, runtime.clock())
                await wake(session, taken.conversation_id)
        except (AlreadyTaken, NotFound):
            continue
        return taken
    return None
