"""Files as officials send them, made for tests."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date

from openpyxl import Workbook
from sqlalchemy.ext.asyncio import AsyncSession

from referral_directory.intake import Outcome, Plan, plan
from referral_directory.places import Gazetteer
from referral_directory.units import load_units

TODAY = date(2026, 11, 23)
SOURCE = "Sở Y tế Gia Lai"
HEADING = ["STT", "Tên cơ sở", "Loại hình", "Địa chỉ", "Xã/Phường", "Tỉnh/TP", "Số ĐT"]
LINE = [
    "1",
    "Trạm y tế Quy Nhơn Tây",
    "Trạm y tế",
    "12 Lê Lợi",
    "Quy Nhơn Tây",
    "Gia Lai",
    "0256 3822117",
]


def xlsx(
    rows: Sequence[Sequence[object]], merged: Sequence[str] = (), title: str = "Sheet"
) -> bytes:
    """A workbook of one sheet."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    for ranges in merged:
        sheet.merge_cells(ranges)
    return saved(book)


def saved(book: Workbook) -> bytes:
    """A workbook as the bytes of its file."""
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """A workbook with one more part in it."""
    file = io.BytesIO(data)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return file.getvalue()


def csv_text(rows: Sequence[Sequence[str]], delimiter: str = ",") -> str:
    """A CSV whose cells hold neither delimiter nor quote."""
    return "".join(delimiter.join(row) + "\r\n" for row in rows)


async def planned(
    session: AsyncSession,
    gazetteer: Gazetteer,
    data: bytes,
    name: str = "ds.xlsx",
    most: int = 1000,
) -> Plan:
    """The plan of a file that Sở Y tế sent."""
    units = load_units()
    return await plan(
        session,
        data,
        name,
        units=units,
        gazetteer=gazetteer,
        source=SOURCE,
        most_rows=most,
        today=TODAY,
    )


def only(found: Plan) -> Outcome:
    """The one row of a plan."""
    (one,) = found.outcomes
    return one
