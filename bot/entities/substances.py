"""Which substances a message names: by their names, or by everyday words beside a word of drugs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from bot.entities.lists import load
from bot.entities.reading import Phrases, Reading, Word, phrases, read

_NEAR = 4
_MOST_GAP = 2
IDS = (
    "heroin", "opium", "morphine", "methamphetamine", "mdma", "ketamine", "cannabis",
    "synthetic_cannabinoid", "cocaine", "lsd", "nuoc_vui", "laughing_gas", "ecigarette", "etomidate",
    "methadone", "buprenorphine", "benzodiazepine", "alcohol", "tobacco", "tramadol", "mushroom",
    "inhalant", "other",
)  # fmt: skip
Span = tuple[str, int, int]


@dataclass(frozen=True)
class _StreetName:
    """An everyday word, and what must stand around it to be a substance."""

    substance: str
    near: bool
    only_near: bool
    gap: bool
    after: Phrases
    bare_after: Phrases
    bare_not_next: Phrases
    bare_sure: Phrases


@dataclass(frozen=True)
class _Lists:
    names: Phrases
    exact: Phrases
    street_words: Phrases
    street: dict[str, _StreetName]
    gap: Phrases
    joins: Phrases
    context: Phrases
    never: Phrases


def _street_name(row: dict[str, Any], after: list[str]) -> _StreetName:
    own = row.get("after", after)
    return _StreetName(
        substance=row["substance"],
        near=row["near"],
        only_near=row.get("only_near", False),
        gap=row.get("gap", True),
        after=phrases(own),
        bare_after=phrases(row.get("bare_after", own)),
        bare_not_next=phrases(row.get("bare_not_next", ())),
        bare_sure=phrases(row.get("bare_sure", ())),
    )


@cache
def _lists() -> _Lists:
    data = load()
    street = data["street"]
    named = data["substances"].items()
    return _Lists(
        names=Phrases((str(name), code) for code, row in named for name in row["names"]),
        exact=Phrases((str(name), code) for code, row in named for name in row["exact"]),
        street_words=phrases(row["word"] for row in street["words"]),
        street={row["word"]: _street_name(row, street["after"]) for row in street["words"]},
        gap=phrases(street["gap"]),
        joins=phrases(street["joins"]),
        context=phrases(street["context"]),
        never=phrases(street["never"]),
    )


def substances(text: str) -> list[str]:
    """Ids of the substances that `text` names, in the order they come, each once.

    The ids of `IDS`; "other" is a drug without an id of its own (GHB, fentanyl). Everyday words that
    are street names (đá, ke, cỏ, kẹo) count only after a word for using, or beside a drug word.
    """
    return list(dict.fromkeys(code for code, _, _ in find_substances(read(text))))


def find_substances(reading: Reading) -> list[Span]:
    """(id, first word, word after the last) of each mention, in the order they come."""
    lists, words = _lists(), reading.words
    found: list[Span] = []
    doubtful: list[tuple[str, int]] = []
    drug_words: set[int] = set()
    at = 0
    while at < len(words):
        code, size = max(
            lists.names.at(words, at), lists.exact.at(words, at, True), key=lambda pair: pair[1]
        )
        _, other = lists.never.at(words, at, reading.accented)
        if size and size >= other:
            found.append((code, at, at + size))
            drug_words.update(range(at, at + size))
            at += size
            continue
        if other:
            at += other
            continue
        drug_words.update(range(at, at + lists.context.at(words, at, reading.accented)[1]))
        word, _ = lists.street_words.at(words, at, reading.accented)
        if word:
            doubtful.append((word, at))
        at += 1
    found += _street_names(reading, doubtful, drug_words, {end for _, _, end in found})
    return sorted(found, key=lambda span: span[1])


def _street_names(
    reading: Reading, doubtful: Sequence[tuple[str, int]], drug_words: set[int], ends: set[int]
) -> list[Span]:
    """Those of the doubtful words that count. A word that counts bears out one that follows it,
    and street names in a row ("đá, ke, kẹo") bear each other out."""
    found = []
    places = {at for _, at in doubtful}
    begun = {at for at in places if at + 1 in places and reading.words[at + 1].parted}
    lists = begun | {at + 1 for at in begun}
    for word, at in doubtful:
        name = _lists().street[word]
        exact = reading.words[at].form != reading.words[at].bare or reading.accented
        near = any(place != at and abs(place - at) <= _NEAR for place in drug_words)
        if name.only_near:
            counts = near and _is_after(reading, name, at, exact)
        else:
            listed = _follows_substance(reading.words, at, ends)
            listed = (
                (listed or at in lists) if exact else listed and not _meant_else(reading, name, at)
            )
            counts = listed or _is_after(reading, name, at, exact) or (exact and name.near and near)
        if counts:
            found.append((name.substance, at, at + 1))
            drug_words.add(at)
            ends.add(at + 1)
    return found


def _is_after(reading: Reading, name: _StreetName, at: int, exact: bool) -> bool:
    """Whether a word for using stands before the word at `at`, with little between."""
    words = reading.words
    acts = name.after if exact else name.bare_after
    end, gaps = at, 0
    while True:
        if acts.ending(words, end, reading.accented)[1] and not words[end].parted:
            break
        size = _gap_before(words, end, reading.accented) if name.gap and gaps < _MOST_GAP else 0
        if not size or words[end].parted:
            return False
        end, gaps = end - size, gaps + 1
    sure = exact or (end == at and name.bare_sure.ending(words, end)[1])
    return bool(sure) or not _meant_else(reading, name, at)


def _meant_else(reading: Reading, name: _StreetName, at: int) -> bool:
    """Whether the word after a bare one shows that an everyday word was meant ("hut co hai khong")."""
    words = reading.words
    if at + 1 == len(words) or words[at + 1].parted:
        return False
    return bool(name.bare_not_next.at(words, at + 1)[1])


def _gap_before(words: Sequence[Word], end: int, accented: bool) -> int:
    """How many words right before `end` are of the kind that may stand between."""
    return _lists().gap.ending(words, end, accented)[1]


def _follows_substance(words: Sequence[Word], at: int, ends: set[int]) -> bool:
    """Whether the word stands in a list: after a substance and a comma, or a joining word."""
    if at in ends and words[at].parted:
        return True
    size = _lists().joins.ending(words, at)[1]
    return bool(size) and at - size in ends
