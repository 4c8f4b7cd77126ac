"""What lowers a finding, how far it reaches, and who is meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.danger.rules import Finding, Reading
from bot.danger.words import REACH, STOP, bare

Person = Literal["self", "other", "unclear"]

_SUFFERS = ("bi5", "bi")
_NEVER = ("giơ1", "gio", "tưng1", "tung", "hê1", "he")
_CALLS = ("ơi", "oi")
_SPOUSES = ("chông1", "chong", "vơ5", "vo")
_PARENTS = ("me5", "me", "ba", "bô2", "bo", "cha", "ma2", "ma")

_GREETS = ("chao1", "chao", "ơn", "on", "thưa", "thua", "da5", "da", "alo", "hello", "hi", "hey")
_ADDRESSED = (
    "ban5",
    "ban",
    "anh",
    "chi5",
    "chi",
    "cô",
    "co",
    "chu2",
    "chu",
    "bac2",
    "bac",
    "thây1",
)

_Places = Mapping[int, Sequence[int]]
"""The ends of a phrase list by start."""

_NEAR = 2
_STORY_REACH = 10
_SAYS_WITHIN = 8


@dataclass(frozen=True)
class Named:
    """Someone named in words [at, to); `passive` where a verb or preposition before makes them the
    one something is done to or said of."""

    at: int
    to: int
    who: Person
    passive: bool
    spouse: bool


def lowered(findings: Sequence[Finding], reading: Reading) -> list[Finding]:
    """`findings` after negation, past, story and question. Nothing goes below "soft".

    A denial holds for all that was found in the same words. What states means, a time or a place
    (`firm`) is lowered only where a film or the news tells it of somebody else.
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
    if finding.level != "soft" and _told(finding, reading):
        return replace(finding, level="soft", lowered_by="story")
    if not _may_sink(finding):
        return finding
    start, end = reading.words.sentence(finding.start)
    if reading.occurs("past", start, min(end, finding.end + 3)):
        if reading.occurs("recovered", 0, len(reading.words.forms)):
            return replace(finding, level="soft", lowered_by="past")
        if finding.level == "emergency":
            return replace(finding, level="urgent", lowered_by="past")
        return finding
    if finding.rule.general and reading.occurs("supposed", start, finding.start):
        return replace(finding, level="soft", lowered_by="supposed")
    return finding


def _negated(finding: Finding, reading: Reading) -> bool:
    """A denial right before the words found, with no comma between, and nobody named between unless
    it is a "never" (chưa bao giờ em nghĩ ...)."""
    words = reading.words
    me = reading.raw.places(reading.book.me)
    first = max(0, finding.start - _NEAR - 4)
    for start, end in reading.occurs("negated", first, finding.start + 1):
        between = range(end, finding.start)
        if start >= finding.start or len(between) > _NEAR:
            continue
        if words.commas.intersection(range(end, finding.start + 1)):
            continue
        if STOP in words.forms[start : finding.start]:
            continue
        if words.forms[end - 1] in _NEVER or not any(at in me for at in between):
            return True
    return False


def _told(finding: Finding, reading: Reading) -> bool:
    """A film, a book or the news stands shortly before or after, and nobody says "I" in between."""
    start, end = reading.words.sentence(finding.start)
    stories = reading.occurs("story", start, end)
    if not stories:
        return False
    me = {one.at for one in people_in(reading, start, end) if one.who == "self"}
    for at, to in stories:
        before = to <= finding.start <= to + _STORY_REACH
        after = finding.end <= at <= finding.end + _STORY_REACH // 2
        between = range(to, finding.end) if before else range(finding.start, at)
        if (before or after) and not me.intersection(between):
            return True
    return False


def whom(finding: Finding, reading: Reading) -> Person:
    """Who is in danger: for most classes the one named last before the key words, unless what stands
    there is only reported (con tôi nhắn: con đi đây); for violence at home and against children the
    one it is done to. Where a sentence names nobody, whoever was named last before it."""
    start, end = reading.words.sentence(finding.start)
    people = people_in(reading, start, end)
    if finding.rule.whose == "object":
        return _victim(finding, reading, people)
    before = [one for one in people if one.at <= finding.start]
    if not before:
        before = [one for one in people if one.at < finding.end][:1]
    if not before:
        before = people_in(reading, max(0, start - REACH), start)[-1:] or people
    if not before:
        own = finding.rule.label in ("suicide", "self_harm") or finding.rule.whose == "self"
        return "self" if own else "unclear"
    acting = [one for one in before if not one.passive] or before
    if finding.rule.label == "violence_threat":
        return acting[-1].who if acting[-1].at == finding.start else acting[0].who
    return "other" if _reported(acting, reading) else acting[-1].who


