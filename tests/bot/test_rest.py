"""When a counsellor is asked, kindly, to rest."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.rest import Hint, Taken, heavy_in_a_row, hint
from tests.conftest import NOW


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def taken(*heavy: bool) -> list[Taken]:
    """Chats taken a quarter of an hour after each other, the last one a minute ago."""
    last = len(heavy) - 1
    return [Taken(NOW - minutes(1 + 15 * (last - at)), one) for at, one in enumerate(heavy)]


@pytest.mark.parametrize(
    ("chats", "number"),
    [
        (taken(), 0),
        (taken(True, True, True), 3),
        (taken(True, True, False), 0),
        (taken(True, False, True, True), 2),
    ],
)
def test_only_danger_chats_one_after_the_other_count(chats: list[Taken], number: int) -> None:
    assert heavy_in_a_row(chats, None) == number
    assert heavy_in_a_row(chats[::-1], None) == number


def test_a_rest_begins_the_count_anew() -> None:
    assert heavy_in_a_row(taken(True, True, True), NOW - minutes(20)) == 2


@pytest.mark.parametrize(
    ("heavy", "worked_hours", "acted_ago", "pauses", "expected"),
    [
        (3, 1, 1, False, "heavy"),
        (2, 1, 1, False, ""),
        (0, 3, 1, False, "long"),
        (0, 2.9, 1, False, ""),
        (3, 4, 1, True, ""),
        (3, 4, 31, False, ""),
    ],
)
def test_three_heavy_chats_or_three_hours_ask_for_a_rest_but_not_who_rests(
    heavy: int, worked_hours: float, acted_ago: float, pauses: bool, expected: Hint
) -> None:
    since, acted = NOW - timedelta(hours=worked_hours), NOW - minutes(acted_ago)
    assert hint(taken(*[True] * heavy), since, acted, pauses, NOW) == expected


def test_who_never_came_is_not_asked_to_rest() -> None:
    assert hint(taken(True, True, True), None, None, False, NOW) == ""
