"""All wiring: settings in, a web application or a worker out. Nothing is built anywhere else."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path

import httpx
import procrastinate
import structlog
from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from fastapi.templating import Jinja2Templates
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine

from api import chat, console, database, directory, embed, hsds, webhooks
from api.channels import Messengers, staff_group, wire_messengers
from api.checking import log_broken
from api.console.board_news import BoardNews
from api.console.drawing import Boards
from api.console.pages import DATABASE_DOWN
from api.listening import ask_for_updates, keep_tokens_fresh
from api.live import Live
from api.logs import quiet_logs
from api.open_data import OpenToAnySite
from api.origins import read_origins
from api.pace import Pace
from api.public import public_files
from api.staff import keep_staff_topics, who_else_hears
from bot import catalogue, presence, roster, topics
from bot import jobs as queue
from bot.answers import Library
from bot.answers.shelf import Shelf, keep_up_to_date
from bot.cards import still_told
from bot.channels import Channel
from bot.duty import tell_on_call
from bot.errors import DatabaseDown, DiemTuaError, SettingsBroken, where
from bot.laws import Register
from bot.meanwhile import Meanwhile
from bot.privacy import KeyRing
from bot.rasa import Rasa
from bot.runtime import Clock, Runtime
from bot.screening import load_instruments
from bot.screening.library import FOLDER as SCREENING
from bot.settings import Settings
from bot.todays_places import todays_places
from referral_directory.nearest import seed_emergency_numbers
from referral_directory.places import Gazetteer

HERE = Path(__file__).parent
log = structlog.get_logger()


@dataclass(frozen=True)
class Wired:
    """What one process holds open."""

    settings: Settings
    engines: tuple[AsyncEngine, AsyncEngine]
    runtime: Runtime
    messengers: Messengers
    http: httpx.AsyncClient

    @property
    def channels(self) -> Mapping[str, Channel]:
        return self.messengers.working

    async def close(self) -> None:
        await self.runtime.rasa.aclose()
        await self.http.aclose()
        await self.messengers.aclose()
        for engine in self.engines:
            await engine.dispose()


@dataclass(frozen=True)
class Content:
    """What is read from the program's own files and stays as it is while a process lives."""

    register: Register
    library: Library
    topics: topics.Model | None
    gazetteer: Gazetteer


@cache
def read_content(vectors: Path | None) -> Content:
    """Read it, once in a process. `vectors` as `Settings.vectors`.

    Raises:
        DiemTuaError: it cannot be used.
    """
    register = Register.load()
    library = Library.load(register, vectors=vectors)
    return Content(register, library, topics.load(), Gazetteer.load())


def now() -> datetime:
    return datetime.now(UTC)


def wire(settings: Settings, *, pool_size: int = 10, clock: Clock = now) -> Wired:
    """Build everything a process needs. Opens no connection yet.

    Raises:
        DiemTuaError: the key ring or the content cannot be used.
    """
    engine, sessions = database.connect(settings.database_url, pool_size)
    alone = database.connect_for_statements(settings.database_url, pool_size)
    content = read_content(settings.vectors)
    http = httpx.AsyncClient(timeout=10)
    runtime = Runtime(
        sessions=sessions,
        statements=alone.connect,
        ring=KeyRing.load(settings.keyring),
        register=content.register,
        shelf=Shelf(content.library),
        topics=content.topics,
        instruments=load_instruments(settings.data_dir / SCREENING),
        gazetteer=content.gazetteer,
        rasa=Rasa(settings.rasa_url, deadline=settings.rasa_deadline_seconds),
        numbers=seed_emergency_numbers(),
        duty=settings.duty,
        clock=clock,
    )
    messengers = wire_messengers(settings, http, sessions, runtime.ring, clock)
    return Wired(settings, (engine, alone), runtime, messengers, http)


