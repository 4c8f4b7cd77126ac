"""An open case as its reader may see it: the transcript with names, and what may be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.console import access, receipts, words
from api.console.receipts import Told
from bot.catalogue import _
from bot.handoff import Case
from bot.pictures import Shown, of_lines
from bot.privacy import KeyRing
from bot.store import Line, open_talk, read_lines
from bot.tables import Counsellor
from bot.transcript import read_page
from bot.verdicts import judged

PAGE_LINES = 60


@dataclass(frozen=True)
class Spoken:
    """A line with the name of who wrote it, as the console shows it, and whether its alarm was right
    where a counsellor has said so; `receipt`, how far it has come, where it is for the person; the
    `pictures` that came with it lie below the address `base`."""

    line: Line
    name: str
    right: bool | None = None
    receipt: Told | None = None
    pictures: Sequence[Shown] = ()
    base: str = ""


@dataclass(frozen=True)
class Page:
    """Some lines of a transcript, and whether there are older ones."""

    lines: Sequence[Spoken]
    earlier: bool


@dataclass(frozen=True)
class Pane:
    """`lines`, the newest, is None where this counsellor may not read them; `earlier` tells whether
    there are older ones. `as_of` changes when somebody takes or ends the case; `last` is the id of the
    newest line shown."""

    case: Case
    lines: Sequence[Spoken] | None
    may_claim: bool
    may_answer: bool
    may_note: bool
    may_close: bool
    earlier: bool = False

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
    page = await read_spoken_before(session, ring, case) if readable else None
    return Pane(
        case=case,
        lines=page.lines if page else None,
        earlier=page is not None and page.earlier,
        may_claim=case.state == "waiting" and access.may_take_chats(counsellor),
        may_answer=access.may_answer(case, counsellor),
        may_note=access.may_note(case, counsellor),
        may_close=access.may_close(case, counsellor),
    )


async def read_spoken(
    session: AsyncSession, ring: KeyRing, case: Case, after: int, most: int | None = None
) -> list[Spoken]:
    """The lines after `after`, notes included, no more than `most`; of a closed case nothing said
    after its end."""
    talk = await open_talk(session, ring, case.conversation_id)
    if talk is None:
        return []
    lines = await read_lines(session, talk, after=after, notes=True, most=most)
    if case.closed_at is not None:
        lines = [line for line in lines if line.at <= case.closed_at]
    return await _with_names(session, case, lines)


async def read_spoken_before(
    session: AsyncSession, ring: KeyRing, case: Case, before: int = 0
) -> Page:
    """The page of lines ahead of the line `before`, or with 0 the newest page, as `read_spoken`."""
    talk = await open_talk(session, ring, case.conversation_id)
    if talk is None:
        return Page((), False)
    lines = await read_page(session, talk, most=PAGE_LINES + 1, before=before, until=case.closed_at)
    shown = await _with_names(session, case, lines[-PAGE_LINES:])
    return Page(shown, len(lines) > PAGE_LINES)


async def _with_names(session: AsyncSession, case: Case, lines: Sequence[Line]) -> list[Spoken]:
    ids = {line.counsellor_id for line in lines if line.counsellor_id}
    names = await _names(session, ids)
    verdicts = await judged(session, [line.id for line in lines if line.alarm])
    told = await receipts.of_lines(session, [line.id for line in lines])
    sent = [line.id for line in lines if line.author == "citizen"]
    shown = await of_lines(session, sent, case.conversation_id)
    return [
        Spoken(
            line,
            _name(line, names),
            verdicts.get(line.id),
            told.get(line.id),
            shown.get(line.id, ()),
            f"/console/cases/{case.handoff_id}",
        )
        for line in lines
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
        return names.get(line.counsellor_id, _("Tư vấn viên"))
    return words.AUTHORS.get(line.author, line.author)
