"""Is anyone in danger? Judged on every text before anything else, with nothing else up.

Over the text itself: no network, no database, no model server. Rules OR a trained classifier: either
speaks. What the rules look for is data in `content/danger.yml`; how a pattern is matched is in
`patterns`, what lowers a finding and who is meant in `scope`; what the classifier learnt from is in
`content/said/`. Modifiers only ever lower, never silence (doi:10.1038/s41598-018-25773-2): a
denial of suicide still earns one caring question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from bot.danger.classifier import trained
from bot.danger.rules import Finding, Reading, rulebook
from bot.danger.scope import lowered, named, whom
from bot.danger.words import Words, accented, spelled
from bot.understand import clean, expand

Label = Literal[
    "none",
    "suicide",
    "self_harm",
    "overdose",
    "withdrawal_emergency",
    "violence_threat",
    "domestic_violence",
    "child_abuse",
    "acute_psychosis",
]
Level = Literal["emergency", "urgent", "soft", "none"]
Person = Literal["self", "other", "unclear"]

LABELS: tuple[str, ...] = get_args(Label)
LEVELS: tuple[str, ...] = ("none", "soft", "urgent", "emergency")
"""From the mildest to the gravest."""

FEWEST = 4
"""Of fewer words the classifier knows too little ("rồi", "không ai"); the rules alone read them."""
_FIRST = (
    "suicide",
    "withdrawal_emergency",
    "overdose",
    "acute_psychosis",
    "child_abuse",
    "domestic_violence",
    "self_harm",
    "violence_threat",
)


@dataclass(frozen=True)
class Danger:
    """What was found. `why` names the rules that fired (never the person's words); a rule that was
    lowered has the reason after a colon. `person` is who is in danger: the one who writes, another,
    or unclear; for violence_threat, who threatens."""

    label: Label
    level: Level
    person: Person
    why: tuple[str, ...]


NO_DANGER = Danger("none", "none", "unclear", ())


def judge(text: str) -> Danger:
    """The gravest danger in `text`, which may be any string of any length, as the rules and the
    classifier find it: whichever hears more is believed. Which danger it is, and whose, the classifier
    tells where it hears any: on voices that were left out it was right about the class in 0.87 of what
    rules had found too, they in 0.72; about the person in 0.83 and 0.73.

    Never raises. Accents, case, short forms, hidden characters and stretched letters make no
    difference; time is linear in the length.
    """
    reading = _read(text)
    findings = _find(reading)
    hinted = _gravest(findings, reading)
    classifier = trained()
    forms = reading.forms
    if classifier is None or len(forms) < FEWEST:
        return hinted
    heard = classifier.hear(forms, _signs(hinted, reading))
    left = [_left(found, heard.at_most) for found in findings if not found.rule.hint]
    if heard.level == "none":
        return _gravest(left, reading)
    level = max([heard.level, *(found.level for found in left)], key=LEVELS.index)
    why = (f"heard.{heard.label}", *hinted.why)
    by_rule = hinted.person != "unclear" and not heard.sure_of_person
    person = hinted.person if by_rule else heard.person
    return Danger(heard.label, level, person, why)  # type: ignore[arg-type]


def seen(text: str) -> tuple[Sequence[str], Sequence[str]]:
    """What the classifier is shown of `text`: its canonical forms, and the signs read from them."""
    reading = _read(text)
    return reading.forms, _signs(_gravest(_find(reading), reading), reading)


def _read(text: str) -> Reading:
    book = rulebook()
    raw = spelled(clean(text).replace("\n", " . "))
    return Reading.of(Words.of(expand(raw), book.own, accented(raw)), book)


def _find(reading: Reading) -> list[Finding]:
    return lowered(reading.book.find(reading), reading)


def _left(found: Finding, most: str) -> Finding:
    """What a rule found, no graver than the classifier leaves it: on voices that were left out, what it
    hears nothing of was no danger 19 times in 20. One level more where means, time or place are
    named; never nothing."""
    level = LEVELS[min(LEVELS.index(most) + found.rule.firm, LEVELS.index("emergency"))]
    if LEVELS.index(found.level) <= LEVELS.index(level):
        return found
    return replace(found, level=level, lowered_by="unheard")


def _gravest(findings: Sequence[Finding], reading: Reading) -> Danger:
    if not findings:
        return NO_DANGER
    best = max(findings, key=_gravity)
    why = dict.fromkeys(found.name for found in sorted(findings, key=_gravity, reverse=True))
    return Danger(best.rule.label, best.level, whom(best, reading), tuple(why))  # type: ignore[arg-type]


def _signs(ruled: Danger, reading: Reading) -> Sequence[str]:
    """Which rules spoke, what they made of it, and who is named in what order."""
    spoken = (*ruled.why, ruled.level, ruled.label, ruled.person) if ruled.why else ()
    return (*spoken, *named(reading))


def _gravity(found: Finding) -> tuple[int, int, int]:
    """Level, then class; of equals the one that begins last, for it names nearest who is meant."""
    return LEVELS.index(found.level), -_FIRST.index(found.rule.label), found.start
