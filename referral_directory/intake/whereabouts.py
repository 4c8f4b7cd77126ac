"""Names of administrative units in a file, old ones too, as today's commune and province. Pure.

Unlike `places.Gazetteer`, which listens to people, this reads cells that say which level they name: a
row whose commune is not certain is refused with the choices, never guessed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from referral_directory import place_words as pw
from referral_directory.mentions import of_kind
from referral_directory.spelling import agreement, name_key, name_sound, tokens
from referral_directory.units import Commune, Level, Unit, Units

_MOST_CHOICES = 8
_MOST_KNOWN = 20_000
_KINDS = sorted(((name_key(kind), kind) for kind in pw.KINDS), key=lambda one: -len(one[0]))


class BadPlace(ValueError):
    """No certain unit of today; `column` is the cell to mend and the message says how."""

    def __init__(self, column: str, reason: str) -> None:
        self.column = column
        super().__init__(reason)


@dataclass(frozen=True)
class Named:
    """What cells say about where a place is; "" where nothing."""

    commune: str = ""
    district: str = ""
    province: str = ""

    def __bool__(self) -> bool:
        return bool(self.commune or self.district or self.province)


@dataclass(frozen=True)
class Whereabouts:
    """Today's codes, `commune_code` "" where only the province is known; the former units named; and a
    note where an old name was turned into a new one. `choices` are the communes it may be."""

    commune_code: str
    province_code: str
    former_unit: str = ""
    note: str = ""
    choices: str = ""


class Register:
    """Finds units by the names in cells; slow to make. Several threads may ask it at once."""

    def __init__(self, units: Units) -> None:
        self._units = units
        self._by_name: dict[tuple[Level, tuple[str, ...]], list[Unit]] = defaultdict(list)
        for unit in units.named:
            for name in (unit.name, *_other_names(unit)):
                self._by_name[unit.level, name_key(name)].append(unit)
        self._known: dict[Named, Whereabouts | BadPlace] = {}

    def find(self, named: Named) -> Whereabouts:
        """The one place these names mean.

        Raises:
            BadPlace: there is no such unit, or there are several.
        """
        found = self._known.get(named)
        if found is None:
            try:
                found = self._find(named)
            except BadPlace as error:
                found = BadPlace(error.column, str(error))
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[named] = found
        if isinstance(found, BadPlace):
            raise BadPlace(found.column, str(found))
        return found

    def units_named(self, text: str, level: Level) -> list[Unit]:
        """The units of this level that `text` as a whole names, of the kind it says if it says one."""
        kind, name = _split_kind(text)
        may_be = kind is not None and level in pw.KINDS[kind]
        if kind and may_be and (found := self._agreeing(name, level)):
            return list(of_kind(found, kind))
        return [] if kind and not may_be else self._agreeing(text, level)

    def has_kind(self, text: str, level: Level) -> bool:
        """Whether `text` says with a word like "xã" that it names a unit of this level."""
        kind, name = _split_kind(text)
        return bool(name) and kind is not None and level in pw.KINDS[kind]

    def _agreeing(self, name: str, level: Level) -> list[Unit]:
        written = tokens(name)
        by_fit: dict[str, list[Unit]] = defaultdict(list)
        for unit in self._by_name.get((level, tuple(one.key for one in written)), ()):
            sounds = [name_sound(one) for one in (unit.name, *_other_names(unit))]
            fits = {agreement(written, one) for one in sounds if len(one) == len(written)}
            for fit in ("exact", "close", "plain"):
                if fit in fits:
                    by_fit[fit].append(unit)
                    break
        return by_fit["exact"] or by_fit["close"] or by_fit["plain"]

    def _find(self, named: Named) -> Whereabouts:
        provinces = self._provinces(named.province)
        districts = self._districts(named, provinces)
        if not named.commune:
            return self._without_commune(provinces, districts)
        found = [
            unit
            for unit in self.units_named(named.commune, "commune")
            if _lies_in(unit, provinces) and (not districts or _shares(unit, districts))
        ]
        old_times = bool(districts) or (provinces and all(one.former for one in provinces))
        today = [unit for unit in found if not unit.former]
        former = [unit for unit in found if unit.former]
        if districts:
            found = former or today
        elif not old_times:
            found = today or former
        communes = {unit.commune.code: unit for unit in reversed(found) if unit.commune}
        if len(communes) != 1:
            raise BadPlace("commune", _unclear(named, list(communes.values())))
        (unit,) = communes.values()
        assert unit.commune is not None
        old = [unit.title] if unit.former else []
        return _told(unit.commune, [*old, *_old_titles(unit, provinces, districts)])

    def _provinces(self, text: str) -> list[Unit]:
        if not text:
            return []
        if not (found := self.units_named(text, "province")):
            raise BadPlace("province", f"không có tỉnh, thành phố “{text}”")
        return [unit for unit in found if not unit.former] or found

    def _districts(self, named: Named, provinces: Sequence[Unit]) -> list[Unit]:
        if not named.district:
            return []
        found = [
            unit
            for unit in self.units_named(named.district, "district")
            if _lies_in(unit, provinces)
        ]
        if not found:
            at = f" ở {named.province}" if named.province else ""
            raise BadPlace("district", f"không có huyện, quận “{named.district}”{at}")
        return found

    def _without_commune(self, provinces: Sequence[Unit], districts: Sequence[Unit]) -> Whereabouts:
        codes = {unit.province.code for unit in districts or provinces}
        if len(codes) > 1 or len({unit.old_provinces for unit in districts}) > 1:
            homes = ((one.title, old) for one in districts for old in sorted(one.old_provinces))
            shown = "; ".join(f"{title}, {old}" for title, old in homes)
            raise BadPlace("district", f"nhiều nơi cùng tên: {shown}; hãy ghi thêm tỉnh")
        if not codes:
            return Whereabouts("", "")
        unit = (districts or provinces)[0]
        old = _old_titles(unit, provinces, districts)
        note = f"tên cũ “{', '.join(old)}” nay thuộc {unit.province.title}" if old else ""
        choices = _choices(self._within(districts)) if districts else ""
        return Whereabouts("", unit.province.code, ", ".join(old), note, choices)

    def _within(self, districts: Sequence[Unit]) -> list[Unit]:
        return [
            unit
            for unit in self._units.named
            if unit.level == "commune" and not unit.former and _shares(unit, districts)
        ]


def _lies_in(unit: Unit, provinces: Sequence[Unit]) -> bool:
    return not provinces or any(
        unit.province.code == home.province.code
        and (not home.former or bool(unit.old_provinces & home.old_provinces))
        for home in provinces
    )


def _shares(unit: Unit, districts: Sequence[Unit]) -> bool:
    """Whether it lay, in part at least, in one of these former districts."""
    return any(
        bool(unit.old_districts & home.old_districts)
        and bool(unit.old_provinces & home.old_provinces)
        for home in districts
    )


def _old_titles(unit: Unit, provinces: Sequence[Unit], districts: Sequence[Unit]) -> list[str]:
    """The former district and province that were named and `unit` lay in."""
    home = next((one for one in districts if _shares(unit, [one]) or one is unit), None)
    old = next((one for one in provinces if one.former), None)
    titles = [home.title] if home else []
    if old:
        titles.append(old.title)
    elif home and home.old_provinces:
        titles += [one for one in home.old_provinces if one != home.province.title]
    return titles


def _told(commune: Commune, old: Sequence[str]) -> Whereabouts:
    note = ""
    if old:
        note = f"tên cũ “{', '.join(old)}” nay là {commune.title}, {commune.province.title}"
    return Whereabouts(commune.code, commune.province.code, ", ".join(old), note)


def _unclear(named: Named, units: Sequence[Unit]) -> str:
    said = ", ".join(part for part in (named.commune, named.district, named.province) if part)
    if not units:
        return f"không thấy xã, phường “{said}”; hãy ghi tên hiện nay hoặc Mã xã, phường"
    return f"“{said}” có thể là: {_choices(units)}; hãy ghi Mã xã, phường hoặc thêm huyện cũ, tỉnh"


def _choices(units: Iterable[Unit]) -> str:
    told = list(dict.fromkeys(
        f"{unit.commune.title}, {unit.province.title} (mã {unit.commune.code})"
        for unit in units
        if unit.commune
    ))  # fmt: skip
    more = "…" if len(told) > _MOST_CHOICES else ""
    return "; ".join(told[:_MOST_CHOICES]) + more


def _other_names(unit: Unit) -> list[str]:
    names = [unit.name.replace("'", "")] if "'" in unit.name else []
    return [*names, *pw.ABBREVIATIONS.get(unit.name, ())] if unit.level == "province" else names


def _split_kind(text: str) -> tuple[str | None, str]:
    """The word for the kind of unit that `text` begins with, and the rest."""
    written = tokens(text)
    keys = tuple(one.key for one in written)
    for key, kind in _KINDS:
        begins = keys[: len(key)] == key and len(keys) > len(key)
        if begins and agreement(written[: len(key)], name_sound(kind)) in ("exact", "plain"):
            return kind, text[written[len(key)].start :]
    return None, text


_BEFORE_A_KIND = re.compile(
    r"\s+(?=(?:phường|xã|thị trấn|huyện|quận|thị xã|thành phố|tỉnh|tp\.?|p\.|q\.|tx\.?|tt\.|h\.)\s*[^\W_])",
    re.IGNORECASE,
)
_PARTS = re.compile(r"\s*[,;\n]\s*|\s+[-–]\s+")


def split_address(address: str, register: Register, known: Named) -> tuple[str, Named]:
    """The street, and the units named at the end of an address; `known` is what other cells say."""
    parts = [part.strip(" .-–") for part in _PARTS.split(_BEFORE_A_KIND.sub(", ", address))]
    parts = [part for part in parts if part]
    if parts and name_key(parts[-1]) == ("viet", "nam"):
        parts.pop()
    found: dict[Level, str] = {}
    for level in ("province", "district", "commune"):
        if parts and _is_named(parts[-1], level, register, known, found, len(parts) == 1):
            found[level] = parts.pop()
    if not found:
        return address, Named()
    street = ", ".join(parts)
    return street, Named(
        found.get("commune", ""), found.get("district", ""), found.get("province", "")
    )


def _is_named(
    part: str, level: Level, register: Register, known: Named, found: dict[Level, str], only: bool
) -> bool:
    units = register.units_named(part, level)
    if not units:
        return False
    if register.has_kind(part, level):
        return True
    if level == "province":
        return not only
    wider = bool(found) or bool(known.province or known.district)
    return wider and not only
