"""Bring the seed into the database: all of it or nothing, as often as one likes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from referral_directory.cells import faults
from referral_directory.changes import Author, columns_changed_by_people, hold, save_all
from referral_directory.reading import read_keys
from referral_directory.rows import SEED, SEEDER, VERIFICATION, BadTable, Row, read_seed
from referral_directory.units import Units, load_units


@dataclass(frozen=True)
class Report:
    """What became of the seed: lines read, or one line for each error and nothing written."""

    loaded: int
    errors: tuple[str, ...] = ()


async def load_services(session: AsyncSession, at: datetime, source: Path = SEED) -> Report:
    """Insert or update every service of the seed at `at` (aware); the caller commits.

    A row is known again by its key. A cell that somebody changed keeps what they wrote; a row that
    somebody verified stays as it is, whole, and so does one that could not stand with cells of both.
    Where any line is wrong nothing is written.
    """
    units = load_units()
    try:
        lines = read_seed(source)
    except BadTable as error:
        return Report(0, (str(error),))
    wrong = seed_faults(lines, units)
    if wrong:
        return Report(0, tuple(wrong))
    keys = [row["key"] for _, row in lines]
    await hold(session)
    known = await read_keys(session, keys)
    kept = await columns_changed_by_people(session, keys, SEEDER)
    rows = [
        _keep(row, known.get(row["key"]), kept.get(row["key"], set()), units) for _, row in lines
    ]
    await save_all(session, rows, units, Author(SEEDER, at))
    return Report(len(rows))


def seed_faults(lines: Iterable[tuple[int, Row]], units: Units) -> list[str]:
    """One line for each thing wrong, "line 7, phone: …"; empty where all rows may be loaded. In
    the seed what nobody verified has no number and no address, and what somebody did has a page."""
    found: list[str] = []
    seen: dict[str, int] = {}
    for number, row in lines:
        wrong = faults(row, units)
        if row["reliability"] == "unverified":
            hidden = [name for name in ("phone", "address") if row[name]]
            wrong += [(name, "phải trống khi dòng chưa xác minh") for name in hidden]
        elif not row["source_url"]:
            wrong.append(("source_url", "còn trống"))
        if row["key"] in seen:
            wrong.append(("key", f"{row['key']!r} đã có ở dòng {seen[row['key']]}"))
        seen.setdefault(row["key"], number)
        found += [f"line {number}, {column}: {reason}" for column, reason in wrong]
    return found


def _keep(row: Row, known: Row | None, kept: set[str], units: Units) -> Row:
    if known is None or not kept:
        return row
    # Nobody vouches for what the seed says anew.
    if kept & set(VERIFICATION):
        return known
    mixed = {name: known[name] if name in kept else cell for name, cell in row.items()}
    return known if faults(mixed, units) else mixed
