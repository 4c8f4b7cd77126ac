"""Which of the places told before somebody speaks of. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.wrong_places import plain_words

_ORDINALS = {"dau": 0, "dau tien": 0, "nhat": 0, "hai": 1, "ba": 2, "tu": 3, "bon": 3, "nam": 4}
_ORDINAL = re.compile(
    r"\b(?:so|SO|cho|noi|dia chi|trung tam|co so|cai)(?: dien thoai)?"
    r" (?:thu )?(dau tien|dau|cuoi|nhat|hai|ba|tu|bon|nam|[1-9])\b"
)


@dataclass(frozen=True)
class Told:
    """A place that was told, as people may speak of it."""

    key: str
    name: str
    phones: tuple[str, ...] = ()


def which(text: str, told: Sequence[Told]) -> Sequence[Told]:
    """Those of the places told that `text` may speak of: the one whose number, name or place in the
    list it holds; all of them where it says nothing of that; none where it names another number."""
    plain = plain_words(text)
    numbers = re.findall(r"\b(?:\d{8,11}|1\d\d|1[89]00\d{4,6})\b", plain)
    if numbers:
        return [one for one in told if set(numbers) & set(one.phones)]
    named = _named(plain, told)
    if named:
        return named
    found = _ORDINAL.search(plain)
    if found is None:
        return told
    if found[1] == "cuoi":
        return told[-1:]
    at = int(found[1]) - 1 if found[1].isdecimal() else _ORDINALS[found[1]]
    return told[at : at + 1] or told


def _named(plain: str, told: Sequence[Told]) -> list[Told]:
    """The place of which most is named that is in no other's name; none where nothing is."""
    pairs = [_pairs(plain_words(one.name)) for one in told]
    spoken = _pairs(plain)
    scores = []
    for one in pairs:
        others = [set(other) for other in pairs if other is not one]
        scores.append(len({p for p in one & spoken if not all(p in other for other in others)}))
    best = max(scores, default=0)
    chosen = [one for one, score in zip(told, scores, strict=True) if score == best]
    return chosen if best and len(chosen) < max(len(told), 2) else []


def _pairs(plain: str) -> set[tuple[str, str]]:
    return set(pairwise(plain.replace("SO", "so").split()))
