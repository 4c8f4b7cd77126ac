"""What a name may be beside others, and in an answer that is hardly more than a name. Pure."""

from __future__ import annotations

from referral_directory import place_words as pw
from referral_directory.bare_names import is_well_known
from referral_directory.mentions import Mention
from referral_directory.names import is_run_together, is_syllable
from referral_directory.sentences import Sentence
from referral_directory.spelling import name_key


def may_stand_beside(sentence: Sentence, mention: Mention) -> bool:
    """Whether a bare name may count for the province or district right beside it.

    An everyday phrase does so only with capitals or a cue: "tư vấn an toàn Gia Lai" names no
    commune An Toàn.
    """
    key = sentence.key(mention)
    if sentence.is_denied(mention.start) or key[0].isdigit() or sentence.is_street(mention):
        return False
    if mention.form == "initials":
        return key[0] not in pw.NOT_INITIALS and (
            not is_syllable(key[0]) or sentence.is_upper(mention)
        )
    if mention.form == "short" or is_run_together(key[0]):
        return True
    if sentence.is_everyday(mention) or sentence.is_short(mention):
        exact = mention.agrees == "exact"
        district = any(unit.level == "district" for unit in mention.units)
        if exact and (sentence.is_capital(mention) or (district and not sentence.is_plain)):
            return True
        if district and sentence.is_plain and len(key) > 1:
            return True  # "cai be tien giang": with its province beside it, no chance phrase
        leads = pw.STRONG_CUES | pw.SHORT_KINDS | pw.ISLANDS
        cued = sentence.sound_at(mention.start - 1) in leads
        return cued and mention.agrees != "alike" and is_well_known(mention.units)
    return mention.agrees != "alike" or len(key) > 1


def counts_something(sentence: Sentence, mention: Mention) -> bool:
    """Whether a number taken for a ward or district counts days, years or people."""
    if not sentence.written[mention.end - 1].key.isdigit() or mention.end == len(sentence.written):
        return False
    return sentence.written[mention.end].sound in pw.COUNTED


def is_everyday(sentence: Sentence, mention: Mention) -> bool:
    """Whether a short answer that is just this name more likely means the everyday phrase."""
    key = sentence.key(mention)
    if mention.form in ("initials", "slip"):
        return True
    if mention.agrees == "alike":
        return sentence.is_everyday(mention) or len(key) == 1 or mention.level == "commune"
    if mention.agrees == "exact" and mention.level == "district" and not sentence.is_plain:
        return False
    if mention.level == "commune" and sentence.is_short(mention) and mention.agrees != "exact":
        return True
    if sentence.is_everyday(mention) or sentence.sound(mention) in pw.EVERYDAY_PROVINCES:
        return not sentence.is_capital(mention) and key not in {name_key("hòa bình")}
    return len("".join(key)) < 4 and mention.agrees != "exact"
