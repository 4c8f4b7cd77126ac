"""A file as a table of services: its heading found, its records one by one, what is no record left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from referral_directory.intake import headings
from referral_directory.intake.encodings import Old, of_cells, read_text, repair
from referral_directory.intake.files import kind_of
from referral_directory.intake.headings import Heading
from referral_directory.intake.sheets import Line, Sheet, Unusable, csv_lines, workbook_sheets
from referral_directory.rows import BadTable
from referral_directory.spelling import name_key

_SAMPLE = 300
_DELIMITERS = (",", ";", "\t")
_MOST_LINES = 1_100_000
_TOTALS = (("tong", "cong"), ("tong", "so"))
_JOINED = {"phone": "; ", "hours": "; ", "description": "\n", "address": ", "}
_NO_HEADING = (
    "Không thấy dòng tiêu đề có cột tên cơ sở trong 25 dòng đầu. Cần một dòng có các tiêu đề như"
    " “Tên cơ sở”, “Địa chỉ”, “Xã/Phường”, “Tỉnh/TP”, “Điện thoại”, “Loại hình”."
)


@dataclass(slots=True)
class Record:
    """The cells of one service as they stand in the file, by column; the row it begins in."""

    number: int
    cells: dict[str, str]


@dataclass
class Table:
    """`above` is what stood above the heading. `remarks` say what was found out about the whole file;
    `skipped` are the lines that are no services, with their first words; both grow while `records` is
    read."""

    heading: Heading
    above: str
    records: Iterator[Record]
    remarks: list[str] = field(default_factory=list)
    skipped: list[tuple[int, str]] = field(default_factory=list)


def read_table(data: bytes, filename: str, most_rows: int) -> Table:
    """The first table of services in a file.

    Raises:
        BadTable: there is none, or the file may not be opened. Reading `records` raises it, too,
            where there are more than `most_rows` or the file is damaged further down.
    """
    if kind_of(data, filename, most_rows) == "csv":
        return _csv_table(data, most_rows)
    table: Table | None = None
    for sheet in workbook_sheets(data):
        found = _table(sheet.lines, most_rows)
        if found:
            return _beside(found, sheet, data)
        table = table or found
    raise BadTable(_NO_HEADING)


def _csv_table(data: bytes, most_rows: int) -> Table:
    text, written_in = read_text(data)
    if text.lower().startswith("sep=") and "\n" in text:
        text = text.split("\n", 1)[1]
    best: tuple[int, str] = (0, "")
    for delimiter in _DELIMITERS:
        heading = headings.find(list(islice(csv_lines(text, delimiter), headings.SEARCHED)))
        known = sum(1 for name in heading.names if name) if heading else 0
        best = max(best, (known, delimiter))
    # Text in an old font has no headings that can be read before it is repaired.
    delimiter = best[1] or max(_DELIMITERS, key=text[:20_000].count)
    table = _table(csv_lines(text, delimiter), most_rows)
    if table is None:
        raise BadTable(_NO_HEADING)
    if written_in:
        table.remarks.insert(0, f"tệp viết bằng {written_in}, đã chuyển sang Unicode")
    return table


def _table(lines: Iterator[Line], most_rows: int) -> Table | None:
    sample = list(islice(lines, _SAMPLE))
    font = of_cells(cell for line in sample for cell in line.cells)
    every = (_repaired(line, font) for line in chain(sample, lines))
    top = list(islice(every, headings.SEARCHED))
    heading = headings.find(top)
    if heading is None:
        return None
    above = " ".join(cell for line in top if line.number < heading.last for cell in line.cells)
    body = (line for line in chain(top, every) if line.number > heading.last)
    table = Table(heading, above[:2_000], iter(()))
    if font:
        table.remarks.append(f"tệp viết bằng phông {font}, đã chuyển sang Unicode")
    unused = [
        title
        for name, title in zip(heading.names, heading.titles, strict=True)
        if title and not name
    ]
    if unused:
        table.remarks.append(f"các cột không dùng tới: {', '.join(unused)}")
    table.records = _records(body, table, most_rows)
    return table


def _beside(table: Table, sheet: Sheet, data: bytes) -> Table:
    """`table` with a remark on the other sheets that hold something, which are not read."""
    others = [
        one.title
        for one in workbook_sheets(data)
        if one.title != sheet.title
        and any(cell.strip() for line in islice(one.lines, 50) for cell in line.cells)
    ]
    if others:
        table.remarks.append(f"chỉ đọc trang “{sheet.title}”, chưa đọc: {', '.join(others)}")
    return table


def _repaired(line: Line, font: Old | None) -> Line:
    for at, cell in enumerate(line.cells):
        if not isinstance(cell, Unusable) and not cell.isascii():
            line.cells[at] = repair(cell, font)
    return line


def _records(lines: Iterable[Line], table: Table, most_rows: int) -> Iterator[Record]:
    names = table.heading.names
    name_at = names.index("name")
    last: Record | None = None
    count = 0
    for line in lines:
        if line.number > _MOST_LINES:
            raise BadTable(f"Tệp dài hơn {_MOST_LINES} dòng.")
        for column in line.across:
            line.cells[column] = ""
        if last is not None and name_at in line.below:
            _join(last, names, line)
            continue
        cells = _cells(names, line)
        if why := _no_service(cells, line):
            table.skipped += [(line.number, why)] if why != "trống" else []
            continue
        if last is not None:
            yield last
        count += 1
        if count > most_rows:
            raise BadTable(f"Tệp có hơn {most_rows} dòng dịch vụ. Bạn chia thành nhiều tệp.")
        last = Record(line.number, cells)
    if last is not None:
        yield last


def _cells(names: Sequence[str], line: Line) -> dict[str, str]:
    cells: dict[str, str] = {}
    for name, cell in zip(names, line.cells, strict=False):
        if not name or not cell.strip():
            continue
        before = cells.get(name)
        if before is None or isinstance(cell, Unusable):
            cells[name] = cell
        elif not isinstance(before, Unusable) and before != cell:
            cells[name] = f"{before}{_JOINED[name]}{cell}"
    return cells


def _join(record: Record, names: Sequence[str], line: Line) -> None:
    """Add a line whose name is merged with the line above: a second number, more words."""
    fresh = ["" if at in line.below else cell for at, cell in enumerate(line.cells)]
    for name, cell in _cells(names, Line(line.number, fresh)).items():
        before = record.cells.get(name)
        if before is None or isinstance(cell, Unusable):
            record.cells[name] = cell
        elif name in _JOINED and not isinstance(before, Unusable) and cell not in before:
            record.cells[name] = f"{before}{_JOINED[name]}{cell}"


def _no_service(cells: dict[str, str], line: Line) -> str:
    """Why a line is none: its first words, "trống" for an empty one, "" where it is a service."""
    filled = [cell.strip() for cell in line.cells if cell.strip()]
    if not filled:
        return "trống"
    first = " ".join(filled[0].split())[:60]
    key = name_key(first)
    if key[:2] in _TOTALS or key in (("tong",), ("cong",)):
        return first
    if all(re.fullmatch(r"\(?\d{1,2}\)?|[A-Z]", cell) for cell in filled) and len(filled) > 2:
        return first
    if cells.get("name") and headings.column_of(cells["name"]) == "name":
        return first  # the heading again, at the top of a printed page
    named = [name for name in cells if name != "number"]
    return "" if len(named) > 1 else first
