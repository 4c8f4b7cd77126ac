"""The directory's own seed, data/services.csv: reading it and judging each line. Pure but for the
file. What the columns mean and what may be called verified: README.md.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from referral_directory.kinds import KINDS
from referral_directory.units import Units

SEED = Path(__file__).parent / "data" / "services.csv"
_COLUMNS = [
    "key",
    "name",
    "kind",
    "organization",
    "description",
    "commune_code",
    "province_code",
    "former_unit",
    "address",
    "phone",
    "hours_byday",
    "opens_at",
    "closes_at",
    "minimum_age",
    "maximum_age",
    "accepts_voluntary",
    "accepts_compulsory",
    "website",
    "reliability",
    "source_name",
    "source_url",
    "source_date",
    "verified_on",
    "verified_by",
    "verified_until",
]
_DATES = ("source_date", "verified_on", "verified_until")
_LONGEST_TRUST = timedelta(days=366)
_DAYS = re.compile(r"(MO|TU|WE|TH|FR|SA|SU)(,(MO|TU|WE|TH|FR|SA|SU))*")

Row = dict[str, str]


class BadSeed(ValueError):
    """The file cannot be read as a table of services at all."""


def read_rows(source: Path = SEED) -> list[tuple[int, Row]]:
    """The lines of the table with their line numbers, every cell stripped.

    Raises:
        BadSeed: the file is not UTF-8, or its columns are not the ones the README names.
    """
    try:
        with source.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            if list(reader.fieldnames or ()) != _COLUMNS:
                raise BadSeed(f"{source.name}: the columns must be {', '.join(_COLUMNS)}")
            rows = []
            for line in reader:
                if None in line or None in line.values():
                    raise BadSeed(f"{source.name}, line {reader.line_num}: wrong number of cells")
                rows.append((reader.line_num, {name: cell.strip() for name, cell in line.items()}))
            return rows
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadSeed(f"{source.name}: {error}") from error


def faults(rows: list[tuple[int, Row]], units: Units) -> list[str]:
    """One line for each thing wrong, "line 7, phone: …"; empty where all rows may be loaded."""
    found: list[str] = []
    seen: dict[str, int] = {}
    for number, row in rows:
        wrong = [*_content(row), *_place(row, units), *_trust(row)]
        if row["key"] in seen:
            wrong.append(("key", f"{row['key']!r} is already on line {seen[row['key']]}"))
        seen.setdefault(row["key"], number)
        found += [f"line {number}, {column}: {reason}" for column, reason in wrong]
    return found


def _content(row: Row) -> Iterator[tuple[str, str]]:
    for column in ("key", "name", "organization", "source_name"):
        if not row[column]:
            yield column, "is empty"
    if row["kind"] not in KINDS:
        yield "kind", f"{row['kind']!r} is no kind of service"
    if row["phone"] and not re.fullmatch(r"\d{3,11}", row["phone"]):
        yield "phone", "must be 3 to 11 digits and nothing else"
    for column in ("accepts_voluntary", "accepts_compulsory"):
        if row[column] not in ("", "yes", "no"):
            yield column, "must be yes, no or empty"
    for column in ("minimum_age", "maximum_age"):
        if row[column] and not row[column].isdecimal():
            yield column, "must be a whole number of years"
    hours = (row["hours_byday"], row["opens_at"], row["closes_at"])
    if any(hours) and not (
        _DAYS.fullmatch(hours[0]) and all(_is_time(value) for value in hours[1:])
    ):
        yield "hours_byday", "needs days like MO,TU and opens_at and closes_at like 08:00"


def _place(row: Row, units: Units) -> Iterator[tuple[str, str]]:
    commune = units.communes.get(row["commune_code"])
    if row["province_code"] and row["province_code"] not in units.provinces:
        yield "province_code", f"{row['province_code']!r} is none of the 34 provinces"
    if row["commune_code"] and commune is None:
        yield "commune_code", f"{row['commune_code']!r} is no commune"
    if commune and commune.province.code != row["province_code"]:
        yield "commune_code", f"{commune.title} is in {commune.province.title}"
    if row["address"] and commune is None:
        yield "address", "needs the commune it lies in"


def _trust(row: Row) -> Iterator[tuple[str, str]]:
    for column in _DATES:
        if row[column] and read_date(row[column]) is None:
            yield column, "must be a date like 2026-02-11"
    if row["source_url"] and not re.match(r"https?://[^/\s]+", row["source_url"]):
        yield "source_url", "must begin with http:// or https://"
    if row["reliability"] == "unverified":
        for column in ("phone", "address", "verified_until"):
            if row[column]:
                yield column, "must stay empty until somebody has verified the row"
    elif row["reliability"] == "verified":
        for column in ("source_url", "verified_on", "verified_by", "verified_until"):
            if not row[column]:
                yield column, "is empty, so nobody vouches for this row"
        on, until = read_date(row["verified_on"]), read_date(row["verified_until"])
        if on and until and not timedelta() < until - on <= _LONGEST_TRUST:
            yield "verified_until", "must be after verified_on and at most a year later"
    else:
        yield "reliability", "must be verified or unverified"


def read_date(text: str) -> date | None:
    """The date written as 2026-02-11; None where it is empty or no date."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _is_time(text: str) -> bool:
    return re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text) is not None
