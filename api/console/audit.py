"""Who looked at or did what, for administrators: by person and day, the newest first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.console.audit_words import in_words
from api.console.pages import render
from api.console.visitor import Administering
from bot.duty import VIETNAM
from bot.runtime import Runtime
from bot.tables import AuditRow, Counsellor, Handoff
from referral_directory.tables import Service

router = APIRouter(prefix="/audit")
PAGE = 100
_Read = TypeVar("_Read")


@dataclass(frozen=True)
class Asked:
    """What the page shows: of one person or all, of one day or all, older than the entry `before`."""

    who: UUID | None = None
    day: date | None = None
    before: int | None = None


@dataclass(frozen=True)
class Entry:
    """Something somebody did, `at` a time in Vietnam. `about` names the user it was done to; `case` is
    the case it was in, `row` the key of the directory's row."""

    id: int
    at: str
    name: str
    login: str
    action: str
    about: str
    case: UUID | None
    row: str | None


@router.get("")
async def show(request: Request, admin: Administering) -> Response:
    """A page of entries; what cannot be read in the address is left out."""
    runtime: Runtime = request.app.state.runtime
    query = request.query_params
    asked = read_asked(query.get("who", ""), query.get("day", ""), query.get("before", ""))
    async with runtime.sessions() as session:
        found = await read_entries(session, asked)
        order = select(Counsellor).order_by(Counsellor.name, Counsellor.login)
        people = (await session.scalars(order)).all()
    kept = {"who": str(asked.who or ""), "day": asked.day.isoformat() if asked.day else ""}
    older = urlencode({**kept, "before": found[PAGE - 1].id}) if len(found) > PAGE else ""
    shown = {"me": admin, "entries": found[:PAGE], "people": people, "older": older, **kept}
    shown["newest"] = urlencode(kept) if asked.before else ""
    return render(request, "audit.html", shown)


def read_asked(who: str, day: str, before: str) -> Asked:
    """What an address asks for; a part that is not of its form asks for nothing."""
    is_number = before.isascii() and before.isdecimal() and len(before) < 19
    return Asked(
        _read(UUID, who), _read(date.fromisoformat, day), int(before) if is_number else None
    )


async def read_entries(session: AsyncSession, asked: Asked) -> Sequence[Entry]:
    """One more than PAGE where there are more. Days are Vietnam's."""
    query = (
        select(AuditRow, Counsellor.name, Counsellor.login, Handoff.id, Service.key)
        .join(Counsellor, Counsellor.id == AuditRow.counsellor_id)
        .outerjoin(Handoff, Handoff.id == AuditRow.subject)
        .outerjoin(Service, Service.id == AuditRow.subject)
        .order_by(AuditRow.id.desc())
        .limit(PAGE + 1)
    )
    if asked.who is not None:
        query = query.where(AuditRow.counsellor_id == asked.who)
    if asked.day is not None:
        begins = datetime(asked.day.year, asked.day.month, asked.day.day, tzinfo=VIETNAM)
        query = query.where(AuditRow.at >= begins, AuditRow.at < begins + timedelta(days=1))
    if asked.before is not None:
        query = query.where(AuditRow.id < asked.before)
    rows = (await session.execute(query)).all()
    about = await _users(session, {row[0].subject for row in rows if row[0].subject})
    return [
        Entry(
            id=row.id,
            at=f"{row.at.astimezone(VIETNAM):%H:%M:%S, %d/%m/%Y}",
            name=name,
            login=login,
            action=in_words(row.action),
            about=about.get(row.subject, ""),
            case=case,
            row=key,
        )
        for row, name, login, case, key in rows
    ]


async def _users(session: AsyncSession, ids: set[UUID]) -> dict[UUID | None, str]:
    rows = await session.execute(
        select(Counsellor.id, Counsellor.name).where(Counsellor.id.in_(ids))
    )
    return {row.id: row.name for row in rows}


def _read(form: Callable[[str], _Read], typed: str) -> _Read | None:
    try:
        return form(typed)
    except ValueError:
        return None
