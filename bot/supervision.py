"""How the desk stands, for who oversees it: who waits, who has what, who needs a rest; and what was
done about dangers whose words were erased. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import rest
from bot.access import TAKES_CHATS
from bot.desk_tables import Presence, Team, TeamMember
from bot.handoff import Case
from bot.presence import is_there
from bot.rest import Hint, Taken
from bot.tables import Counsellor, Episode, Handoff

LOOKS_BACK = timedelta(hours=12)
MOST_EPISODES = 50
Whereabouts = Literal["here", "pausing", "away"]
_ORDER: tuple[Whereabouts, ...] = ("here", "pausing", "away")


@dataclass(frozen=True)
class OpenCase:
    """A case that waits (`counsellor_id` None) or is taken, `team_id` the team it waits for."""

    opened_at: datetime
    counsellor_id: UUID | None
    team_id: UUID | None
    heavy: bool


@dataclass(frozen=True)
class Person:
    """Somebody who takes chats, as the database has them; `seen_at` None where they never came."""

    id: UUID
    name: str
    role: str
    most_chats: int
    seen_at: datetime | None
    acted_at: datetime | None
    pauses: bool
    working_since: datetime | None


@dataclass(frozen=True)
class TeamLine:
    """A team now; `waits_since` is when the one who waits longest for it came."""

    name: str
    waiting: int
    waits_since: datetime | None
    active: int
    here: int


@dataclass(frozen=True)
class CounsellorLine:
    """A counsellor now: `in_a_row` danger chats since their last rest, `hint` why they should rest."""

    person: Person
    teams: tuple[str, ...]
    whereabouts: Whereabouts
    chats: int
    heavy_chats: int
    in_a_row: int
    hint: Hint


@dataclass(frozen=True)
class Overview:
    """The whole desk; `unteamed` are waiting cases that no team was asked for."""

    waiting: int
    waits_since: datetime | None
    active: int
    unteamed: int
    teams: Sequence[TeamLine]
    counsellors: Sequence[CounsellorLine]


@dataclass(frozen=True)
class WordlessEpisode:
    """A danger whose words its writer had erased: codes and times only."""

    label: str
    level: str
    opened_at: datetime
    last_at: datetime
    alarms: int
    closed_at: datetime | None
    closed_by: str | None


def whereabouts(person: Person, now: datetime) -> Whereabouts:
    """Whether somebody has a page open, and takes chats."""
    if not is_there(person.seen_at, now):
        return "away"
    return "pausing" if person.pauses else "here"


def oversee(
    cases: Sequence[OpenCase],
    people: Sequence[Person],
    teams: Mapping[UUID, str],
    members: Mapping[UUID, Sequence[UUID]],
    taken: Mapping[UUID, Sequence[Taken]],
    now: datetime,
) -> Overview:
    """The desk as it stands at `now`. `members` maps a team to its counsellors, `taken` a counsellor to
    the chats they took in the last hours. Who is there stands before who is not, then by name."""
    waiting = [case for case in cases if case.counsellor_id is None]
    lines = [_line(person, cases, teams, members, taken, now) for person in people]
    lines.sort(key=lambda line: (_ORDER.index(line.whereabouts), line.person.name))
    here = {line.person.id for line in lines if line.whereabouts == "here"}
    return Overview(
        waiting=len(waiting),
        waits_since=min((case.opened_at for case in waiting), default=None),
        active=len(cases) - len(waiting),
        unteamed=sum(case.team_id is None for case in waiting),
        teams=[
            _team(id_, teams[id_], cases, set(members.get(id_, ())), here)
            for id_ in sorted(teams, key=lambda one: teams[one])
        ],
        counsellors=lines,
    )


async def read_overview(session: AsyncSession, now: datetime) -> Overview:
    """The desk as the database has it."""
    people = await _people(session)
    teams = {row.id: row.name for row in await session.execute(select(Team.id, Team.name))}
    members: dict[UUID, list[UUID]] = {}
    for row in await session.execute(select(TeamMember.team_id, TeamMember.counsellor_id)):
        members.setdefault(row.team_id, []).append(row.counsellor_id)
    taken = await taken_by(session, [one.id for one in people], now)
    return oversee(await _open_cases(session), people, teams, members, taken, now)


async def hint_for(
    session: AsyncSession, counsellor: Counsellor, now: datetime
) -> tuple[Hint, int]:
    """Why this counsellor should rest, and how many danger chats in a row they had."""
    row = await session.get(Presence, counsellor.id, populate_existing=True)
    if row is None:
        return "", 0
    taken = (await taken_by(session, [counsellor.id], now)).get(counsellor.id, ())
    found = rest.hint(taken, row.working_since, row.acted_at, row.pauses_since is not None, now)
    return found, rest.heavy_in_a_row(taken, row.working_since)


async def taken_by(
    session: AsyncSession, counsellors: Sequence[UUID], now: datetime
) -> dict[UUID, list[Taken]]:
    """The chats that each took in the last LOOKS_BACK."""
    rows = await session.execute(
        select(Handoff.counsellor_id, Handoff.claimed_at, Handoff.priority).where(
            Handoff.counsellor_id.in_(counsellors), Handoff.claimed_at > now - LOOKS_BACK
        )
    )
    taken: dict[UUID, list[Taken]] = {}
    for counsellor_id, claimed_at, priority in rows:
        taken.setdefault(counsellor_id, []).append(Taken(claimed_at, priority > 0))
    return taken


async def wordless_episodes(session: AsyncSession) -> list[WordlessEpisode]:
    """The newest MOST_EPISODES dangers of people who had their words erased since."""
    rows = await session.execute(
        select(Episode, Counsellor.name)
        .outerjoin(Counsellor, Counsellor.id == Episode.closed_by)
        .where(Episode.conversation_id.is_(None))
        .order_by(Episode.opened_at.desc())
        .limit(MOST_EPISODES)
    )
    return [
        WordlessEpisode(
            one.label, one.level, one.opened_at, one.last_at, one.alarms, one.closed_at, name
        )
        for one, name in rows
    ]


def kind_of_view(case: Case, counsellor: Counsellor) -> str:
    """What the audit calls opening this case: looking over a colleague's shoulder, of which nobody is
    told, is "view silently"."""
    theirs = case.state == "waiting" or case.counsellor_id == counsellor.id
    return "view" if theirs else "view silently"


def _line(
    person: Person,
    cases: Sequence[OpenCase],
    teams: Mapping[UUID, str],
    members: Mapping[UUID, Sequence[UUID]],
    taken: Mapping[UUID, Sequence[Taken]],
    now: datetime,
) -> CounsellorLine:
    theirs = [case for case in cases if case.counsellor_id == person.id]
    took = taken.get(person.id, ())
    return CounsellorLine(
        person=person,
        teams=tuple(sorted(teams[id_] for id_ in teams if person.id in members.get(id_, ()))),
        whereabouts=whereabouts(person, now),
        chats=len(theirs),
        heavy_chats=sum(case.heavy for case in theirs),
        in_a_row=rest.heavy_in_a_row(took, person.working_since),
        hint=rest.hint(took, person.working_since, person.acted_at, person.pauses, now),
    )


def _team(
    id_: UUID, name: str, cases: Sequence[OpenCase], members: set[UUID], here: set[UUID]
) -> TeamLine:
    waiting = [case for case in cases if case.counsellor_id is None and case.team_id == id_]
    return TeamLine(
        name=name,
        waiting=len(waiting),
        waits_since=min((case.opened_at for case in waiting), default=None),
        active=sum(case.counsellor_id in members for case in cases),
        here=len(members & here),
    )


async def _open_cases(session: AsyncSession) -> list[OpenCase]:
    rows = await session.execute(
        select(
            Handoff.opened_at,
            Handoff.state,
            Handoff.counsellor_id,
            Handoff.team_id,
            Handoff.priority,
        ).where(Handoff.state != "closed")
    )
    return [
        OpenCase(
            row.opened_at,
            row.counsellor_id if row.state == "claimed" else None,
            row.team_id,
            row.priority > 0,
        )
        for row in rows
    ]


async def _people(session: AsyncSession) -> list[Person]:
    rows = await session.execute(
        select(Counsellor, Presence)
        .outerjoin(Presence, Presence.counsellor_id == Counsellor.id)
        .where(Counsellor.role.in_(TAKES_CHATS), Counsellor.disabled_at.is_(None))
        .execution_options(populate_existing=True)
    )
    return [
        Person(
            id=who.id,
            name=who.name,
            role=who.role,
            most_chats=who.most_chats,
            seen_at=there.seen_at if there else None,
            acted_at=there.acted_at if there else None,
            pauses=there is not None and there.pauses_since is not None,
            working_since=there.working_since if there else None,
        )
        for who, there in rows
    ]
