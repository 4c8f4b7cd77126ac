"""From a file to a plan, and from a plan to the directory: nothing is written before everything was
judged, and then all of it or nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import islice

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from referral_directory.changes import Author, save_all
from referral_directory.intake.drafts import Draft, Reader
from referral_directory.intake.merging import judge, merge
from referral_directory.intake.plans import Fate, Outcome, Plan, mark_of, pack
from referral_directory.intake.points import Land
from referral_directory.intake.tables import Table, read_table
from referral_directory.intake.whereabouts import Register
from referral_directory.places import Gazetteer
from referral_directory.reading import read_keys
from referral_directory.records import shown_days
from referral_directory.rows import Row
from referral_directory.tables import Location, Service, ServiceAtLocation
from referral_directory.units import Units, load_units

_AT_A_TIME = 1_000


class RowsRefused(ValueError):
    """Rows of the plan are refused, and nobody chose to leave them out."""


class ChangedMeanwhile(Exception):
    """A row was changed after the plan was made: nothing was written."""


async def plan(
    session: AsyncSession,
    data: bytes,
    filename: str,
    *,
    units: Units,
    gazetteer: Gazetteer,
    source: str,
    most_rows: int,
    today: date,
) -> Plan:
    """What importing this file would do to the directory as it is now; writes nothing.

    `source` stands for the source of rows that name none; nobody verified anything after `today`.

    Raises:
        BadTable: the file may not or cannot be read as a table; the message is one line.
    """
    table = await asyncio.to_thread(read_table, data, filename, most_rows)
    drafts = await asyncio.to_thread(_drafts, table, units, gazetteer)
    judging = _Judge(units, source.strip(), table.heading.ours, today)
    outcomes: list[Outcome] = []
    while batch := await asyncio.to_thread(lambda: list(islice(drafts, _AT_A_TIME))):
        known = await read_keys(session, [one.cells["key"] for one in batch if "key" in one.cells])
        alike = await _alike(session, batch, known)
        outcomes += await asyncio.to_thread(judging.outcomes, batch, known, alike)
        session.expunge_all()
    heading = table.heading
    remarks, skipped = tuple(table.remarks), tuple(table.skipped)
    return Plan(filename, heading, tuple(outcomes), remarks, skipped)


async def carry_out(
    session: AsyncSession, plan: Plan, units: Units, author: Author, *, skip_refused: bool = False
) -> int:
    """Write the plan's rows and say how many; the caller commits. What fails leaves nothing behind.

    Raises:
        RowsRefused: there are refused rows, and `skip_refused` is not set.
        ChangedMeanwhile: a row was changed since the plan was made.
    """
    if plan.refused and not skip_refused:
        raise RowsRefused(f"{plan.refused} dòng bị từ chối nên chưa ghi dòng nào")
    wanted = (one for one in plan.outcomes if one.fate in ("new", "changed"))
    written = 0
    async with session.begin_nested():
        # Writing nothing takes the directory's lock: from here on nobody else writes.
        await save_all(session, [], units, author)
        while some := list(islice(wanted, _AT_A_TIME)):
            known = await read_keys(session, [one.key for one in some])
            if moved := [one for one in some if mark_of(known.get(one.key)) != one.before]:
                raise ChangedMeanwhile(
                    f"Danh bạ vừa có người sửa ({moved[0].name}, dòng {moved[0].number} của tệp) nên"
                    " chưa ghi dòng nào. Bạn xem trước lại rồi ghi."
                )
            await save_all(session, [one.row() for one in some], units, author)
            written += len(some)
    return written


def _drafts(table: Table, units: Units, gazetteer: Gazetteer) -> Iterator[Draft]:
    register, land = _ground() if units is load_units() else (Register(units), Land(units))
    province = ""
    if not {"province", "province_code", "commune_code"} & set(table.heading.names):
        province = _province_above(table.above, register, gazetteer)
        if province:
            table.remarks.append(f"không có cột tỉnh, lấy {province} ghi trong tiêu đề")
    reader = Reader(units, register, land, table.heading.ours, province)
    return (reader.read(record) for record in table.records)


@cache
def _ground() -> tuple[Register, Land]:
    """Made once from the units that the process has: it takes a second or so."""
    return Register(load_units()), Land(load_units())


def _province_above(above: str, register: Register, gazetteer: Gazetteer) -> str:
    """The one province that the title of a list names, with its old name if it says that."""
    said = [place.former or place.name for place in gazetteer.find(above)]
    named = [title for title in said if register.units_named(title, "province")]
    return named[0] if len(named) == 1 == len(said) else ""


@dataclass
class _Judge:
    """Says what becomes of the drafts of one file, in their order; `ours` as `Heading` has it."""

    units: Units
    source: str
    ours: bool
    today: date
    rows_of: dict[str, int] = field(default_factory=dict)

    def outcomes(
        self,
        drafts: Sequence[Draft],
        known: Mapping[str, Row],
        alike: Mapping[tuple[str, str], str],
    ) -> list[Outcome]:
        """The fates of some drafts, with the rows that are known by key and by name and commune."""
        return [self._outcome(one, known, alike) for one in drafts]

    def _outcome(
        self, draft: Draft, known: Mapping[str, Row], alike: Mapping[tuple[str, str], str]
    ) -> Outcome:
        key = draft.cells.get("key", "")
        before = known.get(key)
        merged = merge(draft, before, self.source, ours=self.ours)
        faults = judge(draft, merged, self.units, self.today)
        first = self.rows_of.setdefault(key, draft.number) if key else draft.number
        if first != draft.number:
            faults.append(("key", f"trùng với dòng {first} (cùng mã, hoặc cùng tên và cùng xã)"))
        row, notes = merged.row, (*draft.notes, *merged.notes)
        if faults:
            return Outcome(draft.number, "refused", key, row["name"], notes, tuple(faults))
        if before is not None and row == before:
            return Outcome(draft.number, "same", key, row["name"])
        if before is None and (other := alike.get((row["name"], row["commune_code"]))):
            told = f"danh bạ đã có nơi cùng tên, cùng xã với mã {other}: có thể trùng"
            notes += (("key", told),)
        days = shown_days(row)
        shown = days is not None and days[0] <= self.today <= days[1]
        if shown:
            notes += (("reliability", "người dân sẽ thấy dòng này ngay khi ghi"),)
        fate: Fate = "new" if before is None else "changed"
        mark, cells = mark_of(before), pack(row)
        return Outcome(
            draft.number, fate, key, row["name"], notes, (), merged.withdrawn, shown, mark, cells
        )


async def _alike(
    session: AsyncSession, batch: Sequence[Draft], known: dict[str, dict[str, str]]
) -> dict[tuple[str, str], str]:
    """(name, commune) → key of rows in the directory like those that would be new."""
    names = {one.cells.get("name", "") for one in batch if one.cells.get("key") not in known}
    statement = (
        select(Service.name, Location.commune_code, Service.key)
        .join(ServiceAtLocation, ServiceAtLocation.service_id == Service.id)
        .join(Location, Location.id == ServiceAtLocation.location_id)
        .where(Service.name.in_(names - {""}), Location.commune_code.is_not(None))
    )
    found = (await session.execute(statement)).tuples()
    return {(name, code or ""): key for name, code, key in found}
