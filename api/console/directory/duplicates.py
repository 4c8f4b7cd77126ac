"""Rows that are likely one place: side by side, made one, or said to be two."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from api.console.directory import cell_words
from api.console.directory.row import RowKey, demand_row, row_key
from api.console.directory.searching import provinces_by_title
from api.console.pages import read_form, render
from api.console.visitor import KeepingDirectory
from bot import handoff, suggestions
from bot.catalogue import Table, _
from bot.errors import NotFound
from bot.runtime import Runtime
from bot.tables import Counsellor
from referral_directory import duplicates, merging
from referral_directory.changes import Author, BadRow, ChangedSince
from referral_directory.merging import LISTED, TOGETHER, NotChecked, Side
from referral_directory.records import row_id
from referral_directory.rows import Row
from referral_directory.tables import Service
from referral_directory.units import load_units

router = APIRouter(prefix="/duplicates")
SHOWN = 50
WHOLE_COUNTRY = "all"
DONE = Table(
    {
        "merged": "Đã gộp hai dòng. Cần lấy lại thì hoàn tác ở “Mới đổi”, mỗi dòng một lần.",
        "apart": "Đã ghi hai dòng này không trùng. Cặp này sẽ không hiện lại.",
    }
)


def other_key(other: str) -> str:
    return row_key(other)


OtherKey = Annotated[str, Depends(other_key)]


@router.get("")
async def show(request: Request, keeper: KeepingDirectory) -> Response:
    """The likeliest pairs of one province: the one asked for, else the one with most rows."""
    runtime: Runtime = request.app.state.runtime
    units = load_units()
    asked = request.query_params.get("province", "")
    async with runtime.sessions() as session:
        code = asked if asked in units.provinces or asked == WHOLE_COUNTRY else ""
        code = code or await duplicates.fullest_province(session)
        found = await duplicates.find(session, units, "" if code == WHOLE_COUNTRY else code)
    shown = {
        "me": keeper,
        "pairs": found[:SHOWN],
        "total": len(found),
        "many": len(found) >= duplicates.MOST_PAIRS,
        "province": code,
        "provinces": provinces_by_title(),
        "whole_country": WHOLE_COUNTRY,
        "cells": cell_words,
        "told": DONE.get(request.query_params.get("done", ""), ""),
    }
    return render(request, "directory_duplicates.html", shown)


@router.get("/{key}/{other}")
async def compare(
    request: Request, keeper: KeepingDirectory, key: RowKey, other: OtherKey
) -> Response:
    """Two rows side by side; the first one's key is kept."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions() as session:
        keep, lose = await _both(session, key, other)
    return _page(request, keeper, keep, lose, merging.default_choice(keep, lose, runtime.today()))


@router.post("/{key}/{other}/merge")
async def merge(
    request: Request, keeper: KeepingDirectory, key: RowKey, other: OtherKey
) -> Response:
    """Make them one as chosen. Where a row was changed since, or the cells do not go together, nothing
    is done and the page says why."""
    runtime: Runtime = request.app.state.runtime
    form, now = await read_form(request), runtime.clock()
    async with runtime.sessions() as session:
        keep, lose = await _both(session, key, other)
    chosen = _chosen(form, keep, lose)
    author = Author(keeper.login, now, " ".join(form.get("reason", "").split())[:300])
    try:
        async with runtime.sessions.begin() as session:
            await merging.merge(
                session,
                key,
                other,
                chosen,
                load_units(),
                author,
                on=runtime.today(),
                seen=form.get("seen", ""),
                checked="checked" in form,
            )
            await suggestions.move(session, other, key)
            subject = row_id(key, Service)
            await handoff.audit(session, keeper, "merge directory rows", subject, now)
    except ChangedSince:
        line = _("Chưa gộp: có dòng vừa được người khác sửa. Bạn xem lại rồi chọn nhé.")
        async with runtime.sessions() as session:
            keep, lose = await _both(session, key, other)
        return _page(
            request,
            keeper,
            keep,
            lose,
            merging.default_choice(keep, lose, runtime.today()),
            line,
            409,
        )
    except NotChecked as why:
        titles = ", ".join(cell_words.TITLES[column] for column in why.columns)
        line = _(
            "Chưa gộp: {titles} lấy từ dòng chưa ai xác minh. Bạn kiểm tra rồi đánh dấu ô ở cuối trang."
        ).format(titles=titles)
        return _page(request, keeper, keep, lose, chosen, line, 422)
    except BadRow as why:
        wrong = "; ".join(
            f"{cell_words.TITLES[column]}: {cell_words.say_days(reason)}"
            for column, reason in why.faults
        )
        line = _("Chưa gộp, vì các ô không khớp nhau. {wrong}").format(wrong=wrong)
        return _page(request, keeper, keep, lose, chosen, line, 422)
    return RedirectResponse("/console/directory/duplicates?done=merged", 303)


@router.post("/{key}/{other}/apart")
async def say_apart(
    request: Request, keeper: KeepingDirectory, key: RowKey, other: OtherKey
) -> Response:
    """Remember that they are two places."""
    runtime: Runtime = request.app.state.runtime
    form, now = await read_form(request), runtime.clock()
    async with runtime.sessions.begin() as session:
        await _both(session, key, other)
        await duplicates.say_apart(session, key, other, keeper.login, now)
        await handoff.audit(session, keeper, "say rows differ", row_id(key, Service), now)
    province = form.get("province", "")
    known = province in load_units().provinces or province == WHOLE_COUNTRY
    more = f"&province={province}" if known else ""
    return RedirectResponse(f"/console/directory/duplicates?done=apart{more}", 303)


async def _both(
    session: AsyncSession, key: str, other: str
) -> tuple[dict[str, str], dict[str, str]]:
    if key == other:
        raise NotFound(_("Cần hai dòng khác nhau."))
    return await demand_row(session, key), await demand_row(session, other)


def _chosen(form: dict[str, str], keep: Row, lose: Row) -> dict[str, Side]:
    """The sides chosen in the form; what it does not say stays as in the row that is kept."""
    sides: dict[str, Side] = {"keep": "keep", "lose": "lose", "both": "both"}
    return {
        column: sides.get(form.get(f"cell-{column}", ""), "keep")
        for column in merging.differing(keep, lose)
    }


def _page(
    request: Request,
    keeper: Counsellor,
    keep: Row,
    lose: Row,
    chosen: dict[str, Side],
    refused: str = "",
    status: int = 200,
) -> Response:
    differing = merging.differing(keep, lose)
    shown = {
        "me": keeper,
        "keep": keep,
        "lose": lose,
        "chosen": chosen,
        "differing": differing,
        "same": [column for column in merging.CHOSEN if column not in differing and keep[column]],
        "together": TOGETHER,
        "listed": LISTED,
        "cells": cell_words,
        "seen": merging.fingerprint(keep, lose),
        "refused": refused,
    }
    return render(request, "directory_duplicates_pair.html", shown, status)
