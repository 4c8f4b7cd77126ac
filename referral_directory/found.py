"""A service as it may be told to a person on one day, and the SQL that brings one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, and_

from referral_directory.hours import DAYS, Opening, is_open, say_hours
from referral_directory.kinds import KINDS
from referral_directory.tables import Service

COLUMNS = """
  service.key, service.name, service.kind, service.area, service.description, service.legal_basis,
  service.status, service.minimum_age, service.maximum_age, service.accepts_voluntary,
  service.asks_identity, service.reports_to, service.open_on_holidays, service.url,
  service.reliability, service.source_name, service.source_url, service.source_date,
  service.verified_on, service.verified_until, location.commune, location.province,
  location.latitude, location.longitude, location.approximate, address.address_1, address.city,
  ARRAY(SELECT number FROM phone WHERE phone.service_id = service.id ORDER BY position) AS phones,
  ARRAY(SELECT byday || ' ' || opens_at || ' ' || closes_at FROM schedule
        WHERE schedule.service_id = service.id ORDER BY position) AS schedules,
  ARRAY(SELECT code FROM language WHERE language.service_id = service.id ORDER BY position) AS languages,
  (SELECT amount_description FROM cost_option WHERE cost_option.service_id = service.id) AS cost
"""
"""What `found` reads; of tables "service", "location" and "address", the last two possibly missing."""


@dataclass(frozen=True)
class ServiceFound:
    """A service as it may be told to a person on one day.

    `phones`, `address`, `hours`, `cost`, `latitude` and `longitude` are empty or None unless
    `verified`. `distance_km` is to the service, or to the centre of `commune` where `approximate`.
    `open_now` is None where its hours are not known. `source` names the source with its host and
    date. What no source says is None: `accepts_voluntary` whether people who come by themselves are
    taken, `asks_identity` whether it asks who one is.
    """

    key: str
    name: str
    kind: str
    kind_title: str
    area: str
    description: str | None
    legal_basis: str | None
    commune: str | None
    province: str | None
    address: str | None
    latitude: float | None
    longitude: float | None
    approximate: bool
    phones: tuple[str, ...]
    hours: str | None
    open_now: bool | None
    languages: tuple[str, ...]
    cost: str | None
    website: str | None
    distance_km: float | None
    minimum_age: int | None
    maximum_age: int | None
    accepts_voluntary: bool | None
    asks_identity: bool | None
    reports_to: str | None
    source: str
    verified_on: date | None
    verified_until: date | None
    verified: bool

    @property
    def phone(self) -> str | None:
        """The number to call first."""
        return self.phones[0] if self.phones else None


def found(
    row: Any, on: date, now: datetime, away: float | None = None, *, keep_phone: bool = False
) -> ServiceFound:
    """The service of a result row with `COLUMNS`, as it stands on the day `on` and at `now` (aware).
    `keep_phone` leaves the numbers even where the verification has run out."""
    verified = is_verified(row, on)
    openings = read_schedules(row.schedules)
    return ServiceFound(
        key=row.key,
        name=row.name,
        kind=row.kind,
        kind_title=KINDS[row.kind],
        area=row.area,
        description=row.description,
        legal_basis=row.legal_basis,
        commune=row.commune,
        province=row.province,
        address=f"{row.address_1}, {row.city}" if row.address_1 and verified else None,
        latitude=row.latitude if verified else None,
        longitude=row.longitude if verified else None,
        approximate=bool(row.approximate),
        phones=tuple(row.phones) if verified or keep_phone else (),
        hours=say_hours(openings) if verified else None,
        open_now=is_open(openings, row.open_on_holidays, now) if openings and verified else None,
        languages=tuple(row.languages),
        cost=row.cost if verified else None,
        website=row.url if verified else None,
        distance_km=away,
        minimum_age=row.minimum_age,
        maximum_age=row.maximum_age,
        accepts_voluntary=row.accepts_voluntary,
        asks_identity=row.asks_identity,
        reports_to=row.reports_to,
        source=_source(row),
        verified_on=row.verified_on,
        verified_until=row.verified_until,
        verified=verified,
    )


def is_verified(row: Any, on: date) -> bool:
    """Whether somebody vouches for the row on that day and the service is in use."""
    return (
        row.reliability == "verified"
        and row.status == "active"
        and row.verified_on is not None
        and row.verified_until is not None
        and row.verified_on <= on <= row.verified_until
    )


def shown_on(on: date) -> ColumnElement[bool]:
    """Whether a `Service` is one that `is_verified` on that day: everything public shows only those."""
    return and_(
        Service.reliability == "verified",
        Service.status == "active",
        Service.verified_on <= on,
        Service.verified_until >= on,
    )


def read_schedules(schedules: Sequence[str]) -> tuple[Opening, ...]:
    """The openings of `COLUMNS`' schedules."""
    openings = []
    for schedule in schedules:
        byday, opens, closes = schedule.split(" ")
        days = tuple(DAYS.index(day) for day in byday.split(","))
        openings.append(Opening(days, opens, closes))
    return tuple(openings)


def _source(row: Any) -> str:
    parts = [row.source_name]
    if row.source_url:
        host = urlsplit(row.source_url).hostname or ""
        parts.append(f"({host.removeprefix('www.')})")
    if row.source_date:
        return f"{' '.join(parts)}, {row.source_date:%d/%m/%Y}"
    read = f", đọc ngày {row.verified_on:%d/%m/%Y}" if row.verified_on else ", không rõ ngày"
    return " ".join(parts) + read
