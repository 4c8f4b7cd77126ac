"""Cases as they stand: one line of the counsellors' queue each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, case, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.catalogue import N_
from bot.desk_tables import Team
from bot.errors import NotFound
from bot.privacy import KeyRing, unseal_json
from bot.store import Talk, open_talk
from bot.tables import Conversation, Counsellor, Handoff, Person

DANGER_NOW, DANGER, ORDINARY = 2, 1, 0
RETURNS_WITHIN = timedelta(hours=24)
"""Who asks for a human again within this time after a talk comes back rather than comes anew."""
GONE = N_("Không còn cuộc trò chuyện này (người viết có thể đã xóa dữ liệu).")

_Wanted, _Before, _Former = aliased(Counsellor), aliased(Handoff), aliased(Counsellor)
_FORMER = (
    select(_Former.name)
    .join(_Before, _Before.counsellor_id == _Former.id)
    .where(
        _Before.conversation_id == Handoff.conversation_id,
        _Before.state == "closed",
        _Before.closed_at <= Handoff.opened_at,
        _Before.closed_at > Handoff.opened_at - RETURNS_WITHIN,
    )
    .order_by(_Before.closed_at.desc())
    .limit(1)
    .scalar_subquery()
)
CASE = (
    select(
        Handoff,
        Person,
        Counsellor.name.label("counsellor"),
        _Wanted.name.label("wanted"),
        Team.name.label("team"),
        _FORMER.label("former"),
        Conversation.last_inbound_at,
    )
    .join(Conversation, Conversation.id == Handoff.conversation_id)
    .join(Person, Person.id == Conversation.person_id)
    .outerjoin(Counsellor, Counsellor.id == Handoff.counsellor_id)
    .outerjoin(_Wanted, _Wanted.id == Handoff.wanted_id)
    .outerjoin(Team, Team.id == Handoff.team_id)
)


@dataclass(frozen=True)
class Case:
    """A line of the counsellors' queue. `summary` are facts: article titles, places, results, and as
    "handed" the words of who handed it on.

    While it waits, `wanted` is the colleague and `team` the team that it was handed to. `former` is who
    talked with the citizen within the day before this case was opened. The rest as in `tables.Handoff`.
    """

    handoff_id: UUID
    conversation_id: UUID
    channel: str
    state: str
    priority: int
    reason: str
    opened_at: datetime
    claimed_at: datetime | None
    closed_at: datetime | None
    counsellor_id: UUID | None
    counsellor: str | None
    summary: Mapping[str, Any]
    area: str = ""
    skill: str = ""
    language: str = "vi"
    wanted_id: UUID | None = None
    wanted: str | None = None
    team_id: UUID | None = None
    team: str | None = None
    handed_at: datetime | None = None
    given_back: int = 0
    former: str | None = None
    last_inbound_at: datetime | None = None
    outcome: str = ""
    topics: tuple[str, ...] = ()
    follow_up_on: date | None = None


async def queue(session: AsyncSession, ring: KeyRing) -> list[Case]:
    """Everything open: waiting before claimed; in each, danger first, then who came back because
    nobody answered, then the longest waiting."""
    waiting_first = case((Handoff.state == "waiting", 0), else_=1)
    came_back = case((Handoff.given_back > 0, 0), else_=1)
    rows = await session.execute(
        CASE.where(Handoff.state != "closed").order_by(
            waiting_first, Handoff.priority.desc(), came_back, Handoff.opened_at
        )
    )
    return [read_case(row, ring) for row in rows]


async def find_case(
    session: AsyncSession, ring: KeyRing, handoff_id: UUID, *, lock: bool = False
) -> Case:
    """One case, open or closed. `lock` holds its conversation until the commit, so that who may do
    what cannot change meanwhile; everybody locks the conversation before its handoff.

    Raises:
        NotFound: there is none, or its citizen had it erased.
    """
    if lock:
        which = select(Handoff.conversation_id).where(Handoff.id == handoff_id).scalar_subquery()
        await session.execute(
            select(Conversation.id).where(Conversation.id == which).with_for_update()
        )
    found = CASE.where(Handoff.id == handoff_id).execution_options(populate_existing=True)
    row = (await session.execute(found)).one_or_none()
    if row is None:
        raise NotFound(GONE)
    return read_case(row, ring)


async def open_case(session: AsyncSession, ring: KeyRing, conversation_id: UUID) -> Case | None:
    """The case that is waiting or taken in a conversation, if there is one."""
    found = CASE.where(Handoff.conversation_id == conversation_id, Handoff.state != "closed")
    row = (await session.execute(found)).one_or_none()
    return read_case(row, ring) if row else None


async def locked_talk(session: AsyncSession, ring: KeyRing, conversation_id: UUID) -> Talk:
    """The conversation, its row locked until the commit.

    Raises:
        NotFound: it was erased.
    """
    talk = await open_talk(session, ring, conversation_id, lock=True)
    if talk is None:
        raise NotFound(GONE)
    return talk


def read_case(row: Row[Any], ring: KeyRing) -> Case:
    """The case in a row of `CASE`, its summary unsealed."""
    handoff: Handoff = row[0]
    person: Person = row[1]
    summary: Mapping[str, Any] = {}
    if handoff.summary:
        key = ring.unwrap(person.data_key, str(person.id))
        summary = unseal_json(key, handoff.summary, f"summary:{handoff.conversation_id}")
    return Case(
        handoff_id=handoff.id,
        conversation_id=handoff.conversation_id,
        channel=person.channel,
        state=handoff.state,
        priority=handoff.priority,
        reason=handoff.reason,
        opened_at=handoff.opened_at,
        claimed_at=handoff.claimed_at,
        closed_at=handoff.closed_at,
        counsellor_id=handoff.counsellor_id,
        counsellor=row.counsellor,
        summary=summary,
        area=handoff.area,
        skill=handoff.skill,
        language=handoff.language,
        wanted_id=handoff.wanted_id,
        wanted=row.wanted,
        team_id=handoff.team_id,
        team=row.team,
        handed_at=handoff.handed_at,
        given_back=handoff.given_back,
        former=row.former,
        last_inbound_at=row.last_inbound_at,
        outcome=handoff.outcome,
        topics=tuple(handoff.topics),
        follow_up_on=handoff.follow_up_on,
    )
