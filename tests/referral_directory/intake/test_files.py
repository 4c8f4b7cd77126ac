"""Files that are refused, each with one line that says what to do."""

from __future__ import annotations

import io
import zipfile

import pytest

from referral_directory.intake.files import kind_of
from referral_directory.intake.tables import read_table
from referral_directory.rows import BadTable
from tests.referral_directory.intake.files import HEADING, LINE, with_part, xlsx

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
GOOD = xlsx([HEADING, LINE])


def zipped(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (OLE, "ds.xls", "Save As"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "ds.xlsx", "mật khẩu"),
        (with_part(GOOD, "xl/vbaProject.bin", b"macro"), "ds.xlsx", "macro"),
        (with_part(GOOD, "xl/macrosheets/sheet1.xml", b"<a/>"), "ds.xlsx", "macro"),
        (GOOD, "ds.xlsm", "macro"),
        (GOOD, "ds.csv", "bên trong là Excel"),
        (b"a,b\n", "ds.xlsx", "không phải Excel"),
        (b"a,b\n", "ds.xls", "không phải tệp Excel"),
        (b"%PDF-1.7", "ds.csv", "loại khác"),
        (b"<html><table>", "ds.csv", "loại khác"),
        (b"a,b\n", "ds.doc", "Chỉ nhận"),
        (zipped({"a.txt": b"a"}), "ds.xlsx", "không phải bảng tính"),
        (GOOD[:-100], "ds.xlsx", "bị hỏng"),
        (
            with_part(GOOD, "xl/x.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"),
            "ds.xlsx",
            "khai báo lạ",
        ),
        (b"", "ds.csv", "trống"),
        (b" \r\n", "ds.csv", "trống"),
    ],
)
def test_what_may_not_be_opened_is_refused(data: bytes, name: str, said: str) -> None:
    with pytest.raises(BadTable, match=said) as refused:
        kind_of(data, name, 1_000)
    assert "\n" not in str(refused.value)


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = with_part(GOOD, "xl/media/a.bin", bytes(40_000_000))
    with pytest.raises(BadTable, match="giải nén ra 40 MB"):
        kind_of(bomb, "ds.xlsx", 1_000)
    with pytest.raises(BadTable, match="bom nén"):
        kind_of(bomb, "ds.xlsx", 200_000)


def test_an_honest_file_of_either_kind_is_taken() -> None:
    assert kind_of(GOOD, "DS.XLSX", 10) == "xlsx"
    assert kind_of("tên\n".encode(), "ds.csv", 10) == "csv"


def test_more_rows_than_wanted_are_refused() -> None:
    table = read_table(xlsx([HEADING, *[LINE] * 11]), "ds.xlsx", 10)
    with pytest.raises(BadTable, match="hơn 10 dòng"):
        list(table.records)


def test_a_workbook_damaged_inside_is_refused() -> None:
    parts = {}
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        for name in archive.namelist():
            parts[name] = archive.read(name)
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"][:200]
    with pytest.raises(BadTable, match="bị hỏng"):
        list(read_table(zipped(parts), "ds.xlsx", 10).records)


def test_a_csv_with_a_monstrous_cell_is_refused() -> None:
    text = "Tên cơ sở,Tỉnh\n" + "a" * 200_000
    with pytest.raises(BadTable, match="quá dài"):
        list(read_table(text.encode(), "ds.csv", 10).records)


DECLARED = b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"


@pytest.mark.parametrize(
    "content",
    [
        b'<?xml version="1.0"?>' + b" " * 8_000 + DECLARED,
        b"<!-- <a> " + b"x" * 8_000 + b" -->" + DECLARED,
        b"<?p <a ?>\n" + DECLARED,
        b"<!--" + b"x" * 70_000 + b"-->" + DECLARED,
        b" " * 70_000 + DECLARED,
        b"\xef\xbb\xbf" + DECLARED,
        DECLARED.decode().encode("utf-16"),
        DECLARED.decode().encode("utf-16-be"),
        # In UTF-16 the letter of these two bytes ends no comment.
        "<!--\u2d2d><a -->".encode("utf-16") + DECLARED.decode().encode("utf-16-le"),
        DECLARED.decode().encode("cp037"),
    ],
)
@pytest.mark.parametrize("name", ["xl/x.xml", "xl/_rels/x.rels"])
def test_a_document_type_is_found_wherever_it_may_stand(name: str, content: bytes) -> None:
    with pytest.raises(BadTable, match="khai báo lạ"):
        kind_of(with_part(GOOD, name, content), "ds.xlsx", 1_000)


@pytest.mark.parametrize(
    "content",
    [
        b'\xef\xbb\xbf<?xml version="1.0"?>\r\n<!-- a --><a>&lt;!DOCTYPE</a>',
        '<?xml version="1.0"?><a/>'.encode("utf-16"),
        b"<a>" + b"x" * 70_000 + b"</a>",
        b"",
    ],
)
def test_a_part_without_a_document_type_is_taken(content: bytes) -> None:
    assert kind_of(with_part(GOOD, "xl/x.xml", content), "ds.xlsx", 1_000) == "xlsx"
