"""The public chat page and what it talks to. Anonymous: a random token in the page's memory is all
that ties it to its conversation."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from sqlalchemy import select, update

from api.bodies import read_body
from api.live import HEARTBEAT, Live, News, event, next_news
from api.public import Compressed
from bot import inbox, receipts, replies
from bot.channels import web
from bot.errors import NotAllowed, SessionOver
from bot.runtime import Runtime
from bot.store import Talk, notify, open_talk, read_lines
from bot.tables import Access, Counsellor, Handoff, Person

router = APIRouter()
HEARTBEAT_SECONDS = 15.0
MOST_BYTES = 100_000
MOST_READ_BYTES = 500
PAGE_NUMBERS = {"115": "Cấp cứu", "113": "Công an", "111": "Trẻ em"}
"""Short names for the numbers at the top of the page, shown where the directory has them."""
ELSEWHERE = "https://www.google.com/search?q=thoi+tiet"
"""Where quick exit goes: a page that anybody may have open."""
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'"
)
_SAFETY = {
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=(), interest-cohort=()",
}


async def refuse_other_pages(request: Request) -> None:
    """Our own page, framed or not, is the only one that talks here.

    A browser too old to say where a request comes from is trusted unless it names another origin
    than the address we are configured with: it must never keep a person from writing.

    Raises:
        NotAllowed: a page of another site made the browser send this.
    """
    came_from, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    own = request.app.state.settings.public_url.rstrip("/")
    names_another = bool(own and origin and origin != own)
    is_foreign = names_another if came_from is None else came_from not in ("same-origin", "none")
    if is_foreign:
        raise NotAllowed("Yêu cầu này đến từ một trang khác nên không được nhận.")


OWN_PAGE = [Depends(refuse_other_pages)]


def emergency(request: Request) -> list[dict[str, str]]:
    """The numbers at the top of the page and their short names, where the directory has them."""
    numbers = request.app.state.runtime.numbers
    return [
        {"number": number, "label": label}
        for number, label in PAGE_NUMBERS.items()
        if number in numbers
    ]


def chat_page(request: Request, may_frame: Sequence[str] = (), *, framed: bool = False) -> Response:
    """The page, which only pages of the origins `may_frame` may show in a frame."""
    response: Response = request.app.state.templates.TemplateResponse(
        request,
        "chat.html",
        {"emergency": emergency(request), "framed": framed, "elsewhere": ELSEWHERE},
    )
    ancestors = " ".join(may_frame) or "'none'"
    response.headers["Content-Security-Policy"] = f"{_POLICY}; frame-ancestors {ancestors}"
    response.headers.update(_SAFETY)
    return response


async def page(request: Request) -> Response:
    """The chat page, by itself."""
    response = chat_page(request)
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    return response


router.add_api_route("/", page, route_class_override=Compressed, response_model=None)


@router.post("/chat/session", status_code=201, dependencies=OWN_PAGE)
async def begin(request: Request) -> dict[str, str]:
    runtime: Runtime = request.app.state.runtime
    token = secrets.token_urlsafe(32)
    async with runtime.sessions.begin() as session:
        await inbox.begin(session, runtime.ring, web.NAME, token, runtime.clock())
    return {"token": token}


@router.post("/chat/messages", status_code=202, dependencies=OWN_PAGE)
async def send(request: Request, authorization: Annotated[str, Header()] = "") -> JSONResponse:
    runtime: Runtime = request.app.state.runtime
    token = _token(authorization)
    inbound = web.parse(await read_body(request, MOST_BYTES), token)
    async with runtime.statements() as session:
        received = await inbox.receive(
            session, runtime.ring, inbound, runtime.clock(), known_only=True
        )
    if received is None:
        raise SessionOver("Phiên trò chuyện đã kết thúc. Bạn bắt đầu lại nhé.")
    return JSONResponse({"stored": True}, 202)


@router.post("/chat/read", status_code=204, dependencies=OWN_PAGE)
async def read(request: Request, authorization: Annotated[str, Header()] = "") -> Response:
    """How far the page has got the lines, and how far they stood in sight; nothing else is kept of it.
    204 also for a session that is over: the page's stream finds that out."""
    runtime: Runtime = request.app.state.runtime
    token = _token(authorization)
    fetched, seen = web.parse_read(await read_body(request, MOST_READ_BYTES))
    await _note(runtime, token, fetched, seen)
    return Response(status_code=204)


