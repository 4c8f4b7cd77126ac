"""Consent on Zalo's own page: who may ask for it, what comes back, and what the console says of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api.app import build_web
from api.console.consent import name_in, state_of
from api.console.zalo import alarm, alarm_for_others, in_words
from bot.channel_tables import ChannelToken
from bot.channels import Call
from bot.channels.zalo_tokens import Standing
from bot.privacy import KeyRing
from bot.settings import Settings
from bot.tables import AuditRow, Counsellor
from tests.api.conftest import Enter
from tests.zalo_server import APP, APP_SECRET, OA, ZaloServer

Sessions = async_sessionmaker[AsyncSession]
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
HERE = "https://diemtua.example"


@pytest.fixture
def zalo() -> Iterator[ZaloServer]:
    server = ZaloServer()
    yield server
    server.close()


@pytest.fixture
def settings(database_url: str, tmp_path: Path, zalo: ZaloServer) -> Settings:
    return Settings(
        DATABASE_URL=database_url,
        data_dir=tmp_path,
        public_url=HERE,
        zalo_oa_app_id=APP,
        zalo_oa_secret="oa-secret",
        zalo_oa_app_secret=APP_SECRET,
        zalo_oa_base_url=zalo.url,
        zalo_oa_oauth_url=zalo.url,
    )


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    KeyRing.fresh().save(settings.keyring)
    app = build_web(settings)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def zalos_browser(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """The browser as it comes back from Zalo: without our cookie, which stays with our own pages."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
        yield client


def link(page: str) -> dict[str, str]:
    """What the link to Zalo asks."""
    found = re.search(r'id="consent" href="([^"]+)"', page)
    assert found
    query = parse_qs(urlsplit(unescape(found[1])).query)
    return {name: values[0] for name, values in query.items()}


async def consent(browser: httpx.AsyncClient, **answer: str) -> httpx.Response:
    return await browser.get("/console/zalo/callback", params=answer)


async def test_an_admin_is_sent_to_zalo_and_back_to_our_address(
    enter: Enter, zalo: ZaloServer
) -> None:
    admin = await enter("admin")
    page = (await admin.get("/console/zalo")).text
    assert "Chưa ai cho phép" in page
    asked = link(page)
    assert (asked["app_id"], asked["redirect_uri"]) == (APP, f"{HERE}/console/zalo/callback")
    assert f"{zalo.url}/v4/oa/permission?" in page
    assert APP_SECRET not in page


async def test_consent_gives_the_tokens_and_messages_go_out(
    enter: Enter, app: FastAPI, zalos_browser: httpx.AsyncClient, zalo: ZaloServer
) -> None:
    admin = await enter("admin")
    state = link((await admin.get("/console/zalo")).text)["state"]
    back = await consent(zalos_browser, code="good", state=state, oa_id=OA)
    assert (back.status_code, "Xong" in back.text) == (200, True)
    page = (await admin.get("/console/zalo")).text
    assert "Đang dùng được" in page
    assert OA in page
    assert (await admin.get("/console/zalo/alarm")).text.strip() == ""
    call = Call("v3.0/oa/message/cs", {"recipient": {"user_id": "7"}, "message": {"text": "a"}})
    assert (await app.state.channels["zalo_oa"].send(call)).state == "sent"
    assert zalo.sent == [call.body]


async def asked_by(admin: httpx.AsyncClient) -> str:
    """The `state` of the link that an admin's page shows now."""
    return link((await admin.get("/console/zalo")).text)["state"]


async def test_an_answer_counts_once(
    enter: Enter, zalos_browser: httpx.AsyncClient, zalo: ZaloServer
) -> None:
    admin = await enter("admin")
    earlier, state = await asked_by(admin), await asked_by(admin)
    assert (await consent(zalos_browser, code="good", state=state)).status_code == 200
    for spent in (state, earlier):
        again = await consent(zalos_browser, code="good", state=spent)
        assert (again.status_code, "đã dùng rồi" in again.text) == (403, True)
    assert zalo.asked == ["authorization_code"]
    assert (await consent(zalos_browser, code="good", state=await asked_by(admin))).is_success


async def test_answers_that_arrive_together_count_once(
    enter: Enter, zalos_browser: httpx.AsyncClient, zalo: ZaloServer
) -> None:
    state = await asked_by(await enter("admin"))
    answers = [consent(zalos_browser, code="good", state=state) for _ in range(4)]
    statuses = [one.status_code for one in await asyncio.gather(*answers)]
    assert sorted(statuses) == [200, 403, 403, 403]
    assert zalo.asked == ["authorization_code"]


