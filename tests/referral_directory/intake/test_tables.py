"""Headings, merged cells and lines that are no services."""

from __future__ import annotations

import io
import zipfile
from contextlib import nullcontext
from time import perf_counter

import pytest
from openpyxl import Workbook

from referral_directory.intake.headings import column_of
from referral_directory.intake.tables import Table, read_table
from referral_directory.rows import COLUMNS, BadTable
from tests.referral_directory.intake.files import HEADING, LINE, csv_text, saved, xlsx
from tests.referral_directory.intake.test_encodings import windows_1258


def cells(table: Table) -> list[dict[str, str]]:
    return [record.cells for record in table.records]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Tên cơ sở", "name"),
        ("ten co so", "name"),
        ("TÊN ĐƠN VỊ (ghi đầy đủ)", "name"),
        ("Địa chỉ", "address"),
        ("Số ĐT", "phone"),
        ("Điện thoại liên hệ", "phone"),
        ("Xã/Phường", "commune"),
        ("Huyện / Quận", "district"),
        ("Tỉnh/TP", "province"),
        ("Đơn vị chủ quản", "organization"),
        ("Giờ làm việc", "hours"),
        ("Vĩ độ", "latitude"),
        ("Kinh độ", "longitude"),
        ("Toạ độ", "point"),
        ("Loại hình", "kind"),
        ("Ghi chú", "description"),
        ("Nguồn", "source_name"),
        ("STT", "number"),
        ("Mã bưu điện", ""),
    ],
)
def test_headings_are_known_as_officials_write_them(title: str, name: str) -> None:
    assert column_of(title) == name


@pytest.mark.parametrize("column", COLUMNS, ids=lambda one: one.name)
def test_our_own_names_and_titles_mean_our_columns(column: object) -> None:
    assert column_of(column.name) == column.name  # type: ignore[attr-defined]
    assert column_of(column.title) == column.name  # type: ignore[attr-defined]


def test_titles_above_empty_lines_groups_and_totals_are_no_services() -> None:
    rows = [
        ["SỞ Y TẾ"],
        ["DANH SÁCH CƠ SỞ ĐIỀU TRỊ"],
        [],
        HEADING,
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)"],
        ["I", "HUYỆN TUY PHƯỚC"],
        LINE,
        [],
        ["2", "Tổng đài tư vấn", "tư vấn", "", "", "Gia Lai", "19001567"],
        ["Tổng cộng", "2 cơ sở", "", "", "", "", ""],
        ["", "Người lập biểu"],
    ]
    table = read_table(xlsx(rows), "ds.xlsx", 10)
    records = list(table.records)
    assert [record.number for record in records] == [7, 9]
    assert [number for number, _ in table.skipped] == [5, 6, 10, 11]
    assert "DANH SÁCH" in table.above


def test_a_heading_merged_over_two_lines_is_read() -> None:
    rows = [
        ["STT", "Tên cơ sở", "Địa chỉ", "", "", "Liên hệ", ""],
        ["", "", "Số nhà, đường", "Xã/Phường", "Tỉnh/TP", "Điện thoại", "Email"],
        ["1", "Trạm A", "12 Lê Lợi", "Quy Nhơn", "Gia Lai", "0256 3822117", "a@b.vn"],
    ]
    merged = ["A1:A2", "B1:B2", "C1:E1", "F1:G1"]
    for data, name in ((xlsx(rows, merged), "ds.xlsx"), (csv_text(rows, ";").encode(), "ds.csv")):
        (found,) = cells(read_table(data, name, 10))
        assert {k: v for k, v in found.items() if k != "number"} == {
            "name": "Trạm A",
            "address": "12 Lê Lợi",
            "commune": "Quy Nhơn",
            "province": "Gia Lai",
            "phone": "0256 3822117",
            "email": "a@b.vn",
        }


def test_merged_cells_of_the_body_count_for_every_line_they_cover() -> None:
    rows = [
        ["Tỉnh/TP", "Tên cơ sở", "Số ĐT"],
        ["Gia Lai", "Trạm A", "0256 3822117"],
        ["", "", "0905123456"],
        ["", "Trạm B", "0256 3822118"],
    ]
    first, second = cells(read_table(xlsx(rows, ["A2:A4", "B2:B3"]), "ds.xlsx", 10))
    assert first == {"province": "Gia Lai", "name": "Trạm A", "phone": "0256 3822117; 0905123456"}
    assert second == {"province": "Gia Lai", "name": "Trạm B", "phone": "0256 3822118"}


def test_the_heading_again_on_a_printed_page_is_skipped() -> None:
    table = read_table(xlsx([HEADING, LINE, HEADING, LINE]), "ds.xlsx", 10)
    assert [record.number for record in table.records] == [2, 4]


def test_a_group_title_merged_across_the_line_is_skipped() -> None:
    table = read_table(xlsx([HEADING, ["I. HUYỆN TUY PHƯỚC"], LINE], ["A2:G2"]), "ds.xlsx", 10)
    assert [record.number for record in table.records] == [3]


