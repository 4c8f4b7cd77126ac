"""What a row becomes when a file says something of it: what was known stays unless the file says
otherwise, and nobody vouches for what they did not see. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from referral_directory.cells import Fault, faults
from referral_directory.intake.drafts import Draft
from referral_directory.intake.headings import PLACE
from referral_directory.intake.wording import read_kind
from referral_directory.kinds import KINDS
from referral_directory.rows import BESIDE, NAMES, SOURCE, TITLES, VERIFICATION, Row, empty_row
from referral_directory.units import Units

_NOT_VOUCHED = {
    True: "để là chưa xác minh: thiếu ngày, người hoặc hạn xác minh",
    False: "để là chưa xác minh: chỉ tệp đủ các cột như tệp xuất từ danh bạ mới mang xác minh theo",
}
_UNTRUSTED = dict.fromkeys(VERIFICATION, "") | {"reliability": "unverified"}


@dataclass(slots=True)
class Merged:
    """The row to be written; `withdrawn` where it was verified and is not any more, `vouched` where the
    file brings its verification."""

    row: dict[str, str]
    notes: list[Fault] = field(default_factory=list)
    withdrawn: bool = False
    vouched: bool = False


def merge(draft: Draft, known: Row | None, source: str, *, ours: bool) -> Merged:
    """The row that `draft` makes of what is `known`; `source` is told where the file names none. Only a
    file with all columns of ours (`ours`) can bring a verification: other lists speak of another one."""
    brings = ours and _is_whole(draft.cells)
    cells = {
        name: cell
        for name, cell in draft.cells.items()
        if name not in VERIFICATION and name not in SOURCE
    }
    if known is None:
        merged = _new(draft, cells, source)
        if brings:
            merged.row |= _of(draft.cells, VERIFICATION)
            merged.vouched = True
    else:
        merged = _changed(draft, cells, known, source, brings)
    if merged.vouched:
        by, on = draft.cells["verified_by"], draft.cells["verified_on"]
        merged.notes.append(("reliability", f"lấy xác minh ghi trong tệp: {by}, ngày {_day(on)}"))
    elif (known is None or known["reliability"] != "verified") and (
        draft.cells.get("reliability") == "verified"
    ):
        merged.notes.append(("reliability", _NOT_VOUCHED[ours]))
    return merged


def judge(draft: Draft, merged: Merged, units: Units, today: date) -> list[Fault]:
    """Everything for which the row is refused; what only follows from another fault is not told."""
    told = {column for column, _ in draft.faults}
    if told & set(PLACE):
        told |= {"commune_code", "province_code", "address"}
    found = list(draft.faults)
    if not merged.row["kind"] and "kind" not in told:
        found.append(("kind", "còn trống; ghi một trong: " + "; ".join(KINDS.values())))
        told.add("kind")
    if not merged.row["source_name"] and "source_name" not in told:
        found.append(("source_name", "còn trống; thêm cột Nguồn hoặc ghi nguồn khi nhập tệp"))
        told.add("source_name")
    if merged.vouched and merged.row["verified_on"] > today.isoformat():
        found.append(("verified_on", "ngày này chưa tới"))
    wrong = faults(merged.row, units)
    follows = {"key", "organization"} if not merged.row["name"] else set()
    if any(column == "commune_code" for column, _ in wrong):
        follows |= {"province_code", "address", "latitude"}
    return found + [one for one in wrong if one[0] not in told | follows]


def _is_whole(cells: Mapping[str, str]) -> bool:
    whole = all(cells.get(name) for name in VERIFICATION)
    return whole and cells["reliability"] == "verified"


def _new(draft: Draft, cells: Mapping[str, str], source: str) -> Merged:
    merged = Merged(empty_row() | dict(cells) | _of(draft.cells, SOURCE))
    row = merged.row
    row["source_name"] = row["source_name"] or source
    if not row["organization"] and row["name"]:
        row["organization"] = row["name"]
        merged.notes.append(("organization", "chưa ghi đơn vị chủ quản, lấy tên cơ sở"))
    said = "kind" in draft.cells or any(column == "kind" for column, _ in draft.faults)
    if not said and (kind := read_kind(row["name"])):
        row["kind"] = kind
        merged.notes.append(("kind", f"loại hình lấy theo tên: {KINDS[kind]}"))
    return merged


def _changed(
    draft: Draft, cells: Mapping[str, str], known: Row, source: str, brings: bool
) -> Merged:
    merged = Merged(dict(known) | dict(cells))
    row = merged.row
    differs = {name for name in NAMES if row[name] != known[name]}
    trusted = known["reliability"] == "verified"
    if brings and (not trusted or draft.cells["verified_on"] > known["verified_on"]):
        row |= _of(draft.cells, (*VERIFICATION, *SOURCE))
        merged.vouched = True
        return merged
    if trusted and not differs - BESIDE:
        return merged
    if trusted:
        row |= _UNTRUSTED
        merged.withdrawn = True
        merged.notes.append(
            (
                "reliability",
                f"dòng đã xác minh, nay đổi {_titles(differs - BESIDE)}: chờ xác minh lại",
            )
        )
    name = draft.cells.get("source_name") or (source if differs else "")
    if name and name != known["source_name"]:
        row |= dict.fromkeys(SOURCE, "") | {"source_name": name}
    row |= _of(draft.cells, SOURCE)
    return merged


def _day(cell: str) -> str:
    return f"{date.fromisoformat(cell):%d/%m/%Y}"


def _titles(columns: set[str]) -> str:
    return ", ".join(TITLES[name] for name in NAMES if name in columns)


def _of(cells: Mapping[str, str], names: Sequence[str]) -> dict[str, str]:
    return {name: cells[name] for name in names if cells.get(name)}
