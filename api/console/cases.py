"""One case: read it, take it, answer, note."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.console import access
from api.console.desk import show_case, show_gone
from api.console.pages import read_form
from api.console.pane import read_pane
from api.console.visitor import CaseId, OnDuty
from bot import handoff, presence
from bot.catalogue import _
from bot.errors import NotFound, NotUnderstood, TooLong
from bot.runtime import Runtime
from bot.supervision import kind_of_view
from bot.understand import clean
from bot.wake import wake

router = APIRouter(prefix="/cases/{handoff_id}")
MOST_CHARACTERS = 4000


@router.get("")
async def show(request: Request, handoff_id: CaseId, counsellor: OnDuty) -> Response:
    """The case; who reads its words is written down, once for each opening."""
    runtime: Runtime = request.app.state.runtime
    try:
        async with runtime.sessions.begin() as session:
            case = await handoff.find_case(session, runtime.ring, handoff_id)
            pane = await read_pane(session, runtime.ring, case, counsellor)
            if pane.lines is not None:
                seen = kind_of_view(case, counsellor)
                await handoff.audit(session, counsellor, seen, handoff_id, runtime.clock())
    except NotFound:
        return await show_gone(request, counsellor)
    return await show_case(request, counsellor, pane)


@router.post("/claim")
async def claim(request: Request, handoff_id: CaseId, counsellor: OnDuty) -> Response:
    """Take the case. Raises AlreadyTaken where a colleague was faster."""
    runtime: Runtime = request.app.state.runtime
    try:
        async with runtime.sessions.begin() as session:
            case = await handoff.claim(
                session, runtime.ring, handoff_id, counsellor, runtime.clock()
            )
            await presence.act(session, counsellor.id, runtime.clock())
            await wake(session, case.conversation_id)
            pane = await read_pane(session, runtime.ring, case, counsellor)
    except NotFound:
        return await show_gone(request, counsellor)
    return await show_case(request, counsellor, pane)


@router.post("/answers", status_code=204)
async def answer(request: Request, handoff_id: CaseId, counsellor: OnDuty) -> Response:
    """Send words to the citizen; the same words under the same uid are sent once."""
    runtime: Runtime = request.app.state.runtime
    text, uid = await _read_words(request)
    now = runtime.clock()
    async with runtime.sessions.begin() as session:
        case = await handoff.find_case(session, runtime.ring, handoff_id, lock=True)
        access.demand(access.may_answer(case, counsellor))
        await handoff.say(session, runtime.ring, case, counsellor, text, now, uid=uid)
        await presence.act(session, counsellor.id, now)
        await wake(session, case.conversation_id)
    return Response(status_code=204)


@router.post("/notes", status_code=204)
async def note(request: Request, handoff_id: CaseId, counsellor: OnDuty) -> Response:
    """Keep an internal note; uid as for answers."""
    runtime: Runtime = request.app.state.runtime
    text, uid = await _read_words(request)
    now = runtime.clock()
    async with runtime.sessions.begin() as session:
        case = await handoff.find_case(session, runtime.ring, handoff_id, lock=True)
        access.demand(access.may_note(case, counsellor))
        await handoff.note(session, runtime.ring, case, counsellor, text, now, uid=uid)
        await presence.act(session, counsellor.id, now)
    return Response(status_code=204)


async def _read_words(request: Request) -> tuple[str, UUID]:
    """The words of an answer or note, and the name their page gave them."""
    form = await read_form(request)
    text = clean(form.get("text", "")).strip()
    if not text:
        raise NotUnderstood(_("Bạn chưa viết gì."))
    if len(text) > MOST_CHARACTERS:
        raise TooLong(
            _("Tin dài {length} ký tự, quá {most}. Bạn chia thành vài tin nhé.").format(
                length=len(text), most=MOST_CHARACTERS
            )
        )
    try:
        return text, UUID(form.get("uid", ""))
    except ValueError:
        raise NotUnderstood(_("Trang đã cũ. Bạn tải lại trang rồi gửi lại nhé.")) from None
