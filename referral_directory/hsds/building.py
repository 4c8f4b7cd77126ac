"""HSDS records out of the tables' rows. Pure; what a row does not know is left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar, cast
from uuid import UUID, uuid5

from referral_directory import tables
from referral_directory.hsds import shapes
from referral_directory.kinds import NEVER_OFFERED
from referral_directory.rows import SEEDER

EDITORS = "biên tập danh bạ"
"""Who changed or verified a row, as the public is told: people who keep the directory have logins,
and those are nobody's business."""
COMPILERS = "nhóm biên soạn Điểm Tựa"
"""Who verified the rows of the seed."""
OWN_HISTORY = ("status", "reliability", "source_date")
VERIFIED_HISTORY = ("verified_on", "verified_by", "verified_until")
PUBLIC_HISTORY = (*OWN_HISTORY, *VERIFIED_HISTORY)
"""The columns whose former cells are public: a number that was wrong must not live on in a history, nor
a name that was written as a source."""
_AREAS = {
    "country": ("Việt Nam", "Cả nước."),
    "commune": ("Mọi xã, phường, đặc khu", "Có ở mọi xã, phường, đặc khu của Việt Nam."),
}
_END_OF_DAY = "24:00"

Shape = TypeVar("Shape")


def _known(**fields: Any) -> dict[str, Any]:
    """The fields that are known. An empty text or list says nothing either."""
    return {name: value for name, value in fields.items() if value not in (None, "", [])}


def service(
    row: tables.Service, *, fees: str | None, organization: tables.Organization | None
) -> shapes.Service:
    """A service as it stands in a list."""
    same = ("id", "organization_id", "name", "alternate_name", "description", "url", "email")
    eligible = ("eligibility_description", "minimum_age", "maximum_age", "last_modified")
    profile = ("key", "kind", "area", "accepts_voluntary", "accepts_compulsory", "substances")
    trust = ("asks_identity", "reports_to", "open_on_holidays", "legal_basis", "reliability")
    source = ("source_name", "source_url", "source_date", "verified_on", "verified_until")
    names = (*same, "status", *eligible, *profile, *trust, *source)
    fields = _known(
        **{name: getattr(row, name) for name in names},
        fees_description=fees,
        assured_date=row.verified_on,
        offered=row.kind not in NEVER_OFFERED,
        danger_number=row.kind == "emergency",
        verified_by=public_name(row.verified_by or ""),
        organization=organization_of(organization) if organization else None,
    )
    return cast(shapes.Service, fields)


def without_empty(record: shapes.Service) -> shapes.Service:
    """The record without lists that hold nothing."""
    return cast(shapes.Service, _known(**record))


def organization_of(row: tables.Organization) -> shapes.Organization:
    return shapes.Organization(id=row.id, name=row.name, description=row.description)


def location(
    row: tables.Location,
    addresses: Sequence[tables.Address] = (),
    accessible: Sequence[tables.Accessibility] = (),
) -> shapes.Location:
    """A place. `approximate` is said only where there is a point."""
    names = ("id", "organization_id", "location_type", "name", "latitude", "longitude")
    unit = ("commune", "commune_code", "province", "province_code", "former_unit")
    fields = _known(
        **{name: getattr(row, name) for name in (*names, *unit)},
        approximate=row.approximate if row.latitude is not None else None,
        addresses=[address(one) for one in addresses],
        accessibility=[_same(shapes.Accessibility, one) for one in accessible],
    )
    return cast(shapes.Location, fields)


def address(row: tables.Address) -> shapes.Address:
    """An address with every field that HSDS requires, the postal code empty where unknown."""
    return _same(shapes.Address, row, keep_empty=True)


def phone(row: tables.Phone) -> shapes.Phone:
    return _same(shapes.Phone, row)


def language(row: tables.Language) -> shapes.Language:
    return _same(shapes.Language, row)


def cost_option(row: tables.CostOption) -> shapes.CostOption:
    option = _same(shapes.CostOption, row)
    if "amount" in option:
        option["amount"] = float(option["amount"])
    return option


def schedule(row: tables.Schedule) -> shapes.Schedule:
    """Hours; the end of the day is 23:59, for most software knows no 24:00."""
    fields = _same(shapes.Schedule, row)
    zone = f"{row.timezone:+03d}:00"
    closes = "23:59" if row.closes_at == _END_OF_DAY else row.closes_at
    return fields | {"opens_at": row.opens_at + zone, "closes_at": closes + zone}


def service_areas(row: tables.Service) -> list[shapes.ServiceArea]:
    """Where a service without a place is offered."""
    if not row.area:
        return []
    name, description = _AREAS[row.area]
    return [
        shapes.ServiceArea(
            id=uuid5(row.id, "service_area"),
            service_id=row.id,
            name=name,
            description=description,
            extent=name,
            extent_type="text",
        )
    ]


def metadata(row: tables.Metadata) -> shapes.Metadata:
    """A line of the history, without logins and without the reason that an editor wrote."""
    fields = _same(shapes.Metadata, row, keep_empty=True)
    fields["updated_by"] = public_name(row.updated_by)
    if row.field_name == "verified_by":
        for name in ("previous_value", "replacement_value"):
            fields[name] = public_name(fields[name]) if fields[name] else ""
    return fields


def public_name(by: str) -> str:
    """Who wrote or verified something, as the public is told."""
    return COMPILERS if by in (SEEDER, COMPILERS) else EDITORS


def service_at_location(
    id: UUID,
    service_id: UUID,
    at: shapes.Location,
    of: shapes.Service | None = None,
) -> shapes.ServiceAtLocation:
    """A service at a place; `of` is left out where it stands within that service."""
    fields = _known(id=id, service_id=service_id, location_id=at["id"], location=at, service=of)
    return cast(shapes.ServiceAtLocation, fields)


def _same(shape: type[Shape], row: Any, *, keep_empty: bool = False) -> Shape:
    names = shape.__annotations__
    fields = {name: getattr(row, name) for name in names}
    return cast(Shape, fields if keep_empty else _known(**fields))
