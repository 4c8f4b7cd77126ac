"""Whether a name written without its kind ("Tam Kỳ", "Huế") is a place there. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from referral_directory import place_words as pw
from referral_directory.mentions import Evidence, Mention
from referral_directory.names import is_syllable
from referral_directory.sentences import Sentence, cue_before, ends_clause, stands_before
from referral_directory.units import Unit


def of_province(sentence: Sentence, mention: Mention) -> Evidence | None:
    key, before = sentence.key(mention), mention.start - 1
    cue = cue_before(sentence, mention.start)
    if sentence.sound_at(mention.end) in pw.NOT_AFTER.get(key, frozenset()) and cue != "strong":
        return None
    if sentence.sound_at(before) in pw.NAMED or _is_other_person(sentence, mention):
        return None
    if sentence.is_plain and is_person(sentence, mention):
        return None
    if stands_before(sentence, mention.start, pw.ROADS) and key in pw.EVERYDAY_PLAIN_PROVINCES:
        return None
    if stands_before(sentence, mention.start, pw.DISHES):
        return None
    if key in pw.CUE_ONLY:
        told = cue == "strong" or (
            sentence.is_upper(mention) and ends_clause(sentence, mention.end)
        )
        return "province" if told else None
    plain = all(token.is_plain for token in sentence.written[mention.name_at : mention.end])
    everyday = (
        sentence.sound(mention) in pw.EVERYDAY_PROVINCES
        or (plain and sentence.is_plain and key in pw.EVERYDAY_PLAIN_PROVINCES)
        or (mention.agrees == "plain" and not sentence.is_plain and is_syllable(key[0]))
    )
    if not everyday or cue == "strong":
        return "province"
    if sentence.is_capital(mention):
        return None if sentence.sound_at(before) in pw.PERSONS else "province"
    if cue == "weak" and mention.agrees == "exact" and not plain:
        return "province"
    if opens_as_topic(sentence, mention) or _is_own_home(sentence, mention):
        return "province"
    ends = mention.end == len(sentence.written) and before >= 0
    return "province" if ends and "," in sentence.gap(before, mention.start) else None


def opens_as_topic(sentence: Sentence, mention: Mention) -> bool:
    """Whether the name opens the text and is then spoken of: "can tho co ca nao truc khong"."""
    here = sentence.sound_at(mention.end)
    return mention.start == 0 and here in pw.TOPICS and not sentence.is_short(mention)


def _is_own_home(sentence: Sentence, mention: Mention) -> bool:
    """Whether it stands in "tôi từ Bình Dương" or "Quảng Nam nhà em"."""
    back, on = mention.start - 1, mention.end
    comes = sentence.sound_at(back) in pw.FROM and sentence.sound_at(back - 1) in pw.SELF
    home = sentence.sound_at(on) in pw.HOMES and sentence.sound_at(on + 1) in pw.SELF
    return comes or home


def _is_other_person(sentence: Sentence, mention: Mention) -> bool:
    before = sentence.sound_at(mention.start - 1)
    return before in pw.PERSONS and before not in pw.SELF and sentence.is_capital(mention)


def of_name(sentence: Sentence, mention: Mention) -> Evidence | None:
    key = sentence.key(mention)
    exact = mention.agrees == "exact" and not sentence.is_plain
    capital = sentence.is_capital(mention)
    if sentence.is_street(mention):
        return None
    cue = cue_before(sentence, mention.start)
    if sentence.sound_at(mention.start - 1) in pw.ISLANDS and cue == "strong" and len(key) > 1:
        return "cue"
    glued = len(key) == 1 and len(key[0]) > 3 and not is_syllable(key[0])
    if len("".join(key)) < 5 and not exact and not glued and not (len(key) > 1 and capital):
        return None
    if sentence.is_short(mention) and not (capital and exact):
        return None
    known = is_well_known(mention.units)
    if stands_before(sentence, mention.start, pw.HOSPITALS | pw.MARKETS):
        sure = key not in pw.HOSPITAL_NAMES and known and _is_one_place(mention.units)
        alone = capital and not sentence.is_longer(mention)
        return "cue" if sure and (cue or alone) else None
    if _comes_from(sentence, mention):
        return "cue"
    if sentence.is_everyday(mention) and not _is_told(sentence, mention, known):
        return None
    if sentence.cuts_phrase(mention) and not capital:
        return None
    if sentence.is_plain and key in pw.EVERYDAY_PLAIN and not capital:
        direct = sentence.sound_at(mention.start - 1) in pw.STRONG_CUES | pw.SIDES
        return "cue" if direct and cue == "strong" and ends_clause(sentence, mention.end) else None
    if cue == "strong" or (capital and sentence.speaks_of_home(mention.start)):
        return "cue" if known or exact else None
    if sentence.tells_former(mention.end):
        return "cue" if known else None
    return _of_uncued(sentence, mention, exact=exact, weakly_cued=cue == "weak")


def _of_uncued(
    sentence: Sentence, mention: Mention, *, exact: bool, weakly_cued: bool
) -> Evidence | None:
    """Whether a name without "ở" is a place, perhaps after a word like "đi" or "bên"."""
    known = is_well_known(mention.units)
    capital = sentence.is_capital(mention)
    district = any(unit.level == "district" for unit in mention.units)
    if weakly_cued:
        if not known:
            return "cue" if capital and exact and mention.end - mention.name_at > 1 else None
        city = any(unit.kind == "thành phố" for unit in mention.units)
        ends = district and (city or _goes_on(sentence, mention))
        return "cue" if exact or capital or ends else None
    if is_person(sentence, mention) or not known or sentence.is_longer(mention):
        return None
    if sentence.is_plain:
        city = any(unit.kind == "thành phố" for unit in mention.units)
        spoken_of = city or ends_clause(sentence, mention.end) or opens_as_topic(sentence, mention)
        return "capital" if district and mention.start == 0 and spoken_of else None
    if district and mention.end - mention.name_at == 1 and len(sentence.key(mention)[0]) > 4:
        return "capital"  # run together, as no other word is: "longxuyen"
    # In small letters only names of former districts that are no everyday phrase: "châu đốc".
    return "capital" if exact and (capital or district) else None


def is_person(sentence: Sentence, mention: Mention) -> bool:
    """Whether somebody is named: "chị Huế", "em Tam Kỳ" where no home is spoken of."""
    before = sentence.sound_at(mention.start - 1)
    if before not in pw.PERSONS:
        return False
    return before not in pw.SELF or not (
        sentence.speaks_of_home(mention.start) or ends_clause(sentence, mention.end)
    )


def _comes_from(sentence: Sentence, mention: Mention) -> bool:
    """Whether the name of a former district stands in "từ … về"."""
    return (
        any(unit.level == "district" for unit in mention.units)
        and sentence.sound_at(mention.start - 1) in pw.FROM
        and sentence.sound_at(mention.end) in pw.MOTION
    )


def _goes_on(sentence: Sentence, mention: Mention) -> bool:
    """Whether a name after "bên" or "từ" in plain text ends there: "tu con dao ve"."""
    return ends_clause(sentence, mention.end) or sentence.sound_at(mention.end) in pw.MOTION


def _is_told(sentence: Sentence, mention: Mention, known: bool) -> bool:
    """Whether an everyday phrase is a place all the same: "ở Cái Bè", "o dat mui,"."""
    cue = cue_before(sentence, mention.start)
    capital = sentence.is_capital(mention)
    district = any(unit.level == "district" for unit in mention.units)
    cued = cue == "strong" or (cue is not None and district)
    if capital and (cued or sentence.speaks_of_home(mention.start)):
        return mention.agrees == "exact" or (sentence.is_plain and known)
    if capital and sentence.tells_former(mention.end):
        return mention.agrees == "exact"
    here = sentence.sound_at(mention.start - 1) in pw.STRONG_CUES | pw.SIDES
    return cue == "strong" and here and district and ends_clause(sentence, mention.end)


def _is_one_place(units: Sequence[Unit]) -> bool:
    known = [unit for unit in units if unit.level == "district" or not unit.former]
    return len({unit.commune.code if unit.commune else unit.title for unit in known}) == 1


def is_well_known(units: Sequence[Unit]) -> bool:
    """Whether any of the units is more than a former ward."""
    return any(unit.level == "district" or not unit.former for unit in units)
