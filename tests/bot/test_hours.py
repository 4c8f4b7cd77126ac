"""When the desk is open: split hours, weekdays, days off, teams; and how that is said."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from bot.hours import (
    VIETNAM,
    DayOff,
    Shift,
    is_open,
    opens_next,
    public_days,
    read_hours,
    say_when,
)

OFFICE = "T2-T6 07:30-11:30,13:30-17:00; T7 08:00-11:00"
MONDAY = 23


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time in Vietnam in November 2026, of which the 23rd is a Monday, given as UTC."""
    return datetime(2026, 11, day, hour, minute, tzinfo=VIETNAM).astimezone(UTC)


def desk(hours: str) -> list[Shift]:
    return [Shift(None, read_hours(hours))]


@pytest.mark.parametrize(
    ("now", "staffed"),
    [
        (at(MONDAY, 7, 29), False),
        (at(MONDAY, 7, 30), True),
        (at(MONDAY, 11, 29), True),
        (at(MONDAY, 11, 30), False),
        (at(MONDAY, 13, 29), False),
        (at(MONDAY, 16, 59), True),
        (at(MONDAY, 17), False),
        (at(28, 10), True),
        (at(28, 14), False),
        (at(29, 10), False),
    ],
)
def test_complaint_14009_a_desk_may_close_at_noon_and_keep_other_hours_on_saturday(
    now: datetime, staffed: bool
) -> None:
    assert is_open(desk(OFFICE), (), now) is staffed


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (at(MONDAY, 9), at(MONDAY, 9)),
        (at(MONDAY, 12), at(MONDAY, 13, 30)),
        (at(MONDAY, 18), at(24, 7, 30)),
        (at(28, 12), at(30, 7, 30)),
    ],
)
def test_the_next_opening_is_found_over_noon_night_and_sunday(
    now: datetime, opens: datetime
) -> None:
    assert opens_next(desk(OFFICE), (), now) == opens


def test_one_span_a_day_is_written_as_ever_and_no_hours_mean_always() -> None:
    assert is_open(desk("07:30-21:00"), (), at(29, 20, 59))
    assert not is_open(desk("07:30-21:00"), (), at(29, 21))
    assert is_open(desk(""), (), at(29, 3))
    assert is_open(desk("CN 22:00-24:00"), (), at(29, 23, 59))


@pytest.mark.parametrize(
    "hours",
    [
        *("7-21", "21:00-07:30", "08:00", "sáng-tối", "08:00-09:00-10:00", "T8 08:00-09:00"),
        *("T2-T6", "T6-T2 08:00-09:00", "08:00-10:00,09:00-11:00", "08:60-09:00", "08:00-24:01"),
        *("T2 10:00-11:00; T2 13:00-14:00", "T2 08:00-09:00;"),
    ],
)
def test_hours_that_are_none_are_refused(hours: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_hours(hours)


def test_a_day_off_closes_everybody_or_one_team_alone() -> None:
    north, south = uuid4(), uuid4()
    teams = [Shift(north, read_hours("08:00-17:00")), Shift(south, read_hours("08:00-12:00"))]
    all_off, north_off = {DayOff(date(2026, 11, 24))}, {DayOff(date(2026, 11, 24), north)}
    assert not is_open(teams, all_off, at(24, 9))
    assert opens_next(teams, all_off, at(24, 9)) == at(25, 8)
    assert is_open(teams, north_off, at(24, 9))
    assert not is_open(teams, north_off, at(24, 14))


def test_a_desk_that_never_opens_is_said_to_open_nobody_knows_when() -> None:
    days = {DayOff(date.fromordinal(date(2026, 11, 23).toordinal() + n)) for n in range(70)}
    assert opens_next(desk(""), days, at(MONDAY, 9)) is None


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (at(MONDAY, 13, 30), "13:30 hôm nay"),
        (at(24, 7, 30), "07:30 ngày mai"),
        (at(30, 8), "08:00 thứ hai 30/11"),
    ],
)
def test_a_time_is_told_as_people_say_it(when: datetime, said: str) -> None:
    assert say_when(when, at(MONDAY, 12)) == said


def test_public_holidays_are_proposed_by_date_and_those_of_the_moon_are_not() -> None:
    assert [day for day, _ in public_days(2027)] == [
        date(2027, 1, 1),
        date(2027, 4, 30),
        date(2027, 5, 1),
        date(2027, 9, 2),
    ]
