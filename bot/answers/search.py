"""Lexical search over titles and paraphrases: folded BM25 with folded character n-grams beside it.

Every paraphrase is an entry of its own and an article is as good as its best one. Both measures are
shares of what the question could reach at most, so scores of different questions compare. The
weights were measured on tests/bot/search_dev.yml.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
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

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Hit:
    """An article that may answer. `score` runs from 0 to about 1; `phrase` is what matched best."""

    article: Article
    score: float
    phrase: str


@dataclass(frozen=True)
class _Entry:
    article: int
    phrase: str
    words: Counter[str]
    grams: Mapping[str, float]
    accented: frozenset[str]


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
    return Counter(text[at : at + 3] for at in range(len(text) - 2))


class Index:
    """The paraphrases of `articles`, ready to be searched."""

    def __init__(self, articles: tuple[Article, ...]) -> None:
        self._articles = articles
        raw = [
            (place, phrase, words_of(phrase))
            for place, article in enumerate(articles)
            for phrase in (article.title, *article.ask)
        ]
        self._idf = _weights((place, _terms(fold_words(words))) for place, _, words in raw)
        self._gram_idf = _weights((place, _grams(fold_words(words))) for place, _, words in raw)
        self._rarest = max(self._idf.values(), default=1.0)
        self._entries = [self._entry(*row) for row in raw]
        lengths = [entry.words.total() for entry in self._entries]
        self._mean_length = sum(lengths) / max(len(lengths), 1)
        self._postings: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        self._gram_postings: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        for at, entry in enumerate(self._entries):
            for term, count in entry.words.items():
                weight = self._bm25(term, count, entry.words.total())
                self._postings[term].append((at, weight))
            for gram, value in entry.grams.items():
                self._gram_postings[gram].append((at, value))

    def search(self, text: str, allowed: Collection[str], limit: int) -> list[Hit]:
        """The best `limit` articles whose key is in `allowed`, best first, none with score 0."""
        words = words_of(text)
        folded = fold_words(words)
        scores = self._entry_scores(folded)
        accented = {word: fold(word) for word in words if not word.isascii()}
        found: defaultdict[int, list[tuple[float, int]]] = defaultdict(list)
        least = WORTH_RANKING * max(scores.values(), default=0.0)
        for at, score in scores.items():
            if score < least:
                continue
            entry = self._entries[at]
            score *= 1 - ACCENTS * _discord(accented, entry)
            found[entry.article].append((score, at))
        hits = [self._hit(place, ranked) for place, ranked in found.items()]
        hits = [hit for hit in hits if hit.article.key in allowed]
        return sorted(hits, key=lambda hit: (-hit.score, hit.article.key))[:limit]

    def _hit(self, place: int, ranked: list[tuple[float, int]]) -> Hit:
        ranked = sorted(ranked, reverse=True)[:3]
        best, at = ranked[0]
        company = sum(score for score, _ in ranked) / 3
        score = (1 - COMPANY) * best + COMPANY * company
        return Hit(self._articles[place], score, self._entries[at].phrase)

    def _entry_scores(self, folded: list[str]) -> dict[int, float]:
        terms = _terms(folded)
        most = sum(
            self._bm25(term, count, terms.total())
            if term in self._idf
            else UNKNOWN_WORD * self._rarest * _telling(term) * (" " not in term)
            for term, count in terms.items()
        )
        scores: defaultdict[int, float] = defaultdict(float)
        on_subject: set[int] = set()
        for term in terms:
            postings = self._postings.get(term, ())
            for at, weight in postings:
                scores[at] += WORDS_SHARE * weight / most
            if _telling(term) == 1.0:
                on_subject.update(at for at, _ in postings)
        for gram, value in _unit(_grams(folded), self._gram_idf).items():
            for at, weight in self._gram_postings.get(gram, ()):
                scores[at] += (1 - WORDS_SHARE) * value * weight
        return {
            at: score if at in on_subject else OFF_SUBJECT * score for at, score in scores.items()
        }

    def _bm25(self, term: str, count: int, length: int) -> float:
        long = 1 - B + B * length / self._mean_length
        return self._idf[term] * count * (K1 + 1) / (count + K1 * long)

    def _entry(self, place: int, phrase: str, words: list[str]) -> _Entry:
        folded = fold_words(words)
        return _Entry(
            article=place,
            phrase=phrase,
            words=_terms(folded),
            grams=_unit(_grams(folded), self._gram_idf),
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


def _unit(grams: Counter[str], idf: Mapping[str, float]) -> dict[str, float]:
    """The n-grams as a vector of length 1; one that no article has weighs as the rarest."""
    rarest = max(idf.values(), default=1.0)
    vector = {gram: count * idf.get(gram, rarest) for gram, count in grams.items()}
    length = math.sqrt(sum(value * value for value in vector.values())) or 1.0
    return {gram: value / length for gram, value in vector.items()}


def _discord(accented: Mapping[str, str], entry: _Entry) -> float:
    """The share of the question's accented words that the entry has with other accents (cai, cái).

    An entry typed without accents contradicts nothing.
    """
    if not accented or not entry.accented:
        return 0.0
    shared = [word for word, bare in accented.items() if bare in entry.words]
    return sum(word not in entry.accented for word in shared) / len(accented)
