"""Messages that did not arrive: to whom, why, and sending them again. Their words are read in the
case alone, by whoever may read it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api.console import access
from api.console.access import demand, may_note
from api.console.pages import render
from api.console.visitor import CaseId, OnDuty, wants_part
from bot import handoff, undelivered
from bot.catalogue import N_, Table, _
from bot.channels import zalo_codes
from bot.errors import NotFound
from bot.outbox import NOT_CONFIGURED
from bot.receipts import State
from bot.runtime import Runtime
from bot.tables import Counsellor
from bot.undelivered import Undelivered
from bot.wake import wake

router = APIRouter()
RowId = Annotated[int, Path(ge=1, lt=2**63)]
WHY = Table(
    {
        "gone": "Người dân đã chặn hoặc rời kênh này.",
        "closed": "Kênh chỉ cho trả lời trong một thời gian, và đã hết. Khi người dân nhắn tiếp thì gửi lại được.",
        "auth": "Kênh không nhận mã truy cập của mình. Nhờ quản trị viên xem lại kết nối; khi xong, tin tự đi.",
        "reject": "Kênh không nhận tin này.",
        "retry": "Kênh không trả lời, máy đã thử nhiều lần.",
    }
)
SWITCHED_OFF = N_("Kênh này đang tắt. Nhờ quản trị viên bật lại; khi xong, tin tự đi.")
AUTHORS = Table({"bot": "Máy trả lời tự động", "counsellor": "Tư vấn viên"})
SENT_AGAIN = N_("Đang gửi lại. Nếu vẫn không tới, tin sẽ hiện lại ở đây.")
LAID_ASIDE = N_("Đã bỏ qua. Tin này sẽ không được gửi nữa.")


def why(one: Undelivered | State) -> str:
    """The reason in words: the platform's own where they are known."""
    if one.code == NOT_CONFIGURED:
        return _(SWITCHED_OFF)
    if one.channel == "zalo_oa" and (known := zalo_codes.in_words(one.code)):
        return f"{known}."
    return WHY.get(one.why, WHY["reject"])


def platform_code(one: Undelivered) -> str:
    """The platform's own word, for whoever looks after the connection; "" where there is none."""
    return "" if one.code == NOT_CONFIGURED else one.code


@router.get("/undelivered")
async def home(request: Request, counsellor: OnDuty) -> Response:
    """Everything that did not arrive in the last seven days."""
    return await _show(request, counsellor, "")


@router.get("/undelivered/count")
async def count(request: Request, counsellor: OnDuty) -> Response:
    """How many there are, for the top of every page."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions() as session:
        number = await undelivered.count_undelivered(session, runtime.clock())
    return render(request, "undelivered_count.html", {"number": number})


@router.post("/undelivered/{row_id}/again")
async def send_again(request: Request, row_id: RowId, counsellor: OnDuty) -> Response:
    """Have it sent once more. Raises NotFound where somebody was faster."""
    await _send_again(request.app.state.runtime, row_id, counsellor)
    if not wants_part(request):
        return RedirectResponse("/console/undelivered", 303)
    return await _show(request, counsellor, _(SENT_AGAIN))


@router.post("/undelivered/{row_id}/aside")
async def lay_aside(request: Request, row_id: RowId, counsellor: OnDuty) -> Response:
    """Give it up for good. Raises NotFound where somebody was faster."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions.begin() as session:
        conversation_id = await undelivered.lay_aside(session, row_id)
        await _demand_right(session, runtime, conversation_id, counsellor)
        now = runtime.clock()
        await handoff.audit(session, counsellor, "lay aside message", conversation_id, now)
        # What waited behind it may go now.
        await wake(session, conversation_id)
    if not wants_part(request):
        return RedirectResponse("/console/undelivered", 303)
    return await _show(request, counsellor, _(LAID_ASIDE))


@router.get("/cases/{handoff_id}/undelivered")
async def of_case(request: Request, handoff_id: CaseId, counsellor: OnDuty) -> Response:
    """What did not arrive in one case, for its pane."""
    return await _show_of_case(request, handoff_id, counsellor, "")


@router.post("/cases/{handoff_id}/undelivered/{row_id}/again")
async def send_again_in_case(
    request: Request, handoff_id: CaseId, row_id: RowId, counsellor: OnDuty
) -> Response:
    """As `send_again`, from a case."""
    await _send_again(request.app.state.runtime, row_id, counsellor)
    if not wants_part(request):
        return RedirectResponse(f"/console/cases/{handoff_id}", 303)
    return await _show_of_case(request, handoff_id, counsellor, _(SENT_AGAIN))


async def _send_again(runtime: Runtime, row_id: int, counsellor: Counsellor) -> None:
    now = runtime.clock()
    async with runtime.sessions.begin() as session:
        conversation_id = await undelivered.send_again(session, row_id, now)
        await _demand_right(session, runtime, conversation_id, counsellor)
        await handoff.audit(session, counsellor, "send again", conversation_id, now)
        await wake(session, conversation_id)


async def _demand_right(
    session: AsyncSession, runtime: Runtime, conversation_id: UUID, counsellor: Counsellor
) -> None:
    """Raises NotAllowed, and nothing is done, where a colleague has the conversation."""
    case = await handoff.open_case(session, runtime.ring, conversation_id)
    if case is not None and case.state == "claimed":
        demand(may_note(case, counsellor))


async def _show(request: Request, counsellor: Counsellor, told: str) -> Response:
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions() as session:
        found = await undelivered.find_undelivered(session, runtime.clock())
    name = "undelivered_list.html" if wants_part(request) else "undelivered.html"
    return render(request, name, {"me": counsellor, "told": told, **_listed(found)})


async def _show_of_case(
    request: Request, handoff_id: CaseId, counsellor: Counsellor, told: str
) -> Response:
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions() as session:
        found = await _in_case(session, runtime, handoff_id, counsellor)
    shown = {"base": f"/console/cases/{handoff_id}", "told": told, **_listed(found)}
    return render(request, "undelivered_case.html", shown)


async def _in_case(
    session: AsyncSession, runtime: Runtime, handoff_id: CaseId, counsellor: Counsellor
) -> list[Undelivered]:
    """Nothing where there is nothing more to read: a pane asks again and again, also in the moment
    in which its case was taken, ended or erased."""
    try:
        case = await handoff.find_case(session, runtime.ring, handoff_id)
    except NotFound:
        return []
    if case.state == "closed" or not access.may_read(case, counsellor):
        return []
    return await undelivered.find_undelivered(session, runtime.clock(), case.conversation_id)


def _listed(found: list[Undelivered]) -> dict[str, object]:
    return {"found": found, "why": why, "platform_code": platform_code, "authors": AUTHORS}
