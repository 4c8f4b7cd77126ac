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

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from fastapi.templating import Jinja2Templates
from sqlalchemy import select

from api import auth
from api.console import access, views, words
from api.console.board_news import BOARD
from api.console.drawing import Boards
from api.console.earlier import BIGGEST_ID
from api.console.pane import Spoken, as_of, read_spoken
from api.console.visitor import OnDuty, token_of
from api.live import Live, News, event, gather_news
from bot import handoff, presence
from bot.errors import NotFound, SessionOver
from bot.runtime import Runtime
from bot.tables import Handoff

router = APIRouter()
HEARTBEAT_SECONDS = 15.0
CHECK_SECONDS = 5.0
"""A page whose counsellor was shut out hears nothing more of the board after this long; words are
never sent without asking."""
MOST_MISSED = 200
"""With more new lines than this, a page fetches its case again."""
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass
class Open:
    """The case a page shows, and how far: it has the lines up to `last`, as of `as_of`. Who reads on is
    `written_down` once for each stream."""

    handoff_id: UUID
    last: int
    as_of: str
    written_down: bool = False


@dataclass(frozen=True)
class Found:
    """What a look brought: new lines, and whether the page must fetch its case again."""

    lines: Sequence[Spoken] = ()
    case_changed: bool = False
    may_read: bool = False
    judge_at: str = ""
    """Where the alarms of the case may be judged, if this counsellor may."""


