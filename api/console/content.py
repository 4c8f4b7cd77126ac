"""The editors' first page: questions nobody answered, and what is wrong with the articles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse

from api.console.pages import read_form, render
from api.console.visitor import Editing, wants_part
from bot import editing, handoff
from bot.answers import Article, Library
from bot.answers.article import UNREVIEWED
from bot.answers.library import bare
from bot.answers.shelf import Shelf
from bot.catalogue import _
from bot.content_tables import OpenQuestion
from bot.editing import Editor
from bot.laws import Citation
from bot.runtime import Runtime
from bot.tables import Counsellor

router = APIRouter(prefix="/content")
QuestionId = Annotated[int, Path(ge=1, lt=2**63)]
MOST_FOUND = 20


@dataclass(frozen=True)
class Asked:
    """An open question, with the articles that are nearest to it."""

    question: OpenQuestion
    about: Article | None
    near: list[Article]


@router.get("")
async def home(request: Request, editor: Editing) -> Response:
    """Everything that waits for an editor."""
    runtime, shelf = await up_to_date(request)
    today = runtime.today()
    library = shelf.library
    typed = request.query_params.get("q", "").strip()[:200]
    async with runtime.statements() as connection:
        drafts = await editing.drafts(connection)
    shown = {
        "me": editor,
        "drafts": drafts,
        "typed": typed,
        "found": _find(library, typed, runtime) if typed else [],
        "articles": sorted(library.articles(), key=lambda one: one.title),
        "broken": library.broken,
        "withheld": [(one, _why_withheld(one, runtime)) for one in library.withheld(today)],
        "unapproved": [one for one in library.articles() if one.reviewed_by == UNREVIEWED],
        "told": "",
        **await _questions(runtime, shelf),
    }
    return render(request, "content.html", shown)


@router.post("/questions/{question_id}/attach")
async def attach(request: Request, question_id: QuestionId, editor: Editing) -> Response:
    """Make a question one more way to ask for an article."""
    runtime, shelf = await up_to_date(request)
    form = await read_form(request)
    key = form.get("other", "").strip() or form.get("key", "")
    phrase = " ".join(form.get("phrase", "").split())
    now = runtime.clock()
    async with runtime.sessions.begin() as session:
        await editing.attach(session, shelf, question_id, key, phrase, Editor(editor, now))
        await handoff.audit(session, editor, f"attach {key}", None, now)
    title = getattr(shelf.library.get(key), "title", key)
    return await _next(
        request,
        editor,
        _("Đã gắn vào bài “{title}”. Máy dùng được sau vài giây.").format(title=title),
    )


@router.post("/questions/{question_id}/dismiss")
async def dismiss(request: Request, question_id: QuestionId, editor: Editing) -> Response:
    """Take a question off the list."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions.begin() as session:
        await editing.close_question(session, question_id)
        await handoff.audit(session, editor, "dismiss question", None, runtime.clock())
    return await _next(request, editor, _("Đã bỏ câu hỏi khỏi danh sách."))


async def up_to_date(request: Request) -> tuple[Runtime, Shelf]:
    """The runtime, and the shelf with what editors published up to now."""
    runtime: Runtime = request.app.state.runtime
    shelf = runtime.shelf
    async with runtime.statements() as connection:
        await shelf.refresh(connection, runtime.today())
    return runtime, shelf


async def _next(request: Request, editor: Counsellor, told: str) -> Response:
    """The list after something was done; without htmx the whole page."""
    if not wants_part(request):
        return RedirectResponse("/console/content", 303)
    runtime, shelf = await up_to_date(request)
    shown = {"me": editor, "told": told, **await _questions(runtime, shelf)}
    return render(request, "questions.html", shown)


async def _questions(runtime: Runtime, shelf: Shelf) -> dict[str, Any]:
    async with runtime.sessions() as session:
        rows = await editing.questions(session)
        every = await editing.count_questions(session)
    library = shelf.library
    asked = []
    for row in rows:
        hits = library.search(row.text, runtime.today())
        about = library.get(row.article) if row.article else None
        asked.append(Asked(row, about, [hit.article for hit in hits]))
    return {"asked": asked, "more": every - len(rows)}


def _find(library: Library, typed: str, runtime: Runtime) -> list[Article]:
    """Articles with these words in title or key, then those that answer such a question."""
    words = bare(typed).split()
    titled = [
        one
        for one in library.articles()
        if words and all(word in f"{bare(one.title)} {one.key}" for word in words)
    ]
    near = [hit.article for hit in library.search(typed, runtime.today(), limit=5)]
    return list({one.key: one for one in (*titled, *near)}.values())[:MOST_FOUND]


def _why_withheld(article: Article, runtime: Runtime) -> str:
    today = runtime.today()
    if today < article.valid_from:
        return _("chỉ dùng từ ngày {day}").format(day=f"{article.valid_from:%d/%m/%Y}")
    ended: list[Citation] = [
        cited
        for cited in article.every_citation()
        if not runtime.register.in_force(cited.doc, today)
    ]
    numbers = dict.fromkeys(runtime.register[cited.doc].number for cited in ended)
    return _("văn bản không còn hoặc chưa có hiệu lực: {documents}").format(
        documents=", ".join(numbers)
    )
