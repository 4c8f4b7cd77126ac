"""Who suits a case: the teams of the desk, their areas, skills and languages.

All of it only puts ordinary cases in an order. Nobody in danger is ever sorted by it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk_tables import Team, TeamMember
from bot.tables import Counsellor
from referral_directory.places import Gazetteer

HANDED, OUR_TEAM, SUITS, OTHERS = 0, 1, 2, 3
"""How well a case suits a counsellor, best first: handed to them, to a team of theirs, a team of theirs
is there for it, or it is for somebody else."""
_SKILL_OF = {
    "minors_rehab": "youth",
    "school": "youth",
    "refusal_skill": "youth",
    "ecig_laughing_gas": "youth",
    "family_responsibility": "family",
    "parenting_skill": "family",
    "signs_of_use": "family",
    "rehab_compulsory": "legal",
    "penalties": "legal",
    "addiction_identification": "legal",
    "confidentiality": "legal",
    "aftercare": "legal",
    "methadone": "medical",
    "withdrawal_signs": "medical",
    "meth_psychosis_info": "medical",
    "overdose_first_aid": "medical",
    "hiv_prep_needles": "medical",
    "mental_health_support": "medical",
}
"""The skill that a topic of `content/topics.csv` asks for; the others ask for none in particular."""


class Need(Protocol):
    """What a case asks of who takes it; a `handoff.Case` is one."""

    @property
    def area(self) -> str: ...
    @property
    def skill(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def wanted_id(self) -> UUID | None: ...
    @property
    def team_id(self) -> UUID | None: ...


def suits(
    need: Need, counsellor_id: UUID, teams: Sequence[Team], province_of: Mapping[str, str]
) -> int:
    """How well a case suits a counsellor who is in `teams`: HANDED, OUR_TEAM, SUITS or OTHERS. Who is
    in no team takes everything. `province_of` maps codes of communes to those of their provinces."""
    if need.wanted_id is not None:
        return HANDED if need.wanted_id == counsellor_id else OTHERS
    if need.team_id is not None:
        return OUR_TEAM if need.team_id in {team.id for team in teams} else OTHERS
    areas = {need.area, province_of.get(need.area, "")} - {""}
    fits = not teams or any(_is_there_for(team, need, areas) for team in teams)
    return SUITS if fits else OTHERS


def _is_there_for(team: Team, need: Need, areas: Collection[str]) -> bool:
    """What a team does not name it does all of, and what is not known of a case excludes nobody."""
    in_area = not team.areas or not areas or bool(set(team.areas) & set(areas))
    skilled = not team.skills or not need.skill or need.skill in team.skills
    return in_area and skilled and (not team.languages or need.language in team.languages)


def skill_of(topics: Sequence[str], person: str = "unclear") -> str:
    """The skill that a talk asks for, "" for none in particular. `topics` are those of the articles
    shown, newest last; `person` is who is in danger: "other" is written by somebody close to them."""
    asked = next((_SKILL_OF[topic] for topic in reversed(topics) if topic in _SKILL_OF), "")
    return asked or ("family" if person == "other" else "")


def provinces_of(gazetteer: Gazetteer, areas: Collection[str]) -> dict[str, str]:
    """The province's code for each code of a commune among `areas`."""
    communes = {code: gazetteer.commune(code) for code in areas if code}
    return {code: found.province.code for code, found in communes.items() if found is not None}


async def read_teams(session: AsyncSession) -> list[Team]:
    return list(await session.scalars(select(Team).order_by(Team.name)))


async def teams_of(session: AsyncSession, counsellor_id: UUID) -> list[Team]:
    """The teams that a counsellor is in."""
    theirs = select(TeamMember.team_id).where(TeamMember.counsellor_id == counsellor_id)
    return list(await session.scalars(select(Team).where(Team.id.in_(theirs)).order_by(Team.name)))


async def teams_by_member(session: AsyncSession) -> dict[UUID, list[Team]]:
    """The teams of each counsellor who is in one."""
    rows = await session.execute(
        select(TeamMember.counsellor_id, Team)
        .join(Team, Team.id == TeamMember.team_id)
        .order_by(Team.name)
    )
    found: dict[UUID, list[Team]] = {}
    for counsellor_id, team in rows:
        found.setdefault(counsellor_id, []).append(team)
    return found


async def members_of(session: AsyncSession, team_id: UUID) -> set[UUID]:
    query = select(TeamMember.counsellor_id).where(TeamMember.team_id == team_id)
    return set(await session.scalars(query))


async def set_members(session: AsyncSession, team_id: UUID, wanted: Collection[UUID]) -> None:
    """Make exactly these counsellors the team's members; who does not exist is left out."""
    await session.execute(delete(TeamMember).where(TeamMember.team_id == team_id))
    known = await session.scalars(select(Counsellor.id).where(Counsellor.id.in_(wanted)))
    session.add_all([TeamMember(team_id=team_id, counsellor_id=one) for one in known])
    await session.flush()
