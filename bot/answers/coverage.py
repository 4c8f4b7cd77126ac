"""Whether an article speaks of what a question speaks of.

A search score tells which article is nearest, not whether the word that carries the question is in
it: "đi cai có được hiến máu không" is near many articles about rehab. Here each word of a question
weighs by how few articles use it in what is read or matched first (title, short text, paraphrases),
and a word that none uses weighs most.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence, Set

from bot.answers.article import Article
from bot.answers.plain_words import COURTESY, PLAIN
from bot.answers.words import words_of
from bot.understand import fold

# Measured on tests/bot/search_dev.yml: "tiền" weighs 1.4, "công an" 1.3, "methadone" 2.5.
TOO_LITTLE = 1.5
PLAIN_WORD = 0.4

Weighed = list[tuple[float, Set[int]]]
"""What each word of a question weighs, and the places of the articles that use it."""

_NONE: frozenset[int] = frozenset()


class Vocabulary:
    """The words of each article, in the order of `articles`."""

    def __init__(self, articles: Sequence[Article]) -> None:
        written: list[frozenset[str]] = []
        folded: list[frozenset[str]] = []
        self._users: defaultdict[str, set[int]] = defaultdict(set)
        self._bare_users: defaultdict[str, set[int]] = defaultdict(set)
        for place, article in enumerate(articles):
            texts = [words_of(text) for text in (article.title, article.short, *article.ask)]
            every = {word for words in texts for word in words}
            written.append(frozenset(every))
            folded.append(frozenset(map(fold, every)))
            for word in every.union(folded[-1]):
                self._users[word].add(place)
            for word in {w for words in texts if all(map(str.isascii, words)) for w in words}:
                self._bare_users[word].add(place)
        self._weights = {**_weights(written), **_weights(folded)}
        self._unknown = math.log(2 * len(articles) + 2)

    def weigh(self, words: Sequence[str]) -> Weighed:
        """What each word of a question weighs. Numbers and words of courtesy are left out."""
        return [
            (self._weight(word), self._who_uses(word))
            for word in dict.fromkeys(words)
            if word not in COURTESY and not word.isnumeric()
        ]

    def _who_uses(self, word: str) -> Set[int]:
        """The places of the articles that use `word`: a word typed with accents must stand there
        with the same, or in a paraphrase without any."""
        users = self._users.get(word, _NONE)
        if word.isascii():
            return users
        return users | self._bare_users.get(fold(word), _NONE)

    def _weight(self, word: str) -> float:
        known = self._weights.get(word)
        if known is None:
            return self._unknown * (PLAIN_WORD if fold(word) in PLAIN else 1.0)
        return known * (PLAIN_WORD if word in PLAIN else 1.0)


def share(weighed: Weighed, place: int) -> float:
    """How much of a question, 0 to 1 by weight, the article at `place` speaks of.

    It is 0 for a question that weighs too little to tell its subject.
    """
    every = sum([weight for weight, _ in weighed])
    if every < TOO_LITTLE:
        return 0.0
    return sum([weight for weight, users in weighed if place in users]) / every


def says_too_little(weighed: Weighed) -> bool:
    """Whether a question is nothing to search for: no word, or one that many articles use."""
    return not weighed or (len(weighed) == 1 and weighed[0][0] < TOO_LITTLE)


def _weights(used: Sequence[frozenset[str]]) -> dict[str, float]:
    """How telling each word is: the fewer articles use it, the more."""
    holders = Counter(word for words in used for word in words)
    return {
        word: math.log(1 + (len(used) - having + 0.5) / (having + 0.5))
        for word, having in holders.items()
    }