def test_two_columns_of_numbers_are_told_after_each_other() -> None:
    rows = [["Tên cơ sở", "ĐT cố định", "Di động"], ["A", "02563822117", "0905123456"]]
    assert cells(read_table(xlsx(rows), "ds.xlsx", 10))[0]["phone"] == "02563822117; 0905123456"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_is_read_with_any_delimiter(delimiter: str) -> None:
    data = csv_text([HEADING, LINE], delimiter).encode("utf-8-sig")
    (found,) = cells(read_table(data, "ds.csv", 10))
    assert found["name"] == LINE[1]


@pytest.mark.parametrize("encoding", ["utf-16", "cp1258"])
def test_a_csv_in_an_old_encoding_is_read_and_it_is_said(encoding: str) -> None:
    text = csv_text([HEADING, LINE], ";")
    data = windows_1258(text) if encoding == "cp1258" else text.encode(encoding)
    table = read_table(data, "ds.csv", 10)
    assert cells(table)[0]["name"] == LINE[1]
    assert "đã chuyển sang Unicode" in table.remarks[0]


def test_a_workbook_in_an_old_font_is_read_and_it_is_said() -> None:
    rows = [
        ["Tªn c¬ së", "§Þa chØ", "TØnh"],
        ["Tr¹m y tÕ ph­êng Quy Nh¬n", "12 TrÇn Phó", "Gia Lai"],
    ]
    table = read_table(xlsx(rows), "ds.xlsx", 10)
    (found,) = cells(table)
    assert found == {
        "name": "Trạm y tế phường Quy Nhơn",
        "address": "12 Trần Phú",
        "province": "Gia Lai",
    }
    assert "TCVN3" in table.remarks[0]


def test_numbers_and_days_of_excel_become_text() -> None:
    from datetime import date, datetime, time

    rows = [
        ["Tên cơ sở", "Vĩ độ", "Kinh độ", "Số ĐT", "Ngày cập nhật", "Tự nguyện", "Ghi chú"],
        ["A", 13.782, 109.0, 905123456, datetime(2026, 2, 11), True, time(7, 30)],
        ["B", "", "", "", date(2026, 2, 11), False, ""],
    ]
    first, second = cells(read_table(xlsx(rows), "ds.xlsx", 10))
    assert (first["latitude"], first["longitude"]) == ("13.782", "109")
    assert (first["phone"], first["source_date"]) == ("905123456", "2026-02-11")
    assert (first["accepts_voluntary"], second["accepts_voluntary"]) == ("có", "không")
    assert first["description"] == "07:30"


def test_columns_and_sheets_that_are_not_read_are_named() -> None:
    book = Workbook()
    empty = book.active
    assert empty is not None
    sheet = book.create_sheet("Danh sách")
    for row in ([*HEADING, "Mã bưu điện"], [*LINE, "590000"]):
        sheet.append(row)
    book.create_sheet("Năm 2020").append(["cũ"])
    book.create_sheet("Ẩn").append(["a"])
    book["Ẩn"].sheet_state = "hidden"
    table = read_table(saved(book), "ds.xlsx", 10)
    assert len(list(table.records)) == 1
    assert "Mã bưu điện" in table.remarks[0]
    assert "Năm 2020" in table.remarks[1]
    assert "Ẩn" not in table.remarks[1]


def test_a_file_without_a_heading_is_refused_with_an_example() -> None:
    for data, name in ((xlsx([["a", "b"], ["c", "d"]]), "ds.xlsx"), (b"a,b\nc,d\n", "ds.csv")):
        with pytest.raises(BadTable, match="Tên cơ sở"):
            read_table(data, name, 10)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_cells_of_a_csv_may_hold_lines_and_delimiters(end: str) -> None:
    text = f'Tên cơ sở,Tỉnh,Ghi chú{end}"Trạm ""A"", cũ",Gia Lai,"một{end}hai"{end}Trạm B,Gia Lai,{end}'
    first, second = cells(read_table(text.encode(), "ds.csv", 10))
    assert (first["name"], first["description"]) == ('Trạm "A", cũ', f"một{end}hai")
    assert second["name"] == "Trạm B"


def merging_parts(body: bytes) -> bytes:
    """A workbook whose sheet ends in `body`."""
    file, made = io.BytesIO(xlsx([HEADING, LINE])), io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name.endswith("sheet1.xml"):
                part = part.replace(b"</sheetData>", b"</sheetData>" + body)
            new.writestr(name, part)
    return made.getvalue()


def test_many_broken_merges_take_no_long_time() -> None:
    data = merging_parts(b"<!--" + b"mergeCell " * 100_000 + b"-->")
    began = perf_counter()
    assert len(list(read_table(data, "ds.xlsx", 10).records)) == 1
    assert perf_counter() - began < 10


@pytest.mark.parametrize("count", [4, 6])
def test_merges_over_too_many_cells_are_refused(count: int) -> None:
    ranges = b"".join(b'<mergeCell ref="A1:A1000000"/>' for _ in range(count))
    data = merging_parts(b"<mergeCells>" + ranges + b"</mergeCells>")
    allowed = count == 4
    with nullcontext() if allowed else pytest.raises(BadTable, match="gộp quá nhiều ô"):
        read_table(data, "ds.xlsx", 10)
