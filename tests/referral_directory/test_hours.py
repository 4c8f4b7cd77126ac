"""Opening hours as people write them, and whether a place is open at a minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral_directory.hours import (
    ALWAYS,
    BadHours,
    is_open,
    minute_of_week,
    read_hours,
    say_hours,
    weekly_minutes,
    write_hours,
)

OFFICE = "MO-FR 07:30-11:30,13:30-17:00; SA 08:00-11:00"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time in June 2026 in Viet Nam; the 15th is a Monday."""
    return datetime(2026, 6, day, hour - 7, minute, tzinfo=UTC)


@pytest.mark.parametrize("cell", ["", ALWAYS, OFFICE, "TU,TH 18:00-24:00", "SU 00:00-12:00"])
def test_what_is_written_is_what_was_read(cell: str) -> None:
    assert write_hours(read_hours(cell)) == cell


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("", None),
        (ALWAYS, "cả ngày đêm"),
        ("MO-SU 08:00-17:00", "mỗi ngày, 08:00 - 17:00"),
        (OFFICE, "Thứ Hai đến thứ Sáu, 07:30 - 11:30 và 13:30 - 17:00; thứ Bảy, 08:00 - 11:00"),
    ],
)
def test_hours_are_said_in_vietnamese(cell: str, said: str | None) -> None:
    assert say_hours(read_hours(cell)) == said


@pytest.mark.parametrize(
    ("now", "is_it"),
    [
        (at(15, 7, 29), False),
        (at(15, 7, 30), True),
        (at(15, 11, 30), False),
        (at(15, 16, 59), True),
        (at(20, 10), True),
        (at(21, 10), False),
    ],
)
def test_open_is_judged_by_the_minute_in_viet_nam(now: datetime, is_it: bool) -> None:
    assert is_open(read_hours(OFFICE), None, now) is is_it


def test_on_a_public_holiday_only_what_says_so_is_open() -> None:
    tet = datetime(2027, 2, 8, 3, 0, tzinfo=UTC)
    assert not is_open(read_hours(OFFICE), None, tet)
    assert not is_open(read_hours(OFFICE), False, tet)
    assert is_open(read_hours(OFFICE), True, tet)
    assert is_open(read_hours(ALWAYS), None, tet)


@pytest.mark.parametrize(
    "cell", ["MO", "MO 8-17", "FR-MO 08:00-17:00", "MO 17:00-08:00", "MO 08:00"]
)
def test_hours_that_cannot_be_read_are_refused(cell: str) -> None:
    with pytest.raises(BadHours):
        read_hours(cell)


@given(st.integers(0, 10_079))
def test_open_is_being_inside_one_of_the_spans(minute: int) -> None:
    now = at(15, 7) + timedelta(minutes=minute - 420)
    assert minute_of_week(now) == minute
    openings = read_hours(OFFICE)
    inside = any(start <= minute < end for start, end in weekly_minutes(openings))
    assert is_open(openings, None, now) is inside


def test_always_is_always_however_it_is_written() -> None:
    tet = datetime(2027, 2, 8, 3, 0, tzinfo=UTC)
    assert is_open(read_hours("MO-FR 00:00-24:00; SA,SU 00:00-24:00"), None, tet)
    assert not is_open(read_hours("MO-FR 00:00-24:00; SA,SU 00:00-23:59"), None, tet)
