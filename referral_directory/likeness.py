"""How alike two rows of the directory are called. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, islice

from referral_directory.spelling import name_key
from referral_directory.units import Units

_LIKE = 0.6
_SAME_NAME = 0.95
_MOST_WITH_A_WORD = 60
_MOST_COMPARED = 200_000  # about two seconds
_SHORT = {
    "ttyt": "trung tâm y tế",
    "tt": "trung tâm",
    "bv": "bệnh viện",
    "bvdk": "bệnh viện đa khoa",
    "pk": "phòng khám",
    "cs": "cơ sở",
    "cscn": "cơ sở cai nghiện",
    "tyt": "trạm y tế",
    "clb": "câu lạc bộ",
    "ubnd": "ủy ban nhân dân",
    "mmt": "methadone",
}
_OF_THE_KIND = frozenset(
    name_key(
        "cơ sở, trung tâm cai nghiện ma túy, điều trị, điểm, nơi tư vấn, bệnh viện đa khoa, phòng khám, "
        "trạm y tế, methadone, hỗ trợ cộng đồng tại nhà, nhóm, câu lạc bộ đồng đẳng, phòng chống HIV/AIDS, "
        "thuốc thay thế, xác định tình trạng, tâm thần, sức khỏe, giảm hại, trợ giúp pháp lý, nhà nước, "
        "dạy nghề, giáo dục nghề nghiệp, thường xuyên, xã hội, và, cho, của, tỉnh, thành phố, huyện, quận, "
        "thị xã, thị trấn, phường, xã, thôn, ấp, tổ, khu vực, số, Việt Nam, công an, ủy ban nhân dân, "
        "đường dây nóng, tổng đài, người"
    )
)


@dataclass(frozen=True)
class Slight:
    """What of a row is looked at. `commune_code` is "" where only the province is known."""

    key: str
    name: str
    alternate_name: str
    kind: str
    commune_code: str
    province_code: str


@dataclass(frozen=True)
class Pair:
    """Two rows, in the order of their keys, that are likely one place: `why` is the number they share
    or "" where their names are alike. `likeness` of the names is from 0 to 1."""

    first: Slight
    second: Slight
    why: str
    likeness: float

    @property
    def keys(self) -> tuple[str, str]:
        return self.first.key, self.second.key


def like_names(rows: Iterable[Slight], units: Units, most: int) -> list[Pair]:
    """Pairs in one commune whose names are alike, at most `most`, of as many as two seconds let one
    compare. A row whose commune is not known is compared with those of its province that are called
    the same."""
    pairs: list[Pair] = []
    every = (pair for group in _grouped(list(rows)) for pair in _candidates(group, units))
    for first, second in islice(every, _MOST_COMPARED):
        alike = likeness(first, second, units)
        if alike >= _LIKE and (first.kind == second.kind or alike >= _SAME_NAME):
            one, other = sorted((first, second), key=lambda row: row.key)
            pairs.append(Pair(one, other, "", alike))
            if len(pairs) >= most:
                break
    return pairs


def likeness(one: Slight, other: Slight, units: Units) -> float:
    """How alike two rows are called, 0 to 1, by what is left of their names without accents, the words
    of their kind and the names of their commune and province. Other numbers make other places."""
    best = 0.0
    whole = max(_overlap(_words(a), _words(b)) for a in _names(one) for b in _names(other))
    for a in _names(one):
        for b in _names(other):
            first, second = _own_words(a, one, units), _own_words(b, other, units)
            if _numbers(first) != _numbers(second):
                continue
            if not first or not second:
                # Nothing of their own: "Trung tâm cai nghiện" and "Cơ sở cai nghiện ma túy".
                alike = 0.7 + 0.3 * whole if not first and not second else 0.0
            else:
                alike = max(_overlap(first, second), _overlap(_trigrams(first), _trigrams(second)))
                alike = alike if one.kind == other.kind else min(alike, whole)
            best = max(best, alike if one.kind == other.kind else min(alike, whole))
    return best


def _grouped(rows: Sequence[Slight]) -> Iterator[list[Slight]]:
    communes: dict[str, list[Slight]] = defaultdict(list)
    vague: dict[str, list[Slight]] = defaultdict(list)
    for row in rows:
        if row.commune_code:
            communes[row.commune_code].append(row)
        vague[f"{row.province_code} {' '.join(sorted(_words(row.name)))}"].append(row)
    yield from communes.values()
    for group in vague.values():
        if any(not row.commune_code for row in group):
            yield group


def _candidates(group: Sequence[Slight], units: Units) -> Iterator[tuple[Slight, Slight]]:
    """Pairs that share a word of their own, or have none: to compare all with all would take too long
    where thousands lie in one commune."""
    holding: dict[str, list[int]] = defaultdict(list)
    for at, row in enumerate(group):
        own = {word for name in _names(row) for word in _own_words(name, row, units)}
        for word in own or {""}:
            holding[word].append(at)
    seen: set[tuple[int, int]] = set()
    for places in holding.values():
        for pair in combinations(places[:_MOST_WITH_A_WORD], 2):
            if pair not in seen:
                seen.add(pair)
                yield group[pair[0]], group[pair[1]]


def _names(row: Slight) -> tuple[str, ...]:
    return (row.name, row.alternate_name) if row.alternate_name else (row.name,)


@lru_cache(maxsize=50_000)
def _words(name: str) -> frozenset[str]:
    words = (name_key(_SHORT.get(word, word)) for word in name_key(name))
    return frozenset(part for parts in words for part in parts)


def _own_words(name: str, row: Slight, units: Units) -> frozenset[str]:
    """What tells the name from others of its kind in its commune; the words of its commune and province
    are kept together, so that "Quy" alone is not taken for Quy Nhơn."""
    own = _words(name) - _OF_THE_KIND
    commune = units.communes.get(row.commune_code)
    province = units.provinces.get(row.province_code)
    for unit in (commune, province):
        place = _words(unit.title) - _OF_THE_KIND if unit else frozenset()
        if place and place <= own:
            own -= place
    return own


def _numbers(words: frozenset[str]) -> frozenset[str]:
    return frozenset(word for word in words if word.isdecimal())


def _trigrams(words: frozenset[str]) -> frozenset[str]:
    return frozenset(
        padded[at : at + 3]
        for padded in (f" {word} " for word in words)
        for at in range(len(padded) - 2)
    )


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    both = len(one) + len(other)
    return 2 * len(one & other) / both if both else 1.0
