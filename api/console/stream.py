"""News to an open page: that the board changed, and each new line of the case it shows.

A page has one stream. It may break at any time: the board is read anew after every connection, and
lines continue after the last one the page has, so nothing is missed and nothing comes twice.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Request
from fastapi.responses import StreamingResponse
from fastapi.templating import Jinja2Templates
from sqlalchemy.ext.asyncio import AsyncSession

from api import auth
from api.console import access, words
from api.console.board import any_open
from api.console.pane import Spoken, as_of, read_spoken
from api.console.visitor import OnDuty, token_of
from api.live import Live, News, event, next_news
from bot import handoff
from bot.errors import NotFound, SessionOver
from bot.runtime import Runtime

router = APIRouter()
HEARTBEAT_SECONDS = 15.0
GATHER_SECONDS = 0.1
ABOUT_BOARD = frozenset({"queue", "danger", "holder", "erased", "resync"})
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass
class Open:
    """The case a page shows, and how far: it has the lines up to `last`, as of `as_of`. Its
    conversation is known once looked at."""

    handoff_id: UUID
    last: int
    as_of: str
    conversation_id: UUID | None = None


@dataclass(frozen=True)
class Found:
    """What a look brought: new lines, and whether the page must fetch its case or board again."""

    lines: Sequence[Spoken] = ()
    case_changed: bool = False
    board_changed: bool = False
    judge_at: str = ""
    """Where the alarms of the case may be judged, if this counsellor may."""


@router.get("/stream")
async def stream(
    request: Request,
    counsellor: OnDuty,
    case: UUID | None = None,
    after: int = 0,
    seen: str = "",
    last_event_id: Annotated[int, Header()] = 0,
) -> StreamingResponse:
    """Events "board" and "case" (fetch it again), "over" (log in again), "beat" (still here), and
    lines as HTML."""
    shown = Open(case, max(after, last_event_id), seen) if case else None
    state = request.app.state
    return StreamingResponse(
        _follow(state.runtime, state.live, state.templates, token_of(request), shown),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _follow(
    runtime: Runtime, live: Live, templates: Jinja2Templates, token: str, shown: Open | None
) -> AsyncIterator[str]:
    line_html = templates.get_template("console/line.html")
    with live.watch() as queue:
        news: list[News] = [News("resync")]
        while True:
            try:
                found = await _look(runtime, token, shown, news)
            except SessionOver:
                yield event("over", {})
                return
            for spoken in found.lines:
                html = line_html.render(
                    spoken=spoken, words=words, now=runtime.clock(), judge_at=found.judge_at
                )
                yield _html_event(html, spoken.line.id)
            if found.case_changed:
                yield event("case", {})
            if found.board_changed:
                yield event("board", {})
                await asyncio.sleep(GATHER_SECONDS)
            news = await _gather(queue)
            if not news:
                yield event("beat", {})


async def _gather(queue: asyncio.Queue[News]) -> list[News]:
    """All news there are, waiting for the first; empty when none came for a heartbeat's time."""
    first = await next_news(queue, HEARTBEAT_SECONDS)
    gathered = [] if first is None else [first]
    while not queue.empty():
        gathered.append(queue.get_nowait())
    return gathered


async def _look(runtime: Runtime, token: str, shown: Open | None, news: Sequence[News]) -> Found:
    """What the news mean for this page.

    Raises:
        SessionOver: the counsellor logged out, or was shut out.
    """
    async with runtime.sessions() as session:
        counsellor = await auth.counsellor_of(session, token, runtime.clock())
        lines: list[Spoken] = []
        changed, judge_at = False, ""
        if shown is not None and _concerns(shown, news):
            try:
                case = await handoff.find_case(session, runtime.ring, shown.handoff_id)
            except NotFound:
                return Found(case_changed=True, board_changed=True)
            shown.conversation_id = case.conversation_id
            changed = as_of(case) != shown.as_of
            if access.may_read(case, counsellor):
                lines = await read_spoken(session, runtime.ring, case, shown.last)
            if access.may_note(case, counsellor):
                judge_at = f"/console/cases/{case.handoff_id}"
            if lines:
                shown.last = lines[-1].line.id
        return Found(lines, changed, await _board_changed(session, news), judge_at)


def _concerns(shown: Open, news: Sequence[News]) -> bool:
    if shown.conversation_id is None:
        return True
    ours = str(shown.conversation_id)
    return any(one.kind == "resync" or one.conversation == ours for one in news)


async def _board_changed(session: AsyncSession, news: Sequence[News]) -> bool:
    """The bot talks with many who are on nobody's board: their lines change nothing there."""
    if any(one.kind in ABOUT_BOARD for one in news):
        return True
    spoken = {
        UUID(one.conversation)
        for one in news
        if one.kind == "message" and one.more.get("author") in ("citizen", "counsellor")
    }
    return bool(spoken) and await any_open(session, list(spoken))


def _html_event(html: str, id_: int) -> str:
    """A Server-Sent Event without a name: htmx puts its HTML where the page says."""
    data = "".join(f"data: {line}\n" for line in _LINE_END.split(html.strip()))
    return f"id: {id_}\n{data}\n"
