"""Bring the seed into the database: all of it or nothing, as often as one likes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from referral_directory.seed import SEED, BadSeed, Row, faults, read_date, read_rows
from referral_directory.tables import (
    Address,
    DirectoryBase,
    Location,
    Organization,
    Phone,
    Schedule,
    Service,
    ServiceAtLocation,
)
from referral_directory.units import Commune, Units, load_units

# A row keeps its ids over every import: they come from this namespace and the row's key.
_NAMESPACE = UUID("5d1c5f7e-5f0b-4c39-9d0e-2f6d6a1f7f55")
_DAY_NAMES = {"MO": "Thứ Hai", "TU": "thứ Ba", "WE": "thứ Tư", "TH": "thứ Năm", "FR": "thứ Sáu"}
_DAY_NAMES |= {"SA": "thứ Bảy", "SU": "Chủ nhật"}

Record = tuple[type[DirectoryBase], dict[str, Any]]


@dataclass(frozen=True)
class Report:
    """What became of an import: services loaded, or one line for each error and none loaded."""

    loaded: int
    errors: tuple[str, ...] = ()


async def load_services(session: AsyncSession, source: Path = SEED) -> Report:
    """Insert or update every service of the table; the caller commits.

    A row is known again by its key. Its phone, address and hours are replaced, so that what left
    the table is not shown any longer. Where any row is wrong nothing is written.
    """
    units = load_units()
    try:
        rows = read_rows(source)
    except BadSeed as error:
        return Report(0, (str(error),))
    wrong = faults(rows, units)
    if wrong:
        return Report(0, tuple(wrong))
    for _, row in rows:
        await _forget_details(session, row["key"])
        for table, values in _records(row, units):
            await _upsert(session, table, values)
    return Report(len(rows))


def row_id(key: str, table: type[DirectoryBase]) -> UUID:
    """The id that a row of this key has in `table`."""
    return uuid5(_NAMESPACE, f"{table.__tablename__}/{key}")


async def _forget_details(session: AsyncSession, key: str) -> None:
    service, location = row_id(key, Service), row_id(key, Location)
    await session.execute(delete(Phone).where(Phone.service_id == service))
    await session.execute(delete(Schedule).where(Schedule.service_id == service))
    await session.execute(delete(Address).where(Address.location_id == location))
    await session.execute(delete(ServiceAtLocation).where(ServiceAtLocation.service_id == service))
    await session.execute(delete(Location).where(Location.id == location))


async def _upsert(
    session: AsyncSession, table: type[DirectoryBase], values: dict[str, Any]
) -> None:
    statement = insert(table).values(**values)
    changed = {name: statement.excluded[name] for name in values if name != "id"}
    await session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changed))


def _records(row: Row, units: Units) -> Iterable[Record]:
    organization = uuid5(_NAMESPACE, f"organization/{row['organization']}")
    service = row_id(row["key"], Service)
    yield (
        Organization,
        {"id": organization, "name": row["organization"], "description": row["organization"]},
    )
    yield Service, _service(row, service, organization)
    if row["province_code"]:
        yield from _location(row, units, service, organization)
    if row["phone"]:
        yield (
            Phone,
            {
                "id": row_id(row["key"], Phone),
                "service_id": service,
                "number": row["phone"],
                "type": "voice",
            },
        )
    if row["hours_byday"]:
        yield Schedule, _schedule(row, service)


def _service(row: Row, service: UUID, organization: UUID) -> dict[str, Any]:
    return {
        "id": service,
        "organization_id": organization,
        "name": row["name"],
        "description": row["description"] or None,
        "url": row["website"] or None,
        "status": "active",
        "minimum_age": int(row["minimum_age"]) if row["minimum_age"] else None,
        "maximum_age": int(row["maximum_age"]) if row["maximum_age"] else None,
        "kind": row["kind"],
        "accepts_voluntary": _yes_no(row["accepts_voluntary"]),
        "accepts_compulsory": _yes_no(row["accepts_compulsory"]),
        "reliability": row["reliability"],
        "source_name": row["source_name"],
        "source_url": row["source_url"] or None,
        "source_date": read_date(row["source_date"]),
        "verified_on": read_date(row["verified_on"]),
        "verified_by": row["verified_by"] or None,
        "verified_until": read_date(row["verified_until"]),
    }


def _location(row: Row, units: Units, service: UUID, organization: UUID) -> Iterable[Record]:
    commune = units.communes.get(row["commune_code"])
    province = units.provinces[row["province_code"]]
    location = row_id(row["key"], Location)
    at = {
        "latitude": commune.latitude if commune else None,
        "longitude": commune.longitude if commune else None,
    }
    yield (
        Location,
        {
            "id": location,
            "organization_id": organization,
            "location_type": "physical",
            "name": row["name"],
            "commune": commune.title if commune else None,
            "commune_code": row["commune_code"] or None,
            "province": province.title,
            "province_code": province.code,
            "former_unit": row["former_unit"] or None,
            **at,
        },
    )
    yield (
        ServiceAtLocation,
        {
            "id": row_id(row["key"], ServiceAtLocation),
            "service_id": service,
            "location_id": location,
            "kind": row["kind"],
            **at,
        },
    )
    if row["address"] and commune:
        yield Address, _address(row, commune, location)


def _address(row: Row, commune: Commune, location: UUID) -> dict[str, Any]:
    return {
        "id": row_id(row["key"], Address),
        "location_id": location,
        "address_1": row["address"],
        "city": commune.title,
        "state_province": commune.province.title,
        "postal_code": "",
        "country": "VN",
        "address_type": "physical",
    }


def _schedule(row: Row, service: UUID) -> dict[str, Any]:
    return {
        "id": row_id(row["key"], Schedule),
        "service_id": service,
        "freq": "WEEKLY",
        "byday": row["hours_byday"],
        "opens_at": row["opens_at"],
        "closes_at": row["closes_at"],
        "timezone": 7,
        "description": _hours(row),
    }


def _hours(row: Row) -> str:
    days = row["hours_byday"].split(",")
    if (row["opens_at"], row["closes_at"]) == ("00:00", "23:59") and len(days) == 7:
        return "cả ngày đêm"
    names = ", ".join(_DAY_NAMES[day] for day in days) if len(days) < 7 else "mỗi ngày"
    return f"{names}, {row['opens_at']} - {row['closes_at']}"


def _yes_no(text: str) -> bool | None:
    return {"yes": True, "no": False}.get(text)
