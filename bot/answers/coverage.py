"""Whether an article speaks of what a question speaks of.

A search score tells which article is nearest, not whether the word that carries the question is in
it: "đi cai có được hiến máu không" is near many articles about rehab. Here each word of a question
weighs by how few articles use it in what is read or matched first (title, short text, paraphrases),
and a word that none uses weighs most.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from bot.answers.article import Article
from bot.answers.plain_words import COURTESY, PLAIN
from bot.answers.words import words_of
from bot.understand import fold

# Measured on tests/bot/search_dev.yml: "tiền" weighs 1.4, "công an" 1.3, "methadone" 2.5.
TOO_LITTLE = 1.5
PLAIN_WORD = 0.4


class Vocabulary:
    """The words of each article, in the order of `articles`."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self._written: list[frozenset[str]] = []
        self._folded: list[frozenset[str]] = []
        self._typed_bare: list[frozenset[str]] = []
        for article in articles:
            texts = [words_of(text) for text in (article.title, article.short, *article.ask)]
            every = {word for words in texts for word in words}
            bare = {word for words in texts if all(map(str.isascii, words)) for word in words}
            self._written.append(frozenset(every))
            self._folded.append(frozenset(map(fold, every)))
            self._typed_bare.append(frozenset(bare))
        self._weights = {**_weights(self._written), **_weights(self._folded)}
        self._unknown = math.log(2 * len(articles) + 2)

    def weigh(self, words: Sequence[str]) -> dict[str, float]:
        """What each word of a question weighs. Numbers and words of courtesy are left out."""
        return {
            word: self._weight(word)
            for word in words
            if word not in COURTESY and not word.isnumeric()
        }

    def share(self, weighed: Mapping[str, float], place: int) -> float:
        """How much of a question, 0 to 1 by weight, the article at `place` speaks of.

        A word typed with accents must stand there with the same, or in a paraphrase without any.
        It is 0 for a question that weighs too little to tell its subject.
        """
        every = sum(weighed.values())
        if every < TOO_LITTLE:
            return 0.0
        return sum(weight for word, weight in weighed.items() if self._uses(place, word)) / every

    def _uses(self, place: int, word: str) -> bool:
        if word.isascii():
            return word in self._folded[place]
        return word in self._written[place] or fold(word) in self._typed_bare[place]

    def _weight(self, word: str) -> float:
        known = self._weights.get(word)
        if known is None:
            return self._unknown * (PLAIN_WORD if fold(word) in PLAIN else 1.0)
        return known * (PLAIN_WORD if word in PLAIN else 1.0)


def says_too_little(weighed: Mapping[str, float]) -> bool:
    """Whether a question is nothing to search for: no word, or one that many articles use."""
    return not weighed or (len(weighed) == 1 and sum(weighed.values()) < TOO_LITTLE)


def _weights(used: Sequence[frozenset[str]]) -> dict[str, float]:
    """How telling each word is: the fewer articles use it, the more."""
    holders = Counter(word for words in used for word in words)
    return {
        word: math.log(1 + (len(used) - having + 0.5) / (having + 0.5))
        for word, having in holders.items()
    }
