"""Times as people say them. It is ten o'clock on Monday, the 23rd of November 2026, in Vietnam."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.call_times import is_only_a_time, read_time, speaks_of_time
from bot.hours import VIETNAM
from bot.understand import fold

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
SAID = {
    "8 giờ sáng mai": "24 08:00",
    "sáng mai 8h": "24 08:00",
    "8h sáng mai nha": "24 08:00",
    "tám giờ sáng mai": "24 08:00",
    "8 rưỡi sáng mai": "24 08:30",
    "8 giờ rưỡi sáng mai": "24 08:30",
    "8h30 sáng mai": "24 08:30",
    "8g30 sáng mai": "24 08:30",
    "9 giờ kém 15 sáng mai": "24 08:45",
    "14h30": "23 14:30",
    "14:30": "23 14:30",
    "14 giờ 30 phút": "23 14:30",
    "2h chiều": "23 14:00",
    "2 giờ chiều nay": "23 14:00",
    "3h": "23 15:00",
    "lúc 3 giờ": "23 15:00",
    "9h": "24 09:00",
    "11h trưa": "23 11:00",
    "12 giờ trưa mai": "24 12:00",
    "1h trưa": "23 13:00",
    "7 giờ tối nay": "23 19:00",
    "9 giờ đêm nay": "23 21:00",
    "tối nay": "23 19:00",
    "chiều nay": "23 14:00",
    "chiều mai": "24 14:00",
    "ngày mai": "24 08:00",
    "mai": "24 08:00",
    "mai 14h": "24 14:00",
    "ngày mốt lúc 9h": "25 09:00",
    "sáng ngày kia": "25 08:00",
    "chiều thứ 3": "24 14:00",
    "chiều thứ ba": "24 14:00",
    "thứ tư 10h": "25 10:00",
    "thứ năm lúc 5 giờ chiều": "26 17:00",
    "sáng thứ sáu": "27 08:00",
    "t7 9h30": "28 09:30",
    "chủ nhật 9h sáng": "29 09:00",
    "cn 9h": "29 09:00",
    "thứ hai 8h": "30 08:00",
    "thứ hai 15h": "23 15:00",
    "thứ 2 tuần sau": "30 08:00",
    "thứ tư tuần sau lúc 9h": "02 09:00",
    "25/11 lúc 9h": "25 09:00",
    "9h ngày 25/11": "25 09:00",
    "9h30 25/11/2026": "25 09:30",
    "ngày 27": "27 08:00",
    "ngày 2 tháng 12 lúc 15h": "02 15:00",
    "30 phút nữa": "23 10:30",
    "nửa tiếng nữa": "23 10:30",
    "1 tiếng nữa": "23 11:00",
    "một tiếng rưỡi nữa": "23 11:30",
    "2 tiếng nữa gọi mình nhé": "23 12:00",
    "2 ngày nữa lúc 9h": "25 09:00",
    "bất cứ lúc nào": "23 10:00",
    "lúc nào cũng được": "23 10:00",
    "càng sớm càng tốt": "23 10:00",
    "15": "23 15:00",
    "gọi mình lúc 16 giờ nhé": "23 16:00",
    "sau 17h được không": "23 17:00",
}
NO_TIMES = [
    "em muốn hỏi về cai nghiện",
    "em 14 tuổi",
    "115 không nghe máy",
    "mẹ em sợ lắm",
    "cai nghiện tại nhà mất bao lâu",
    "thôi khỏi",
    "0912 345 678",
    "",
    "25/10",
    "31/11",
    "99h",
    "25 giờ",
    "8h sáng nay",
    "45",
]


@pytest.mark.parametrize(("said", "meant"), SAID.items(), ids=SAID)
def test_a_time_is_read_with_and_without_accents(said: str, meant: str) -> None:
    for written in (said, fold(said), said.upper()):
        at = read_time(written, NOW)
        assert at is not None, written
        assert at.astimezone(VIETNAM).strftime("%d %H:%M") == meant, written


@pytest.mark.parametrize("said", NO_TIMES)
def test_what_names_no_time_to_come_is_none(said: str) -> None:
    assert read_time(said, NOW) is None


def test_nobody_is_promised_a_call_after_a_month() -> None:
    assert read_time("20/12 lúc 9h", NOW) is not None
    assert read_time("24/12 lúc 9h", NOW) is None


@pytest.mark.parametrize(
    ("said", "meant"),
    [("8h sáng nay", True), ("25 giờ", True), ("em muốn hỏi về cai nghiện", False)],
)
def test_a_time_that_cannot_be_is_known_from_other_words(said: str, meant: bool) -> None:
    assert speaks_of_time(said) is meant


@pytest.mark.parametrize("said", SAID)
def test_a_time_is_known_to_be_nothing_but_a_time(said: str) -> None:
    assert is_only_a_time(said, NOW)


@pytest.mark.parametrize(
    "said",
    ["tối nay em đi", "8h sáng mai em chết", "mai em không còn nữa", "8h sáng nay", "em mệt"],
)
def test_a_farewell_with_a_time_in_it_is_not_only_a_time(said: str) -> None:
    assert not is_only_a_time(said, NOW)


@pytest.mark.parametrize("said", SAID)
def test_a_time_read_is_to_come_and_within_a_month(said: str) -> None:
    for hour in range(24):
        now = NOW + timedelta(hours=hour)
        at = read_time(said, now)
        assert at is None or now <= at <= now + timedelta(days=30)
