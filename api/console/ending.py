"""Ending a case: with what came of it, and not while a cry for help stands unread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.console import access
from api.console.desk import show_case, show_gone
from api.console.pages import read_form
from api.console.pane import Pane, read_pane
from api.console.visitor import CaseId, OnDuty
from bot import case_words, handoff, presence
from bot.catalogue import _
from bot.errors import NotFound, NotUnderstood, NotYet
from bot.runtime import Runtime
from bot.tables import Counsellor
from bot.wake import wake

router = APIRouter(prefix="/cases/{handoff_id}")
FURTHEST = timedelta(days=365)
_LONGEST_ID = 18


@dataclass(frozen=True)
class Ended:
    """What a counsellor says of a talk that is over. `seen` is the last line that their page showed."""

    outcome: str
    topics: tuple[str, ...]
    follow_up_on: date | None
    seen: int


@router.post("/close")
async def close(request: Request, handoff_id: CaseId, counsellor: OnDuty) -> Response:
    """End the case and give the conversation back to the bot; ended already is fine. Where an alarm came
    that the page had not shown, or nobody has written to somebody in danger, it stays open and the page
    says why.

    Raises:
        NotUnderstood: no outcome was chosen, or the day cannot be.
        NotAllowed: it is not this counsellor's.
    """
    runtime: Runtime = request.app.state.runtime
    form = await read_form(request)
    try:
        async with runtime.sessions.begin() as session:
            case = await handoff.find_case(session, runtime.ring, handoff_id, lock=True)
            if case.state != "closed":
                access.demand(access.may_close(case, counsellor))
                ended = read_ended(form, runtime.today())
                await handoff.demand_end(session, runtime.ring, case, ended.seen)
                await handoff.close(
                    session,
                    runtime.ring,
                    case,
                    counsellor,
                    runtime.clock(),
                    outcome=ended.outcome,
                    topics=ended.topics,
                    follow_up_on=ended.follow_up_on,
                )
                await presence.act(session, counsellor.id, runtime.clock())
                await wake(session, case.conversation_id)
    except NotFound:
        return await show_gone(request, counsellor)
    except NotYet as refused:
        pane = await _read(runtime, handoff_id, counsellor)
        return await show_case(request, counsellor, pane, refused=refused.line)
    return await show_case(request, counsellor, await _read(runtime, handoff_id, counsellor))


def read_ended(form: Mapping[str, str], today: date) -> Ended:
    """The form of the end of a talk.

    Raises:
        NotUnderstood: see `close`.
    """
    outcome = form.get("outcome", "")
    if outcome not in case_words.OUTCOMES:
        raise NotUnderstood(_("Bạn chọn kết quả của cuộc trò chuyện rồi hãy kết thúc."))
    seen = form.get("seen", "")
    return Ended(
        outcome=outcome,
        topics=tuple(topic for topic in case_words.TOPICS if form.get(f"topic.{topic}")),
        follow_up_on=_read_day(form.get("follow_up_on", ""), today),
        seen=int(seen) if seen.isdecimal() and len(seen) <= _LONGEST_ID else 0,
    )


def _read_day(text: str, today: date) -> date | None:
    if not text.strip():
        return None
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise NotUnderstood(_("Ngày liên lạc lại chưa đúng.")) from None
    if not today <= day <= today + FURTHEST:
        raise NotUnderstood(_("Ngày liên lạc lại phải từ hôm nay đến một năm nữa."))
    return day


async def _read(runtime: Runtime, handoff_id: UUID, counsellor: Counsellor) -> Pane:
    async with runtime.sessions() as session:
        case = await handoff.find_case(session, runtime.ring, handoff_id)
        return await read_pane(session, runtime.ring, case, counsellor)
