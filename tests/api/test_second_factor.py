"""Codes that change every half minute, recovery codes, and the two steps of a log-in with them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pyotp
import pytest
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api import auth, second_factor
from bot.desk_tables import RecoveryCode
from bot.errors import NotUnderstood, SessionOver
from bot.privacy import KeyRing
from bot.runtime import Runtime
from bot.tables import AuditRow, ConsoleSession, Counsellor
from tests.api.conftest import OWN, Enter
from tests.conftest import Clock

pytestmark = pytest.mark.usefixtures("cheap_passwords")
Sessions = async_sessionmaker[AsyncSession]
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


async def enrolled(sessions: Sessions, ring: KeyRing, clock: Clock) -> tuple[str, list[str], str]:
    """A counsellor with a second factor: the secret, the recovery codes, the password."""
    async with sessions.begin() as session:
        password = await auth.create_counsellor(session, "lan", "Lan", "counsellor", clock())
        who, secret = await auth.get(session, "lan"), second_factor.new_secret()
        code = pyotp.TOTP(secret).at(clock())
        codes = await second_factor.set_up(session, ring, who, secret, code, clock())
    clock.pass_seconds(60)
    return secret, codes, password


async def give(sessions: Sessions, ring: KeyRing, clock: Clock, code: str) -> bool:
    async with sessions.begin() as session:
        who = await auth.get(session, "lan")
        return await second_factor.give(session, ring, who, code, clock()) is None


@pytest.mark.parametrize(
    ("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")]
)
def test_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert second_factor.step_of(RFC_SECRET, code, at) == seconds // 30


async def test_a_code_counts_once(sessions: Sessions, ring: KeyRing, clock: Clock) -> None:
    secret, _, _ = await enrolled(sessions, ring, clock)
    code = pyotp.TOTP(secret).at(clock())
    assert await give(sessions, ring, clock, code)
    assert not await give(sessions, ring, clock, code)
    clock.pass_seconds(30)
    assert await give(sessions, ring, clock, pyotp.TOTP(secret).at(clock()))


async def test_the_code_that_set_it_up_is_used_up(
    sessions: Sessions, ring: KeyRing, clock: Clock
) -> None:
    secret, _, _ = await enrolled(sessions, ring, clock)
    clock.pass_seconds(-60)
    assert not await give(sessions, ring, clock, pyotp.TOTP(secret).at(clock()))


async def test_a_clock_half_a_minute_off_is_fine_and_a_minute_off_is_not(
    sessions: Sessions, ring: KeyRing, clock: Clock
) -> None:
    secret, _, _ = await enrolled(sessions, ring, clock)
    totp, at = pyotp.TOTP(secret), int(clock().timestamp())
    assert not await give(sessions, ring, clock, totp.at(at + 60))
    assert not await give(sessions, ring, clock, totp.at(at - 60))
    assert await give(sessions, ring, clock, f" {totp.at(at - 30)[:3]} {totp.at(at - 30)[3:]} ")
    assert await give(sessions, ring, clock, totp.at(at + 30))


async def test_an_older_code_does_not_count_after_a_newer(
    sessions: Sessions, ring: KeyRing, clock: Clock
) -> None:
    secret, _, _ = await enrolled(sessions, ring, clock)
    totp, at = pyotp.TOTP(secret), int(clock().timestamp())
    assert await give(sessions, ring, clock, totp.at(at + 30))
    assert not await give(sessions, ring, clock, totp.at(at))


async def test_each_recovery_code_counts_once(
    sessions: Sessions, ring: KeyRing, clock: Clock
) -> None:
    _, codes, _ = await enrolled(sessions, ring, clock)
    assert len(set(codes)) == 10
    assert await give(sessions, ring, clock, codes[3].upper().replace("-", " "))
    assert not await give(sessions, ring, clock, codes[3])
    async with sessions.begin() as session:
        who = await auth.get(session, "lan")
        assert await second_factor.codes_left(session, who) == 9
        fresh = await second_factor.new_recovery_codes(session, ring, who)
    assert not await give(sessions, ring, clock, codes[4])
    assert await give(sessions, ring, clock, fresh[0])


async def test_neither_secret_nor_recovery_codes_lie_in_the_database(
    sessions: Sessions, ring: KeyRing, clock: Clock
) -> None:
    secret, codes, _ = await enrolled(sessions, ring, clock)
    async with sessions() as session:
        who = (await session.scalars(select(Counsellor))).one()
        hashes = (await session.scalars(select(RecoveryCode.code_hash))).all()
    assert who.totp is not None
    assert secret.encode() not in who.totp
    assert not any(code.replace("-", "").encode() in one for code in codes for one in hashes)


async def test_five_wrong_codes_pause_the_guessing(
    sessions: Sessions, ring: KeyRing, clock: Clock
) -> None:
    secret, _, _ = await enrolled(sessions, ring, clock)
    for _ in range(5):
        assert not await give(sessions, ring, clock, "000000 0")
    assert not await give(sessions, ring, clock, pyotp.TOTP(secret).at(clock()))
    clock.pass_seconds(61)
    assert await give(sessions, ring, clock, pyotp.TOTP(secret).at(clock()))


async def test_a_wrong_code_sets_nothing_up(
    sessions: Sessions, ring: KeyRing, clock: Clock
) -> None:
    async with sessions.begin() as session:
        await auth.create_counsellor(session, "lan", "Lan", "counsellor", clock())
        who, secret = await auth.get(session, "lan"), second_factor.new_secret()
        wrong = f"{(int(pyotp.TOTP(secret).at(clock())) + 1) % 1_000_000:06}"
        with pytest.raises(NotUnderstood):
            await second_factor.set_up(session, ring, who, secret, wrong, clock())


async def test_half_a_session_opens_nothing(
    sessions: Sessions, ring: KeyRing, clock: Clock
) -> None:
    _, _, password = await enrolled(sessions, ring, clock)
    async with sessions.begin() as session:
        token = await auth.log_in(session, "lan", password, clock())
        assert isinstance(token, str)
        with pytest.raises(SessionOver):
            await auth.counsellor_of(session, token, clock())
        assert (await auth.counsellor_of(session, token, clock(), half=True)).login == "lan"
        clock.pass_seconds(601)
        with pytest.raises(SessionOver):
            await auth.counsellor_of(session, token, clock(), half=True)


async def test_a_new_ring_key_still_opens_the_secret_and_reseals_it(
    sessions: Sessions, ring: KeyRing, clock: Clock
) -> None:
    secret, _, _ = await enrolled(sessions, ring, clock)
    rotated = ring.rotated()
    async with sessions.begin() as session:
        assert await second_factor.reseal(session, rotated) == 1
        assert await second_factor.reseal(session, rotated) == 0
    assert await give(sessions, rotated, clock, pyotp.TOTP(secret).at(clock()))


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    headers = {"Accept": "text/html"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://desk", headers=headers
    ) as client:
        yield client


async def start(app: FastAPI, role: str) -> str:
    """Somebody with a password of their own and no second factor."""
    runtime: Runtime = app.state.runtime
    now = runtime.clock()
    async with runtime.sessions.begin() as session:
        await auth.add_counsellor(session, "lan", "Lan", role, OWN, now, must_change=False)
    return OWN


def found(pattern: str, page: str) -> str:
    match = re.search(pattern, page)
    assert match, page
    return match[1]


@pytest.mark.parametrize("role", ["supervisor", "admin"])
async def test_who_looks_after_others_sets_it_up_before_anything_else(
    app: FastAPI, browser: httpx.AsyncClient, role: str
) -> None:
    password = await start(app, role)
    entered = await browser.post("/console/login", data={"login": "lan", "password": password})
    assert entered.headers["location"] == "/console"
    for path in ("/console", "/console/account", "/console/danger"):
        assert (await browser.get(path)).headers["location"] == "/console/second"
    assert (await browser.post("/console/account/sessions/end-others")).status_code == 403
    page = (await browser.get("/console/second")).text
    assert "<svg" in page
    assert "style=" not in page
    secret = found(r'id="secret">([A-Z2-7 ]+)<', page).replace(" ", "")
    pending = found(r'name="pending" value="([^"]+)"', page)
    wrong = await browser.post("/console/second", data={"pending": pending, "code": "12"})
    assert wrong.status_code == 422
    assert secret in wrong.text.replace(" ", "")
    pending = found(r'name="pending" value="([^"]+)"', wrong.text)
    code = pyotp.TOTP(secret).now()
    done = await browser.post("/console/second", data={"pending": pending, "code": code})
    assert len(re.findall(r"<li><code>[a-z0-9-]{14}</code>", done.text)) == 10
    assert (await browser.get("/console")).status_code == 200


async def test_logging_in_takes_two_steps_and_each_token_its_own(
    app: FastAPI, browser: httpx.AsyncClient
) -> None:
    password, runtime = await start(app, "counsellor"), app.state.runtime
    async with runtime.sessions.begin() as session:
        who, secret = await auth.get(session, "lan"), second_factor.new_secret()
        code = pyotp.TOTP(secret).now()
        codes = await second_factor.set_up(
            session, runtime.ring, who, secret, code, runtime.clock()
        )
    first = await browser.post(
        "/console/login", data={"login": "lan", "password": password, "next": "/console/danger"}
    )
    assert first.headers["location"] == "/console/login/code?next=%2Fconsole%2Fdanger"
    half = browser.cookies["diemtua_console"]
    assert (await browser.get("/console")).headers["location"].startswith("/console/login")
    page = await browser.get(first.headers["location"])
    assert 'value="/console/danger"' in page.text
    wrong = await browser.post("/console/login/code", data={"code": "1"})
    assert wrong.status_code == 401
    right = await browser.post(
        "/console/login/code", data={"code": codes[0], "next": "/console/danger"}
    )
    assert right.headers["location"] == "/console/danger"
    assert browser.cookies["diemtua_console"] != half
    assert browser.cookies["diemtua_device"]
    async with runtime.sessions() as session:
        rows = (await session.scalars(select(ConsoleSession))).all()
        actions = (await session.scalars(select(AuditRow.action).order_by(AuditRow.id))).all()
    assert [row.half for row in rows] == [False]
    assert actions == ["code refused", "log_in"]


async def test_a_secret_of_somebody_else_cannot_be_put_in(app: FastAPI, enter: Enter) -> None:
    lan, runtime = await enter("counsellor"), app.state.runtime
    async with runtime.sessions.begin() as session:
        other = await auth.add_counsellor(
            session, "minh", "Minh", "editor", OWN, runtime.clock(), must_change=False
        )
    theirs = second_factor.wrap(runtime.ring, other, RFC_SECRET)
    code = pyotp.TOTP(RFC_SECRET).now()
    for pending in (theirs, RFC_SECRET, "", "ạ"):
        answer = await lan.post("/console/second", data={"pending": pending, "code": code})
        assert answer.status_code == 422


async def test_taking_it_off_needs_a_code(app: FastAPI, enter: Enter) -> None:
    admin, runtime = await enter("admin"), app.state.runtime
    refused = await admin.post("/console/second/remove", data={"code": "1"})
    assert refused.status_code == 401
    assert (await admin.get("/console")).status_code == 200
    async with runtime.sessions.begin() as session:
        who = await auth.get(session, "admin")
        codes = await second_factor.new_recovery_codes(session, runtime.ring, who)
    shown = await admin.post("/console/second/codes", data={"code": codes[0]})
    fresh = re.findall(r"<li><code>([a-z0-9-]{14})</code>", shown.text)
    removed = await admin.post("/console/second/remove", data={"code": fresh[0]})
    assert removed.status_code == 303
    assert (await admin.get("/console")).headers["location"] == "/console/second"
