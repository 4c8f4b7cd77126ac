"""How sound the directory is: every row judged again, and what its keepers should look after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from referral_directory.cells import faults, read_date
from referral_directory.export import Wanted, batches
from referral_directory.records import shown_days
from referral_directory.tables import Location, Phone, Service, ServiceAtLocation
from referral_directory.units import Units

MOST_NAMED = 50


@dataclass(frozen=True)
class Inspection:
    """Counts over all rows that are not defunct, but `rows` and `faulty`, which are over all.

    `wrong` are the first faults as key, column and reason. `only_centre` rows have their commune's
    centre for a point, `no_point` rows none, though they are places. `shared_phones` are numbers of
    several services (but emergency numbers), `same_names` names that several rows of one commune bear,
    each with the keys.
    """

    rows: int
    shown: int
    unverified: int
    expired: int
    only_centre: int
    no_point: int
    faulty: int
    wrong: tuple[tuple[str, str, str], ...]
    shared_phones: tuple[tuple[str, tuple[str, ...]], ...]
    same_names: tuple[tuple[str, tuple[str, ...]], ...]


async def inspect(session: AsyncSession, units: Units, on: date) -> Inspection:
    """Judge every row as it stands on the day `on`."""
    counts = dict.fromkeys(
        ("rows", "shown", "unverified", "expired", "only_centre", "no_point", "faulty"), 0
    )
    wrong: list[tuple[str, str, str]] = []
    async for rows in batches(session, Wanted(None)):
        for row in rows:
            counts["rows"] += 1
            if found := faults(row, units):
                counts["faulty"] += 1
                wrong += [(row["key"], *fault) for fault in found]
                del wrong[MOST_NAMED:]
            if row["status"] == "defunct":
                continue
            until, days = read_date(row["verified_until"]), shown_days(row)
            counts["shown"] += days is not None and days[0] <= on <= days[1]
            counts["unverified"] += row["reliability"] == "unverified"
            counts["expired"] += until is not None and until < on
            if not row["area"] and not row["latitude"]:
                counts["only_centre" if row["commune_code"] else "no_point"] += 1
    return Inspection(
        **counts,
        wrong=tuple(wrong),
        shared_phones=await _shared_phones(session),
        same_names=await _same_names(session),
    )


async def _shared_phones(session: AsyncSession) -> tuple[tuple[str, tuple[str, ...]], ...]:
    keys = func.array_agg(func.distinct(Service.key))
    statement = (
        select(Phone.number, keys)
        .join(Service, Service.id == Phone.service_id)
        .where(Service.status != "defunct", Service.kind != "emergency")
        .group_by(Phone.number)
        .having(func.count(func.distinct(Service.key)) > 1)
        .order_by(Phone.number)
    )
    found = (await session.execute(statement.limit(MOST_NAMED))).tuples()
    return tuple((number, tuple(sorted(shared))) for number, shared in found)


async def _same_names(session: AsyncSession) -> tuple[tuple[str, tuple[str, ...]], ...]:
    statement = (
        select(func.min(Service.name), func.array_agg(Service.key))
        .join(ServiceAtLocation, ServiceAtLocation.service_id == Service.id)
        .join(Location, Location.id == ServiceAtLocation.location_id)
        .where(Service.status != "defunct", Location.commune_code.is_not(None))
        .group_by(func.lower(Service.name), Service.kind, Location.commune_code)
        .having(func.count() > 1)
        .order_by(func.min(Service.name))
    )
    found = (await session.execute(statement.limit(MOST_NAMED))).tuples()
    return tuple((name, tuple(sorted(keys))) for name, keys in found)