@router.get("/stream")
async def stream(
    request: Request,
    counsellor: OnDuty,
    case: UUID | None = None,
    after: Annotated[int, Query(ge=0, le=BIGGEST_ID)] = 0,
    seen: str = "",
    last_event_id: Annotated[int, Header(ge=0, le=BIGGEST_ID)] = 0,
    desk: bool = False,
) -> StreamingResponse:
    """Events "case", "receipt", "undelivered" and "notices" (fetch it again), "typing" (the citizen), "over"
    (log in again) and "beat" (still here); lines as HTML; and the board as HTML where the page is the
    `desk`, else an event "board"."""
    shown = Open(case, max(after, last_event_id), seen) if case else None
    state = request.app.state
    board = BoardOnPage(state.boards, token_of(request), pushed=desk)
    pages = Stream(state.runtime, state.live, state.templates, token_of(request), shown, board)
    return StreamingResponse(
        pages.follow(),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


class BoardOnPage:
    """What one page is told of the board: its HTML where it is to be `pushed`, else that it changed."""

    def __init__(self, boards: Boards, token: str, *, pushed: bool) -> None:
        self._boards, self._token, self._is_pushed = boards, token, pushed
        self._html = ""
        self._undelivered = 0
        self._notices: frozenset[UUID] = frozenset()

    async def tell(self) -> list[str]:
        """The events that bring the page up to now.

        Raises:
            SessionOver: the counsellor logged out, or was shut out.
        """
        room = await self._boards.room()
        counsellor = self._boards.counsellor_in(room, self._token)
        told = [] if self._is_pushed else [event("board", {})]
        if self._is_pushed and (html := self._boards.pushed(room, counsellor)) != self._html:
            self._html = html
            told.append(_message(html))
        notices = room.notices.get(counsellor.id, frozenset())
        if room.undelivered != self._undelivered:
            told.append(event("undelivered", {}))
        if notices != self._notices:
            told.append(event("notices", {}))
        self._undelivered, self._notices = room.undelivered, notices
        return told


class Stream:
    """What one open page is told. `shown` is the case it shows, if any, `board` what it has of the board."""

    def __init__(
        self,
        runtime: Runtime,
        live: Live,
        templates: Jinja2Templates,
        token: str,
        shown: Open | None,
        board: BoardOnPage,
    ) -> None:
        self._runtime, self._live, self._token, self._shown = runtime, live, token, shown
        self._board = board
        self._line_html = templates.get_template("console/line.html")
        self._now = asyncio.get_running_loop().time
        self._checked_at = self._beat_at = self._now()

    async def follow(self) -> AsyncIterator[str]:
        """Server-Sent Events until the session is over or the page is gone."""
        ours = await self._conversation()
        with self._live.watch(BOARD, *([ours] if ours else [])) as queue:
            news = [News("resync")]
            while True:
                try:
                    told = await self._tell(news, ours)
                    if self._now() >= self._beat_at:
                        told.append(await self._beat())
                except SessionOver:
                    yield event("over", {})
                    return
                for one in told:
                    yield one
                news = await gather_news(queue, max(0.0, self._beat_at - self._now()))

    async def _conversation(self) -> str | None:
        """Of the case that is shown. Nothing is missed between here and the first look."""
        if self._shown is None:
            return None
        found = select(Handoff.conversation_id).where(Handoff.id == self._shown.handoff_id)
        async with self._runtime.sessions() as session:
            conversation = await session.scalar(found)
        return str(conversation) if conversation else None

    async def _tell(self, news: Sequence[News], ours: str | None) -> list[str]:
        """The events that the news are to this page.

        Raises:
            SessionOver: the counsellor logged out, or was shut out.
        """
        told: list[str] = []
        is_new = any(one.kind == "resync" for one in news)
        if is_new or any(one.kind == "board" for one in news):
            told += await self._board.tell()
            self._checked_at = self._now()
        if self._shown is not None and (is_new or any(one.conversation == ours for one in news)):
            found = await self._look(self._shown)
            told += [self._html_event(one, found.judge_at) for one in found.lines]
            if found.may_read and any(map(_is_typing, news)):
                told.append(event("typing", {}))
            if found.case_changed:
                told.append(event("case", {}))
            if is_new or any(one.kind == "receipt" for one in news):
                told.append(event("receipt", {}))
        elif self._now() >= self._checked_at + CHECK_SECONDS:
            await self._check()
        return told

    async def _check(self) -> None:
        async with self._runtime.sessions() as session:
            await auth.counsellor_of(session, self._token, self._runtime.clock())
        self._checked_at = self._now()

    async def _beat(self) -> str:
        """That we are still here, and that somebody is at the page."""
        now = self._runtime.clock()
        async with self._runtime.sessions.begin() as session:
            counsellor = await auth.counsellor_of(session, self._token, now)
            await presence.touch(session, counsellor.id, now)
        self._checked_at = self._now()
        self._beat_at = self._now() + HEARTBEAT_SECONDS
        return event("beat", {})

    async def _look(self, shown: Open) -> Found:
        """What is new in the case."""
        ring = self._runtime.ring
        async with self._runtime.sessions.begin() as session:
            counsellor = await auth.counsellor_of(session, self._token, self._runtime.clock())
            self._checked_at = self._now()
            try:
                case = await handoff.find_case(session, ring, shown.handoff_id)
            except NotFound:
                return Found(case_changed=True)
            lines: list[Spoken] = []
            may_read = access.may_read(case, counsellor)
            if may_read:
                lines = await read_spoken(session, ring, case, shown.last, MOST_MISSED + 1)
            if lines and not shown.written_down:
                now = self._runtime.clock()
                await views.write_down(session, counsellor, shown.handoff_id, "view live", now)
                shown.written_down = True
        if len(lines) > MOST_MISSED:
            return Found(case_changed=True)
        judge_at = f"/console/cases/{case.handoff_id}" if access.may_note(case, counsellor) else ""
        if lines:
            shown.last = lines[-1].line.id
        return Found(lines, as_of(case) != shown.as_of, may_read, judge_at)

    def _html_event(self, spoken: Spoken, judge_at: str) -> str:
        html = self._line_html.render(
            spoken=spoken, words=words, now=self._runtime.clock(), judge_at=judge_at
        )
        return f"id: {spoken.line.id}\n{_message(html)}"


def _message(html: str) -> str:
    """A Server-Sent Event without a name: htmx puts its HTML where the page, or the HTML itself, says."""
    lines = _LINE_END.split(html.strip())
    return "".join(f"data: {line}\n" for line in lines) + "\n"


def _is_typing(news: News) -> bool:
    return news.kind == "typing" and news.more.get("by") == "citizen"
