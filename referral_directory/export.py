"""The directory as a file: CSV, XLSX, GeoJSON or HSDS, row by row, so that it need not fit into memory.

"public" is what a citizen may be told on one day, headed and worded for people. "all" is every row
and every column under its machine name, which an import takes back unchanged.
"""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Font
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from referral_directory.formulas import guarded
from referral_directory.found import shown_on
from referral_directory.hsds.datapackage import write_datapackage
from referral_directory.public_rows import PUBLIC, PUBLIC_TITLES, feature, public_cells
from referral_directory.reading import read_keys
from referral_directory.rows import NAMES, Row
from referral_directory.tables import Service, ServiceAtLocation
from referral_directory.units import Units

_AT_A_TIME = 500


@dataclass(frozen=True)
class Wanted:
    """What is asked for: `on` is the day on which rows must be shown to citizens, None for all rows;
    `province` and `kind` are codes, "" for any."""

    on: date | None
    province: str = ""
    kind: str = ""


async def batches(session: AsyncSession, wanted: Wanted) -> AsyncIterator[list[Row]]:
    """The rows asked for in the order of their keys, some at a time."""
    last = ""
    while True:
        keys = select(Service.key).where(Service.key > last, *_conditions(wanted))
        page = await session.scalars(keys.order_by(Service.key).limit(_AT_A_TIME))
        if not (found := page.all()):
            return
        rows = await read_keys(session, found)
        yield [rows[key] for key in found]
        last = found[-1]


async def write_csv(session: AsyncSession, units: Units, wanted: Wanted, file: BinaryIO) -> int:
    """Write CSV in UTF-8 with the mark that Excel needs; how many rows."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(_headings(wanted))
    count = 0
    async for rows in batches(session, wanted):
        writer.writerows([guarded(cell) for cell in line] for line in _lines(rows, wanted, units))
        count += len(rows)
    text.detach()
    return count


async def write_xlsx(session: AsyncSession, units: Units, wanted: Wanted, file: BinaryIO) -> int:
    """Write an Excel workbook of one sheet, every cell text; how many rows."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Danh bạ")
    sheet.freeze_panes = "C2"
    bold = Font(bold=True)

    def text_cell(text: str) -> Cell | None:
        if not text:
            return None
        cell = WriteOnlyCell(sheet, text)
        cell.number_format = "@"
        return cell

    def append(lines: Iterable[list[str]]) -> None:
        for line in lines:
            sheet.append([text_cell(guarded(cell)) for cell in line])

    titles = [WriteOnlyCell(sheet, title) for title in _headings(wanted)]
    for title in titles:
        title.font = bold
    sheet.append(titles)
    count = 0
    async for rows in batches(session, wanted):
        await asyncio.to_thread(append, list(_lines(rows, wanted, units)))
        count += len(rows)
    await asyncio.to_thread(book.save, file)
    return count


async def write_geojson(session: AsyncSession, units: Units, wanted: Wanted, file: BinaryIO) -> int:
    """Write a FeatureCollection (RFC 7946) of the rows that have a point; how many.

    Raises:
        ValueError: all rows were asked for; a map is for what citizens may see.
    """
    if wanted.on is None:
        raise ValueError("a map holds public rows only")
    file.write(b'{"type": "FeatureCollection", "features": [')
    count = 0
    async for rows in batches(session, wanted):
        for row in rows:
            if (made := feature(row, units)) is not None:
                between = ",\n" if count else "\n"
                file.write((between + json.dumps(made, ensure_ascii=False)).encode())
                count += 1
    file.write(b"\n]}\n")
    return count


async def write_hsds(session: AsyncSession, units: Units, wanted: Wanted, file: BinaryIO) -> int:
    """Write a Tabular Data Package of HSDS with everything public; how many services.

    Raises:
        ValueError: more or less than everything public was asked for.
    """
    if wanted.on is None or wanted.province or wanted.kind:
        raise ValueError("a data package holds all public rows")
    await write_datapackage(session, file, wanted.on)
    shown = select(func.count()).select_from(Service).where(*_conditions(wanted))
    return (await session.scalars(shown)).one()


Write = Callable[[AsyncSession, Units, Wanted, BinaryIO], Awaitable[int]]


@dataclass(frozen=True)
class Format:
    """How a file is written, and what it is called on the web."""

    write: Write
    media_type: str
    suffix: str


FORMATS = {
    "csv": Format(write_csv, "text/csv; charset=utf-8", "csv"),
    "xlsx": Format(
        write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"
    ),
    "geojson": Format(write_geojson, "application/geo+json", "geojson"),
    "hsds": Format(write_hsds, "application/zip", "zip"),
}


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.on is not None:
        conditions.append(shown_on(wanted.on))
    if wanted.kind:
        conditions.append(Service.kind == wanted.kind)
    if wanted.province:
        there = ServiceAtLocation.province_code == wanted.province
        conditions.append(Service.id.in_(select(ServiceAtLocation.service_id).where(there)))
    return conditions


def _headings(wanted: Wanted) -> list[str]:
    return list(NAMES) if wanted.on is None else [PUBLIC_TITLES[name] for name in PUBLIC]


def _lines(rows: Iterable[Row], wanted: Wanted, units: Units) -> Iterable[list[str]]:
    if wanted.on is None:
        return ([row[name] for name in NAMES] for row in rows)
    return (list(public_cells(row, units).values()) for row in rows)
