"""How articles and questions are cut into words."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.answers.plain_words import COURTESY
from bot.understand import expand, fold

_WORD = re.compile(r"\w+")


def words_of(text: str) -> list[str]:
    """The words of `text` in lower case, short forms written out, accents kept."""
    return _WORD.findall(expand(text).lower())


def fold_words(words: Iterable[str]) -> list[str]:
    """`words` without accents and, where something else is left, without words of courtesy."""
    words = list(words)
    telling = [word for word in words if word not in COURTESY]
    return [fold(word) for word in telling or words]
