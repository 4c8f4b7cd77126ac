"""Handing a case on: to a colleague at the desk, a team, an area, a skill or a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.console import access
from api.console.cases import MOST_CHARACTERS
from api.console.desk import show_case
from api.console.pages import read_form, render
from api.console.pane import read_pane
from api.console.visitor import CaseId, OnDuty
from bot import case_words, handoff, presence, teams
from bot.catalogue import N_, _
from bot.desk_tables import Team
from bot.errors import NotUnderstood, TooLong
from bot.runtime import Runtime
from bot.tables import Counsellor
from bot.understand import clean
from bot.wake import wake
from referral_directory.places import Gazetteer

router = APIRouter(prefix="/cases/{handoff_id}")
_TO_WHOM = N_("Bạn chọn người, nhóm hoặc mảng để chuyển.")


@dataclass(frozen=True)
class Colleague:
    """Somebody a case may be handed to: only who is at the desk and does not rest."""

    id: UUID
    name: str
    state: str

    @property
    def may_receive(self) -> bool:
        return self.state == "here"


@router.get("/transfer")
async def ask_whom(request: Request, handoff_id: CaseId, counsellor: OnDuty) -> Response:
    """The form, with who is at the desk now."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions() as session:
        case = await handoff.find_case(session, runtime.ring, handoff_id)
        access.demand(access.may_close(case, counsellor))
        shown = {
            "me": counsellor,
            "case": case,
            "colleagues": await _colleagues(session, runtime, case.counsellor_id),
            "teams": await teams.read_teams(session),
        }
    return render(request, "transfer.html", shown)


@router.post("/transfer")
async def transfer(request: Request, handoff_id: CaseId, counsellor: OnDuty) -> Response:
    """Hand the case on; the citizen is told.

    Raises:
        NotUnderstood: to nobody, to somebody who is not there, or to no place there is.
        NotAllowed: it is not this counsellor's.
    """
    runtime: Runtime = request.app.state.runtime
    form = await read_form(request)
    note = clean(form.get("note", "")).strip()
    if len(note) > MOST_CHARACTERS:
        raise TooLong(_("Lời dặn dài quá. Bạn viết ngắn lại nhé."))
    now = runtime.clock()
    async with runtime.sessions.begin() as session:
        case = await handoff.find_case(session, runtime.ring, handoff_id, lock=True)
        access.demand(access.may_close(case, counsellor))
        whom = await _read_whom(session, runtime, form)
        case = await handoff.transfer(
            session, runtime.ring, case, counsellor, now=now, note=note, **whom
        )
        await presence.act(session, counsellor.id, now)
        await wake(session, case.conversation_id)
        pane = await read_pane(session, runtime.ring, case, counsellor)
    return await show_case(request, counsellor, pane)


async def _read_whom(
    session: AsyncSession, runtime: Runtime, form: Mapping[str, str]
) -> dict[str, Any]:
    """`to`, `team`, `skill`, `language` and `area` of `handoff.transfer`, as the form names them."""
    kind, _colon, which = form.get("to", "").partition(":")
    area = read_area(runtime.gazetteer, form.get("area", ""))
    found: dict[str, Any] = {"area": area} if area else {}
    match kind:
        case "person":
            found["to"] = await _who_is_there(session, runtime, which)
        case "team":
            found["team"] = await _team(session, which)
        case "skill" if which in case_words.SKILLS:
            found["skill"] = which
        case "language" if which in case_words.LANGUAGES:
            found["language"] = which
        case "queue":
            pass
        case _ if not area:
            raise NotUnderstood(_(_TO_WHOM))
    return found


def read_area(gazetteer: Gazetteer, text: str) -> str:
    """The code of the commune or province that was typed, "" for nothing.

    Raises:
        NotUnderstood: there is no such place, or several.
    """
    typed = clean(text).strip()
    if not typed:
        return ""
    found = gazetteer.from_answer(typed)
    if len(found) == 1:
        return found[0].commune_code or found[0].province_code
    if not found:
        raise NotUnderstood(
            _("Không tìm ra nơi “{place}”. Bạn gõ tên xã, phường kèm tỉnh.").format(
                place=typed[:60]
            )
        )
    several = "; ".join(f"{one.name}, {one.province}" for one in found[:5])
    raise NotUnderstood(
        _("Có mấy nơi tên như vậy: {places}. Bạn gõ kèm tỉnh nhé.").format(places=several)
    )


async def _colleagues(
    session: AsyncSession, runtime: Runtime, holder: UUID | None
) -> list[Colleague]:
    """All who take chats but who has the case, those at the desk first."""
    there, now = await presence.read_presence(session), runtime.clock()
    found = []
    for one in await presence.colleagues(session):
        if one.id == holder or not access.may_take_chats(one):
            continue
        seen = there.get(one.id)
        state = "here" if presence.takes_chats(seen, now) else "away"
        if (
            seen is not None
            and seen.pauses_since is not None
            and presence.is_there(seen.seen_at, now)
        ):
            state = "pausing"
        found.append(Colleague(one.id, one.name, state))
    return sorted(found, key=lambda one: (not one.may_receive, one.name))


async def _who_is_there(session: AsyncSession, runtime: Runtime, which: str) -> Counsellor:
    """Nobody is given a chat while they are away."""
    people = {str(one.id): one for one in await _colleagues(session, runtime, None)}
    chosen = people.get(which)
    if chosen is None:
        raise NotUnderstood(_(_TO_WHOM))
    if not chosen.may_receive:
        raise NotUnderstood(
            _(
                "{name} không có mặt ở bàn tư vấn. Bạn chọn người khác, hoặc trả về hàng chờ."
            ).format(name=chosen.name)
        )
    return await session.get_one(Counsellor, chosen.id)


async def _team(session: AsyncSession, which: str) -> Team:
    found = {str(team.id): team for team in await teams.read_teams(session)}.get(which)
    if found is None:
        raise NotUnderstood(_("Không còn nhóm này. Bạn chọn lại nhé."))
    return found
