"""Lexical search over titles and paraphrases: folded BM25 with folded character n-grams beside it.

Every paraphrase is an entry of its own and an article is as good as its best one. Both measures are
shares of what the question could reach at most, so scores of different questions compare. The
weights were measured on tests/bot/search_dev.yml.

An article's entries are scored only where a cheap upper bound says that it may be among the best;
the bound never changes an answer.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.answers.article import Article
from bot.answers.plain_words import COURTESY, PLAIN
from bot.understand import expand, fold

K1 = 1.2
B = 0.75
WORDS_SHARE = 0.65
COMPANY = 0.4
ACCENTS = 0.2
UNKNOWN_WORD = 1.3
PLAIN_WORD = 0.4
OFF_SUBJECT = 0.6
WORTH_RANKING = 0.25

# An n-gram that more articles hold than this says too little to bound each article by its own.
_COMMON = 40
# Bounds and scores add the same numbers in another order; more than their rounding can differ.
_ROUNDING = 1 + 1e-9

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Hit:
    """An article that may answer. `score` runs from 0 to about 1; `phrase` is what matched best."""

    article: Article
    score: float
    phrase: str


_Postings = Mapping[str, Sequence[tuple[int, float]]]


@dataclass(frozen=True)
class _Entry:
    phrase: str
    words: Counter[str]
    grams: Mapping[str, float]
    accented: frozenset[str]


@dataclass(frozen=True)
class _Shelf:
    """One article's entries, and which of them hold each term and each n-gram, how weightily."""

    article: Article
    entries: Sequence[_Entry]
    terms: _Postings
    grams: _Postings


@dataclass(frozen=True)
class _Question:
    """What of a question some article holds, each n-gram with its weight; `most` is what its terms
    could reach, `accented` its accented words with their bare forms."""

    terms: Sequence[str]
    most: float
    grams: Sequence[tuple[str, float]]
    accented: Mapping[str, str]


def words_of(text: str) -> list[str]:
    """The words of `text` in lower case, short forms written out, accents kept."""
    return _WORD.findall(expand(text).lower())