async def test_an_answer_counts_only_while_its_log_in_lasts(
    enter: Enter, zalos_browser: httpx.AsyncClient, zalo: ZaloServer
) -> None:
    admin = await enter("admin")
    state = await asked_by(admin)
    await admin.post("/console/logout", headers={"Sec-Fetch-Site": "same-origin"})
    assert (await consent(zalos_browser, code="good", state=state)).status_code == 403
    assert zalo.asked == []


async def test_who_consented_is_written_down(
    enter: Enter, zalos_browser: httpx.AsyncClient, sessions: Sessions
) -> None:
    admin = await enter("admin")
    await consent(zalos_browser, code="used already", state=await asked_by(admin))
    await consent(zalos_browser, code="good", state=await asked_by(admin))
    async with sessions() as session:
        rows = (
            await session.execute(
                select(AuditRow.action, Counsellor.login)
                .join(Counsellor, Counsellor.id == AuditRow.counsellor_id)
                .order_by(AuditRow.id)
            )
        ).all()
    assert rows == [("zalo consent failed", "admin"), ("zalo consent", "admin")]


@pytest.mark.parametrize("role", ["counsellor", "supervisor", "editor"])
async def test_nobody_else_sees_the_page_but_everybody_its_alarm(role: str, enter: Enter) -> None:
    client = await enter(role)
    assert (await client.get("/console/zalo")).status_code == 403
    assert 'hx-get="/console/zalo/alarm"' in (await client.get("/console/password")).text
    line = (await client.get("/console/zalo/alarm")).text
    assert "Zalo đang không gửi được tin. Bạn báo quản trị viên nhé." in line
    assert "href" not in line


async def test_a_stranger_is_asked_to_log_in(zalos_browser: httpx.AsyncClient) -> None:
    page = await zalos_browser.get("/console/zalo", headers={"Accept": "text/html"})
    assert page.headers["location"].startswith("/console/login")


async def test_an_answer_that_nobody_asked_for_is_refused(
    enter: Enter, app: FastAPI, zalos_browser: httpx.AsyncClient, zalo: ZaloServer
) -> None:
    await enter("admin")
    ring, now = app.state.runtime.ring, app.state.runtime.clock()
    strangers = state_of(KeyRing.fresh(), uuid4(), now)
    nobodys = state_of(ring, uuid4(), now)
    for state in ("", "guessed", "azE6", "é", strangers, nobodys):
        assert (await consent(zalos_browser, code="good", state=state)).status_code == 403
    assert zalo.asked == []


@pytest.mark.parametrize("change", [{"role": "supervisor"}, {"disabled_at": NOW}])
async def test_who_is_no_admin_any_more_consents_to_nothing(
    change: dict[str, object],
    enter: Enter,
    zalos_browser: httpx.AsyncClient,
    sessions: Sessions,
    zalo: ZaloServer,
) -> None:
    admin = await enter("admin")
    state = link((await admin.get("/console/zalo")).text)["state"]
    async with sessions.begin() as session:
        await session.execute(update(Counsellor).values(change))
    assert (await consent(zalos_browser, code="good", state=state)).status_code == 403
    assert zalo.asked == []


async def test_a_refusal_on_zalos_page_changes_nothing(
    enter: Enter, zalos_browser: httpx.AsyncClient, sessions: Sessions
) -> None:
    admin = await enter("admin")
    for answer in ({}, {"code": ""}, {"code": "x" * 3000}):
        state = await asked_by(admin)
        assert (await consent(zalos_browser, state=state, **answer)).status_code == 400
    async with sessions() as session:
        assert (await session.scalars(select(ChannelToken))).all() == []


async def test_the_alarm_stands_until_somebody_consents(
    enter: Enter, zalos_browser: httpx.AsyncClient
) -> None:
    admin = await enter("admin")
    assert 'hx-get="/console/zalo/alarm"' in (await admin.get("/console")).text
    assert "cần quản trị viên cho phép" in (await admin.get("/console/zalo/alarm")).text
    state = link((await admin.get("/console/zalo")).text)["state"]
    await consent(zalos_browser, code="good", state=state)
    assert (await admin.get("/console/zalo/alarm")).text.strip() == ""


def test_the_answer_counts_for_half_an_hour() -> None:
    ring, name = KeyRing.fresh(), UUID(int=7)
    state = state_of(ring, name, NOW)
    assert name_in(ring, state, NOW + timedelta(minutes=29)) == name
    assert name_in(ring, state, NOW + timedelta(minutes=31)) is None
    assert str(name) not in state


