"""A web process without a server around it, and browsers in it that are logged in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pyotp
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api import auth, passwords, second_factor
from api.app import build_web
from bot.privacy import KeyRing
from bot.settings import Settings

OWN = "hoa sen trên ao"
Enter = Callable[[str], Awaitable[httpx.AsyncClient]]


@pytest.fixture
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 with the least work, where a test tries many passwords."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", lambda: hasher)
    monkeypatch.setattr(passwords, "_nobodys_hash", lambda: hasher.hash("nobody"))


@pytest.fixture
async def app(database_url: str, tmp_path: Path) -> AsyncIterator[FastAPI]:
    KeyRing.fresh().save(tmp_path / "keyring.json")
    settings = Settings(DATABASE_URL=database_url, data_dir=tmp_path, secure_cookies=False)
    app = build_web(settings)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def enter(app: FastAPI, sessions: async_sessionmaker[AsyncSession]) -> AsyncIterator[Enter]:
    """A browser in which somebody of the role given is logged in."""
    async with AsyncExitStack() as stack:

        async def log_in(role: str) -> httpx.AsyncClient:
            now = datetime.now(UTC)
            async with sessions.begin() as session:
                password = await auth.create_counsellor(session, role, role.title(), role, now)
                token = await auth.log_in(session, role, password, now)
                assert isinstance(token, str)
                who = await auth.change_password(session, token, password, OWN, now)
                if auth.needs_second_factor(who):
                    ring, secret = app.state.runtime.ring, second_factor.new_secret()
                    code = pyotp.TOTP(secret).at(now)
                    await second_factor.set_up(session, ring, who, secret, code, now)
            client = httpx.AsyncClient(
                transport=httpx.ASGITransport(app),
                base_url="http://desk",
                cookies={"diemtua_console": token},
                headers={"Accept": "text/html"},
            )
            return await stack.enter_async_context(client)

        yield log_in
