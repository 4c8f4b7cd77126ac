"""Who may show the chat in a frame, and who may talk to it."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api.app import build_web
from api.origins import read_origins
from bot.errors import SettingsBroken
from bot.privacy import KeyRing
from bot.settings import Settings
from bot.tables import Person

SCHOOL = "https://truong.example"
OURS = "https://diemtua.example"


@pytest.fixture
async def browser(database_url: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    KeyRing.fresh().save(tmp_path / "keyring.json")
    settings = Settings(
        DATABASE_URL=database_url, data_dir=tmp_path, embed_origins=SCHOOL, public_url=f"{OURS}/"
    )
    app = build_web(settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=OURS) as client,
    ):
        yield client


async def test_only_listed_origins_stand_in_the_frames_policy(browser: httpx.AsyncClient) -> None:
    policies = {
        path: (await browser.get(path)).headers["content-security-policy"]
        for path in ("/", "/embed")
    }
    assert policies["/"].endswith("; frame-ancestors 'none'")
    assert policies["/embed"].endswith(f"; frame-ancestors {SCHOOL}")
    for policy in policies.values():
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in policy


async def test_old_browsers_are_told_too_that_the_page_is_in_nobodys_frame(
    browser: httpx.AsyncClient,
) -> None:
    assert (await browser.get("/")).headers["x-frame-options"] == "DENY"
    assert "x-frame-options" not in (await browser.get("/embed")).headers


async def test_the_script_runs_anywhere_and_names_the_sites_and_the_numbers(
    browser: httpx.AsyncClient,
) -> None:
    answer = await browser.get("/embed.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert f'"origins": ["{SCHOOL}"]' in answer.text
    assert '"115"' in answer.text


@pytest.mark.parametrize("path", ["/", "/embed", "/embed.js", "/static/chat.css"])
async def test_what_slow_phones_load_is_compressed(browser: httpx.AsyncClient, path: str) -> None:
    plain = await browser.get(path, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    async with browser.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as small:
        raw = b"".join([part async for part in small.aiter_raw()])
    assert gzip.decompress(raw) == plain.content
    assert len(raw) < len(plain.content) / 2


async def test_files_are_asked_about_after_an_update_and_pages_are_never_kept(
    browser: httpx.AsyncClient,
) -> None:
    first = await browser.get("/static/chat.js")
    assert first.headers["cache-control"] == "no-cache"
    again = await browser.get("/static/chat.js", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert (await browser.get("/embed")).headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin", "Origin": OURS}, 201),
        ({"Sec-Fetch-Site": "cross-site", "Origin": SCHOOL}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "https://khac.diemtua.example"}, 403),
        ({"Origin": OURS}, 201),
        ({"Origin": SCHOOL}, 403),
        ({}, 201),
    ],
    ids=["our page", "a school", "a neighbour", "old browser", "old browser at a school", "curl"],
)
async def test_only_our_own_page_begins_a_talk(
    browser: httpx.AsyncClient,
    sessions: async_sessionmaker[AsyncSession],
    headers: dict[str, str],
    status: int,
) -> None:
    answer = await browser.post("/chat/session", headers=headers)
    assert answer.status_code == status
    async with sessions() as session:
        begun = await session.scalar(select(func.count()).select_from(Person))
    assert begun == (status == 201)


async def test_no_other_origin_is_given_leave_to_read(browser: httpx.AsyncClient) -> None:
    asked = {
        "Origin": SCHOOL,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    for path in ("/chat/session", "/chat/messages", "/chat/stream", "/chat/leave"):
        answer = await browser.options(path, headers=asked)
        assert answer.status_code == 405
        assert not [name for name in answer.headers if name.startswith("access-control")]


def test_origins_are_read_as_browsers_write_them() -> None:
    assert read_origins("") == ()
    assert read_origins(" https://Truong.example/  https://xa.example:8443 ") == (
        "https://truong.example",
        "https://xa.example:8443",
    )
    assert read_origins("http://localhost:8001") == ("http://localhost:8001",)


@pytest.mark.parametrize(
    "wrong",
    [
        "*",
        "https://*.example",
        "http://truong.example",
        "truong.example",
        "https://truong.example/trang",
        "https://a.example;script-src",
        "https://",
        "https://a.example:0x1",
        "'self'",
    ],
)
def test_what_is_no_https_origin_stops_the_start(wrong: str) -> None:
    with pytest.raises(SettingsBroken, match="EMBED_ORIGINS"):
        read_origins(f"https://xa.example {wrong}")
