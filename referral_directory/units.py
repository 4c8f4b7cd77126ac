"""Administrative units of Viet Nam, today's and those until 30/06/2025, from vietnamadminunits.

Only that package's data files are read; importing it would pull in geocoding libraries. What
became of a former ward rests on its converter table (resolutions of the 2025 reform).
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Literal

from referral_directory.spelling import name_key

Level = Literal["province", "district", "commune"]


@dataclass(frozen=True, slots=True)
class Province:
    """One of today's 34 provinces and cities. `title` is "tỉnh Vĩnh Long"."""

    code: str
    title: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Commune:
    """One of today's 3,321 communes. `title` is "xã Long Hồ"; coordinates are its centre."""

    code: str
    title: str
    province: Province
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """Something a person may call a place: a unit of today or a former one, with what it is now.

    `commune` is today's commune: of a former ward the one that took it (the larger part, where it
    was divided), of a former district the commune that kept its name, if one did. `code` is five
    digits for a commune, two for a province, "h" and three for a former district, "t" and two for a
    former province. `old_provinces` and `old_districts` are the titles of the former units it lay
    in; a commune of today may have several.
    """

    level: Level
    name: str
    kind: str
    former: bool
    province: Province
    commune: Commune | None
    latitude: float
    longitude: float
    code: str
    old_provinces: frozenset[str] = frozenset()
    old_districts: frozenset[str] = frozenset()

    @property
    def title(self) -> str:
        """The name with its kind: "huyện Long Hồ"; "phường 5" where the name is a number."""
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class _Ward:
    name: str | None
    kind: str | None
    district: str
    province: str
    district_code: str
    province_code: str
    commune: Commune


@dataclass(frozen=True)
class Units:
    """All units: today's provinces and communes by code, and every name people may use."""

    provinces: dict[str, Province]
    communes: dict[str, Commune]
    named: tuple[Unit, ...]


@cache
def load_units() -> Units:
    """Every unit of the installed data, read once.

    Raises:
        importlib.metadata.PackageNotFoundError: vietnamadminunits is not installed.
        sqlite3.Error: its data file is not the one this module knows.
    """
    folder = Path(str(distribution("vietnamadminunits").locate_file("vietnamadminunits/data")))
    became = _successors(json.loads((folder / "converter_2025.json").read_text("utf-8")))
    with closing(sqlite3.connect(f"file:{folder / 'dataset.db'}?mode=ro", uri=True)) as database:
        provinces, communes, by_key = _current(database)
        wards = list(_wards(database, by_key, became))
    named = [
        *_province_units(provinces.values()),
        *_commune_units(communes.values(), wards),
        *_former_units(wards),
    ]
    return Units(provinces, communes, tuple(named))


def _successors(converter: dict[str, dict[str, dict[str, list[object]]]]) -> dict[str, str]:
    """Key of a former ward → "province key/commune key" of what took it."""
    became = {}
    for province, communes in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for commune, wards in communes.items():
            became.update({str(ward): f"{province}/{commune}" for ward in wards})
    for province, divided in converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        for ward, parts in divided.items():
            for part in parts:
                if isinstance(part, dict) and part["isDefaultNewWard"]:
                    became[ward] = f"{province}/{part['newWardKey']}"
    return became


def _current(
    database: sqlite3.Connection,
) -> tuple[dict[str, Province], dict[str, Commune], dict[str, Commune]]:
    provinces: dict[str, Province] = {}
    communes: dict[str, Commune] = {}
    by_key: dict[str, Commune] = {}
    for province, p_code, p_lat, p_lon, p_key, ward, code, lat, lon, key in database.execute(
        "SELECT province, provinceCode, provinceLat, provinceLon, provinceKey,"
        " ward, wardCode, wardLat, wardLon, wardKey FROM admin_units"
    ):
        home = provinces.setdefault(p_code, Province(p_code, _title(province), p_lat, p_lon))
        communes[code] = by_key[f"{p_key}/{key}"] = Commune(code, _title(ward), home, lat, lon)
    return provinces, communes, by_key


