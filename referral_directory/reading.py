"""Rows of the directory out of the tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from referral_directory.hours import DAYS, Opening, write_hours
from referral_directory.tables import (
    Accessibility,
    Address,
    CostOption,
    Language,
    Location,
    Organization,
    Phone,
    Schedule,
    Service,
    ServiceAtLocation,
)

_Columns = tuple[Service, Organization, Location, Address, CostOption, Accessibility]
_YES_NO = {True: "yes", False: "no", None: ""}
_HOLIDAYS = {True: "open", False: "closed", None: ""}
_MOST_KEYS = 10_000  # PostgreSQL takes 65,535 parameters a statement


async def read_row(session: AsyncSession, key: str) -> dict[str, str] | None:
    """The row of this key; None where there is none."""
    return (await read_keys(session, [key])).get(key)


async def read_keys(session: AsyncSession, keys: Iterable[str]) -> dict[str, dict[str, str]]:
    """Key → row, for those of `keys` that exist."""
    wanted = list(dict.fromkeys(keys))
    found: dict[str, dict[str, str]] = {}
    for start in range(0, len(wanted), _MOST_KEYS):
        some = wanted[start : start + _MOST_KEYS]
        found |= {row["key"]: row for row in await read_where(session, Service.key.in_(some))}
    return found


async def read_where(
    session: AsyncSession, *conditions: ColumnElement[bool], limit: int | None = None, skip: int = 0
) -> list[dict[str, str]]:
    """The rows whose service, organization or location fulfils all `conditions`, by name and key."""
    statement = _rows().where(*conditions).order_by(Service.name, Service.key)
    found = (await session.execute(statement.limit(limit).offset(skip))).all()
    ids = [row[0].id for row in found]
    phones = await _by_service(session, Phone, ids)
    schedules = await _by_service(session, Schedule, ids)
    languages = await _by_service(session, Language, ids)
    rows = []
    for row in found:
        at = row[0].id
        cells = _cells(row)
        cells["phone"] = "; ".join(phone.number for phone in phones[at])
        cells["hours"] = write_hours(read_opening(one) for one in schedules[at])
        cells["languages"] = "; ".join(language.code for language in languages[at])
        rows.append(cells)
    return rows


def read_opening(schedule: Schedule) -> Opening:
    """The opening that a schedule keeps."""
    days = tuple(DAYS.index(day) for day in schedule.byday.split(","))
    return Opening(days, schedule.opens_at, schedule.closes_at)


def _rows() -> Select[_Columns]:
    return (
        select(Service, Organization, Location, Address, CostOption, Accessibility)
        .join(Organization, Organization.id == Service.organization_id)
        .outerjoin(ServiceAtLocation, ServiceAtLocation.service_id == Service.id)
        .outerjoin(Location, Location.id == ServiceAtLocation.location_id)
        .outerjoin(Address, Address.location_id == Location.id)
        .outerjoin(CostOption, CostOption.service_id == Service.id)
        .outerjoin(Accessibility, Accessibility.location_id == Location.id)
    )


async def _by_service(session: AsyncSession, table: Any, ids: list[UUID]) -> Mapping[UUID, Any]:
    grouped: dict[UUID, list[Any]] = defaultdict(list)
    for start in range(0, len(ids), _MOST_KEYS):
        some = ids[start : start + _MOST_KEYS]
        statement = select(table).where(table.service_id.in_(some)).order_by(table.position)
        for one in (await session.execute(statement)).scalars():
            grouped[one.service_id].append(one)
    return grouped


def _cells(row: Row[_Columns]) -> dict[str, str]:
    """The cells in the order of `rows.COLUMNS`; phone, hours and languages still empty."""
    service, organization, location, address, cost, accessible = row
    precise = location is not None and not location.approximate
    return {
        "key": service.key,
        "name": service.name,
        "alternate_name": service.alternate_name or "",
        "kind": service.kind,
        "organization": organization.name,
        "description": service.description or "",
        "area": service.area,
        "commune_code": (location.commune_code if location else None) or "",
        "province_code": location.province_code if location else "",
        "former_unit": (location.former_unit if location else None) or "",
        "address": address.address_1 if address else "",
        "latitude": _number(location.latitude) if precise else "",
        "longitude": _number(location.longitude) if precise else "",
        "phone": "",
        "hours": "",
        "holidays": _HOLIDAYS[service.open_on_holidays],
        "languages": "",
        "minimum_age": _number(service.minimum_age),
        "maximum_age": _number(service.maximum_age),
        "accepts_voluntary": _YES_NO[service.accepts_voluntary],
        "accepts_compulsory": _YES_NO[service.accepts_compulsory],
        "eligibility": service.eligibility_description or "",
        "substances": service.substances or "",
        "cost": cost.amount_description if cost else "",
        "accessibility": accessible.description if accessible else "",
        "asks_identity": _YES_NO[service.asks_identity],
        "reports_to": service.reports_to or "",
        "email": service.email or "",
        "website": service.url or "",
        "legal_basis": service.legal_basis or "",
        "status": service.status,
        "reliability": service.reliability,
        "source_name": service.source_name,
        "source_url": service.source_url or "",
        "source_date": _day(service.source_date),
        "verified_on": _day(service.verified_on),
        "verified_by": service.verified_by or "",
        "verified_until": _day(service.verified_until),
    }


def _number(value: float | None) -> str:
    return "" if value is None else repr(value)


def _day(value: Any) -> str:
    return value.isoformat() if value else ""
