"""The vn-referral profile for software: what it adds to the schemas of HSDS, as a JSON Merge Patch.

docs/directory-profile.md says the same to people.
"""

from __future__ import annotations

from typing import Any

NAME = "vn-referral"
EXTENDS = "https://docs.openreferral.org/en/3.0/"
_TEXT = {"type": "string"}
_YES_NO = {"type": "boolean"}
_DAY = {"type": "string", "format": "date"}

SERVICE: dict[str, tuple[dict[str, Any], str]] = {
    "key": (
        _TEXT,
        "The row's own name in this directory; it never changes and the id comes from it.",
    ),
    "kind": (_TEXT, "The code of the kind of service: the code of its term in our taxonomy."),
    "area": (
        {"type": "string", "enum": ["commune", "country"]},
        "For a service without a place: in every commune by law, or for the whole country.",
    ),
    "offered": (
        _YES_NO,
        "Whether it may be offered to somebody who looks for help for themselves.",
    ),
    "danger_number": (_YES_NO, "Whether this is a number to call when somebody is in danger."),
    "accepts_voluntary": (_YES_NO, "Whether people who come by themselves are taken."),
    "accepts_compulsory": (_YES_NO, "Whether people who were ordered to come are taken."),
    "substances": (_TEXT, "The substances that it treats."),
    "asks_identity": (_YES_NO, "Whether it asks for papers or a name."),
    "reports_to": (_TEXT, "To whom it reports the names of those who come."),
    "open_on_holidays": (_YES_NO, "Whether its hours hold on public holidays too."),
    "legal_basis": (_TEXT, "The law that gives it its task."),
    "reliability": (_TEXT, "How good the source is; what is published is always verified."),
    "source_name": (_TEXT, "What the row was read from."),
    "source_url": ({"type": "string", "format": "uri"}, "Where that can be read."),
    "source_date": (_DAY, "The date that the source bears."),
    "verified_on": (_DAY, "From this day somebody vouches for the row."),
    "verified_by": (_TEXT, "Which office vouches for it; never a person."),
    "verified_until": (_DAY, "The last day for which they do; after it the row is not published."),
}
LOCATION: dict[str, tuple[dict[str, Any], str]] = {
    "approximate": (_YES_NO, "Whether the point is only the centre of the commune."),
    "commune": (_TEXT, "Today's commune, with its kind."),
    "commune_code": (_TEXT, "Its code of five digits, in force since 01/07/2025."),
    "province": (_TEXT, "Today's province or city, with its kind."),
    "province_code": (_TEXT, "Its code of two digits, in force since 01/07/2025."),
    "former_unit": (_TEXT, "The unit that the source named, where it is no more."),
}
_TABLES = {"service.json": SERVICE, "location.json": LOCATION}


def merge_patch() -> dict[str, Any]:
    """What to merge into each schema of HSDS 3.0 to get the profile's."""
    schemas = {
        name: {
            "properties": {
                field: {"name": field, **kind, "description": meaning}
                for field, (kind, meaning) in fields.items()
            }
        }
        for name, fields in _TABLES.items()
    }
    return {"name": NAME, "extends": EXTENDS, "schemas": schemas}
