"""The teams' hours and the days off, as administrators keep them. Nobody here commits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from bot.catalogue import N_, _
from bot.desk_tables import Holiday, Team
from bot.duty import Roster
from bot.errors import NotFound, NotUnderstood, where
from bot.hours import DayOff, Hours, read_hours
from bot.tables import Access

log = structlog.get_logger()

LOOK_EVERY_SECONDS = 5.0
LONGEST_NAME = 80
MOST_DAYS = 31
"""So many days off may be added at a time."""
NO_HOURS = N_(
    "Giờ làm việc chưa đúng mẫu. Ví dụ: “07:30-21:00”, hoặc "
    "“T2-T6 07:30-11:30,13:30-17:00; T7 08:00-11:00”. Để trống là theo giờ chung."
)


@dataclass(frozen=True)
class TeamHours:
    """A team and its hours as they are written."""

    id: UUID
    name: str
    hours: str


@dataclass(frozen=True)
class KnownDayOff:
    """A day off as it is kept; `team` "" for everybody."""

    id: UUID
    day: date
    name: str
    team: str


async def refresh(roster: Roster, access: Access) -> None:
    """Bring `roster` up to what is kept. A team whose hours cannot be read has the desk's."""
    teams = (await access.execute(select(Team.id, Team.hours))).all()
    days = (await access.execute(select(Holiday.day, Holiday.team_id))).all()
    roster.teams = tuple((row.id, _hours_of(row.id, row.hours)) for row in teams)
    roster.days_off = frozenset(DayOff(row.day, row.team_id) for row in days)


async def keep_up_to_date(
    roster: Roster, connect: Callable[[], AbstractAsyncContextManager[AsyncConnection]]
) -> None:
    """Refresh the roster every LOOK_EVERY_SECONDS until cancelled; while the database is away it stays
    as it is."""
    while True:
        try:
            async with connect() as connection:
                await refresh(roster, connection)
        except (DBAPIError, PoolTimeout) as error:
            log.warning("roster.stale", error=where(error))
        await asyncio.sleep(LOOK_EVERY_SECONDS)


async def teams(access: Access) -> list[TeamHours]:
    """Every team, by name."""
    rows = await access.execute(select(Team.id, Team.name, Team.hours).order_by(Team.name))
    return [TeamHours(row.id, row.name, row.hours) for row in rows]


async def days_off(access: Access, since: date) -> list[KnownDayOff]:
    """The days off from `since` on, in order."""
    rows = await access.execute(
        select(Holiday.id, Holiday.day, Holiday.name, Team.name.label("team"))
        .outerjoin(Team, Team.id == Holiday.team_id)
        .where(Holiday.day >= since)
        .order_by(Holiday.day, Team.name)
    )
    return [KnownDayOff(row.id, row.day, row.name, row.team or "") for row in rows]


def written_hours(text: str) -> str:
    """Hours as they are kept, "" for the desk's.

    Raises:
        NotUnderstood: they are not written as `read_hours` reads them.
    """
    written = " ".join(text.split())
    try:
        read_hours(written)
    except ValueError:
        raise NotUnderstood(_(NO_HOURS)) from None
    return written


async def set_hours(session: AsyncSession, team_id: UUID, hours: str) -> None:
    """Give a team its hours, "" for the desk's.

    Raises:
        NotUnderstood: see `written_hours`.
        NotFound: there is no such team.
    """
    written = written_hours(hours)
    changed = await session.execute(
        update(Team).where(Team.id == team_id).values(hours=written).returning(Team.id)
    )
    if changed.first() is None:
        raise NotFound(_("Không còn nhóm này."))


async def add_days_off(
    session: AsyncSession, first: date, last: date, name: str, team_id: UUID | None
) -> None:
    """Close the desk, or a team, from `first` to `last`, both included; a day kept before gets the name.

    Raises:
        NotUnderstood: no name, or no span of at most MOST_DAYS days.
        NotFound: there is no such team.
    """
    days = (last - first).days + 1
    if not 1 <= days <= MOST_DAYS:
        raise NotUnderstood(
            _("Ngày cuối phải từ ngày đầu trở đi, và mỗi lần thêm được tối đa {most} ngày.").format(
                most=MOST_DAYS
            )
        )
    if not name.strip() or len(name) > LONGEST_NAME:
        raise NotUnderstood(
            _("Bạn ghi tên ngày nghỉ, tối đa {most} ký tự.").format(most=LONGEST_NAME)
        )
    if team_id is not None and await session.get(Team, team_id) is None:
        raise NotFound(_("Không còn nhóm này."))
    span = [(first + timedelta(days=number), name.strip()) for number in range(days)]
    await _keep(session, span, team_id)


async def propose_days_off(session: AsyncSession, days: Sequence[tuple[date, str]]) -> None:
    """Close the desk on each of the `days` that is not a day off yet."""
    known = set(await session.scalars(select(Holiday.day).where(Holiday.team_id.is_(None))))
    await _keep(session, [one for one in days if one[0] not in known], None)


async def remove_day_off(session: AsyncSession, day_id: UUID) -> None:
    """Open again on a day; one that is gone already is fine."""
    await session.execute(delete(Holiday).where(Holiday.id == day_id))


async def _keep(
    session: AsyncSession, days: Sequence[tuple[date, str]], team_id: UUID | None
) -> None:
    if not days:
        return
    rows = insert(Holiday).values(
        [{"day": day, "name": name, "team_id": team_id} for day, name in days]
    )
    await session.execute(
        rows.on_conflict_do_update(
            index_elements=["day", "team_id"], set_={"name": rows.excluded.name}
        )
    )


def _hours_of(team_id: UUID, written: str) -> Hours | None:
    try:
        return read_hours(written)
    except ValueError:
        log.error("roster.unreadable", team=str(team_id))
        return None
