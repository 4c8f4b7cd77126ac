"""What an editor filled in: cells as rows keep them, what stands against them, and what somebody else
changed meanwhile. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from api.console.directory.cell_words import HOW, read_days, say_days
from bot.catalogue import _
from referral_directory.cells import LANGUAGES, faults, read_date
from referral_directory.changes import Change
from referral_directory.hours import BadHours, read_hours, write_hours
from referral_directory.rows import BESIDE, NAMES, VERIFICATION, Row
from referral_directory.units import Units

WRITTEN = tuple(name for name in NAMES if name != "key" and name not in VERIFICATION)
VITAL = tuple(name for name in WRITTEN if name not in BESIDE)
"""What somebody vouches for with a verification: where it changes, the verification no longer holds."""
LONGEST_REASON = 300


@dataclass(frozen=True)
class Clash:
    """A cell that somebody else changed while the form was open. `both` where the editor changed it,
    too, to something else."""

    column: str
    before: str
    theirs: str
    mine: str
    both: bool


@dataclass(frozen=True)
class Filled:
    """A form as it was sent: the row it makes, what is wrong with it by column, and what somebody else
    changed meanwhile. It may be saved where both are empty."""

    row: dict[str, str]
    faults: dict[str, str] = field(default_factory=dict)
    clashes: tuple[Clash, ...] = ()

    @property
    def may_be_saved(self) -> bool:
        return not self.faults and not self.clashes


def read_cells(form: Mapping[str, str], row: Row) -> dict[str, str]:
    """`row` with the cells that were filled in, written as rows keep them. A newly chosen commune
    brings its province along (`follow_commune`)."""
    typed = {name: form[name].replace("\r\n", "\n").strip() for name in WRITTEN if name in form}
    if "languages_asked" in form:
        spoken = (code for code in sorted(LANGUAGES) if f"language-{code}" in form)
        typed["languages"] = "; ".join(spoken)
    return {**row, **{name: _tidy(name, cell) for name, cell in typed.items()}}


def follow_commune(cells: dict[str, str], row: Row, units: Units) -> dict[str, str]:
    """`cells` in the province of their commune, where that is not the commune of `row`; a place that
    is everywhere has neither."""
    commune = units.communes.get(cells["commune_code"])
    if commune is None or cells["commune_code"] == row["commune_code"]:
        return cells
    return {**cells, "province_code": commune.province.code}


def as_seen(row: Row, past: Sequence[Change], seen: str) -> dict[str, str] | None:
    """What a row was after the change `seen`, an id, going back through its history (newest first);
    None where no change of the row has that id."""
    former = dict(row)
    for change in past:
        if str(change.id) == seen:
            return former
        former |= {cell.column: cell.before for cell in change.cells}
    return None


def fill(
    form: Mapping[str, str], row: Row, before: Row, units: Units, name: str, today: date
) -> Filled:
    """What the form makes of `row`, which was `before` when it was opened; `name` is who verifies.

    Where somebody else changed cells meanwhile, the editor's own changes stand on top of theirs, and
    all are named in `clashes` so that nothing is saved before the editor has seen it.
    """
    typed = follow_commune(read_cells(form, before), before, units)
    mine = {cell for cell in WRITTEN if typed[cell] != before[cell]}
    taken = {cell for cell in mine if form.get(f"take-{cell}") == "theirs"}
    merged = {**row, **{cell: typed[cell] for cell in mine - taken}}
    clashes = tuple(
        Clash(cell, before[cell], row[cell], typed[cell], cell in mine and typed[cell] != row[cell])
        for cell in NAMES
        if row[cell] != before[cell]
    )
    trusted, wrong = decide_trust(form, row, merged, name, today)
    return Filled(
        trusted, {**judge(trusted, units), **unchosen(form, merged, before), **wrong}, clashes
    )


def unchosen(form: Mapping[str, str], cells: Row, before: Row) -> dict[str, str]:
    """A fault where a commune was looked for and none but that of `before` was chosen."""
    place = form.get("place", "").strip()
    if not place or cells["commune_code"] != before["commune_code"]:
        return {}
    line = _("bạn gõ “{place}” mà chưa chọn nơi nào trong danh sách; chọn một nơi, hoặc xóa chữ đó")
    return {"commune_code": line.format(place=place)}


def judge(row: Row, units: Units) -> dict[str, str]:
    """What is wrong with a row, by column, in the console's words."""
    found: dict[str, list[str]] = {}
    for column, reason in faults(row, units):
        found.setdefault(column, []).append(reason)
    return {column: say_days("; ".join(reasons)) for column, reasons in found.items()}


