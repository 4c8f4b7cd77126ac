"""What a short reply to an offered choice means, in every way Vietnamese people type it. Pure.

Only whole replies are recognised, never words inside a sentence: a question or a story is not an
answer. Typing without diacritics is understood; where it could mean two things it means neither
("dung" is đúng, yes, or dừng, stop).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import groupby

from bot.understand import fold, nfc

_WORD = re.compile(r"[^\W_]+")


class Choices:
    """The meanings on offer and the words for each.

    Args:
        words: meaning → phrases, written with diacritics.
        spellings: a word → other ways of writing it ("không" → "ko", "k").
        before, after: words of courtesy that change nothing around a phrase.
    """

    def __init__(
        self,
        words: Mapping[str, Iterable[str]],
        spellings: Mapping[str, Iterable[str]],
        before: Iterable[str],
        after: Iterable[str],
    ) -> None:
        self._phrases: dict[str, list[tuple[list[str], str]]] = {}
        for meaning, phrases in words.items():
            for phrase in phrases:
                tokens = _WORD.findall(nfc(phrase).lower())
                self._phrases.setdefault(fold(" ".join(tokens)), []).append((tokens, meaning))
        self._spellings = {
            nfc(written): nfc(word) for word, ways in spellings.items() for written in ways
        }
        self._before = [nfc(word) for word in before]
        self._after = [nfc(word) for word in after]

    def meaning(self, text: str) -> str | None:
        """The one meaning `text` has here, or None: no short answer, a question, or ambiguous."""
        if "?" in text:
            return None
        return self._find(self._written(text)) or self._find(self.words(text))

    def without_courtesy(self, text: str) -> str:
        """`text` folded, lower case, without punctuation and the words of courtesy around it."""
        tokens = self.words(text)
        while tokens and _any_same(tokens[0], self._before):
            tokens = tokens[1:]
        while tokens and _any_same(tokens[-1], self._after):
            tokens = tokens[:-1]
        return fold(" ".join(tokens))

    def words(self, text: str) -> list[str]:
        """`text` as words: lower case, stretched letters and known spellings put right, and a word
        that is said again at once left out."""
        return [word for word, _ in groupby(self._written(text))]

    def _written(self, text: str) -> list[str]:
        words = (_unstretched(written) for written in _WORD.findall(nfc(text).lower()))
        return [self._spellings.get(word, word) for word in words]

    def _find(self, tokens: list[str]) -> str | None:
        """The meaning of `tokens`, with as little courtesy taken off as possible."""
        most_before = _run(tokens, self._before)
        most_after = _run(tokens[::-1], self._after)
        tries = sorted((b + a, b, a) for b in range(most_before + 1) for a in range(most_after + 1))
        for _, cut_before, cut_after in tries:
            part = tokens[cut_before : len(tokens) - cut_after]
            found = {
                meaning
                for phrase, meaning in self._phrases.get(fold(" ".join(part)), [])
                if all(_same(given, word) for given, word in zip(part, phrase, strict=True))
            }
            if found:
                return found.pop() if len(found) == 1 else None
        return None


def _same(given: str, word: str) -> bool:
    """Whether `given` is `word`, or is it without any diacritics: "cỏ" is not "có"."""
    return given in (word, fold(word))


def _any_same(given: str, words: Iterable[str]) -> bool:
    return any(_same(given, word) for word in words)


def _run(tokens: list[str], words: Iterable[str]) -> int:
    """How many of the first `tokens` are all among `words`."""
    known = list(words)
    count = 0
    while count < len(tokens) and _any_same(tokens[count], known):
        count += 1
    return count


def _unstretched(word: str) -> str:
    """`word` with a letter written three times or more written once: "cóooo" is "có".

    A word of one letter only stays ("kkkk" is laughter, not "k"), and so does a number.
    """
    if any(char.isdigit() for char in word):
        return word
    runs = ["".join(run) for _, run in groupby(word, key=fold)]
    if len(runs) == 1:
        return word
    return "".join(run if len(run) < 3 else run[0] for run in runs)


def yes_or_no(text: str) -> str | None:
    """ "yes" or "no" for a bare answer to a question just put, with whatever politeness; else None.

    A longer text that begins with a yes counts as yes ("dạ có em nghĩ tới hoài"): where danger was
    asked about, that is the side to err on.
    """
    words = [word for word in _WORD.findall(fold(nfc(text)).lower()) if word not in _POLITE]
    if not words:
        return None
    if words[0] in _YES:
        return "yes"
    return "no" if len(words) <= 3 and words[0] in _NO else None


_POLITE = frozenset({"da", "a", "em", "e", "minh", "toi", "tui", "con", "chau", "thi", "oi"})
_YES = frozenset({"co", "uh", "u", "uk", "um", "vang", "dung", "yes", "roi"})
_NO = frozenset({"khong", "ko", "k", "kh", "hong", "hok", "chua", "no"})
