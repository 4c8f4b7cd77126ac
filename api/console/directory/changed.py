"""The newest changes of the directory by everybody, and taking one back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.console.directory.cell_words import TITLES, say_days
from api.console.directory.filling import VITAL, unverified
from api.console.directory.past import tell
from api.console.directory.row import DONE, demand_row, show_row
from api.console.pages import read_form, render
from api.console.visitor import KeepingDirectory
from bot import handoff
from bot.catalogue import _
from bot.errors import NotFound
from bot.runtime import Runtime
from bot.tables import Counsellor
from referral_directory.changes import (
    Author,
    BadRow,
    Change,
    ChangedSince,
    hold,
    latest_changes,
    undo,
)
from referral_directory.changes import history as history_of
from referral_directory.records import row_id
from referral_directory.rows import VERIFICATION, Row
from referral_directory.tables import Metadata, Service
from referral_directory.units import load_units

router = APIRouter()
SHOWN = 50


def change_id(change_id: str) -> UUID:
    try:
        return UUID(change_id)
    except ValueError:
        raise NotFound(_("Không có lần sửa này.")) from None


@router.get("/recent")
async def recent(request: Request, keeper: KeepingDirectory) -> Response:
    """The newest changes of all rows."""
    told = DONE.get(request.query_params.get("done", ""), "")
    return await _show_recent(request, keeper, told=told)


@router.post("/changes/{change_id}/undo")
async def take_back(
    request: Request, keeper: KeepingDirectory, id_: Annotated[UUID, Depends(change_id)]
) -> Response:
    """Give the cells of a change what they held before; where they were changed again since, nothing
    is done, and the page says which."""
    runtime: Runtime = request.app.state.runtime
    back = (await read_form(request)).get("back", "")
    async with runtime.sessions() as session:
        key = await _key_of(session, id_)
    try:
        async with runtime.sessions.begin() as session:
            await hold(session)
            done = await _undo(session, key, id_, runtime, keeper)
            subject = row_id(key, Service)
            await handoff.audit(session, keeper, "undo directory change", subject, runtime.clock())
    except (ChangedSince, BadRow) as why:
        if back == "recent":
            return await _show_recent(request, keeper, refused=_why_not(why), status=409)
        return await show_row(request, keeper, key, refused=_why_not(why), status=409)
    to = "recent" if back == "recent" else f"rows/{key}"
    return RedirectResponse(f"/console/directory/{to}?done={done}", 303)


async def _undo(
    session: AsyncSession, key: str, id_: UUID, runtime: Runtime, keeper: Counsellor
) -> str:
    """Undo the change; which of `DONE` it came to. What nobody has checked as it now stands does not
    stay verified."""
    row, past = await demand_row(session, key), await history_of(session, key)
    one = next(change for change in past if change.id == id_)
    withdrawn = not stays_verified(one, past) and _becomes_verified(one, row)
    why = _("hoàn tác một lần sửa cũ: cần xác minh lại") if withdrawn else _("hoàn tác")
    author = Author(keeper.login, runtime.clock(), why)
    undone = await undo(session, id_, load_units(), author, unverified() if withdrawn else {})
    if undone is None:
        return "nothing"
    return "unverified" if withdrawn else "undone"


def stays_verified(one: Change, past: Sequence[Change]) -> bool:
    """Whether a verified row is so still when the change `one` of its history (newest first) is undone:
    the newest change leads back to a row as it stood, and an older one may not touch what was
    vouched for. A row whose making is undone is told to nobody."""
    touched = {cell.column for cell in one.cells}
    newest = one.id == past[0].id
    return newest or one.created or not touched & {*VITAL, *VERIFICATION}


def _becomes_verified(one: Change, row: Row) -> bool:
    """Whether the row says that it is verified once the change is undone."""
    former = {cell.column: cell.before for cell in one.cells}
    return former.get("reliability", row["reliability"]) == "verified"


async def _key_of(session: AsyncSession, id_: UUID) -> str:
    of_change = select(Service.key).join(Metadata, Metadata.resource_id == Service.id)
    key = await session.scalar(of_change.where(Metadata.change_id == id_).limit(1))
    if key is None:
        raise NotFound(_("Không có lần sửa này."))
    return key


async def _show_recent(
    request: Request, keeper: Counsellor, *, told: str = "", refused: str = "", status: int = 200
) -> Response:
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions() as session:
        newest = await latest_changes(session, SHOWN)
        past = await tell(session, newest, runtime.gazetteer)
    shown = {"me": keeper, "past": past, "told": told, "refused": refused}
    return render(request, "directory_recent.html", shown, status)


def _why_not(why: ChangedSince | BadRow) -> str:
    if isinstance(why, ChangedSince):
        titles = ", ".join(TITLES[column] for column in why.columns)
        line = _("Chưa hoàn tác: sau đó {titles} đã được sửa lần nữa. Bạn mở dòng rồi sửa tay nhé.")
        return line.format(titles=titles)
    wrong = "; ".join(f"{TITLES[column]}: {say_days(reason)}" for column, reason in why.faults)
    return _("Chưa hoàn tác, vì dòng cũ không còn hợp lệ. {wrong}").format(wrong=wrong)
