"""Places people name in free text, as today's administrative units.

Since 01/07/2025 Viet Nam has 34 provinces and no districts (Resolution 202/2025/QH15), but people
go on using the old names; each found place says what it is today and which old name was used.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from referral_directory import place_words as pw
from referral_directory.evidence import (
    Sentence,
    counts_something,
    is_everyday,
    may_stand_beside,
    weigh,
)
from referral_directory.mentions import Mention, Names, of_kind, read_kind
from referral_directory.spelling import name_key, tokens
from referral_directory.units import Commune, Unit, Units, load_units

_LONGEST_TEXT = 2_000
_MOST_MENTIONS = 8  # nobody names more in earnest, and each pair is compared


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
                short = "".join(word[0] for word in name_key(unit.name))
                self._initials[short].append(unit)

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
        sentence, mentions = self._read(text)
        return _places(sentence, _admit(sentence, mentions))

    def from_answer(self, text: str) -> list[Place]:
        """The places in a short answer to "where are you?".

        Looser than `find`: the bare name is enough if nothing else is said beside it, and so are a
        province's initials ("bđ"), which may stand for several.
        """
        sentence, mentions = self._read(text)
        admitted = _admit(sentence, mentions)
        if not admitted:
            admitted = _whole_answer(sentence, mentions)
        if admitted:
            return _places(sentence, admitted)
        rest = [token.key for token in sentence.written if token.sound not in pw.FILLERS]
        units = self._initials.get(rest[0], []) if len(rest) == 1 and len(rest[0]) > 1 else []
        return list(dict.fromkeys(_place(unit) for unit in units))

    def _read(self, text: str) -> tuple[Sentence, list[Mention]]:
        composed = unicodedata.normalize("NFC", text[:_LONGEST_TEXT])
        sentence = Sentence.of(composed, tokens(composed))
        found = []
        for start in range(len(sentence.written)):
            for mention in self._names.at(sentence.written, start):
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


def _admit(sentence: Sentence, mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions that count, without overlaps, in the order of the text."""
    admitted = _apart([mention for mention in mentions if mention.evidence])
    admitted = _apart([*admitted, *_pairs(sentence, mentions)])
    # Twice: a ward stands beside its district, which stands beside its province.
    for _ in range(2):
        beside = [
            replace(mention, units=units, evidence="beside")
            for mention in mentions
            if mention.evidence is None and may_stand_beside(sentence, mention)
            for units in [_beside(sentence, mention, admitted)]
            if units
        ]
        admitted = _apart([*admitted, *beside])
    return admitted


def _pairs(sentence: Sentence, mentions: Sequence[Mention]) -> list[Mention]:
    """Names followed by a province that each alone would be too weak: "cai rang can tho"."""
    weak = [mention for mention in mentions if mention.evidence is None]
    found = []
    for home in weak:
        provinces = tuple(unit for unit in home.units if unit.level == "province")
        for mention in weak if provinces else ():
            units = _within(mention.units, provinces)
            known = any(unit.level == "district" or not unit.former for unit in units)
            if mention.end == home.start and known and may_stand_beside(sentence, mention):
                found.append(replace(home, units=provinces, evidence="province"))
                found.append(replace(mention, units=units, evidence="beside"))
    return found


def _apart(mentions: Iterable[Mention]) -> list[Mention]:
    kept: list[Mention] = []
    for mention in sorted(mentions, key=lambda m: m.rank, reverse=True):
        inside = next((k for k in kept if mention.start <= k.start and k.end <= mention.end), None)
        if inside and mention.rank[1] > inside.rank[1] and mention.evidence == "cue":
            kept = [k for k in kept if not (mention.start <= k.start and k.end <= mention.end)]
        if all(mention.end <= k.start or k.end <= mention.start for k in kept):
            kept.append(mention)
    return sorted(kept, key=lambda m: m.start)


