"""What a reply means where a screening stands: a button, a word, "2 lần", "tuần 3 lần". Pure.

Only whole replies count. A question or a story is no answer, and a bare number that a button and a
count would read differently is none either.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from bot.screening.instrument import Given, Instrument, Item, Scale
from bot.short_answers import Choices
from bot.understand import fold, nfc

PREFIX = "/s "
_NUMBERS = {"mot": 1, "hai": 2, "ba": 3, "bon": 4, "nam": 5, "vai": 3, "may": 3, "muoi": 10}
_N = rf"(\d{{1,3}}|{'|'.join(_NUMBERS)})"
_ABOUT = r"(?:(?:co|duoc|khoang|tam|chung|dung|uong|hut|choi) )*"
_TIMES = r"(?:lan|bua|buoi|hom|dip)"
_COUNT = re.compile(rf"{_ABOUT}{_N} (?:{_TIMES}|ngay)")
_RATE = re.compile(
    rf"{_ABOUT}(?:(?:moi|mot|1|hang) )?(ngay|tuan|thang)(?: nao cung)?(?: {_ABOUT}{_N} (?:{_TIMES}|ngay))?"
)
_RATE_AFTER = re.compile(
    rf"{_ABOUT}{_N} {_TIMES} (?:(?:moi|mot|1|tren|trong|trong mot) )?(ngay|tuan|thang)"
)
_BELOW_ZERO = re.compile(r"(?:^|\s)[-−–]\s*\d")
_A_MONTH = {"ngay": 30, "tuan": 4, "thang": 1}
_AGE = re.compile(
    r"(?:nam nay |moi |chi |duoc |toi |em |hoc lop \d+ )*(?:(duoi|tren) )?(\d{1,3})(?: ?(?:t|tuoi))?"
)


def read_payload(text: str, offered: Mapping[str, str], tag: str) -> str | None:
    """The code of a pressed button; "late" for one of another question; None where it is not ours."""
    if not text.startswith(PREFIX):
        return None
    code, _, at = text.removeprefix(PREFIX).strip().partition(" ")
    if at and at != tag:
        return "late"
    return code if code in offered else None


def read_stage(stage: str, text: str, titles: Mapping[str, str]) -> str | None:
    """Which choice of a stage a typed reply makes, None for none."""
    return _stage_choices(stage, tuple(titles.items())).meaning(text)


def read_step(text: str) -> str | None:
    """ "skip", "back", "pause" or "stop" where the reply says so, else None."""
    return _step_choices().meaning(text)


def read_item(
    instrument: Instrument, item: Item, text: str, number: str
) -> tuple[str, Given] | None:
    """What a reply to an item means: ("take", answer), (step, None), or None.

    Args:
        text: what was typed, or the payload of the button that a typed number stands for.
        number: the bare number that was typed, "" for none.
    """
    scale = instrument.scale(item)
    if number and scale.unit:
        return _read_bare_number(scale, text, number)
    if "?" in text:
        return None
    choices = _item_choices(instrument, item)
    said = choices.meaning(text)
    if said == "sometimes":
        return ("take", scale.sometimes)
    if said == "often":
        return ("unclear", None) if scale.per_month else ("take", scale.sometimes)
    if said in _words()["steps"]:
        return (said or "", None)
    if said is not None:
        return ("take", 0 if scale.numbers else said)
    if _BELOW_ZERO.search(nfc(text)):
        return None
    folded = choices.without_courtesy(text)
    if scale.per_month and not scale.counts and _COUNT.fullmatch(folded):
        return ("unclear", None)
    counted = _read_count(scale, folded)
    return None if counted is None else ("take", counted)


def read_code(scale: Scale, code: str) -> Given:
    """The answer that a button's code stands for."""
    return int(code) if scale.numbers else code


def read_age(text: str, stage: str) -> int | None:
    """The age that a reply says and nothing else ("em 14 tuổi"); before the questions "dưới 16" too,
    and "14" where the age was asked."""
    folded = _stage_choices("age", ()).without_courtesy(text)
    found = _AGE.fullmatch(folded)
    if "?" in text or not found:
        return None
    said = re.search(r"\d ?t", folded) or (found[1] and stage in ("consent", "age", "safety"))
    if not said and stage != "age":
        return None
    return int(found[2]) + {"duoi": -1, "tren": 1}.get(found[1] or "", 0)


