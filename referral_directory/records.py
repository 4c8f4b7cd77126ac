"""The tables' rows that one row of the directory becomes. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.dialects.postgresql import Range

from referral_directory.cells import (
    LANGUAGES,
    read_age,
    read_date,
    read_languages,
    read_phones,
    read_yes_no,
)
from referral_directory.hours import DAYS, Opening, read_hours, say_hours, weekly_minutes
from referral_directory.rows import Row
from referral_directory.spelling import name_key
from referral_directory.tables import (
    Accessibility,
    Address,
    CostOption,
    DirectoryBase,
    Language,
    Location,
    Organization,
    Phone,
    Record,
    Schedule,
    Service,
    ServiceAtLocation,
)
from referral_directory.units import Units

# A row keeps its ids over every change: they come from this namespace and the row's key.
_NAMESPACE = UUID("5d1c5f7e-5f0b-4c39-9d0e-2f6d6a1f7f55")
FREE = "miễn phí"


def row_id(key: str, table: type[DirectoryBase], position: int | None = None) -> UUID:
    """The id that a row of this key has in `table`; `position` counts where it has several there."""
    name = f"{table.__tablename__}/{key}"
    return uuid5(_NAMESPACE, name if position is None else f"{name}/{position}")


def records(row: Row, units: Units, changed_at: datetime) -> Iterator[Record]:
    """What a row without faults is in the tables, each after those it refers to."""
    organization = uuid5(_NAMESPACE, f"organization/{row['organization']}")
    service = row_id(row["key"], Service)
    name = row["organization"]
    yield Organization, {"id": organization, "name": name, "description": name}
    found_by = {"search_words": search_words(row, units)}
    yield Service, _service(row, service, organization, changed_at) | found_by
    if row["province_code"]:
        yield from _place(row, units, service, organization)
    for position, number in enumerate(read_phones(row)):
        yield Phone, _phone(row["key"], service, position, number)
    for position, opening in enumerate(read_hours(row["hours"])):
        yield Schedule, _schedule(row["key"], service, position, opening)
    for position, code in enumerate(read_languages(row)):
        yield (
            Language,
            {
                "id": row_id(row["key"], Language, position),
                "service_id": service,
                "position": position,
                "name": LANGUAGES[code],
                "code": code,
            },
        )
    if row["cost"]:
        yield CostOption, _cost(row, service)


def search_words(row: Row, units: Units) -> str:
    """The words by which editors find a row, without diacritics (`spelling.name_key`): those of its
    names, organization, place, numbers and key."""
    commune = units.communes.get(row["commune_code"])
    columns = ("name", "alternate_name", "organization", "address", "former_unit", "phone", "key")
    texts = [*(row[column] for column in columns), commune.title if commune else ""]
    return " ".join(dict.fromkeys(word for text in texts for word in name_key(text)))


def _service(row: Row, service: UUID, organization: UUID, changed_at: datetime) -> dict[str, Any]:
    same = ("name", "status", "key", "kind", "area", "reliability", "source_name")
    texts = ("alternate_name", "description", "email", "substances", "reports_to", "legal_basis")
    return {
        "id": service,
        "organization_id": organization,
        **{column: row[column] for column in same},
        **{column: row[column] or None for column in (*texts, "source_url", "verified_by")},
        "url": row["website"] or None,
        "eligibility_description": row["eligibility"] or None,
        "minimum_age": read_age(row["minimum_age"]),
        "maximum_age": read_age(row["maximum_age"]),
        "last_modified": changed_at,
        "accepts_voluntary": read_yes_no(row["accepts_voluntary"]),
        "accepts_compulsory": read_yes_no(row["accepts_compulsory"]),
        "asks_identity": read_yes_no(row["asks_identity"]),
        "open_on_holidays": _holidays(row),
        "source_date": read_date(row["source_date"]),
        "verified_on": read_date(row["verified_on"]),
        "verified_until": read_date(row["verified_until"]),
    }


def _place(row: Row, units: Units, service: UUID, organization: UUID) -> Iterator[Record]:
    commune = units.communes.get(row["commune_code"])
    province = units.provinces[row["province_code"]]
    location = row_id(row["key"], Location)
    at = {
        "latitude": commune.latitude if commune else None,
        "longitude": commune.longitude if commune else None,
    }
    if row["latitude"]:
        at = {"latitude": float(row["latitude"]), "longitude": float(row["longitude"])}
    yield (
        Location,
        {
            "id": location,
            "organization_id": organization,
            "location_type": "physical",
            "name": row["name"],
            "approximate": not row["latitude"],
            "commune": commune.title if commune else None,
            "commune_code": row["commune_code"] or None,
            "province": province.title,
            "province_code": province.code,
            "former_unit": row["former_unit"] or None,
            **at,
        },
    )
    yield ServiceAtLocation, _at_location(row, service, location) | at
    if row["address"] and commune:
        yield (
            Address,
            {
                "id": row_id(row["key"], Address),
                "location_id": location,
                "address_1": row["address"],
                "city": commune.title,
                "state_province": province.title,
                "postal_code": "",
                "country": "VN",
                "address_type": "physical",
            },
        )
    if row["accessibility"]:
        accessible = {"location_id": location, "description": row["accessibility"]}
        yield Accessibility, {"id": row_id(row["key"], Accessibility), **accessible}


def _at_location(row: Row, service: UUID, location: UUID) -> dict[str, Any]:
    shown = shown_days(row)
    weekly = [Range(*span) for span in weekly_minutes(read_hours(row["hours"]))]
    return {
        "id": row_id(row["key"], ServiceAtLocation),
        "service_id": service,
        "location_id": location,
        "kind": row["kind"],
        "province_code": row["province_code"],
        "shown_from": shown[0] if shown else None,
        "shown_until": shown[1] if shown else None,
        "minimum_age": read_age(row["minimum_age"]),
        "maximum_age": read_age(row["maximum_age"]),
        "weekly": weekly or None,
        "open_on_holidays": _holidays(row),
        "language_codes": read_languages(row),
    }


def shown_days(row: Row) -> tuple[date, date] | None:
    """The first and the last day on which a citizen may be told this row's number and address; None
    where it is unverified or not in use."""
    on, until = read_date(row["verified_on"]), read_date(row["verified_until"])
    if row["reliability"] != "verified" or row["status"] != "active" or on is None or until is None:
        return None
    return on, until


def _phone(key: str, service: UUID, position: int, number: str) -> dict[str, Any]:
    return {
        "id": row_id(key, Phone, position),
        "service_id": service,
        "position": position,
        "number": number,
        "type": "voice",
        "description": None,
    }


def _schedule(key: str, service: UUID, position: int, opening: Opening) -> dict[str, Any]:
    return {
        "id": row_id(key, Schedule, position),
        "service_id": service,
        "position": position,
        "freq": "WEEKLY",
        "byday": ",".join(DAYS[day] for day in opening.days),
        "opens_at": opening.opens,
        "closes_at": opening.closes,
        "timezone": 7,
        "description": say_hours([opening]) or "",
    }


def _cost(row: Row, service: UUID) -> dict[str, Any]:
    free = row["cost"].lower() == FREE
    return {
        "id": row_id(row["key"], CostOption),
        "service_id": service,
        "amount": Decimal(0) if free else None,
        "currency": "VND" if free else None,
        "amount_description": row["cost"],
    }


def _holidays(row: Row) -> bool | None:
    return {"open": True, "closed": False}.get(row["holidays"])
