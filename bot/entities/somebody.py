"""Everybody a message names: relatives and others, the writer, and "he" or "she". Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
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
_YOUNG = frozenset(
    ["con be", "con nho", "con nhoc", "thang be", "thang nho", "thang cu", "thang nhoc", "dua nho"]
)
_NAMES = frozenset(["thang", "con", "be", "cu", "nhoc", "ut"])
_NO_NAMES = frozenset(["cho", "meo", "heo", "lon", "ga", "vit", "trau", "bo", "xe", "duong", "ban"])
_HIRES = frozenset(["nhan", "muon", "thue", "tuyen"])
_HIRERS = frozenset(
    ["muon", "tinh", "dinh", "nho", "toi", "tui", "em", "minh", "nen", "dang", "se"]
)
_HIRED = frozenset(
    [
        "anh",
        "dua",
        "chau",
        "nguoi",
        "chu",
        "thang",
        "em",
        "ban",
        "ba",
        "hai",
        "bon",
        "may",
        "vai",
        "mot",
    ]
)
_AFTER_CARE = frozenset(["cai", "trai", "tu", "nghien"])
_ELDER_WRITERS = frozenset(["tui", "tôi"])
_ADDRESSING = frozenset(["da", "thua", "nho", "chao", "on"])
_TITLES = frozenset(["co", "chu", "bac", "anh", "chi", "di"])
_ASKS = frozenset(["hoi", "xin", "muon", "can"])
_ANYBODY_AFTER = frozenset(["neu", "khi", "luc", "luan"])
_GRANDPARENTS = frozenset(["ong ba", "ba ngoai", "ba noi", "ong noi", "ong ngoai", "me gia"])
_YOUNGER = frozenset(["em", "con", "chau"])
_GIVEN = frozenset(["bao", "tien", "di", "moi", "uong", "an", "vao", "vo", "nghi", "hoc", "khoi"])
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
    hired = _hired(words, at)
    if hired:
        return hired
    never = never_size(reading, at)
    if never and size <= never:
        return None
    if size and not _is_no_relation(reading, at, size):
        end = at + size
        owned = end < len(words) and not words[end].parted
        end += known.words["first_person"].at(words, end, strict)[1] if owned else 0
        return Somebody("person", relation, at, end)
    at_home = _named_at_home(words, at) or _harmed_child(words, at)
    if at_home:
        return at_home
    other, others = known.words["others"].at(words, at, strict)
    if not strict and others == 1 and words[at].bare in known.alone:
        other, others = "", 0
    he = known.words["anaphora"].at(words, at, strict)[1]
    if he and he >= others and others and not _says_only(words, at):
        return Somebody("he", "", at, at + he)
    bare = _bare_relative(reading, at)
    if bare:
        return bare
    size = known.words["first_person"].at(words, at, strict)[1]
    if size and _is_writer(words, at, size, strict):
        role: Role = "he" if size == 1 and _is_younger(reading, at) else "writer"
        return Somebody(role, "" if role == "he" else "self", at, at + size)
    return Somebody("other", "", at, at + others) if other else None


def begins_clause(words: Sequence[Word], at: int) -> bool:
    """Whether the text begins at `at`, or a part of it after a punctuation mark."""
    return at == 0 or words[at].parted


def is_young(words: Sequence[Word], one: Somebody) -> bool:
    """Whether `one` is called as only the young are ("con bé", "thằng nhỏ")."""
    return " ".join(word.bare for word in words[one.start : one.end]) in _YOUNG


def _hired(words: Sequence[Word], at: int) -> Somebody | None:
    """ "muốn nhận mấy đứa mới ra trại": whom an employer takes on."""
    if words[at].bare not in _HIRED or at < 2 or words[at - 1].bare not in _HIRES:
        return None
    hirer = words[at - 2].bare in _HIRERS
    tells = any(word.bare in _AFTER_CARE for word in words[at + 1 : at + 9])
    size = 3 if [word.bare for word in words[at + 1 : at + 3]] == ["anh", "em"] else 1
    return Somebody("person", "employee", at, at + size) if hirer and tells else None


def _named_at_home(words: Sequence[Word], at: int) -> Somebody | None:
    """ "thằng Tèo nhà tui": the writer's child, by whatever name."""
    if words[at].bare not in _NAMES or len(words) < at + 4 or words[at + 2].bare != "nha":
        return None
    if words[at + 1].bare in _NO_NAMES or any(word.parted for word in words[at + 1 : at + 4]):
        return None
    owner = people_words().words["first_person"].at(words, at + 3)[1]
    return Somebody("person", "child", at, at + 3 + owner) if owner else None


def _harmed_child(words: Sequence[Word], at: int) -> Somebody | None:
    """ "ảnh hưởng tới con nhỏ": a child without whose it is."""
    ends = {word.bare for word in words[max(0, at - 2) : at]}
    if words[at].bare != "con" or "huong" not in ends:
        return None
    return Somebody("person", "child", at, at + 1)


def _says_only(words: Sequence[Word], at: int) -> bool:
    """ "con chỉ muốn": "only", not "she", right after whoever it tells of."""
    return bool(
        at
        and words[at].bare == "chi"
        and not words[at].parted
        and people_words().words["first_person"].ending(words, at)[1]
    )


def _is_younger(reading: Reading, at: int) -> bool:
    """Whether "em" or "con" is somebody younger: the writer calls themselves "tôi"."""
    words = reading.words
    return (
        reading.accented
        and words[at].bare in _YOUNGER
        and any(word.form in _ELDER_WRITERS for word in words)
    )


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
    after = words[at + 2].bare if at + 2 < len(words) else ""
    if before in _ADDRESSING and size == 2 and words[at].bare in _TITLES and after in _ASKS:
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
    own = bool(at and words[at - 1].form == "co2" and not words[at].parted)
    if not size or (not own and at + 1 < len(words) and words[at + 1].bare in _NOT_OF_CHILD):
        return None
    pairs = (f"{one.bare} {then.bare}" for one, then in pairwise(words))
    if words[at].bare == "chau" and not _GRANDPARENTS.isdisjoint(pairs):
        relation = "grandchild"
    if at and words[at - 1].bare == "cho" and not words[at].parted:
        given = at + size < len(words) and words[at + size].bare in _GIVEN
        return Somebody("person", relation, at, at + size) if given else None
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
    anybody = at and words[at].bare == "minh" and words[at - 1].bare in _ANYBODY_AFTER
    if (before or anybody) and not words[at].parted:
        return False
    after = at + size
    return after >= len(words) or not known.words["first_not_after"].at(words, after, strict)[1]
