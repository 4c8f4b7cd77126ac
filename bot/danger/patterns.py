"""Phrase patterns over Vietnamese words, with accents that must agree. Pure and linear in the text.

A pattern is a row of phrases: `muốn <fill>* (chết|ra đi mãi mãi) ~3 <soon>?`. `<name>` is a list of
phrases, `(a|b c)` alternatives in place, `?` at most once, `*` at most three times, `~3` leaves up to
three words between, `^` and `$` are the ends of a sentence. `#` is any number, `#many` one from ten
up, `#minor` an age below 18. No part ever crosses the end of a sentence.

Accents agree when a word is written as in the pattern, without its tone (chêt) or bare (chet); a word
that carries another accent (chét, từ từ for tự tử) does not. Among accented words a bare word that
is a word of its own (tim, sau, hai) stands for itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from bot.danger.words import STOP, Words, canon, spellings

_PART = re.compile(r"<(\w+)>([?*]?)|\(([^)]*)\)([?*]?)|~(\d)|([#^$]?[^\s<>()~]*)")


@dataclass(eq=False, slots=True)
class _Node:
    exact: dict[str, _Node] = field(default_factory=dict)
    loose: dict[str, list[_Node]] = field(default_factory=dict)
    ends: set[int] = field(default_factory=set)


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
    needs: frozenset[int]


class Found:
    """Which phrase list occurs where in a text: `hits` are the stretches on which phrases end, by the
    node they end in."""

    def __init__(
        self,
        hits: Mapping[_Node, Sequence[tuple[int, int]]],
        nodes: Mapping[int, Set[_Node]],
        there: Set[int],
        covered: Set[int] = frozenset(),
    ) -> None:
        self._hits = hits
        self._nodes = nodes
        self.there = there
        self._covered = covered
        self._places: dict[int, Mapping[int, Sequence[int]]] = {}
        self._matches: dict[int, Sequence[tuple[int, int]]] = {}

    def without(self, covered: Set[int]) -> Found:
        """The same but for phrases that lie within `covered` words."""
        return Found(self._hits, self._nodes, self.there, covered)

    def places(self, number: int) -> Mapping[int, Sequence[int]]:
        """The ends of list `number` by start; empty where it does not occur."""
        known = self._places.get(number)
        if known is None:
            places: dict[int, list[int]] = {}
            covered = self._covered
            for start, end in self._spans(number):
                if (
                    not covered
                    or end == start
                    or any(at not in covered for at in range(start, end))
                ):
                    places.setdefault(start, []).append(end)
            known = self._places[number] = places
        return known

    def _spans(self, number: int) -> list[tuple[int, int]]:
        if number not in self.there:
            return []
        ending = self._hits.keys() & self._nodes[number]
        return sorted(span for node in ending for span in self._hits[node])

    def matches(self, pattern: Pattern, words: Words) -> Sequence[tuple[int, int]]:
        """The stretches [start, end) of `words`, the text read, that `pattern` covers; of several
        with one end, the shortest."""
        if not pattern.needs <= self.there:
            return ()
        known = self._matches.get(id(pattern))
        if known is None:
            known = self._matches[id(pattern)] = self._match(pattern, words)
        return known

    def _match(self, pattern: Pattern, words: Words) -> Sequence[tuple[int, int]]:
        reached: dict[int, int] = {}
        for at, element in enumerate(pattern.elements):
            places = self.places(element.phrases)
            if element.low and not places:
                return ()
            if at == 0:
                reached = {end: start for start, ends in places.items() for end in ends}
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
                return ()
        return [(start, end) for end, start in reached.items()]


class Phrases:
    """All phrases of all patterns in one tree, so that a text is read once whatever their number."""

    def __init__(self, lists: Mapping[str, Iterable[str]]) -> None:
        self._root = _Node()
        self._lists = {name: list(phrases) for name, phrases in lists.items()}
        self._numbers: dict[str, int] = {}
        self._nodes: dict[int, set[_Node]] = {}
        self._compiled: dict[str, Pattern] = {}

    def _members(self, phrases: Iterable[str], seen: tuple[str, ...] = ()) -> list[str]:
        members: list[str] = []
        for phrase in phrases:
            if not phrase.startswith("<"):
                members.append(phrase)
                continue
            name = phrase[1:-1]
            if name in seen or name not in self._lists:
                raise ValueError(f"list <{name}> is {'circular' if name in seen else 'unknown'}")
            members += self._members(self._lists[name], (*seen, name))
        return members

    def number(self, name: str) -> int:
        """The number of list `name`.

        Raises:
            ValueError: there is no such list, or it contains itself.
        """
        return self._add(f"<{name}>", [f"<{name}>"])

    def _add(self, key: str, phrases: Iterable[str]) -> int:
        known = self._numbers.get(key)
        if known is not None:
            return known
        number = self._numbers[key] = len(self._numbers) + 1
        nodes = self._nodes[number] = set()
        for phrase in self._members(phrases):
            node = self._root
            for word in phrase.split():
                node = _child(node, word)
            node.ends.add(number)
            nodes.add(node)
        return number

    def compile(self, pattern: str) -> Pattern:
        """Read `pattern`.

        Raises:
            ValueError: it names an unknown list, or begins with a part that may be missing.
        """
        known = self._compiled.get(pattern)
        if known is None:
            known = self._compiled[pattern] = self._compile(pattern)
        return known

    def _compile(self, pattern: str) -> Pattern:
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
        needs = frozenset(element.phrases for element in elements if element.low)
        if not elements or not elements[0].low:
            raise ValueError(f"pattern {pattern!r} begins with nothing that must be there")
        return Pattern(tuple(elements), needs)

    def read(self, words: Words) -> Found:
        """Where each list occurs in `words`."""
        hits: dict[_Node, list[tuple[int, int]]] = {}
        forms, meant, count = words.forms, words.meant, len(words.forms)
        opening, closing = (self._root.exact.get(sign) for sign in "^$")
        plain = [at not in meant and not form.isdecimal() for at, form in enumerate(forms)]
        root = (self._root,)
        for start, first in enumerate(forms):
            if first == STOP:
                continue
            if opening is not None and (start == 0 or forms[start - 1] == STOP):
                hits.setdefault(opening, []).append((start, start))
            if closing is not None and (start + 1 == count or forms[start + 1] == STOP):
                hits.setdefault(closing, []).append((start + 1, start + 1))
            nodes: Sequence[_Node] = root
            for at in range(start, count):
                if plain[at] and len(nodes) == 1:
                    nodes = nodes[0].loose.get(forms[at], ())
                else:
                    nodes = _step(nodes, forms[at], at in meant)
                if not nodes:
                    break
                for node in nodes:
                    if node.ends:
                        hits.setdefault(node, []).append((start, at + 1))
        return Found(hits, self._nodes, set().union(*(node.ends for node in hits)))


def _step(nodes: Sequence[_Node], form: str, meant: bool) -> Sequence[_Node]:
    step: list[_Node] = []
    for node in nodes:
        if meant:
            if form in node.exact:
                step.append(node.exact[form])
        else:
            step += node.loose.get(form, ())
        if form.isdecimal():
            step += [node.exact[sign] for sign in _signs(form) if sign in node.exact]
    return step


def _child(node: _Node, word: str) -> _Node:
    form = word if word[0] in "#^$" else canon(word)
    child = node.exact.get(form)
    if child is None:
        child = node.exact[form] = _Node()
        for spelling in spellings(word):
            node.loose.setdefault(spelling, []).append(child)
    return child


def _signs(number: str) -> tuple[str, ...]:
    value = int(number[:6])
    return (
        ("#", "#many")
        if value >= 18
        else ("#", "#many", "#minor")
        if value >= 10
        else ("#", "#minor")
    )


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
