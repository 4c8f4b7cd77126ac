"""Rows as editors list them: found by words and filters, the queue of what needs to be verified, and
why citizens do not see a row."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, false, func, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from referral_directory.cells import read_date
from referral_directory.kinds import NEVER_OFFERED
from referral_directory.reading import read_keys
from referral_directory.rows import Row
from referral_directory.spelling import name_key
from referral_directory.tables import Location, Service, ServiceAtLocation

PAGE = 50
SOON = timedelta(days=30)
MOST_POINTS = 1_000
IN_USE = ("active", "temporarily closed")
State = Literal["verified", "expiring", "expired", "unverified", "unused"]
STATES: tuple[State, ...] = ("verified", "expiring", "expired", "unverified", "unused")
DUE: tuple[State, ...] = ("expired", "expiring", "unverified")
Hidden = Literal["unverified", "expired", "not yet", "status", "not offered"]
"""Why citizens are not told a row."""
_MOST_WORDS = 12
# Written into the statement, not sent beside it: else the index does not fit.
_PLAIN: ColumnElement[str] = literal_column("'simple'::regconfig")
_NUMBER = re.compile(r"(?<!\d)\+?\d[\d .()-]{6,}\d(?!\d)")


@dataclass(frozen=True)
class Wanted:
    """What rows are looked for; "" wants all. `state` is one of `STATES`, of which "verified" includes
    those that expire soon."""

    words: str = ""
    kind: str = ""
    province_code: str = ""
    commune_code: str = ""
    state: str = ""


@dataclass(frozen=True)
class Listed:
    """One page of rows, and how many there are on all pages."""

    rows: tuple[Row, ...]
    total: int


@dataclass(frozen=True)
class Point:
    """Where a row is; the centre of its commune where `approximate`."""

    key: str
    name: str
    latitude: float
    longitude: float
    approximate: bool
    shown: bool


def state_of(row: Row, on: date) -> State:
    """How a row stands on a day. "expiring" is verified, for at most `SOON` more."""
    until = read_date(row["verified_until"])
    if row["status"] not in IN_USE:
        return "unused"
    if row["reliability"] != "verified" or until is None:
        return "unverified"
    if until < on:
        return "expired"
    return "expiring" if until <= on + SOON else "verified"


def why_hidden(row: Row, on: date) -> list[Hidden]:
    """Everything for which citizens are not told a row on a day; empty where they are."""
    from_day, until = read_date(row["verified_on"]), read_date(row["verified_until"])
    reasons: list[Hidden] = []
    if row["status"] != "active":
        reasons.append("status")
    if row["reliability"] != "verified" or from_day is None or until is None:
        reasons.append("unverified")
    elif until < on:
        reasons.append("expired")
    elif on < from_day:
        reasons.append("not yet")
    if row["kind"] in NEVER_OFFERED:
        reasons.append("not offered")
    return reasons


async def find(session: AsyncSession, wanted: Wanted, on: date, page: int = 1) -> Listed:
    """The rows wanted, by name, `PAGE` at a time; every word must begin a word of the row."""
    order = (Service.name, Service.key)
    return await _page(session, _conditions(wanted, on), order, page)


async def due(
    session: AsyncSession,
    wanted: Wanted,
    on: date,
    page: int = 1,
    *,
    doubted: Collection[str] = (),
) -> Listed:
    """The rows in use that somebody should verify: those of the keys `doubted` first, however they
    stand; expired or about to, the oldest first; then those that nobody ever verified, the oldest
    source first. `wanted.state` may be one of `DUE`."""
    is_doubted = and_(Service.key.in_(doubted), Service.status.in_(IN_USE))
    needs = or_(is_doubted, *(_in_state(state, on) for state in DUE))
    order = (
        is_doubted.desc(),
        Service.reliability == "unverified",
        Service.verified_until,
        Service.source_date.nulls_first(),
        Service.key,
    )
    return await _page(session, [needs, *_conditions(wanted, on)], order, page)


async def points(session: AsyncSession, wanted: Wanted, on: date) -> list[Point]:
    """Where the rows wanted are, as far as known; at most `MOST_POINTS` of them."""
    statement = (
        _joined(select(Service, Location, ServiceAtLocation))
        .where(Location.latitude.is_not(None), *_conditions(wanted, on))
        .order_by(Service.name, Service.key)
        .limit(MOST_POINTS)
    )
    found = (await session.execute(statement)).tuples()
    return [
        Point(
            key=service.key,
            name=service.name,
            latitude=location.latitude,
            longitude=location.longitude,
            approximate=location.approximate,
            shown=at.shown_from is not None and at.shown_from <= on <= at.shown_until,
        )
        for service, location, at in found
    ]


async def _page(
    session: AsyncSession, conditions: Sequence[ColumnElement[bool]], order: Any, page: int
) -> Listed:
    counted = _joined(select(func.count()).select_from(Service)).where(*conditions)
    wanted = _joined(select(Service.key)).where(*conditions).order_by(*order)
    total = await session.scalar(counted) or 0
    keys = await session.scalars(wanted.limit(PAGE).offset((page - 1) * PAGE))
    found = await read_keys(session, ordered := keys.all())
    return Listed(tuple(found[key] for key in ordered), total)


def _joined(statement: Any) -> Any:
    return statement.outerjoin(
        ServiceAtLocation, ServiceAtLocation.service_id == Service.id
    ).outerjoin(Location, Location.id == ServiceAtLocation.location_id)


def _conditions(wanted: Wanted, on: date) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.words.strip():
        conditions.append(_has_words(wanted.words))
    if wanted.kind:
        conditions.append(Service.kind == wanted.kind)
    if wanted.province_code:
        conditions.append(Location.province_code == wanted.province_code)
    if wanted.commune_code:
        conditions.append(Location.commune_code == wanted.commune_code)
    if wanted.state:
        conditions.append(_in_state(wanted.state, on))
    return conditions


def _has_words(text: str) -> ColumnElement[bool]:
    """Words are compared as `records.search_words` keeps them; a number may be written in groups, and
    with +84."""
    whole = _NUMBER.sub(lambda found: f" {re.sub('[^0-9+]', '', found[0])} ", text)
    words = name_key(re.sub(r"\+84\s*", "", whole))[:_MOST_WORDS]
    if not words:
        return false()
    query = func.to_tsquery(_PLAIN, " & ".join(f"{word}:*" for word in words))
    return func.to_tsvector(_PLAIN, Service.search_words).bool_op("@@")(query)


def _in_state(state: str, on: date) -> ColumnElement[bool]:
    in_use = Service.status.in_(IN_USE)
    verified = and_(in_use, Service.reliability == "verified")
    return {
        "verified": and_(verified, Service.verified_until >= on),
        "expiring": and_(
            verified, Service.verified_until >= on, Service.verified_until <= on + SOON
        ),
        "expired": and_(verified, Service.verified_until < on),
        "unverified": and_(in_use, Service.reliability == "unverified"),
        "unused": Service.status.not_in(IN_USE),
    }[state]
