"""What a counsellor writes with: ready replies, articles, places and question sets for an answer, and
the sign that an answer is being written. Nothing here sends words by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from actions.commands import FindAnswer
from api.console import access
from api.console.pages import render
from api.console.visitor import CaseId, OnDuty
from bot import acts, answers, canned, handoff
from bot.answers import Article, Found
from bot.answers import render as say
from bot.answers.library import bare
from bot.errors import NotFound
from bot.handoff import Case
from bot.place_cards import find_cards
from bot.runtime import Runtime
from bot.screening.instrument import Instrument
from bot.store import Talk, notify, open_talk, read_line
from bot.tables import Message
from bot.turn.articles import look_up
from bot.understand import clean, fold

router = APIRouter()
LONGEST_TYPED = 200
MOST_REPLIES = 8
MOST_ARTICLES = 6
MOST_SUGGESTED = 3


@dataclass(frozen=True)
class Ready:
    """An article to be put into an answer: what the citizen would read, and the law it rests on."""

    title: str
    words: str
    law: str


@router.get("/tools")
async def tools(request: Request, counsellor: OnDuty, q: str = "") -> Response:
    """What "/" and then `q` bring: replies, articles in force today, question sets."""
    runtime: Runtime = request.app.state.runtime
    typed = clean(q)[:LONGEST_TYPED].strip()
    async with runtime.sessions() as session:
        replies = canned.find_matching(await canned.every(session), typed)[:MOST_REPLIES]
    found = await asyncio.to_thread(find_articles, runtime, typed)
    instruments = _named(runtime.instruments.values(), typed)
    shown = {"replies": replies, "articles": found, "instruments": instruments}
    return render(request, "tools.html", {"me": counsellor, **shown})


@router.get("/tools/places")
async def places(request: Request, counsellor: OnDuty, q: str = "", code: str = "") -> Response:
    """What "//" and then `q` bring: verified places, or which of several places is meant."""
    runtime: Runtime = request.app.state.runtime
    found = await find_cards(runtime, q, code)
    return render(request, "places.html", {"me": counsellor, "found": found, "typed": q})


@router.get("/cases/{handoff_id}/suggestions")
async def suggestions(request: Request, handoff_id: CaseId, counsellor: OnDuty) -> Response:
    """At most three articles for the citizen's last words, none where the bot would have none."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions() as session:
        case, talk = await _own_case(session, runtime, handoff_id, counsellor)
        said = await _last_words(session, talk)
    found = await asyncio.to_thread(suggest, runtime, said) if said else []
    return render(request, "suggestions.html", {"me": counsellor, "case": case, "found": found})


@router.post("/cases/{handoff_id}/typing", status_code=204)
async def typing(request: Request, handoff_id: CaseId, counsellor: OnDuty) -> Response:
    """Show the citizen that their counsellor is writing."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions.begin() as session:
        _, talk = await _own_case(session, runtime, handoff_id, counsellor)
        await notify(session, "typing", talk.id, by="counsellor")
    channel = request.app.state.channels.get(talk.channel)
    if channel is not None:
        request.app.state.meanwhile.show_typing(channel, talk)
    return Response(status_code=204)


def find_articles(runtime: Runtime, typed: str) -> list[Ready]:
    """The articles that may be shown today with all these words in their title, then those that answer
    such a question; the ones of the topic list where nothing is typed."""
    library, today = runtime.library, runtime.today()
    if not typed:
        return _ready(runtime, [library.version(key, today) for key, _ in library.front(today)])
    words = bare(typed).split()
    titled = [
        library.version(one.version_of or one.key, today)
        for one in library.articles()
        if words and all(word in bare(one.title) for word in words)
    ]
    return _ready(runtime, [*titled, *_near(runtime, typed)])


def suggest(runtime: Runtime, said: str) -> list[Ready]:
    """The article that the bot would show for what somebody said, then those near enough to be offered
    by search; none where they asked for something else than an answer."""
    if not isinstance(acts.find_act(said), FindAnswer):
        return []
    found = look_up(runtime, said).found
    sure = [found.article] if isinstance(found, Found) else []
    return _ready(runtime, [*sure, *_near(runtime, said)])[:MOST_SUGGESTED]


def _near(runtime: Runtime, typed: str) -> list[Article]:
    hits = runtime.library.search(typed, runtime.today(), limit=MOST_ARTICLES)
    return [hit.article for hit in hits if hit.score >= answers.WORTH_OFFERING]


def _ready(runtime: Runtime, articles: Iterable[Article | None]) -> list[Ready]:
    today, register = runtime.today(), runtime.register
    sound = {
        one.key: one for one in articles if one is not None and one.may_be_shown(today, register)
    }
    return [
        Ready(
            one.title,
            say(one, today, register).text,
            "; ".join(register.cite(cited) for cited in one.citations),
        )
        for one in list(sound.values())[:MOST_ARTICLES]
    ]


def _named(instruments: Iterable[Instrument], typed: str) -> Sequence[Instrument]:
    """The question sets that one may be invited to, with all the typed words in their name."""
    words = fold(typed).lower().split()
    whole = "sang loc cau hoi tu kiem tra moi lam"
    return [
        one
        for one in instruments
        if one.may_be_asked
        and all(word in f"{fold(one.title).lower()} {one.name} {whole}" for word in words)
    ]


async def _own_case(
    session: AsyncSession, runtime: Runtime, handoff_id: CaseId, counsellor: OnDuty
) -> tuple[Case, Talk]:
    """The case of whoever answers it, and its conversation.

    Raises:
        NotFound: there is none any more.
        NotAllowed: somebody else has it.
    """
    case = await handoff.find_case(session, runtime.ring, handoff_id)
    access.demand(access.may_answer(case, counsellor))
    talk = await open_talk(session, runtime.ring, case.conversation_id)
    if talk is None:
        raise NotFound(handoff.GONE)
    return case, talk


async def _last_words(session: AsyncSession, talk: Talk) -> str:
    last = (
        select(Message)
        .where(Message.conversation_id == talk.id, Message.author == "citizen")
        .order_by(Message.id.desc())
        .limit(1)
    )
    row = (await session.scalars(last)).one_or_none()
    return read_line(row, talk.key).text if row else ""
