"""Which services are near, and what can honestly be said of them.

Only verified rows are told to anybody; a row whose verification has run out is hidden like one that
never had any. Distances are from point to point along the earth's surface.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from math import isfinite
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from referral_directory.distance import EARTH_KM
from referral_directory.found import COLUMNS, ServiceFound, found, is_verified
from referral_directory.hours import VIET_NAM, is_holiday, minute_of_week
from referral_directory.kinds import HELP_LINES, offered
from referral_directory.rows import read_seed

NEAR_KM = 50.0
FARTHEST_KM = 300.0
_RADII_KM = (2.0, 8.0, 25.0, NEAR_KM, 150.0, FARTHEST_KM)
_KM_PER_DEGREE = 111.1  # a little less than the true 111.19, so that no box is too small


@dataclass(frozen=True)
class Wish:
    """Who the service is for. `age` in whole years, `language` a code of ISO 639; `open_now` leaves
    out what is closed or whose hours nobody knows."""

    age: int | None = None
    language: str | None = None
    open_now: bool = False


ANYBODY = Wish()


@dataclass(frozen=True)
class Findings:
    """What the directory knows around a point, verified rows only.

    `near`: within 50 km, nearest first. `farther`: where there is none near, the nearest of the kinds
    asked for within 300 km; `instead`: where there is none of those either, the nearest of any other
    kind. `province`: in the province without a known commune. `by_law`: what every commune has by
    law. `national`: lines for people seeking help. `kinds` is what was asked for.
    """

    kinds: tuple[str, ...] | None
    near: tuple[ServiceFound, ...]
    farther: tuple[ServiceFound, ...]
    instead: tuple[ServiceFound, ...]
    province: tuple[ServiceFound, ...]
    by_law: tuple[ServiceFound, ...]
    national: tuple[ServiceFound, ...]


async def nearest(
    session: AsyncSession | AsyncConnection,
    *,
    kinds: Sequence[str] | None,
    latitude: float,
    longitude: float,
    now: datetime,
    province_code: str | None = None,
    limit: int = 3,
    wish: Wish = ANYBODY,
) -> Findings:
    """What is near a point in degrees (WGS 84) at `now` (aware); `kinds` None means any help.

    Raises:
        ValueError: the point is not on earth, or `limit` is not positive.
    """
    if not (isfinite(latitude) and isfinite(longitude)):
        raise ValueError("coordinates must be finite")
    if abs(latitude) > 90 or abs(longitude) > 180 or limit < 1:
        raise ValueError("latitude within 90, longitude within 180 degrees, limit at least 1")
    asked = _asked(offered(kinds), latitude, longitude, now, limit, wish)
    values = {**asked, "radii": list(_RADII_KM), "province": province_code or ""}
    parts: dict[str, list[ServiceFound]] = {"near": [], "province": [], "area": []}
    on = now.astimezone(VIET_NAM).date()
    for row in await session.execute(_statement(wish, whole=True), values):
        parts[row.part].append(found(row, on, now, row.away))
    around = parts["near"]
    near = [one for one in around if (one.distance_km or 0.0) <= NEAR_KM][:limit]
    instead: list[ServiceFound] = []
    if not around and kinds is not None:
        other = _asked(offered(None), latitude, longitude, now, 1, wish)
        values = {**other, "radii": list(_RADII_KM)}
        rows = await session.execute(_statement(wish, whole=False), values)
        instead = [found(row, on, now, row.away) for row in rows]
    area = [one for one in parts["area"] if one.verified and _suits(one, wish)]
    return Findings(
        kinds=tuple(kinds) if kinds is not None else None,
        near=tuple(near),
        farther=() if near else tuple(around[:1]),
        instead=tuple(instead[:1]),
        province=tuple(parts["province"]),
        by_law=tuple(one for one in area if one.area == "commune"),
        national=tuple(one for one in area if one.kind in HELP_LINES and one.phones),
    )


async def hotlines(session: AsyncSession | AsyncConnection, now: datetime) -> list[ServiceFound]:
    """Every number that may be given to somebody seeking help: emergency numbers, then verified
    lines. The crime-tip line is none of them."""
    on = now.astimezone(VIET_NAM).date()
    rows = (await session.execute(_LINES, {"kinds": list(HELP_LINES)})).all()
    lines = [found(row, on, now) for row in rows if is_verified(row, on) and row.phones]
    return [*await emergency_numbers(session, now), *lines]


async def emergency_numbers(
    session: AsyncSession | AsyncConnection, now: datetime
) -> list[ServiceFound]:
    """The emergency numbers. Those of the seed keep theirs even past `verified_until`, with `verified`
    False: to withhold 115 could cost a life. Others are told like any row."""
    on = now.astimezone(VIET_NAM).date()
    rows = await session.execute(_LINES, {"kinds": ["emergency"]})
    numbers = [
        found(row, on, now, keep_phone=True)
        for row in rows
        if row.phones and (is_verified(row, on) or _is_known(row))
    ]
    order = list(seed_emergency_numbers())
    return sorted(numbers, key=lambda s: order.index(s.phone) if s.phone in order else len(order))


def _is_known(row: Any) -> bool:
    return row.key in _seed_emergency_keys() and row.status == "active"


async def by_key(
    session: AsyncSession | AsyncConnection, key: str, now: datetime
) -> ServiceFound | None:
    """The service of this key as it may be told at `now`; None for an unknown one."""
    row = (await session.execute(_ONE, {"key": key})).first()
    return found(row, now.astimezone(VIET_NAM).date(), now) if row else None


@cache
def seed_emergency_numbers() -> dict[str, str]:
    """Number → who answers there, for 115, 113, 114, 112 and the child line 111.

    Read from the seed file, so that a reply to danger needs no database.

    Raises:
        BadTable: the seed file is damaged.
    """
    return {
        row["phone"]: row["description"]
        for _, row in read_seed()
        if row["kind"] in ("emergency", "hotline_child") and row["phone"]
    }


@cache
def _seed_emergency_keys() -> frozenset[str]:
    return frozenset(row["key"] for _, row in read_seed() if row["kind"] == "emergency")


def _asked(
    kinds: list[str], latitude: float, longitude: float, now: datetime, limit: int, wish: Wish
) -> dict[str, Any]:
    values: dict[str, Any] = {
        "kinds": kinds,
        "lat": latitude,
        "lon": longitude,
        "on": now.astimezone(VIET_NAM).date(),
        "most": limit,
    }
    if wish.age is not None:
        values["age"] = wish.age
    if wish.language is not None:
        values["language"] = wish.language
    if wish.open_now:
        values |= {"minute": minute_of_week(now), "holiday": is_holiday(now)}
    return values


def _suits(service: ServiceFound, wish: Wish) -> bool:
    if wish.open_now and service.open_now is False:
        return False
    if wish.language and wish.language not in (service.languages or ("vi",)):
        return False
    low, high = service.minimum_age or 0, service.maximum_age or 200
    return wish.age is None or low <= wish.age <= high


_TABLES = """
  LEFT JOIN service_at_location ON service_at_location.service_id = service.id
  LEFT JOIN location ON location.id = service_at_location.location_id
  LEFT JOIN address ON address.location_id = location.id
