"""Times as people say them in Vietnamese, with and without accents: "8 giờ sáng mai", "chieu thu 3".

Pure; the clock is passed in. A time of day without more is the next one there is; an hour from 1 to 6
without a part of the day is in the afternoon, for nobody asks to be called at four in the morning.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.hours import VIETNAM
from bot.understand import clean, fold

FURTHEST = timedelta(days=30)
"""Nobody promises to call at a later time."""

_NUMBERS = {
    **{"mot": 1, "hai": 2, "ba": 3, "bon": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9},
    **{"muoi": 10, "muoi mot": 11, "muoi hai": 12},
}
_NUMBER = r"(?:\d{1,2}|muoi mot|muoi hai|mot|hai|ba|bon|nam|sau|bay|tam|chin|muoi)"
_WEEKDAYS = {
    **{"2": 0, "hai": 0, "3": 1, "ba": 1, "4": 2, "tu": 2, "5": 3, "nam": 3},
    **{"6": 4, "sau": 4, "7": 5, "bay": 5},
}
_PART = r"(?:buoi )?(?:sang som|sang|trua|chieu|toi|dem|khuya)"
_PART_HOURS = {"sang": 8, "trua": 12, "chieu": 14, "toi": 19, "dem": 21, "khuya": 21}
_AFTERNOON = {
    **{"": range(1, 7), "trua": range(4), "chieu": range(12), "toi": range(12)},
    **{"dem": range(7, 13), "khuya": range(7, 13)},
}
"""The hours that, said with that part of the day, are after noon."""
_CLOCK = re.compile(
    rf"(?<![\d/])(?P<hour>{_NUMBER}) ?(?:(?:h|g|gio|:)(?![^\W\d])|(?= ?ruoi))"
    r"(?: ?(?P<minute>[0-5]?\d)(?! ?/)(?: ?(?:phut|p))?\b(?! (?:giay|ngay|tieng))| ?(?P<half>ruoi))?"
    rf"(?: (?:kem )(?P<less>{_NUMBER})(?: phut)?)?"
)
_AFTER = re.compile(
    rf"(?P<number>nua|{_NUMBER}) ?(?P<unit>phut|p|tieng|gio|h|ngay|tuan)(?P<half> ruoi)?"
    r"(?: dong ho)?(?: nua|(?<!tuan) sau)\b(?! \d)"
)
_DATE = re.compile(
    r"(?<!\d)(?P<day>\d{1,2}) ?(?:/|-|thang) ?(?P<month>\d{1,2})(?: ?(?:/|-|nam) ?(?P<year>\d{4}))?(?!\d)"
)
_DAY_ALONE = re.compile(r"\b(?:ngay|mung|mong) (?P<day>\d{1,2})(?!\d)")
_WEEKDAY = re.compile(
    r"\b(?:thu ?(?P<name>[2-7]|hai|ba|tu|nam|sau|bay)|t(?P<short>[2-7])"
    r"|(?P<sunday>chu nhat|cn))\b"
)
_NEXT_WEEK = re.compile(r"\btuan (?:sau|toi|ke)\b")
_DAYS_AHEAD = (
    (re.compile(r"\b(?:ngay|bua)? ?(?:mot|kia)\b(?! ?(?:gio|tieng|phut|h\b))"), 2),
    (re.compile(r"\b(?:ngay |bua |hom )?mai\b|\bhom sau\b"), 1),
    (re.compile(r"\b(?:hom|bua|ngay|sang|trua|chieu|toi|dem) ?nay\b|\bbay gio\b"), 0),
)
_ANY_TIME = re.compile(
    r"\b(?:luc nao|khi nao|gio nao|bao gio) (?:cung|cx)\b|\bbat (?:cu|ky|ki) (?:luc|khi|gio) nao\b"
    r"|\bcang som cang\b|\bsom nhat\b|\bngay bay gio\b|\bbay gio (?:luon|duoc)\b"
)
_FILLERS = frozenset(
    {
        "luc",
        "khoang",
        "tam",
        "vao",
        "tu",
        "gio",
        "duoc",
        "khong",
        "ko",
        "nhe",
        "nha",
        "a",
        "da",
        "vang",
    }
    | {"ok", "goi", "nhan", "lai", "cho", "em", "minh", "ban", "ngay", "sau", "cang", "tot"}
)
"""What may stand beside a time without saying anything more."""
_BARE = re.compile(r"(?:luc |khoang |tam )*(?P<hour>\d{1,2})")


@dataclass(frozen=True)
class _Clock:
    """A time on a clock of 24 hours; 24 is the midnight that ends the day."""

    hour: int
    minute: int


def read_time(text: str, now: datetime) -> datetime | None:
    """The time that `text` asks to be called at, in Vietnam's zone; `now` itself for "any time". None
    where it names no time, one that is over, or one further off than FURTHEST."""
    here = now.astimezone(VIETNAM)
    plain = _plain(text)
    at = _after_a_while(plain, here) or _on_a_day(plain, here)
    if at is None and _ANY_TIME.search(plain):
        return here
    if at is None or not here < at <= here + FURTHEST:
        return None
    return at


def speaks_of_time(text: str) -> bool:
    """Whether words that are no time we can read were still meant as one: there is a number or a part
    of the day in them."""
    plain = _plain(text)
    known = (_CLOCK, _AFTER, _DATE, _DAY_ALONE, _WEEKDAY, _BARE)
    few = len(plain.split()) <= 6
    return few and (
        any(pattern.search(plain) for pattern in known)
        or re.search(rf"\b{_PART}\b|\bmai\b|\bgio\b", plain) is not None
    )


def is_only_a_time(text: str, now: datetime) -> bool:
    """Whether `text` is a time to come and hardly a word more ("8h sáng mai nhé"). "Tối nay em đi" is more
    than a time: it may be a farewell."""
    rest = _plain(text)
    for pattern in (_AFTER, _DATE, _CLOCK, _WEEKDAY, _NEXT_WEEK, _ANY_TIME):
        rest = pattern.sub(" ", rest)
    for pattern, _ in _DAYS_AHEAD:
        rest = pattern.sub(" ", rest)
    rest = re.sub(rf"\b{_PART}\b|\bngay \d+", " ", rest)
    rest = _BARE.sub(" ", rest.strip(), count=1) if _BARE.fullmatch(rest.strip()) else rest
    return set(rest.split()) <= _FILLERS and read_time(text, now) is not None


def _plain(text: str) -> str:
    folded = fold(clean(text)).lower()
    return " ".join(re.sub(r"[^\w\s:/\-]", " ", folded).split())


def _number(word: str) -> int:
    return int(word) if word.isdecimal() else _NUMBERS[word]


def _after_a_while(plain: str, here: datetime) -> datetime | None:
    """ "30 phút nữa", "nửa tiếng nữa", "2 ngày nữa"."""
    found = _AFTER.search(plain)
    if found is None:
        return None
    number = 0.5 if found["number"] == "nua" else float(_number(found["number"]))
    number += 0.5 if found["half"] else 0.0
    unit = {
        **{"phut": timedelta(minutes=1), "p": timedelta(minutes=1), "tieng": timedelta(hours=1)},
        **{"gio": timedelta(hours=1), "h": timedelta(hours=1)},
        **{"ngay": timedelta(days=1), "tuan": timedelta(weeks=1)},
    }[found["unit"]]
    rest = plain[: found.start()] + plain[found.end() :]
    if unit >= timedelta(days=1) and (clock := _clock(rest)) is not None:
        return _combine((here + number * unit).date(), clock)
    return (here + number * unit).replace(second=0, microsecond=0)


def _on_a_day(plain: str, here: datetime) -> datetime | None:
    day, rest, certain = _day(plain, here)
    clock = _clock(rest)
    if clock is None and day is None:
        bare = _BARE.fullmatch(rest)
        if bare is None or not 1 <= int(bare["hour"]) <= 23:
            return None
        clock = _day_hour(int(bare["hour"]), 0, "", padded=False)
    clock = clock or _Clock(8, 0)
    if not (0 <= clock.hour <= 24):
        return None
    at = _combine(day or here.date(), clock)
    if at <= here and day is None:
        return at + timedelta(days=1)
    if at <= here and not certain:
        return at + timedelta(weeks=1)
    return at


def _day(plain: str, here: datetime) -> tuple[date | None, str, bool]:
    """The day that is named, the words without it, and whether it is that day and no other: a weekday
    alone, of which the time is over today, is the one of next week."""
    if (found := _DATE.search(plain)) is not None and int(found["month"]) <= 12:
        day = _date(int(found["day"]), int(found["month"]), found["year"], here.date())
        return day, _without(plain, found), True
    if (found := _WEEKDAY.search(plain)) is not None:
        return _weekday(plain, found, here.date())
    if (found := _DAY_ALONE.search(plain)) is not None:
        today, wanted = here.date(), int(found["day"])
        month = today.month if wanted >= today.day else today.month % 12 + 1
        return _date(wanted, month, None, today), _without(plain, found), True
    for pattern, ahead in _DAYS_AHEAD:
        if (found := pattern.search(plain)) is not None:
            part = re.match(_PART, found[0])
            kept = f" {part[0]} " if part else " "
            rest = plain[: found.start()] + kept + plain[found.end() :]
            return here.date() + timedelta(days=ahead), " ".join(rest.split()), True
    return None, plain, False


def _weekday(plain: str, found: re.Match[str], today: date) -> tuple[date, str, bool]:
    wanted = 6 if found["sunday"] else _WEEKDAYS[found["name"] or found["short"]]
    rest = _without(plain, found)
    later = _NEXT_WEEK.search(rest)
    if later is None:
        return today + timedelta(days=(wanted - today.weekday()) % 7), rest, False
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=1)
    return monday + timedelta(days=wanted), _without(rest, later), True


def _date(day: int, month: int, year: str | None, today: date) -> date | None:
    """The day of that date, of this year or, where that is over, of the next; None for none."""
    try:
        named = date(int(year) if year else today.year, month, day)
        return named if year or named >= today else named.replace(year=today.year + 1)
    except ValueError:
        return None


def _clock(rest: str) -> _Clock | None:
    """The time of day that is named, by the clock or by a part of the day."""
    found_part = re.search(rf"\b{_PART}\b", rest)
    part = found_part[0].removeprefix("buoi ").split()[0] if found_part else ""
    found = _CLOCK.search(rest)
    if found is None:
        return _Clock(_PART_HOURS[part], 0) if part else None
    minute = 30 if found["half"] else int(found["minute"] or 0)
    padded = found["hour"].startswith("0") and found["hour"].isdecimal()
    clock = _day_hour(_number(found["hour"]), minute, part, padded=padded)
    if not found["less"]:
        return clock
    minutes = clock.hour * 60 - _number(found["less"])
    return _Clock(minutes // 60, minutes % 60)


def _day_hour(hour: int, minute: int, part: str, *, padded: bool) -> _Clock:
    """An hour as it was said, `padded` where it is written with a zero before it: on a clock of 24 hours."""
    afternoon = hour in _AFTERNOON.get(part, ()) and (bool(part) or not padded)
    return _Clock(hour + 12 if afternoon else hour, minute)


def _combine(day: date, clock: _Clock) -> datetime:
    midnight = datetime.combine(day, time(), VIETNAM)
    return midnight + timedelta(hours=clock.hour, minutes=clock.minute)


def _without(plain: str, found: re.Match[str]) -> str:
    return " ".join((plain[: found.start()] + " " + plain[found.end() :]).split())
