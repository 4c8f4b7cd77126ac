"""What a file that was sent is, by its first bytes and not by its name; and why some are refused."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import PurePath
from typing import Literal
from zlib import error as ZlibError

from referral_directory.rows import BadTable

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_TEXTS = (".csv", ".tsv", ".txt")
_AGAIN = (
    "Bạn mở tệp bằng Excel, chọn Lưu thành (Save As), loại “Excel Workbook (.xlsx)”, rồi gửi lại."
)
_BYTES_A_ROW, _BYTES_A_FILE = 2_000, 20_000_000
_MOST_PARTS = 2_000
_MOST_PROLOG = 65_536
_ASIDE = re.compile(r"\s+|<!--.*?-->|<\?.*?\?>", re.DOTALL)
_ROOT = re.compile(r"<[^!?\s]")
_MOST_SQUEEZED = 200
"""No honest sheet shrinks to less than a two-hundredth."""


def kind_of(data: bytes, filename: str, most_rows: int) -> Literal["xlsx", "csv"]:
    """Which of the two it is, safe to be opened.

    Raises:
        BadTable: it is neither, or encrypted, with macros, an old .xls, or unpacks to far more than
            `most_rows` rows need.
    """
    ending = PurePath(filename).suffix.lower()
    if not data.strip():
        raise BadTable("Tệp trống, không có dòng nào.")
    if data.startswith(_OLE):
        _refuse_ole(data)
    if ending in (".xlsm", ".xltm", ".xlsb", ".xlam"):
        raise BadTable(f"Tệp {ending} có thể chứa macro nên không được nhận. {_AGAIN}")
    if data.startswith(b"PK\x03\x04"):
        _look_into(data, most_rows)
        if ending != ".xlsx":
            raise BadTable(
                f"Tên tệp là {ending or 'không đuôi'} nhưng bên trong là Excel. {_AGAIN}"
            )
        return "xlsx"
    if ending == ".xls":
        raise BadTable(f"Tệp tên .xls nhưng không phải tệp Excel. {_AGAIN}")
    if ending == ".xlsx":
        raise BadTable(f"Tên tệp là .xlsx nhưng bên trong không phải Excel. {_AGAIN}")
    if ending not in _TEXTS:
        raise BadTable(f"Chỉ nhận tệp .xlsx và .csv, không nhận {ending or 'tệp không có đuôi'}.")
    start = data[:512].lstrip().lower()
    if start.startswith(
        (b"%pdf", b"<html", b"<!doctype", b"<?xml", b"{\\rtf", b"\x89png", b"\xff\xd8\xff")
    ):
        raise BadTable("Tên tệp là văn bản CSV nhưng bên trong là loại khác (PDF, web, ảnh…).")
    return "csv"


def _refuse_ole(data: bytes) -> None:
    if _ENCRYPTED in data:
        raise BadTable("Tệp có mật khẩu nên không đọc được. Bạn bỏ mật khẩu rồi gửi lại.")
    raise BadTable(f"Tệp Excel đời cũ (.xls) không được nhận. {_AGAIN}")


def _look_into(data: bytes, most_rows: int) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            _refuse_macros(archive, parts)
            unpacked = sum(part.file_size for part in parts)
            squeezed = sum(part.compress_size for part in parts) or 1
            most = _BYTES_A_FILE + _BYTES_A_ROW * most_rows
            if len(parts) > _MOST_PARTS or unpacked > most:
                raise BadTable(
                    f"Tệp giải nén ra {unpacked // 1_000_000} MB, quá mức nhận {most // 1_000_000} MB."
                    " Bạn chia thành nhiều tệp nhỏ."
                )
            if unpacked > _BYTES_A_FILE and unpacked / squeezed > _MOST_SQUEEZED:
                raise BadTable("Tệp nén quá mức bình thường nên không được mở (có thể là bom nén).")
            for part in parts:
                _refuse_entities(archive, part)
    except (
        zipfile.BadZipFile,
        OSError,
        EOFError,
        ValueError,
        NotImplementedError,
        ZlibError,
    ) as error:
        if isinstance(error, BadTable):
            raise
        raise BadTable(f"Tệp .xlsx bị hỏng, không mở được. {_AGAIN}") from None


def _refuse_macros(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    if any(part.flag_bits & 1 for part in parts):
        raise BadTable("Tệp có mật khẩu nên không đọc được. Bạn bỏ mật khẩu rồi gửi lại.")
    names = {part.filename.lower() for part in parts}
    if "xl/workbook.xml" not in names or "[content_types].xml" not in names:
        raise BadTable("Bên trong tệp không phải bảng tính Excel (.xlsx).")
    if any("vbaproject" in name or "macrosheets/" in name for name in names):
        raise BadTable(f"Tệp có macro nên không được nhận. {_AGAIN}")


def _refuse_entities(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """A part of a workbook declares no document type; what does means harm. Before its root element
    may stand only comments and instructions."""
    if not part.filename.lower().endswith((".xml", ".rels")):
        return
    with archive.open(part) as file:
        head = file.read(_MOST_PROLOG)
    text = head.decode(_encoding_of(head), "replace").lstrip("\ufeff")
    at = 0
    while found := _ASIDE.match(text, at):
        at = found.end()
    endless = len(head) == _MOST_PROLOG
    if (text[at:] or endless) and not _ROOT.match(text, at):
        raise BadTable("Tệp .xlsx có khai báo lạ bên trong nên không được mở.")


def _encoding_of(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if head.startswith((b"<\0", b"\0<")):
        return "utf-16-le" if head.startswith(b"<") else "utf-16-be"
    return "utf-8"
