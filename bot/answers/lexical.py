"""How near paraphrases are by their words: folded BM25 with folded character n-grams beside it.

Both measures are shares of what the question could reach at most, so scores of different questions
compare. The weights were measured on tests/bot/search_dev.yml.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.answers.plain_words import PLAIN
from bot.answers.same_words import alike
from bot.answers.words import fold_words
from bot.understand import fold

K1 = 1.2
B = 0.75
WORDS_SHARE = 0.65
ACCENTS = 0.2
UNKNOWN_WORD = 1.3
PLAIN_WORD = 0.4
OFF_SUBJECT = 0.6
WORTH_RANKING = 0.25

_NO_ENTRY = np.zeros(0, np.intp)
_NO_WEIGHT = np.zeros(0)


@dataclass(frozen=True)
class _Entry:
    words: Counter[str]
    grams: Mapping[str, float]
    accented: frozenset[str]


class _Postings(NamedTuple):
    """The entries that hold one term or n-gram, in order, each with what it weighs there."""

    entries: NDArray[np.intp]
    weights: NDArray[np.float64]


def _terms(folded: list[str]) -> Counter[str]:
    """Syllables and pairs of neighbours: most Vietnamese words are two syllables."""
    pairs = (f"{a} {b}" for a, b in pairwise(folded))
    return Counter([*folded, *pairs])


def _grams(folded: list[str]) -> Counter[str]:
    text = f" {' '.join(folded)} "
    return Counter([text[at : at + 3] for at in range(len(text) - 2)])


class Lexical:
    """Phrases of several groups, in order."""

    def __init__(self, phrases: Sequence[tuple[int, list[str]]]) -> None:
        """`phrases` has the number of its group and the words of each phrase."""
        rows = [(group, alike(fold_words(words))) for group, words in phrases]
        self._idf = _weights((group, _terms(folded)) for group, folded in rows)
        self._gram_idf = _weights((group, _grams(folded)) for group, folded in rows)
        self._rarest = max(self._idf.values(), default=1.0)
        self._rarest_gram = max(self._gram_idf.values(), default=1.0)
        self._entries = [
            self._entry(words, folded)
            for (_, words), (_, folded) in zip(phrases, rows, strict=True)
        ]
        lengths = [entry.words.total() for entry in self._entries]
        self._mean_length = sum(lengths) / max(len(lengths), 1)
        self._postings = _postings(
            (term, at, WORDS_SHARE * self._bm25(term, count, entry.words.total()))
            for at, entry in enumerate(self._entries)
            for term, count in entry.words.items()
        )
        self._gram_postings = _postings(
            (gram, at, weight)
            for at, entry in enumerate(self._entries)
            for gram, weight in entry.grams.items()
        )
        self._telling = frozenset(term for term in self._postings if _telling(term) == 1.0)
        self._accented = _postings(
            (word, at, 1.0)
            for at, entry in enumerate(self._entries)
            for word in entry.accented
            if fold(word) in entry.words
        )
        self._has_accents = np.array([bool(entry.accented) for entry in self._entries])

    def scores(self, words: Sequence[str]) -> NDArray[np.float64]:
        """The score of every phrase for a question of these words, 0 to about 1."""
        scores = self._by_words(alike(fold_words(words)))
        if scores.any():
            scores[scores < WORTH_RANKING * scores.max()] = 0.0
            scores *= 1 - ACCENTS * self._discord({word for word in words if not word.isascii()})
        return scores

    def _by_words(self, folded: list[str]) -> NDArray[np.float64]:
        """The score of every phrase, before its accents are compared."""
        terms = _terms(folded)
        held = [self._postings[term] for term in terms if term in self._postings]
        grams = [
            (self._gram_postings[gram], value)
            for gram, value in self._unit(_grams(folded)).items()
            if gram in self._gram_postings
        ]
        if not grams:
            return np.zeros(len(self._entries))
        values = np.array([value for _, value in grams])
        sizes = [len(postings.entries) for postings, _ in grams]
        of_words = np.concatenate([_NO_WEIGHT, *(postings.weights for postings in held)])
        of_grams = np.concatenate([postings.weights for postings, _ in grams])
        scores = np.full(len(self._entries), OFF_SUBJECT)
        for term in self._telling.intersection(terms):
            scores[self._postings[term].entries] = 1.0
        scores *= np.bincount(
            np.concatenate([postings.entries for postings in (*held, *(one for one, _ in grams))]),
            np.concatenate(
                [
                    of_words / self._most(terms),
                    ((1 - WORDS_SHARE) * values).repeat(sizes) * of_grams,
                ]
            ),
            len(self._entries),
        )
        return scores

    def _discord(self, accented: Collection[str]) -> NDArray[np.float64]:
        """For each entry, the share of a question's accented words that it has with other accents
        (cai, cái). An entry typed without accents contradicts nothing."""
        bare = [self._postings[word] for word in map(fold, accented) if word in self._postings]
        same = [self._accented[word] for word in accented if word in self._accented]
        others = self._count(bare) - self._count(same)
        shares: NDArray[np.float64] = others * self._has_accents / max(len(accented), 1)
        return shares

    def _count(self, held: Sequence[_Postings]) -> NDArray[np.intp]:
        """How many of `held` each entry stands in."""
        places = [_NO_ENTRY, *(postings.entries for postings in held)]
        return np.bincount(np.concatenate(places), minlength=len(self._entries))

    def _most(self, terms: Counter[str]) -> float:
        """What the words of a question could reach; a word that no article has counts too."""
        length = terms.total()
        return sum(
            self._bm25(term, count, length)
            if term in self._idf
            else UNKNOWN_WORD * self._rarest * _telling(term)
            for term, count in terms.items()
            if term in self._idf or " " not in term
        )

    def _bm25(self, term: str, count: int, length: int) -> float:
        long = 1 - B + B * length / self._mean_length
        return self._idf[term] * count * (K1 + 1) / (count + K1 * long)

    def _unit(self, grams: Counter[str]) -> dict[str, float]:
        """The n-grams as a vector of length 1; one that no article has weighs as the rarest."""
        idf, rarest = self._gram_idf, self._rarest_gram
        vector = {gram: count * idf.get(gram, rarest) for gram, count in grams.items()}
        length = math.sqrt(sum([value * value for value in vector.values()])) or 1.0
        return {gram: value / length for gram, value in vector.items()}

    def _entry(self, words: list[str], folded: list[str]) -> _Entry:
        return _Entry(
            words=_terms(folded),
            grams=self._unit(_grams(folded)),
            accented=frozenset(word for word in words if not word.isascii()),
        )


def _weights(rows: Iterable[tuple[int, Counter[str]]]) -> dict[str, float]:
    """How telling each term is: the fewer articles have it, the more."""
    holders: defaultdict[str, set[int]] = defaultdict(set)
    places: set[int] = set()
    for place, terms in rows:
        places.add(place)
        for term in terms:
            holders[term].add(place)
    every = len(places)
    return {
        term: math.log(1 + (every - len(having) + 0.5) / (len(having) + 0.5)) * _telling(term)
        for term, having in holders.items()
    }


def _telling(term: str) -> float:
    """Less than 1 for words and pairs of words that any question may hold."""
    return PLAIN_WORD if PLAIN.issuperset(term.split()) else 1.0


def _postings(rows: Iterable[tuple[str, int, float]]) -> dict[str, _Postings]:
    """The rows of term, entry and weight, gathered by term."""
    held: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for term, at, weight in rows:
        held[term].append((at, weight))
    return {
        term: _Postings(
            np.array([at for at, _ in pairs], np.intp), np.array([weight for _, weight in pairs])
        )
        for term, pairs in held.items()
    }
