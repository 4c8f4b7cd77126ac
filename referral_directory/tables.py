"""The directory's rows. Names are HSDS 3.0's own; what HSDS has no field for is the vn-referral
profile (see README.md): the kind of a service, today's administrative codes and the former unit,
and who vouches for a row until when.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Date,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    Text,
    UniqueConstraint,
)
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
    type_annotation_map: ClassVar = {str: Text(), date: Date(), float: Float(53)}


class Organization(DirectoryBase):
    __tablename__ = "organization"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    description: Mapped[str]
    website: Mapped[str | None]


class Service(DirectoryBase):
    """What is offered. Profile: `kind`, who is accepted, and the verification of the whole row.

    `reliability` says how good the source is; a row counts as verified only up to and including
    `verified_until`. `accepts_*` are NULL where no source says.
    """

    __tablename__ = "service"
    __table_args__ = (
        UniqueConstraint("id", "kind"),
        CheckConstraint("reliability IN ('verified', 'unverified')", name="reliability"),
        CheckConstraint(
            "reliability = 'unverified' OR (source_url IS NOT NULL AND verified_on IS NOT NULL"
            " AND verified_by IS NOT NULL AND verified_until IS NOT NULL)",
            name="verified_by_somebody",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), index=True)
    name: Mapped[str]
    description: Mapped[str | None]
    url: Mapped[str | None]
    status: Mapped[str]
    minimum_age: Mapped[int | None]
    maximum_age: Mapped[int | None]
    kind: Mapped[str] = mapped_column(index=True)
    accepts_voluntary: Mapped[bool | None]
    accepts_compulsory: Mapped[bool | None]
    reliability: Mapped[str]
    source_name: Mapped[str]
    source_url: Mapped[str | None]
    source_date: Mapped[date | None]
    verified_on: Mapped[date | None]
    verified_by: Mapped[str | None]
    verified_until: Mapped[date | None]


class Location(DirectoryBase):
    """Where. Coordinates are degrees, WGS 84, of the commune's centre; NULL where only the province
    is known. Profile: today's codes, and the former unit the source named."""

    __tablename__ = "location"
    __table_args__ = (UniqueConstraint("id", "latitude", "longitude"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), index=True)
    location_type: Mapped[str]
    name: Mapped[str]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    commune: Mapped[str | None]
    commune_code: Mapped[str | None] = mapped_column(index=True)
    province: Mapped[str]
    province_code: Mapped[str] = mapped_column(index=True)
    former_unit: Mapped[str | None]


class ServiceAtLocation(DirectoryBase):
    """A service at a place. `kind`, `latitude` and `longitude` repeat the service's and location's
    so that one ordinary index answers "nearest"; foreign keys keep them the same."""

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
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"))
    location_id: Mapped[UUID] = mapped_column(ForeignKey("location.id"), index=True)
    kind: Mapped[str]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]


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
    __tablename__ = "phone"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"), index=True)
    number: Mapped[str]
    type: Mapped[str]


class Schedule(DirectoryBase):
    """Weekly hours; `byday` and `freq` as in RFC 5545, times in `timezone` (hours from UTC)."""

    __tablename__ = "schedule"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"), index=True)
    freq: Mapped[str]
    byday: Mapped[str]
    opens_at: Mapped[str]
    closes_at: Mapped[str]
    timezone: Mapped[int]
    description: Mapped[str]
