"""A file between its dry run and the import: kept sealed with the key ring, for whoever brought it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue import _
from bot.errors import NotFound
from bot.privacy import KeyRing
from referral_directory.tables import WaitingFile
from referral_directory.waiting_files import WAITS, forget_old


@dataclass(frozen=True)
class Brought:
    """A file that somebody brought, and the source they named for it."""

    filename: str
    source: str
    data: bytes


async def keep(
    session: AsyncSession, ring: KeyRing, login: str, brought: Brought, now: datetime
) -> UUID:
    """Keep a file in place of whatever this person brought before, and forget those that waited too
    long."""
    await forget_old(session, now)
    await forget(session, login)
    waiting = WaitingFile(id=uuid4(), brought_by=login, brought_at=now, sealed=b"")
    told = json.dumps([brought.filename, brought.source]).encode()
    record = _record(waiting.id, login)
    waiting.sealed = await asyncio.to_thread(ring.seal, told + b"\n" + brought.data, record)
    session.add(waiting)
    return waiting.id


async def find(
    session: AsyncSession, ring: KeyRing, login: str, file_id: UUID, now: datetime
) -> Brought:
    """The file as it was brought.

    Raises:
        NotFound: this person brought no such file, it was dealt with, or it waited too long.
    """
    sealed = await session.scalar(
        select(WaitingFile.sealed).where(
            WaitingFile.id == file_id,
            WaitingFile.brought_by == login,
            WaitingFile.brought_at > now - WAITS,
        )
    )
    if sealed is None:
        raise NotFound(_("Tệp này không còn chờ nữa (tệp chỉ được giữ một giờ). Bạn gửi lại tệp."))
    opened = await asyncio.to_thread(ring.unseal, sealed, _record(file_id, login))
    told, _newline, data = opened.partition(b"\n")
    filename, source = json.loads(told)
    return Brought(filename, source, data)


async def forget(session: AsyncSession, login: str) -> None:
    """Delete what this person brought."""
    await session.execute(delete(WaitingFile).where(WaitingFile.brought_by == login))


def _record(file_id: UUID, login: str) -> str:
    return f"import:{file_id}:{login}"
