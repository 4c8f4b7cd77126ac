"""Every change of the directory goes through here: what a row became, who changed which cell and why,
and the way back.

`save_all` writes rows whole and leaves a line of HSDS metadata for each cell that changed; a row that
did not change leaves nothing. The caller commits, so that a file is written whole or not at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from referral_directory.cells import Fault, canonical, faults
from referral_directory.reading import read_keys, read_row
from referral_directory.records import records, row_id
from referral_directory.rows import NAMES, Row, empty_row
from referral_directory.tables import (
    Accessibility,
    Address,
    CostOption,
    DirectoryBase,
    Language,
    Location,
    Metadata,
    Organization,
    Phone,
    Schedule,
    Service,
    ServiceAtLocation,
)
from referral_directory.units import Units

_ORDER: tuple[type[DirectoryBase], ...] = (
    Organization,
    Service,
    Location,
    ServiceAtLocation,
    Address,
    Accessibility,
    Phone,
    Schedule,
    Language,
    CostOption,
)
_TABLES = DirectoryBase.metadata.tables
_AT_A_TIME = 1_000
_LOCK = 0x64697265  # one writer at a time: rows share organizations
NOTHING_ELSE: Mapping[str, str] = {}


class BadRow(ValueError):
    """A row that may not be written. `faults` are its columns with what is wrong, in Vietnamese."""

    def __init__(self, key: str, found: Sequence[Fault]) -> None:
        self.key, self.faults = key, tuple(found)
        super().__init__("; ".join(f"{key}, {column}: {reason}" for column, reason in found))


class ChangedSince(Exception):
    """A cell was changed again after the change that was to be undone; `columns` names which."""

    def __init__(self, columns: Sequence[str]) -> None:
        self.columns = tuple(columns)
        super().__init__(", ".join(columns))


@dataclass(frozen=True)
class Author:
    """Who changes rows, when and why. `by` is a login, or `rows.SEEDER`."""

    by: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True)
class Cell:
    """One cell that changed."""

    column: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """Cells of one row that changed together; `created` where the row was new. Then its cells name
    what it was made with."""

    id: UUID
    key: str
    author: Author
    created: bool
    cells: tuple[Cell, ...]


async def save(session: AsyncSession, row: Row, units: Units, author: Author) -> Change | None:
    """Write one row; see `save_all`. None where nothing of it is new."""
    changes = await save_all(session, [row], units, author)
    return changes[0] if changes else None


async def hold(session: AsyncSession) -> None:
    """Let nobody else change rows before this transaction ends: for whoever first looks what stands
    there. Waits for those who are changing some."""
    await session.execute(select(func.pg_advisory_xact_lock(_LOCK)))


async def save_all(
    session: AsyncSession, rows: Iterable[Row], units: Units, author: Author
) -> list[Change]:
    """Write these rows, new ones and known ones (by key), and their history; what changed.

    Raises:
        BadRow: a row has faults or its key stands twice; nothing was written.
    """
    wanted: dict[str, Row] = {}
    for row in rows:
        if wrong := faults(row, units):
            raise BadRow(row["key"], wrong)
        if row["key"] in wanted:
            raise BadRow(row["key"], [("key", "đứng hai lần")])
        wanted[row["key"]] = canonical(row)
    await hold(session)
    known = await read_keys(session, wanted)
    changes = []
    for key, row in wanted.items():
        before = known.get(key)
        cells = _differences(before or empty_row(), row)
        if cells or before is None:
            changes.append(Change(uuid4(), key, author, before is None, cells))
    for start in range(0, len(changes), _AT_A_TIME):
        some = changes[start : start + _AT_A_TIME]
        await _write(session, [wanted[change.key] for change in some], units, author.at)
        await session.execute(
            insert(_TABLES["metadata"]), [line for one in some for line in _lines(one)]
        )
    session.expire_all()
    return changes


async def history(session: AsyncSession, key: str) -> list[Change]:
    """What became of a row, newest first."""
    return await _changes(session, Metadata.resource_id == row_id(key, Service))


async def latest_changes(session: AsyncSession, limit: int) -> list[Change]:
    """The newest changes of all rows, newest first."""
    order = (Metadata.last_action_date.desc(), Metadata.change_id)
    # A change has a line for each cell and one for a new row, so these hold enough of them.
    lines = limit * (len(NAMES) + 1)
    last = select(Metadata.change_id, Metadata.last_action_date).order_by(*order).limit(lines)
    seen = last.subquery()
    newest = (
        select(seen.c.change_id)
        .group_by(seen.c.change_id)
        .order_by(func.max(seen.c.last_action_date).desc(), seen.c.change_id)
        .limit(limit)
    )
    return await _changes(session, Metadata.change_id.in_(newest))


async def undo(
    session: AsyncSession,
    change_id: UUID,
    units: Units,
    author: Author,
    also: Mapping[str, str] = NOTHING_ELSE,
) -> Change | None:
    """Give the cells of a change what they held before it; a new change, None where they do already.
    `also` are cells that become something else in the same change.

    A row's making is undone by `status`: it becomes "defunct" and is kept.

    Raises:
        KeyError: there is no such change.
        ChangedSince: one of its cells was changed again since; nothing was written.
        BadRow: the row would not stand with its former cells.
    """
    found = await _changes(session, Metadata.change_id == change_id)
    if not found:
        raise KeyError(change_id)
    change = found[0]
    row = await read_row(session, change.key)
    assert row is not None, "a row is never deleted"
    if change.created:
        return await save(session, {**row, "status": "defunct", **also}, units, author)
    others = [cell.column for cell in change.cells if row[cell.column] != cell.after]
    if others:
        raise ChangedSince(others)
    former = {cell.column: cell.before for cell in change.cells}
    return await save(session, {**row, **former, **also}, units, author)


async def columns_changed_by_people(
    session: AsyncSession, keys: Sequence[str], machine: str
) -> dict[str, set[str]]:
    """Key → the columns that anybody but `machine` changed at any time."""
    ids = {row_id(key, Service): key for key in keys}
    statement = select(Metadata.resource_id, Metadata.field_name).where(
        Metadata.resource_id.in_(ids), Metadata.updated_by != machine
    )
    changed: dict[str, set[str]] = defaultdict(set)
    for service, column in (await session.execute(statement.distinct())).tuples():
        changed[ids[service]].add(column)
    return changed


def _differences(before: Row, after: Row) -> tuple[Cell, ...]:
    return tuple(
        Cell(name, before[name], after[name]) for name in NAMES if before[name] != after[name]
    )


async def _write(session: AsyncSession, rows: Sequence[Row], units: Units, at: datetime) -> None:
    await _forget_details(session, [row["key"] for row in rows])
    by_table: dict[type[DirectoryBase], dict[UUID, dict[str, Any]]] = defaultdict(dict)
    for row in rows:
        for table, values in records(row, units, at):
            by_table[table][values["id"]] = values
    for table in _ORDER:
        if written := list(by_table[table].values()):
            # The bare table: through the mapped class writing is a third slower.
            statement = upsert(_TABLES[table.__tablename__])
            if table is Organization:
                statement = statement.on_conflict_do_nothing()
            elif table is Service:
                new = {name: statement.excluded[name] for name in written[0] if name != "id"}
                statement = statement.on_conflict_do_update(index_elements=["id"], set_=new)
            await session.execute(statement, written)


async def _forget_details(session: AsyncSession, keys: Sequence[str]) -> None:
    services = [row_id(key, Service) for key in keys]
    locations = [row_id(key, Location) for key in keys]
    for detail in (Phone, Schedule, Language, CostOption, ServiceAtLocation):
        await session.execute(delete(detail).where(detail.service_id.in_(services)))
    for at in (Address, Accessibility):
        await session.execute(delete(at).where(at.location_id.in_(locations)))
    await session.execute(delete(Location).where(Location.id.in_(locations)))


def _lines(change: Change) -> list[dict[str, Any]]:
    cells = change.cells
    if change.created:
        cells = (Cell("", "", ""), *cells)
    return [
        {
            "id": uuid4(),
            "resource_id": row_id(change.key, Service),
            "resource_type": "service",
            "last_action_date": change.author.at,
            "last_action_type": "create" if change.created else "update",
            "field_name": cell.column,
            "previous_value": cell.before,
            "replacement_value": cell.after,
            "updated_by": change.author.by,
            "change_id": change.id,
            "reason": change.author.reason,
        }
        for cell in cells
    ]


async def _changes(session: AsyncSession, condition: Any) -> list[Change]:
    statement = (
        select(Metadata, Service.key)
        .join(Service, Service.id == Metadata.resource_id)
        .where(condition)
        .order_by(Metadata.last_action_date.desc(), Metadata.change_id)
    )
    grouped: dict[UUID, list[tuple[Metadata, str]]] = defaultdict(list)
    for line, key in (await session.execute(statement)).tuples():
        grouped[line.change_id].append((line, key))
    changes = []
    for change_id, lines in grouped.items():
        first, key = lines[0]
        cells = sorted(
            (
                Cell(line.field_name, line.previous_value, line.replacement_value)
                for line, _ in lines
                if line.field_name
            ),
            key=lambda cell: NAMES.index(cell.column),
        )
        author = Author(first.updated_by, first.last_action_date, first.reason)
        created = first.last_action_type == "create"
        changes.append(Change(change_id, key, author, created, tuple(cells)))
    return changes
