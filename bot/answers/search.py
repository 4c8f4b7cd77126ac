"""Lexical search over titles and paraphrases: folded BM25 with folded character n-grams beside it.

Every paraphrase is an entry of its own and an article is as good as its best one. Both measures are
shares of what the question could reach at most, so scores of different questions compare. The
weights were measured on tests/bot/search_dev.yml.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.answers.article import Article
from bot.answers.coverage import Vocabulary, says_too_little
from bot.answers.plain_words import PLAIN
from bot.answers.words import fold_words, words_of
from bot.understand import fold

K1 = 1.2
B = 0.75
WORDS_SHARE = 0.65
COMPANY = 0.4
ACCENTS = 0.2
SPOKEN_OF = 0.15
UNKNOWN_WORD = 1.3
PLAIN_WORD = 0.4
OFF_SUBJECT = 0.6
WORTH_RANKING = 0.25

_NO_ENTRY = np.zeros(0, np.intp)
_NO_WEIGHT = np.zeros(0)


@dataclass(frozen=True)
class Hit:
    """An article that may answer.

    `score` runs from 0 to about 1 and tells how near the article is; `phrase` is what matched best;
    `covered`, 0 to 1, how much of what the question says the article speaks of.
    """

    article: Article
    score: float
    phrase: str
    covered: float


@dataclass(frozen=True)
class _Entry:
    phrase: str
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


class Index:
    """The paraphrases of `articles`, ready to be searched."""

    def __init__(self, articles: tuple[Article, ...]) -> None:
        self._articles = articles
        self._vocabulary = Vocabulary(articles)
        raw = [
            (place, phrase, words_of(phrase))
            for place, article in enumerate(articles)
            for phrase in (article.title, *article.ask)
        ]
        self._idf = _weights((place, _terms(fold_words(words))) for place, _, words in raw)
        self._gram_idf = _weights((place, _grams(fold_words(words))) for place, _, words in raw)
        self._rarest = max(self._idf.values(), default=1.0)
        self._rarest_gram = max(self._gram_idf.values(), default=1.0)
        self._starts = [0, *accumulate(1 + len(article.ask) for article in articles)]
        self._entries = [self._entry(phrase, words) for _, phrase, words in raw]
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

    def search(self, text: str, allowed: Collection[str], limit: int) -> list[Hit]:
        """The best `limit` articles whose key is in `allowed`, best first, none with score 0."""
        words = words_of(text)
        weighed = self._vocabulary.weigh(words)
        if says_too_little(weighed):
            return []
        scores = self._entry_scores(fold_words(words))
        if not scores.any():
            return []
        scores[scores < WORTH_RANKING * scores.max()] = 0.0
        scores *= 1 - ACCENTS * self._discord({word for word in words if not word.isascii()})
        hits = self._candidates(weighed, scores, allowed, limit)
        return sorted(hits, key=lambda hit: (-hit.score, hit.article.key))[:limit]

    def _candidates(
        self,
        weighed: Mapping[str, float],
        scores: NDArray[np.float64],
        allowed: Collection[str],
        limit: int,
    ) -> list[Hit]:
        """The articles that can be among the best `limit`: company and coverage lower a score by a
        bounded share, so one whose best entry is below that share of the others' is left out."""
        best = np.maximum.reduceat(scores, self._starts[:-1])
        hits: list[Hit] = []
        least = 0.0
        for place in np.argsort(-best).tolist():
            if best[place] <= least:
                break
            if self._articles[place].key in allowed:
                hits.append(self._hit(weighed, scores, place))
                if len(hits) == limit:
                    least = best[place] * (1 - COMPANY * 2 / 3) * (1 - SPOKEN_OF)
        return hits

    def _hit(self, weighed: Mapping[str, float], scores: NDArray[np.float64], place: int) -> Hit:
        own = scores[self._starts[place] : self._starts[place + 1]].tolist()
        ranked = sorted(own, reverse=True)[:3]
        score = (1 - COMPANY) * ranked[0] + COMPANY * sum(ranked) / 3
        covered = self._vocabulary.share(weighed, place)
        best = self._entries[self._starts[place] + own.index(ranked[0])]
        score *= 1 - SPOKEN_OF + SPOKEN_OF * covered
        return Hit(self._articles[place], score, best.phrase, covered)

    def _entry_scores(self, folded: list[str]) -> NDArray[np.float64]:
        """The score of every entry, before its accents are compared."""
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

    def _entry(self, phrase: str, words: list[str]) -> _Entry:
        folded = fold_words(words)
        return _Entry(
            phrase=phrase,
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
