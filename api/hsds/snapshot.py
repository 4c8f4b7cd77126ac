"""The directory as it was at one moment: what an editor changes while a page is made is not half in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.runtime import Runtime

_BEGIN = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
_WITHIN = text("SET LOCAL statement_timeout = '10s'")


@asynccontextmanager
async def snapshot(runtime: Runtime) -> AsyncIterator[AsyncSession]:
    """A session that sees no change after its first statement, and gives up a statement after ten
    seconds: then `sqlalchemy.exc.OperationalError`."""
    async with runtime.sessions() as session:
        await session.execute(_BEGIN)
        await session.execute(_WITHIN)
        yield session
