"""Every name a unit goes by, found by its words: in full, run together, shortened, as it sounds."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from referral_directory import place_words as pw
from referral_directory.mentions import Form, Mention
from referral_directory.place_sounds import sound_key, unlike
from referral_directory.spelling import Agreement, Token, agreement, name_key, name_sound, spell
from referral_directory.units import Unit

Key = tuple[str, ...]
_LEVELS: tuple[Agreement, ...] = ("exact", "close", "plain")
_FORMS: tuple[Form, ...] = ("name", "short", "initials")
_SHORTEST_SLIP = 6  # letters of a name in which one wrong letter is forgiven


@dataclass(frozen=True, slots=True)
class Entry:
    """One way of writing one unit's name."""

    unit: Unit
    sound: Key
    form: Form


class Names:
    """The names of all units."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self._by_key: dict[Key, list[Entry]] = defaultdict(list)
        self._by_sound: dict[Key, list[Entry]] = defaultdict(list)
        self._slips: dict[str, list[Entry]] = defaultdict(list)
        for unit in units:
            key, sound = name_key(unit.name), name_sound(unit.name)
            for form, name in _ways(unit):
                self._by_key[name_key(name)].append(Entry(unit, name_sound(name), form))
            if not key[0].isdigit():
                whole = Entry(unit, sound, "name")
                self._by_sound[tuple(sound_key(word) for word in key)].append(whole)
                if unit.level != "commune" and len("".join(key)) >= _SHORTEST_SLIP:
                    for rest in _one_less("".join(key)):
                        self._slips[rest].append(whole)
        self._lengths = _lengths(self._by_key)
        self._sound_lengths = _lengths(self._by_sound)

    def at(self, written: Sequence[Token], start: int, *, is_plain: bool) -> list[Mention]:
        """The names that begin at token `start`, longest first; one mention a way of agreeing.

        In a plain text, one without diacritics, "Pu Nhi" and "Pù Nhi" agree equally.
        """
        found = []
        exact = set()
        for length in self._lengths.get(written[start].key, ()):
            span = _span(written, start, length)
            entries = self._by_key.get(tuple(token.key for token in span)) if span else None
            for mention in _agreeing(span, entries or (), start, is_plain):
                found.append(mention)
                exact.add(length)
        for length in self._sound_lengths.get(sound_key(written[start].key), ()):
            span = _span(written, start, length) if length not in exact else []
            if span:
                entries = self._by_sound.get(tuple(sound_key(token.key) for token in span))
                found += _alike(span, entries or (), start)
        return found

    def slipped(self, written: Sequence[Token], start: int) -> list[Mention]:
        """Provinces and former districts that begin at token `start`, one letter wrong."""
        found = []
        for length in (4, 3, 2, 1):
            span = _span(written, start, length)
            whole = "".join(token.key for token in span)
            if len(whole) < _SHORTEST_SLIP - 1 or whole[0].isdigit():
                continue
            units = dict.fromkeys(
                entry.unit
                for rest in _one_less(whole)
                for entry in self._slips.get(rest, ())
                if abs(len(entry.sound) - length) <= 1 and _is_one_slip(whole, entry)
            )
            if units:
                found.append(Mention(start, start, start + length, tuple(units), "alike", "slip"))
        return found


def _lengths(index: Iterable[Key]) -> dict[str, tuple[int, ...]]:
    lengths: dict[str, set[int]] = defaultdict(set)
    for key in index:
        lengths[key[0]].add(len(key))
    return {first: tuple(sorted(of, reverse=True)) for first, of in lengths.items()}


def _span(written: Sequence[Token], start: int, length: int) -> list[Token]:
    span = list(written[start : start + length])
    whole = len(span) == length and all(token.follows for token in span[1:])
    return span if whole else []


def _agreeing(
    span: list[Token], entries: Sequence[Entry], start: int, is_plain: bool
) -> Iterator[Mention]:
    """A mention for each form in which units agree, with those that agree best."""
    if not entries:
        return
    for form in _FORMS:
        agreeing: dict[Agreement, list[Unit]] = defaultdict(list)
        for entry in entries:
            if entry.form == form:
                agreeing[_agreement(span, entry)].append(entry.unit)
        for level in _LEVELS:
            if agreeing[level]:
                also = agreeing["plain"] if is_plain else []
                units = tuple(dict.fromkeys([*agreeing[level], *also]))
                yield Mention(start, start, start + len(span), units, level, form)
                break
        else:
            if form == "name":
                yield from _alike(span, entries, start)


def _agreement(span: list[Token], entry: Entry) -> Agreement:
    if entry.form == "initials":
        token, sound = span[-1], entry.sound[-1]
        barred = "\u0335" in token.sound
        fits = token.sound == sound if barred else token.is_plain
        return "exact" if fits else "none"
    agrees = agreement(span, entry.sound)
    # Words run together keep few of their tones: "cưjút", "đăknông".
    glued = len(span) == 1 and not is_syllable(span[0].key)
    return "close" if agrees == "none" and glued else agrees


def _alike(span: list[Token], entries: Sequence[Entry], start: int) -> Iterator[Mention]:
    """The units whose names sound like the words; one slip is forgiven, two in a long name."""
    most = 1 if len(span) < 3 else 2
    units = []
    for entry in entries:
        if entry.form == "name" and len(entry.sound) == len(span):
            slips = sum(unlike(t.sound, w) for t, w in zip(span, entry.sound, strict=True))
            if slips <= most:
                units.append((slips, entry.unit))
    if units:
        best = min(slips for slips, _ in units)
        nearest = tuple(dict.fromkeys(unit for slips, unit in units if slips == best))
        yield Mention(start, start, start + len(span), nearest, "alike", "name")


@lru_cache(maxsize=5_000)
def _one_less(word: str) -> tuple[str, ...]:
    """The word, and the word without each one of its letters."""
    return (word, *dict.fromkeys(word[:at] + word[at + 1 :] for at in range(len(word))))


def _is_one_slip(written: str, entry: Entry) -> bool:
    """Whether one letter, or two neighbours that changed places, parts the words from the name."""
    wanted = "".join(name_key(entry.unit.name))
    if written[0] != wanted[0] or abs(len(written) - len(wanted)) > 1:
        return False
    short, long = sorted((written, wanted), key=len)
    if len(short) < len(long):
        return any(long[:at] + long[at + 1 :] == short for at in range(len(long)))
    wrong = [at for at in range(len(short)) if short[at] != long[at]]
    if len(wrong) == 2:
        first, second = wrong
        return second == first + 1 and short[first] == long[second] and short[second] == long[first]
    return len(wrong) == 1


def _ways(unit: Unit) -> Iterator[tuple[Form, str]]:
    """What people write for the unit."""
    yield "name", unit.name
    key = name_key(unit.name)
    for other in pw.ABBREVIATIONS.get(unit.name, ()) if unit.level == "province" else ():
        yield "name", other
    for other in pw.CITY_NAMES.get(unit.name, ()) if unit.level == "district" else ():
        yield "name", other
    if "'" in unit.name:
        yield "name", unit.name.replace("'", "")
    if unit.title == "thành phố Thủ Đức":
        yield from (("name", "2"), ("name", "9"))
    glued = unit.name.replace(" ", "").replace("-", "").replace("'", "")
    may_glue = unit.level != "commune" or not unit.former
    if len(key) > 1 and may_glue and (len(glued) >= 6 or not is_syllable(spell(glued)[0])):
        yield "name", glued
    if unit.level == "commune" or key[0].isdigit():
        return
    if unit.kind == "thành phố":
        yield "name", f"tp{glued}"
    yield from _shortened(unit.name, key)


def _shortened(name: str, key: Key) -> Iterator[tuple[Form, str]]:
    """Initials with the last word ("k.hoà", "bthuan") and initials alone ("kh", "bmt")."""
    words = name.replace("-", " ").replace("'", " ").split()
    if len(words) < 2:
        return
    first = "".join(word[0] for word in words[:-1])
    heads = dict.fromkeys([first, first.replace("Đ", "D").replace("đ", "d")])
    onset = next((words[0][:n] for n in (3, 2) if words[0][:n].lower() in _CLUSTERS), "")
    for head in [*heads, *([onset] if onset and len(words) == 2 else [])]:
        yield "short", f"{head} {words[-1]}"
        if _may_stand_alone(spell(head + words[-1])[0]):
            yield "short", head + words[-1]
    yield "initials", "".join(word[0] for word in words)


_CLUSTERS = frozenset({"ngh", "ch", "gh", "gi", "kh", "ng", "nh", "ph", "qu", "th", "tr"})
_VOWELS = "aeiouy"
_OPEN = (
    "a e i o u y ai ao au ay eo eu ia ieu iu oa oai oao oay oe oeo oi ua uay ue ui uo uoi uou uu"
    " uy uya uyu"
)
_CLOSED = "a e i o u y ie oa oe oo ua ue uo uy uye"
_SYLLABLE = re.compile(
    "ye(m|n|ng|t|u)|(ngh|ng|nh|gh|gi|kh|qu|ph|th|tr|ch|[bcdghklmnrstvx])?"
    f"({'|'.join(_OPEN.split())}|({'|'.join(_CLOSED.split())})(ng|nh|ch|[cmnpt]))"
)


def _may_stand_alone(short: str) -> bool:
    """Whether "vlong" (initial and last word) cannot be read as a Vietnamese syllable."""
    if short in pw.NOT_SHORT or short[:2] in _CLUSTERS:
        return False
    return short[1] not in _VOWELS or short[1:].startswith("ye")


def is_syllable(key: str) -> bool:
    """Whether words run together could be one Vietnamese syllable: "lagi", not "dian"."""
    return _SYLLABLE.fullmatch(key) is not None


def is_run_together(key: str) -> bool:
    """Whether a word is long and no syllable, so that it may be a name run together."""
    return len(key) >= _SHORTEST_SLIP - 1 and not key[0].isdigit() and not is_syllable(key)
