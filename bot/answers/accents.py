"""Accents given back to text typed without them, by what stands in our own articles.

For the sentence vectors only: they read "cai" and "cái" as different words, and hardly know bare
text. What is shown, stored or judged elsewhere stays as it was typed.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from bot.answers.words import words_of
from bot.understand import fold

# Measured on the accented questions of tests/bot/search_dev.yml, their accents taken off: 0.92 of
# the syllables come back right.
_MOST_ACCENTED = 0.35
_LEAST_ACCENTED = 0.4
_OF_THREE, _OF_TWO, _OF_ONE = 0.55, 0.35, 0.1
_READINGS_KEPT = 12
_FLOOR = 1e-7

# How people speak of themselves and theirs; the articles hardly do.
_EVERYDAY = """
tôi muốn hỏi, cho tôi hỏi, chồng tôi, vợ tôi, con tôi, con gái tôi, con trai tôi, nhà tôi, mẹ tôi
bạn tôi, anh tôi, em tôi, em trai tôi, em gái tôi, ba tôi, bố tôi, cháu tôi, của tôi, tôi phải làm gì
tôi bị, tôi sợ, tôi lo, tôi đã, tôi không biết, tôi mới, tôi vừa, với tôi, cho tôi, tôi tên là
anh ấy, chị ấy, cô ấy, ông ấy, bà ấy, anh chị, em chào anh chị ạ, dạ em cảm ơn ạ, chị ơi, anh ơi
bạn bè, bạn em, bạn gái, bạn trai, người yêu em, thằng bạn, mấy đứa bạn, tụi nó, tụi bạn em, đứa em
hôm nay, hôm qua, hôm trước, sáng nay, tối qua, năm nay, ba ngày nay, mỗi tối, mỗi ngày, đêm nào cũng
vậy ạ, vậy thì sao, như vậy, phải không ạ, được không ạ, ở đâu vậy, thế nào ạ, bao lâu vậy, rồi ạ
cứ như vậy, lúc nào cũng, chẳng biết, chẳng ai, không ai, hết rồi, nữa không, đâu ạ, mãi không được
"""


def is_bare(words: Sequence[str]) -> bool:
    """Whether `words` were typed (mostly) without accents. No word at all is not."""
    return bool(words) and _accented_share(words) <= _MOST_ACCENTED


class Accents:
    """A model of three syllables in a row, counted on the accented ones of `texts`."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._single: Counter[str] = Counter()
        self._pairs: Counter[tuple[str, str]] = Counter()
        self._triples: Counter[tuple[str, str, str]] = Counter()
        for text in (*texts, _EVERYDAY):
            for line in text.splitlines():
                words = words_of(line)
                if words and _accented_share(words) >= _LEAST_ACCENTED:
                    self._count(words)
        self._every = max(self._single.total(), 1)
        self._readings: defaultdict[str, list[str]] = defaultdict(list)
        for word in self._single:
            self._readings[fold(word)].append(word)

    def restore(self, words: Sequence[str]) -> list[str]:
        """`words` with the likeliest accents where they are bare; as they are where they are not.

        A syllable that the texts do not have stays as it is, and so does one that has accents.
        """
        if not is_bare(words):
            return list(words)
        ways: list[tuple[float, tuple[str, ...]]] = [(0.0, ("", ""))]
        for word in words:
            readings = self._readings.get(word) if word.isascii() else None
            ways = heapq.nlargest(
                _READINGS_KEPT,
                [
                    (likely + self._log(way[-2], way[-1], reading), (*way, reading))
                    for likely, way in ways
                    for reading in readings or (word,)
                ],
            )
        return list(max(ways)[1][2:])

    def _count(self, words: list[str]) -> None:
        row = ["", "", *words]
        self._single.update(words)
        self._pairs.update(pairwise(row[1:]))
        self._triples.update(zip(row, row[1:], row[2:], strict=False))
        self._pairs["", ""] += 1
        self._single[""] += 1

    def _log(self, first: str, second: str, word: str) -> float:
        """The logarithm of how likely `word` is after the two before it."""
        before = self._pairs[first, second]
        three = self._triples[first, second, word] / before if before else 0.0
        seen = self._single[second]
        two = self._pairs[second, word] / seen if seen else 0.0
        one = self._single[word] / self._every
        return math.log(_OF_THREE * three + _OF_TWO * two + _OF_ONE * one + _FLOOR)


def _accented_share(words: Sequence[str]) -> float:
    return sum(not word.isascii() for word in words) / len(words)
