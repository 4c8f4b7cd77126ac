"""Changes of rows as the console tells them: who, when, which cell, why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.console.directory.cell_words import TITLES, say
from bot.catalogue import _
from bot.duty import VIETNAM
from bot.tables import Counsellor
from referral_directory.changes import Change
from referral_directory.places import Gazetteer
from referral_directory.reading import read_keys
from referral_directory.rows import SEEDER


@dataclass(frozen=True)
class Told:
    """A change in words. `cells` are title, before and after; `row` is its row's name now. `undoable`
    is False where undoing would change nothing."""

    id: UUID
    key: str
    row: str
    at: str
    who: str
    created: bool
    reason: str
    cells: tuple[tuple[str, str, str], ...]
    undoable: bool


async def tell(
    session: AsyncSession, changes: Sequence[Change], gazetteer: Gazetteer
) -> list[Told]:
    """The changes in words, in their order."""
    names = await _names(session, {change.author.by for change in changes})
    rows = await read_keys(session, (change.key for change in changes))
    return [_told(change, rows[change.key], names, gazetteer) for change in changes]


def _told(
    change: Change, row: Mapping[str, str], names: Mapping[str, str], gazetteer: Gazetteer
) -> Told:
    cells = tuple(
        (
            TITLES[cell.column],
            say(cell.column, cell.before, gazetteer),
            say(cell.column, cell.after, gazetteer),
        )
        for cell in change.cells
    )
    differs = any(row[cell.column] != cell.before for cell in change.cells)
    return Told(
        id=change.id,
        key=change.key,
        row=row["name"],
        at=f"{change.author.at.astimezone(VIETNAM):%H:%M, %d/%m/%Y}",
        who=names.get(change.author.by, change.author.by),
        created=change.created,
        reason=change.author.reason,
        cells=cells,
        undoable=row["status"] != "defunct" if change.created else differs,
    )


async def _names(session: AsyncSession, logins: Iterable[str]) -> dict[str, str]:
    people = select(Counsellor.login, Counsellor.name).where(Counsellor.login.in_(logins))
    found = {row.login: row.name for row in await session.execute(people)}
    return found | {SEEDER: _("dữ liệu ban đầu của chương trình")}
