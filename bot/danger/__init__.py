"""Is anyone in danger? Judged on every text before anything else, with nothing else up.

Pure rules over the text itself: no network, no database, no model server. What counts as danger is
data in `content/danger.yml`; how a pattern is matched is in `patterns`, what lowers a finding and who
is meant in `scope`. Modifiers only ever lower, never silence (doi:10.1038/s41598-018-25773-2): a
denial of suicide still earns one caring question.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from bot.danger.rules import Finding, Reading, rulebook
from bot.danger.scope import lowered, whom
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
    """The gravest danger in `text`, which may be any string of any length.

    Never raises. Accents, case, short forms, hidden characters and stretched letters make no
    difference; time is linear in the length.
    """
    book = rulebook()
    raw = spelled(clean(text).replace("\n", " . "))
    reading = Reading.of(Words.of(expand(raw), book.own, accented(raw)), book)
    findings = lowered(book.find(reading), reading)
    if not findings:
        return NO_DANGER
    best = max(findings, key=_gravity)
    why = dict.fromkeys(found.name for found in sorted(findings, key=_gravity, reverse=True))
    return Danger(best.rule.label, best.level, whom(best, reading), tuple(why))  # type: ignore[arg-type]


def _gravity(found: Finding) -> tuple[int, int, int]:
    """Level, then class; of equals the one that begins last, for it names nearest who is meant."""
    return LEVELS.index(found.level), -_FIRST.index(found.rule.label), found.start
