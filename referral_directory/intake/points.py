"""Coordinates as people write them: decimal commas, degrees and minutes, both in one cell. Pure."""

from __future__ import annotations

import re
from collections import defaultdict

from referral_directory.cells import FARTHEST_KM, LATITUDES, LONGITUDES
from referral_directory.distance import distance_km
from referral_directory.units import Units

_INLAND_KM = 35.0
"""The largest communes reach some 25 km from their centre; a point farther from all centres is at sea
or abroad."""
_DEGREES = re.compile(
    r"""(?P<before>[NEBĐ]?)\s*(?P<degrees>\d{1,3})\s*[°ºo˚]\s*(?:(?P<minutes>\d{1,2}(?:[.,]\d+)?)\s*['’′]\s*)?"""
    r"""(?:(?P<seconds>\d{1,2}(?:[.,]\d+)?)\s*(?:["”″]|''|’’)\s*)?(?P<after>[NEBĐ]?)""",
    re.IGNORECASE,
)
_DECIMAL = re.compile(r"(-?\d{1,3})(?:[.,](\d+))?\s*°?\s*[NEBĐ]?", re.IGNORECASE)


class BadPoint(ValueError):
    """No point in Viet Nam; the message says why, in Vietnamese."""


def read_degrees(cell: str) -> str | None:
    """Decimal degrees as the directory writes them, None where it is no coordinate."""
    cell = cell.strip()
    if found := _DECIMAL.fullmatch(cell):
        return f"{found[1]}.{found[2][:10]}" if found[2] else found[1]
    if found := _DEGREES.fullmatch(cell):
        whole = float(found["degrees"])
        whole += float((found["minutes"] or "0").replace(",", ".")) / 60
        whole += float((found["seconds"] or "0").replace(",", ".")) / 3600
        return f"{whole:.6f}".rstrip("0").rstrip(".")
    return None


def split_point(cell: str) -> tuple[str, str] | None:
    """The two coordinates of one cell as they stand in it; None where there are not two."""
    text = cell.strip().strip("()[]")
    both = list(_DEGREES.finditer(text))
    if len(both) == 2:
        return both[0].group().strip(), both[1].group().strip()
    for sign in (r"\s*[;|\n]\s*", r",\s+", r"\s+", r","):
        parts = [part for part in re.split(sign, text) if part]
        if len(parts) == 2 and all(re.search(r"\d", part) for part in parts):
            return parts[0], parts[1]
    return None


def read_point(latitude: str, longitude: str) -> tuple[str, str, str]:
    """Both in decimal degrees, and what was repaired ("" for nothing).

    Raises:
        BadPoint: one is missing or no coordinate.
    """
    read = [read_degrees(cell) for cell in (latitude, longitude)]
    if read[0] is None or read[1] is None:
        wrong = latitude if read[0] is None else longitude
        if not wrong:
            raise BadPoint("cần cả vĩ độ lẫn kinh độ")
        raise BadPoint(f"“{wrong}” không phải tọa độ như 13.782")
    north, east = read[0], read[1]
    if _lies(north, LONGITUDES) and _lies(east, LATITUDES):
        return east, north, f"vĩ độ và kinh độ ghi ngược, đã đổi thành {east}, {north}"
    if (north, east) != (latitude, longitude):
        return north, east, f"tọa độ viết lại thành {north}, {east}"
    return north, east, ""


def in_bounds(latitude: str, longitude: str) -> bool:
    """Whether a point lies between the bounds of Viet Nam."""
    return _lies(latitude, LATITUDES) and _lies(longitude, LONGITUDES)


class Land:
    """Whether a point can be on land: how far the next centre of a commune is."""

    def __init__(self, units: Units) -> None:
        self._near: dict[tuple[int, int], list[tuple[float, float]]] = defaultdict(list)
        for commune in units.communes.values():
            at = (commune.latitude, commune.longitude)
            self._near[_square(*at)].append(at)

    def has(self, latitude: str, longitude: str) -> bool:
        """False for a point at sea or abroad, as far as centres tell."""
        north, east = float(latitude), float(longitude)
        row, column = _square(north, east)
        return any(
            distance_km(north, east, *at) <= _INLAND_KM
            for r in (row - 1, row, row + 1)
            for c in (column - 1, column, column + 1)
            for at in self._near.get((r, c), ())
        )


assert _INLAND_KM <= FARTHEST_KM


def _square(latitude: float, longitude: float) -> tuple[int, int]:
    # Half a degree is at least 50 km here.
    return int(latitude * 2), int(longitude * 2)


def _lies(cell: str, span: tuple[float, float]) -> bool:
    return span[0] <= float(cell) <= span[1]
