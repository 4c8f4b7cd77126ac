"""How long a file may wait between the dry run of an import and the import."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from referral_directory.tables import WaitingFile

WAITS = timedelta(hours=1)


async def forget_old(session: AsyncSession, now: datetime) -> None:
    """Delete the files that waited too long, whoever brought them."""
    await session.execute(delete(WaitingFile).where(WaitingFile.brought_at <= now - WAITS))
