"""What lowers a finding, how far it reaches, and who is meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from bot.danger.rules import Finding, Reading

_NEAR = 2
_STORY_REACH = 10


def lowered(findings: Sequence[Finding], reading: Reading) -> list[Finding]:
    """`findings` after negation, past, story and question. Nothing goes below "soft".

    A denial holds for all that was found in the same words; what states means, a time or a place
    (`firm`) is never lowered.
    """
    denied = [found for found in findings if _may_sink(found) and _negated(found, reading)]
    return [
        replace(found, level="soft", lowered_by="negated")
        if _may_sink(found) and any(_same_words(found, other) for other in denied)
        else _lowered(found, reading)
        for found in findings
    ]


def _may_sink(found: Finding) -> bool:
    return found.level != "soft" and not found.rule.firm


def _same_words(one: Finding, other: Finding) -> bool:
    return one.rule.label == other.rule.label and one.start < other.end and other.start < one.end


def _lowered(finding: Finding, reading: Reading) -> Finding:
    if not _may_sink(finding):
        return finding
    if _told(finding, reading):
        return replace(finding, level="soft", lowered_by="story")
    start, _ = reading.words.sentence(finding.start)
    if reading.occurs("past", start, finding.end):
        if reading.occurs("recovered", 0, len(reading.words.forms)):
            return replace(finding, level="soft", lowered_by="past")
        if finding.level == "emergency":
            return replace(finding, level="urgent", lowered_by="past")
        return finding
    if finding.rule.asked and reading.occurs("supposed", start, finding.start):
        return replace(finding, level="soft", lowered_by="supposed")
    return finding


def _negated(finding: Finding, reading: Reading) -> bool:
    """A denial right before the words found, with no comma and nobody named between."""
    first = max(0, finding.start - _NEAR - 4)
    me = reading.raw.places(reading.book.me)
    for start, end in reading.occurs("negated", first, finding.start + 1):
        if end > finding.start and start >= finding.start:
            continue
        between = range(end, finding.start)
        if len(between) > _NEAR or any(
            at in reading.words.commas for at in range(end, finding.start + 1)
        ):
            continue
        if "." in reading.words.forms[start : finding.start] or any(at in me for at in between):
            continue
        return True
    return False


def _told(finding: Finding, reading: Reading) -> bool:
    """A film, a book or the news stands shortly before or after, and nobody says "I" in between."""
    start, end = reading.words.sentence(finding.start)
    me = reading.raw.places(reading.book.me)
    for at, to in reading.occurs("story", start, end):
        if to <= finding.start:
            if finding.start - to <= _STORY_REACH and not any(
                i in me for i in range(to, finding.end)
            ):
                return True
        elif at >= finding.end and at - finding.end <= _STORY_REACH // 2:
            if not any(i in me for i in range(finding.start, at)):
                return True
    return False


def whom(finding: Finding, reading: Reading) -> Literal["self", "other", "unclear"]:
    """Who is in danger. The one who does it (for most classes) is named last before the key words;
    for violence at home and against children the one it is done to is named last of all."""
    start, end = reading.words.sentence(finding.start)
    people = _people(reading, start, end)
    if finding.rule.of_object:
        named = [who for at, who in people if at >= finding.start and at < finding.end + 2]
        tail = [who for _, who in people[-1:]]
        return (named[1:] or tail or named or ["unclear"])[-1]
    before = [who for at, who in people if at < finding.end]
    if not before:
        before = [who for _, who in _people(reading, 0, start)[-1:]] or [who for _, who in people]
    if before:
        return before[0] if finding.rule.label == "violence_threat" else before[-1]
    return "self" if finding.rule.label in ("suicide", "self_harm") else "unclear"


def _people(reading: Reading, start: int, end: int) -> list[tuple[int, Literal["self", "other"]]]:
    """Who is named between `start` and `end`, in order; the longer name wins (con tôi over con)."""
    me = reading.raw.places(reading.book.me)
    kin = reading.raw.places(reading.book.kin)
    people: list[tuple[int, Literal["self", "other"]]] = []
    at = start
    while at < end:
        own = max(me.get(at, ()), default=at)
        other = max(kin.get(at, ()), default=at)
        if other > own:
            people.append((at, "other"))
        elif own > at:
            people.append((at, "self"))
        at = max(own, other, at + 1)
    return people
