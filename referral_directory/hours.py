"""Weekly opening hours: the cell people write, HSDS schedules, and the minutes of the week. Pure.

"MO-FR 07:30-11:30,13:30-17:00; SA 08:00-11:00"; "24/7" is day and night. Times are those of Viet Nam
(UTC+7, no summer time).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache

import holidays

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAY_NAMES = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
ALWAYS = "24/7"
VIET_NAM = timezone(timedelta(hours=7))
_DAY = 24 * 60
_WEEK = 7 * _DAY
_TIME = r"([01]\d|2[0-3]):([0-5]\d)"
_SPAN = re.compile(rf"({_TIME})-({_TIME}|24:00)")


class BadHours(ValueError):
    """Hours that cannot be read; the message says so in Vietnamese."""


@dataclass(frozen=True)
class Opening:
    """The same hours on some days: `days` are 0 (Monday) to 6; "08:00" to "17:00", or to "24:00"."""

    days: tuple[int, ...]
    opens: str
    closes: str


def read_hours(cell: str) -> tuple[Opening, ...]:
    """The openings that a cell names, in its order.

    Raises:
        BadHours: a day or a time is not as it should be, or a span ends before it begins.
    """
    if not cell:
        return ()
    if cell == ALWAYS:
        return (Opening(tuple(range(7)), "00:00", "24:00"),)
    found = []
    for part in cell.split(";"):
        days, _, spans = part.strip().partition(" ")
        for span in spans.replace(" ", "").split(","):
            read = _SPAN.fullmatch(span)
            if read is None or read[1] >= read[4]:
                raise BadHours(f"{span or part.strip()!r} không phải giờ như 07:30-11:30")
            found.append(Opening(_days(days), read[1], read[4]))
    return tuple(found)


def write_hours(openings: Iterable[Opening]) -> str:
    """The cell that `read_hours` reads as these openings."""
    by_days: dict[tuple[int, ...], list[str]] = {}
    for opening in openings:
        by_days.setdefault(opening.days, []).append(f"{opening.opens}-{opening.closes}")
    if by_days == {tuple(range(7)): ["00:00-24:00"]}:
        return ALWAYS
    return "; ".join(f"{_day_codes(days)} {','.join(spans)}" for days, spans in by_days.items())


def say_hours(openings: Sequence[Opening]) -> str | None:
    """The hours in Vietnamese, None where there are none."""
    if not openings:
        return None
    if write_hours(openings) == ALWAYS:
        return "cả ngày đêm"
    by_days: dict[tuple[int, ...], list[str]] = {}
    for opening in openings:
        by_days.setdefault(opening.days, []).append(f"{opening.opens} - {opening.closes}")
    said = "; ".join(f"{say_days(days)}, {' và '.join(s)}" for days, s in by_days.items())
    return said[0].upper() + said[1:] if said.startswith("thứ") else said


def say_days(days: Sequence[int]) -> str:
    """ "thứ Hai đến thứ Sáu", "mỗi ngày", "thứ Ba, thứ Năm"."""
    if len(days) == 7:
        return "mỗi ngày"
    if len(days) > 2 and list(days) == list(range(days[0], days[-1] + 1)):
        return f"{DAY_NAMES[days[0]]} đến {DAY_NAMES[days[-1]]}"
    return ", ".join(DAY_NAMES[day] for day in days)


def weekly_minutes(openings: Iterable[Opening]) -> list[tuple[int, int]]:
    """When it is open, as half-open spans of minutes of the week; Monday 00:00 is 0."""
    return sorted(
        (day * _DAY + _minutes(one.opens), day * _DAY + _minutes(one.closes))
        for one in openings
        for day in one.days
    )


def minute_of_week(now: datetime) -> int:
    """The minute of the week in Viet Nam at `now` (aware)."""
    local = now.astimezone(VIET_NAM)
    return local.weekday() * _DAY + local.hour * 60 + local.minute


def is_holiday(now: datetime) -> bool:
    """Whether `now` (aware) falls on a public holiday of Viet Nam, Tết and days in lieu included."""
    local = now.astimezone(VIET_NAM)
    return local.date() in _holidays(local.year)


def is_open(openings: Sequence[Opening], open_on_holidays: bool | None, now: datetime) -> bool:
    """Whether it is certainly open at `now`: unknown hours are not, and on a public holiday only
    what is open day and night or says that it opens."""
    spans = weekly_minutes(openings)
    if is_holiday(now) and not open_on_holidays and not _is_always(spans):
        return False
    minute = minute_of_week(now)
    return any(start <= minute < end for start, end in spans)


@cache
def _holidays(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("VN", years=year)


def _is_always(spans: Iterable[tuple[int, int]]) -> bool:
    """Whether these spans, in order, leave no minute of the week out."""
    reached = 0
    for start, end in spans:
        if start > reached:
            return False
        reached = max(reached, end)
    return reached == _WEEK


def _days(text: str) -> tuple[int, ...]:
    found: list[int] = []
    for part in text.split(","):
        first, dash, last = part.partition("-")
        if first not in DAYS or (dash and last not in DAYS):
            raise BadHours(f"{text!r} không phải ngày như MO-FR hoặc SA")
        start, end = DAYS.index(first), DAYS.index(last if dash else first)
        if end < start:
            raise BadHours(f"{part!r}: ngày cuối đứng trước ngày đầu")
        found += range(start, end + 1)
    return tuple(sorted(set(found)))


def _day_codes(days: Sequence[int]) -> str:
    if len(days) > 2 and list(days) == list(range(days[0], days[-1] + 1)):
        return f"{DAYS[days[0]]}-{DAYS[days[-1]]}"
    return ",".join(DAYS[day] for day in days)


def _minutes(time: str) -> int:
    hour, minute = time.split(":")
    return int(hour) * 60 + int(minute)
