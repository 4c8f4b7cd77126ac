"""Search over titles and paraphrases, by their words and by what they mean.

Every paraphrase is an entry of its own and an article is as good as its best ones. The meaning is
asked only where the words do not settle it. Measured on tests/bot/search_dev.yml.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from bot.answers.article import Article
from bot.answers.coverage import Vocabulary, Weighed, says_too_little, share
from bot.answers.dense import Meaning, Nearness
from bot.answers.lexical import Lexical
from bot.answers.subject import names_the_field
from bot.answers.words import fold_words, words_of

COMPANY = 0.4
SPOKEN_OF = 0.2
MEANING_SHARE = 0.6
# Brings nearness in meaning to the scale of the lexical scores.
MEANING_SCALE = 1.15
# Of all articles, those worth looking at closer.
LIKELY = 12
# Words alone settle it: so for 29 of 233 questions, all rightly.
NEAR, FAR_AHEAD, NEARLY_ALL = 0.60, 0.15, 0.80
# Fewer words than this that name nothing of our field are small talk.
SAYS_SOMETHING = 6
OFF_FIELD = 0.55
# Of 1,364 training sentences of nlu_data that ask for something else than an answer none all but
# repeats a paraphrase of four words or more.
CERTAIN, FEWEST_WORDS, AS_LONG = 0.75, 4, 0.75


@dataclass(frozen=True)
class Hit:
    """An article that may answer.

    `score` runs from 0 to about 1 and tells how near the article is; `phrase` is what matched best;
    `covered`, 0 to 1, how much of what the question says the article speaks of: 0 where the question
    names nothing of our field. `repeats` where it all but repeats `phrase`, `exact` where it does, but
    for accents, short forms and courtesy.
    """

    article: Article
    score: float
    phrase: str
    covered: float
    repeats: bool = False
    exact: bool = False


class Index:
    """The paraphrases of `articles`, ready to be searched."""

    def __init__(self, articles: tuple[Article, ...], meaning: Meaning | None = None) -> None:
        """`meaning` was built with these articles, perhaps among others."""
        self._articles = articles
        self._meaning = meaning
        self._vocabulary = Vocabulary(articles)
        self._phrases = [phrase for one in articles for phrase in (one.title, *one.ask)]
        self._said = {
            tuple(fold_words(words_of(phrase))): place
            for place, one in enumerate(articles)
            for phrase in (one.title, *one.ask)
        }
        self._starts = [0, *accumulate(1 + len(article.ask) for article in articles)]
        self._lexical = Lexical(
            [
                (place, words_of(phrase))
                for place, one in enumerate(articles)
                for phrase in (one.title, *one.ask)
            ]
        )
        if meaning is not None:
            self._nearness = Nearness(meaning.of_phrases(self._phrases), self._starts)

    def search(self, text: str, allowed: Collection[str], limit: int) -> list[Hit]:
        """The best `limit` articles whose key is in `allowed`, best first, none with score 0.

        What the sentences mean is asked only where the words leave a doubt. A few words that name
        nothing of our field find nothing.
        """
        words = words_of(text)
        weighed = self._vocabulary.weigh(words)
        if says_too_little(weighed):
            return []
        scores = self._lexical.scores(words)
        said = self._said.get(tuple(fold_words(words))) if len(words) >= FEWEST_WORDS else None
        if said is not None and self._articles[said].key in allowed:
            return [replace(self._hit(weighed, scores, said), repeats=True, exact=True)]
        hits = _best(self._candidates(weighed, scores, allowed, limit), limit)
        if hits and _repeats(words, hits[0]):
            return [replace(hits[0], repeats=True), *hits[1:]]
        of_field = names_the_field(words)
        if not of_field and len(words) < SAYS_SOMETHING:
            return []
        if self._meaning is not None and not (of_field and _settled(hits)):
            near = self._nearness.of(self._meaning.of_question(words))
            hits = _best(self._with_meaning(near, weighed, scores, allowed), limit)
        return hits if of_field else [_off_field(hit) for hit in hits]

    def _with_meaning(
        self,
        near: NDArray[np.float64],
        weighed: Weighed,
        scores: NDArray[np.float64],
        allowed: Collection[str],
    ) -> list[Hit]:
        """The likeliest articles by their words and by what they mean."""
        best = np.maximum.reduceat(scores, self._starts[:-1])
        meant = MEANING_SHARE * MEANING_SCALE * near
        likely = np.argsort(-((1 - MEANING_SHARE) * best + meant)).tolist()
        hits = []
        for place in [at for at in likely if self._articles[at].key in allowed][:LIKELY]:
            hit = self._hit(weighed, scores, place)
            score = (1 - MEANING_SHARE) * hit.score + float(meant[place])
            if score > 0:
                hits.append(replace(hit, score=score))
        return hits

    def _candidates(
        self,
        weighed: Weighed,
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

    def _hit(self, weighed: Weighed, scores: NDArray[np.float64], place: int) -> Hit:
        own = scores[self._starts[place] : self._starts[place + 1]].tolist()
        ranked = sorted(own, reverse=True)[:3]
        score = (1 - COMPANY) * ranked[0] + COMPANY * sum(ranked) / 3
        covered = share(weighed, place)
        phrase = self._phrases[self._starts[place] + own.index(ranked[0])]
        score *= 1 - SPOKEN_OF + SPOKEN_OF * covered
        return Hit(self._articles[place], score, phrase, covered)


def _repeats(words: Sequence[str], hit: Hit) -> bool:
    """Whether a question of these words all but repeats what it matched, and is as long."""
    said, matched = len(words), len(words_of(hit.phrase))
    alike_long = min(said, matched) >= AS_LONG * max(said, matched)
    return hit.score >= CERTAIN and matched >= FEWEST_WORDS and alike_long


def _settled(hits: Sequence[Hit]) -> bool:
    """Whether the words alone leave no doubt about the first."""
    if not hits:
        return False
    lead = hits[0].score - (hits[1].score if len(hits) > 1 else 0.0)
    return hits[0].score >= NEAR and lead >= FAR_AHEAD and hits[0].covered >= NEARLY_ALL


def _best(hits: Iterable[Hit], limit: int) -> list[Hit]:
    return sorted(hits, key=lambda hit: (-hit.score, hit.article.key))[:limit]


def _off_field(hit: Hit) -> Hit:
    return replace(hit, score=OFF_FIELD * hit.score, covered=0.0)
