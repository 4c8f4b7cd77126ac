"""Who gets into the console, and who does not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api import auth, passwords
from api import sessions as console_sessions
from bot.errors import AlreadyTaken, NotFound, NotUnderstood, SessionOver
from bot.tables import ConsoleSession, Counsellor
from tests.conftest import Clock

Sessions = async_sessionmaker[AsyncSession]
OWN = "hoa sen trên ao"


async def create(sessions: Sessions, clock: Clock, login: str = "lan") -> str:
    async with sessions.begin() as session:
        return await auth.create_counsellor(session, login, "Lan", "counsellor", clock())


async def enter(sessions: Sessions, clock: Clock, login: str, password: str) -> str | auth.Refused:
    async with sessions.begin() as session:
        return await auth.log_in(session, login, password, clock())


async def enter_well(sessions: Sessions, clock: Clock, login: str, password: str) -> str:
    token = await enter(sessions, clock, login, password)
    assert isinstance(token, str)
    return token


async def who(sessions: Sessions, clock: Clock, token: str) -> Counsellor:
    async with sessions() as session:
        return await auth.counsellor_of(session, token, clock())


async def change(sessions: Sessions, clock: Clock, token: str, current: str, new: str) -> None:
    async with sessions.begin() as session:
        await auth.change_password(session, token, current, new, clock())


async def test_one_time_password_opens_the_console_and_must_be_changed(
    sessions: Sessions, clock: Clock
) -> None:
    password = await create(sessions, clock)
    token = await enter_well(sessions, clock, "lan", password)
    assert (await who(sessions, clock, token)).must_change
    await change(sessions, clock, token, password, OWN)
    assert not (await who(sessions, clock, token)).must_change
    assert await enter(sessions, clock, "lan", password) == auth.Refused(auth.WRONG)
    assert isinstance(await enter(sessions, clock, "LAN ", OWN), str)


async def test_no_two_one_time_passwords_are_alike(sessions: Sessions, clock: Clock) -> None:
    first = await create(sessions, clock)
    second = await create(sessions, clock, "minh")
    async with sessions.begin() as session:
        third = await auth.reset_password(session, "lan")
    assert len({first, second, third}) == 3
    assert all(len(password) == 19 for password in (first, second, third))


async def test_neither_password_nor_token_lies_in_the_database(
    sessions: Sessions, clock: Clock
) -> None:
    password = await create(sessions, clock)
    token = await enter_well(sessions, clock, "lan", password)
    async with sessions() as session:
        counsellor = (await session.scalars(select(Counsellor))).one()
        row = (await session.scalars(select(ConsoleSession))).one()
    assert counsellor.password_hash.startswith("$argon2id$")
    assert password not in counsellor.password_hash
    assert len(row.token_hash) == 32
    assert token.encode() not in row.token_hash


async def test_wrong_login_and_wrong_password_get_the_same_line(
    sessions: Sessions, clock: Clock
) -> None:
    await create(sessions, clock)
    assert await enter(sessions, clock, "lan", "sai") == auth.Refused(auth.WRONG)
    assert await enter(sessions, clock, "ai-do", "sai") == auth.Refused(auth.WRONG)
    assert await enter(sessions, clock, "lan\0", "\0") == auth.Refused(auth.WRONG)


async def test_unknown_login_costs_a_password_check_too(
    sessions: Sessions, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    real = passwords._hasher().verify

    class Counting:
        def verify(self, stored: str, password: str) -> bool:
            checked.append(stored)
            return real(stored, password)

    await passwords.is_right(None, "sai")
    monkeypatch.setattr(passwords, "_hasher", Counting)
    await enter(sessions, clock, "ai-do", "sai")
    assert len(checked) == 1
    assert checked[0].startswith("$argon2id$")


async def test_session_ends_after_twelve_hours(sessions: Sessions, clock: Clock) -> None:
    token = await enter_well(sessions, clock, "lan", await create(sessions, clock))
    clock.pass_seconds(timedelta(hours=12).total_seconds() - 1)
    assert (await who(sessions, clock, token)).login == "lan"
    clock.pass_seconds(1)
    with pytest.raises(SessionOver):
        await who(sessions, clock, token)


@pytest.mark.parametrize("token", ["", "x", "ạ" * 50, "\0", "A" * 10_000])
async def test_forged_token_opens_nothing(sessions: Sessions, clock: Clock, token: str) -> None:
    await enter_well(sessions, clock, "lan", await create(sessions, clock))
    with pytest.raises(SessionOver):
        await who(sessions, clock, token)


async def test_logging_out_ends_that_session_only(sessions: Sessions, clock: Clock) -> None:
    password = await create(sessions, clock)
    here = await enter_well(sessions, clock, "lan", password)
    there = await enter_well(sessions, clock, "lan", password)
    async with sessions.begin() as session:
        await console_sessions.end(session, here)
    with pytest.raises(SessionOver):
        await who(sessions, clock, here)
    assert (await who(sessions, clock, there)).login == "lan"


async def test_new_password_ends_other_sessions(sessions: Sessions, clock: Clock) -> None:
    password = await create(sessions, clock)
    here = await enter_well(sessions, clock, "lan", password)
    there = await enter_well(sessions, clock, "lan", password)
    await change(sessions, clock, here, password, OWN)
    assert (await who(sessions, clock, here)).login == "lan"
    with pytest.raises(SessionOver):
        await who(sessions, clock, there)


async def test_reset_unlocks_and_ends_every_session(sessions: Sessions, clock: Clock) -> None:
    token = await enter_well(sessions, clock, "lan", await create(sessions, clock))
    for _ in range(5):
        await enter(sessions, clock, "lan", "sai")
    assert await enter(sessions, clock, "lan", "sai") != auth.Refused(auth.WRONG)
    async with sessions.begin() as session:
        password = await auth.reset_password(session, "lan")
    with pytest.raises(SessionOver):
        await who(sessions, clock, token)
    fresh = await enter_well(sessions, clock, "lan", password)
    assert (await who(sessions, clock, fresh)).must_change


async def test_reset_of_nobody_is_not_found(sessions: Sessions) -> None:
    with pytest.raises(NotFound):
        async with sessions.begin() as session:
            await auth.reset_password(session, "ai-do")


async def test_disabled_counsellor_stays_out_and_is_put_out(
    sessions: Sessions, clock: Clock
) -> None:
    password = await create(sessions, clock)
    token = await enter_well(sessions, clock, "lan", password)
    async with sessions.begin() as session:
        (await session.scalars(select(Counsellor))).one().disabled_at = clock()
    with pytest.raises(SessionOver):
        await who(sessions, clock, token)
    assert await enter(sessions, clock, "lan", password) == auth.Refused(auth.DISABLED)
    assert await enter(sessions, clock, "lan", "sai") == auth.Refused(auth.WRONG)


@pytest.mark.parametrize(
    ("new", "line"),
    [
        ("ngắn quá", "ít nhất 10"),
        ("dài " * 60, "200"),
        ("aaaaaaaaaaaa", "dễ đoán"),
        ("lanlanlanlan12", "dễ đoán"),
    ],
)
async def test_poor_password_is_refused_with_the_reason(
    sessions: Sessions, clock: Clock, new: str, line: str
) -> None:
    password = await create(sessions, clock)
    token = await enter_well(sessions, clock, "lan", password)
    with pytest.raises(NotUnderstood, match=line):
        await change(sessions, clock, token, password, new)
    assert isinstance(await enter(sessions, clock, "lan", password), str)


async def test_old_password_is_not_a_new_one(sessions: Sessions, clock: Clock) -> None:
    password = await create(sessions, clock)
    token = await enter_well(sessions, clock, "lan", password)
    with pytest.raises(NotUnderstood, match="khác mật khẩu cũ"):
        await change(sessions, clock, token, password, password)


async def test_password_is_not_changed_without_the_current_one(
    sessions: Sessions, clock: Clock
) -> None:
    token = await enter_well(sessions, clock, "lan", await create(sessions, clock))
    with pytest.raises(NotUnderstood, match="hiện tại"):
        await change(sessions, clock, token, "sai", OWN)


async def test_password_typed_on_another_keyboard_is_the_same(
    sessions: Sessions, clock: Clock
) -> None:
    password = await create(sessions, clock)
    token = await enter_well(sessions, clock, "lan", password)
    await change(sessions, clock, token, password, "tr\u00ean ao sen h\u1ed3ng")
    decomposed = "tre\u0302n ao sen ho\u0302\u0300ng"
    assert isinstance(await enter(sessions, clock, "lan", decomposed), str)


@pytest.mark.parametrize(
    ("login", "name", "role"),
    [
        ("", "Lan", "counsellor"),
        ("có dấu", "Lan", "counsellor"),
        ("l" * 41, "Lan", "counsellor"),
        ("lan", " ", "counsellor"),
        ("lan", "L\nan", "counsellor"),
        ("lan", "L" * 61, "counsellor"),
        ("lan", "Lan", "root"),
    ],
)
async def test_counsellor_of_an_impossible_form_is_not_created(
    sessions: Sessions, clock: Clock, login: str, name: str, role: str
) -> None:
    with pytest.raises(NotUnderstood):
        async with sessions.begin() as session:
            await auth.create_counsellor(session, login, name, role, clock())


async def test_login_is_given_once(sessions: Sessions, clock: Clock) -> None:
    await create(sessions, clock)
    with pytest.raises(AlreadyTaken):
        await create(sessions, clock, "LAN")
