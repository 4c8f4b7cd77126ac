"""The directory's rows. Names are HSDS 3.0's own; what HSDS has no field for is the vn-referral
profile (docs/directory-profile.md): the kind of a service, today's administrative codes and the
former unit, who is accepted, what it asks and reports, and who vouches for a row until when.

A service is kept with at most one location. What a service is called in other tables ("key") never
changes; every id is made from it.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Date,
    DateTime,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    Numeric,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, INT4MULTIRANGE, Range
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class DirectoryBase(DeclarativeBase):
    """The directory's own metadata: it stands alone, without the conversation core."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar = {
        str: Text(),
        date: Date(),
        datetime: DateTime(timezone=True),
        float: Float(53),
        Decimal: Numeric(12, 2),
        list[str]: ARRAY(Text()),
    }


class Organization(DirectoryBase):
    __tablename__ = "organization"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str]


class Service(DirectoryBase):
    """What is offered. Profile: from `key` to the end.

    `area` is "" for a place, else "commune" (the same service in every commune, by law) or
    "country". `reliability` says how good the source is; a row counts as verified only from
    `verified_on` up to and including `verified_until`. `accepts_*`, `asks_identity` and
    `open_on_holidays` are NULL where no source says. `search_words` are the words by which editors
    find the row, without diacritics (`records.search_words`).
    """

    __tablename__ = "service"
    __table_args__ = (
        UniqueConstraint("id", "kind"),
        Index(
            "ix_service_search", text("to_tsvector('simple', search_words)"), postgresql_using="gin"
        ),
        Index(None, "name", "key"),
        Index(None, "area", postgresql_where=text("area <> ''")),
        CheckConstraint("reliability IN ('verified', 'unverified')", name="reliability"),
        CheckConstraint(
            "reliability = 'unverified' OR (verified_on IS NOT NULL"
            " AND verified_by IS NOT NULL AND verified_until IS NOT NULL)",
            name="verified_by_somebody",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), index=True)
    name: Mapped[str]
    alternate_name: Mapped[str | None]
    description: Mapped[str | None]
    url: Mapped[str | None]
    email: Mapped[str | None]
    status: Mapped[str]
    eligibility_description: Mapped[str | None]
    minimum_age: Mapped[int | None]
    maximum_age: Mapped[int | None]
    last_modified: Mapped[datetime]
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(index=True)
    area: Mapped[str]
    accepts_voluntary: Mapped[bool | None]
    accepts_compulsory: Mapped[bool | None]
    substances: Mapped[str | None]
    asks_identity: Mapped[bool | None]
    reports_to: Mapped[str | None]
    open_on_holidays: Mapped[bool | None]
    legal_basis: Mapped[str | None]
    reliability: Mapped[str]
    source_name: Mapped[str]
    source_url: Mapped[str | None]
    source_date: Mapped[date | None]
    verified_on: Mapped[date | None]
    verified_by: Mapped[str | None]
    verified_until: Mapped[date | None] = mapped_column(index=True)
    search_words: Mapped[str] = mapped_column(server_default="")


class Location(DirectoryBase):
    """Where. Coordinates are degrees, WGS 84; NULL where only the province is known. Profile: today's
    codes, the former unit the source named, and `approximate` where the point is only the commune's
    centre."""

    __tablename__ = "location"
    __table_args__ = (UniqueConstraint("id", "latitude", "longitude"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), index=True)
    location_type: Mapped[str]
    name: Mapped[str]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    approximate: Mapped[bool]
    commune: Mapped[str | None]
    commune_code: Mapped[str | None] = mapped_column(index=True)
    province: Mapped[str]
    province_code: Mapped[str] = mapped_column(index=True)
    former_unit: Mapped[str | None]