"""
_LINES = text(
    f"SELECT {COLUMNS} FROM service {_TABLES} WHERE service.kind = ANY(:kinds)"
    " AND service.area = 'country' ORDER BY service.name, service.key"
)
_ONE = text(f"SELECT {COLUMNS} FROM service {_TABLES} WHERE service.key = :key")

_AWAY = f"""2 * {EARTH_KM} * asin(least(1, sqrt(
  sin(radians(s.latitude - :lat) / 2) ^ 2
  + cos(radians(:lat)) * cos(radians(s.latitude)) * sin(radians(s.longitude - :lon) / 2) ^ 2)))"""

_RING = """
ring (step, ids, away) AS (
  SELECT 0, '{{}}'::uuid[], '{{}}'::double precision[]
  UNION ALL
  SELECT ring.step + 1, around.ids, around.away
  FROM ring CROSS JOIN LATERAL (
    SELECT array_agg(n.id ORDER BY n.away, n.id) AS ids, array_agg(n.away ORDER BY n.away, n.id) AS away
    FROM (
      SELECT s.id, {away} AS away
      FROM service_at_location s, LATERAL (SELECT (:radii)[ring.step + 1] AS km) r,
        LATERAL (SELECT r.km / {degree} AS high) h
      WHERE s.kind = ANY(:kinds)
        AND s.latitude BETWEEN :lat - h.high AND :lat + h.high
        AND s.longitude BETWEEN :lon - h.high / cos(radians(least(89, abs(:lat) + h.high)))
          AND :lon + h.high / cos(radians(least(89, abs(:lat) + h.high)))
        AND s.shown_from <= :on AND s.shown_until >= :on
        {wish} AND {away} <= r.km
      ORDER BY 2, 1 LIMIT :most
    ) n
  ) around
  WHERE ring.step < cardinality(:radii)
    AND coalesce(cardinality(ring.ids), 0) < :most
    AND NOT (coalesce(cardinality(ring.ids), 0) > 0 AND (:radii)[ring.step] >= {near})
),
nearby (id, away) AS (
  SELECT unnest(ids), unnest(away) FROM (SELECT ids, away FROM ring ORDER BY step DESC LIMIT 1) last
)
"""


def _statement(wish: Wish, *, whole: bool) -> TextClause:
    return _of_shape(wish.age is not None, wish.language is not None, wish.open_now, whole)


@cache
def _of_shape(age: bool, language: bool, open_now: bool, whole: bool) -> TextClause:
    """The one statement that brings rings around the point, and with `whole` the province's and the
    area's services too. What is wished for are parameters, so that eight shapes are all there are."""
    conditions = []
    if age:
        conditions.append(
            "coalesce(s.minimum_age, 0) <= :age AND coalesce(s.maximum_age, 200) >= :age"
        )
    if language:
        conditions.append(
            "(:language = ANY(s.language_codes)"
            " OR (cardinality(s.language_codes) = 0 AND :language = 'vi'))"
        )
    if open_now:
        conditions.append(
            "s.weekly @> CAST(:minute AS int) AND (NOT :holiday OR s.open_on_holidays"
            " OR s.weekly = '{[0,10080)}'::int4multirange)"
        )
    wished = "".join(f" AND {condition}" for condition in conditions)
    ring = _RING.format(away=_AWAY, degree=_KM_PER_DEGREE, near=NEAR_KM, wish=wished)
    parts = [
        f"SELECT 'near' AS part, nearby.away, {COLUMNS} FROM nearby"
        " JOIN service_at_location ON service_at_location.id = nearby.id"
        " JOIN service ON service.id = service_at_location.service_id"
        " JOIN location ON location.id = service_at_location.location_id"
        " LEFT JOIN address ON address.location_id = location.id"
    ]
    if whole:
        parts.append(
            f"SELECT 'province', NULL, {COLUMNS} FROM service_at_location s"
            " JOIN service ON service.id = s.service_id JOIN location ON location.id = s.location_id"
            " LEFT JOIN address ON address.location_id = location.id"
            " WHERE s.province_code = :province AND s.latitude IS NULL AND s.kind = ANY(:kinds)"
            f" AND s.shown_from <= :on AND s.shown_until >= :on{wished}"
            " ORDER BY service.name, service.key LIMIT :most"
        )
        parts.append(
            f"SELECT 'area', NULL, {COLUMNS} FROM service"
            " LEFT JOIN location ON false LEFT JOIN address ON false"
            " WHERE service.area <> '' AND service.status = 'active'"
        )
    union = " UNION ALL ".join(f"({part})" for part in parts)
    return text(f"WITH RECURSIVE {ring} {union} ORDER BY part, away, name, key")
