"""Places in a message, as the gazetteer reads them, with where they stand. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from referral_directory.mentions import read_kind
from referral_directory.place_words import ABBREVIATIONS, STRONG_CUES
from referral_directory.places import Gazetteer, Place
from referral_directory.spelling import Token, name_key, tokens

Span = tuple[str, str, int, int]
_DISTRICTS = ("huyện", "quận", "thị xã", "thành phố")
_KINDS = (*_DISTRICTS, "tỉnh", "thị trấn", "đặc khu", "xã", "phường")
_MOST = 4


@dataclass(frozen=True, slots=True)
class Named:
    """A place where the text names it. `kind` is "province", "commune" or "former_district"; `sole`
    says that the gazetteer knows no other place that can be meant."""

    kind: str
    place: Place
    start: int
    end: int
    sole: bool


def find_places(text: str, gazetteer: Gazetteer) -> list[Span]:
    """(kind, value, start, end) of each place in cleaned `text`, in the order they come.

    A name that several of today's communes bear gives that name once; one that came to mean communes
    of different names gives nothing.
    """
    found: dict[tuple[str, str], Span] = {}
    for one in find_named(text, gazetteer):
        value = _value(one.place)
        found.setdefault((one.kind, value), (one.kind, value, one.start, one.end))
    return list(found.values())


def find_named(text: str, gazetteer: Gazetteer) -> list[Named]:
    """The places that cleaned `text` names, in the order they come, each where it stands.

    The gazetteer answers with the finest unit ("Cái Bè, Tiền Giang": the commune), so what it found
    is taken out and the rest asked again (the province).
    """
    found: list[Named] = []
    for _ in range(_MOST):
        here: dict[tuple[int, int], list[Place]] = defaultdict(list)
        for place in gazetteer.find(text):
            for start, end in _spans(text, place):
                here[start, end].append(place)
        for (start, end), places in here.items():
            # Former wards of a name go by what today's units of that name are.
            today = [one for one in places if not one.former or _kind(one) != "commune"] or places
            if len({(_kind(place), _value(place)) for place in today}) == 1:
                found.append(Named(_kind(today[0]), today[0], start, end, len(places) == 1))
            text = text[:start] + " " * (end - start) + text[end:]
        if not here:
            break
    return sorted(found, key=lambda one: one.start)


def _bare_name(title: str) -> str:
    """ "xã Long Hồ" → "Long Hồ"."""
    kind = next((kind for kind in _KINDS if title.startswith(f"{kind} ")), "")
    return title[len(kind) :].strip()


def _kind(place: Place) -> str:
    if place.former and place.former.startswith(_DISTRICTS):
        return "former_district"
    return "commune" if place.commune_code else "province"


def _value(place: Place) -> str:
    kind = _kind(place)
    if kind == "former_district":
        return str(place.former)
    return _bare_name(place.province if kind == "province" else place.name)


def _spans(text: str, place: Place) -> Iterator[tuple[int, int]]:
    """Where `text` names `place`; best the occurrence after a kind or a word like "ở"."""
    written = tokens(text)
    names = [
        name for title in (place.former, place.name) if title for name in _names(_bare_name(title))
    ]
    best: tuple[int, int, int] | None = None
    for key in dict.fromkeys(names):
        for at in range(len(written) - len(key) + 1):
            if tuple(token.key for token in written[at : at + len(key)]) != key:
                continue
            start, rank = _with_kind(written, at, text)
            if best is None or rank > best[0]:
                best = (rank, written[start].start, written[at + len(key) - 1].end)
        if best is not None:
            yield best[1], best[2]
            return


def _with_kind(written: list[Token], at: int, text: str) -> tuple[int, int]:
    kind = read_kind(written, at, text)
    if kind is not None:
        return kind[0], 2
    return at, 1 if at and written[at - 1].sound in STRONG_CUES else 0


@cache
def _names(name: str) -> tuple[tuple[str, ...], ...]:
    """Every way in which people write a name, as keys."""
    name = name.removesuffix(" (cũ)")
    key = name_key(name)
    ways = [key, ("".join(key),)]
    if len(key) == 2:
        ways.append((key[0][0] + key[1],))
    ways += [name_key(short) for short in ABBREVIATIONS.get(name, ())]
    return tuple(dict.fromkeys(ways))