class ServiceAtLocation(DirectoryBase):
    """A service at a place. From `kind` on it repeats the service's and location's own columns, so
    that one ordinary index answers "nearest": foreign keys keep kind and point the same, and
    `records.records` writes them all in one go.

    `shown_from` and `shown_until` are the days between which the row is verified and active, NULL
    where it is not. `weekly` holds the minutes of the week (Monday 00:00 is 0) when it is open, NULL
    where nobody knows. `language_codes` is empty where none is named.
    """

    __tablename__ = "service_at_location"
    __table_args__ = (
        ForeignKeyConstraint(
            ["service_id", "kind"], ["service.id", "service.kind"], onupdate="CASCADE"
        ),
        ForeignKeyConstraint(
            ["location_id", "latitude", "longitude"],
            ["location.id", "location.latitude", "location.longitude"],
            onupdate="CASCADE",
        ),
        UniqueConstraint("service_id", "location_id"),
        Index(None, "kind", "latitude", "longitude"),
        Index(None, "province_code", postgresql_where=text("latitude IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"))
    location_id: Mapped[UUID] = mapped_column(ForeignKey("location.id"), index=True)
    kind: Mapped[str]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    province_code: Mapped[str]
    shown_from: Mapped[date | None]
    shown_until: Mapped[date | None]
    minimum_age: Mapped[int | None]
    maximum_age: Mapped[int | None]
    weekly: Mapped[list[Range[int]] | None] = mapped_column(INT4MULTIRANGE())
    open_on_holidays: Mapped[bool | None]
    language_codes: Mapped[list[str]]


class Address(DirectoryBase):
    """`city` is the commune, as there are no districts; `postal_code` is empty where unknown, since
    HSDS requires the field."""

    __tablename__ = "address"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    location_id: Mapped[UUID] = mapped_column(ForeignKey("location.id"), index=True)
    address_1: Mapped[str]
    city: Mapped[str]
    state_province: Mapped[str]
    postal_code: Mapped[str]
    country: Mapped[str]
    address_type: Mapped[str]


class Phone(DirectoryBase):
    """A number, digits only; `position` keeps the order in which they are told."""

    __tablename__ = "phone"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"), index=True)
    position: Mapped[int]
    number: Mapped[str] = mapped_column(index=True)
    type: Mapped[str]
    description: Mapped[str | None]


class Schedule(DirectoryBase):
    """Weekly hours; `byday` and `freq` as in RFC 5545, times in `timezone` (hours from UTC)."""

    __tablename__ = "schedule"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"), index=True)
    position: Mapped[int]
    freq: Mapped[str]
    byday: Mapped[str]
    opens_at: Mapped[str]
    closes_at: Mapped[str]
    timezone: Mapped[int]
    description: Mapped[str]


class Language(DirectoryBase):
    """A language spoken there: `code` of ISO 639, and its name in Vietnamese."""

    __tablename__ = "language"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"), index=True)
    position: Mapped[int]
    name: Mapped[str]
    code: Mapped[str]


class CostOption(DirectoryBase):
    """What it costs, in words; `amount` in VND only where it is nothing."""

    __tablename__ = "cost_option"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"), index=True)
    amount: Mapped[Decimal | None]
    currency: Mapped[str | None]
    amount_description: Mapped[str]


class Accessibility(DirectoryBase):
    __tablename__ = "accessibility"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    location_id: Mapped[UUID] = mapped_column(ForeignKey("location.id"), index=True)
    description: Mapped[str]


class Metadata(DirectoryBase):
    """One cell that changed: HSDS metadata, which is this directory's history and audit.

    `field_name` is a column of `rows.COLUMNS`, "" where the whole row was created. `updated_by` is a
    login, or "seed". Profile: cells changed together share `change_id`; `reason` says why.
    """

    __tablename__ = "metadata"
    __table_args__ = (Index(None, "resource_id", "last_action_date"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    resource_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"))
    resource_type: Mapped[str]
    last_action_date: Mapped[datetime] = mapped_column(index=True)
    last_action_type: Mapped[str]
    field_name: Mapped[str]
    previous_value: Mapped[str]
    replacement_value: Mapped[str]
    updated_by: Mapped[str]
    change_id: Mapped[UUID] = mapped_column(index=True)
    reason: Mapped[str]


class WaitingFile(DirectoryBase):
    """A file between its dry run and the import: sealed, of one editor, for an hour."""

    __tablename__ = "waiting_file"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    brought_by: Mapped[str] = mapped_column(index=True)
    brought_at: Mapped[datetime] = mapped_column(index=True)
    sealed: Mapped[bytes]


Record = tuple[type[DirectoryBase], dict[str, Any]]
"""One row of a table: which, and its columns."""