ENDS = NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("standing", "words", "alarms"),
    [
        (Standing("none"), "Chưa ai cho phép", True),
        (Standing("fixed"), "25 giờ", True),
        (Standing("good", OA, ENDS, NOW), "tự đổi trước 11:00", False),
        (Standing("late", OA, ENDS, NOW, reason="HTTP 503"), "đang thử lại", False),
        (Standing("late", OA, NOW, NOW, reason="HTTP 503"), "HTTP 503", True),
        (Standing("refused", OA, ENDS, NOW, reason="-14014"), "-14014", True),
    ],
)
def test_how_the_tokens_stand_is_said_in_words(
    standing: Standing, words: str, alarms: bool
) -> None:
    assert words in in_words(standing, NOW)
    assert bool(alarm(standing, NOW)) == alarms
    assert not alarms or standing.needs_consent or standing.kind in ("late", "fixed")


@pytest.mark.parametrize(
    ("standing", "is_off", "words"),
    [
        (None, False, ""),
        (None, True, "Zalo đang không gửi được"),
        (Standing("none"), False, "Zalo đang không gửi được"),
        (Standing("fixed"), False, ""),
        (Standing("good", OA, ENDS, NOW), False, ""),
        (Standing("late", OA, ENDS, NOW), False, ""),
        (Standing("late", OA, NOW, NOW), False, "Zalo đang không gửi được"),
        (Standing("refused", OA, ENDS, NOW), False, "Zalo sắp không gửi được"),
        (Standing("refused", OA, NOW, NOW), False, "Zalo đang không gửi được"),
    ],
)
def test_what_counsellors_are_told_is_no_more_than_true(
    standing: Standing | None, is_off: bool, words: str
) -> None:
    line = alarm_for_others(standing, NOW, is_off=is_off)
    assert words in line
    assert bool(line) == bool(words)


class TestWithoutSettings:
    @pytest.fixture
    def settings(self, database_url: str, tmp_path: Path) -> Settings:
        return Settings(_env_file=None, DATABASE_URL=database_url, data_dir=tmp_path)

    async def test_the_page_says_which_are_missing(self, enter: Enter) -> None:
        page = (await (await enter("admin")).get("/console/zalo")).text
        for name in ("APP_ID", "SECRET", "APP_SECRET"):
            assert f"DIEMTUA_ZALO_OA_{name}<" in page
        assert "DIEMTUA_PUBLIC_URL" in page
        assert 'id="consent"' not in page

    async def test_a_channel_that_is_not_wanted_alarms_nobody(self, enter: Enter) -> None:
        assert (await (await enter("admin")).get("/console/zalo/alarm")).text.strip() == ""

    async def test_no_consent_is_taken(self, zalos_browser: httpx.AsyncClient) -> None:
        assert (await consent(zalos_browser, code="good", state="a")).status_code == 404


class TestWithATokenPastedIntoTheSettings:
    @pytest.fixture
    def settings(self, database_url: str, tmp_path: Path) -> Settings:
        return Settings(
            _env_file=None,
            DATABASE_URL=database_url,
            data_dir=tmp_path,
            zalo_oa_app_id=APP,
            zalo_oa_secret="oa-secret",
            zalo_oa_access_token="pasted",
        )

    async def test_admins_are_told_that_it_will_end(self, enter: Enter) -> None:
        admin = await enter("admin")
        assert "25 giờ" in (await admin.get("/console/zalo/alarm")).text
        page = (await admin.get("/console/zalo")).text
        assert "25 giờ" in page
        assert "DIEMTUA_ZALO_OA_APP_SECRET" in page
        assert "pasted" not in page


class TestWithAWrongSetting:
    @pytest.fixture
    def settings(self, database_url: str, tmp_path: Path) -> Settings:
        return Settings(
            _env_file=None,
            DATABASE_URL=database_url,
            data_dir=tmp_path,
            zalo_oa_app_id=APP,
            zalo_oa_app_secret=APP_SECRET,
        )

    async def test_admins_read_which_and_the_others_that_nothing_is_sent(
        self, enter: Enter
    ) -> None:
        admin = await enter("admin")
        for path in ("/console/zalo", "/console/zalo/alarm"):
            assert "Thiếu DIEMTUA_ZALO_OA_SECRET" in (await admin.get(path)).text
        line = (await (await enter("counsellor")).get("/console/zalo/alarm")).text
        assert "Zalo đang không gửi được" in line
        assert "DIEMTUA" not in line
