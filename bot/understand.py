"""Text as people write it, made comparable. Pure; imports nothing of ours."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

_SLANG = Path(__file__).parent / "content" / "slang.yml"
_D = str.maketrans({"đ": "d", "Đ": "D"})
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff\ud800-\udfff]"
)
_WORD = re.compile(r"[^\W_]+")
_WORDS_APART = re.compile(r"([^\W_]+)")
_SPACES = re.compile(r"\s+")
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_BARE_UU = re.compile("(?:b|c|h|kh|l|m|ng|s|t)uu+")
_SENTENCE_END = re.compile(r"\s*[.!?…,;]")
_NUMBER_GLUED = re.compile(r"(\d+)(tuoi|tuổi|tr|t|h)(?![^\W\d_])(?=(\d?))", re.IGNORECASE)
_UNITS = {"t": "tuổi", "tuoi": "tuổi", "tuổi": "tuổi", "h": "giờ", "tr": "triệu"}
_DOTTED = re.compile(r"(?<![^\W_])[^\W\d_]{1,3}(?:[.·•_\-][^\W\d_]{1,4})+(?![^\W_])")
_VOWELS = frozenset("aeiouy")
_SYLLABLE = re.compile(
    r"(?:ngh|ch|gh|gi|kh|ng|nh|ph|qu|th|tr|[bcdghklmnprstvx])?"
    r"(?:[aeiouy]|ai|ao|au|ay|eo|eu|ia|ie|ieu|iu|oa|oai|oao|oay|oe|oeo|oi|oo|ua|uao|uay|ue|ui|uo|uoi|uou"
    r"|uu|uy|uya|uye|uyu|ye|yeu)(?:ch|ng|nh|[cmnpt])?"
)


def nfc(text: str) -> str:
    """`text` in Unicode's composed form, which every other function here expects."""
    return unicodedata.normalize("NFC", text)


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    decomposed = unicodedata.normalize("NFD", char)
    return decomposed[0] if len(decomposed) > 1 else char


def fold(text: str) -> str:
    """`text` without Vietnamese diacritics; keeps length on composed input, so offsets still hold.

    Unicode does not decompose đ, so it is mapped by hand.
    """
    if text.isascii():
        return text
    return "".join(map(_fold_char, text.translate(_D)))


