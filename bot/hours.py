"""When the desk is open: hours of each team, several spans a day, and days off. Pure; the clock is
passed in, and times of day are those of Vietnam."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
LOOKS_AHEAD_DAYS = 60
"""A desk that opens on none of these days is said to open nobody knows when."""
DAY_NAMES = ("thứ hai", "thứ ba", "thứ tư", "thứ năm", "thứ sáu", "thứ bảy", "chủ nhật")
PUBLIC_DAYS = (
    (1, 1, "Tết Dương lịch"),
    (4, 30, "Ngày Chiến thắng"),
    (5, 1, "Quốc tế lao động"),
    (9, 2, "Quốc khánh"),
)
"""Month, day and name of public holidays that fall on the same date every year. Tết, Giỗ Tổ and the
second day of Quốc khánh are set anew for each year, and whatever else an office closes for is its own."""
_CODES = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")
_DAYS = re.compile(r"(?P<first>T[2-7]|CN)(?:-(?P<last>T[2-7]|CN))?", re.IGNORECASE)
_SPAN = re.compile(r"(\d\d?):(\d\d)-(\d\d?):(\d\d)")
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True)
class Hours:
    """For each day of the week, Monday first, the spans in which somebody sits at the desk: minutes
    since midnight, from the first up to but not including the second; sorted, none overlap."""

    week: tuple[tuple[tuple[int, int], ...], ...]


@dataclass(frozen=True)
class Shift:
    """A team's hours; None for always. `team_id` None is the desk as a whole."""

    team_id: UUID | None
    hours: Hours | None


@dataclass(frozen=True)
class DayOff:
    """A day on which a team, or with no team everybody, does not sit at the desk."""

    day: date
    team_id: UUID | None = None


def read_hours(text: str) -> Hours | None:
    """Hours as "07:30-21:00", or "T2-T6 07:30-11:30,13:30-17:00; T7 08:00-11:00" (CN is Sunday; a day
    not named is closed; 24:00 is midnight at the end of the day); None where `text` is empty.

    Raises:
        ValueError: it is not written so, spans overlap or end before they begin, or a day comes twice.
    """
    if not text.strip():
        return None
    week: dict[int, tuple[tuple[int, int], ...]] = {}
    for part in text.split(";"):
        words = part.split(maxsplit=1)
        named = len(words) == 2 and not words[0][0].isdigit()
        if words and not named and not words[0][0].isdigit():
            raise ValueError("days without hours")
        days = _read_days(words[0]) if named else set(range(7))
        spans = _read_spans(words[1] if named else part)
        if days & set(week):
            raise ValueError("a day comes twice")
        week.update(dict.fromkeys(days, spans))
    return Hours(tuple(week.get(day, ()) for day in range(7)))


def is_open(teams: Sequence[Shift], holidays: Collection[DayOff], now: datetime) -> bool:
    """Whether somebody of any of the `teams` sits at the desk at `now`."""
    here = now.astimezone(VIETNAM)
    minute = here.hour * 60 + here.minute
    return any(
        opens <= minute < closes
        for team in teams
        for opens, closes in _spans(team, holidays, here.date())
    )


def opens_next(
    teams: Sequence[Shift], holidays: Collection[DayOff], now: datetime
) -> datetime | None:
    """When the desk is open next: `now` where it is open; None where it opens on none of the next
    LOOKS_AHEAD_DAYS."""
    if is_open(teams, holidays, now):
        return now
    today = now.astimezone(VIETNAM).date()
    for day in (today + timedelta(days=ahead) for ahead in range(LOOKS_AHEAD_DAYS)):
        midnight = datetime.combine(day, time(), VIETNAM)
        starts = [
            midnight + timedelta(minutes=opens)
            for team in teams
            for opens, _ in _spans(team, holidays, day)
        ]
        if later := [start for start in starts if start > now]:
            return min(later)
    return None


def say_when(at: datetime, now: datetime) -> str:
    """A time as it is told to people: "07:30 ngày mai", "08:00 thứ hai 30/11"."""
    here, today = at.astimezone(VIETNAM), now.astimezone(VIETNAM).date()
    ahead = (here.date() - today).days
    if ahead in (0, 1):
        return f"{here:%H:%M} {('hôm nay', 'ngày mai')[ahead]}"
    return f"{here:%H:%M} {DAY_NAMES[here.weekday()]} {here:%d/%m}"


def public_days(year: int) -> list[tuple[date, str]]:
    """The public holidays of `year` that fall on fixed dates, with their names."""
    return [(date(year, month, day), name) for month, day, name in PUBLIC_DAYS]


def _spans(team: Shift, holidays: Collection[DayOff], day: date) -> Sequence[tuple[int, int]]:
    if DayOff(day) in holidays or DayOff(day, team.team_id) in holidays:
        return ()
    return ((0, _DAY_MINUTES),) if team.hours is None else team.hours.week[day.weekday()]


def _read_days(text: str) -> set[int]:
    days: set[int] = set()
    for part in text.split(","):
        found = _DAYS.fullmatch(part)
        if found is None:
            raise ValueError(f"no days: {part}")
        first = _CODES.index(found["first"].upper())
        last = _CODES.index(found["last"].upper()) if found["last"] else first
        if last < first:
            raise ValueError(f"the week ends before it begins: {part}")
        days |= set(range(first, last + 1))
    return days


def _read_spans(text: str) -> tuple[tuple[int, int], ...]:
    spans = []
    for part in text.split(","):
        found = _SPAN.fullmatch(part.strip())
        if found is None:
            raise ValueError(f"no hours: {part.strip()}")
        opens_h, opens_m, closes_h, closes_m = map(int, found.groups())
        opens, closes = opens_h * 60 + opens_m, closes_h * 60 + closes_m
        if max(opens_m, closes_m) > 59 or closes > _DAY_MINUTES or opens >= closes:
            raise ValueError("the desk must open before it closes, on the same day")
        spans.append((opens, closes))
    spans.sort()
    if any(before[1] > after[0] for before, after in pairwise(spans)):
        raise ValueError("spans overlap")
    return tuple(spans)