async def _note(runtime: Runtime, token: str, fetched: int, seen: int) -> None:
    pseudonym = runtime.ring.pseudonym(web.NAME, token)
    async with runtime.statements() as connection:
        await receipts.page_says(connection, pseudonym, fetched, seen)


@router.post("/chat/typing", status_code=204, dependencies=OWN_PAGE)
async def typing(request: Request, authorization: Annotated[str, Header()] = "") -> Response:
    """Show a counsellor who has the chat that the person is writing; nothing of it is kept. 204 also for a
    session that is over, as in `read`."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions.begin() as session:
        talk = await inbox.find_conversation(session, runtime.ring, web.NAME, _token(authorization))
        if talk is not None and talk.holder == "counsellor":
            await notify(session, "typing", talk.id, by="citizen")
    return Response(status_code=204)


@router.post("/chat/leave", status_code=204, dependencies=OWN_PAGE)
async def leave(request: Request, authorization: Annotated[str, Header()] = "") -> Response:
    """Forget the token: nobody can open this conversation from a page again."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions.begin() as session:
        talk = await inbox.find_conversation(session, runtime.ring, web.NAME, _token(authorization))
        if talk is not None:
            await session.execute(
                update(Person)
                .where(Person.id == talk.person_id)
                .values(pseudonym=secrets.token_bytes(32))
            )
    return Response(status_code=204)


@router.get("/chat/stream", dependencies=OWN_PAGE)
async def stream(
    request: Request,
    authorization: Annotated[str, Header()] = "",
    last_event_id: Annotated[str, Header()] = "",
) -> StreamingResponse:
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions() as session:
        talk = await inbox.find_conversation(session, runtime.ring, web.NAME, _token(authorization))
    if talk is None:
        raise SessionOver("Phiên trò chuyện đã kết thúc. Bạn bắt đầu lại nhé.")
    last = _line_id(last_event_id)
    if last:
        await _note(runtime, _token(authorization), last, 0)
    return StreamingResponse(
        _follow(runtime, request.app.state.live, talk.id, last),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _follow(
    runtime: Runtime, live: Live, conversation_id: UUID, last: int
) -> AsyncIterator[str]:
    """The conversation's lines after `last`, then each new one as it comes."""
    with live.watch(str(conversation_id)) as queue:
        news: News | None = News("resync")
        talk: Talk | None = None
        while True:
            if news is None:
                yield HEARTBEAT
            elif news.kind == "typing":
                if news.more.get("by") == "counsellor":
                    yield event("typing", {"from": "counsellor"})
            elif news.kind != "receipt" and (news.kind != "message" or news.more["id"] > last):
                state = ""
                async with runtime.statements() as session:
                    if talk is None or news.kind != "message":
                        talk = await open_talk(session, runtime.ring, conversation_id)
                        if talk is None:
                            yield event("erased", {"text": replies.erased().text})
                            return
                        state = await _state(session, talk)
                    shown = await _lines(session, talk, last, runtime.clock())
                last = shown[-1]["id"] if shown else last
                yield "".join(event("message", line, line["id"]) for line in shown) + state
            news = await next_news(queue, HEARTBEAT_SECONDS)


async def _lines(access: Access, talk: Talk, last: int, now: datetime) -> list[dict[str, Any]]:
    lines = await read_lines(access, talk, after=last)
    ids = {line.counsellor_id for line in lines if line.author == "counsellor"}
    names: dict[UUID | None, str] = {}
    if ids:
        rows = await access.execute(
            select(Counsellor.id, Counsellor.name).where(Counsellor.id.in_(ids))
        )
        names = {row.id: row.name for row in rows}
    return [web.show(line, now, names.get(line.counsellor_id, "")) for line in lines]


async def _state(access: Access, talk: Talk) -> str:
    """The event that says who answers now."""
    name = ""
    if talk.holder == "counsellor":
        name = (
            await access.scalar(
                select(Counsellor.name)
                .join(Handoff, Handoff.counsellor_id == Counsellor.id)
                .where(Handoff.conversation_id == talk.id, Handoff.state == "claimed")
            )
            or ""
        )
    return event("state", {"held_by": talk.holder, "name": name})


def _line_id(text: str) -> int:
    """The id of the last line that a page has; 0, and so everything, for what is no id of ours."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _token(authorization: str) -> str:
    kind, _, token = authorization.partition(" ")
    if kind.lower() != "bearer" or not 20 <= len(token) <= 100 or not token.isascii():
        raise SessionOver("Phiên trò chuyện đã kết thúc. Bạn bắt đầu lại nhé.")
    return token
