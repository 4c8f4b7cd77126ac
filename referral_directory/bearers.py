"""Which of the units that bear one name people mean by it. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from referral_directory.spelling import name_key
from referral_directory.units import Unit

_MOST_BESIDE_A_CITY = 5  # places of one name before even a city of that name is asked about
_MOST_NAMESAKES = 2  # communes of today that bear a city district's name, its own among them


def within(units: Sequence[Unit], homes: Sequence[Unit]) -> tuple[Unit, ...]:
    """Those of `units` that lie in one of `homes`, by the old borders where the home is former."""
    inside = []
    for unit in units:
        for home in homes:
            if unit.level == "province" or unit.province != home.province or unit is home:
                continue
            if home.level == "district":
                if unit.level == "commune" and home.old_districts & unit.old_districts:
                    inside.append(unit)
            elif home.level == "province" and (
                not home.former or home.old_provinces & unit.old_provinces
            ):
                inside.append(unit)
    return tuple(dict.fromkeys(inside))


def foremost(units: Sequence[Unit], *, placed: bool) -> list[Unit]:
    """Those that people mean by the name, today's units first.

    Where the province or district was named (`placed`), former wards lose to all else. A province
    or a city is meant before all of its name; a lone former district before a single commune
    elsewhere. A former district gives way to a commune of its name in its province (near "Cai Lậy"
    there were a town and a district), and so does a former ward if that leaves one place.
    """
    wide = [unit for unit in units if unit.level == "province"]
    if wide:
        return wide
    if placed:
        units = [unit for unit in units if not _is_ward(unit)] or units
    kept = {_named_in(unit) for unit in units if unit.commune and not _is_ward(unit)}
    units = [unit for unit in units if unit.commune or _named_in(unit) not in kept]
    by_place = _by_place(units)
    fewer = _by_place([u for u in units if not _is_ward(u) or _named_in(u) not in kept])
    if len(fewer) == 1:
        by_place = fewer
    for kind, most in (("thành phố", _MOST_BESIDE_A_CITY), (None, 2)):
        great = [
            place
            for place in by_place.values()
            if any(unit.level == "district" and kind in (None, unit.kind) for unit in place)
        ]
        if len(great) == 1 and len(by_place) <= most:
            return [great[0][0]]
    urban = _urban(units, by_place)
    if urban:
        return urban
    return [place[0] for place in by_place.values()]


def _urban(units: Sequence[Unit], by_place: dict[str, list[Unit]]) -> list[Unit]:
    """The city district that all think of first: "Bình Thạnh", whatever small communes share it.

    None where another former district or several communes of today bear the name ("Tân Phú").
    """
    districts = {unit.code for unit in units if unit.level == "district"}
    today = {unit.code for unit in units if unit.level == "commune" and not unit.former}
    if len(districts) != 1 or len(today) > _MOST_NAMESAKES:
        return []
    return next(
        ([place[0]] for place in by_place.values() if any(u.kind == "quận" for u in place)), []
    )


def _by_place(units: Sequence[Unit]) -> dict[str, list[Unit]]:
    """The units by what they are today, those first that still exist or were districts."""
    by_place: dict[str, list[Unit]] = defaultdict(list)
    for unit in sorted(units, key=lambda unit: (unit.former, unit.level == "commune")):
        by_place[unit.commune.code if unit.commune else unit.code].append(unit)
    return by_place


def _named_in(unit: Unit) -> tuple[str, str]:
    return "".join(name_key(unit.name)), unit.province.code


def _is_ward(unit: Unit) -> bool:
    return unit.level == "commune" and unit.former