def clean(text: str) -> str:
    """`text` in composed form without what is not seen: NUL and other control characters, halves of
    surrogate pairs, directional overrides, and the zero-width characters that can hide a word.

    For everything stored or judged. Tabs and line ends stay; a carriage return becomes a line end.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return nfc(_HIDDEN.sub("", text))


@dataclass(frozen=True)
class _Rule:
    """One reading of a short form, and the neighbours it asks for (all compared without accents)."""

    to: str
    prev: frozenset[str]
    next: frozenset[str]
    not_prev: frozenset[str]
    not_next: frozenset[str]
    last: bool | None
    first: bool | None
    number: bool | None

    def fits(self, words: list[str], at: int, last: bool) -> bool:
        before = fold(words[at - 1]) if at else ""
        two_before = f"{fold(words[at - 2])} {before}" if at > 1 else before
        after = fold(words[at + 1]) if at + 1 < len(words) else ""
        return (
            (not self.prev or before in self.prev or two_before in self.prev)
            and (not self.next or (not last and after in self.next))
            and before not in self.not_prev
            and two_before not in self.not_prev
            and after not in self.not_next
            and self.last in (None, last)
            and self.first in (None, at == 0)
            and self.number in (None, before.isdecimal())
        )


@dataclass(frozen=True)
class _Slang:
    words: dict[str, str]
    context: dict[str, tuple[_Rule, ...]]
    starred: tuple[tuple[re.Pattern[str], str], ...]
    emoji: dict[int, str]
    protect: frozenset[str]


def _rule(row: dict[str, Any]) -> _Rule:
    near = {
        key: frozenset(fold(str(word)) for word in row.get(key, ()))
        for key in ("prev", "next", "not_prev", "not_next")
    }
    return _Rule(
        to=row["to"], last=row.get("last"), first=row.get("first"), number=row.get("number"), **near
    )


@cache
def _slang() -> _Slang:
    data = yaml.load(nfc(_SLANG.read_text(encoding="utf-8")), yaml.CSafeLoader)
    starred = sorted(data["starred"].items(), key=lambda pair: -len(pair[0]))
    return _Slang(
        words={str(word): meaning for word, meaning in data["words"].items()},
        context={str(word): tuple(map(_rule, rows)) for word, rows in data["context"].items()},
        starred=tuple(
            (re.compile(rf"(?<![\w*]){re.escape(word)}(?![\w*])", re.IGNORECASE), meaning)
            for word, meaning in starred
        ),
        emoji={ord(sign): f" {meaning} " for sign, meaning in data["emoji"].items()},
        protect=frozenset(data["protect"]),
    )


def _toneless(char: str) -> str:
    return nfc(_TONES.sub("", unicodedata.normalize("NFD", char)))


@lru_cache(maxsize=8192)
def _unstretch(word: str) -> str:
    """`word` without letters held for effect (buồnnnn, chếtt); laughter and English words stay.

    Only like letters count as held, whatever their tone: the ưu of cứu is two letters, and the uu of
    a bare cuu too.
    """
    low = word.lower()
    plain = [_toneless(char) for char in low]
    if low in _slang().protect or len(set(low)) == 1:
        return word
    if all(one != other for one, other in pairwise(plain)):
        return word
    out: list[str] = []
    for at, char in enumerate(word):
        if at == 0 or plain[at] != plain[at - 1]:
            out.append(char)
        elif out[-1].isascii() and not char.isascii():
            out[-1] = char
    short = "".join(out)
    if low.isascii() and _BARE_UU.fullmatch(low):
        return f"{short}{short[-1]}"
    held = not low.isascii() or re.search(r"([a-z])\1\1", low) is not None
    return short if held or _SYLLABLE.fullmatch(fold(short.lower())) else word


def _undot(match: re.Match[str]) -> str:
    """One syllable written with dots between its letters (ch.ết, t.ự); anything else as it was."""
    parts = re.split(r"[.·•_\-]", match.group())
    whole = "".join(parts)
    vowel_less = any(not _VOWELS & set(fold(part.lower())) for part in parts)
    if vowel_less and len(whole) <= 7 and _SYLLABLE.fullmatch(fold(whole.lower())):
        return whole
    return match.group()


def _meaning(words: list[str], at: int, last: bool) -> str | None:
    """What the word at `at` of `words`, all in lower case, stands for; None where for itself."""
    slang = _slang()
    word = words[at]
    if word in slang.protect:
        return None
    plain = slang.words.get(word)
    if plain is not None:
        return plain
    for rule in slang.context.get(word, ()):
        if rule.fits(words, at, last):
            return rule.to
    return None


def expand(text: str) -> str:
    """`text` with single spaces, held letters let go and short forms written out by their context.

    "e 16t bùn wá, bn tiền 1 lần z" gives "em 16 tuổi buồn quá, bao nhiêu tiền 1 lần vậy". Accented
    words of the language are never changed, nor the names of substances and "cai". Case is kept.
    """
    slang = _slang()
    text = clean(text).translate(slang.emoji)
    if "*" in text:
        for starred, meaning in slang.starred:
            text = starred.sub(meaning, text)
    text = _DOTTED.sub(_undot, _SPACES.sub(" ", text).strip())
    text = _NUMBER_GLUED.sub(_unglue, text)
    pieces = _WORDS_APART.split(text)
    words = [_unstretch(word) for word in pieces[1::2]]
    low = [word.lower() for word in words]
    for at, word in enumerate(low):
        if word in slang.words or word in slang.context:
            after = pieces[2 * at + 2]
            last = at + 1 == len(low) or _SENTENCE_END.match(after) is not None
            words[at] = _meaning(low, at, last) or words[at]
    pieces[1::2] = words
    return "".join(pieces)


def _unglue(match: re.Match[str]) -> str:
    """16t, 5h30, 2tr: the number and its unit apart; 500k stays, for there k is a thousand."""
    number, unit, more = match.groups()
    return f"{number} {_UNITS[unit.lower()]}{' ' if more else ''}"


def tokens(text: str) -> list[str]:
    """The words of the expanded text in lower case, without punctuation."""
    return _WORD.findall(expand(text).lower())
