"""Finding rows of the directory, and the queue of those that somebody should verify."""

from __future__ import annotations

from dataclasses import asdict, replace
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from api.console.directory import cell_words
from api.console.directory.communes import LONGEST, suggest
from api.console.directory.row import DONE
from api.console.directory.tiles import let_tiles_in, map_of
from api.console.pages import render
from api.console.visitor import KeepingDirectory, ReadingDirectory
from bot import suggestions
from bot.runtime import Runtime
from referral_directory.kinds import KINDS
from referral_directory.listing import DUE, PAGE, STATES, Listed, Wanted, due, find, points
from referral_directory.units import Commune, load_units

router = APIRouter()
LAST_PAGE = 100_000


async def search(request: Request, me: ReadingDirectory) -> Response:
    """The rows that are asked for, a page at a time; what cannot be read in the address is left out."""
    runtime: Runtime = request.app.state.runtime
    wanted, meant = read_wanted(request, STATES)
    page, today = read_page(request), runtime.today()
    async with runtime.sessions() as session:
        found = await find(session, wanted, today, page)
        at = await points(session, wanted, today) if request.app.state.settings.map_tiles else []
    drawn = map_of(request, at)
    shown = _shown(request, wanted, meant, found, page) | {"me": me, "map": drawn}
    return let_tiles_in(render(request, "directory_search.html", shown), drawn)


@router.get("/due")
async def queue(request: Request, keeper: KeepingDirectory) -> Response:
    """The rows that somebody should verify: those that many report first, then the oldest."""
    runtime: Runtime = request.app.state.runtime
    wanted, meant = read_wanted(request, DUE)
    page = read_page(request)
    async with runtime.sessions() as session:
        often = await suggestions.often_reported(session, runtime.clock())
        found = await due(session, wanted, runtime.today(), page, doubted=often.keys())
    told = DONE.get(request.query_params.get("done", ""), "")
    shown = _shown(request, wanted, meant, found, page)
    shown |= {"me": keeper, "told": told, "often": often}
    return render(request, "directory_due.html", shown)


def read_wanted(request: Request, states: tuple[str, ...]) -> tuple[Wanted, list[Commune]]:
    """What an address asks for, and the communes that its "place" may mean. One that is meant alone is
    asked for."""
    query, runtime = request.query_params, request.app.state.runtime
    kind, province = query.get("kind", ""), query.get("province", "")
    commune, state = query.get("commune", ""), query.get("state", "")
    wanted = Wanted(
        words=query.get("q", "").replace("\0", "")[:LONGEST],
        kind=kind if kind in KINDS else "",
        province_code=province if province in load_units().provinces else "",
        commune_code=commune if runtime.gazetteer.commune(commune) else "",
        state=state if state in states else "",
    )
    meant = [] if wanted.commune_code else suggest(runtime.gazetteer, query.get("place", ""))
    if wanted.province_code:
        meant = [one for one in meant if one.province.code == wanted.province_code]
    if len(meant) == 1:
        wanted = replace(wanted, commune_code=meant[0].code)
    return wanted, meant


def read_page(request: Request) -> int:
    """The number of the page, from 1."""
    number = request.query_params.get("page", "")
    is_number = number.isascii() and number.isdecimal() and len(number) < 7
    return min(max(int(number), 1), LAST_PAGE) if is_number else 1


def _shown(
    request: Request, wanted: Wanted, meant: list[Commune], found: Listed, page: int
) -> dict[str, object]:
    runtime: Runtime = request.app.state.runtime
    asked = asdict(wanted)
    names = {"words": "q", "province_code": "province", "commune_code": "commune"}
    kept = {names.get(name, name): value for name, value in asked.items() if value}
    pages = -(-found.total // PAGE)
    return {
        "cells": cell_words,
        "asked": wanted,
        "place": request.query_params.get("place", "")[:LONGEST],
        "commune": runtime.gazetteer.commune(wanted.commune_code),
        "meant": [(one, urlencode(kept | {"commune": one.code})) for one in meant],
        "without_commune": urlencode({k: v for k, v in kept.items() if k != "commune"}),
        "kinds": KINDS,
        "provinces": provinces_by_title(),
        "rows": found.rows,
        "total": found.total,
        "today": runtime.today(),
        "page": page,
        "pages": pages,
        "newer": urlencode(kept | {"page": page - 1}) if page > 1 else "",
        "older": urlencode(kept | {"page": page + 1}) if page < pages else "",
    }


def provinces_by_title() -> list[tuple[str, str]]:
    """Code and title of every province."""
    provinces = load_units().provinces.values()
    return sorted(((one.code, one.title) for one in provinces), key=lambda one: one[1])
