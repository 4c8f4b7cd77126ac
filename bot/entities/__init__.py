"""Who, what and where a message speaks of: places, substances, ages, and whom it is about.

One reading for accented text, text without accents and teencode; nothing here needs Rasa.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.entities.ages import find_ages
from bot.entities.people import find_people
from bot.entities.places import find_places
from bot.entities.reading import read
from bot.entities.substances import find_substances
from referral_directory.places import Gazetteer

KINDS = ("province", "commune", "former_district", "substance", "age", "relation")
LONGEST_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class Entity:
    """One thing a message names.

    `kind` is one of KINDS. `value` is comparable: today's province or commune without its kind, a
    former district with its kind, a substance's or relation's id, an age in years. `text` is how it
    was written: `start` and `end` are its offsets in the text as `bot.understand.clean` leaves it.
    """

    kind: str
    value: str
    text: str
    start: int
    end: int


def find(text: str, gazetteer: Gazetteer, today: date) -> tuple[Entity, ...]:
    """What `text` names, in the order it comes; a long text is read up to LONGEST_TEXT characters.

    Args:
        text: as the person wrote it.
        gazetteer: knows the places.
        today: makes an age of a year of birth.
    """
    reading = read(text[:LONGEST_TEXT])
    drugs = find_substances(reading)
    spans = [("substance", *span) for span in drugs if span[0] != "other"]
    spans += [("age", *span) for span in find_ages(reading, today)]
    spans += [("relation", *span) for span in find_people(reading, drugs)]
    words = reading.words
    placed = [
        (kind, value, words[first].start, words[last - 1].end) for kind, value, first, last in spans
    ]
    placed += find_places(reading.text, gazetteer)
    found = [
        Entity(kind, value, reading.text[start:end], start, end)
        for kind, value, start, end in placed
    ]
    return tuple(sorted(found, key=lambda entity: (entity.start, KINDS.index(entity.kind))))
