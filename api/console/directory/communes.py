"""A commune by any name people know it by: today's, a former one, or the beginning of one."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import APIRouter, Request, Response

from api.console.pages import render
from api.console.visitor import KeepingDirectory
from bot.runtime import Runtime
from referral_directory.places import Gazetteer, Place
from referral_directory.spelling import name_key
from referral_directory.units import Commune, load_units

router = APIRouter()
MOST = 20
LONGEST = 200


@router.get("/communes")
async def choose(request: Request, me: KeepingDirectory) -> Response:
    """The communes that what was typed may mean, to choose one of them."""
    runtime: Runtime = request.app.state.runtime
    query = request.query_params
    typed, chosen = query.get("place", ""), query.get("commune_code", "")
    shown = {"me": me, **commune_choices(runtime.gazetteer, typed, chosen)}
    return render(request, "directory_communes.html", shown)


def commune_choices(gazetteer: Gazetteer, typed: str, chosen: str) -> dict[str, object]:
    """What the choice is drawn from: the commune that is chosen now, and those that are meant."""
    now = gazetteer.commune(chosen)
    meant = [one for one in suggest(gazetteer, typed) if one.code != chosen]
    return {"chosen": now, "meant": meant, "typed": typed.strip()}


def suggest(gazetteer: Gazetteer, text: str) -> list[Commune]:
    """Today's communes that a text may mean, likeliest first; at most `MOST`. A former district means
    every commune made from it."""
    text = text.strip()[:LONGEST]
    if not text:
        return []
    named = _meant(gazetteer, gazetteer.find(text) or gazetteer.from_answer(text))
    return list(dict.fromkeys([*_beginning(gazetteer, text), *named]))[:MOST]


def _meant(gazetteer: Gazetteer, places: Iterable[Place]) -> Iterable[Commune]:
    for place in places:
        commune = gazetteer.commune(place.commune_code or "")
        if commune:
            yield commune
        elif place.former:
            yield from _of_former(place)


def _of_former(place: Place) -> Iterable[Commune]:
    """Today's communes in a former district."""
    for unit in load_units().named:
        same = not unit.former and unit.province.code == place.province_code
        if same and unit.commune and place.former in unit.old_districts:
            yield unit.commune


def _beginning(gazetteer: Gazetteer, text: str) -> list[Commune]:
    """Those whose name begins with what was typed so far; the shortest names first."""
    typed = " ".join(name_key(text))
    found = []
    for commune in gazetteer.communes() if typed else ():
        whole = " ".join(name_key(commune.title))
        if whole.startswith(typed) or whole.partition(" ")[2].startswith(typed):
            found.append(commune)
    return sorted(found, key=lambda one: (len(one.title), one.title))[:MOST]
