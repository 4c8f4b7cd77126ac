"""What one record of a file says, cell by cell in the directory's own writing. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from referral_directory.cells import LONGEST_CELL, Fault
from referral_directory.formulas import unguarded
from referral_directory.hours import BadHours
from referral_directory.intake import wording
from referral_directory.intake.opening import read_opening
from referral_directory.intake.phones import BadPhone, read_phones
from referral_directory.intake.points import BadPoint, Land, in_bounds, read_point, split_point
from referral_directory.intake.sheets import Unusable
from referral_directory.intake.tables import Record
from referral_directory.intake.whereabouts import BadPlace, Named, Register, split_address
from referral_directory.keys import key_of
from referral_directory.kinds import KINDS
from referral_directory.rows import NAMES
from referral_directory.units import Units

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\xad"), None) | {0xA0: " "}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_CALLS = re.compile(r"[A-Za-z]\(|[|!]|^[+-]\s*[\d.,(]|^[+-]\S*[*/^&]")
_PHONE = re.compile(r"\s*\+\s*\(?84[\d\s().,;/+–-]*.*", re.DOTALL)
_READ: dict[str, tuple[Callable[[str], str | None], str]] = {
    "kind": (wording.read_kind, "không rõ loại nào; ghi một trong: " + "; ".join(KINDS.values())),
    "status": (
        wording.read_status,
        "ghi: đang hoạt động, tạm ngừng, ngừng hoạt động hoặc giải thể",
    ),
    "area": (wording.read_area, "ghi: mọi xã phường, cả nước, hoặc để trống"),
    "holidays": (wording.read_holidays, "ghi: mở, nghỉ, hoặc để trống"),
    "accepts_voluntary": (wording.read_yes_no, "ghi: có, không, hoặc để trống"),
    "accepts_compulsory": (wording.read_yes_no, "ghi: có, không, hoặc để trống"),
    "asks_identity": (wording.read_yes_no, "ghi: có, không, hoặc để trống"),
    "minimum_age": (wording.read_age, "phải là một số tuổi"),
    "maximum_age": (wording.read_age, "phải là một số tuổi"),
    "languages": (wording.read_languages, "không rõ tiếng nào; ghi như: tiếng Việt; tiếng Khmer"),
    "source_date": (wording.read_date, "không phải ngày như 11/02/2026"),
    "verified_on": (wording.read_date, "không phải ngày như 11/02/2026"),
    "verified_until": (wording.read_date, "không phải ngày như 11/02/2026"),
    "reliability": (wording.read_reliability, "phải là đã xác minh hoặc chưa xác minh"),
}
# Their words are codes on both sides: said in a note only where something had to be understood.
_QUIET = ("source_date", "verified_on", "verified_until")


@dataclass(slots=True)
class Draft:
    """`cells` are those of `rows.COLUMNS` that the record says something of."""

    number: int
    cells: dict[str, str] = field(default_factory=dict)
    notes: list[Fault] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class Reader:
    """Makes drafts of the records of one file. `ours` says that it is an export of ours, `province` is
    the province that the file's title names."""

    units: Units
    register: Register
    land: Land
    ours: bool
    province: str = ""

    def read(self, record: Record) -> Draft:
        """What the record says, with a note for each repair and a fault for what cannot be read."""
        draft = Draft(record.number)
        said: dict[str, str] = {}
        for name, cell in record.cells.items():
            if name != "number" and (clean := _clean(name, cell, draft, self.ours)):
                said[name] = clean
        for name in NAMES:
            if name in said:
                _take(name, said[name], draft, self.ours)
        self._place(said, draft)
        self._point(said, draft)
        if "key" not in draft.cells and "name" in draft.cells:
            draft.cells["key"] = key_of(draft.cells)
        return draft

    def _place(self, said: dict[str, str], draft: Draft) -> None:
        cells = draft.cells
        if cells.get("area"):
            return
        if commune := self.units.communes.get(cells.get("commune_code", "")):
            cells.setdefault("province_code", commune.province.code)
            return
        if "commune_code" in cells or (self.ours and "province_code" in cells):
            return
        named = Named(*(said.get(name, "") for name in ("commune", "district", "province")))
        try:
            self._find(named, said, draft)
        except BadPlace as error:
            draft.faults.append((error.column, str(error)))

    def _find(self, named: Named, said: dict[str, str], draft: Draft) -> None:
        cells = draft.cells
        for column in ("unit", "address"):
            if column in said:
                street, tail = split_address(said[column], self.register, named)
                named = Named(
                    named.commune or tail.commune,
                    named.district or tail.district,
                    named.province or tail.province,
                )
                if column == "address" and tail and named == _joined(named, tail):
                    cells["address"] = street
        if not named and "key" in cells:
            return
        named = Named(named.commune, named.district, named.province or self.province)
        if not named:
            return
        found = self.register.find(named)
        if not found.commune_code and "address" in cells and cells["address"]:
            column = "commune" if not said.get("unit") else "unit"
            choices = f": {found.choices}" if found.choices else ""
            raise BadPlace(column, f"địa chỉ cần tên xã, phường hiện nay{choices}")
        if not cells.get("address"):
            cells.pop("address", None)
        if found.commune_code:
            cells["commune_code"] = found.commune_code
        if found.province_code:
            cells["province_code"] = found.province_code
        if found.former_unit:
            cells.setdefault("former_unit", found.former_unit)
            draft.notes.append(("commune_code", found.note))

    def _point(self, said: dict[str, str], draft: Draft) -> None:
        north, east = said.get("latitude", ""), said.get("longitude", "")
        column = "latitude"
        if not north and not east and "point" in said:
            column = "point"
            if (both := split_point(said["point"])) is None:
                draft.faults.append((column, "không phải hai tọa độ như 13.782, 109.219"))
                return
            north, east = both
        if not north and not east:
            return
        try:
            north, east, note = read_point(north, east)
        except BadPoint as error:
            draft.faults.append((column, str(error)))
            return
        if note:
            draft.notes.append((column, note))
        if not in_bounds(north, east):
            draft.faults.append((column, f"điểm {north}, {east} ở ngoài Việt Nam"))
        elif not self.ours and not self.land.has(north, east):
            draft.faults.append((column, "tọa độ nằm ngoài biển hoặc ngoài biên giới"))
        else:
            draft.cells |= {"latitude": north, "longitude": east}


