"""A row in words that people read, and as a point on a map: of verified rows, for everybody. Pure."""

from __future__ import annotations

from typing import Any

from referral_directory.cells import LANGUAGES, read_languages, read_phones
from referral_directory.hours import read_hours, say_hours
from referral_directory.kinds import KINDS
from referral_directory.rows import NAMES, TITLES, Row
from referral_directory.units import Units

# Who keeps the directory is nobody's concern outside, and of a shown row the rest is always the same.
_KEPT_BACK = {"verified_by", "reliability", "status"}
_PLACES = {"commune_code": "Xã, phường", "province_code": "Tỉnh, thành phố"}
PUBLIC = tuple(name for name in NAMES if name not in _KEPT_BACK)
PUBLIC_TITLES = {name: _PLACES.get(name, TITLES[name]) for name in PUBLIC}
_WORDS = {"yes": "có", "no": "không", "open": "có mở", "closed": "nghỉ"}
_AREAS = {"": "", "commune": "ở mọi xã, phường", "country": "cả nước"}


def public_cells(row: Row, units: Units) -> dict[str, str]:
    """The cells of `PUBLIC` in its order: units, kinds, hours and choices by their names."""
    commune = units.communes.get(row["commune_code"])
    province = units.provinces.get(row["province_code"])
    said = {
        "kind": KINDS[row["kind"]],
        "area": _AREAS[row["area"]],
        "commune_code": commune.title if commune else "",
        "province_code": province.title if province else "",
        "hours": say_hours(read_hours(row["hours"])) or "",
        "languages": ", ".join(LANGUAGES[code] for code in read_languages(row)),
    }
    chosen = ("holidays", "accepts_voluntary", "accepts_compulsory", "asks_identity")
    said |= {name: _WORDS.get(row[name], "") for name in chosen}
    return {name: said.get(name, row[name]) for name in PUBLIC}


def feature(row: Row, units: Units) -> dict[str, Any] | None:
    """The row as a GeoJSON feature; None where no point is known. `approximate` says that the point is
    only the commune's centre."""
    commune = units.communes.get(row["commune_code"])
    if row["latitude"]:
        latitude, longitude = float(row["latitude"]), float(row["longitude"])
    elif commune:
        latitude, longitude = commune.latitude, commune.longitude
    else:
        return None
    told = public_cells(row, units)
    plain = ("key", "name", "organization", "description", "address", "website", "source_name")
    dated = ("source_url", "verified_on", "verified_until")
    return {
        "type": "Feature",
        "id": row["key"],
        "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
        "properties": {
            **{name: row[name] or None for name in (*plain, *dated)},
            "kind": row["kind"],
            "kind_title": told["kind"],
            "commune": told["commune_code"] or None,
            "province": told["province_code"] or None,
            "phones": read_phones(row),
            "hours": told["hours"] or None,
            "approximate": not row["latitude"],
        },
    }
