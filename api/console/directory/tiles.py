"""The map on the directory's pages: there only where the operator named a server of map tiles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import Request, Response

from api.console.pages import HEADERS
from bot.settings import Settings
from referral_directory.listing import Point
from referral_directory.units import Units

_POLICY = "Content-Security-Policy"


@dataclass(frozen=True)
class Map:
    """What the page's script draws: `points` are dictionaries, with `key` where they lead to a row."""

    tiles: str
    credit: str
    points: tuple[dict[str, object], ...]


def map_of(request: Request, points: Iterable[Point]) -> Map | None:
    """A map of rows; None where no tiles are configured."""
    settings: Settings = request.app.state.settings
    if not settings.map_tiles:
        return None
    drawn = [
        {
            "key": one.key,
            "name": one.name,
            "at": [one.latitude, one.longitude],
            "approximate": one.approximate,
            "shown": one.shown,
        }
        for one in points
    ]
    return Map(settings.map_tiles, settings.map_credit, tuple(drawn))


def map_of_form(request: Request, cells: dict[str, str], units: Units) -> Map | None:
    """A map to set the point of the row that a form holds: it begins at the row's point, or in its
    commune or province."""
    settings: Settings = request.app.state.settings
    if not settings.map_tiles:
        return None
    around = units.communes.get(cells["commune_code"]) or units.provinces.get(
        cells["province_code"]
    )
    start = [around.latitude, around.longitude] if around else [16.0, 107.5]
    begun: dict[str, object] = {
        "at": start,
        "zoom": 12 if cells["commune_code"] else 8 if around else 5,
    }
    return Map(settings.map_tiles, settings.map_credit, (begun,))


def let_tiles_in(response: Response, drawn: Map | None) -> Response:
    """Allow the page pictures of the tiles' host, and nothing else of it."""
    if drawn:
        parts = urlsplit(drawn.tiles)
        allowed = f"img-src 'self' {parts.scheme}://{parts.netloc}"
        response.headers[_POLICY] = HEADERS[_POLICY].replace("img-src 'self'", allowed)
    return response
