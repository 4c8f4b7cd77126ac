"""Two rows of one place made one: the cells chosen one by one, the other row kept as "defunct"."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from hashlib import sha256
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from referral_directory.changes import Author, Change, ChangedSince, hold, save_all
from referral_directory.reading import read_keys
from referral_directory.records import shown_days
from referral_directory.rows import NAMES, SOURCE, VERIFICATION, Row
from referral_directory.units import Units

TOGETHER: Mapping[str, tuple[str, ...]] = {
    "commune_code": (
        "commune_code",
        "province_code",
        "former_unit",
        "address",
        "latitude",
        "longitude",
    ),
    "reliability": (*VERIFICATION, *SOURCE),
}
"""The cells that make sense only together, by the first of them, for which they are chosen."""
NEVER_CHOSEN = ("key", "status", "area")
LISTED = ("phone", "languages")
"""Cells of several values, of which both rows' may be kept."""
_FOLLOW = frozenset(
    column for first, all_ in TOGETHER.items() for column in all_ if column != first
)
CHOSEN = tuple(name for name in NAMES if name not in NEVER_CHOSEN and name not in _FOLLOW)
"""The columns that are chosen."""
Side = Literal["keep", "lose", "both"]


class NotChecked(ValueError):
    """Cells of a row that nobody vouches for would be told as verified; `columns` names which."""

    def __init__(self, columns: Collection[str]) -> None:
        self.columns = tuple(columns)
        super().__init__(", ".join(columns))


def differing(keep: Row, lose: Row) -> list[str]:
    """The columns to choose for, in their order."""
    return [
        column
        for column in CHOSEN
        if any(keep[one] != lose[one] for one in TOGETHER.get(column, (column,)))
    ]


def default_choice(keep: Row, lose: Row, on: date) -> dict[str, Side]:
    """For each differing column the row it is best taken from: where only one has a cell, that one;
    else the one that somebody vouches for on that day, then the newer. What nobody vouches for is not
    put into a row that somebody does."""
    better: Side = "lose" if _trust(lose, on) > _trust(keep, on) else "keep"
    worse: Side = "keep" if better == "lose" else "lose"
    rows: dict[Side, Row] = {"keep": keep, "lose": lose}
    may_fill = not _vouched(rows[better], on) or _vouched(rows[worse], on)
    chosen: dict[str, Side] = {}
    for column in differing(keep, lose):
        only_worse = not rows[better][column] and rows[worse][column]
        chosen[column] = worse if only_worse and may_fill else better
    return chosen


def merged(keep: Row, lose: Row, chosen: Mapping[str, Side]) -> dict[str, str]:
    """The row that becomes of both, under the key of `keep`; what is not chosen stays as it is there."""
    row = dict(keep)
    for column, side in chosen.items():
        if column not in CHOSEN:
            continue
        for one in TOGETHER.get(column, (column,)):
            if side == "lose":
                row[one] = lose[one]
            elif side == "both" and one in LISTED:
                listed = [*_listed(keep[one]), *_listed(lose[one])]
                row[one] = "; ".join(dict.fromkeys(listed))
    return row


def unchecked(keep: Row, lose: Row, chosen: Mapping[str, Side], on: date) -> list[str]:
    """The cells that nobody vouches for on that day and that would be told as verified, then or later."""
    row = merged(keep, lose, chosen)
    told = shown_days(row)
    if told is None or told[1] < on:
        return []
    vouched = [one for one in (keep, lose) if _vouched(one, on)]
    return [
        column
        for column in NAMES
        if column not in (*NEVER_CHOSEN, *TOGETHER["reliability"])
        and row[column]
        and not set(_listed(row[column]))
        <= {part for one in vouched for part in _listed(one[column])}
    ]


def fingerprint(one: Row, other: Row) -> str:
    """A mark of two rows as they stand now."""
    cells = "\0".join(row[name] for row in (one, other) for name in NAMES)
    return sha256(cells.encode()).hexdigest()[:32]


async def merge(
    session: AsyncSession,
    keep_key: str,
    lose_key: str,
    chosen: Mapping[str, Side],
    units: Units,
    author: Author,
    *,
    on: date,
    seen: str,
    checked: bool = False,
) -> list[Change]:
    """Make two rows one; both changes have the same author, and each is undone by itself. `author`'s
    reason gets which row was put into which. `on` is the day; `seen` is their `fingerprint` when the choice was made;
    `checked` says that the author has checked what nobody vouched for.

    Raises:
        KeyError: one of the rows does not exist, or both are the same.
        ChangedSince: a row was changed since it was seen.
        NotChecked: see there; nothing was written.
        BadRow: the cells do not go together; nothing was written.
    """
    if keep_key == lose_key:
        raise KeyError(lose_key)
    await hold(session)
    rows = await read_keys(session, [keep_key, lose_key])
    keep, lose = rows[keep_key], rows[lose_key]
    if fingerprint(keep, lose) != seen or "defunct" in (keep["status"], lose["status"]):
        raise ChangedSince([])
    if not checked and (columns := unchecked(keep, lose, chosen, on)):
        raise NotChecked(columns)
    reason = " ".join(part for part in (f"gộp {lose_key} vào {keep_key}.", author.reason) if part)
    both = [merged(keep, lose, chosen), dict(lose) | {"status": "defunct"}]
    return await save_all(session, both, units, Author(author.by, author.at, reason))


def _vouched(row: Row, on: date) -> bool:
    days = shown_days(row)
    return days is not None and days[0] <= on <= days[1]


def _trust(row: Row, on: date) -> tuple[bool, str]:
    # ISO dates sort as they are written, and "" before all.
    return _vouched(row, on), max(row["verified_on"], row["source_date"])


def _listed(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]