def _beside(sentence: Sentence, mention: Mention, admitted: Sequence[Mention]) -> tuple[Unit, ...]:
    for other in admitted:
        if other.level == "commune":
            continue
        follows = mention.end == other.start
        leads = other.end == mention.start and "," in sentence.gap(other.end - 1, mention.start)
        if follows or leads:
            units = _within(mention.units, other.units)
            if units:
                return units
    return ()


def _within(units: Sequence[Unit], homes: Sequence[Unit]) -> tuple[Unit, ...]:
    """Those of `units` that lie in one of `homes`, by the old borders where the home is former."""
    inside = []
    for unit in units:
        for home in homes:
            if unit.level == "province" or unit.province != home.province or unit is home:
                continue
            if home.level == "district":
                if unit.level == "commune" and home.old_districts & unit.old_districts:
                    inside.append(unit)
            elif not home.former or home.old_provinces & unit.old_provinces:
                inside.append(unit)
    return tuple(dict.fromkeys(inside))


def _places(sentence: Sentence, mentions: Sequence[Mention]) -> list[Place]:
    """What the admitted mentions mean together: finer units placed in the wider ones named."""
    mentions = mentions[:_MOST_MENTIONS]
    used: set[int] = set()
    meant: list[tuple[Mention, tuple[Unit, ...]]] = []
    for mention in sorted(mentions, key=lambda m: m.level != "commune"):
        units = mention.units
        wider = [m for m in mentions if m is not mention and _is_wider(m, mention)]
        for home in sorted(wider, key=lambda m: (m.level == "province", _distance(m, mention))):
            inside = _within(units, home.units)
            if inside:
                units = inside
                used.add(home.start)
        meant.append((mention, units))
    chosen = [(m, units) for m, units in meant if m.start not in used and not _is_vague(m, units)]
    chosen.sort(key=lambda pair: (-pair[0].rank[0], pair[0].start))
    found = [_place(unit) for _, units in chosen for unit in _foremost(units)]
    unique: dict[tuple[str | None, str], Place] = {}
    for place in found:
        unique.setdefault((place.commune_code, place.commune_code or place.name), place)
    return list(unique.values())


def _is_wider(home: Mention, mention: Mention) -> bool:
    order = ("province", "district", "commune")
    if order.index(home.level) < order.index(mention.level):
        return True
    return home.level == mention.level == "district" and any(
        unit.level == "commune" for unit in mention.units
    )


def _distance(home: Mention, mention: Mention) -> tuple[int, bool]:
    follows = home.start >= mention.end
    return (home.start - mention.end if follows else mention.start - home.end, not follows)


def _is_vague(mention: Mention, units: Sequence[Unit]) -> bool:
    """Whether it is only a number that dozens of former wards share."""
    return all(unit.name.isdigit() for unit in units) and len(units) > 3


def _foremost(units: Sequence[Unit]) -> list[Unit]:
    """Today's communes and former districts before former wards, which lose to them.

    A former district gives way to a commune of its name in its province: near "Cai Lậy" there were
    a town and a district.
    """
    wide = [unit for unit in units if unit.level == "province"]
    known = [unit for unit in units if not unit.former or unit.level == "district"]
    kept = {unit.province.code for unit in known if unit.commune}
    known = [unit for unit in known if unit.commune or unit.province.code not in kept]
    return wide or sorted(known, key=lambda unit: unit.former) or list(units)


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


def _whole_answer(sentence: Sentence, mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions that, with polite words, make up the whole answer; none where more is said."""
    loose = [
        replace(mention, evidence="answer")
        for mention in mentions
        if not is_everyday(sentence, mention) and not sentence.key(mention)[0].isdigit()
    ]
    kept = _apart(loose)
    covered = {at for mention in kept for at in range(mention.start, mention.end)}
    rest = [t for at, t in enumerate(sentence.written) if at not in covered]
    return kept if kept and all(token.sound in pw.FILLERS for token in rest) else []
