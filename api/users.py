"""The people of the desk, as an administrator sees and changes them.

Nobody here commits. Whoever may take no chats any more has none: their cases go back to the queue, with
all that citizens wrote in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api import auth, sessions
from bot import handoff
from bot.access import TAKES_CHATS
from bot.catalogue import N_, _
from bot.desk_tables import Presence, Team, TeamMember
from bot.errors import NotAllowed, NotFound, NotUnderstood
from bot.privacy import KeyRing
from bot.tables import AuditRow, ConsoleSession, Counsellor, Handoff
from bot.wake import wake

FEWEST_CHATS, MOST_CHATS = 1, 20
NOT_ONESELF = N_(
    "Bạn không tự đổi vai trò hay ngừng tài khoản của mình được. Nhờ quản trị viên khác."
)


@dataclass(frozen=True)
class User:
    """Somebody who may log in, or could; `seen_at` is when they were last at the console."""

    counsellor: Counsellor
    teams: Sequence[str] = ()
    team_ids: frozenset[UUID] = frozenset()
    seen_at: datetime | None = None

    @property
    def has_second_factor(self) -> bool:
        return self.counsellor.totp is not None


async def everybody(session: AsyncSession) -> list[User]:
    """All users, those who may log in first, by name."""
    order = (Counsellor.disabled_at.is_not(None), Counsellor.name, Counsellor.login)
    found = (await session.scalars(select(Counsellor).order_by(*order))).all()
    return await _with_teams(session, found)


async def find(session: AsyncSession, id_: UUID) -> User:
    """Raises:
    NotFound: there is nobody of this id.
    """
    counsellor = await session.get(Counsellor, id_)
    if counsellor is None:
        raise NotFound(_("Không có người dùng này."))
    return (await _with_teams(session, [counsellor]))[0]


async def all_teams(session: AsyncSession) -> Sequence[Team]:
    return (await session.scalars(select(Team).order_by(Team.name))).all()


async def change(
    session: AsyncSession,
    ring: KeyRing,
    user: User,
    by: Counsellor,
    *,
    name: str,
    role: str,
    most_chats: str,
    team_ids: Sequence[UUID],
    now: datetime,
) -> None:
    """Give a user another name, role, limit of chats at a time, and other teams.

    Raises:
        NotUnderstood: one of them is not of the right form.
        NotAllowed: `by` changes their own role.
        NotFound: there is no such team.
    """
    counsellor = user.counsellor
    auth.demand_role(role)
    if role != counsellor.role and counsellor.id == by.id:
        raise NotAllowed(_(NOT_ONESELF))
    counsellor.name = auth.read_name(name)
    counsellor.most_chats = read_most_chats(most_chats)
    counsellor.role = role
    known = {team.id for team in await all_teams(session)}
    if not set(team_ids) <= known:
        raise NotFound(_("Không có nhóm này."))
    await session.execute(delete(TeamMember).where(TeamMember.counsellor_id == counsellor.id))
    session.add_all(
        TeamMember(team_id=team_id, counsellor_id=counsellor.id) for team_id in set(team_ids)
    )
    await session.flush()
    if role not in TAKES_CHATS:
        await give_cases_back(session, ring, counsellor, now)


def read_most_chats(typed: str) -> int:
    """Raises:
    NotUnderstood: not a number from FEWEST_CHATS to MOST_CHATS.
    """
    if typed.isascii() and typed.isdecimal() and len(typed) < 4:
        number = int(typed)
        if FEWEST_CHATS <= number <= MOST_CHATS:
            return number
    raise NotUnderstood(
        _("Số cuộc trò chuyện cùng lúc từ {fewest} đến {most}.").format(
            fewest=FEWEST_CHATS, most=MOST_CHATS
        )
    )


async def disable(
    session: AsyncSession, ring: KeyRing, counsellor: Counsellor, now: datetime
) -> None:
    """Shut somebody out at once: their sessions end, their cases go back to the queue. Disabled already
    is fine."""
    counsellor.disabled_at = counsellor.disabled_at or now
    await sessions.end_all(session, counsellor)
    await give_cases_back(session, ring, counsellor, now)


async def enable(session: AsyncSession, counsellor: Counsellor) -> None:
    """Let somebody log in again, with the password and second factor they had."""
    counsellor.disabled_at = None
    await session.flush()


async def give_cases_back(
    session: AsyncSession, ring: KeyRing, counsellor: Counsellor, now: datetime
) -> None:
    """Put every case that somebody has back into the queue."""
    having = select(Handoff.id).where(
        Handoff.counsellor_id == counsellor.id, Handoff.state == "claimed"
    )
    for handoff_id in (await session.scalars(having.order_by(Handoff.opened_at))).all():
        case = await handoff.find_case(session, ring, handoff_id, lock=True)
        if case.counsellor_id == counsellor.id:
            await handoff.give_back(session, ring, case, "disabled", now)
            await wake(session, case.conversation_id)


async def _with_teams(session: AsyncSession, found: Sequence[Counsellor]) -> list[User]:
    ids = [one.id for one in found]
    members = await session.execute(
        select(TeamMember.counsellor_id, Team.id, Team.name)
        .join(Team, Team.id == TeamMember.team_id)
        .where(TeamMember.counsellor_id.in_(ids))
        .order_by(Team.name)
    )
    teams: dict[UUID, list[tuple[UUID, str]]] = {id_: [] for id_ in ids}
    for counsellor_id, team_id, name in members:
        teams[counsellor_id].append((team_id, name))
    seen = await _last_seen(session, ids)
    return [
        User(
            one,
            [name for _id, name in teams[one.id]],
            frozenset(id_ for id_, _name in teams[one.id]),
            seen.get(one.id),
        )
        for one in found
    ]


async def _last_seen(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, datetime | None]:
    """Of a page that was open, a session that goes on, and what is written down, the latest."""
    session_seen = (
        select(func.max(ConsoleSession.seen_at))
        .where(ConsoleSession.counsellor_id == Counsellor.id)
        .scalar_subquery()
    )
    page_seen = (
        select(Presence.seen_at).where(Presence.counsellor_id == Counsellor.id).scalar_subquery()
    )
    acted = (
        select(AuditRow.at)
        .where(AuditRow.counsellor_id == Counsellor.id)
        .order_by(AuditRow.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(Counsellor.id, func.greatest(session_seen, page_seen, acted)).where(
            Counsellor.id.in_(ids)
        )
    )
    return {row[0]: row[1] for row in rows}
