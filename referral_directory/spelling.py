"""Vietnamese spelling made comparable for names of places. Pure.

Two people write one name as "Quy Nhơn", "Qui Nhơn", "quy nhon" or "QUY NHƠN"; "hoà" and "hòa" are
one word. A token therefore carries two forms: `key` without diacritics, and `sound` with vowel and
tone marks in one fixed order, so that names are looked up by key and then agree or not by sound.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

_TONES = {"\u0300": "f", "\u0301": "s", "\u0309": "r", "\u0303": "x", "\u0323": "j"}
_WORD = re.compile(r"[^\W\d_]+|\d+")
_FINAL_Y = re.compile(r"^(qu|[bcdghklmnprstvxj]{1,3})y$")

Agreement = Literal["exact", "close", "plain", "alike", "none"]


@dataclass(frozen=True, slots=True)
class Token:
    """One word or number of a text. `start` and `end` are offsets into the composed (NFC) text.

    `follows` says that only a space, hyphen, apostrophe or dot parts it from the word before, and
    `dotted` that it is a dot.
    """

    key: str
    sound: str
    start: int
    end: int
    capital: bool
    follows: bool
    dotted: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether it is written without any diacritic."""
        return self.key == self.sound


@lru_cache(maxsize=50_000)
def spell(word: str) -> tuple[str, str]:
    """(key, sound) of one word: without diacritics, and with them in a fixed order.

    The final y of "Mỹ" or "quy" counts as i; a number loses its leading zeros.
    """
    if word.isdigit():
        number = word.lstrip("0") or "0"
        return number, number
    letters, tone = [], ""
    for char in unicodedata.normalize("NFD", word.lower().replace("đ", "d\u0335")):
        if char in _TONES:
            tone = _TONES[char]
        else:
            letters.append(char)
    marked = "".join(letters)
    key = "".join(char for char in letters if not unicodedata.combining(char))
    if _FINAL_Y.match(key):
        key, marked = key[:-1] + "i", marked[:-1] + "i"
    return key, marked + (f"/{tone}" if tone else "")


def tokens(text: str) -> list[Token]:
    """The words and numbers of `text`, which must be in composed form (NFC)."""
    found: list[Token] = []
    for match in _WORD.finditer(text):
        word = match.group()
        key, sound = spell(word)
        gap = text[found[-1].end : match.start()] if found else ""
        follows = bool(found) and not gap.strip(" -–'’.")
        dotted = follows and gap.strip() == "."
        capital = word[0].isupper()
        found.append(Token(key, sound, match.start(), match.end(), capital, follows, dotted))
    return found


def name_key(name: str) -> tuple[str, ...]:
    """The key of a name, word by word."""
    return tuple(spell(word)[0] for word in _WORD.findall(unicodedata.normalize("NFC", name)))


def name_sound(name: str) -> tuple[str, ...]:
    """The sound of a name, word by word."""
    return tuple(spell(word)[1] for word in _WORD.findall(unicodedata.normalize("NFC", name)))


def agreement(written: list[Token], sound: tuple[str, ...]) -> Agreement:
    """How well words with the right keys agree with a name's diacritics.

    "close" is the southern mix of hỏi and ngã, or a name with some words left without diacritics;
    "plain" has none at all where the name has some; "none" contradicts the name. ("alike" only
    sounds like the name: `place_sounds` judges it.)
    """
    worst: Agreement = "exact"
    marked = False
    for token, wanted in zip(written, sound, strict=True):
        if token.sound == wanted:
            marked = marked or not token.is_plain
        elif token.is_plain:
            worst = "plain"
        elif token.sound.replace("/x", "/r") == wanted.replace("/x", "/r"):
            worst, marked = ("close" if worst == "exact" else worst), True
        else:
            return "none"
    return "close" if worst == "plain" and marked else worst
