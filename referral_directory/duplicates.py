"""Rows of the directory that are likely one place: those with one number, or with like names in one
commune. What somebody said is not one place is not named again.
"""

from __future__ import annotations

from asyncio import to_thread
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from itertools import combinations

from sqlalchemy import CheckConstraint, ForeignKey, String, any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from referral_directory.likeness import Pair, Slight, like_names, likeness
from referral_directory.listing import IN_USE
from referral_directory.tables import (
    DirectoryBase,
    Location,
    Phone,
    Service,
    ServiceAtLocation,
)
from referral_directory.units import Units

MOST_PAIRS = 500
_MOST_ON_A_NUMBER = 10  # more rows than this share a switchboard, not a place
_MOST_NUMBERS = 4_000  # up to 180,000 pairs, of which about two seconds compare the names


class NotDuplicate(DirectoryBase):
    """Two rows that somebody said are two places; `first_key` comes first in order."""

    __tablename__ = "not_duplicate"
    __table_args__ = (CheckConstraint("first_key < second_key", name="in_order"),)

    first_key: Mapped[str] = mapped_column(ForeignKey("service.key"), primary_key=True)
    second_key: Mapped[str] = mapped_column(ForeignKey("service.key"), primary_key=True, index=True)
    said_by: Mapped[str]
    said_at: Mapped[datetime]


async def find(
    session: AsyncSession, units: Units, province_code: str = "", most: int = MOST_PAIRS
) -> list[Pair]:
    """The likeliest pairs first, at most `most`; of one province, or with "" of the country, where names
    are not compared. Rows out of use and services that hold in every commune or the whole country are
    left out, and of the numbers that rows share no more than some thousands are looked at."""
    rows = await _rows(session, province_code) if province_code else {}
    apart = await _apart(session)
    numbers = await _same_number(session, province_code)
    missing = {key for pair in numbers for key in pair} - rows.keys()
    rows |= await _rows(session, "", missing) if missing else {}
    shared = {keys: number for keys, number in numbers.items() if keys not in apart}
    in_province = [row for row in rows.values() if row.province_code == province_code]
    pairs = await to_thread(_of_one_number, shared, rows, units)
    named = await to_thread(like_names, in_province, units, 2 * most)
    pairs += [pair for pair in named if pair.keys not in apart and pair.keys not in shared]
    return sorted(pairs, key=_likely)[:most]


async def fullest_province(session: AsyncSession) -> str:
    """The code of the province with most rows in use; "" where there are none."""
    statement = (
        select(ServiceAtLocation.province_code)
        .group_by(ServiceAtLocation.province_code)
        .order_by(func.count().desc(), ServiceAtLocation.province_code)
    )
    return await session.scalar(statement.limit(1)) or ""


async def say_apart(session: AsyncSession, one: str, other: str, by: str, at: datetime) -> None:
    """Remember that two rows, which must exist, are two places; said again, it stays as it was."""
    first, second = sorted((one, other))
    said = {"first_key": first, "second_key": second, "said_by": by, "said_at": at}
    await session.execute(insert(NotDuplicate).values(said).on_conflict_do_nothing())


def _of_one_number(
    shared: Mapping[tuple[str, str], str], rows: Mapping[str, Slight], units: Units
) -> list[Pair]:
    return [
        Pair(rows[one], rows[other], number, likeness(rows[one], rows[other], units))
        for (one, other), number in shared.items()
        if one in rows and other in rows
    ]


async def _rows(
    session: AsyncSession, province_code: str, keys: Collection[str] = ()
) -> dict[str, Slight]:
    statement = (
        select(
            Service.key,
            Service.name,
            func.coalesce(Service.alternate_name, ""),
            Service.kind,
            func.coalesce(Location.commune_code, ""),
            Location.province_code,
        )
        .join(ServiceAtLocation, ServiceAtLocation.service_id == Service.id)
        .join(Location, Location.id == ServiceAtLocation.location_id)
        .where(Service.status.in_(IN_USE), Service.area == "")
        .order_by(Service.key)
    )
    if keys:
        # An array is one parameter, of which PostgreSQL takes 65,535.
        statement = statement.where(Service.key == any_(literal(list(keys), ARRAY(String))))
    elif province_code:
        statement = statement.where(Location.province_code == province_code)
    return {row[0]: Slight(*row) for row in (await session.execute(statement)).tuples()}


async def _apart(session: AsyncSession) -> set[tuple[str, str]]:
    said = select(NotDuplicate.first_key, NotDuplicate.second_key)
    return {(first, second) for first, second in (await session.execute(said)).tuples()}


async def _same_number(session: AsyncSession, province_code: str) -> dict[tuple[str, str], str]:
    """Pairs of rows in use with one number of `_MOST_NUMBERS`, at least one of them in the province."""
    at = ServiceAtLocation
    used = (
        select(Phone.number, Service.key, at.province_code)
        .join(Service, Service.id == Phone.service_id)
        .join(at, at.service_id == Service.id)
        .where(Service.status.in_(IN_USE), Service.area == "")
    )
    shared = (
        used.with_only_columns(Phone.number)
        .group_by(Phone.number)
        .having(func.count(func.distinct(Service.key)).between(2, _MOST_ON_A_NUMBER))
        .order_by(Phone.number)
        .limit(_MOST_NUMBERS)
    )
    if province_code:
        shared = shared.having(func.bool_or(at.province_code == province_code))
    statement = used.where(Phone.number.in_(shared))
    by_number: dict[str, dict[str, str]] = defaultdict(dict)
    for number, key, province in (await session.execute(statement)).tuples():
        by_number[number][key] = province
    return {
        (first, second): number
        for number, keys in sorted(by_number.items())
        for first, second in combinations(sorted(keys), 2)
        if not province_code or province_code in (keys[first], keys[second])
    }


def _likely(pair: Pair) -> tuple[float, tuple[str, str]]:
    same_kind = pair.first.kind == pair.second.kind
    return -(pair.likeness + (0.5 if pair.why else 0.0) + (0.2 if same_kind else 0.0)), pair.keys
