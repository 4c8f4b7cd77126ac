"""Vietnamese words in one spelling each, and a text as a row of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_TONES = {"\u0300": "1", "\u0301": "2", "\u0309": "3", "\u0303": "4", "\u0323": "5"}
_PIECES = re.compile(r"[^\W_]+|[.!?…;\n]+|,")
_LETTERS = re.compile(r"[^\W\d_]+")
_DIGIT = re.compile(r"\d")
_LEET = re.compile(r"(?<=[^\W\d_])[0134](?=[^\W\d_])")
_LEET_LETTERS = {"0": "o", "1": "i", "3": "e", "4": "a"}
_COUNT_GLUED = re.compile(r"(?<![^\W_])(\d{1,3})\s?(viên|vien|vỉ|vi|v)(?![^\W_])", re.IGNORECASE)
_COUNTED = {"v": "viên", "vien": "viên", "viên": "viên", "vi": "vỉ", "vỉ": "vỉ"}
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])['’](?=[^\W\d_])")
_DIALECT = {"nỏ": "không", "nựa": "nữa"}
_DIALECT_WORD = re.compile(r"(?<![^\W_])(?:nỏ|nựa)(?![^\W_])", re.IGNORECASE)
_Y_AS_I = re.compile(r"^(h|k|l|m|s|t|v)y(?=\d?$)")
STOP = "."
REACH = 40


@lru_cache(maxsize=16384)
def canon(word: str) -> str:
    """One spelling for each syllable: lower case, its tone as a digit at the end (hoà = hòa = hoa1)."""
    tone = ""
    letters: list[str] = []
    for char in unicodedata.normalize("NFD", word.lower()):
        if char in _TONES:
            tone = _TONES[char]
        else:
            letters.append(char)
    return _Y_AS_I.sub(r"\1i", unicodedata.normalize("NFC", "".join(letters)) + tone)


@lru_cache(maxsize=16384)
def bare(form: str) -> str:
    """A canonical form without tone and diacritics."""
    plain = unicodedata.normalize("NFD", form.rstrip("12345")) if not form.isdecimal() else form
    return plain.translate({ord("đ"): "d", 0x302: None, 0x306: None, 0x31B: None})


def spellings(word: str) -> set[str]:
    """Every canonical form in which people write `word`."""
    if word[0] in "#^$":
        return {word}
    form = canon(word)
    toneless = form if form.isdecimal() else form.rstrip("12345")
    return {form, form.replace("đ", "d"), toneless, toneless.replace("đ", "d"), bare(form)}


def spelled(text: str) -> str:
    """`text` (composed) with letters for the digits inside words (ch3t), counts apart from what is
    counted (30v), English in one word (don't) and the words of the centre for those of the country."""
    if _DIGIT.search(text):
        text = _LEET.sub(lambda found: _LEET_LETTERS[found.group()], text)
        text = _COUNT_GLUED.sub(lambda found: f"{found[1]} {_COUNTED[found[2].lower()]}", text)
    text = _DIALECT_WORD.sub(lambda found: _DIALECT[found.group().lower()], text)
    return _APOSTROPHE.sub("", text)


def accented(text: str) -> frozenset[str]:
    """The words of `text` that carry accents: how the writer writes, before short forms are written
    out."""
    return frozenset([form for form in map(canon, _LETTERS.findall(text)) if form != bare(form)])


@dataclass(frozen=True)
class Words:
    """A text as canonical forms, with a STOP where a sentence ends. `commas` are the places before
    which a comma stands; `meant` those where a bare word stands for itself."""

    forms: Sequence[str]
    commas: frozenset[int]
    meant: frozenset[int]
    sentences: Sequence[tuple[int, int]]

    @classmethod
    def of(
        cls, text: str, own: frozenset[str] = frozenset(), written: frozenset[str] = frozenset()
    ) -> Words:
        """Read `text`; `own` are bare words that stand for themselves among accented ones. Of these
        only the `written` count, not those put there for a short form (không for k)."""
        forms: list[str] = []
        commas: list[int] = []
        for piece in _PIECES.findall(text):
            if piece == ",":
                commas.append(len(forms))
            elif piece[0].isalnum():
                forms.append(canon(piece))
            elif forms and forms[-1] != STOP:
                forms.append(STOP)
        marked = [form in written for form in forms]
        meant = frozenset(
            at for at, form in enumerate(forms) if form in own and _accented_around(marked, at)
        )
        return cls(forms, frozenset(commas), meant, _sentences(forms))

    def sentence(self, at: int) -> tuple[int, int]:
        """Where the sentence around word `at` begins and ends, at most REACH words away."""
        start, end = self.sentences[min(at, len(self.sentences) - 1)]
        return max(start, at - REACH), min(end, at + REACH)


def _accented_around(marked: list[bool], at: int) -> bool:
    """Whether the words next to `at` carry accents, so that a bare word there is meant bare."""
    near = marked[max(0, at - 3) : at] + marked[at + 1 : at + 4]
    return sum(near) >= 2 and sum(near) * 5 >= len(near) * 2


def _sentences(forms: Sequence[str]) -> list[tuple[int, int]]:
    bounds: list[tuple[int, int]] = []
    start = 0
    for at, form in enumerate((*forms, STOP)):
        if form == STOP:
            bounds += [(start, at)] * (at - start + 1)
            start = at + 1
    return bounds
