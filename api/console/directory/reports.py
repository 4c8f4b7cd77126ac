"""What citizens and counsellors say is wrong in the directory: said by a counsellor, decided by an
editor, and seen by whoever said it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from api.console.directory import cell_words
from api.console.directory.row import RowKey
from api.console.pages import read_form, render
from api.console.visitor import KeepingDirectory, ReadingDirectory
from bot import handoff, suggestions
from bot.access import may_keep_directory
from bot.catalogue import Table, _
from bot.errors import NotFound, NotUnderstood
from bot.runtime import Runtime
from bot.suggestion_words import OUTCOMES, WHAT
from bot.suggestions import Said
from bot.understand import clean
from referral_directory.reading import read_keys

router = APIRouter()
LONGEST_WORDS, LONGEST_ANSWER = 1_000, 300
DONE = Table(
    {
        "reported": "Đã gửi góp ý. Người biên tập danh bạ sẽ kiểm tra; kết quả hiện ở trang này.",
        "accepted": "Đã ghi: góp ý đúng. Bạn nhớ sửa dòng trong danh bạ.",
        "unconfirmed": "Đã ghi: chưa xác nhận được.",
        "fixed": "Đã ghi: đã sửa từ trước.",
    }
)


def report_id(report_id: str) -> UUID:
    try:
        return UUID(report_id)
    except ValueError:
        raise NotFound(_("Không còn góp ý này.")) from None


@router.post("/rows/{key}/report")
async def report(request: Request, me: ReadingDirectory, key: RowKey) -> Response:
    """Keep what a counsellor or editor says is wrong with the row.

    Raises:
        NotFound: there is no such row.
        NotUnderstood: nothing was written, or too much.
    """
    runtime: Runtime = request.app.state.runtime
    form = await read_form(request)
    words = clean(form.get("words", "")).strip()
    what = form.get("what", "other")
    now = runtime.clock()
    async with runtime.sessions.begin() as session:
        said = Said(key, what if what in WHAT and what != "place" else "other", words)
        report_id = await suggestions.keep_of_counsellor(session, runtime.ring, me, said, now)
        if not 0 < len(words) <= LONGEST_WORDS:
            raise NotUnderstood(_("Bạn viết vài chữ (dưới 1000 ký tự) về chỗ sai giúp mình nhé."))
        await handoff.audit(session, me, "report directory row", report_id, now)
    return RedirectResponse("/console/directory/reports?done=reported", 303)


@router.get("/reports")
async def show(request: Request, me: ReadingDirectory) -> Response:
    """To editors everything that waits, each with its row beside it; to everybody their own reports."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions() as session:
        waiting = []
        if may_keep_directory(me):
            waiting = await suggestions.waiting(session, runtime.ring, runtime.clock())
        own = await suggestions.of_counsellor(session, runtime.ring, me)
        rows = await read_keys(session, [one.row_key for one in waiting if one.row_key])
    shown = {
        "me": me,
        "waiting": waiting,
        "own": own,
        "rows": rows,
        "cells": cell_words,
        "beside": ("phone", "address", "commune_code", "province_code", "hours", "verified_until"),
        "what": WHAT,
        "outcomes": OUTCOMES,
        "told": DONE.get(request.query_params.get("done", ""), ""),
    }
    return render(request, "directory_reports.html", shown)


@router.post("/reports/{report_id}/decide")
async def decide(
    request: Request, keeper: KeepingDirectory, id_: Annotated[UUID, Depends(report_id)]
) -> Response:
    """Decide a report and have its suggester told.

    Raises:
        NotFound: there is none, or its citizen was erased.
        AlreadyTaken: a colleague was faster.
        NotUnderstood: no outcome was chosen, or the answer is too long.
    """
    runtime: Runtime = request.app.state.runtime
    form = await read_form(request)
    outcome = form.get("outcome", "")
    answer = " ".join(clean(form.get("answer", "")).split())
    if outcome not in OUTCOMES or len(answer) > LONGEST_ANSWER:
        raise NotUnderstood(_("Bạn chọn một kết quả; lời nhắn thêm thì dưới 300 ký tự."))
    now = runtime.clock()
    async with runtime.sessions.begin() as session:
        await suggestions.decide(session, runtime.ring, id_, keeper, outcome, answer, now)
        await handoff.audit(session, keeper, "decide directory report", id_, now)
    return RedirectResponse(f"/console/directory/reports?done={outcome}", 303)
