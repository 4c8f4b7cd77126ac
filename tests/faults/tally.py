"""What became of a conversation in the storm: lost, out of order, doubled. Pure, tested by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields

MAY_DOUBLE = frozenset({"worker", "database", "platform"})
"""Faults after which one message may reach a person twice: each can fall between a platform's accept
and our mark."""


@dataclass
class Told:
    """A text that reached a person; `at` in seconds of the monotonic clock. `heard` is False where
    who sent it had hung up before the platform could say that it was accepted."""

    text: str
    at: float
    heard: bool = True


@dataclass(frozen=True)
class Fault:
    """What was killed or cut off, from when until it had come back (seconds, monotonic)."""

    what: str
    began: float
    ended: float


@dataclass(frozen=True)
class Conversation:
    """What a person `sent`, what the transcript has `stored` of it, what it says they were answered
    (`said`, as texts on their channel), what they were really `told`, and the questions that nothing
    they were told answers."""

    sent: Sequence[str]
    stored: Sequence[str]
    said: Sequence[str]
    told: Sequence[Told]
    unanswered: Sequence[str] = ()
    to_human: int = 0


@dataclass(frozen=True)
class Tally:
    """Counts of one conversation or many. `unexplained` are the duplicates that no fault explains,
    and messages of a person that were stored twice."""

    conversations: int = 0
    sent: int = 0
    lost: int = 0
    unanswered: int = 0
    to_human: int = 0
    told: int = 0
    never_told: int = 0
    out_of_order: int = 0
    duplicates: int = 0
    unexplained: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Tally)))

    @property
    def good(self) -> bool:
        return not (
            self.lost or self.unanswered or self.never_told or self.out_of_order or self.unexplained
        )


@dataclass
class _Walk:
    """One walk through what a person was told, along what they should have been."""

    said: Sequence[str]
    place: int = 0
    doubled: list[tuple[Told, Told]] = field(default_factory=list)
    astray: int = 0

    def step(self, told: Told, before: Told | None) -> None:
        if told.text in self.said[self.place :]:
            self.place = self.said.index(told.text, self.place) + 1
        elif before is not None and told.text == before.text:
            self.doubled.append((before, told))
        else:
            self.astray += 1


def count(talk: Conversation, faults: Sequence[Fault]) -> Tally:
    """What became of one conversation.

    A duplicate is the same text again right after itself; it is explained where nobody heard that
    the first was accepted, or by a fault of MAY_DOUBLE that falls between the two, and a fault
    explains one of a conversation. Anything else that comes
    after what it should have come before is out of order.
    """
    stored, missing = Counter(talk.stored), Counter(talk.sent)
    missing.subtract(stored)
    walk, before = _Walk(talk.said), None
    for told in talk.told:
        walk.step(told, before)
        before = told
    shuffled = [text for text in talk.sent if text in stored] != list(dict.fromkeys(talk.stored))
    return Tally(
        conversations=1,
        sent=len(talk.sent),
        lost=sum(number for number in missing.values() if number > 0),
        unanswered=len(talk.unanswered),
        to_human=talk.to_human,
        told=len(talk.told),
        never_told=(Counter(talk.said) - Counter(one.text for one in talk.told)).total(),
        out_of_order=int(shuffled or walk.astray > 0),
        duplicates=len(walk.doubled),
        unexplained=_unexplained(walk.doubled, faults)
        + sum(-number for number in missing.values() if number < 0),
    )


def _unexplained(doubled: Sequence[tuple[Told, Told]], faults: Sequence[Fault]) -> int:
    left = [fault for fault in faults if fault.what in MAY_DOUBLE]
    number = 0
    for first, second in doubled:
        if not first.heard:
            continue
        why = next((one for one in left if one.began <= second.at and one.ended >= first.at), None)
        if why is None:
            number += 1
        else:
            left.remove(why)
    return number
