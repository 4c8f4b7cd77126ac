"""Guessing at passwords is slowed down, and nobody shuts out a counsellor."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api import attempts, auth
from api.attempts import Device, Origin, address_hash, pause_after, read_device, write_device
from bot.desk_tables import LogInFailure
from bot.privacy import KeyRing
from tests.conftest import Clock

pytestmark = pytest.mark.usefixtures("cheap_passwords")
Sessions = async_sessionmaker[AsyncSession]


async def create(sessions: Sessions, clock: Clock) -> str:
    async with sessions.begin() as session:
        return await auth.create_counsellor(session, "lan", "Lan", "counsellor", clock())


async def enter(
    sessions: Sessions, clock: Clock, login: str, password: str, origin: Origin
) -> str | auth.Refused:
    async with sessions.begin() as session:
        return await auth.log_in(session, login, password, clock(), origin)


async def fail(
    sessions: Sessions, clock: Clock, login: str, origin: Origin, times: int
) -> list[str | auth.Refused]:
    return [await enter(sessions, clock, login, "sai", origin) for _ in range(times)]


@pytest.mark.parametrize(
    ("failures", "minutes"), [(0, 0), (4, 0), (5, 1), (6, 2), (7, 4), (10, 32), (11, 60), (999, 60)]
)
def test_the_pause_doubles_with_each_failure_up_to_an_hour(failures: int, minutes: int) -> None:
    assert pause_after(failures, 5) == timedelta(minutes=minutes)


async def test_known_and_unknown_names_are_refused_alike(sessions: Sessions, clock: Clock) -> None:
    await create(sessions, clock)
    known = await fail(sessions, clock, "lan", Origin(b"here"), 7)
    unknown = await fail(sessions, clock, "ai-do", Origin(b"there"), 7)
    assert known == unknown
    assert known[4] == auth.Refused(auth.WRONG)
    assert "1 phút" in str(known[5])


async def test_the_right_password_waits_too_and_then_enters(
    sessions: Sessions, clock: Clock
) -> None:
    password = await create(sessions, clock)
    here = Origin(b"here")
    await fail(sessions, clock, "lan", here, 5)
    assert isinstance(await enter(sessions, clock, "lan", password, here), auth.Refused)
    clock.pass_seconds(61)
    assert isinstance(await enter(sessions, clock, "lan", password, here), str)
    await fail(sessions, clock, "lan", here, 4)
    assert isinstance(await enter(sessions, clock, "lan", password, here), str)


async def test_the_next_failure_after_a_pause_costs_a_longer_one(
    sessions: Sessions, clock: Clock
) -> None:
    await create(sessions, clock)
    here = Origin(b"here")
    await fail(sessions, clock, "lan", here, 5)
    clock.pass_seconds(61)
    await fail(sessions, clock, "lan", here, 1)
    clock.pass_seconds(61)
    assert "1 phút" in str(await enter(sessions, clock, "lan", "sai", here))


async def test_a_stranger_elsewhere_does_not_shut_out_a_counsellor(
    sessions: Sessions, clock: Clock
) -> None:
    password = await create(sessions, clock)
    await fail(sessions, clock, "lan", Origin(b"stranger"), 8)
    assert isinstance(await enter(sessions, clock, "lan", password, Origin(b"office")), str)


async def test_a_known_device_gets_in_while_strangers_everywhere_guess(
    sessions: Sessions, clock: Clock, ring: KeyRing
) -> None:
    password = await create(sessions, clock)
    for number in range(15):
        await fail(sessions, clock, "lan", Origin(f"{number}".encode()), 4)
    blocked = await enter(sessions, clock, "lan", password, Origin(b"office"))
    assert isinstance(blocked, auth.Refused)
    cookie = write_device(ring, Device(), "lan", clock())
    device = read_device(ring, cookie, clock())
    assert isinstance(await enter(sessions, clock, "lan", password, Origin(b"0", device)), str)


async def test_a_known_device_may_not_guess_without_end(
    sessions: Sessions, clock: Clock, ring: KeyRing
) -> None:
    password = await create(sessions, clock)
    device = read_device(ring, write_device(ring, Device(), "lan", clock()), clock())
    stolen = Origin(b"here", device)
    await fail(sessions, clock, "lan", stolen, 5)
    assert isinstance(await enter(sessions, clock, "lan", password, stolen), auth.Refused)


async def test_one_address_cannot_try_name_after_name(sessions: Sessions, clock: Clock) -> None:
    refused = [
        await enter(sessions, clock, f"ten{number}", "sai", Origin(b"here")) for number in range(31)
    ]
    assert refused[29] == auth.Refused(auth.WRONG)
    assert refused[30] != auth.Refused(auth.WRONG)


async def test_a_log_in_of_ones_own_does_not_clear_the_address(
    sessions: Sessions, clock: Clock
) -> None:
    password = await create(sessions, clock)
    here = Origin(b"here")
    for number in range(30):
        await enter(sessions, clock, f"ten{number}", "sai", here)
        if number == 20:
            assert isinstance(await enter(sessions, clock, "lan", password, here), str)
    assert await enter(sessions, clock, "ten", "sai", here) != auth.Refused(auth.WRONG)


async def test_guessing_in_parallel_gains_nothing(sessions: Sessions, clock: Clock) -> None:
    await create(sessions, clock)
    here = Origin(b"here")
    entries = await asyncio.gather(
        *(enter(sessions, clock, "lan", f"sai {n}", here) for n in range(5))
    )
    assert set(entries) <= {auth.Refused(auth.WRONG), auth.Refused(auth.BUSY)}
    mark = attempts.marks_of("password", "lan", here)[0].key
    counted = select(LogInFailure.failures).where(LogInFailure.mark == mark)
    async with sessions() as session:
        failures = await session.scalar(counted)
    assert failures == entries.count(auth.Refused(auth.WRONG))
    assert failures


async def test_a_day_later_failures_are_forgotten(sessions: Sessions, clock: Clock) -> None:
    await create(sessions, clock)
    await fail(sessions, clock, "lan", Origin(b"here"), 5)
    clock.pass_seconds(24 * 3600 + 1)
    await fail(sessions, clock, "khac", Origin(b"there"), 1)
    async with sessions() as session:
        rows = (await session.scalars(select(LogInFailure))).all()
    assert {row.failures for row in rows} == {1}


async def test_no_address_and_no_name_stands_in_the_table(
    sessions: Sessions, clock: Clock, ring: KeyRing
) -> None:
    await fail(sessions, clock, "lan", Origin(address_hash(ring, "203.0.113.9")), 1)
    async with sessions() as session:
        rows = (await session.scalars(select(LogInFailure))).all()
    for row in rows:
        assert len(row.mark) == 32
        assert b"203.0.113.9" not in row.mark
        assert b"lan" not in (row.login_mark or b"")


def test_one_household_is_one_address(ring: KeyRing) -> None:
    assert address_hash(ring, "2001:db8:1:2::1") == address_hash(ring, "2001:db8:1:2:ffff::9")
    assert address_hash(ring, "2001:db8:1:2::1") != address_hash(ring, "2001:db8:1:3::1")
    assert address_hash(ring, "::ffff:203.0.113.9") == address_hash(ring, "203.0.113.9")
    assert address_hash(ring, "203.0.113.9") != address_hash(KeyRing.fresh(), "203.0.113.9")


def test_a_shared_computer_knows_the_last_ten(ring: KeyRing, clock: Clock) -> None:
    device = Device()
    for number in range(12):
        cookie = write_device(ring, device, f"ten{number}", clock())
        device = read_device(ring, cookie, clock())
    assert len(device.known) == 10
    knows = [
        len(attempts.marks_of("password", f"ten{n}", Origin(b"", device))) == 1 for n in range(12)
    ]
    assert knows == [False, False] + [True] * 10


@pytest.mark.parametrize("cookie", ["", "x", "ạ", "A" * 10_000, "====", "\0"])
def test_a_forged_device_is_unknown(ring: KeyRing, clock: Clock, cookie: str) -> None:
    assert read_device(ring, cookie, clock()) == Device()


def test_a_device_of_another_desk_or_after_a_year_is_unknown(ring: KeyRing, clock: Clock) -> None:
    cookie = write_device(ring, Device(), "lan", clock())
    assert read_device(KeyRing.fresh(), cookie, clock()) == Device()
    clock.pass_seconds(366 * 24 * 3600)
    assert read_device(ring, cookie, clock()) == Device()
