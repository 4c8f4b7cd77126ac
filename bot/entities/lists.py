"""The word lists of entities.yml, checked when they are read."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.understand import nfc

_FILE = Path(__file__).parent.parent / "content" / "entities.yml"
_STREET = {
    "word", "substance", "near", "only_near", "gap", "after", "bare_after", "bare_not_next",
    "bare_sure",
}  # fmt: skip
_PEOPLE = {
    "owners", "not_before", "never", "bare_alone", "bare_unsure", "first_person",
    "first_not_before", "first_not_after", "others", "anaphora", "troubles", "troubles_exact",
    "breaks", "breaks_exact", "passive", "asks_for", "finds", "found", "for_whom",
    "parents_speak", "elders", "acts_on", "aside", "slips", "denials",
}  # fmt: skip


@cache
def load() -> dict[str, Any]:
    """The lists, as they stand in the file.

    Raises:
        ValueError: a list is missing, empty where it may not be, or holds something that is no word.
    """
    data = yaml.load(nfc(_FILE.read_text(encoding="utf-8")), yaml.CSafeLoader)
    check(data)
    return dict(data)


def check(data: dict[str, Any]) -> None:
    """That `data` has the lists that bot/entities/ reads.

    Raises:
        ValueError: as `load`.
    """
    if set(data) != {"substances", "street", "relations", "people"}:
        raise ValueError(f"entities.yml has the parts {sorted(data)}")
    for code, row in data["substances"].items():
        _words(f"substances.{code}.names", row.get("names"), least=1)
        _words(f"substances.{code}.exact", row.get("exact"))
    _check_street(data["street"], set(data["substances"]))
    for relation, row in data["relations"].items():
        for part in ("own", "house", "alone"):
            _words(f"relations.{relation}.{part}", row.get(part))
    people = data["people"]
    if set(people) != _PEOPLE:
        raise ValueError(f"people: {sorted(set(people) ^ _PEOPLE)} is missing or unknown")
    for part, value in people.items():
        _words(f"people.{part}", list(value), least=1)
    wrong = (set(people["found"].values()) | set(people["for_whom"].values())) - set(
        data["relations"]
    )
    if wrong:
        raise ValueError(f"people: unknown relations {sorted(wrong)}")


def _check_street(street: dict[str, Any], codes: set[str]) -> None:
    for part in ("after", "gap", "joins", "context", "never"):
        _words(f"street.{part}", street.get(part), least=1)
    for row in street["words"]:
        if row["substance"] not in codes or not set(row) <= _STREET:
            raise ValueError(f"street: {row['word']!r} has an unknown substance or key")
        for part in ("after", "bare_after", "bare_not_next", "bare_sure"):
            _words(f"street.{row['word']}.{part}", row.get(part, []))


def _words(name: str, value: object, least: int = 0) -> None:
    if not isinstance(value, list) or len(value) < least:
        raise ValueError(f"{name} is no list of {least} or more")
    for word in value:
        if not isinstance(word, str) or not word.strip():
            raise ValueError(f"{name}: {word!r} is no word")
