"""Where a text names a place, and whether the words around it bear that out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from referral_directory import place_words as pw
from referral_directory.spelling import Agreement, Token, agreement, name_key, name_sound
from referral_directory.units import Level, Unit

# "short" is initials with the last word ("k.hoà"), "slip" a name with one letter wrong.
Form = Literal["name", "short", "initials", "slip"]
Evidence = Literal["placed", "typed", "province", "beside", "cue", "capital", "answer"]
_RANK: dict[Evidence, int] = {
    "placed": 6,
    "typed": 5,
    "province": 4,
    "beside": 3,
    "cue": 3,
    "capital": 2,
    "answer": 1,
}
_AGREES: dict[Agreement, int] = {"exact": 3, "close": 2, "plain": 2, "alike": 1, "none": 0}
# Kinds of two words come first: "thị xã" is not "xã".
_KIND_WORDS = {
    kind: (name_key(kind), name_sound(kind))
    for kind in sorted(pw.KINDS, key=lambda kind: -len(kind.split()))
}
_LAST_WORDS = frozenset(key[-1] for key, _ in _KIND_WORDS.values())


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of words that may name one of `units`.

    `start` and `end` count tokens and include the kind ("xã") when it was written; `name_at` is
    where the name begins. `evidence` says why it counts as a place. `lesser` are the districts that
    bear a province's name, meant only where the province they lie in follows ("Quảng Ninh, Quảng
    Bình").
    """

    start: int
    name_at: int
    end: int
    units: tuple[Unit, ...]
    agrees: Agreement
    form: Form = "name"
    kind: str | None = None
    evidence: Evidence | None = None
    lesser: tuple[Unit, ...] = ()

    @property
    def rank(self) -> tuple[int, int, int]:
        """What decides between overlapping mentions: evidence, then length, then spelling."""
        evidence = _RANK[self.evidence] if self.evidence else 0
        return (evidence, self.end - self.start, _AGREES[self.agrees])

    @property
    def level(self) -> Level:
        """The level of its units: the highest where they differ."""
        levels = {unit.level for unit in self.units}
        return next(level for level in ("province", "district", "commune") if level in levels)


def read_kind(written: Sequence[Token], name_at: int, text: str) -> tuple[int, str] | None:
    """The kind written before a name ("xã", "tp.", "quận") and the token where it begins."""
    if not name_at or written[name_at - 1].key not in _LAST_WORDS:
        return None
    for kind, (key, sound) in _KIND_WORDS.items():
        start = name_at - len(key)
        span = list(written[max(start, 0) : name_at])
        if (
            tuple(token.key for token in span) == key
            and agreement(span, sound) in ("exact", "plain")
            and _may_shorten(kind, written, name_at, text)
        ):
            return start, kind
    return None


def _may_shorten(kind: str, written: Sequence[Token], name_at: int, text: str) -> bool:
    if kind not in pw.SHORT_KINDS:
        return True
    before, name = written[name_at - 1], written[name_at]
    if (
        name_at > 1
        and written[name_at - 2].key.isdigit()
        and written[name_at - 2].end == before.start
    ):
        return False  # "9h" is an hour
    if kind == "t" and not (before.capital or text[before.end : name.start].startswith(".")):
        return False
    if name.key.isdigit():
        return text[before.end : name.start] in ("", ".", " ", ". ")
    return name.capital or not name.is_plain or text[before.end : name.start].startswith(".")


def of_kind(units: Sequence[Unit], kind: str) -> tuple[Unit, ...]:
    """The units a written kind can mean: of that very kind if there are any, else of its level."""
    levels = pw.KINDS[kind]
    fitting = [unit for unit in units if unit.level in levels]
    full = pw.FULL_KIND.get(kind, kind)
    return tuple([unit for unit in fitting if unit.kind == full] or fitting)
