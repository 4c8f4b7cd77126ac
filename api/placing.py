"""`diemtua place`: the administrative unit of today that each text names, as JSON lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from api.lines import LineBroken, read_texts, write
from bot.errors import DiemTuaError
from referral_directory.places import Gazetteer, Place

MOST_CHOICES = 8
_LONGEST_ANSWER = 8  # words; what is longer is a sentence, not an answer to "where are you?"


class NoSuchFile(DiemTuaError):
    """There is no file of that name to read."""


def read_file(path: Path) -> Iterator[str]:
    """The lines of a file; broken UTF-8 is replaced, so that it spoils no other line.

    Raises:
        NoSuchFile: it is not there, or is no file.
    """
    try:
        opened = path.open(encoding="utf-8", errors="replace")
    except OSError:
        raise NoSuchFile(f"Không mở được tệp {path}: hãy kiểm tra lại đường dẫn.") from None
    with opened:
        yield from opened


def print_places(lines: Iterable[str]) -> int:
    """One line of JSON on standard output for each line, in order; returns how many were broken."""
    gazetteer = Gazetteer.load()
    broken = 0
    for one in read_texts(lines):
        broken += isinstance(one, LineBroken)
        shown = one if isinstance(one, LineBroken) else describe(named_in(gazetteer, one))
        print(write(shown), flush=True)
    return broken


def named_in(gazetteer: Gazetteer, text: str) -> list[Place]:
    """The places a text names, as the chat reads it: a sentence, else a short answer."""
    found = gazetteer.find(text)
    if not found and len(text.split()) <= _LONGEST_ANSWER:
        found = gazetteer.from_answer(text)
    return found


def describe(places: Sequence[Place]) -> dict[str, Any]:
    """One place with its codes, or several as choices to ask back; see docs/operating.md.

    While it is not clear which place is meant, its codes are null. Of more than eight places no
    choice is offered: the person must say more.
    """
    sole = places[0] if len(places) == 1 else None
    return {
        "province": sole.province_code if sole else None,
        "commune": sole.commune_code if sole else None,
        "former": sole.former if sole else None,
        "lat": round(sole.latitude, 5) if sole else None,
        "lon": round(sole.longitude, 5) if sole else None,
        "choices": [_choice(place) for place in places] if 1 < len(places) <= MOST_CHOICES else [],
    }


def _choice(place: Place) -> dict[str, str]:
    return {"code": place.code, "name": place.title, "province": place.province_code}
