"""A message as words that know where they stood, and phrases looked up in them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from bot.danger.words import bare, canon
from bot.understand import clean, tokens

_WORD = re.compile(r"[^\W_]+")
_PART = re.compile(r"[.,;:!?…\n()]")
_ACCENTED_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Word:
    """One word, written out in full. `form` is its one spelling, `bare` the same without accents;
    `start` and `end` are where it stood in the text; `parted` says that a punctuation mark stands
    before it."""

    form: str
    bare: str
    start: int
    end: int
    parted: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """`text` as it was cleaned, its words, and whether it is written with accents."""

    text: str
    words: tuple[Word, ...]
    accented: bool


def read(text: str) -> Reading:
    """`text` cleaned and as words, short forms written out ("e 16t": em, 16, tuổi)."""
    text = clean(text)
    spans = [found.span() for found in _WORD.finditer(text)]
    raw = [text[start:end].lower() for start, end in spans]
    full = tokens(text)
    placed = zip(full, spans, strict=True) if full == raw else _placed(raw, full, spans)
    words: list[Word] = []
    for word, (start, end) in placed:
        form = canon(word)
        gap = text[words[-1].end : start] if words else ""
        words.append(Word(form, bare(form), start, end, bool(_PART.search(gap))))
    marked = sum(not word.isascii() for word in raw)
    return Reading(text, tuple(words), marked > _ACCENTED_SHARE * len(raw))


def _placed(
    raw: list[str], full: list[str], spans: list[tuple[int, int]]
) -> list[tuple[str, tuple[int, int]]]:
    """Each written-out word with the place of what it was written as."""
    placed = []
    for _, a, b, c, d in SequenceMatcher(None, raw, full, autojunk=False).get_opcodes():
        sizes = [len(tokens(word)) for word in raw[a:b]] if d - c != b - a else [1] * (b - a)
        if sum(sizes) != d - c:
            near = (spans[a][0], spans[b - 1][1]) if b > a else (spans[a - 1][1], spans[a - 1][1])
            placed += [(word, near) for word in full[c:d]]
            continue
        owners = [at for at, size in zip(range(a, b), sizes, strict=True) for _ in range(size)]
        placed += [(word, spans[at]) for word, at in zip(full[c:d], owners, strict=True)]
    return placed


class Phrases:
    """Phrases and what each stands for, found with their accents, or bare.

    A word matches as it is spelled, or without any accent. `strict` asks for the accents of those
    phrases that have any. No phrase reaches over a punctuation mark.
    """

    def __init__(self, phrases: Iterable[tuple[str, str]]) -> None:
        self._known: dict[tuple[str, ...], list[tuple[tuple[str, ...], str]]] = {}
        sizes: dict[str, set[int]] = {}
        for phrase, value in phrases:
            forms = tuple(canon(word) for word in phrase.split())
            key = tuple(bare(form) for form in forms)
            rows = self._known.setdefault(key, [])
            if all(forms != known for known, _ in rows):
                rows.append((forms, value))
            sizes.setdefault(key[0], set()).add(len(key))
        self._sizes = {first: sorted(of, reverse=True) for first, of in sizes.items()}

    def at(self, words: Sequence[Word], at: int, strict: bool = False) -> tuple[str, int]:
        """The value and length of the longest phrase that begins at `at`; ("", 0) for none."""
        for size in self._sizes.get(words[at].bare, ()):
            span = words[at : at + size]
            if len(span) < size or any(word.parted for word in span[1:]):
                continue
            rows = self._known.get(tuple([word.bare for word in span]))
            best = None
            for forms, value in rows or ():
                pairs = list(zip(span, forms, strict=True))
                if all(word.form == form for word, form in pairs):
                    return value, size
                if not strict and all(w.form == f or w.form == w.bare for w, f in pairs):
                    best = best or value
            if best is not None:
                return best, size
        return "", 0

    def ending(self, words: Sequence[Word], end: int, strict: bool = False) -> tuple[str, int]:
        """The value and length of the longest phrase that ends right before `end`."""
        for start in range(max(0, end - 4), end):
            value, size = self.at(words[:end], start, strict)
            if size and start + size == end:
                return value, size
        return "", 0


def phrases(names: Iterable[object]) -> Phrases:
    """Phrases that stand for themselves."""
    return Phrases((str(name), str(name)) for name in names)
