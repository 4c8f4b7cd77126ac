"""What an import would do, row by row, and in words. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Literal

from openpyxl.utils import get_column_letter

from referral_directory.cells import Fault
from referral_directory.formulas import guarded
from referral_directory.intake.headings import PLACE, Heading
from referral_directory.rows import NAMES, TITLES, Row

Fate = Literal["new", "changed", "same", "refused"]
FATES: dict[Fate, str] = {
    "new": "thêm mới",
    "changed": "cập nhật",
    "same": "không đổi",
    "refused": "bị từ chối",
}
_TITLES = TITLES | {
    "commune": "Xã/Phường",
    "district": "Huyện/Quận",
    "province": "Tỉnh/TP",
    "unit": "Địa bàn",
    "point": "Toạ độ",
}
_MOST_TOLD = 30
_INSTEAD = {
    "commune_code": (*PLACE, "address"),
    "province_code": ("province", *PLACE),
    "latitude": ("point",),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one row of the file. `notes` say what was repaired and `faults` why it is refused,
    each with its column. `withdrawn` says that the row was verified and is not any more, since it
    changes, and `shown` that citizens will see it as soon as it is written. `before` marks the row as
    it is known now; `cells` is the row to be written, packed, since a plan may hold 200,000."""

    number: int
    fate: Fate
    key: str
    name: str
    notes: tuple[Fault, ...] = ()
    faults: tuple[Fault, ...] = ()
    withdrawn: bool = False
    shown: bool = False
    before: bytes = b""
    cells: bytes = b""

    def row(self) -> Row:
        """The row to be written."""
        return dict(zip(NAMES, self.cells.decode().split("\0"), strict=True))


@dataclass(frozen=True)
class Plan:
    """Every row's fate. `remarks` are about the whole file; `skipped` are lines that are no services,
    by number with their first words."""

    filename: str
    heading: Heading
    outcomes: tuple[Outcome, ...]
    remarks: tuple[str, ...]
    skipped: tuple[tuple[int, str], ...]

    def count(self, fate: Fate) -> int:
        """How many rows have this fate."""
        return sum(1 for one in self.outcomes if one.fate == fate)

    @property
    def refused(self) -> int:
        """How many rows may not be written as they are."""
        return self.count("refused")

    @property
    def withdrawn(self) -> int:
        """How many verified rows would be unverified again."""
        return sum(1 for one in self.outcomes if one.withdrawn)

    @property
    def shown(self) -> int:
        """How many of the rows that would be written citizens will see."""
        return sum(1 for one in self.outcomes if one.shown)

    @property
    def writes(self) -> int:
        """How many rows would be written."""
        return self.count("new") + self.count("changed")

    @cached_property
    def mark(self) -> str:
        """The same for two plans only if they would do the same to the same rows."""
        digest = sha256()
        for one in self.outcomes:
            told = (one.number, one.fate, one.key, one.before, one.cells, one.faults, one.shown)
            digest.update(repr(told).encode())
        return digest.hexdigest()

    def at(self, column: str) -> tuple[str, str]:
        """The letter and the title of the column of a note or fault; "" for one the file has not."""
        for name in (column, *_INSTEAD.get(column, ())):
            if found := self.heading.titles_of(name):
                at, title = found[0]
                return get_column_letter(at + 1), title
        return "", _TITLES.get(column, "")


def pack(row: Row) -> bytes:
    """The cells of a row as `Outcome` keeps them."""
    return "\0".join(row[name] for name in NAMES).encode()


def mark_of(row: Row | None) -> bytes:
    """A mark that changes when any cell of the row does; b"" for a row that is not there."""
    if row is None:
        return b""
    return sha256(pack(row)).digest()[:16]


def summary(plan: Plan, *, written: bool) -> str:
    """The plan for people: what was or would be done, and the first things that are wrong."""
    verb = "Đã ghi" if written else "Sẽ ghi"
    counts = ", ".join(f"{plan.count(fate)} dòng {title}" for fate, title in FATES.items())
    told = [f"{plan.filename}: {len(plan.outcomes)} dòng dịch vụ: {counts}."]
    told += [f"- {remark}" for remark in plan.remarks]
    if plan.skipped:
        numbers = ", ".join(str(number) for number, _ in plan.skipped[:10])
        told.append(f"- bỏ qua {len(plan.skipped)} dòng không phải dịch vụ: {numbers}")
    if plan.withdrawn:
        told.append(f"- {plan.withdrawn} dòng đã xác minh thành chưa xác minh vì nội dung đổi")
    if plan.shown:
        told.append(f"- {plan.shown} dòng {'đang' if written else 'sẽ'} hiện với người dân")
    wrong = [(one, fault) for one in plan.outcomes for fault in one.faults]
    told += [f"- {told_fault(plan, one, fault)}" for one, fault in wrong[:_MOST_TOLD]]
    if len(wrong) > _MOST_TOLD:
        told.append(f"- và {len(wrong) - _MOST_TOLD} chỗ sai nữa: xem báo cáo từng dòng")
    if written or not plan.refused:
        told.append(f"{verb} {plan.writes} dòng.")
    else:
        told.append(
            "Chưa ghi dòng nào. Bạn sửa các dòng trên, hoặc chọn bỏ lại các dòng bị từ chối."
        )
    return "\n".join(told)


def told_fault(plan: Plan, outcome: Outcome, fault: Fault) -> str:
    """ "dòng 7, cột D (Số ĐT): …"."""
    letter, title = plan.at(fault[0])
    at = f"cột {letter} ({title})" if letter else f"thiếu cột “{title}”" if title else fault[0]
    return f"dòng {outcome.number}, {at}: {fault[1]}"


def report_csv(plan: Plan) -> str:
    """Every row's fate as CSV, one line for each note or fault; no cell of it is a formula."""
    return "".join(report_lines(plan))


def report_lines(plan: Plan) -> Iterator[str]:
    """The lines of `report_csv`, one after another."""
    yield _line("dòng", "kết quả", "mã dòng", "tên", "cột", "tiêu đề", "việc", "nội dung")
    for number, words in plan.skipped:
        yield _line(number, "bỏ qua", "", words, "", "", "", "không phải dịch vụ")
    for one in plan.outcomes:
        start = (one.number, FATES[one.fate], one.key, one.name)
        if not one.notes and not one.faults:
            yield _line(*start, "", "", "", "")
        for word, found in (("từ chối", one.faults), ("ghi chú", one.notes)):
            for column, reason in found:
                yield _line(*start, *plan.at(column), word, reason)


def _line(*cells: object) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([guarded(str(cell)) for cell in cells])
    return out.getvalue()
