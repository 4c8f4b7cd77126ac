"""Everybody a message names: relatives and others, the writer, and "he" or "she". Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from bot.entities.lists import load
from bot.entities.reading import Phrases, Reading, Word, phrases
from bot.understand import fold

_NOT_OF_CHILD = frozenset(["nghien", "hoi", "voi", "xin", "so", "nho", "chao", "muon", "cam"])
_OPENERS = frozenset(
    ["nhung", "va", "gio", "khi", "neu", "ma", "thi", "la", "rang",
     "cua", "thay", "qua", "nay", "nha", "do", "voi", "cho", "bi", "giup", "nghi", "vi"]
)  # fmt: skip
_LINKS = ("", "của ", "nhà ", "bên nhà ")
_PLACES = {
    "employee": ("bên ", "quán ", "công ty ", "xưởng ", "tiệm ", "cửa hàng "),
    "pupil": ("lớp ", "trường ", "bên "),
    "neighbour": ("xóm ", "gần nhà ", "cạnh nhà "),
}
_ELDERS = ("anh", "chị", "bác", "cô", "chú")
Role = Literal["person", "writer", "he", "other"]


@dataclass(frozen=True)
class PeopleWords:
    """Words for relations, and lists of other words by their name in entities.yml."""

    relations: Phrases
    never: Phrases
    words: dict[str, Phrases]
    found: Phrases
    for_whom: Phrases
    alone: frozenset[str]
    unsure: frozenset[str]


@dataclass(frozen=True, slots=True)
class Somebody:
    """A stretch of words that names a person: a relation's id, or "self"; "" where unknown."""

    role: Role
    relation: str
    start: int
    end: int


def _relation_phrases(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    owners = data["people"]["owners"]
    for relation, row in data["relations"].items():
        for name in row["alone"]:
            yield name, relation
        for owner in owners:
            for name in row["own"]:
                if name in owners and name != "con" and owner in (*_ELDERS, name):
                    continue
                if name in _ELDERS and owner == "con":
                    continue
                for link in _LINKS + _PLACES.get(relation, ()):
                    yield f"{name} {link}{owner}", relation
            for name in row["house"]:
                yield f"{name} nhà {owner}", relation


@cache
def people_words() -> PeopleWords:
    """The lists of words for people, read once."""
    data = load()
    people = data["people"]
    own = ("never", "found", "for_whom", "bare_alone", "bare_unsure")
    return PeopleWords(
        relations=Phrases(_relation_phrases(data)),
        never=phrases(people["never"]),
        words={part: phrases(people[part]) for part in people if part not in own},
        found=Phrases(people["found"].items()),
        for_whom=Phrases(people["for_whom"].items()),
        alone=frozenset(fold(name) for name in people["bare_alone"]),
        unsure=frozenset(fold(name) for name in people["bare_unsure"]),
    )


def everybody(reading: Reading) -> Iterator[Somebody]:
    """Everybody named, in the order of the text, without overlaps."""
    words = reading.words
    at = 0
    while at < len(words):
        one = _somebody(reading, at)
        if one:
            yield one
        at = max(one.end if one else 0, at + max(1, 0 if one else never_size(reading, at)))


def never_size(reading: Reading, at: int) -> int:
    """How many words at `at` are a phrase that names nobody, whatever words it holds."""
    return people_words().never.at(reading.words, at, reading.accented)[1]


def _somebody(reading: Reading, at: int) -> Somebody | None:
    known, words, strict = people_words(), reading.words, reading.accented
    relation, size = known.relations.at(words, at, strict)
    if words[at].bare == "con" and begins_clause(words, at) and _tells_elders(reading, at):
        return Somebody("writer", "self", at, at + 1)
    never = never_size(reading, at)
    if never and size <= never:
        return None
    if size and not _is_no_relation(reading, at, size):
        end = at + size
        owned = end < len(words) and not words[end].parted
        end += known.words["first_person"].at(words, end, strict)[1] if owned else 0
        return Somebody("person", relation, at, end)
    other, others = known.words["others"].at(words, at, strict)
    if not strict and others == 1 and words[at].bare in known.alone:
        other, others = "", 0
    he = known.words["anaphora"].at(words, at, strict)[1]
    if he and he >= others and others:
        return Somebody("he", "", at, at + he)
    bare = _bare_relative(reading, at)
    if bare:
        return bare
    size = known.words["first_person"].at(words, at, strict)[1]
    if size and _is_writer(words, at, size, strict):
        return Somebody("writer", "self", at, at + size)
    return Somebody("other", "", at, at + others) if other else None


def begins_clause(words: Sequence[Word], at: int) -> bool:
    """Whether the text begins at `at`, or a part of it after a punctuation mark."""
    return at == 0 or words[at].parted


def _tells_elders(reading: Reading, at: int) -> bool:
    """ "con nghiện đá, cô ơi": a young writer, not the ugly word."""
    words = reading.words
    return at + 1 < len(words) and words[at + 1].bare == "nghien" and _any(reading, "elders")


def _is_no_relation(reading: Reading, at: int, size: int) -> bool:
    """ "em là học sinh", "tôi có ba con", and in a bare text "ma em" (mà em): no person of theirs."""
    words, known = reading.words, people_words().words
    before = "" if not at or words[at].parted else words[at - 1].bare
    if before and known["not_before"].ending(words, at, reading.accented)[1]:
        return True
    if before == "la" and known["first_person"].ending(words, at - 1, reading.accented)[1]:
        return True
    if words[at].bare == "ba" and size == 2 and before in {"co", "duoc", "ca"}:
        return True
    exact = any(word.form != word.bare for word in words[at : at + size])
    if reading.accented or exact:
        return False
    if size == 2 and words[at + 1].bare == "co":
        return True
    if size == 1:
        return words[at].bare in people_words().alone
    return bool(words[at].bare in people_words().unsure and before and before not in _OPENERS)


def _bare_relative(reading: Reading, at: int) -> Somebody | None:
    """A child named "con" alone, which is also how the young call themselves: after what a parent
    does ("phát hiện con"), and where the writer calls themselves otherwise. And for whom one asks."""
    known, words = people_words(), reading.words
    relation, size = known.for_whom.at(words, at, reading.accented)
    if size and known.words["asks_for"].ending(words, at)[1]:
        return Somebody("person", relation, at, at + size)
    relation, size = known.found.at(words, at, reading.accented)
    if not size or (at + 1 < len(words) and words[at + 1].bare in _NOT_OF_CHILD):
        return None
    parent = _any(reading, "parents_speak")
    found = known.words["finds"].ending(words, at, reading.accented)[1]
    begins = begins_clause(words, at)
    if (found and (parent or not _any(reading, "elders"))) or (parent and begins):
        return Somebody("person", relation, at, at + size)
    return None


def _any(reading: Reading, part: str) -> bool:
    known, words = people_words().words[part], reading.words
    return any(known.at(words, at, reading.accented)[1] for at in range(len(words)))


def _is_writer(words: Sequence[Word], at: int, size: int, strict: bool) -> bool:
    known = people_words()
    before = known.words["first_not_before"].ending(words, at, strict)[1]
    if before and not words[at].parted:
        return False
    after = at + size
    return after >= len(words) or not known.words["first_not_after"].at(words, after, strict)[1]
