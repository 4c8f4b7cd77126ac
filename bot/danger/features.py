"""What the classifier sees of a text: words and pieces of words, with and without accents side by
side, their neighbours, and which rules spoke."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import chain, pairwise

from bot.danger.words import bare


def features(forms: Sequence[str], rules: Collection[str]) -> set[str]:
    """All features of a text in canonical forms for which the rules named in `rules` spoke."""
    return {*chain.from_iterable(map(of_word, forms)), *of_neighbours(forms), *of_rules(rules)}


def of_word(form: str) -> Iterable[str]:
    """A word as written, without accents, and in pieces of three and four letters with its ends."""
    folded = bare(form)
    held = f"_{folded}_"
    pieces = (held[at : at + size] for size in (3, 4) for at in range(len(held) - size + 1))
    return (f"={form}", folded, *pieces)


def of_neighbours(forms: Sequence[str]) -> Iterable[str]:
    """Two and three words in a row, without accents: those written tell no more than words alone do."""
    folded = [bare(form) for form in forms]
    pairs = [f"{one} {two}" for one, two in pairwise(folded)]
    threes = [f"{pair} {third}" for pair, third in zip(pairs, folded[2:], strict=False)]
    return (*pairs, *threes)


def of_rules(rules: Collection[str]) -> Iterable[str]:
    return (f"#{name}" for name in rules)
