"""The page where supervisors keep the replies that counsellors bring with "/"."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from api.console.pages import read_form, render
from api.console.visitor import Overseeing
from bot import canned, handoff
from bot.canned import Wording
from bot.catalogue import Table, _
from bot.errors import AlreadyTaken, NotFound, NotUnderstood
from bot.runtime import Runtime
from bot.tables import Counsellor

router = APIRouter(prefix="/canned")
DONE = Table(
    {"added": "Đã thêm câu mẫu.", "changed": "Đã sửa câu mẫu.", "removed": "Đã xóa câu mẫu."}
)
EMPTY = Wording("", "", "")


def reply_id(id_: str) -> UUID:
    try:
        return UUID(id_)
    except ValueError:
        raise NotFound(_("Không có câu mẫu này.")) from None


ReplyId = Annotated[UUID, Depends(reply_id)]


@router.get("")
async def show(request: Request, overseer: Overseeing) -> Response:
    """All replies, each in a form of its own, and an empty form."""
    told = DONE.get(request.query_params.get("done", ""), "")
    return await _page(request, overseer, told=told)


@router.post("")
async def add(request: Request, overseer: Overseeing) -> Response:
    """Keep a new reply; with a fault the form comes back as it was typed."""
    runtime: Runtime = request.app.state.runtime
    wording, now = await _read(request), runtime.clock()
    try:
        async with runtime.sessions.begin() as session:
            await canned.add(session, wording, overseer, now)
            await handoff.audit(session, overseer, "add canned reply", None, now)
    except (NotUnderstood, AlreadyTaken) as refused:
        return await _page(request, overseer, typed=wording, refused=refused)
    return RedirectResponse("/console/canned?done=added", 303)


@router.post("/{id_}")
async def change(request: Request, id_: ReplyId, overseer: Overseeing) -> Response:
    """Keep other words for a reply; faults as for `add`."""
    runtime: Runtime = request.app.state.runtime
    wording, now = await _read(request), runtime.clock()
    try:
        async with runtime.sessions.begin() as session:
            await canned.change(session, id_, wording, overseer, now)
            await handoff.audit(session, overseer, "change canned reply", id_, now)
    except (NotUnderstood, AlreadyTaken) as refused:
        return await _page(request, overseer, typed=wording, refused=refused, id_=id_)
    return RedirectResponse("/console/canned?done=changed", 303)


@router.post("/{id_}/delete")
async def remove(request: Request, id_: ReplyId, overseer: Overseeing) -> Response:
    """Delete a reply; what was sent with it stays as it is."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions.begin() as session:
        await canned.remove(session, id_)
        await handoff.audit(session, overseer, "delete canned reply", id_, runtime.clock())
    return RedirectResponse("/console/canned?done=removed", 303)


async def _read(request: Request) -> Wording:
    form = await read_form(request)
    return Wording.of(form.get("shortcut", ""), form.get("title", ""), form.get("words", ""))


async def _page(
    request: Request,
    overseer: Counsellor,
    *,
    told: str = "",
    typed: Wording = EMPTY,
    refused: NotUnderstood | AlreadyTaken | None = None,
    id_: UUID | None = None,
) -> Response:
    """`typed` stands in the form of the reply `id_`, or in the empty one."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions() as session:
        replies = await canned.every(session)
    shown = {
        "me": overseer,
        "replies": replies,
        "told": told,
        "typed": typed,
        "refused": refused.line if refused else "",
        "open": id_,
        "longest": {"title": canned.LONGEST_TITLE, "words": canned.LONGEST_WORDS},
    }
    return render(request, "canned.html", shown, refused.status if refused else 200)
