"""One PostgreSQL for the whole run, with our real migrations; every test starts with clean tables."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api import database
from bot import topics
from bot.answers import Library
from bot.answers.shelf import Shelf
from bot.duty import Duty
from bot.laws import Register
from bot.privacy import KeyRing
from bot.runtime import Runtime
from bot.screening import load_instruments
from bot.topics import Model
from referral_directory.load import load_services
from referral_directory.nearest import seed_emergency_numbers
from referral_directory.places import Gazetteer
from referral_directory.tables import DirectoryBase
from tests.fakes import SilentRasa
from tests.processes import RasaPair

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
SEEDED = {"alembic_version"}


class Clock:
    """A clock that moves only when told to."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The URL of a migrated and seeded database of this run alone."""
    folder = Path(tempfile.mkdtemp(prefix="diemtua-tests-"))
    folder.chmod(0o755)
    running = database.EmbeddedServer(folder / "pg")
    url = running.start()
    _hurry(url)
    database.migrate(url)
    yield url
    running.stop()


def _hurry(url: str) -> None:
    """Wait for no disk: what these tables hold need not outlive the machine."""
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
def tables(server: str) -> list[str]:
    """Every table that a test may fill: all but the migration's own and the directory's seed."""
    with psycopg.connect(server) as connection:
        rows = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
    return [name for (name,) in rows if name not in SEEDED]


@pytest.fixture
def database_url(server: str, tables: list[str]) -> str:
    """The database, emptied before the test."""
    looks = (f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in tables)
    with psycopg.connect(server, autocommit=True) as connection:
        filled = [name for (name,) in connection.execute(" UNION ALL ".join(looks)).fetchall()]
        if filled:
            connection.execute(f"TRUNCATE {', '.join(filled)} CASCADE")
        counted = "SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL"
        for (sequence,) in connection.execute(counted).fetchall():
            connection.execute(f"ALTER SEQUENCE {sequence} RESTART")
    return server


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[async_sessionmaker[AsyncSession]]:
    engine, maker = database.connect(database_url, 5)
    yield maker
    await engine.dispose()


@pytest.fixture
async def session(sessions: async_sessionmaker[AsyncSession]) -> AsyncIterator[AsyncSession]:
    async with sessions() as one:
        yield one


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def ring() -> KeyRing:
    return KeyRing.fresh()


@pytest.fixture(scope="session")
def register() -> Register:
    return Register.load()


@pytest.fixture(scope="session")
def library(register: Register) -> Library:
    return Library.load(register)


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return Gazetteer.load()


@pytest.fixture(scope="session")
def rasa(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RasaPair]:
    """The real Rasa and its action server, with the trained model."""
    pair = RasaPair(tmp_path_factory.mktemp("rasa"), database.admit_rasa(server))
    try:
        pair.wait()
        yield pair
    finally:
        pair.stop()


@pytest.fixture(scope="session")
def rasa_url(rasa: RasaPair) -> str:
    return rasa.url


@pytest.fixture(scope="session")
def classifier() -> Model:
    """The classifier that the set-up trained."""
    model = topics.load()
    assert model is not None
    return model


@pytest.fixture(scope="session")
async def seeded_directory(server: str) -> dict[str, bytes]:
    """Table → what the directory's seed puts there, as PostgreSQL copies it: loading it row by row for
    every test would take most of their time."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("TRUNCATE organization CASCADE")  # what an earlier test left
    engine, maker = database.connect(server, 1)
    async with maker.begin() as one:
        await load_services(one, NOW)
    await engine.dispose()
    copied = {}
    with psycopg.connect(server) as connection:
        for table in DirectoryBase.metadata.sorted_tables:
            with connection.cursor().copy(f"COPY {table.name} TO STDOUT") as copy:
                copied[table.name] = b"".join(bytes(part) for part in copy)
    return {name: rows for name, rows in copied.items() if rows}


@pytest.fixture
def directory(database_url: str, seeded_directory: dict[str, bytes]) -> None:
    """The directory with its seed."""
    with psycopg.connect(database_url) as connection:
        for name, rows in seeded_directory.items():
            with connection.cursor().copy(f"COPY {name} FROM STDIN") as copy:
                copy.write(rows)


@pytest.fixture
async def runtime(
    directory: None,
    sessions: async_sessionmaker[AsyncSession],
    ring: KeyRing,
    register: Register,
    library: Library,
    classifier: Model,
    gazetteer: Gazetteer,
    clock: Clock,
    database_url: str,
) -> AsyncIterator[Runtime]:
    """A turn's surroundings, with the directory seeded and Rasa down."""
    alone = database.connect_for_statements(database_url, 5)
    yield Runtime(
        sessions=sessions,
        statements=alone.connect,
        ring=ring,
        register=register,
        shelf=Shelf(library),
        topics=classifier,
        instruments=load_instruments(),
        gazetteer=gazetteer,
        rasa=SilentRasa(),  # type: ignore[arg-type]
        numbers=seed_emergency_numbers(),
        duty=Duty(),
        clock=clock,
    )
    await alone.dispose()


def pytest_configure() -> None:
    os.environ.pop("DATABASE_URL", None)
