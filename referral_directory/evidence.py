"""Whether the words around a name say that a place is meant. Pure.

Most names of communes are also names of people or everyday words, and without diacritics nearly
all of them are: a bare name counts only with a cue ("ở", "gần"), a province beside it, or capital
letters that agree with its diacritics. The further a name is from its spelling ("Cầng Thơ",
"k.hoà", "BĐ"), the more must stand beside it.
"""

from __future__ import annotations

from dataclasses import replace

from referral_directory import place_words as pw
from referral_directory.bare_names import is_person, of_name, of_province, opens_as_topic
from referral_directory.mentions import Evidence, Mention
from referral_directory.names import is_syllable
from referral_directory.sentences import Sentence, cue_before, ends_clause

_MOST_INITIALS = 8  # units that one pair of letters may stand for where a kind is written


def weigh(sentence: Sentence, mention: Mention) -> Mention:
    """The mention with the evidence it has by itself; None where the words do not bear it out."""
    if sentence.is_denied(mention.start):
        return mention
    if mention.kind is not None:
        return replace(mention, evidence="typed") if _is_typed(sentence, mention) else mention
    if sentence.key(mention)[0].isdigit() and mention.end - mention.name_at == 1:
        return mention
    if mention.form == "initials":
        return replace(mention, evidence=_of_initials(sentence, mention))
    if mention.form == "short":
        return _of_short(sentence, mention)
    if mention.agrees == "alike":
        return replace(mention, evidence=_of_sound(sentence, mention))
    if mention.level == "province":
        evidence = of_province(sentence, mention)
        # "Vĩnh Long" is first of all the province, also where a commune has that name.
        return _as_province(mention, evidence) if evidence else mention
    return replace(mention, evidence=of_name(sentence, mention))


def _as_province(mention: Mention, evidence: Evidence) -> Mention:
    units = tuple(unit for unit in mention.units if unit.level == "province")
    lesser = tuple(unit for unit in mention.units if unit.level == "district")
    return replace(mention, units=units, lesser=lesser, evidence=evidence)


def _is_typed(sentence: Sentence, mention: Mention) -> bool:
    key = sentence.key(mention)
    if mention.form == "initials":
        few = len({unit.code for unit in mention.units}) <= _MOST_INITIALS
        told = mention.kind in pw.CITY_KINDS and not is_syllable(key[0])
        return few and (told or sentence.is_upper(mention))
    if mention.agrees == "alike":
        sure = sentence.is_capital(mention) or cue_before(sentence, mention.start) is not None
        return len(key) > 1 and not sentence.is_everyday(mention) and sure
    if mention.level == "province":
        return True
    if mention.level == "commune" and sentence.is_plain and sentence.is_everyday(mention):
        return sentence.is_capital(mention) or cue_before(sentence, mention.start) is not None
    city = mention.kind in ("tp", "thành phố") and mention.level == "district"
    return city or not (sentence.is_short(mention) and sentence.is_plain)


def _of_initials(sentence: Sentence, mention: Mention) -> Evidence | None:
    key = sentence.key(mention)[0]
    if sentence.sound_at(mention.start - 1) not in pw.STRONG_CUES or key in pw.NOT_INITIALS:
        return None
    if sentence.is_upper(mention):
        return "cue"
    if key in pw.NOT_LETTERS and sentence.sound_at(mention.end) in pw.NOT_FOLLOWED:
        return None
    return "cue" if not is_syllable(key) and ends_clause(sentence, mention.end) else None


def _of_short(sentence: Sentence, mention: Mention) -> Mention:
    """ "k.hoà" and "bthuan" are what they look like; "k hoà" only after "ở"."""
    written = sentence.written[mention.start : mention.end]
    spaced = len(written) > 1 and not all(token.dotted for token in written[1:])
    parted = len(written) > 1 and " " in sentence.gap(mention.start, mention.start + 1)
    cue = cue_before(sentence, mention.start)
    provinces = tuple(unit for unit in mention.units if unit.level == "province")
    if spaced:
        return _as_province(mention, "cue") if cue == "strong" and provinces else mention
    if parted and not cue:
        return mention
    if provinces:
        return _as_province(mention, "province")
    urban = any(unit.kind != "huyện" for unit in mention.units)
    if cue or sentence.speaks_of_home(mention.start):
        return replace(mention, evidence="cue")
    return replace(mention, evidence="capital" if urban else None)


def _opens(sentence: Sentence, mention: Mention) -> bool:
    """Whether a name as it is spoken opens the text alone: "dũng tàu nè", "sốc chăng, em …"."""
    if sentence.is_plain or mention.start:
        return False
    return opens_as_topic(sentence, mention) or ends_clause(sentence, mention.end)


def _of_sound(sentence: Sentence, mention: Mention) -> Evidence | None:
    """A name that only sounds like the words, or has one letter wrong."""
    key = sentence.key(mention)
    if sentence.is_everyday(mention) or len("".join(key)) < 3 or sentence.is_street(mention):
        return None
    cue = cue_before(sentence, mention.start)
    if mention.form == "slip":
        strange = any(not is_syllable(word) for word in key) or sentence.is_capital(mention)
        return "cue" if cue == "strong" and strange else None
    if len(key) == 1:
        known = mention.level == "province" and not sentence.is_plain
        return "cue" if known and sentence.sound_at(mention.start - 1) in pw.STRONG_CUES else None
    if is_person(sentence, mention):
        return None
    capital = sentence.is_capital(mention)
    if mention.level != "commune":
        if cue == "strong" or (cue == "weak" and capital) or _opens(sentence, mention):
            return "cue"
        return "capital" if capital and mention.level == "province" else None
    today = any(not unit.former for unit in mention.units)
    return "cue" if today and cue == "strong" and capital else None