def build_web(settings: Settings, clock: Clock = now) -> FastAPI:
    """The web application: chat page, console, webhooks, directory."""
    quiet_logs()
    catalogue.speak(settings.console_language)
    wired = wire(settings, clock=clock)
    live = Live(database.plain_url(settings.database_url))

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        tasks = (
            asyncio.create_task(live.run()),
            asyncio.create_task(BoardNews(live, wired.runtime.sessions).run()),
            _follow_editors(wired.runtime),
            _follow_roster(wired.runtime),
            asyncio.create_task(presence.keep_desk_seen(wired.runtime.statements, clock)),
        )
        yield
        await webhooks.finish(app.state.under_way)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await wired.close()

    app = FastAPI(title="Điểm Tựa", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.settings = settings
    app.state.runtime = wired.runtime
    app.state.channels = wired.channels
    app.state.broken_channels = wired.messengers.broken
    app.state.under_way = set()
    app.state.also_hears = who_else_hears(wired.runtime, staff_group(settings, wired.channels))
    app.state.live = live
    app.state.meanwhile = Meanwhile(wired.runtime)
    app.state.templates = load_templates(settings.console_language)
    app.state.templates.env.globals["todays_places"] = partial(
        todays_places, gazetteer=wired.runtime.gazetteer
    )
    app.state.boards = Boards(wired.runtime, app.state.templates)
    app.state.embed_origins = _origins(settings)
    for name, line in wired.messengers.broken.items():
        log.error("channel.broken", channel=name, line=line)
    app.include_router(chat.router)
    app.include_router(embed.router)
    app.include_router(webhooks.router)
    app.include_router(directory.router, dependencies=[Depends(Pace().keep)])
    app.include_router(hsds.build_router())
    app.include_router(console.router, prefix="/console")
    app.mount("/static", public_files(HERE / "static"), name="static")
    app.add_middleware(OpenToAnySite)
    app.add_exception_handler(DiemTuaError, _show_error)
    for fault in (DBAPIError, PoolTimeout):
        app.add_exception_handler(fault, _database_down)
    app.add_api_route("/health", _health, include_in_schema=False)
    app.add_api_route("/favicon.ico", _no_picture, include_in_schema=False)
    return app


async def run_worker(settings: Settings) -> None:
    """Work on the queue until told to stop."""
    quiet_logs()
    catalogue.speak(settings.console_language)
    wired = wire(settings, pool_size=settings.worker_concurrency + 4)
    connector = database.queue(settings.database_url, settings.worker_concurrency + 4)
    jobs = procrastinate.App(connector=connector)
    on_call = partial(tell_on_call, wired.http, settings.on_call_url.get_secret_value())
    queue.add_jobs(jobs, wired.runtime, wired.channels, on_call)
    keep_what_is_loaded()
    group = staff_group(settings, wired.channels)
    also = who_else_hears(wired.runtime, group)
    following = [
        _follow_editors(wired.runtime),
        _follow_roster(wired.runtime),
        asyncio.create_task(log_broken(wired.messengers)),
        *keep_tokens_fresh(wired.runtime, wired.channels),
        *ask_for_updates(wired.runtime, wired.channels, also),
        *keep_staff_topics(wired.runtime, group, settings),
    ]
    async with jobs.open_async():
        await jobs.run_worker_async(
            concurrency=settings.worker_concurrency,
            wait=True,
            fetch_job_polling_interval=1.0,
            delete_jobs="successful",
            update_heartbeat_interval=queue.HEARTBEAT_SECONDS,
            stalled_worker_timeout=queue.STALLED_AFTER_SECONDS,
            shutdown_graceful_timeout=10,
        )
    for task in following:
        task.cancel()
    await asyncio.gather(*following, return_exceptions=True)
    await wired.close()


def load_templates(language: str) -> Jinja2Templates:
    """The templates, which speak the language of this process (see bot.catalogue)."""
    templates = Jinja2Templates(HERE / "templates")
    templates.env.globals.update(language=language, still_told=still_told)
    templates.env.add_extension("jinja2.ext.i18n")
    templates.env.policies["ext.i18n.trimmed"] = True
    templates.env.install_gettext_callables(  # type: ignore[attr-defined]
        catalogue.gettext, _either, newstyle=True
    )
    return templates


def _either(one: str, many: str, number: int) -> str:
    """Vietnamese has no plural, so no word of ours has two forms."""
    return catalogue.gettext(one if number == 1 else many)


def _origins(settings: Settings) -> tuple[str, ...]:
    """The sites that may show the chat in a frame: none where the setting cannot be read."""
    try:
        return read_origins(settings.embed_origins)
    except SettingsBroken as error:
        log.error("embed.broken", line=error.line)
        return ()


def _follow_editors(runtime: Runtime) -> asyncio.Task[None]:
    return asyncio.create_task(keep_up_to_date(runtime.shelf, runtime.statements, runtime.today))


def _follow_roster(runtime: Runtime) -> asyncio.Task[None]:
    return asyncio.create_task(roster.keep_up_to_date(runtime.duty.roster, runtime.statements))


def keep_what_is_loaded() -> None:
    """Spare the garbage collector the articles, the index and the libraries: walking them takes a
    tenth of a second each time, in the middle of somebody's message, and frees nothing."""
    gc.collect()
    gc.freeze()


async def _no_picture() -> Response:
    """The chat page shows no picture in a browser's history."""
    return Response(status_code=204)


async def _health(request: Request) -> dict[str, str]:
    async with request.app.state.runtime.sessions() as session:
        await session.execute(text("SELECT 1"))
    return {"status": "ok"}


async def _show_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, DiemTuaError)
    if request.url.path.startswith("/console") and _wants_page(request):
        return console.error_page(request, error)
    if error.status >= 500 and not request.url.path.startswith("/console"):
        return await _database_down(request, error)
    at_desk = request.url.path.startswith("/console")
    line = catalogue.gettext(error.line) if at_desk else error.line
    return JSONResponse({"message": line}, error.status)


async def _database_down(request: Request, error: Exception) -> Response:
    """Nothing can be stored: say so, and to a citizen with the numbers that help without us."""
    log.error("database.down", path=request.url.path, error=where(error))
    if request.url.path.startswith("/console"):
        return await _show_error(request, DatabaseDown(DATABASE_DOWN))
    numbers = request.app.state.runtime.numbers
    lines = ", ".join(f"{number} ({label})" for number, label in numbers.items())
    line = (
        "Hệ thống đang trục trặc nên chưa nhận được tin của bạn, và chưa ai đọc được. "
        f"Nếu có nguy hiểm, gọi ngay: {lines}. Bạn thử gửi lại sau ít phút nhé."
    )
    return JSONResponse({"message": line}, 503)


def _wants_page(request: Request) -> bool:
    accepts_page = "text/html" in request.headers.get("accept", "")
    return accepts_page and "hx-request" not in request.headers
