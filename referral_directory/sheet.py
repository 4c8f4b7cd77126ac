"""A sheet of A4, written from top to bottom in the house's typeface."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import segno
from fontpkg_be_vietnam_pro import ROOT  # type: ignore[import-untyped]
from fpdf import FPDF
from fpdf.enums import MethodReturnValue, WrapMode

_MARGIN = 14.0
_QR_MM = 36.0
_GREY = 90
_LEADING_MM = 0.45
_FONT = "Be Vietnam Pro"
_FILES = ROOT / "files"


@dataclass(frozen=True)
class Text:
    """A paragraph: `size` in points; `torn_anywhere` where it has no blanks to break at."""

    text: str
    size: float
    bold: bool = False
    grey: bool = False
    torn_anywhere: bool = False


class Sheet(FPDF):
    """The pages of a leaflet: written from top to bottom, no service torn apart by the end of a page."""

    def __init__(self, on: date, until: date | None) -> None:
        super().__init__(format="A4")
        self._on, self._until = on, until
        self.set_margin(_MARGIN)
        self.set_auto_page_break(True, 18)
        for style, weight in (("", "Regular"), ("B", "Bold")):
            self.add_font(_FONT, style, _FILES / f"BeVietnamPro-{weight}.ttf")
        self.set_lang("vi")
        self.set_creation_date(datetime(on.year, on.month, on.day))
        self.add_page()

    def footer(self) -> None:
        self.set_y(-16)
        self._rule()
        until = (
            f" Đúng đến ngày {_day(self._until)}: sau ngày đó xin in tờ mới." if self._until else ""
        )
        self._say(Text(f"In ngày {_day(self._on)}.{until}", 8.5, bold=True))
        self._say(Text("Gọi trước khi đi. Thấy chỗ nào sai, nhắn cho Điểm Tựa.", 8))
        if self.page_no() > 1:
            self.set_y(-16)
            self.cell(0, 5, f"trang {self.page_no()}", align="R")

    def head(self, place: str, chat_url: str) -> None:
        self.set_title(_clean(f"Điểm Tựa: nơi giúp đỡ ở {place}"))
        top, left = self.get_y(), self.epw - _QR_MM - 6
        for one, space in (
            (Text("Cần người giúp về ma túy?", 20, bold=True), 0),
            (Text("Cho bạn, hay cho người thân: không ai phải một mình.", 12), 1.5),
            (Text(f"{place[:1].upper()}{place[1:]}", 13, bold=True), 1.5),
            (Text("Nhắn tin cho Điểm Tựa, không cần nói tên: quét mã bên phải, hoặc mở", 10), 0),
            (Text(chat_url, 10, bold=True, torn_anywhere=True), 0.5),
            (Text("Trợ lý tự động trả lời ngay; cần gặp người thật thì bạn cứ nói.", 9), 2),
        ):
            self._say(one, left)
            self.ln(space)
        text_end = self.get_y()
        self._code(chat_url, self.w - self.r_margin - _QR_MM, top)
        self.set_xy(self.w - self.r_margin - _QR_MM, top + _QR_MM)
        self._say(Text("Quét để nhắn tin", 9), _QR_MM, "C")
        self.set_y(max(text_end, self.get_y()))

    def calls(self, numbers: Sequence[tuple[str, str]], source: Text) -> None:
        """The emergency numbers, each with who answers, in boxes beside each other."""
        self._heading("Nguy hiểm tới tính mạng: gọi ngay")
        if not numbers:
            self._say(Text("Hãy nhờ ngay người ở gần bạn.", 11))
            return
        width = self.epw / len(numbers)
        top = self.get_y()
        for at, (number, about) in enumerate(numbers):
            left = self.l_margin + at * width
            self.rect(left, top, width - 2, 17)
            self.set_xy(left, top + 1)
            self._say(Text(number, 20, bold=True), width - 2, "C")
            self.set_x(left)
            self._say(Text(about, 8.5), width - 2, "C")
        self.set_y(top + 18)
        self._say(source)

    def part(self, title: str, items: Iterable[Sequence[Text]]) -> None:
        """A heading that stays with its first item, and each item in one piece."""
        for number, item in enumerate(items):
            high = sum(self._height(one) for one in item) + (0 if number else 12)
            if self.will_page_break(high):
                self.add_page()
            if number == 0:
                self._heading(title)
            for one in item:
                self._say(one)
            self.ln(1.1)

    def finish(self) -> bytes:
        made = io.BytesIO()
        self.output(made)
        return made.getvalue()

    def _heading(self, text: str) -> None:
        self.ln(2)
        self._say(Text(text, 12.5, bold=True))
        self._rule()
        self.ln(1)

    def _rule(self) -> None:
        y = self.get_y()
        self.line(self.l_margin, y, self.w - self.r_margin, y)

    def _say(self, one: Text, width: float = 0, align: str = "L") -> None:
        if one.text:
            self._set(one, width, align)

    def _height(self, one: Text) -> float:
        return float(self._set(one, 0, "L", dry_run=True)) if one.text else 0.0

    def _set(self, one: Text, width: float, align: str, *, dry_run: bool = False) -> Any:
        self.set_font(_FONT, "B" if one.bold else "", one.size)
        self.set_text_color(_GREY if one.grey else 0)
        return self.multi_cell(
            width,
            one.size * _LEADING_MM,
            _clean(one.text),
            align=align,
            wrapmode=WrapMode.CHAR if one.torn_anywhere else WrapMode.WORD,
            new_x="LEFT",
            new_y="NEXT",
            dry_run=dry_run,
            output=MethodReturnValue.HEIGHT if dry_run else MethodReturnValue.PAGE_BREAK,
        )

    def _code(self, text: str, left: float, top: float) -> None:
        """The QR code, drawn: black runs of a row as one rectangle, four modules of quiet around."""
        rows = [list(row) for row in segno.make_qr(text, error="m").matrix_iter(border=4)]
        module = _QR_MM / len(rows)
        self.set_fill_color(0)
        for y, row in enumerate(rows):
            start = 0
            while start < len(row):
                end = start
                while end < len(row) and row[end] == row[start]:
                    end += 1
                if row[start]:
                    size = ((end - start) * module, module)
                    self.rect(left + start * module, top + y * module, *size, style="F")
                start = end


def _clean(text: str) -> str:
    """Composed letters, as the font has them, in one line; what must not be torn stays so."""
    return re.sub(r"[ \t\r\n]+", " ", unicodedata.normalize("NFC", text)).strip()


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"
