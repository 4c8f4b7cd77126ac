"""Places people name in free text, as today's administrative units.

Since 01/07/2025 Viet Nam has 34 provinces and no districts (Resolution 202/2025/QH15), but people
go on using the old names; each found place says what it is today and which old name was used.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from referral_directory import place_words as pw
from referral_directory.evidence import weigh
from referral_directory.meant import admit, meant, whole_answer
from referral_directory.mentions import Mention, of_kind, read_kind
from referral_directory.names import Names, is_run_together
from referral_directory.sentences import Sentence, cue_before
from referral_directory.spelling import Token, name_key, spell, tokens
from referral_directory.standing import counts_something
from referral_directory.units import Commune, Unit, Units, load_units

_LONGEST_TEXT = 2_000


@dataclass(frozen=True)
class Place:
    """One of today's units, or the area of a former one.

    `name` has its kind: "xã Long Hồ", "tỉnh Vĩnh Long"; a former district without a commune of its
    name is "quận 8 (cũ)". `province` is "tỉnh Vĩnh Long". Coordinates are degrees, WGS 84: the
    centre of the commune, or of the whole area where `commune_code` is None. `former` is the old
    unit the person named, "huyện Long Hồ". `code` brings the place back (`Gazetteer.by_code`).
    """

    code: str
    name: str
    province: str
    commune_code: str | None
    province_code: str
    latitude: float
    longitude: float
    former: str | None = None

    @property
    def title(self) -> str:
        """What tells it from the others in a list of choices: the name, the former one where that
        was meant, and the province: "phường Nam Nha Trang (phường Phước Long cũ), tỉnh Khánh Hòa".
        """
        name = self.name
        if self.former and self.commune_code and not _same_name(name, self.former):
            name = f"{name} ({self.former} cũ)"
        elif self.former and not self.commune_code and not name.endswith("(cũ)"):
            name = f"{self.former} (cũ)"
        return name if name == self.province else f"{name}, {self.province}"


def _same_name(name: str, former: str) -> bool:
    return "".join(name_key(name)).endswith("".join(name_key(former.split(" ")[-1])))


class Gazetteer:
    """Finds places in text. Load it once; it is read-only and safe to share."""

    def __init__(self, units: Units) -> None:
        self._units = units
        self._names = Names(units.named)
        self._by_code = {
            unit.code: unit for unit in units.named if unit.level != "commune" or not unit.former
        }
        self._initials: dict[str, list[Unit]] = defaultdict(list)
        for unit in units.named:
            if unit.level == "province":
                self._initials["".join(word[0] for word in name_key(unit.name))].append(unit)

    @classmethod
    def load(cls) -> Gazetteer:
        """The gazetteer of the installed administrative data; takes about half a second."""
        return cls(load_units())

    def commune(self, code: str) -> Commune | None:
        """Today's commune with this five-digit code."""
        return self._units.communes.get(code)

    def communes(self) -> Iterable[Commune]:
        """All of today's communes."""
        return self._units.communes.values()

    def province_title(self, code: str) -> str | None:
        """ "tỉnh Vĩnh Long" for the code of one of today's provinces."""
        province = self._units.provinces.get(code)
        return province.title if province else None

    def by_code(self, code: str) -> Place | None:
        """The place with this `Place.code`; None for an unknown one."""
        unit = self._by_code.get(code)
        return _place(unit) if unit else None

    def find(self, text: str) -> list[Place]:
        """The places a sentence names, best first; empty where it names none.

        Several places mean that the name is ambiguous ("Tân Phú") or that several were named.
        """
        return self._heard(text, is_answer=False)

    def from_answer(self, text: str) -> list[Place]:
        """The places in a short answer to "where are you?".

        Looser than `find`: the bare name is enough if nothing else is said beside it, and so are a
        province's initials ("bđ"), which may stand for several.
        """
        return self._heard(text, is_answer=True)

    def _heard(self, text: str, *, is_answer: bool) -> list[Place]:
        sentence, mentions = self._read(text)
        admitted = admit(sentence, mentions)
        if not admitted:
            slips = [weigh(sentence, slip) for slip in self._slips(sentence)]
            admitted = admit(sentence, [*mentions, *slips])
        if not admitted and is_answer:
            admitted = whole_answer(sentence, mentions)
        if admitted:
            return _unique(_place(unit) for unit in meant(sentence, admitted))
        rest = [token for token in sentence.written if token.sound not in pw.FILLERS]
        return self._from_initials(rest[0]) if is_answer and len(rest) == 1 else []

    def _slips(self, sentence: Sentence) -> Iterator[Mention]:
        for start in range(len(sentence.written)):
            if cue_before(sentence, start) == "strong":
                yield from self._names.slipped(sentence.written, start)

    def _from_initials(self, token: Token) -> list[Place]:
        units = [
            unit
            for unit in self._initials.get(token.key, ())
            if "\u0335" not in token.sound or token.sound == _initials(unit)
        ]
        return _unique(_place(unit) for unit in units)

    def _read(self, text: str) -> tuple[Sentence, list[Mention]]:
        composed = unicodedata.normalize("NFC", text[:_LONGEST_TEXT])
        sentence = Sentence.of(composed, tokens(composed))
        found = []
        for start in range(len(sentence.written)):
            names = self._names.at(sentence.written, start, is_plain=sentence.is_plain)
            if not names and is_run_together(sentence.written[start].key):
                names = self._names.slipped(sentence.written[: start + 1], start)
            for mention in names:
                found += [weigh(sentence, seen) for seen in _readings(sentence, mention)]
        return sentence, found


def _readings(sentence: Sentence, mention: Mention) -> Iterator[Mention]:
    """The mention with its written kind, and without."""
    if counts_something(sentence, mention):
        return
    kind = read_kind(sentence.written, mention.name_at, sentence.text)
    if kind is not None:
        units = of_kind(mention.units, kind[1])
        if units:
            yield replace(mention, start=kind[0], units=units, kind=kind[1])
            return
    yield mention


def _place(unit: Unit) -> Place:
    if unit.commune is not None:
        name, code = unit.commune.title, unit.commune.code
    elif unit.level == "province":
        name, code = unit.province.title, None
    else:
        name, code = f"{unit.title} (cũ)", None
    return Place(
        code=code or unit.code,
        name=name,
        province=unit.province.title,
        commune_code=code,
        province_code=unit.province.code,
        latitude=unit.commune.latitude if unit.commune else unit.latitude,
        longitude=unit.commune.longitude if unit.commune else unit.longitude,
        former=unit.title if unit.former else None,
    )


def _unique(places: Iterable[Place]) -> list[Place]:
    unique: dict[tuple[str | None, str], Place] = {}
    for place in places:
        unique.setdefault((place.commune_code, place.commune_code or place.name), place)
    return list(unique.values())


def _initials(unit: Unit) -> str:
    """The initials of a unit's name as `Token.sound` has them: "bđ" keeps its bar."""
    return spell("".join(word[0] for word in unit.name.split()))[1]
