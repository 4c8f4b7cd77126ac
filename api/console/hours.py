"""When the desk is open: hours of each team and days off, as administrators keep them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api.console.pages import read_form, render
from api.console.visitor import Administering
from bot import handoff, roster
from bot.catalogue import _
from bot.errors import NotFound, NotUnderstood
from bot.hours import DAY_NAMES, public_days, say_when
from bot.runtime import Runtime
from bot.tables import Counsellor
from bot.understand import clean

router = APIRouter(prefix="/hours")


@router.get("")
async def show(request: Request, admin: Administering) -> Response:
    """The hours of every team, and the days off to come."""
    runtime: Runtime = request.app.state.runtime
    now, today = runtime.clock(), runtime.today()
    async with runtime.sessions() as session:
        await roster.refresh(runtime.duty.roster, session)
        shown = {
            "teams": await roster.teams(session),
            "days": await roster.days_off(session, today),
        }
    opens = runtime.duty.opens_next(now)
    standing = {
        "staffed": runtime.duty.is_staffed(now),
        "opens": say_when(opens, now) if opens else "",
        "on_call": runtime.duty.on_call,
        "desk_hours": request.app.state.settings.desk_hours,
        "day_names": DAY_NAMES,
        "next_year": today.year + 1,
        "today": today,
    }
    return render(request, "hours.html", {"me": admin, **shown, **standing})


@router.post("/teams/{team_id}")
async def set_hours(request: Request, admin: Administering, team_id: str) -> Response:
    """Give a team its hours. Raises NotUnderstood, NotFound as `roster.set_hours`."""
    form = await read_form(request)
    team = _id_of(team_id)
    return await _change(
        request,
        admin,
        "change hours",
        lambda session: roster.set_hours(session, team, clean(form.get("hours", ""))),
        team,
    )


@router.post("/days")
async def add_days(request: Request, admin: Administering) -> Response:
    """Close on a day or a span of days. Raises NotUnderstood, NotFound as `roster.add_days_off`."""
    form = await read_form(request)
    first = _day_of(form.get("first", ""))
    last = _day_of(form["last"]) if form.get("last") else first
    name = " ".join(clean(form.get("name", "")).split())
    team = _id_of(form["team"]) if form.get("team") else None
    return await _change(
        request,
        admin,
        "add days off",
        lambda session: roster.add_days_off(session, first, last, name, team),
        team,
    )


@router.post("/public")
async def add_public_days(request: Request, admin: Administering) -> Response:
    """Close on next year's public holidays with a fixed date; each can be removed again."""
    runtime: Runtime = request.app.state.runtime
    days = public_days(runtime.today().year + 1)
    return await _change(
        request, admin, "add days off", lambda session: roster.propose_days_off(session, days)
    )


@router.post("/days/{day_id}/delete")
async def remove_day(request: Request, admin: Administering, day_id: str) -> Response:
    """Open again on a day."""
    day = _id_of(day_id)
    return await _change(
        request, admin, "remove day off", lambda session: roster.remove_day_off(session, day)
    )


async def _change(
    request: Request,
    admin: Counsellor,
    action: str,
    do: Callable[[AsyncSession], Awaitable[None]],
    subject: UUID | None = None,
) -> Response:
    """One change, with its line in the audit, and back to the page."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions.begin() as session:
        await do(session)
        await handoff.audit(session, admin, action, subject, runtime.clock())
    return RedirectResponse("/console/hours", 303)


def _id_of(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(_("Không còn mục này.")) from None


def _day_of(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotUnderstood(_("Bạn chọn ngày trong lịch giúp mình.")) from None
