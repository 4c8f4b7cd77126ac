"""How it was is asked once, in two taps, never after danger, and never stands in anybody's way."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from bot import ratings, restraints
from bot.desk_tables import Rating, Restraint
from bot.runtime import Runtime
from bot.tables import Counsellor
from tests.bot.citizen import Citizen, counsellor, end, take
from tests.conftest import Clock

HUMAN = "em muốn gặp người thật"
CRY = "em uống cả vỉ thuốc rồi, em muốn chết"
ASKED = "có giúp được bạn không"


async def talked(
    runtime: Runtime, first: str = HUMAN, outcome: str = "advised"
) -> tuple[Citizen, Counsellor]:
    """A talk with a counsellor that has ended."""
    lan = await counsellor(runtime)
    citizen = Citizen(runtime)
    await citizen.says(first)
    await take(runtime, citizen, lan)
    await end(runtime, citizen, lan, outcome)
    await citizen.reads()
    return citizen, lan


async def kept(runtime: Runtime) -> list[tuple[int, str]]:
    async with runtime.sessions() as session:
        return [(one.stars, one.reason) for one in await session.scalars(select(Rating))]


async def test_it_is_asked_once_and_answered_in_two_taps_or_by_numbers(runtime: Runtime) -> None:
    citizen, _ = await talked(runtime)
    assert await ratings.ask_for_ratings(runtime) == 1
    assert ASKED in await citizen.reads()
    assert await ratings.ask_for_ratings(runtime) == 0
    assert "Điều gì chưa được" in await citizen.says("2")
    assert await kept(runtime) == [(1, "")]
    assert "Mình đã ghi lại" in await citizen.says("phai cho lau")
    assert await kept(runtime) == [(1, "slow")]
    assert "Điều gì giúp bạn nhất" in await citizen.presses("/rate 2")
    assert await kept(runtime) == [(2, "")]
    await citizen.presses("/rated slow")
    assert await kept(runtime) == [(2, "")]


async def test_whatever_else_is_written_is_answered_as_ever(runtime: Runtime) -> None:
    citizen, _ = await talked(runtime)
    await ratings.ask_for_ratings(runtime)
    assert "24 tháng" in await citizen.says("cai nghiện tại nhà mất bao lâu")
    assert "115" in await citizen.says(CRY)
    assert await kept(runtime) == []


async def test_nobody_is_asked_after_danger(runtime: Runtime) -> None:
    citizen, _ = await talked(runtime, CRY)
    assert await ratings.ask_for_ratings(runtime) == 0
    assert ASKED not in await citizen.reads()


async def test_nobody_is_asked_after_abuse(runtime: Runtime) -> None:
    await talked(runtime, outcome="abuse")
    assert await ratings.ask_for_ratings(runtime) == 0


async def test_nobody_is_asked_who_is_kept_silent(runtime: Runtime, clock: Clock) -> None:
    citizen, lan = await talked(runtime)
    async with runtime.sessions.begin() as session:
        person = (await citizen.talk()).person_id
        session.add(
            Restraint(
                person_id=person,
                kind="muted",
                reason=b"",
                until=clock() + timedelta(hours=1),
                given_at=clock(),
                given_by=lan.id,
            )
        )
    async with runtime.sessions() as session:
        assert await restraints.held_against(session, await citizen.talk(), clock()) is not None
    assert await ratings.ask_for_ratings(runtime) == 0


async def test_nobody_is_asked_who_has_written_on_or_left_long_ago(
    runtime: Runtime, clock: Clock
) -> None:
    citizen, lan = await talked(runtime)
    clock.pass_seconds(5)
    await citizen.says("cai nghiện tại nhà mất bao lâu")
    assert await ratings.ask_for_ratings(runtime) == 0
    await citizen.says(HUMAN)
    await take(runtime, citizen, lan)
    await end(runtime, citizen, lan)
    clock.pass_seconds(16 * 60)
    assert await ratings.ask_for_ratings(runtime) == 0


async def test_who_left_the_queue_alone_has_no_talk_to_rate(runtime: Runtime) -> None:
    citizen = Citizen(runtime)
    await citizen.says(HUMAN)
    await citizen.presses("/bot")
    assert await ratings.ask_for_ratings(runtime) == 0
    assert "Mình không tìm thấy" in await citizen.presses("/rate 2")
