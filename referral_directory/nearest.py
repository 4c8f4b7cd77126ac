"""Which services are near, and what can honestly be said of them.

Only verified rows carry a phone number or address; a row whose verification has run out is told
like one that never had any. Distances are from point to point along the earth's surface.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import asin, cos, isfinite, radians, sin, sqrt
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, Row, Select, and_, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from referral_directory.kinds import HELP_LINES, KINDS, offered
from referral_directory.seed import read_rows
from referral_directory.tables import Address, Location, Phone, Schedule, Service, ServiceAtLocation

NEAR_KM = 50.0
_RADII_KM = (12.5, NEAR_KM, 400.0, 3200.0)
_MOST_UNVERIFIED = 5
_EARTH_KM = 6371.0
_KM_PER_DEGREE = 111.1  # a little less than the true 111.19, so that no box is too small


@dataclass(frozen=True)
class ServiceFound:
    """A service as it may be told to a person on one day.

    `phone`, `address` and `hours` are None unless `verified`. `distance_km` is to the centre of
    `commune`. `source` names the source with its host and date. `accepts_voluntary` is None where
    no source says whether people who come by themselves are taken.
    """

    name: str
    kind: str
    kind_title: str
    description: str | None
    commune: str | None
    province: str | None
    address: str | None
    phone: str | None
    hours: str | None
    distance_km: float | None
    accepts_voluntary: bool | None
    source: str
    verified_on: date | None
    verified_until: date | None
    verified: bool


@dataclass(frozen=True)
class Findings:
    """What the directory knows around a point; only `unverified` holds rows nobody vouches for.

    `near`: verified, within 50 km, nearest first. `farther`: where there is none near, the nearest
    verified one of the kinds asked for; nobody who asked for any help is sent hundreds of
    kilometres. `province`: verified in the province without a known commune. `national`: verified
    lines for people seeking help. `kinds` is what was asked for.
    """

    kinds: tuple[str, ...] | None
    near: tuple[ServiceFound, ...]
    farther: tuple[ServiceFound, ...]
    instead: tuple[ServiceFound, ...]
    province: tuple[ServiceFound, ...]
    unverified: tuple[ServiceFound, ...]
    national: tuple[ServiceFound, ...]


def distance_km(latitude: float, longitude: float, to_lat: float, to_lon: float) -> float:
    """The great-circle distance of two points in degrees, in kilometres (haversine)."""
    phi, to_phi = radians(latitude), radians(to_lat)
    across = sin(radians(to_lon - longitude) / 2) ** 2
    height = sin((to_phi - phi) / 2) ** 2 + cos(phi) * cos(to_phi) * across
    return 2 * _EARTH_KM * asin(min(1.0, sqrt(height)))


async def nearest(
    session: AsyncSession,
    *,
    kinds: Sequence[str] | None,
    latitude: float,
    longitude: float,
    province_code: str | None = None,
    limit: int = 3,
    on: date,
) -> Findings:
    """What is near a point in degrees (WGS 84) on the day `on`; `kinds` None means any help.

    Raises:
        ValueError: the point is not on earth, or `limit` is not positive.
    """
    if not (isfinite(latitude) and isfinite(longitude)):
        raise ValueError("coordinates must be finite")
    if abs(latitude) > 90 or abs(longitude) > 180 or limit < 1:
        raise ValueError("latitude within 90, longitude within 180 degrees, limit at least 1")
    wanted = offered(kinds)
    verified = await _verified_around(session, wanted, (latitude, longitude), limit, on)
    near = tuple(found for found in verified if (found.distance_km or 0.0) <= NEAR_KM)
    others: list[ServiceFound] = []
    if not verified and kinds is not None:
        others = await _verified_around(session, offered(None), (latitude, longitude), 1, on)
    return Findings(
        kinds=tuple(kinds) if kinds is not None else None,
        near=near[:limit],
        farther=() if near else tuple(verified[:1]),
        instead=tuple(others[:1]),
        province=await _in_province(session, wanted, province_code, on),
        unverified=await _unverified(
            session, wanted, (latitude, longitude), province_code, asked=kinds is not None, on=on
        ),
        national=await _help_lines(session, on),
    )


async def hotlines(session: AsyncSession, on: date) -> list[ServiceFound]:
    """Every number that may be given to somebody seeking help: emergency numbers, then verified
    lines. The crime-tip line is none of them."""
    return [*await emergency_numbers(session, on), *await _help_lines(session, on)]


async def emergency_numbers(session: AsyncSession, on: date) -> list[ServiceFound]:
    """The emergency numbers. They keep their number even past `verified_until`, with `verified`
    False: to withhold 115 could cost a life."""
    rows = await session.execute(_services().where(Service.kind == "emergency"))
    found = [_found(row, on, None, keep_phone=True) for row in rows]
    order = list(seed_emergency_numbers())
    return sorted(found, key=lambda s: order.index(s.phone) if s.phone in order else len(order))


def seed_emergency_numbers() -> dict[str, str]:
    """Number → who answers there, for 115, 113, 114, 112 and the child line 111.

    Read from the seed file, so that a reply to danger needs no database.

    Raises:
        BadSeed: the seed file is damaged.
    """
    return {
        row["phone"]: row["description"]
        for _, row in read_rows()
        if row["kind"] in ("emergency", "hotline_child") and row["phone"]
    }


# All but the service come by outer joins: any of them may be None.
_Columns = tuple[Service, Location, Address, Phone, Schedule]


def _services() -> Select[_Columns]:
    return (
        select(Service, Location, Address, Phone, Schedule)
        .outerjoin(ServiceAtLocation, ServiceAtLocation.service_id == Service.id)
        .outerjoin(Location, Location.id == ServiceAtLocation.location_id)
        .outerjoin(Address, Address.location_id == Location.id)
        .outerjoin(Phone, Phone.service_id == Service.id)
        .outerjoin(Schedule, Schedule.service_id == Service.id)
        .order_by(Service.name, Service.id)
    )


def _is_verified(on: date) -> ColumnElement[bool]:
    return and_(
        Service.reliability == "verified", Service.verified_on <= on, Service.verified_until >= on
    )


def _box(point: tuple[float, float], radius_km: float) -> ColumnElement[bool]:
    high = radius_km / _KM_PER_DEGREE
    edge = min(89.0, abs(point[0]) + high)
    wide = high / cos(radians(edge))
    return and_(
        ServiceAtLocation.latitude.between(point[0] - high, point[0] + high),
        ServiceAtLocation.longitude.between(point[1] - wide, point[1] + wide),
    )


async def _verified_around(
    session: AsyncSession, kinds: list[str], point: tuple[float, float], limit: int, on: date
) -> list[ServiceFound]:
    """The nearest verified services: up to `limit`, or at least one where none is within 50 km."""
    found: list[ServiceFound] = []
    for radius in _RADII_KM:
        rows = await session.execute(
            _services().where(
                ServiceAtLocation.kind.in_(kinds), _box(point, radius), _is_verified(on)
            )
        )
        around = [_found(row, on, point) for row in rows]
        found = [s for s in around if s.distance_km is not None and s.distance_km <= radius]
        if len(found) >= limit or (found and radius >= NEAR_KM):
            break
    return sorted(found, key=lambda s: (s.distance_km or 0.0, s.name))


async def _in_province(
    session: AsyncSession, kinds: list[str], province_code: str | None, on: date
) -> tuple[ServiceFound, ...]:
    if province_code is None:
        return ()
    rows = await session.execute(
        _services().where(
            ServiceAtLocation.kind.in_(kinds),
            ServiceAtLocation.latitude.is_(None),
            Location.province_code == province_code,
            _is_verified(on),
        )
    )
    return tuple(_found(row, on, None) for row in rows)


async def _unverified(
    session: AsyncSession,
    kinds: list[str],
    point: tuple[float, float],
    province_code: str | None,
    *,
    asked: bool,
    on: date,
) -> tuple[ServiceFound, ...]:
    """Rows near or in the province that nobody vouches for; lines for all only when asked for."""
    places = [_box(point, NEAR_KM)]
    if province_code is not None:
        places.append(Location.province_code == province_code)
    if asked:
        places.append(Location.id.is_(None))
    rows = await session.execute(
        _services().where(Service.kind.in_(kinds), not_(_is_verified(on)), or_(*places))
    )
    inside = [
        found
        for row in rows
        for found in [_found(row, on, point)]
        if found.distance_km is None
        or found.distance_km <= NEAR_KM
        or row[1].province_code == province_code
    ]
    inside.sort(key=lambda s: (s.distance_km is None, s.distance_km or 0.0, s.name))
    return tuple(inside[:_MOST_UNVERIFIED])


async def _help_lines(session: AsyncSession, on: date) -> tuple[ServiceFound, ...]:
    rows = await session.execute(
        _services().where(Service.kind.in_(HELP_LINES), _is_verified(on), Phone.id.is_not(None))
    )
    return tuple(_found(row, on, None) for row in rows)


def _found(
    row: Row[_Columns], on: date, point: tuple[float, float] | None, *, keep_phone: bool = False
) -> ServiceFound:
    service, location, address, phone, schedule = row
    until = service.verified_until
    verified = (
        service.reliability == "verified"
        and service.verified_on is not None
        and until is not None
        and service.verified_on <= on <= until
    )
    away = None
    if point and location and location.latitude is not None and location.longitude is not None:
        away = distance_km(*point, location.latitude, location.longitude)
    return ServiceFound(
        name=service.name,
        kind=service.kind,
        kind_title=KINDS[service.kind],
        description=service.description,
        commune=location.commune if location else None,
        province=location.province if location else None,
        address=f"{address.address_1}, {address.city}" if address and verified else None,
        phone=phone.number if phone and (verified or keep_phone) else None,
        hours=schedule.description if schedule and verified else None,
        distance_km=away,
        accepts_voluntary=service.accepts_voluntary,
        source=_source(service),
        verified_on=service.verified_on,
        verified_until=until,
        verified=verified,
    )


def _source(service: Service) -> str:
    parts = [service.source_name]
    if service.source_url:
        host = urlsplit(service.source_url).hostname or ""
        parts.append(f"({host.removeprefix('www.')})")
    if service.source_date:
        return f"{' '.join(parts)}, {service.source_date:%d/%m/%Y}"
    read = (
        f", đọc ngày {service.verified_on:%d/%m/%Y}" if service.verified_on else ", không rõ ngày"
    )
    return " ".join(parts) + read
