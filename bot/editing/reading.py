"""How hard a text is to read: a measure of our own for Vietnamese, meant for grade 6 (11 years).

Vietnamese is written syllable by syllable, so what is counted is syllables, not words:

- the average length of a sentence in syllables, at most AVERAGE;
- the longest sentence, at most LONGEST;
- the share of syllables of seven letters or more, at most HARD_SHARE. Of Vietnamese syllables only
  "nghiêng" is that long: what is longer is a foreign or a technical word.

A sentence ends at a full stop, question or exclamation mark, colon, semicolon or line end. The limits
are a rule of thumb, not a tested scale.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

AVERAGE = 22.0
LONGEST = 45
HARD_SHARE = 0.08

_END = re.compile(r"(?<=[.!?;:…])\s+|\n+")
_SYLLABLE = re.compile(r"[^\W\d_]+")
_HARD_LETTERS = 7


@dataclass(frozen=True)
class Reading:
    """`average` and `longest` are syllables a sentence; `hard` is a share from 0 to 1."""

    average: float
    longest: int
    hard: float

    def is_plain(self) -> bool:
        """Whether a reader of grade 6 should manage."""
        return self.average <= AVERAGE and self.longest <= LONGEST and self.hard <= HARD_SHARE


def read(text: str) -> Reading:
    """The measure of `text`; a text without letters reads as nothing."""
    sentences = [found for part in _END.split(text) if (found := _SYLLABLE.findall(part))]
    syllables = [syllable for sentence in sentences for syllable in sentence]
    if not syllables:
        return Reading(0.0, 0, 0.0)
    hard = sum(len(syllable) >= _HARD_LETTERS for syllable in syllables)
    return Reading(
        average=len(syllables) / len(sentences),
        longest=max(map(len, sentences)),
        hard=hard / len(syllables),
    )
