"""Offices and places that no longer exist, in a person's words, and what they are today.

What each line rests on stands beside it in content/former_names.yml: Luật 120/2025/QH15 and the
resolutions of 2025 that moved rehab to the police (01/03/2025) and ended the districts (01/07/2025).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.entities.places import Named, find_named
from bot.entities.reading import Phrases, Reading, phrases, read
from bot.understand import nfc
from referral_directory.places import Gazetteer

_FILE = Path(__file__).parent / "content" / "former_names.yml"
_LONGEST_TEXT = 2_000
_MOST_BETWEEN = 3


@dataclass(frozen=True)
class Former:
    """What is told of a former office or place. `key` is the office's key in former_names.yml, or
    "place"; `line` is one or two plain sentences; `facts` and `citations` (register id, where in it)
    say what the line rests on; `valid_from`, since when it is so."""

    key: str
    line: str
    facts: tuple[str, ...]
    citations: tuple[tuple[str, str], ...]
    valid_from: date


@dataclass(frozen=True)
class FormerName(Former):
    """A former office, or a former place beside an office, in a person's words: `text` is how it was
    written, at `start` to `end` of the cleaned text."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class _Book:
    agencies: dict[str, Former]
    places: dict[str, Former]
    names: Phrases
    with_district: Phrases
    district_words: Phrases
    not_district: Phrases
    offices: Phrases
    between: Phrases


def translate(text: str, gazetteer: Gazetteer) -> tuple[FormerName, ...]:
    """The former offices in `text` and former places with an office, in the order they come.

    A former district or province named without an office gives nothing. Each line comes once.
    """
    reading = read(text[:_LONGEST_TEXT])
    named = find_named(reading.text, gazetteer) if _speaks_of_office(reading) else []
    found = [*_offices(reading, named), *_places(reading, named)]
    first: dict[str, FormerName] = {}
    reached = 0
    for name in sorted(found, key=lambda name: (name.start, -name.end)):
        if name.start >= reached:
            first.setdefault(name.line, name)
            reached = name.end
    return tuple(first.values())


def _speaks_of_office(reading: Reading) -> bool:
    """Whether a place in the text can stand beside an office; finding places takes longer."""
    book, words = _book(), reading.words
    return any(
        names.at(words, at, reading.accented)[1]
        for names in (book.offices, book.with_district)
        for at in range(len(words))
    )


def _offices(reading: Reading, named: Sequence[Named]) -> Iterator[FormerName]:
    book, words = _book(), reading.words
    for at in range(len(words)):
        key, size = book.names.at(words, at, reading.accented)
        office, length = book.with_district.at(words, at, reading.accented)
        end = at + size
        if length > size:
            key, end = office, _district_end(reading, at + length, named)
        if key and end:
            agency = book.agencies[key]
            yield _former(agency, reading, words[at].start, words[end - 1].end, agency.line)


def _district_end(reading: Reading, at: int, named: Sequence[Named]) -> int:
    """Where the district that stands at `at` ends: the word for one or its name; 0 for none."""
    book, words = _book(), reading.words
    if at >= len(words) or words[at].parted:
        return 0
    place = next((one for one in named if one.start == words[at].start), None)
    if place is not None and place.kind == "former_district":
        return next((i for i in range(at, len(words)) if words[i].start >= place.end), len(words))
    size = book.district_words.at(words, at, reading.accented)[1]
    other = size and book.not_district.at(words[at + size :] or words, 0, reading.accented)[1]
    return at + size if size and not (other and at + size < len(words)) else 0


def _places(reading: Reading, named: Sequence[Named]) -> Iterator[FormerName]:
    """Former places right after an office: "công an tỉnh Nam Định". A name that several places bore
    gives nothing, for which one is meant is not known; and a district became several communes."""
    book, words = _book(), reading.words
    for one in named:
        old, new = one.place.former, one.place.province
        at = next((i for i, word in enumerate(words) if word.start == one.start), None)
        if old is None or at is None or not one.sole or not _has_office(reading, at):
            continue
        if one.kind == "commune":
            new = f"{one.place.name}, {new}"
        row = book.places[one.kind]
        line = row.line.format(old=old, new=new)
        yield _former(row, reading, one.start, one.end, line[0].upper() + line[1:])


def _has_office(reading: Reading, at: int) -> bool:
    book, words = _book(), reading.words
    for _ in range(_MOST_BETWEEN + 1):
        if book.offices.ending(words, at, reading.accented)[1]:
            return True
        size = book.between.ending(words, at, reading.accented)[1]
        if not size:
            return False
        at -= size
    return False


def _former(row: Former, reading: Reading, start: int, end: int, line: str) -> FormerName:
    said = {**vars(row), "line": line}
    return FormerName(text=reading.text[start:end], start=start, end=end, **said)


@cache
def _book() -> _Book:
    """The names, read once.

    Raises:
        ValueError: a row lacks its line, its facts or its date, or a name stands twice.
    """
    data = yaml.load(nfc(_FILE.read_text(encoding="utf-8")), yaml.CSafeLoader)
    agencies = {row["key"]: _agency(row["key"], row) for row in data["agencies"]}
    names = [(name, row["key"]) for row in data["agencies"] for name in row["names"]]
    offices = [(name, row["key"]) for row in data["agencies"] for name in row["with_district"]]
    for rows in (names, offices):
        twice = {name for name, _ in rows if [other for other, _ in rows].count(name) > 1}
        if twice:
            raise ValueError(f"former_names.yml has {sorted(twice)} twice")
    return _Book(
        agencies=agencies,
        places={kind: _agency("place", row) for kind, row in data["places"].items()},
        names=Phrases(names),
        with_district=Phrases(offices),
        district_words=phrases(data["district_words"]),
        not_district=phrases(data["not_district"]),
        offices=phrases(data["offices"]),
        between=phrases(data["between"]),
    )


def _agency(key: str, row: dict[str, Any]) -> Former:
    if not (row["line"] and row["facts"] and isinstance(row["valid_from"], date)):
        raise ValueError(f"former_names.yml: {key} lacks its line, facts or date")
    return Former(
        key=key,
        line=row["line"],
        facts=tuple(row["facts"]),
        citations=tuple((one["doc"], one["where"]) for one in row["citations"]),
        valid_from=row["valid_from"],
    )