def decide_trust(
    form: Mapping[str, str], row: Row, cells: dict[str, str], name: str, today: date
) -> tuple[dict[str, str], dict[str, str]]:
    """The cells with the verification that the form asks for, and what is wrong with it.

    "trust" is "keep", "again" or "none". What was verified is never kept so where a vital cell
    changed: the editor has to choose. To take a row out of use needs no choice, to bring it back does.
    """
    trust = form.get("trust", "keep")
    if trust == "again":
        return verify(form, cells, name, today)
    if trust == "none":
        return cells | unverified(), {}
    changed = {cell for cell in VITAL if cells[cell] != row[cell]}
    if cells["status"] != "active":
        changed.discard("status")
    if row["reliability"] == "verified" and changed:
        line = _(
            "Bạn vừa sửa điều đã được xác minh. Chọn “Tôi vừa kiểm tra lại”, hoặc “Chưa xác minh”."
        )
        return cells, {"trust": line}
    return cells, {}


def verify(
    form: Mapping[str, str], cells: dict[str, str], name: str, today: date
) -> tuple[dict[str, str], dict[str, str]]:
    """The cells as verified by `name` on the days of the form, and what is wrong with that."""
    on, until = form.get("verified_on", "").strip(), form.get("verified_until", "").strip()
    wrong = {}
    if form.get("how") not in HOW:
        wrong["how"] = _("Bạn chọn đã kiểm tra bằng cách nào.")
    if (day := read_date(on)) and day > today:
        wrong["verified_on"] = _("ngày này chưa tới")
    if (day := read_date(until)) and day < today:
        wrong["verified_until"] = _("ngày này đã qua")
    days = {"verified_on": on, "verified_by": name, "verified_until": until}
    return cells | {"reliability": "verified"} | days, wrong


def unverified() -> dict[str, str]:
    """The verification of a row that nobody vouches for."""
    return dict.fromkeys(VERIFICATION, "") | {"reliability": "unverified"}


def a_year_from(day: date) -> date:
    """The same day next year; of 29 February the 28th."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def reason_of(form: Mapping[str, str]) -> str:
    """Why the editor changes the row, with how it was checked where it was."""
    why = " ".join(form.get("reason", "").split())[:LONGEST_REASON]
    if form.get("trust") != "again" or form.get("how") not in HOW:
        return why
    checked = _("xác minh bằng cách {how}").format(how=HOW[form["how"]])
    return f"{checked}: {why}" if why else checked


def _tidy(column: str, cell: str) -> str:
    """A cell as rows keep it, where it can be read as such; else as it was typed."""
    if column == "phone":
        numbers = (_digits(part) for part in re.split(r"[;,\n]", cell))
        return "; ".join(number for number in numbers if number)
    if column == "hours":
        try:
            return write_hours(read_hours(read_days(cell)))
        except BadHours:
            return read_days(cell)
    if column in ("latitude", "longitude"):
        number = cell.replace(",", ".")
        return repr(float(number)) if re.fullmatch(r"\d{1,3}(\.\d{1,15})?", number) else cell
    if column.endswith("_age"):
        return str(int(cell)) if re.fullmatch(r"[0-9]{1,3}", cell) else cell
    return cell


def _digits(number: str) -> str:
    """A number without what groups it; anything else as it was typed."""
    plain = re.sub(r"[\s.()\-]", "", number)
    plain = "0" + plain[3:] if plain.startswith("+84") else plain
    return plain if plain.isdecimal() else number.strip()
