"""Phrase patterns over Vietnamese words, with accents that must agree. Pure and linear in the text.

A pattern is a row of phrases: `muốn <fill>* (chết|ra đi mãi mãi) ~3 <soon>?`. `<name>` is a list of
phrases, `(a|b c)` alternatives in place, `?` at most once, `*` at most three times, `~3` leaves up to
three words between, `^` and `$` are the ends of a sentence. `#` is any number, `#many` one from ten
up, `#minor` an age below 18. No part ever crosses the end of a sentence.

Accents agree when a word is written as in the pattern, without its tone (chêt) or bare (chet); a word
that carries another accent (chét, từ từ for tự tử) does not. In a text that is otherwise accented, a
bare word that is a word of its own (tim, sau, hai) stands for itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

_TONES = {"\u0300": "1", "\u0301": "2", "\u0309": "3", "\u0303": "4", "\u0323": "5"}
_PIECES = re.compile(r"[^\W_]+|[.!?…;\n]+|,")
_PART = re.compile(r"<(\w+)>([?*]?)|\(([^)]*)\)([?*]?)|~(\d)|([#^$]?[^\s<>()~]*)")
_Y_AS_I = re.compile(r"^(h|k|l|m|s|t|v)y(?=\d?$)")
STOP = "."


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
    plain = unicodedata.normalize("NFD", form.rstrip("12345")) if not form.isdigit() else form
    return plain.translate({ord("đ"): "d", 0x302: None, 0x306: None, 0x31B: None})


def _spellings(word: str) -> set[str]:
    """Every canonical form in which people write `word`."""
    if word[0] in "#^$":
        return {word}
    form = canon(word)
    toneless = form if form.isdigit() else form.rstrip("12345")
    return {form, form.replace("đ", "d"), toneless, toneless.replace("đ", "d"), bare(form)}


@dataclass(frozen=True)
class Words:
    """A text as canonical forms, with a STOP where a sentence ends. `commas` are the places before
    which a comma stands; `meant` those where a bare word stands for itself."""

    forms: Sequence[str]
    commas: frozenset[int]
    meant: frozenset[int]

    @classmethod
    def of(cls, text: str, own: frozenset[str] = frozenset()) -> Words:
        """Read `text`; `own` are bare words that stand for themselves in an accented text."""
        forms: list[str] = []
        commas: list[int] = []
        for piece in _PIECES.findall(text):
            if piece == ",":
                commas.append(len(forms))
            elif piece[0].isalnum():
                forms.append(canon(piece))
            elif forms and forms[-1] != STOP:
                forms.append(STOP)
        words = [form for form in forms if form != STOP]
        marked = sum(1 for form in words if form != bare(form))
        meant: frozenset[int] = frozenset()
        if len(words) > 3 and marked * 5 >= len(words) * 2:
            meant = frozenset(at for at, form in enumerate(forms) if form in own)
        return cls(forms, frozenset(commas), meant)

    def sentence(self, at: int) -> tuple[int, int]:
        """Where the sentence around word `at` begins and ends."""
        start = end = at
        while start > 0 and self.forms[start - 1] != STOP:
            start -= 1
        while end < len(self.forms) and self.forms[end] != STOP:
            end += 1
        return start, end


@dataclass
class _Node:
    exact: dict[str, _Node] = field(default_factory=dict)
    loose: dict[str, list[_Node]] = field(default_factory=dict)
    ends: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class _Element:
    phrases: int
    low: int
    high: int
    gap: int


@dataclass(frozen=True)
class Pattern:
    """A compiled pattern; it can only match where all of `needs` occur."""

    elements: tuple[_Element, ...]
    needs: tuple[int, ...]


Found = Mapping[int, Mapping[int, Sequence[int]]]
"""Which phrase list occurs where: list number to start to ends."""


class Phrases:
    """All phrases of all patterns in one tree, so that a text is read once whatever their number."""

    def __init__(self, lists: Mapping[str, Iterable[str]]) -> None:
        self._root = _Node()
        self._lists = {name: list(phrases) for name, phrases in lists.items()}
        self._numbers: dict[str, int] = {}

    def _members(self, name: str, seen: tuple[str, ...] = ()) -> list[str]:
        if name in seen or name not in self._lists:
            raise ValueError(f"list <{name}> is {'circular' if name in seen else 'unknown'}")
        members: list[str] = []
        for phrase in self._lists[name]:
            if phrase.startswith("<"):
                members += self._members(phrase[1:-1], (*seen, name))
            else:
                members.append(phrase)
        return members

    def number(self, name: str) -> int:
        """The number of list `name`.

        Raises:
            ValueError: there is no such list, or it contains itself.
        """
        return self._numbers.get(f"<{name}>") or self._add(f"<{name}>", self._members(name))

    def _add(self, key: str, phrases: Iterable[str]) -> int:
        known = self._numbers.get(key)
        if known is not None:
            return known
        number = self._numbers[key] = len(self._numbers) + 1
        for phrase in phrases:
            nodes = [self._root]
            for word in phrase.split():
                nodes = [_child(nodes[0], word)]
            if number not in nodes[0].ends:
                nodes[0].ends.append(number)
        return number

    def compile(self, pattern: str) -> Pattern:
        """Read `pattern`.

        Raises:
            ValueError: it names an unknown list, or begins with a part that may be missing.
        """
        elements: list[_Element] = []
        gap = 0
        literal: list[str] = []

        def flush() -> None:
            nonlocal gap
            if literal:
                text = " ".join(literal)
                elements.append(_Element(self._add(text, [text]), 1, 1, gap))
                literal.clear()
                gap = 0

        for name, many, inline, inline_many, words, word in _PART.findall(pattern):
            if word in ("^", "$"):
                flush()
                literal.append(word)
                flush()
                continue
            if word:
                literal.append(word)
                continue
            if not (name or inline or words):
                continue
            flush()
            if words:
                gap = int(words)
                continue
            number = self.number(name) if name else self._add(inline, inline.split("|"))
            mark = many or inline_many
            elements.append(_Element(number, 0 if mark else 1, 3 if mark == "*" else 1, gap))
            gap = 0
        flush()
        needs = tuple({element.phrases for element in elements if element.low})
        if not elements or not elements[0].low:
            raise ValueError(f"pattern {pattern!r} begins with nothing that must be there")
        return Pattern(tuple(elements), needs)

    def read(self, words: Words) -> dict[int, dict[int, list[int]]]:
        """Where each list occurs in `words`."""
        found: dict[int, dict[int, list[int]]] = {}
        forms = words.forms
        count = len(forms)
        for start in range(count):
            if forms[start] == STOP:
                continue
            if start == 0 or forms[start - 1] == STOP:
                self._note(found, self._root.exact.get("^"), start, start)
            if start + 1 == count or forms[start + 1] == STOP:
                self._note(found, self._root.exact.get("$"), start + 1, start + 1)
            nodes = [self._root]
            at = start
            while nodes and at < count:
                form = forms[at]
                step: list[_Node] = []
                if at in words.meant:
                    step += [node.exact[form] for node in nodes if form in node.exact]
                else:
                    for node in nodes:
                        step += node.loose.get(form, ())
                if form.isdigit():
                    for node in nodes:
                        step += [node.exact[sign] for sign in _signs(form) if sign in node.exact]
                at += 1
                for node in step:
                    self._note(found, node, start, at)
                nodes = step
        return found

    @staticmethod
    def _note(
        found: dict[int, dict[int, list[int]]], node: _Node | None, start: int, end: int
    ) -> None:
        if node is None:
            return
        for number in node.ends:
            ends = found.setdefault(number, {}).setdefault(start, [])
            if end not in ends:
                ends.append(end)


def _child(node: _Node, word: str) -> _Node:
    form = word if word[0] in "#^$" else canon(word)
    child = node.exact.get(form)
    if child is None:
        child = node.exact[form] = _Node()
        for spelling in _spellings(word):
            node.loose.setdefault(spelling, []).append(child)
    return child


def _signs(number: str) -> tuple[str, ...]:
    value = int(number[:6])
    return ("#", "#many") if value >= 18 else ("#", "#many", "#minor") if value >= 10 else ("#", "#minor")


def matches(pattern: Pattern, found: Found, words: Words) -> list[tuple[int, int]]:
    """The stretches [start, end) of `words` that `pattern` covers; of several with one end, the
    shortest."""
    if any(number not in found for number in pattern.needs):
        return []
    reached: dict[int, int] = {}
    first = True
    for element in pattern.elements:
        places = found.get(element.phrases, {})
        if first:
            reached = {end: start for start, ends in places.items() for end in ends}
            first = False
            continue
        now = reached
        reached = dict(now) if element.low == 0 else {}
        for _ in range(element.high):
            now = _advance(now, places, element.gap, words.forms)
            for end, start in now.items():
                reached[end] = max(start, reached.get(end, start))
            if not now:
                break
        if not reached:
            return []
    return [(start, end) for end, start in reached.items()]


def _advance(
    reached: Mapping[int, int],
    places: Mapping[int, Sequence[int]],
    gap: int,
    forms: Sequence[str],
) -> dict[int, int]:
    after: dict[int, int] = {}
    for at, start in reached.items():
        for begin in range(at, min(at + gap, len(forms)) + 1):
            for end in places.get(begin, ()):
                after[end] = max(start, after.get(end, start))
            if begin < len(forms) and forms[begin] == STOP:
                break
    return after
