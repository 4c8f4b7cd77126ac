"""Which choice of an article's question somebody means who types instead of pressing a button."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.answers.article import Case
from bot.understand import expand, fold

MOST_WORDS = 9
_AGE = re.compile(r"\b(\d{1,2})\s*(?:t|tuoi)\b")
_RANGE = re.compile(
    r"(?:tu|tren)(?: du)? (?P<low>\d+)(?: tuoi)?(?:(?: den)? duoi (?P<below>\d+)"
    r"| den (?P<high>\d+))?|duoi (?P<under>\d+)"
)
_TIMES = (
    re.compile(r"\blan (?:dau(?: tien)?|thu nhat|1|mot)\b"),
    re.compile(r"\blan (?:thu )?(?:hai|2|ba|3|tu|4|nam|5)\b|\b(?:nhieu|may|vai) lan\b"),
)
_FILLING = """
con the vay roi neu lo thi sao nao a oi nhe nha da em minh toi tui chau anh chi ban
la duoc truong hop voi cho hoi
"""
_EMPTY = frozenset(_FILLING.split())


def choose(options: Sequence[Case], text: str) -> int | None:
    """The place of the one option that `text` means, from 0; None where none or several fit.

    Read are an age against "Dưới 18 tuổi", a first or later time against "Lần đầu", and otherwise
    the words of the option's title, however they are written.
    """
    said = _plain(text)
    if len(said.split()) > MOST_WORDS:
        return None
    titles = [_plain(option.title) for option in options]
    for fits in (_fits_age, _fits_time, _fits_words):
        found = [place for place, title in enumerate(titles) if fits(title, said)]
        if len(found) == 1:
            return found[0]
    return None


def _fits_age(title: str, said: str) -> bool:
    age, span = _AGE.search(said), _RANGE.search(title)
    if age is None or span is None or "tuoi" not in title:
        return False
    years = int(age[1])
    if span["under"]:
        return years < int(span["under"])
    if span["below"]:
        return int(span["low"]) <= years < int(span["below"])
    if span["high"]:
        return int(span["low"]) <= years <= int(span["high"])
    return years >= int(span["low"])


def _fits_time(title: str, said: str) -> bool:
    return any(which.search(title) and which.search(said) for which in _TIMES)


def _fits_words(title: str, said: str) -> bool:
    wanted = set(title.split()) - _EMPTY
    words = set(said.split())
    return bool(wanted) and wanted <= words and len(words - wanted - _EMPTY) <= 2


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", fold(expand(text)).lower()).split())
