"""The rules of `content/danger.yml`, read once, and what they find in a text."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.danger.patterns import Found, Pattern, Phrases
from bot.danger.words import Words
from bot.understand import nfc

_FILE = Path(__file__).parent.parent / "content" / "danger.yml"
MODIFIERS = (
    "negated",
    "past",
    "recovered",
    "story",
    "supposed",
    "reported",
    "linking",
    "object",
    "nobody",
)
_MOST = 8
_REACH = 14


@dataclass(frozen=True)
class Rule:
    """One sign of danger; the fields are explained at the head of `content/danger.yml`."""

    id: str
    label: str
    level: str
    firm: bool
    hint: bool
    general: bool
    whose: str
    say: tuple[Pattern, ...]
    together: tuple[tuple[Pattern, ...], ...]
    also: tuple[tuple[Pattern, ...], ...]
    unless: tuple[Pattern, ...]
    never: tuple[Pattern, ...]


@dataclass(frozen=True)
class Finding:
    """A rule that fired on words [start, end), at `level`; `lowered_by` where that is not its own."""

    rule: Rule
    level: str
    start: int
    end: int
    lowered_by: str = ""

    @property
    def name(self) -> str:
        """The rule's name, and after a colon what lowered it."""
        return f"{self.rule.id}:{self.lowered_by}" if self.lowered_by else self.rule.id


@dataclass(frozen=True)
class _Exempt:
    say: Pattern
    not_after: Pattern | None


_Needed = Sequence[tuple[int, frozenset[int], tuple[Pattern, ...]]]
_Index = Mapping[int, _Needed]
"""What has a number, the phrase lists it needs, and its patterns: under one of those lists."""


@dataclass(frozen=True)
class Rulebook:
    """Everything in the file, compiled."""

    phrases: Phrases
    own: frozenset[str]
    exempt: tuple[_Exempt, ...]
    modify: Mapping[str, int]
    me: int
    kin: int
    rules: tuple[Rule, ...]
    idiom_index: _Index
    rule_index: _Index
    group_index: _Index

    def find(self, reading: Reading) -> list[Finding]:
        """Every rule that fires, at its own level, for each place (the first and the last ones where
        it fires very often)."""
        spans: dict[int, set[tuple[int, int]]] = {}
        for at, (pattern,) in _candidates(self.rule_index, reading.found):
            if places := reading.found.matches(pattern, reading.words):
                spans.setdefault(at, set()).update(places)
        for at, group in _candidates(self.group_index, reading.found):
            if met := _together(group, reading):
                spans.setdefault(at, set()).update(met)
        return [
            Finding(self.rules[at], self.rules[at].level, start, end)
            for at in sorted(spans)
            for start, end in _allowed(self.rules[at], spans[at], reading)
        ]


@dataclass(frozen=True)
class Reading:
    """A text read against the rulebook: `found` without the idioms, `raw` with them; `idioms` are the
    words that they cover."""

    words: Words
    book: Rulebook
    found: Found
    raw: Found
    idioms: Set[int]

    @classmethod
    def of(cls, words: Words, book: Rulebook) -> Reading:
        """Read `words` once against all phrases, then set the idioms aside."""
        raw = book.phrases.read(words)
        covered = _idioms(words, book, raw)
        return cls(words, book, raw.without(covered) if covered else raw, raw, covered)

    @property
    def forms(self) -> list[str]:
        """The words in canonical forms, without those of idioms."""
        return [form for at, form in enumerate(self.words.forms) if at not in self.idioms]

    def occurs(self, kind: str, start: int, end: int) -> list[tuple[int, int]]:
        """Where words of the modifier `kind` stand between `start` and `end`."""
        places = self.raw.places(self.book.modify[kind])
        return [
            (at, to) for at, ends in places.items() if start <= at < end for to in ends if to <= end
        ]


def _candidates(index: _Index, found: Found) -> list[tuple[int, tuple[Pattern, ...]]]:
    """Of the index what may be met: all that it needs is there."""
    there = found.there
    return [
        (at, patterns)
        for number in there & index.keys()
        for at, needs, patterns in index[number]
        if needs <= there
    ]


def _indexed(numbered: Sequence[tuple[int, tuple[Pattern, ...]]]) -> _Index:
    """Patterns, alone or together, under the phrase list they need that the fewest need."""
    needed = [
        (at, frozenset().union(*(pattern.needs for pattern in patterns)), patterns)
        for at, patterns in numbered
    ]
    often = Counter(number for _, needs, _ in needed for number in needs)
    index: dict[int, list[tuple[int, frozenset[int], tuple[Pattern, ...]]]] = {}
    for one in needed:
        rarest = min(one[1], key=lambda number: (often[number], number))
        index.setdefault(rarest, []).append(one)
    return index


