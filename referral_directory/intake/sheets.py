"""The lines of a file, whatever it is: cells as text, merged cells filled in, one line at a time."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from xml.etree.ElementTree import ParseError
from zlib import error as ZlibError

from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from referral_directory.rows import BadTable

MOST_COLUMNS = 80
_MOST_MERGED, _MOST_COVERED = 50_000, 5_000_000
_TEXT_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_MERGED = re.compile(rb'mergeCell\s[^<>]{0,200}?ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
# What a damaged workbook makes openpyxl raise.
_BROKEN = (
    AttributeError, EOFError, InvalidFileException, KeyError, IndexError, OSError, ParseError,
    TypeError, ZlibError, zipfile.BadZipFile,
)  # fmt: skip
_AS_TEXT = {True: "có", False: "không"}


class Unusable(str):
    """A cell that may not be read; the text says why."""

    __slots__ = ()


FORMULA = Unusable("là công thức; hãy dán lại thành giá trị")
ERROR = Unusable("là ô báo lỗi của Excel")


@dataclass(slots=True)
class Line:
    """`number` is the row as a spreadsheet counts; `below` names the columns (from 0) where it repeats
    the cell of a merge that began in a line above, `across` where one that began to the left."""

    number: int
    cells: list[str]
    below: frozenset[int] = frozenset()
    across: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook."""

    title: str
    lines: Iterator[Line]


@dataclass(slots=True)
class _Merge:
    left: int
    top: int
    right: int
    bottom: int
    value: str = field(default="")


def csv_lines(text: str, delimiter: str) -> Iterator[Line]:
    """The records of a CSV, numbered as a spreadsheet would.

    Raises:
        BadTable: a cell is longer than any should be.
    """
    lines = (line.group() for line in _TEXT_LINE.finditer(text))
    reader = csv.reader(lines, delimiter=delimiter)
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            yield Line(number, cells[:MOST_COLUMNS])
    except csv.Error:
        raise BadTable(f"Dòng {number + 1}: có ô quá dài hoặc dấu nháy kép không đóng.") from None


def workbook_sheets(data: bytes) -> Iterator[Sheet]:
    """The visible sheets of a workbook, in their order; each is to be read before the next.

    Raises:
        BadTable: the workbook is damaged.
    """
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for sheet in book.worksheets:
                if sheet.sheet_state == "visible":
                    merges = _merges(archive, str(getattr(sheet, "_worksheet_path", "")))
                    yield Sheet(sheet.title, _lines(sheet, merges))
        book.close()
    except (*_BROKEN, ValueError) as error:
        raise _damaged(error) from None


def _lines(sheet: Any, merges: list[_Merge]) -> Iterator[Line]:
    merges.sort(key=lambda one: one.top)
    coming, active = iter(merges), list[_Merge]()
    upcoming = next(coming, None)
    try:
        sheet.reset_dimensions()
        for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), 1):
            cells = [_text(cell) for cell in row]
            while cells and not cells[-1]:
                cells.pop()
            active = [merge for merge in active if merge.bottom >= number]
            while upcoming is not None and upcoming.top <= number:
                upcoming.value = cells[upcoming.left] if upcoming.left < len(cells) else ""
                active.append(upcoming)
                upcoming = next(coming, None)
            yield _fill(number, cells, active) if active else Line(number, cells)
    except (*_BROKEN, ValueError) as error:
        raise _damaged(error) from None


def _fill(number: int, cells: list[str], merges: Iterable[_Merge]) -> Line:
    below, across = set(), set()
    for merge in merges:
        right = min(merge.right, MOST_COLUMNS - 1)
        cells += [""] * (right + 1 - len(cells))
        for column in range(merge.left, right + 1):
            if number > merge.top:
                below.add(column)
            if column > merge.left:
                across.add(column)
            if number > merge.top or column > merge.left:
                cells[column] = merge.value
    return Line(number, cells, frozenset(below), frozenset(across))


def _text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        if cell.data_type == "f":
            return FORMULA
        return ERROR if cell.data_type == "e" else value
    if isinstance(value, bool):
        return _AS_TEXT[value]
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return str(value) if isinstance(value, int) else FORMULA


def _merges(archive: zipfile.ZipFile, path: str) -> list[_Merge]:
    """The merged ranges of a sheet: a streamed sheet comes without them, they stand at its end."""
    if not path:
        return []
    found: list[_Merge] = []
    tail, covered = b"", 0
    with archive.open(path.lstrip("/")) as file:
        while part := file.read(1 << 20):
            tail += part
            last = 0
            for match in _MERGED.finditer(tail):
                last = match.end()
                edges = [edge or 1 for edge in range_boundaries(match[1].decode())]
                found.append(_Merge(edges[0] - 1, edges[1], edges[2] - 1, edges[3]))
                wide = min(edges[2], MOST_COLUMNS) - edges[0] + 1
                covered += max(wide, 1) * (edges[3] - edges[1] + 1)
                if covered > _MOST_COVERED or len(found) > _MOST_MERGED:
                    raise BadTable("Tệp gộp quá nhiều ô. Bạn bỏ gộp ô rồi gửi lại.")
            tail = tail[max(last, len(tail) - 300) :]
    return found


def _damaged(error: Exception) -> BadTable:
    if isinstance(error, BadTable):
        return error
    return BadTable(
        "Tệp .xlsx bị hỏng, không đọc được hết. Bạn mở bằng Excel, lưu lại rồi gửi lại."
    )
