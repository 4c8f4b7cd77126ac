"""Where a text names a place, and whether the words around it bear that out. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from referral_directory import place_words as pw
from referral_directory.spelling import Agreement, Token, agreement, name_key, name_sound, spell
from referral_directory.units import Level, Unit

Evidence = Literal["typed", "province", "beside", "cue", "capital", "answer"]
_RANK: dict[Evidence, int] = {
    "typed": 5,
    "province": 4,
    "beside": 3,
    "cue": 3,
    "capital": 2,
    "answer": 1,
}
# Kinds of two words come first: "thị xã" is not "xã".
_KIND_WORDS = {
    kind: (name_key(kind), name_sound(kind))
    for kind in sorted(pw.KINDS, key=lambda kind: -len(kind.split()))
}


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of words that may name one of `units`.

    `start` and `end` count tokens and include the kind ("xã") when it was written; `name_at` is
    where the name begins. `evidence` says why it counts as a place.
    """

    start: int
    name_at: int
    end: int
    units: tuple[Unit, ...]
    agrees: Agreement
    kind: str | None = None
    evidence: Evidence | None = None

    @property
    def rank(self) -> tuple[int, int]:
        """What decides between overlapping mentions: evidence, then length."""
        return (_RANK[self.evidence] if self.evidence else 0, self.end - self.start)

    @property
    def level(self) -> Level:
        """The level of its units: the highest where they differ."""
        levels = {unit.level for unit in self.units}
        return next(level for level in ("province", "district", "commune") if level in levels)


class Names:
    """Every name a unit goes by, found by its words."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self._by_key: dict[tuple[str, ...], list[tuple[Unit, tuple[str, ...]]]] = defaultdict(list)
        for unit in units:
            for name in _names(unit):
                key = name_key(name)
                self._by_key[key].append((unit, name_sound(name)))
        self._lengths: dict[str, tuple[int, ...]] = {}
        lengths: dict[str, set[int]] = defaultdict(set)
        for key in self._by_key:
            lengths[key[0]].add(len(key))
        self._lengths = {first: tuple(sorted(of, reverse=True)) for first, of in lengths.items()}

    def at(self, written: Sequence[Token], start: int) -> list[Mention]:
        """The names that begin at token `start`, longest first; one mention a way of agreeing."""
        found = []
        for length in self._lengths.get(written[start].key, ()):
            span = list(written[start : start + length])
            entries = self._by_key.get(tuple(token.key for token in span))
            parted = not all(token.follows for token in span[1:])
            if len(span) < length or parted or entries is None:
                continue
            agreeing: dict[Agreement, list[Unit]] = defaultdict(list)
            for unit, sound in entries:
                agreeing[agreement(span, sound)].append(unit)
            for level in ("exact", "close", "plain"):
                if agreeing[level]:
                    end = start + length
                    found.append(Mention(start, start, end, tuple(agreeing[level]), level))
                    break
        return found


def _names(unit: Unit) -> list[str]:
    names = [unit.name]
    if unit.level == "province":
        names += pw.ABBREVIATIONS.get(unit.name, ())
        key = name_key(unit.name)
        names += [_glued(unit.name)] if len(key) > 1 else []
        if len(key) == 2 and _is_unlike_a_word(key[0][0] + key[1]):
            names.append(key[0][0] + key[1])
    if unit.level == "district":
        names += ["2", "9"] if unit.title == "thành phố Thủ Đức" else []
        glued = _glued(unit.name)
        names += [glued] if " " in unit.name and len(glued) >= 6 else []
    if "'" in unit.name:
        names.append(unit.name.replace("'", ""))
    return names


def _glued(name: str) -> str:
    return spell(name.replace(" ", "").replace("-", "").replace("'", ""))[0]


def _is_unlike_a_word(short: str) -> bool:
    """Whether "vlong" (initial and last word) cannot be read as a Vietnamese syllable."""
    onset = short[:2]
    return onset[1] not in "aeiouy" and onset not in {
        "ch", "gh", "kh", "ng", "nh", "ph", "qu", "th", "tr",
    }  # fmt: skip


def read_kind(written: Sequence[Token], name_at: int, text: str) -> tuple[int, str] | None:
    """The kind written before a name ("xã", "tp.", "quận") and the token where it begins."""
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
    if name.key.isdigit():
        return text[before.end : name.start] in ("", ".", " ", ". ")
    return name.capital or not name.is_plain or text[before.end : name.start].startswith(".")


def of_kind(units: Sequence[Unit], kind: str) -> tuple[Unit, ...]:
    """The units a written kind can mean: of that very kind if there are any, else of its level."""
    levels = pw.KINDS[kind]
    fitting = [unit for unit in units if unit.level in levels]
    full = pw.FULL_KIND.get(kind, kind)
    return tuple([unit for unit in fitting if unit.kind == full] or fitting)
