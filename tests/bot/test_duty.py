"""Who reads a cry for help is told honestly, and the on-call address learns no more than it must."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from uuid import uuid4

import httpx
import pytest

from bot.duty import ZALO_CONSENT, Duty, NotTold, Roster, tell_on_call
from bot.hours import DayOff, read_hours

DAY = read_hours("07:30-21:00")
SECRET = "http://127.0.0.1:9/secret-token"


def at(hour: int, minute: int = 0) -> datetime:
    """A time in Vietnam."""
    return datetime(2026, 11, 23, (hour - 7) % 24, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("duty", "now", "told"),
    [
        (Duty(), at(3), "tư vấn viên đọc tin của bạn ngay"),
        (Duty(DAY), at(7, 30), "tư vấn viên đọc tin của bạn ngay"),
        (Duty(DAY, on_call=True), at(21), "báo người trực khẩn"),
        (Duty(DAY), at(21), "07:30 ngày mai mới có người đọc"),
        (Duty(DAY), at(7, 29), "07:30 hôm nay mới có người đọc"),
    ],
)
def test_who_reads_and_when_is_told_as_it_is(duty: Duty, now: datetime, told: str) -> None:
    assert told in duty.who_reads(now)


def test_on_a_day_off_nobody_in_danger_is_told_to_wait_for_the_desk() -> None:
    days = frozenset({DayOff(date(2026, 11, 23)), DayOff(date(2026, 11, 24))})
    told = Duty(roster=Roster(days_off=days)).who_reads(at(10))
    assert "00:00 thứ tư 25/11 mới có người đọc" in told
    assert "đừng chờ" in told
    on_call = Duty(DAY, on_call=True, roster=Roster(days_off=days))
    assert "báo người trực khẩn" in on_call.who_reads(at(10))


def test_a_team_without_hours_of_its_own_keeps_those_of_the_desk() -> None:
    teams = ((uuid4(), None), (uuid4(), read_hours("21:00-23:00")))
    duty = Duty(DAY, roster=Roster(teams))
    assert [duty.is_staffed(at(hour)) for hour in (7, 20, 22, 23)] == [False, True, True, False]


async def test_who_is_on_call_learns_that_there_is_danger_and_nothing_else() -> None:
    taken: list[dict[str, str]] = []

    def take(request: httpx.Request) -> httpx.Response:
        taken.append(json.loads(request.content))
        return httpx.Response(200)

    async with httpx.AsyncClient(transport=httpx.MockTransport(take)) as http:
        await tell_on_call(http, SECRET, "emergency")
    assert list(taken[0]) == ["text"]
    assert "nguy hiểm ngay lúc này" in taken[0]["text"]


async def test_who_is_on_call_learns_what_ends_zalo_and_what_to_do() -> None:
    taken: list[str] = []

    def take(request: httpx.Request) -> httpx.Response:
        taken.append(json.loads(request.content)["text"])
        return httpx.Response(200)

    async with httpx.AsyncClient(transport=httpx.MockTransport(take)) as http:
        await tell_on_call(http, SECRET, ZALO_CONSENT)
    assert "cho phép lại" in taken[0]
    assert "nguy hiểm" not in taken[0]


def refuse(request: httpx.Request) -> httpx.Response:
    return httpx.Response(500)


def vanish(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("no route", request=request)


@pytest.mark.parametrize("platform", [refuse, vanish])
async def test_an_address_that_does_not_answer_is_reported_without_its_secret(
    platform: httpx.MockTransport,
) -> None:
    async with httpx.AsyncClient(transport=httpx.MockTransport(platform)) as http:  # type: ignore[arg-type]
        with pytest.raises(NotTold) as failed:
            await tell_on_call(http, SECRET, "urgent")
    assert "secret-token" not in failed.value.line
    assert failed.value.__cause__ is None
