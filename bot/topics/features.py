"""What the classifier sees of a message: words, neighbours and pieces of words, with and without
accents side by side, so that one model reads both ways of writing."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from itertools import pairwise

from bot.answers.words import words_of
from bot.understand import fold

FOLDED, WRITTEN, PIECES = "f", "w", "p"
KINDS = (FOLDED, WRITTEN, PIECES)


def features(text: str) -> dict[str, Counter[str]]:
    """The features of `text`, counted, by kind: folded words and up to three neighbours, written
    words and pairs of them, and pieces of three to five characters of the folded words."""
    words = words_of(text)
    folded = [fold(word) for word in words]
    pairs = [f"{one} {two}" for one, two in pairwise(folded)]
    threes = [f"{pair} {third}" for pair, third in zip(pairs, folded[2:], strict=False)]
    written = [f"{one} {two}" for one, two in pairwise(words)]
    return {
        FOLDED: Counter([*folded, *pairs, *threes]),
        WRITTEN: Counter([*words, *written]),
        PIECES: Counter([piece for word in folded for piece in _pieces(word)]),
    }


@lru_cache(maxsize=4096)
def _pieces(word: str) -> tuple[str, ...]:
    """A word with its ends marked, in pieces; a short one whole. Kept for common words."""
    held = f" {word} "
    sizes = [size for size in (3, 4, 5) if size < len(held)]
    pieces = [held[at : at + size] for size in sizes for at in range(len(held) - size + 1)]
    return (*pieces, held) if len(held) <= 5 else tuple(pieces)
