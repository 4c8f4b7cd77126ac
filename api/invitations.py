"""Links by which somebody makes their own account: three days, once.

Nobody here commits. Only the hash of a link's token is kept.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from api import auth, passwords
from api.sessions import token_hash
from bot.catalogue import N_, _
from bot.desk_tables import Invitation, Team, TeamMember
from bot.errors import NotFound
from bot.tables import Counsellor

LASTS = timedelta(days=3)
VOID = N_(
    "Lời mời này đã dùng rồi, đã hết hạn hoặc không có. Bạn xin người quản trị lời mời mới nhé."
)


@dataclass(frozen=True)
class Invited:
    """An invitation that waits; `team` is "" for none."""

    id: UUID
    name: str
    role: str
    team: str
    ends_at: datetime


async def invite(
    session: AsyncSession,
    name: str,
    role: str,
    now: datetime,
    *,
    team_id: UUID | None = None,
    made_by: Counsellor | None = None,
) -> str:
    """A token for a link; shown once.

    Raises:
        NotUnderstood: name or role is not of the form that `auth.create_counsellor` asks for.
        NotFound: there is no such team.
    """
    name = auth.read_name(name)
    auth.demand_role(role)
    if team_id is not None and await session.get(Team, team_id) is None:
        raise NotFound(_("Không có nhóm này."))
    token = secrets.token_urlsafe(32)
    session.add(
        Invitation(
            token_hash=token_hash(token),
            name=name,
            role=role,
            team_id=team_id,
            made_by=made_by.id if made_by else None,
            made_at=now,
            ends_at=now + LASTS,
        )
    )
    await session.flush()
    return token


async def find(
    session: AsyncSession, token: str, now: datetime, *, lock: bool = False
) -> Invitation:
    """The invitation of a link that counts. One made by somebody who may invite no more does not.

    Raises:
        NotFound: there is none, or not any more.
    """
    query = select(Invitation).where(
        Invitation.token_hash == token_hash(token),
        Invitation.used_at.is_(None),
        Invitation.ends_at > now,
    )
    found = await session.scalar(query.with_for_update() if lock else query)
    maker = await session.get(Counsellor, found.made_by) if found and found.made_by else None
    if found is None or (maker and (maker.disabled_at is not None or maker.role != "admin")):
        raise NotFound(_(VOID))
    return found


async def accept(
    session: AsyncSession, token: str, login: str, password: str, now: datetime
) -> Counsellor:
    """Make the account; the link is used up.

    Raises:
        NotFound: as `find`.
        NotUnderstood: login or password does not do; `line` says why.
        AlreadyTaken: the login is in use.
    """
    invitation = await find(session, token, now, lock=True)
    passwords.demand_good(auth.read_login(login), password)
    counsellor = await auth.add_counsellor(
        session, login, invitation.name, invitation.role, password, now, must_change=False
    )
    if invitation.team_id is not None:
        session.add(TeamMember(team_id=invitation.team_id, counsellor_id=counsellor.id))
    invitation.used_at = now
    await session.flush()
    return counsellor


async def waiting(session: AsyncSession, now: datetime) -> Sequence[Invited]:
    """The invitations nobody followed yet, the newest first; what ended is deleted."""
    await session.execute(delete(Invitation).where(Invitation.ends_at <= now))
    rows = await session.execute(
        select(Invitation, Team.name)
        .outerjoin(Team, Team.id == Invitation.team_id)
        .where(Invitation.used_at.is_(None))
        .order_by(Invitation.made_at.desc(), Invitation.id)
    )
    return [Invited(one.id, one.name, one.role, team or "", one.ends_at) for one, team in rows]


async def withdraw(session: AsyncSession, id_: UUID) -> None:
    """Raises:
    NotFound: there is no such invitation, or it was followed.
    """
    gone = await session.scalar(
        delete(Invitation)
        .where(Invitation.id == id_, Invitation.used_at.is_(None))
        .returning(Invitation.id)
    )
    if gone is None:
        raise NotFound(_(VOID))