def named(reading: Reading) -> list[str]:
    """Who is named in a text, as signs: in what order, how often, and by what name first, last and as
    the one something is done to."""
    forms = reading.words.forms
    people = people_in(reading, 0, len(forms))
    if not people:
        return ["nobody"]
    acting = [one.who for one in people if not one.passive]
    order = "".join(f"{one.who[0]}{'p' if one.passive else ''}" for one in people[:4])
    often = [min(2, sum(one.who == who for one in people)) for who in ("self", "other")]
    calls = [" ".join(map(bare, forms[one.at : one.to])) for one in people]
    return [
        f"order {order}",
        f"often {often[0]} {often[1]}",
        f"first {people[0].who}",
        f"last {people[-1].who}",
        f"begins {people[0].who if people[0].at == 0 else ''}",
        *[f"acts {who}" for who in acting[:1]],
        *[f"acts last {who}" for who in acting[-1:]],
        f"first {calls[0]}",
        f"last {calls[-1]}",
        *[
            f"{'suffers' if one.passive else 'is'} {call}"
            for one, call in zip(people, calls, strict=True)
        ],
    ]


def _reported(acting: Sequence[Named], reading: Reading) -> bool:
    """Whether the "I" named last is somebody else's, whose words these are."""
    others = [one for one in acting if one.who == "other"]
    if acting[-1].who == "other" or not others:
        return False
    return any(
        reading.occurs("reported", one.to, min(one.to + _SAYS_WITHIN, acting[-1].at))
        for one in others
    )


def _victim(finding: Finding, reading: Reading, people: Sequence[Named]) -> Person:
    start, _ = reading.words.sentence(finding.start)
    suffered = [at for at in range(start, finding.end) if reading.words.forms[at] in _SUFFERS]
    if suffered:
        before = [one for one in people if one.at < suffered[-1] and not one.passive]
        return before[-1].who if before else "self"
    if finding.rule.label == "child_abuse" and any(one.spouse for one in people):
        return "other"
    doer = next((one for one in people if one.at >= finding.start), None)
    if finding.rule.label == "domestic_violence" and (doer is None or doer.at != finding.start):
        return "self" if any(one.who == "self" for one in people) else "unclear"
    after = [one for one in people if finding.start < one.at < finding.end + 3]
    if any(one.who == "self" for one in after):
        return "self"
    if after and doer is not None and _is_child(doer, reading):
        return "self" if reading.words.forms[after[-1].at] in _PARENTS else "other"
    if after:
        return "other"
    return "self" if any(one.who == "self" for one in people) or not people else "unclear"


def _is_child(named: Named, reading: Reading) -> bool:
    return reading.words.forms[named.at] in ("con", "chau", "châu2")


def people_in(reading: Reading, start: int, end: int) -> list[Named]:
    """Who is named between words `start` and `end`, in order. The longer name wins (con tôi over
    con), and whose somebody is belongs to the name (bạn cùng trọ của em). No name runs across a
    comma, and whoever is greeted or thanked is spoken to, not of (chào bạn em ...)."""
    me = reading.raw.places(reading.book.me)
    kin = reading.raw.places(reading.book.kin)
    nobody = reading.raw.places(reading.book.modify["nobody"])
    links = reading.raw.places(reading.book.modify["linking"])
    objects = {to for _, to in reading.occurs("object", start, end)}
    people: list[Named] = []
    free = start
    for at in sorted(at for at in {*me, *kin, *nobody} if start <= at < end):
        if at < free or _addressed(reading.words.forms, at):
            continue
        own = max(_unbroken(me, at, reading), default=at)
        other = max(_unbroken(kin, at, reading), default=at)
        free = max(own, other, at + 1)
        if at in nobody and max(nobody[at]) >= free:
            free = max(nobody[at])
        elif max(own, other) > at:
            if other > own:
                free = _with_whose(me, links, free, reading)
            who: Person = "other" if other > own else "self"
            if free == len(reading.words.forms) or reading.words.forms[free] not in _CALLS:
                spouse = reading.words.forms[at] in _SPOUSES
                people.append(Named(at, free, who, at in objects, spouse))
    return people


def _with_whose(me: _Places, links: _Places, to: int, reading: Reading) -> int:
    """The end of a name that ends at `to`, with whose they are (bạn cùng trọ của em)."""
    whose = to
    while whose in links:
        whose = max(links[whose])
    if reading.words.commas.intersection(range(to, whose + 1)):
        return to
    return max(_unbroken(me, whose, reading), default=to)


def _addressed(forms: Sequence[str], at: int) -> bool:
    """Whether whoever is named here is greeted; a bare "da" is dạ only where a sentence begins."""
    if at == 0 or forms[at] not in _ADDRESSED or forms[at - 1] not in _GREETS:
        return False
    return forms[at - 1] != "da" or at == 1 or forms[at - 2] == STOP


def _unbroken(places: _Places, at: int, reading: Reading) -> Sequence[int]:
    commas, ends = reading.words.commas, places.get(at, ())
    if not commas or not ends:
        return ends
    return [to for to in ends if not commas.intersection(range(at + 1, to))]
