"""An open case as its reader may see it: the transcript with names, and what may be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.console import access, words
from bot.handoff import Case
from bot.privacy import KeyRing
from bot.store import Line, open_talk, read_lines
from bot.tables import Counsellor
from bot.undelivered import unread_lines
from bot.verdicts import judged


@dataclass(frozen=True)
class Spoken:
    """A line with the name of who wrote it, as the console shows it, and whether its alarm was right
    where a counsellor has said so; `unread` where it did not reach the person."""

    line: Line
    name: str
    right: bool | None = None
    unread: bool = False


@dataclass(frozen=True)
class Pane:
    """`lines` is None where this counsellor may not read them. `as_of` changes when somebody takes
    or ends the case; `last` is the id of the newest line shown."""

    case: Case
    lines: Sequence[Spoken] | None
    may_claim: bool
    may_answer: bool
    may_note: bool
    may_close: bool

    @property
    def as_of(self) -> str:
        return as_of(self.case)

    @property
    def last(self) -> int:
        return self.lines[-1].line.id if self.lines else 0


def as_of(case: Case) -> str:
    return f"{case.state}.{case.counsellor_id or ''}"


async def read_pane(
    session: AsyncSession, ring: KeyRing, case: Case, counsellor: Counsellor
) -> Pane:
    readable = access.may_read(case, counsellor)
    return Pane(
        case=case,
        lines=await read_spoken(session, ring, case) if readable else None,
        may_claim=case.state == "waiting" and access.may_take_chats(counsellor),
        may_answer=access.may_answer(case, counsellor),
        may_note=access.may_note(case, counsellor),
        may_close=access.may_close(case, counsellor),
    )


async def read_spoken(
    session: AsyncSession, ring: KeyRing, case: Case, after: int = 0
) -> list[Spoken]:
    """The lines after `after`, notes included; of a closed case nothing said after its end."""
    talk = await open_talk(session, ring, case.conversation_id)
    if talk is None:
        return []
    lines = await read_lines(session, talk, after=after, notes=True)
    if case.closed_at is not None:
        lines = [line for line in lines if line.at <= case.closed_at]
    ids = {line.counsellor_id for line in lines if line.counsellor_id}
    names = await _names(session, ids)
    verdicts = await judged(session, [line.id for line in lines if line.alarm])
    unread = await unread_lines(session, [line.id for line in lines if line.author != "citizen"])
    return [
        Spoken(line, _name(line, names), verdicts.get(line.id), line.id in unread) for line in lines
    ]


async def _names(session: AsyncSession, ids: set[UUID]) -> dict[UUID, str]:
    if not ids:
        return {}
    rows = await session.execute(
        select(Counsellor.id, Counsellor.name).where(Counsellor.id.in_(ids))
    )
    return {row.id: row.name for row in rows}


def _name(line: Line, names: dict[UUID, str]) -> str:
    if line.counsellor_id is not None:
        return names.get(line.counsellor_id, "Tư vấn viên")
    return words.AUTHORS.get(line.author, line.author)