def _wards(
    database: sqlite3.Connection, by_key: dict[str, Commune], became: dict[str, str]
) -> Iterator[_Ward]:
    for p_key, d_key, w_key, province, district, p_code, d_code, kind, short in database.execute(
        "SELECT provinceKey, districtKey, wardKey, province, district, provinceCode, districtCode,"
        " wardType, wardShort FROM admin_units_legacy"
    ):
        commune = by_key[became[f"{p_key}_{d_key}_{w_key or ''}"]]
        kind = kind.lower() if kind else None
        yield _Ward(short, kind, _title(district), _title(province), d_code, p_code, commune)


def _title(full: str) -> str:
    """ "Thành phố Hà Nội" → "thành phố Hà Nội"."""
    kind, name = _split(full)
    return f"{kind} {name}"


def _split(full: str) -> tuple[str, str]:
    for kind in ("tỉnh", "thành phố", "thị xã", "thị trấn", "đặc khu", "huyện", "quận"):
        if full.lower().startswith(f"{kind} "):
            return kind, full[len(kind) + 1 :]
    kind, name = full.split(" ", 1)
    return kind.lower(), name


def _province_units(provinces: Iterable[Province]) -> Iterator[Unit]:
    for province in provinces:
        kind, name = _split(province.title)
        yield Unit(
            level="province",
            name=name,
            kind=kind,
            former=False,
            province=province,
            commune=None,
            latitude=province.latitude,
            longitude=province.longitude,
            code=province.code,
        )


def _commune_units(communes: Iterable[Commune], wards: list[_Ward]) -> Iterator[Unit]:
    old_provinces: dict[str, set[str]] = defaultdict(set)
    old_districts: dict[str, set[str]] = defaultdict(set)
    for ward in wards:
        old_provinces[ward.commune.code].add(ward.province)
        old_districts[ward.commune.code].add(ward.district)
    for commune in communes:
        kind, name = _split(commune.title)
        yield Unit(
            level="commune",
            name=name,
            kind=kind,
            former=False,
            province=commune.province,
            commune=commune,
            latitude=commune.latitude,
            longitude=commune.longitude,
            code=commune.code,
            old_provinces=frozenset(old_provinces[commune.code]),
            old_districts=frozenset(old_districts[commune.code]),
        )


def _former_units(wards: list[_Ward]) -> Iterator[Unit]:
    current = {ward.commune.province.title for ward in wards}
    by_province: dict[str, list[_Ward]] = defaultdict(list)
    by_district: dict[tuple[str, str], list[_Ward]] = defaultdict(list)
    for ward in wards:
        by_province[ward.province].append(ward)
        by_district[ward.province, ward.district].append(ward)
        if ward.name and ward.kind:
            yield _former("commune", f"{ward.kind} {ward.name}", [ward], ward.commune)
    for title, members in by_province.items():
        if title not in current:
            yield _former("province", title, members, None)
    for (_, title), members in by_district.items():
        yield _former("district", title, members, _namesake(title, members))


def _namesake(title: str, members: list[_Ward]) -> Commune | None:
    """The commune made from a former district that kept its name."""
    wanted = name_key(_split(title)[1])
    for ward in members:
        if name_key(_split(ward.commune.title)[1]) == wanted:
            return ward.commune
    return None


def _former_code(level: Level, ward: _Ward) -> str:
    if level == "commune":
        return ward.commune.code
    return f"h{ward.district_code}" if level == "district" else f"t{ward.province_code}"


def _former(level: Level, title: str, members: list[_Ward], commune: Commune | None) -> Unit:
    kind, name = _split(title)
    # A few units lay across today's border; the side with more wards is what people mean.
    province = Counter(ward.commune.province for ward in members).most_common(1)[0][0]
    at = [commune] if commune else [w.commune for w in members if w.commune.province == province]
    return Unit(
        level=level,
        name=name.removeprefix("Phường ").removeprefix("Quận "),
        kind=kind,
        former=True,
        province=province,
        commune=commune,
        latitude=sum(c.latitude for c in at) / len(at),
        longitude=sum(c.longitude for c in at) / len(at),
        code=_former_code(level, members[0]),
        old_provinces=frozenset({members[0].province}),
        old_districts=frozenset({members[0].district}),
    )
