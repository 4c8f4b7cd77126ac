"""The teams of the desk, as administrators keep them."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID, uuid4

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.console import access
from api.console.pages import read_form, render
from api.console.transfers import read_area
from api.console.visitor import Administering
from bot import case_words, handoff, presence, teams
from bot.catalogue import _
from bot.desk_tables import Team
from bot.errors import NotFound, NotUnderstood
from bot.roster import written_hours
from bot.runtime import Runtime
from bot.tables import Counsellor
from bot.understand import clean

router = APIRouter(prefix="/teams")
LONGEST_NAME = 60


@router.get("")
async def show(request: Request, admin: Administering) -> Response:
    """Every team, and a form for a new one."""
    return await _show(request, admin)


@router.post("")
async def make(request: Request, admin: Administering) -> Response:
    """Make a team. Raises NotUnderstood as `change` does."""
    return await _save(request, admin, None)


@router.post("/{team_id}")
async def change(request: Request, admin: Administering, team_id: str) -> Response:
    """Change a team to what the form says.

    Raises:
        NotUnderstood: no name, a name that another team has, an unknown place, or hours that are none.
        NotFound: there is no such team.
    """
    return await _save(request, admin, _team_id(team_id))


@router.post("/{team_id}/delete")
async def drop(request: Request, admin: Administering, team_id: str) -> Response:
    """Delete a team; what was handed to it waits for everybody."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions.begin() as session:
        team = await session.get(Team, _team_id(team_id))
        if team is not None:
            await session.delete(team)
            await handoff.audit(session, admin, "delete team", team.id, runtime.clock())
    return RedirectResponse("/console/teams", 303)


async def _save(request: Request, admin: Counsellor, team_id: UUID | None) -> Response:
    runtime: Runtime = request.app.state.runtime
    form = await read_form(request)
    async with runtime.sessions.begin() as session:
        team = await _find_or_make(session, runtime, team_id)
        team.name = await _read_name(session, form, team.id)
        team.hours = written_hours(clean(form.get("hours", "")))
        team.skills = [key for key in case_words.SKILLS if form.get(f"skill.{key}")]
        team.languages = [key for key in case_words.LANGUAGES if form.get(f"language.{key}")]
        kept = [code for code in team.areas or [] if form.get(f"area.{code}")]
        new = read_area(runtime.gazetteer, form.get("new_area", ""))
        team.areas = [*kept, new] if new and new not in kept else kept
        session.add(team)
        await session.flush()
        people = await presence.colleagues(session)
        chosen = [one.id for one in people if form.get(f"member.{one.id}")]
        await teams.set_members(session, team.id, chosen)
        await handoff.audit(session, admin, "change team", team.id, runtime.clock())
    return RedirectResponse("/console/teams", 303)


async def _find_or_make(session: AsyncSession, runtime: Runtime, team_id: UUID | None) -> Team:
    if team_id is None:
        return Team(id=uuid4(), areas=[], created_at=runtime.clock())
    team = await session.get(Team, team_id)
    if team is None:
        raise NotFound(_("Không còn nhóm này."))
    return team


async def _read_name(session: AsyncSession, form: Mapping[str, str], team_id: UUID) -> str:
    name = " ".join(clean(form.get("name", "")).split())
    if not name or len(name) > LONGEST_NAME:
        raise NotUnderstood(_("Tên nhóm có từ 1 đến {most} chữ cái.").format(most=LONGEST_NAME))
    taken = select(Team.id).where(Team.name == name, Team.id != team_id)
    with session.no_autoflush:
        if await session.scalar(taken) is not None:
            raise NotUnderstood(_("Đã có nhóm tên này rồi. Bạn chọn tên khác nhé."))
    return name


async def _show(request: Request, admin: Counsellor) -> Response:
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions() as session:
        found = await teams.read_teams(session)
        people = await presence.colleagues(session)
        members = {team.id: await teams.members_of(session, team.id) for team in found}
    shown = {
        "me": admin,
        "teams": found,
        "members": members,
        "people": [one for one in people if access.may_take_chats(one)],
    }
    return render(request, "teams.html", shown)


def _team_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(_("Không có nhóm này.")) from None