def _read_bare_number(scale: Scale, payload: str, number: str) -> tuple[str, Given] | None:
    """A bare number is taken where it says the same as a count as it does as a button's place."""
    code = payload.removeprefix(PREFIX).split(" ")[0]
    counted = _counted(scale, int(number)) if scale.counts else int(number)
    if not scale.accepts(counted):
        return None
    same = code == str(counted) or not payload.startswith(PREFIX)
    return ("take", counted) if same else ("unclear", None)


def _read_count(scale: Scale, folded: str) -> Given:
    units = "|".join(fold(unit) for unit in (scale.unit, *scale.also_units))
    number = rf"{_ABOUT}{_N} (?:{units})" if scale.unit else r"(?!)"
    of_times = _COUNT.fullmatch(folded) if scale.unit in ("", "ngày") else None
    found = of_times or re.fullmatch(number, folded)
    if found:
        count = _number(found[1])
        if scale.numbers:
            return count if scale.accepts(count) else None
        if scale.counts:
            return _counted(scale, count)
        return (scale.sometimes or None) if count else None
    if rate := _RATE.fullmatch(folded):
        return _at_rate(scale, rate[1], rate[2])
    if rate := _RATE_AFTER.fullmatch(folded):
        return _at_rate(scale, rate[2], rate[1])
    return None


def _counted(scale: Scale, count: int) -> str | None:
    fitting = [code for code, least in scale.counts.items() if least <= count <= scale.at_most]
    return fitting[-1] if fitting else None


def _at_rate(scale: Scale, every: str, times: str | None) -> str | None:
    a_month = _A_MONTH[every] * (_number(times) if times else 1)
    fitting = [code for code, least in scale.per_month.items() if least <= a_month]
    return fitting[-1] if fitting else None


def _number(said: str) -> int:
    return int(said) if said.isdigit() else _NUMBERS[said]


@cache
def _words() -> Mapping[str, Any]:
    file = files("bot") / "content" / "short_answers.yml"
    words: Mapping[str, Any] = yaml.load(file.read_text("utf-8"), yaml.CSafeLoader)
    return words


def _choices(meanings: Mapping[str, Any]) -> Choices:
    words = _words()
    return Choices(meanings, words["spellings"], words["before"], words["after"])


@cache
def _stage_choices(stage: str, titles: tuple[tuple[str, str], ...]) -> Choices:
    """The words of a stage, the titles of its buttons among them."""
    words: dict[str, list[str]] = {
        code: list(said) for code, said in _words()["stages"].get(stage, {}).items()
    }
    for code, title in titles:
        words.setdefault(code, []).append(nfc(title))
    return _choices(words)


@cache
def _step_choices() -> Choices:
    return _choices(_words()["steps"])


@cache
def _choices_of(scale_codes: tuple[str, ...], titles: tuple[str, ...], sometimes: bool) -> Choices:
    words = _words()
    codes = words["codes"]
    meanings: dict[str, list[str]] = {}
    taken: set[str] = set()
    for code, title in zip(scale_codes, titles, strict=True):
        meanings[code] = [title, *codes.get(code, ())]
        taken |= {nfc(one).lower() for one in meanings[code]}
    if sometimes:
        for how in ("sometimes", "often"):
            meanings[how] = [one for one in words[how] if nfc(one) not in taken]
            taken |= {nfc(one) for one in words[how]}
    for step, said in words["steps"].items():
        meanings[step] = [one for one in said if nfc(one) not in taken]
    return _choices(meanings)


def _item_choices(instrument: Instrument, item: Item) -> Choices:
    """An answer's words come before the words for "sometimes", and those before a step's."""
    scale = instrument.scale(item)
    if scale.numbers:
        return _choices_of(("no",), ("Không ngày nào",), False)
    codes = tuple(scale.answers)
    titles = tuple(instrument.titles[code] for code in codes)
    return _choices_of(codes, titles, bool(scale.sometimes))
