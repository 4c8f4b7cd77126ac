"""How Vietnamese words sound alike, so that a name written as it is spoken is still heard. Pure.

Southern speech merges final n, ng and nh, final t, c and ch, and first d, gi and v; the centre and
north merge tones, tr and ch, s and x, l and n; teencode writes z, j, w, f. Two words of one
`sound_key` may be one name; `unlike` then says how far they are apart.
"""

from __future__ import annotations

import re
from functools import lru_cache

_PARTS = re.compile(
    r"^(ngh|ng|nh|gh|gi(?=[aeou])|kh|qu|ph|th|tr|ch|dz|[bdgkp][lr]|[bcdfghjklmnpqrstvwxz]?)"
    r"([aeiouy]*)(ng|nh|ch|[a-z]*)$"
)
_ONSETS = {
    "dz": "d", "gi": "d", "v": "d", "z": "d", "j": "d", "r": "g", "gh": "g", "tr": "c", "ch": "c",
    "x": "s", "ph": "f", "qu": "w", "c": "k", "q": "k", "l": "n", "ngh": "ng",
}  # fmt: skip
_CODAS = {"ng": "n", "nh": "n", "g": "n", "ch": "t", "c": "t", "k": "t", "h": "n"}
_NUCLEI = {"ieu": "iu", "uoi": "ui", "uou": "uu", "au": "ao", "oua": "oa", "ie": "i", "uie": "i"}
_GROUP = re.compile("[a-z][\u0300-\u036f]*")
_FAR = 9


@lru_cache(maxsize=50_000)
def _parts(key: str) -> tuple[str, str, str]:
    """Onset, vowels and final of a word without diacritics; ("", word, "") where it has none."""
    if key.startswith("gie"):
        return "gi", "i" + key[2:].rstrip("bcdfghjklmnpqrstvwxz"), _final(key)
    match = _PARTS.match(key)
    if match is None:
        return "", key, ""
    onset, vowels, final = match.groups()
    if onset == "g" and vowels.startswith("i") and vowels == "i":
        onset = "gi"
    return onset, vowels, final


def _final(key: str) -> str:
    match = re.search(r"(ng|nh|ch|[bcdfghjklmnpqrstvwxz]*)$", key)
    return match.group() if match else ""


@lru_cache(maxsize=50_000)
def sound_key(key: str) -> str:
    """What is left of a word without diacritics when all that speech merges is merged."""
    if key.isdigit():
        return key
    onset, vowels, final = _parts(key[0] + key[1:].replace("j", "i"))
    vowels = _NUCLEI.get(vowels.replace("y", "i"), vowels.replace("y", "i"))
    return _ONSETS.get(onset, onset) + vowels + _CODAS.get(final, final)


@lru_cache(maxsize=50_000)
def unlike(written: str, wanted: str) -> int:
    """How many slips part two words of one `sound_key`, each given as its sound (`spelling.spell`).

    0: only what one way of speaking merges; 9: no slip explains it.
    """
    if written == wanted:
        return 0
    marks, tone = _split(written)
    wanted_marks, wanted_tone = _split(wanted)
    key, wanted_key = _bare(marks), _bare(wanted_marks)
    plain = written == key
    slips = _onset_slips(marks, key, wanted_marks, wanted_key, plain)
    if not plain:
        slips += _vowel_slips(marks, key, wanted_marks, wanted_key)
        slips += _tone_slips(tone, wanted_tone)
    return min(slips, _FAR)


def _split(sound: str) -> tuple[str, str]:
    marks, _, tone = sound.partition("/")
    return marks, tone


def _bare(marks: str) -> str:
    return "".join(char for char in marks if "a" <= char <= "z")


def _onset_slips(marks: str, key: str, wanted_marks: str, wanted_key: str, plain: bool) -> int:
    onset, wanted = _parts(key)[0], _parts(wanted_key)[0]
    hard, wanted_hard = marks.startswith("d\u0335"), wanted_marks.startswith("d\u0335")
    if hard != wanted_hard:
        if wanted_hard and onset == "d":
            return 0 if plain else 1
        return _FAR
    swapped = {onset, wanted}
    return 1 if swapped in ({"l", "n"}, {"r", "g"}, {"r", "gh"}, {"d", "v"}) and plain else 0


def _vowel_slips(marks: str, key: str, wanted_marks: str, wanted_key: str) -> int:
    return 0 if _nucleus(marks, key) == _nucleus(wanted_marks, wanted_key) else 1


def _nucleus(marks: str, key: str) -> str:
    onset, _, final = _parts(key)
    groups = _GROUP.findall(marks)
    start = 1 if onset == "gi" and key.startswith("gie") else len(onset)
    vowels = groups[start : len(groups) - len(final)]
    return "".join(vowels).replace("y", "i").replace("oa", "ua")


def _tone_slips(tone: str, wanted: str) -> int:
    if tone == wanted or {tone, wanted} == {"r", "x"}:
        return 0
    return 1 if {tone, wanted} <= {"r", "x", "j"} or not tone else 2
