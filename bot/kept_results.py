"""Results of screenings that people chose to keep, sealed. Nobody here commits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.privacy import seal_json, unseal_json
from bot.screening import Result
from bot.store import Talk
from bot.tables import Access, ScreeningRow

MOST = 20
_ROWS = ScreeningRow.__table__


@dataclass(frozen=True)
class Kept:
    """A stored result. `shared` is whether the person lets counsellors see it."""

    id: UUID
    result: Result
    shared: bool
    at: datetime


async def keep(
    session: AsyncSession, talk: Talk, results: Iterable[Result], now: datetime, *, shared: bool
) -> None:
    """Store results of the person of `talk`."""
    for result in results:
        session.add(
            ScreeningRow(
                conversation_id=talk.id,
                instrument=result.instrument,
                sealed=_seal(talk, result, shared=shared),
                finished_at=now,
            )
        )


async def kept_by(access: Access, talk: Talk, *, shared_only: bool = False) -> list[Kept]:
    """The newest results kept, newest first; `shared_only` those that counsellors may see."""
    rows = await access.execute(
        select(_ROWS.c.id, _ROWS.c.sealed, _ROWS.c.finished_at)
        .where(_ROWS.c.conversation_id == talk.id)
        .order_by(_ROWS.c.finished_at.desc(), _ROWS.c.id)
        .limit(MOST)
    )
    found = []
    for row in rows:
        data = unseal_json(talk.key, row.sealed, f"screening:{talk.id}")
        if "answers" in data:
            found.append(Kept(row.id, Result.from_json(data), data["shared"], row.finished_at))
    return [one for one in found if one.shared or not shared_only]


async def share(session: AsyncSession, talk: Talk, kept: Sequence[Kept]) -> None:
    """Let counsellors see these results."""
    for one in kept:
        await session.execute(
            update(ScreeningRow)
            .where(ScreeningRow.id == one.id)
            .values(sealed=_seal(talk, one.result, shared=True))
            .execution_options(synchronize_session=False)
        )


async def forget(session: AsyncSession, talk: Talk) -> None:
    """Delete every result of the person of `talk`."""
    await session.execute(delete(ScreeningRow).where(ScreeningRow.conversation_id == talk.id))


def _seal(talk: Talk, result: Result, *, shared: bool) -> bytes:
    body = {**result.to_json(), "shared": shared}
    return seal_json(talk.key, body, f"screening:{talk.id}")
