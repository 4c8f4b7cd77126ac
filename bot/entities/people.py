"""Whom a question is about: the writer, or somebody of theirs. Pure.

Every word for somebody is a mention; a mention counts where a trouble follows it before another
person does ("con tôi hay bị bạn rủ hút cỏ": the child). Where no mention has a trouble, those count
that do nothing but be named.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from itertools import pairwise
from typing import Literal

from bot.entities.reading import Reading, Word
from bot.entities.somebody import Somebody, begins_clause, everybody, never_size, people_words

_REACH = 12
Span = tuple[str, int, int]


def find_people(reading: Reading, substances: Sequence[Span] = ()) -> list[Span]:
    """(relation, first word, word after the last) of those the message is about.

    "self" is the writer, where they tell of their own use or trouble. Each relation comes once.

    Args:
        reading: the message.
        substances: those it names.
    """
    words = reading.words
    named = list(everybody(reading))
    chosen = [one for one in named if one.role == "person" and _asked_for(words, one)]
    troubled = _troubled(reading, named, {start for _, start, _ in substances})
    if not chosen:
        chosen = troubled
    if not chosen:
        chosen = _slip(reading, named) or [
            one for one in named if one.role == "person" and not _acts(words, one)
        ]
    first: dict[str, Somebody] = {}
    for one in sorted(chosen, key=lambda one: one.start):
        first.setdefault(one.relation, one)
    return [(one.relation, one.start, one.end) for one in first.values()]


def _asked_for(words: Sequence[Word], one: Somebody) -> bool:
    """ "hỏi giùm bạn em", "xin cho con trai": the question is about them, whatever follows."""
    return bool(people_words().words["asks_for"].ending(words, one.start)[1])


def _troubled(reading: Reading, named: Sequence[Somebody], drugs: Set[int]) -> list[Somebody]:
    """Those whom a trouble follows before anybody else is named."""
    words = reading.words
    found: list[Somebody] = []
    last: Somebody | None = None
    for place, one in enumerate(named):
        if one.role == "person":
            last = one
        then = named[place + 1] if place + 1 < len(named) else None
        trouble = _trouble(reading, one, then.start if then else len(words), drugs)
        if trouble is None:
            continue
        if trouble == "given" and then is not None and then.role == "person":
            found.append(then)
        elif one.role == "he" and last is not None:
            found.append(last)
        elif one.role in ("person", "writer"):
            found.append(one)
    return found + _joined(words, named, found)


def _joined(
    words: Sequence[Word], named: Sequence[Somebody], found: Sequence[Somebody]
) -> list[Somebody]:
    """Those named together with one of `found`: "em với chồng em đều chơi"."""
    return [
        one
        for one, then in pairwise(named)
        if then in found
        and one.role in ("person", "writer")
        and one not in found
        and [word.bare for word in words[one.end : then.start]] in (["voi"], ["va"], ["cung"])
    ]


def _trouble(
    reading: Reading, one: Somebody, limit: int, drugs: Set[int]
) -> Literal["own", "given"] | None:
    """Whether a trouble follows `one` before `limit`: their own, or given to the next ("cai cho")."""
    known, words, strict = people_words().words, reading.words, reading.accented
    suffers = False
    at = one.end
    while at < min(limit, one.end + _REACH):
        size = 0 if never_size(reading, at) else _trouble_size(reading, at, drugs)
        if size and not _denied(words, at, strict):
            end = at + size
            gives = end < len(words) and words[end].bare == "cho" and end + 1 >= limit
            return "given" if gives else "own"
        suffers = suffers or bool(known["passive"].at(words, at)[1])
        if not suffers and not size and _breaks(words, at, strict):
            return None
        at += max(size, never_size(reading, at), 1)
    return None


def _trouble_size(reading: Reading, at: int, drugs: Set[int]) -> int:
    known, words = people_words().words, reading.words
    size = known["troubles"].at(words, at, reading.accented)[1]
    if size:
        return size
    sure = reading.accented or not drugs.isdisjoint(range(at, at + 4))
    return known["troubles_exact"].at(words, at, reading.accented)[1] if sure else 0


def _breaks(words: Sequence[Word], at: int, strict: bool) -> bool:
    known = people_words().words
    plain, exact = known["breaks"], known["breaks_exact"]
    return bool(plain.at(words, at, strict)[1] or (strict and exact.at(words, at, True)[1]))


def _denied(words: Sequence[Word], at: int, strict: bool) -> bool:
    """ "không chơi" is denied; "không chơi nữa" tells of earlier use."""
    if not people_words().words["denials"].ending(words, at, strict)[1]:
        return False
    return not any(word.bare == "nua" for word in words[at : at + 4])


def _slip(reading: Reading, named: Sequence[Somebody]) -> list[Somebody]:
    """The writer who names nobody: "lỡ hút cỏ", "đang cai mà thèm quá"."""
    if any(one.role == "person" or one.role == "other" for one in named):
        return []
    known, words, strict = people_words().words, reading.words, reading.accented
    for at in range(len(words)):
        size = known["slips"].at(words, at, strict)[1]
        end = at + size
        if (
            size
            and begins_clause(words, at)
            and end < len(words)
            and known["troubles"].at(words, end, strict)[1]
        ):
            return [Somebody("writer", "self", at, end)]
    return []


def _acts(words: Sequence[Word], one: Somebody) -> bool:
    """Whether they only do something to the writer, or stand aside: "vợ bỏ", "em mới cưới vợ"."""
    known = people_words().words
    if known["aside"].ending(words, one.start)[1]:
        return True
    return one.end < len(words) and bool(known["acts_on"].at(words, one.end)[1])
