"""One row of the directory: everything in it, whether citizens see it, and what became of it."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.console.directory import cell_words
from api.console.directory.past import tell
from api.console.directory.tiles import let_tiles_in, map_of
from api.console.pages import render
from api.console.visitor import ReadingDirectory
from bot.catalogue import Table, _
from bot.errors import NotFound
from bot.runtime import Runtime
from bot.tables import Counsellor
from referral_directory.cells import read_phones
from referral_directory.changes import history
from referral_directory.listing import Point, state_of, why_hidden
from referral_directory.places import Gazetteer
from referral_directory.reading import read_row

router = APIRouter()
DONE = Table(
    {
        "added": "Đã thêm dòng này.",
        "changed": "Đã lưu.",
        "same": "Không có gì thay đổi.",
        "verified": "Đã xác minh.",
        "undone": "Đã hoàn tác.",
        "unverified": "Đã hoàn tác. Dòng này cần được xác minh lại.",
        "nothing": "Không còn gì để hoàn tác.",
    }
)


def row_key(key: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,79}", key):
        raise NotFound(_("Không có dòng này trong danh bạ."))
    return key


RowKey = Annotated[str, Depends(row_key)]


async def demand_row(session: AsyncSession, key: str) -> dict[str, str]:
    """The row of this key.

    Raises:
        NotFound: there is none.
    """
    row = await read_row(session, key)
    if row is None:
        raise NotFound(_("Không có dòng này trong danh bạ."))
    return row


@router.get("/rows/{key}")
async def show(request: Request, me: ReadingDirectory, key: RowKey) -> Response:
    """The row, readable, with its history."""
    told = DONE.get(request.query_params.get("done", ""), "")
    return await show_row(request, me, key, told=told)


async def show_row(
    request: Request,
    me: Counsellor,
    key: str,
    *,
    told: str = "",
    refused: str = "",
    status: int = 200,
) -> Response:
    """The page of a row; `refused` is why what was asked for was not done.

    Raises:
        NotFound: there is no such row.
    """
    runtime: Runtime = request.app.state.runtime
    today = runtime.today()
    async with runtime.sessions() as session:
        row = await demand_row(session, key)
        past = await tell(session, await history(session, key), runtime.gazetteer)
    reasons = why_hidden(row, today)
    published = set(reasons) <= {"not offered"}
    drawn = map_of(request, _points(row, shown=published))
    shown = {
        "me": me,
        "row": row,
        "cells": cell_words,
        "phones": read_phones(row),
        "state": state_of(row, today),
        "not_offered": bool(reasons) and published,
        "reasons": cell_words.hidden(row, reasons, runtime.gazetteer),
        "empty": _empty(row, runtime.gazetteer),
        "past": past,
        "map": drawn,
        "told": told,
        "refused": refused,
    }
    return let_tiles_in(render(request, "directory_row.html", shown, status), drawn)


def _empty(row: dict[str, str], gazetteer: Gazetteer) -> list[str]:
    """The columns of which nothing is known."""
    columns = [column for _title, group in cell_words.GROUPS for column in group]
    return [column for column in columns if not cell_words.say(column, row[column], gazetteer)]


def _points(row: dict[str, str], *, shown: bool) -> list[Point]:
    if not row["latitude"]:
        return []
    at = float(row["latitude"]), float(row["longitude"])
    return [Point(row["key"], row["name"], *at, approximate=False, shown=shown)]
