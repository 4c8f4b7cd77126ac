"""Who asks to be called back is called back: promised only while the desk is open, brought up once at its
time, with the number they gave, which nobody else can read."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from bot import call_backs
from bot.call_backs import read_number
from bot.desk_tables import CallBack
from bot.duty import Duty
from bot.hours import read_hours
from bot.runtime import Runtime
from tests.bot.citizen import Citizen, counsellor, end, take
from tests.conftest import Clock

HUMAN = "em muốn gặp người thật"
CRY = "em uống cả vỉ thuốc rồi, em muốn chết"
DAY = 24 * 3600


async def rows(runtime: Runtime) -> list[CallBack]:
    async with runtime.sessions() as session:
        return list(await session.scalars(select(CallBack)))


async def promised(runtime: Runtime, time: str, channel: str = "terminal") -> Citizen:
    citizen = Citizen(runtime, channel)
    await citizen.says(HUMAN)
    await citizen.presses("/callback")
    assert "Mình đã hẹn" in await citizen.says(time)
    return citizen


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0912 345 678", "0912345678"),
        ("số em là 0912.345.678 nha", "0912345678"),
        ("+84 912 345 678", "0912345678"),
        ("84912345678", "0912345678"),
        ("024 3825 5599", "02438255599"),
        ("0112345678", ""),
        ("091234567", ""),
        ("001099012345", ""),
        ("em không có số", ""),
    ],
)
def test_a_number_is_read_however_it_is_grouped(text: str, number: str) -> None:
    assert read_number(text) == number


async def test_a_call_back_leaves_the_queue_and_comes_up_once_at_its_time_with_its_number(
    runtime: Runtime, clock: Clock
) -> None:
    citizen = await promised(runtime, "8h sáng mai")
    assert "sẽ gọi cho bạn" in await citizen.says("0912 345 678")
    assert await citizen.case() is None
    (row,) = await rows(runtime)
    assert row.sealed is not None
    assert b"0912345678" not in row.sealed
    assert await call_backs.bring_up(runtime) == 0
    clock.pass_seconds(23 * 3600)
    async with runtime.sessions() as session:
        (due,) = await call_backs.due(session, runtime.ring, clock())
    assert (due.number, due.handoff_id) == ("0912345678", None)
    assert await call_backs.bring_up(runtime) == 1
    assert await call_backs.bring_up(runtime) == 0
    case = await citizen.case()
    assert case is not None
    assert (case.state, case.reason) == ("waiting", "call_back")
    assert "Đến giờ bạn hẹn rồi" in await citizen.reads()
    notes = [line.text for line in await citizen.lines() if line.author == "note"]
    assert any("0912345678" in note for note in notes)


async def test_a_call_back_is_done_once_a_counsellor_has_taken_it(
    runtime: Runtime, clock: Clock
) -> None:
    lan = await counsellor(runtime)
    citizen = await promised(runtime, "8h sáng mai")
    clock.pass_seconds(DAY)
    await call_backs.bring_up(runtime)
    await take(runtime, citizen, lan)
    await end(runtime, citizen, lan)
    assert await call_backs.bring_up(runtime) == 0
    (row,) = await rows(runtime)
    assert row.done_by == lan.id


async def test_who_no_longer_wants_it_is_not_brought_up_again(
    runtime: Runtime, clock: Clock
) -> None:
    citizen = await promised(runtime, "8h sáng mai")
    clock.pass_seconds(DAY)
    await call_backs.bring_up(runtime)
    await citizen.presses("/bot")
    assert await call_backs.bring_up(runtime) == 0
    assert await citizen.case() is None


async def test_a_promise_can_be_changed_and_taken_back(runtime: Runtime) -> None:
    citizen = await promised(runtime, "8h sáng mai")
    await citizen.presses("/callback")
    assert "15:00 ngày mai" in await citizen.says("mai 15h")
    assert len(await rows(runtime)) == 1
    assert "Mình đã hủy hẹn" in await citizen.presses("/callback no")
    assert await rows(runtime) == []
    assert "không còn hẹn nào" in await citizen.presses("/callback no")


async def test_while_the_desk_is_closed_nothing_is_promised_and_the_nearest_time_is_offered(
    runtime: Runtime,
) -> None:
    office = replace(runtime, duty=Duty(read_hours("07:30-11:30,13:30-17:00")))
    citizen = Citizen(office)
    await citizen.says(HUMAN)
    await citizen.presses("/callback")
    assert "Gần nhất là 07:30 ngày mai" in await citizen.says("7 giờ tối nay")
    assert await rows(office) == []
    button = (await citizen.lines())[-1].buttons[0]
    assert "Mình đã hẹn 07:30 ngày mai" in await citizen.presses(button.payload)


@pytest.mark.parametrize("payload", ["/callback 2020-01-01T08:00", "/callback 2099-01-01T08:00"])
async def test_a_forged_time_is_no_promise(runtime: Runtime, payload: str) -> None:
    assert "Bạn muốn được liên lạc lúc nào" in await Citizen(runtime).presses(payload)
    assert await rows(runtime) == []


async def test_on_a_messenger_no_number_is_asked_for(runtime: Runtime) -> None:
    citizen = Citizen(runtime, "loopback")
    await citizen.says(HUMAN)
    await citizen.presses("/callback")
    told = await citizen.says("8h sáng mai")
    assert "sẽ nhắn cho bạn ở đây" in told
    assert "số điện thoại" not in told


async def test_danger_keeps_somebody_in_the_queue_whatever_was_promised(runtime: Runtime) -> None:
    citizen = Citizen(runtime)
    await citizen.says(CRY)
    await citizen.presses("/callback 2026-11-24T08:00")
    case = await citizen.case()
    assert case is not None
    assert (case.state, case.priority) == ("waiting", 2)