def _idioms(words: Words, book: Rulebook, raw: Found) -> set[int]:
    covered: set[int] = set()
    for at, (pattern,) in _candidates(book.idiom_index, raw):
        guard = book.exempt[at].not_after
        wanted = {end for _, end in raw.matches(guard, words)} if guard is not None else set()
        for start, end in raw.matches(pattern, words):
            if start not in wanted:
                covered.update(range(start, end))
    return covered


def _together(group: Sequence[Pattern], reading: Reading) -> set[tuple[int, int]]:
    """Where all of `group` stand in one sentence, none further than _REACH words from the first."""
    words = reading.words
    places = [reading.found.matches(pattern, words) for pattern in group]
    met: set[tuple[int, int]] = set()
    for start, end in sorted(places[0])[:_MOST] if all(places) else ():
        low, high = words.sentence(start)
        first, last = start, end
        for others in places[1:]:
            near = [
                span
                for span in others
                if max(low, start - _REACH) <= span[0] and span[1] <= min(high, end + _REACH)
            ]
            if not near:
                break
            closest = min(near, key=lambda span: abs(span[0] - start))
            first, last = min(first, closest[0]), max(last, closest[1])
        else:
            met.add((first, last))
    return met


def _allowed(
    rule: Rule, spans: set[tuple[int, int]], reading: Reading
) -> Sequence[tuple[int, int]]:
    words, raw = reading.words, reading.raw
    if any(raw.matches(pattern, words) for pattern in rule.never):
        return ()
    for group in rule.also:
        if not any(raw.matches(pattern, words) for pattern in group):
            return ()
    ordered = sorted(spans)
    ordered = ordered[:_MOST] + ordered[max(_MOST, len(ordered) - _MOST) :]
    barred = sorted({start for pattern in rule.unless for start, _ in raw.matches(pattern, words)})
    return [span for span in ordered if not barred or not _within(barred, words.sentence(span[0]))]


def _within(places: Sequence[int], bounds: tuple[int, int]) -> bool:
    at = bisect_left(places, bounds[0])
    return at < len(places) and places[at] < bounds[1]


def _rule(row: Mapping[str, Any], phrases: Phrases) -> Rule:
    try:
        return Rule(
            id=row["id"],
            label=row["label"],
            level=row["level"],
            firm=row.get("firm", False),
            hint=row.get("hint", False),
            general=row.get("general", False),
            whose=row.get("whose", "subject"),
            say=tuple(map(phrases.compile, row["say"])),
            together=tuple(tuple(map(phrases.compile, group)) for group in row.get("together", ())),
            also=tuple(tuple(map(phrases.compile, group)) for group in row.get("also", ())),
            unless=tuple(map(phrases.compile, row.get("unless", ()))),
            never=tuple(map(phrases.compile, row.get("never", ()))),
        )
    except ValueError as error:
        raise ValueError(f"danger rule {row['id']}: {error}") from error


@cache
def rulebook() -> Rulebook:
    """The compiled rules.

    Raises:
        ValueError: a pattern cannot be read; the rule is named.
    """
    data = yaml.load(nfc(_FILE.read_text(encoding="utf-8")), yaml.CSafeLoader)
    phrases = Phrases({**data["lists"], **{kind: data["modify"][kind] for kind in MODIFIERS}})
    exempt: list[_Exempt] = []
    for row in data["exempt"]:
        guard = row.get("not_after")
        if isinstance(guard, list):
            guard = f"({'|'.join(guard)})"
        not_after = phrases.compile(guard) if guard else None
        exempt += [_Exempt(phrases.compile(say), not_after) for say in row["say"]]
    rules = tuple(_rule(row, phrases) for row in data["rules"])
    return Rulebook(
        phrases=phrases,
        own=frozenset(data["own"]),
        exempt=tuple(exempt),
        modify={kind: phrases.number(kind) for kind in MODIFIERS},
        me=phrases.number("me"),
        kin=phrases.number("kin"),
        rules=rules,
        idiom_index=_indexed([(at, (idiom.say,)) for at, idiom in enumerate(exempt)]),
        rule_index=_indexed([(at, (say,)) for at, rule in enumerate(rules) for say in rule.say]),
        group_index=_indexed(
            [(at, group) for at, rule in enumerate(rules) for group in rule.together]
        ),
    )
