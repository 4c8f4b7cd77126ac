"""Whether the words around a name say that a place is meant. Pure.

Most names of communes are also names of people or everyday words, and without diacritics nearly
all of them are: a bare name counts only with a cue ("ở", "gần"), a province beside it, or capital
letters that agree with its diacritics.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from referral_directory import place_words as pw
from referral_directory.mentions import Evidence, Mention
from referral_directory.spelling import Token, name_key
from referral_directory.units import Unit


@dataclass(frozen=True)
class Sentence:
    """A text with its words, and whether it is written without diacritics or in capitals only."""

    text: str
    written: Sequence[Token]
    is_plain: bool
    is_shouted: bool

    @classmethod
    def of(cls, text: str, written: Sequence[Token]) -> Sentence:
        """The sentence made of these words of `text`."""
        marked = sum(not token.is_plain for token in written)
        return cls(text, written, marked * 5 < len(written), text.upper() == text)

    def key(self, mention: Mention) -> tuple[str, ...]:
        """The key of the name as written."""
        return tuple(token.key for token in self.written[mention.name_at : mention.end])

    def sound(self, mention: Mention) -> tuple[str, ...]:
        """The sound of the name as written."""
        return tuple(token.sound for token in self.written[mention.name_at : mention.end])

    def is_capital(self, mention: Mention) -> bool:
        """Whether every word of the name has a capital, in a text that is not all capitals."""
        span = self.written[mention.name_at : mention.end]
        return not self.is_shouted and all(t.capital or t.key.isdigit() for t in span)

    def gap(self, first: int, second: int) -> str:
        """What stands between the tokens `first` and `second`."""
        return self.text[self.written[first].end : self.written[second].start]


def weigh(sentence: Sentence, mention: Mention) -> Mention:
    """The mention with the evidence it has by itself; None where the words do not bear it out."""
    if mention.kind is not None:
        unsure = _is_short(sentence, mention) and sentence.is_plain and mention.level != "province"
        return mention if unsure else replace(mention, evidence="typed")
    if sentence.key(mention)[0].isdigit() and mention.end - mention.name_at == 1:
        return mention
    if mention.level == "province":
        units = tuple(unit for unit in mention.units if unit.level == "province")
        evidence = _of_province(sentence, mention)
        # "Vĩnh Long" is first of all the province, also where a commune has that name.
        return replace(mention, units=units, evidence=evidence) if evidence else mention
    return replace(mention, evidence=_of_name(sentence, mention))


def _is_short(sentence: Sentence, mention: Mention) -> bool:
    """Whether the name is one word that could be any other: "Lâm", "Thanh", not "Pleiku"."""
    key = sentence.key(mention)
    return len(key) == 1 and len(key[0]) < 6 and not key[0].isdigit()


def cue_before(sentence: Sentence, start: int) -> Literal["strong", "weak"] | None:
    """A word of place before token `start`, words like "khu" or "bên" between them allowed."""
    for at in range(start - 1, max(start - 4, -1), -1):
        if any(mark in sentence.gap(at, at + 1) for mark in ".!?;:\n"):
            return None
        sound = sentence.written[at].sound
        if sound in pw.STRONG_CUES:
            return "strong"
        if sound in pw.WEAK_CUES:
            return "weak"
        if sound not in pw.SOFTENERS:
            return None
    return None


def _stands_before(sentence: Sentence, start: int, phrases: frozenset[tuple[str, ...]]) -> bool:
    return any(
        start >= length
        and tuple(t.sound for t in sentence.written[start - length : start]) in phrases
        for length in (1, 2)
    )


def _of_province(sentence: Sentence, mention: Mention) -> Evidence | None:
    key, before = sentence.key(mention), mention.start - 1
    after = sentence.written[mention.end].sound if mention.end < len(sentence.written) else ""
    cue = cue_before(sentence, mention.start)
    if after in pw.NOT_AFTER.get(key, frozenset()) and cue != "strong":
        return None
    if before >= 0 and sentence.written[before].sound in pw.NAMED:
        return None
    if _stands_before(sentence, mention.start, pw.ROADS) and key in pw.EVERYDAY_PLAIN_PROVINCES:
        return None
    if key in pw.CUE_ONLY:
        return "province" if cue == "strong" else None
    plain = all(token.is_plain for token in sentence.written[mention.name_at : mention.end])
    everyday = (
        sentence.sound(mention) in pw.EVERYDAY_PROVINCES
        or (plain and sentence.is_plain and key in pw.EVERYDAY_PLAIN_PROVINCES)
        or (mention.agrees == "plain" and not sentence.is_plain)
    )
    if not everyday or cue == "strong":
        return "province"
    if sentence.is_capital(mention):
        person = before >= 0 and sentence.written[before].sound in pw.PERSONS
        return None if person else "province"
    if cue == "weak" and mention.agrees == "exact" and not plain:
        return "province"
    ends = mention.end == len(sentence.written) and before >= 0
    return "province" if ends and "," in sentence.gap(before, mention.start) else None


def _of_name(sentence: Sentence, mention: Mention) -> Evidence | None:
    key = sentence.key(mention)
    exact = mention.agrees == "exact" and not sentence.is_plain
    if _stands_before(sentence, mention.start, pw.STREETS):
        return None
    if len("".join(key)) < 5 and not exact:
        return None
    if _is_short(sentence, mention) and not (sentence.is_capital(mention) and exact):
        return None
    well_known = any(u.level == "district" or not u.former for u in mention.units)
    cue = cue_before(sentence, mention.start)
    capital = sentence.is_capital(mention)
    if _stands_before(sentence, mention.start, pw.HOSPITALS) or (
        _stands_before(sentence, mention.start, pw.MARKETS)
    ):
        known = key not in pw.HOSPITAL_NAMES and well_known and _is_one_place(mention.units)
        return "cue" if known and (cue or capital) else None
    if key in pw.STOP and not (capital and cue == "strong" and mention.agrees == "exact"):
        return None
    if cue == "strong":
        return (
            "cue" if well_known or (mention.agrees == "exact" and not sentence.is_plain) else None
        )
    if cue == "weak":
        return "cue" if (exact and well_known) or (capital and well_known) else None
    before = mention.start - 1
    person = before >= 0 and sentence.written[before].sound in pw.PERSONS
    if person or not exact or not well_known:
        return None
    # In small letters only names of former districts that are no everyday phrase: "châu đốc".
    district = any(unit.level == "district" for unit in mention.units)
    return "capital" if capital or district else None


def _is_one_place(units: Sequence[Unit]) -> bool:
    known = [unit for unit in units if unit.level == "district" or not unit.former]
    return len({unit.commune.code if unit.commune else unit.title for unit in known}) == 1


def may_stand_beside(sentence: Sentence, mention: Mention) -> bool:
    """Whether a bare name may count for the province or district right beside it.

    An everyday phrase does so only with capitals or a cue: "tư vấn an toàn Gia Lai" names no
    commune An Toàn.
    """
    if sentence.key(mention)[0].isdigit() or _stands_before(sentence, mention.start, pw.STREETS):
        return False
    if sentence.key(mention) in pw.STOP or _is_short(sentence, mention):
        return mention.agrees == "exact" and sentence.is_capital(mention)
    return True


def counts_something(sentence: Sentence, mention: Mention) -> bool:
    """Whether a number taken for a ward or district counts days, years or people."""
    if not sentence.written[mention.end - 1].key.isdigit() or mention.end == len(sentence.written):
        return False
    return sentence.written[mention.end].sound in pw.COUNTED


def is_everyday(sentence: Sentence, mention: Mention) -> bool:
    """Whether a short answer that is just this name more likely means the everyday phrase."""
    key = sentence.key(mention)
    if key in pw.STOP or sentence.sound(mention) in pw.EVERYDAY_PROVINCES:
        return not sentence.is_capital(mention) and key not in {name_key("hòa bình")}
    return len("".join(key)) < 4 and mention.agrees != "exact"
