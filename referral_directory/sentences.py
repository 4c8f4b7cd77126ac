"""A sentence and the words of place in it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from referral_directory import place_words as pw
from referral_directory.mentions import Mention
from referral_directory.names import is_syllable
from referral_directory.spelling import Token

_STOPS = ".!?;,\n"


@dataclass(frozen=True)
class Sentence:
    """A text with its words, and whether it is written without diacritics or in capitals only."""

    text: str
    written: Sequence[Token]
    is_plain: bool
    is_shouted: bool

    @classmethod
    def of(cls, text: str, written: Sequence[Token]) -> Sentence:
        """The sentence made of these words of `text`."""
        marked = sum(not token.is_plain for token in written)
        return cls(text, written, marked * 5 < len(written), text.upper() == text)

    def key(self, mention: Mention) -> tuple[str, ...]:
        """The key of the name as written."""
        return tuple(token.key for token in self.written[mention.name_at : mention.end])

    def sound(self, mention: Mention) -> tuple[str, ...]:
        """The sound of the name as written."""
        return tuple(token.sound for token in self.written[mention.name_at : mention.end])

    def sound_at(self, at: int) -> str:
        """The sound of the word there; "" before the first and after the last."""
        return self.written[at].sound if 0 <= at < len(self.written) else ""

    def is_capital(self, mention: Mention) -> bool:
        """Whether every word of the name has a capital, in a text that is not all capitals."""
        span = self.written[mention.name_at : mention.end]
        return not self.is_shouted and all(t.capital or t.key.isdigit() for t in span)

    def is_everyday(self, mention: Mention) -> bool:
        """Whether the name is also an everyday phrase, as written: "tân binh", not "Tân Bình"."""
        if self.key(mention) not in pw.STOP:
            return False
        own = mention.agrees == "exact" and not self.is_plain
        return not own or self.sound(mention) in pw.STOP_SOUNDS

    def is_longer(self, mention: Mention) -> bool:
        """Whether the name goes on beyond the mention: "An Dương" in "An Dương Vương"."""
        at = mention.end
        if not self.is_capital(mention) or at >= len(self.written):
            return False
        return self.written[at].capital and not self.gap(at - 1, at).strip()

    def is_upper(self, mention: Mention) -> bool:
        """Whether the name is in capital letters, in a text that is not."""
        first, last = self.written[mention.name_at], self.written[mention.end - 1]
        return not self.is_shouted and self.text[first.start : last.end].isupper()

    def is_short(self, mention: Mention) -> bool:
        """Whether the name is one word that could be any other: "Lâm", "Thanh", not "Pleiku"."""
        key = self.key(mention)
        return len(key) == 1 and is_syllable(key[0]) and not key[0].isdigit()

    def is_street(self, mention: Mention) -> bool:
        """Whether it is the name of a road, a school or a firm."""
        return stands_before(self, mention.start, pw.STREETS)

    def gap(self, first: int, second: int) -> str:
        """What stands between the tokens `first` and `second`."""
        return self.text[self.written[first].end : self.written[second].start]

    def is_denied(self, start: int) -> bool:
        """Whether "không phải" or "không ở" stands before the token `start`."""
        return stands_before(self, start, pw.DENIALS)

    def speaks_of_home(self, start: int) -> bool:
        """Whether "nhà em", "quê tui" or "chị ơi em" stands before the token `start`."""
        if self.sound_at(start - 1) not in pw.SELF or start >= len(self.written):
            return False
        if self.gap(start - 1, start).strip():
            return False
        return self.sound_at(start - 2) in pw.HOMES

    def tells_former(self, end: int) -> bool:
        """Whether "cũ", "hồi trước" or "nay là" follows the token before `end`."""
        here = self.sound_at(end)
        return here in pw.FORMER or (here, self.sound_at(end + 1)) in pw.FORMER_PHRASES

    def cuts_phrase(self, mention: Mention) -> bool:
        """Whether the name's last word belongs to an everyday phrase: "hòa | an toàn"."""
        last, after = mention.end - 1, mention.end
        if after >= len(self.written) or self.gap(last, after).strip():
            return False
        return (self.written[last].key, self.written[after].key) in pw.STOP


def cue_before(sentence: Sentence, start: int) -> Literal["strong", "weak"] | None:
    """A word of place before token `start`, words like "khu" or "bên" between them allowed."""
    found: Literal["weak"] | None = None
    for at in range(start - 1, max(start - 4, -1), -1):
        gap = sentence.gap(at, at + 1)
        if any(mark in gap for mark in _STOPS):
            return found
        sound = sentence.written[at].sound
        if sound in pw.STRONG_CUES:
            return "strong"
        if sound in pw.WEAK_CUES:
            return "weak"
        if sound not in pw.SOFTENERS:
            return found
        if sound in pw.SIDES and at == start - 1:
            found = "weak"
    return found


def stands_before(sentence: Sentence, start: int, phrases: frozenset[tuple[str, ...]]) -> bool:
    """Whether one of the phrases, of one or two words, ends before token `start`."""
    return any(
        start >= length
        and tuple(t.sound for t in sentence.written[start - length : start]) in phrases
        for length in (1, 2)
    )


def ends_clause(sentence: Sentence, end: int) -> bool:
    """Whether a clause ends before token `end`: there, at a comma, or at "nè", "ạ", "đây"."""
    if end >= len(sentence.written) or sentence.sound_at(end) in pw.PARTICLES:
        return True
    return bool(sentence.gap(end - 1, end).strip(" -"))