def fold_words(words: Iterable[str]) -> list[str]:
    """`words` without accents and, where something else is left, without words of courtesy."""
    words = list(words)
    telling = [word for word in words if word not in COURTESY]
    return [fold(word) for word in telling or words]


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
        raw = [
            (place, phrase, words_of(phrase))
            for place, article in enumerate(articles)
            for phrase in (article.title, *article.ask)
        ]
        self._idf = _weights((place, _terms(fold_words(words))) for place, _, words in raw)
        self._gram_idf = _weights((place, _grams(fold_words(words))) for place, _, words in raw)
        self._rarest = max(self._idf.values(), default=1.0)
        self._rarest_gram = max(self._gram_idf.values(), default=1.0)
        entries: defaultdict[int, list[_Entry]] = defaultdict(list)
        for place, phrase, words in raw:
            entries[place].append(self._entry(phrase, words))
        lengths = [entry.words.total() for held in entries.values() for entry in held]
        self._mean_length = sum(lengths) / max(len(lengths), 1)
        self._shelves = [
            self._shelf(article, entries[place]) for place, article in enumerate(articles)
        ]
        self._term_bounds = _bounds([shelf.terms for shelf in self._shelves])
        self._subjects = {
            term: frozenset(place for place, _ in bounds)
            for term, bounds in self._term_bounds.items()
            if _telling(term) == 1.0
        }
        gram_bounds = _bounds([shelf.grams for shelf in self._shelves])
        self._common = {
            gram: max(weight for _, weight in bounds)
            for gram, bounds in gram_bounds.items()
            if len(bounds) > _COMMON
        }
        self._gram_bounds = {
            gram: bounds for gram, bounds in gram_bounds.items() if gram not in self._common
        }

    def search(self, text: str, allowed: Collection[str], limit: int) -> list[Hit]:
        """The best `limit` articles whose key is in `allowed`, best first, none with score 0."""
        question = self._question(text)
        ranking = self._ranking(question)
        scores: dict[int, list[float]] = {}
        best = 0.0
        for bound, place in ranking:
            if bound < best:
                break
            scores[place] = self._scores(self._shelves[place], question)
            best = max(best, *scores[place])
        least = WORTH_RANKING * best
        hits: list[Hit] = []
        for bound, place in ranking:
            full = len(hits) >= limit
            if not best or bound < least or (full and bound < min(hit.score for hit in hits)):
                break
            shelf = self._shelves[place]
            if shelf.article.key in allowed:
                exact = scores.get(place) or self._scores(shelf, question)
                hits += _hit(shelf, exact, least, question.accented)
                hits = sorted(hits, key=lambda hit: (-hit.score, hit.article.key))[:limit]
        return hits

    def _question(self, text: str) -> _Question:
        words = words_of(text)
        folded = fold_words(words)
        terms = _terms(folded)
        most = sum(
            self._bm25(term, count, terms.total())
            if term in self._idf
            else UNKNOWN_WORD * self._rarest * _telling(term)
            for term, count in terms.items()
            if term in self._idf or " " not in term
        )
        return _Question(
            terms=[term for term in terms if term in self._idf],
            most=most,
            grams=[
                (gram, (1 - WORDS_SHARE) * value)
                for gram, value in self._unit(_grams(folded)).items()
                if gram in self._gram_idf
            ],
            accented={word: fold(word) for word in words if not word.isascii()},
        )

    def _ranking(self, question: _Question) -> list[tuple[float, int]]:
        """What no entry of an article can exceed, for each article, the highest first."""
        bounds = [0.0] * len(self._shelves)
        on_subject: set[int] = set()
        for term in question.terms:
            on_subject.update(self._subjects.get(term, ()))
            for place, weight in self._term_bounds[term]:
                bounds[place] += weight / question.most
        anywhere = 0.0
        for gram, value in question.grams:
            if gram in self._common:
                anywhere += value * self._common[gram]
                continue
            for place, weight in self._gram_bounds[gram]:
                bounds[place] += value * weight
        return sorted(
            (
                (_ROUNDING * (bound + anywhere) * (1.0 if at in on_subject else OFF_SUBJECT), at)
                for at, bound in enumerate(bounds)
            ),
            reverse=True,
        )

    def _scores(self, shelf: _Shelf, question: _Question) -> list[float]:
        """The score of each entry of `shelf`, before its accents are compared."""
        scores = [0.0] * len(shelf.entries)
        on_subject: set[int] = set()
        for term in question.terms:
            postings = shelf.terms.get(term, ())
            for at, weight in postings:
                scores[at] += weight / question.most
            if term in self._subjects:
                on_subject.update(at for at, _ in postings)
        for gram, value in question.grams:
            for at, weight in shelf.grams.get(gram, ()):
                scores[at] += value * weight
        return [
            score if at in on_subject else OFF_SUBJECT * score for at, score in enumerate(scores)
        ]

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

    def _shelf(self, article: Article, entries: Sequence[_Entry]) -> _Shelf:
        terms: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        grams: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        for at, entry in enumerate(entries):
            for term, count in entry.words.items():
                weight = WORDS_SHARE * self._bm25(term, count, entry.words.total())
                terms[term].append((at, weight))
            for gram, value in entry.grams.items():
                grams[gram].append((at, value))
        return _Shelf(article, entries, dict(terms), dict(grams))


def _hit(
    shelf: _Shelf, scores: Sequence[float], least: float, accented: Mapping[str, str]
) -> list[Hit]:
    """The article of `shelf` by its best entries, where one reaches `least`."""
    ranked = sorted(
        (
            (score * (1 - ACCENTS * _discord(accented, shelf.entries[at])), at)
            for at, score in enumerate(scores)
            if score >= least
        ),
        reverse=True,
    )[:3]
    if not ranked:
        return []
    best, at = ranked[0]
    company = sum(score for score, _ in ranked) / 3
    score = (1 - COMPANY) * best + COMPANY * company
    return [Hit(shelf.article, score, shelf.entries[at].phrase)]


def _bounds(shelves: Iterable[_Postings]) -> dict[str, list[tuple[int, float]]]:
    """For each term the shelves that hold it, each with the term's highest weight there."""
    bounds: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for place, postings in enumerate(shelves):
        for term, held in postings.items():
            bounds[term].append((place, max(weight for _, weight in held)))
    return dict(bounds)


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


def _discord(accented: Mapping[str, str], entry: _Entry) -> float:
    """The share of the question's accented words that the entry has with other accents (cai, cái).

    An entry typed without accents contradicts nothing.
    """
    if not accented or not entry.accented:
        return 0.0
    shared = [word for word, bare in accented.items() if bare in entry.words]
    return sum(word not in entry.accented for word in shared) / len(accented)
