"""What must be there before anything runs: a database at its newest form, keys, directory rows, and
somebody who can log in. All of it may be asked for again without harm."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api import auth, database
from bot import canned
from bot.errors import DiemTuaError, KeyRingBroken
from bot.privacy import KeyRing
from bot.settings import Settings
from bot.tables import Counsellor, Person
from referral_directory.load import load_services

FIRST_LOGIN = "quantri"
_Made = TypeVar("_Made")


class DirectoryBroken(DiemTuaError):
    """The directory's seed file has a row that cannot be loaded; nothing was."""


Say = Callable[[str], None]


def _silent(_: str) -> None:
    return None


@contextlib.contextmanager
def ready(settings: Settings, say: Say = _silent) -> Iterator[Settings]:
    """The settings with a database that is up for the while, migrated and seeded.

    Raises:
        DatabaseDown: PostgreSQL does not start or cannot be reached.
        KeyRingBroken: there are people in the database, but not the keys to read them.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    say("PostgreSQL…")
    with database.database(settings.database_url, settings.data_dir / "pg") as url:
        with_url = settings.model_copy(update={"database_url": url})
        say("bảng dữ liệu…")
        database.migrate(url)
        asyncio.run(_fill(with_url, say))
        yield with_url


async def _fill(settings: Settings, say: Say) -> None:
    engine, sessions = database.connect(settings.database_url, 1)
    try:
        async with sessions.begin() as session:
            if not settings.keyring.exists():
                if await session.scalar(select(func.count()).select_from(Person)):
                    raise KeyRingBroken(
                        f"Không thấy vòng khóa {settings.keyring.name}, mà dữ liệu đã có người. "
                        "Hãy khôi phục vòng khóa từ bản sao lưu rồi chạy lại."
                    )
                KeyRing.fresh().save(settings.keyring)
            say("danh bạ nơi trợ giúp…")
            report = await load_services(session, datetime.now(UTC))
            if report.errors:
                raise DirectoryBroken(
                    f"Danh bạ nơi trợ giúp có dòng sai, chưa nạp dòng nào: {report.errors[0]}"
                )
            await canned.seed(session, datetime.now(UTC))
    finally:
        await engine.dispose()


async def first_password(settings: Settings) -> str | None:
    """A one-time password for the first administrator, or None once somebody has logged in.

    Until then every start makes a new one, so that a password lost with a closed window locks
    nobody out, and an old one printed somewhere is worth nothing.
    """
    engine, sessions = database.connect(settings.database_url, 1)
    try:
        async with sessions.begin() as session:
            found = (await session.execute(select(Counsellor))).scalars().all()
            if not found:
                return await auth.create_counsellor(
                    session, FIRST_LOGIN, "Quản trị", "admin", datetime.now(UTC)
                )
            if len(found) == 1 and found[0].login == FIRST_LOGIN and found[0].must_change:
                return await auth.reset_password(session, FIRST_LOGIN)
            return None
    finally:
        await engine.dispose()


async def in_one_go(settings: Settings, make: Callable[[AsyncSession], Awaitable[_Made]]) -> _Made:
    """What `make` makes in one transaction of the database."""
    engine, sessions = database.connect(settings.database_url, 1)
    try:
        async with sessions.begin() as session:
            return await make(session)
    finally:
        await engine.dispose()