def _joined(named: Named, tail: Named) -> Named:
    """`named` where the tail of an address says nothing else."""
    return Named(
        *(
            ours if not theirs or _bare(ours) == _bare(theirs) else theirs
            for ours, theirs in zip(
                (named.commune, named.district, named.province),
                (tail.commune, tail.district, tail.province),
                strict=True,
            )
        )
    )


def _bare(name: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", name.lower()))[-2:]


def _clean(name: str, cell: str, draft: Draft, ours: bool) -> str:
    """The cell without invisible signs; "" and a fault where it may not be read."""
    if isinstance(cell, Unusable):
        draft.faults.append((name, str(cell)))
        return ""
    bare = unguarded(cell)
    guarded = bare != cell
    # Normalizing is slow for very long cells, and marks written apart make a cell longer than it is.
    text = unicodedata.normalize("NFC", bare) if len(bare) <= 4 * LONGEST_CELL else bare
    if len(text) > LONGEST_CELL:
        draft.faults.append((name, f"dài quá {LONGEST_CELL} ký tự; hãy viết ngắn lại"))
        return ""
    text = text.translate(_INVISIBLE)
    text = text.replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n")
    if not guarded and _looks_like_a_formula(name, text):
        draft.faults.append((name, "giống công thức nên không nhận; hãy bỏ dấu = + - @ ở đầu"))
        return ""
    text = text.replace("\t", " ").strip()
    if _CONTROL.search(text):
        draft.faults.append((name, "có ký tự điều khiển; hãy gõ lại ô này"))
        return ""
    return "" if not ours and wording.is_nothing(text) else text


def _looks_like_a_formula(name: str, text: str) -> bool:
    if text.startswith(("=", "@", "\t")) and len(text.strip()) > 1:
        return True
    if not text.startswith(("+", "-")) or (name == "phone" and _PHONE.fullmatch(text)):
        return False
    return _CALLS.search(text) is not None


def _take(name: str, cell: str, draft: Draft, ours: bool) -> None:
    """Put the cell into the draft as the directory writes it."""
    cells = draft.cells
    if name in _READ:
        read, wrong = _READ[name]
        if (value := read(cell)) is None:
            draft.faults.append((name, f"“{cell[:80]}” {wrong}"))
            return
        cells[name] = value
        if value != cell and name not in _QUIET:
            draft.notes.append((name, f"“{cell[:80]}” hiểu là {wording.say(name, value)}"))
    elif name == "phone":
        _take_phones(cell, draft, ours)
    elif name == "hours":
        _take_hours(cell, draft)
    elif name in ("commune_code", "province_code"):
        cells[name] = cell.zfill(5 if name == "commune_code" else 2) if cell.isdigit() else cell
        if cells[name] != cell:
            draft.notes.append((name, f"thêm số 0 bị mất: {cells[name]}"))
    elif name == "website" and re.match(r"www\.\S+$", cell):
        cells[name] = f"http://{cell}"
        draft.notes.append((name, "thêm http:// ở đầu"))
    elif name not in ("latitude", "longitude"):
        one_line = name not in ("description", "eligibility") and not ours
        cells[name] = " ".join(cell.split()) if one_line else cell


def _take_phones(cell: str, draft: Draft, ours: bool) -> None:
    try:
        draft.cells["phone"], notes = read_phones(cell, ours)
    except BadPhone as error:
        draft.faults.append(("phone", str(error)))
    else:
        draft.notes += [("phone", note) for note in notes]


def _take_hours(cell: str, draft: Draft) -> None:
    """Hours that name no certain days and times are kept as words in the description."""
    try:
        hours = read_opening(cell)
    except BadHours as error:
        draft.faults.append(("hours", str(error)))
        return
    if hours is not None:
        draft.cells["hours"] = hours
        if hours != cell:
            said = wording.say("hours", hours)
            draft.notes.append(("hours", f"“{' '.join(cell.split())[:120]}” hiểu là {said}"))
        return
    words = f"Giờ làm việc: {' '.join(cell.split())}"
    before = draft.cells.get("description", "")
    if words not in before:
        draft.cells["description"] = f"{before}\n{words}".strip()
    draft.notes.append(("hours", "chưa đủ rõ ngày và giờ; giữ nguyên lời trong phần mô tả"))
