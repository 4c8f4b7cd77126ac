"""One row of the directory as people see it: in the seed, in an import, an export and a form.

A row is a mapping from every column to its cell, a stripped string; "" where nothing is known.
`cells.py` says what each cell may hold, `records.py` makes the tables' rows of it and `reading.py`
brings it back.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SEED = Path(__file__).parent / "data" / "services.csv"
SEEDER = "seed"
"""Who changed what the seed wrote."""

Row = Mapping[str, str]


@dataclass(frozen=True)
class Column:
    """`title` heads it where people read it; `hint` says in a few words what it may hold."""

    name: str
    title: str
    hint: str = ""


COLUMNS = (
    Column("key", "Mã dòng", "chữ thường, số và dấu gạch; không đổi về sau"),
    Column("name", "Tên"),
    Column("alternate_name", "Tên khác", "tên cũ, tên thường gọi"),
    Column("kind", "Loại dịch vụ"),
    Column("organization", "Đơn vị", "đơn vị chủ quản"),
    Column("description", "Mô tả"),
    Column("area", "Phạm vi", "trống: một nơi; commune: ở mọi xã, phường; country: cả nước"),
    Column("commune_code", "Mã xã, phường", "mã 5 chữ số hiện nay"),
    Column("province_code", "Mã tỉnh, thành phố", "mã 2 chữ số hiện nay"),
    Column("former_unit", "Đơn vị cũ", "tên xã, huyện, tỉnh trước 01/07/2025"),
    Column("address", "Địa chỉ", "số nhà, đường; không ghi xã, tỉnh"),
    Column("latitude", "Vĩ độ", "như 13.782; trống: lấy trung tâm xã, phường"),
    Column("longitude", "Kinh độ", "như 109.219"),
    Column("phone", "Điện thoại", "chỉ chữ số; nhiều số cách nhau bằng dấu ;"),
    Column("hours", "Giờ mở cửa", "như MO-FR 07:30-11:30,13:30-17:00; SA 08:00-11:00, hoặc 24/7"),
    Column("holidays", "Ngày lễ", "open, closed hoặc trống"),
    Column("languages", "Ngôn ngữ", "mã như vi, en, khm; cách nhau bằng dấu ;"),
    Column("minimum_age", "Tuổi nhỏ nhất"),
    Column("maximum_age", "Tuổi lớn nhất"),
    Column("accepts_voluntary", "Nhận tự nguyện", "yes, no hoặc trống"),
    Column("accepts_compulsory", "Nhận bắt buộc", "yes, no hoặc trống"),
    Column("eligibility", "Ai được nhận"),
    Column("substances", "Chất", "chất mà nơi này điều trị"),
    Column("cost", "Chi phí"),
    Column("accessibility", "Lối đi cho người khuyết tật"),
    Column("asks_identity", "Hỏi giấy tờ", "yes, no hoặc trống"),
    Column("reports_to", "Báo cho ai", "nơi này báo tên người đến cho ai"),
    Column("email", "Email"),
    Column("website", "Trang web"),
    Column("legal_basis", "Căn cứ pháp luật"),
    Column("status", "Tình trạng", "active, temporarily closed, inactive hoặc defunct"),
    Column("reliability", "Độ tin cậy", "verified hoặc unverified"),
    Column("source_name", "Nguồn"),
    Column("source_url", "Địa chỉ nguồn"),
    Column("source_date", "Ngày của nguồn", "như 2026-02-11"),
    Column("verified_on", "Xác minh ngày", "như 2026-02-11"),
    Column("verified_by", "Người xác minh"),
    Column("verified_until", "Xác minh đến", "như 2027-02-11, nhiều nhất một năm"),
)
NAMES = tuple(column.name for column in COLUMNS)
TITLES = {column.name: column.title for column in COLUMNS}
VERIFICATION = ("reliability", "verified_on", "verified_by", "verified_until")
SOURCE = ("source_name", "source_url", "source_date")
BESIDE = frozenset(("alternate_name", "former_unit", *SOURCE, *VERIFICATION))
"""Nobody calls or goes by these: a verified row stays verified when they change."""


class BadTable(ValueError):
    """A file that cannot be read as a table of services at all; the message says which and why."""


def empty_row() -> dict[str, str]:
    """A row where nothing is known but that it is one place, in use, and unverified."""
    return dict.fromkeys(NAMES, "") | {"status": "active", "reliability": "unverified"}


def read_seed(source: Path = SEED) -> list[tuple[int, Row]]:
    """The lines of the seed with their line numbers, every cell stripped.

    Raises:
        BadTable: the file is not UTF-8, or its columns are not those of `COLUMNS`.
    """
    try:
        with source.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            if tuple(reader.fieldnames or ()) != NAMES:
                raise BadTable(f"{source.name}: the columns must be {', '.join(NAMES)}")
            rows: list[tuple[int, Row]] = []
            for line in reader:
                if None in line or None in line.values():
                    raise BadTable(f"{source.name}, line {reader.line_num}: wrong number of cells")
                rows.append((reader.line_num, {name: cell.strip() for name, cell in line.items()}))
            return rows
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadTable(f"{source.name}: {error}") from error
