"""The form of a row: editing one, and making a new one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api.console.directory import cell_words
from api.console.directory.communes import commune_choices
from api.console.directory.filling import (
    Filled,
    a_year_from,
    as_seen,
    decide_trust,
    fill,
    follow_commune,
    judge,
    read_cells,
    reason_of,
    unchosen,
)
from api.console.directory.row import RowKey, demand_row
from api.console.directory.searching import provinces_by_title
from api.console.directory.tiles import let_tiles_in, map_of_form
from api.console.pages import read_form, render
from api.console.visitor import KeepingDirectory
from bot import handoff
from bot.catalogue import _
from bot.runtime import Runtime
from bot.tables import Counsellor
from referral_directory.changes import Author, Change, history, hold, save
from referral_directory.keys import key_of
from referral_directory.reading import read_row
from referral_directory.records import row_id
from referral_directory.rows import Row, empty_row
from referral_directory.tables import Service
from referral_directory.units import load_units

router = APIRouter()
MOST_KEYS_TRIED = 50


@router.get("/new")
async def begin(request: Request, keeper: KeepingDirectory) -> Response:
    """An empty form."""
    return _form(request, keeper, "", Filled(empty_row()), {}, "")


@router.post("/new")
async def add(request: Request, keeper: KeepingDirectory) -> Response:
    """Make the row; with a fault the form comes back as it was filled in, and nothing is kept."""
    runtime: Runtime = request.app.state.runtime
    form, units, today = await read_form(request), load_units(), runtime.today()
    cells = follow_commune(read_cells(form, empty_row()), empty_row(), units)
    typed_key = form.get("key", "").strip()
    async with runtime.sessions.begin() as session:
        await hold(session)
        row, wrong = decide_trust(form, empty_row(), cells, keeper.name, today)
        if not typed_key and await _is_kept(session, row | {"key": key_of(row)}):
            return RedirectResponse(f"/console/directory/rows/{key_of(row)}?done=added", 303)
        row["key"] = typed_key or await _free_key(session, row)
        found = judge(row, units) | unchosen(form, row, empty_row()) | wrong
        if not typed_key and "key" in found and found.get("name"):
            del found["key"]  # it comes from the name, which is what is missing
        if "key" not in found and await read_row(session, row["key"]):
            found["key"] = _("đã có một dòng mang mã này")
        filled = Filled(row, found)
        if "look" in form or not filled.may_be_saved:
            shown = Filled(row | {"key": typed_key}, {} if "look" in form else found)
            return _form(request, keeper, "", shown, form, "", refused="look" not in form)
        await _keep(session, runtime, keeper, row, form)
        subject = row_id(row["key"], Service)
        await handoff.audit(session, keeper, "add directory row", subject, runtime.clock())
    return RedirectResponse(f"/console/directory/rows/{row['key']}?done=added", 303)


@router.get("/rows/{key}/edit")
async def open_form(request: Request, keeper: KeepingDirectory, key: RowKey) -> Response:
    """The form, as the row stands."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions() as session:
        row, past = await demand_row(session, key), await history(session, key)
    return _form(request, keeper, key, Filled(row), {}, _newest(past))


@router.post("/rows/{key}/edit")
async def change(request: Request, keeper: KeepingDirectory, key: RowKey) -> Response:
    """Keep what was filled in. With a fault, or where somebody else changed the row since the form was
    opened, the form comes back with what was filled in, and nothing is kept."""
    runtime: Runtime = request.app.state.runtime
    form, units = await read_form(request), load_units()
    async with runtime.sessions.begin() as session:
        await hold(session)
        row, past = await demand_row(session, key), await history(session, key)
        before = as_seen(row, past, form.get("seen", ""))
        known = before is not None or not past
        filled = fill(form, row, before or row, units, keeper.name, runtime.today())
        if "look" in form:
            shown = Filled(filled.row, {}, filled.clashes)
            return _form(request, keeper, key, shown, form, form.get("seen", ""))
        if not (known and filled.may_be_saved):
            page = {"refused": bool(filled.faults), "unknown": not known}
            return _form(request, keeper, key, filled, form, _newest(past), **page)
        kept = await _keep(session, runtime, keeper, filled.row, form)
        if kept:
            subject = row_id(key, Service)
            action = "verify directory row" if form.get("trust") == "again" else ""
            if action:
                await handoff.audit(session, keeper, action, subject, runtime.clock())
            await handoff.audit(session, keeper, "edit directory row", subject, runtime.clock())
    done = "changed" if kept else "same"
    return RedirectResponse(f"/console/directory/rows/{key}?done={done}", 303)


async def _keep(
    session: AsyncSession, runtime: Runtime, keeper: Counsellor, row: Row, form: Mapping[str, str]
) -> Change | None:
    author = Author(keeper.login, runtime.clock(), reason_of(form))
    return await save(session, row, load_units(), author)


async def _is_kept(session: AsyncSession, row: Row) -> bool:
    """Whether the row is there just so: its form was sent twice."""
    return await read_row(session, row["key"]) == row


async def _free_key(session: AsyncSession, cells: Row) -> str:
    """A key made from the row that no row has yet, with a number behind it where it must be."""
    key = key_of(cells)
    for number in range(2, MOST_KEYS_TRIED):
        if not key or not await read_row(session, key):
            return key
        key = key_of(cells, number)
    return key


def _newest(past: list[Change]) -> str:
    return str(past[0].id) if past else ""


def _form(
    request: Request,
    keeper: Counsellor,
    key: str,
    filled: Filled,
    form: Mapping[str, str],
    seen: str,
    *,
    refused: bool = False,
    unknown: bool = False,
) -> Response:
    """The form with what is filled in; `key` is "" for a new row. `unknown` says that nobody knows as
    of when it was filled in."""
    runtime: Runtime = request.app.state.runtime
    cells, today = filled.row, runtime.today()
    drawn = map_of_form(request, cells, load_units())
    shown: dict[str, Any] = {
        "me": keeper,
        "key": key,
        "cells": cell_words,
        "row": cells,
        "faults": filled.faults,
        "clashes": filled.clashes,
        "seen": seen,
        "reason": form.get("reason", ""),
        "trust": form.get("trust", "keep" if cells["reliability"] == "verified" else "none"),
        "how": form.get("how", ""),
        "verified_on": form.get("verified_on", today.isoformat()),
        "verified_until": form.get("verified_until", a_year_from(today).isoformat()),
        "today": today,
        "provinces": provinces_by_title(),
        "map": drawn,
        "refused": refused,
        "unknown": unknown,
        **commune_choices(runtime.gazetteer, form.get("place", ""), cells["commune_code"]),
    }
    status = 409 if filled.clashes or unknown else 422 if refused else 200
    return let_tiles_in(render(request, "directory_edit.html", shown, status), drawn)
