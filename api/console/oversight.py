"""Beside an open case: measures against abuse, and what an overseer does there: whisper to whoever has
it, take it over, export it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select

from api.console import access
from api.console.pages import HEADERS, read_form, render
from api.console.visitor import CaseId, OnDuty, Overseeing, wants_part
from bot import conversation_file, handoff, presence, restraints, whispers
from bot.catalogue import N_, Table, _
from bot.errors import NotFound, NotUnderstood
from bot.runtime import Runtime
from bot.store import open_talk, read_lines
from bot.tables import Counsellor
from bot.understand import clean
from bot.wake import wake

router = APIRouter(prefix="/cases/{handoff_id}")
LONGEST_WHISPER = 1000
LONGEST_REASON = 300
GIVEN = Table(
    {
        "warned": "Đã nhắc nhở người dân.",
        "muted": "Đã tạm ngừng. Người dân được báo tới khi nào; tin nguy hiểm của họ vẫn tới bàn.",
        "blocked": "Đã chặn. Người dân được báo; tin nguy hiểm của họ vẫn tới bàn.",
    }
)
WHISPERED = N_("Đã nhắn riêng. Lời nhắn hiện ngay trước mắt đồng nghiệp.")


@router.get("/oversight")
async def show(request: Request, handoff_id: CaseId, counsellor: OnDuty) -> Response:
    """What was done about abuse in this case, and what this counsellor may do; nothing for who may not
    read it."""
    return await _show(request, handoff_id, counsellor, "")


@router.post("/restraints")
async def restrain(request: Request, handoff_id: CaseId, counsellor: OnDuty) -> Response:
    """Warn, mute or block the person; `kind` is "warned", "blocked", or "muted" and the hours."""
    runtime: Runtime = request.app.state.runtime
    form = await read_form(request)
    kind, lasts = _read_measure(form.get("kind", ""))
    reason = clean(form.get("reason", ""))
    async with runtime.sessions.begin() as session:
        case = await handoff.find_case(session, runtime.ring, handoff_id, lock=True)
        await restraints.give(
            session, runtime.ring, case, counsellor, kind, reason, lasts, runtime.clock()
        )
        await presence.act(session, counsellor.id, runtime.clock())
        await wake(session, case.conversation_id)
    if not wants_part(request):
        return RedirectResponse(f"/console/cases/{handoff_id}", 303)
    return await _show(request, handoff_id, counsellor, GIVEN[kind])


@router.post("/whispers")
async def whisper(request: Request, handoff_id: CaseId, overseer: Overseeing) -> Response:
    """Say something to the counsellor who has the case; the citizen never sees it."""
    runtime: Runtime = request.app.state.runtime
    form = await read_form(request)
    text = clean(form.get("text", "")).strip()
    if not text or len(text) > LONGEST_WHISPER:
        raise NotUnderstood(
            _("Bạn viết lời nhắn, nhiều nhất {most} ký tự.").format(most=LONGEST_WHISPER)
        )
    try:
        uid = UUID(form.get("uid", ""))
    except ValueError:
        raise NotUnderstood(_("Trang đã cũ. Bạn tải lại trang rồi gửi lại nhé.")) from None
    async with runtime.sessions.begin() as session:
        case = await handoff.find_case(session, runtime.ring, handoff_id, lock=True)
        await whispers.whisper(
            session, runtime.ring, case, overseer, text, runtime.clock(), uid=uid
        )
    if not wants_part(request):
        return RedirectResponse(f"/console/cases/{handoff_id}", 303)
    return await _show(request, handoff_id, overseer, _(WHISPERED))


@router.post("/take-over")
async def take_over(request: Request, handoff_id: CaseId, overseer: Overseeing) -> Response:
    """Have a colleague's case; it opens anew, ready to be answered."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions.begin() as session:
        case = await handoff.find_case(session, runtime.ring, handoff_id, lock=True)
        await whispers.take_over(session, runtime.ring, case, overseer, runtime.clock())
        await presence.act(session, overseer.id, runtime.clock())
        await wake(session, case.conversation_id)
    return RedirectResponse(f"/console/cases/{handoff_id}", 303)


@router.post("/export")
async def export(request: Request, handoff_id: CaseId, overseer: Overseeing) -> Response:
    """The conversation as a text file, up to the end of the case, without internal notes. Why is
    typed, and kept beside the transcript; who and when stands in the audit."""
    runtime: Runtime = request.app.state.runtime
    reason = " ".join(clean((await read_form(request)).get("reason", "")).split())
    if not reason or len(reason) > LONGEST_REASON:
        raise NotUnderstood(
            _("Bạn ghi lý do xuất, nhiều nhất {most} ký tự.").format(most=LONGEST_REASON)
        )
    now = runtime.clock()
    async with runtime.sessions.begin() as session:
        case = await handoff.find_case(session, runtime.ring, handoff_id, lock=True)
        access.demand(access.may_read(case, overseer))
        talk = await open_talk(session, runtime.ring, case.conversation_id)
        if talk is None:
            raise NotFound(handoff.GONE)
        ends = case.closed_at or now
        lines = [one for one in await read_lines(session, talk) if one.at <= ends]
        wrote = {one.counsellor_id for one in lines if one.counsellor_id}
        rows = await session.execute(
            select(Counsellor.id, Counsellor.name).where(Counsellor.id.in_(wrote))
        )
        names = {row.id: row.name for row in rows}
        made = conversation_file.write(case, lines, names, reason, overseer.name, now)
        noted = _("Đã xuất nội dung cuộc trò chuyện. Lý do: {reason}").format(reason=reason)
        await handoff.note(session, runtime.ring, case, overseer, noted, now)
        await handoff.audit(session, overseer, "export conversation", handoff_id, now)
    named = {"Content-Disposition": f'attachment; filename="conversation-{handoff_id}.txt"'}
    return Response(made, media_type="text/plain; charset=utf-8", headers={**HEADERS, **named})


async def _show(request: Request, handoff_id: UUID, counsellor: Counsellor, told: str) -> Response:
    runtime: Runtime = request.app.state.runtime
    try:
        async with runtime.sessions() as session:
            case = await handoff.find_case(session, runtime.ring, handoff_id)
            if not access.may_read(case, counsellor):
                return Response(media_type="text/html", headers=HEADERS)
            given = await restraints.against(session, runtime.ring, case.conversation_id)
    except NotFound:
        return Response(media_type="text/html", headers=HEADERS)
    oversees = access.may_oversee(counsellor)
    shown = {
        "me": counsellor,
        "base": f"/console/cases/{handoff_id}",
        "case": case,
        "given": given,
        "may_warn": access.may_answer(case, counsellor) or (oversees and case.state != "closed"),
        "oversees": oversees,
        "may_step_in": whispers.may_step_in(case, counsellor),
        "hours": [int(one.total_seconds() // 3600) for one in restraints.MUTED_FOR],
        "uid": uuid4(),
        "told": told,
    }
    return render(request, "oversight.html", shown)


def _read_measure(typed: str) -> tuple[str, timedelta | None]:
    """ "muted 24" is muted for a day."""
    kind, _space, hours = typed.partition(" ")
    return kind, timedelta(hours=int(hours)) if hours.isdecimal() and len(hours) < 4 else None
