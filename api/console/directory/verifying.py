"""Verifying a row: somebody has checked it, says how, and vouches for it until a day."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.console.directory import cell_words
from api.console.directory.filling import VITAL, a_year_from, fill, judge, reason_of
from api.console.directory.row import RowKey, demand_row
from api.console.pages import read_form, render
from api.console.visitor import KeepingDirectory
from bot import handoff
from bot.catalogue import _
from bot.runtime import Runtime
from bot.tables import Counsellor
from referral_directory.cells import read_phones
from referral_directory.changes import Author, history, hold, save
from referral_directory.records import row_id
from referral_directory.rows import Row
from referral_directory.tables import Service
from referral_directory.units import load_units

router = APIRouter()
ASKED = ("source_name", "source_url", "source_date")
BESIDE = ("how", "reason", "verified_on", "verified_until", "seen", "back")
"""What the page asks: cells of the row, and what else it sends."""


@router.get("/rows/{key}/verify")
async def ask(request: Request, keeper: KeepingDirectory, key: RowKey) -> Response:
    """The page with what is to be checked; all but the way it was checked is filled in."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions() as session:
        row, past = await demand_row(session, key), await history(session, key)
    back = request.query_params.get("back", "")
    form = {"back": back, "seen": str(past[0].id) if past else ""}
    return _page(request, keeper, row, form, {})


@router.post("/rows/{key}/verify")
async def verify(request: Request, keeper: KeepingDirectory, key: RowKey) -> Response:
    """Keep the verification. What was changed since the page was opened nobody has checked: then it
    comes back, and nothing is kept."""
    runtime: Runtime = request.app.state.runtime
    sent = await read_form(request)
    form = {name: sent.get(name, "") for name in (*ASKED, *BESIDE)} | {"trust": "again"}
    async with runtime.sessions.begin() as session:
        await hold(session)
        row, past = await demand_row(session, key), await history(session, key)
        newest = str(past[0].id) if past else ""
        filled = fill(form, row, row, load_units(), keeper.name, runtime.today())
        if form.get("seen", "") != newest:
            line = _("Dòng này vừa được sửa. Bạn xem lại những điều dưới đây rồi xác minh.")
            return _page(request, keeper, row, form | {"seen": newest}, {"row": line}, 409)
        if not filled.may_be_saved:
            return _page(request, keeper, row, form, filled.faults, 422)
        now = runtime.clock()
        author = Author(keeper.login, now, reason_of(form))
        await save(session, filled.row, load_units(), author)
        subject = row_id(key, Service)
        await handoff.audit(session, keeper, "verify directory row", subject, now)
    to = "due" if form.get("back") == "due" else f"rows/{key}"
    return RedirectResponse(f"/console/directory/{to}?done=verified", 303)


def _page(
    request: Request,
    keeper: Counsellor,
    row: Row,
    form: Mapping[str, str],
    faults: Mapping[str, str],
    status: int = 200,
) -> Response:
    runtime: Runtime = request.app.state.runtime
    today = runtime.today()
    standing = judge(row, load_units())
    shown = {
        "me": keeper,
        "cells": cell_words,
        "row": {**row, **{name: form[name] for name in ASKED if name in form}},
        "phones": read_phones(row),
        "columns": [column for column in VITAL if column != "name"],
        "faults": {**faults, **{k: v for k, v in standing.items() if k not in ASKED}},
        "form": form,
        "verified_on": form.get("verified_on", today.isoformat()),
        "verified_until": form.get("verified_until", a_year_from(today).isoformat()),
        "latest": a_year_from(today),
        "today": today,
    }
    return render(request, "directory_verify.html", shown, status)
