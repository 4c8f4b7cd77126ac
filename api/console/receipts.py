"""How far our messages have come, under each line that is for the person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.console import access, undelivered, words
from api.console.pages import render
from api.console.visitor import CaseId, OnDuty
from bot import handoff, receipts
from bot.channels.web import NAME as WEB
from bot.errors import NotFound
from bot.handoff import Case
from bot.receipts import State
from bot.runtime import Runtime
from bot.tables import Message

router = APIRouter(prefix="/cases/{handoff_id}/receipts")
MOST_FOLLOWED = 30
"""The newest lines, whose receipts may still come."""
TROUBLE = frozenset({"failed", "given_up"})


@dataclass(frozen=True)
class Told:
    """The receipt of the line `line_id` in words; `is_trouble` where somebody should do something."""

    line_id: int
    name: str
    words: str
    is_trouble: bool


def tell(line_id: int, state: State) -> Told:
    """A state as the console says it, with the reason where there is one."""
    is_closed_page = state.name == "waiting" and state.channel == WEB
    said = words.RECEIPTS["closed page" if is_closed_page else state.name]
    if state.name in TROUBLE:
        said = f"{said} {undelivered.why(state)}"
    return Told(line_id, state.name, said, state.name in TROUBLE)


async def of_lines(session: AsyncSession, line_ids: Sequence[int]) -> dict[int, Told]:
    """The receipts of those of the lines that are for the person."""
    found = await receipts.states(session, line_ids)
    return {line_id: tell(line_id, state) for line_id, state in found.items()}


@router.get("")
async def show(request: Request, handoff_id: CaseId, counsellor: OnDuty) -> Response:
    """The receipts of the newest lines, each to be put where it belongs; none where there is nothing
    to read any more: a pane asks also in the moment in which its case was taken or erased."""
    runtime: Runtime = request.app.state.runtime
    found: dict[int, Told] = {}
    async with runtime.sessions() as session:
        try:
            case = await handoff.find_case(session, runtime.ring, handoff_id)
        except NotFound:
            case = None
        if case is not None and access.may_read(case, counsellor):
            found = await of_lines(session, await _newest(session, case))
    return render(request, "receipts.html", {"receipts": found.values()})


async def _newest(session: AsyncSession, case: Case) -> list[int]:
    newest = (
        select(Message.id)
        .where(
            Message.conversation_id == case.conversation_id,
            Message.author.in_(("bot", "counsellor")),
        )
        .order_by(Message.id.desc())
        .limit(MOST_FOLLOWED)
    )
    if case.closed_at is not None:
        newest = newest.where(Message.created_at <= case.closed_at)
    return list(await session.scalars(newest))
