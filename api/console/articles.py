"""One article: write, check, preview, publish, approve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse

from api.console.content import up_to_date
from api.console.pages import read_form, render
from api.console.visitor import Editing
from bot import editing, handoff
from bot.answers import TOPICS, Article, Case, render_case, render_more, render_question
from bot.answers import render as say
from bot.answers.article import UNREVIEWED
from bot.answers.overlay import fingerprint
from bot.catalogue import N_, Table, _
from bot.editing import Checked, Editor, Form
from bot.errors import AlreadyTaken, NotFound, NotUnderstood
from bot.messages import Outbound
from bot.runtime import Runtime
from bot.tables import Counsellor

router = APIRouter(prefix="/content")
Key = Annotated[str, Path(pattern=r"^[a-z0-9_]{2,45}$")]
NEW = editing.RESERVED
DONE = Table(
    {
        "published": "Đã đăng. Máy dùng bản này sau vài giây.",
        "draft": "Đã lưu bản nháp. Bản đang dùng không đổi.",
        "dropped": "Đã bỏ bản nháp. Đây là bản đang dùng.",
        "approved": "Đã ghi tên bạn là người thẩm định.",
    }
)
STOPPED = N_("Chưa đăng được: bài còn chỗ cần sửa, xem mục “Kiểm tra”.")


@router.get("/{key}")
async def show(request: Request, key: Key, editor: Editing) -> Response:
    """The form of an article, with its draft where there is one; the key "new" begins another."""
    runtime, shelf = await up_to_date(request)
    question = _number(request.query_params.get("question", ""))
    async with runtime.sessions() as session:
        serving = await editing.serving_form(session, key, shelf) if key != NEW else None
        draft = await editing.draft_form(session, key) if key != NEW else None
        asked = (await editing.find_question(session, question)).text if question else ""
    form = draft or serving or (editing.new_form(asked) if key == NEW else None)
    if form is None:
        raise NotFound(_("Không có bài này."))
    shown = {"seen": editing.edition(serving), "question": question, "is_draft": draft is not None}
    done = DONE.get(request.query_params.get("done", ""), "")
    return _page(request, editor, key, form, {**shown, "told": done})


@router.post("/{key}/check")
async def check(request: Request, key: Key, editor: Editing) -> Response:
    """What the form would be, without keeping it: its faults, and how the bot would say it."""
    runtime, shelf = await up_to_date(request)
    form = _form(await read_form(request), key)
    checked = editing.check_form(form, shelf.library, runtime.register, runtime.today())
    return render(request, "verdict.html", {"me": editor, **_verdict(runtime, checked)})


@router.post("/{key}")
async def save(request: Request, key: Key, editor: Editing) -> Response:
    """Publish the form, or keep it as a draft; with a fault nothing is published."""
    runtime, shelf = await up_to_date(request)
    posted = await read_form(request)
    form, now = _form(posted, key), runtime.clock()
    question, by = _number(posted.get("question", "")), Editor(editor, runtime.clock())
    done = "draft" if posted.get("act") == "draft" else "published"
    told, status = "", 422
    try:
        async with runtime.sessions.begin() as session:
            if done == "draft":
                await editing.save_draft(session, form, by)
                may = True
            else:
                seen = posted.get("seen", "")
                may = (await editing.publish(session, shelf, form, seen, by)).may_be_published
                if may and question:
                    await editing.close_question(session, question)
            if may:
                await handoff.audit(session, editor, f"{done} {form.key}", None, now)
                return RedirectResponse(f"/console/content/{form.key}?done={done}", 303)
    except (AlreadyTaken, NotUnderstood) as error:
        told, status = _(error.line), error.status
    shown = {"seen": posted.get("seen", ""), "question": question, "is_draft": False}
    return _page(request, editor, key, form, {**shown, "refused": told or _(STOPPED)}, status)


@router.post("/{key}/drop")
async def drop(request: Request, key: Key, editor: Editing) -> Response:
    """Throw the draft away."""
    runtime: Runtime = request.app.state.runtime
    async with runtime.sessions.begin() as session:
        await editing.drop_draft(session, key)
        await handoff.audit(session, editor, f"drop {key}", None, runtime.clock())
        known = runtime.shelf.library.get(key) is not None
    back = f"/{key}?done=dropped" if known else ""
    return RedirectResponse(f"/console/content{back}", 303)


@router.post("/{key}/approve")
async def approve(request: Request, key: Key, editor: Editing) -> Response:
    """Stand by the article as it was read, with one's name."""
    runtime, shelf = await up_to_date(request)
    posted, now = await read_form(request), runtime.clock()
    async with runtime.sessions.begin() as session:
        await editing.approve(session, shelf, key, posted.get("seen", ""), Editor(editor, now))
        await handoff.audit(session, editor, f"approve {key}", None, now)
    return RedirectResponse(f"/console/content/{key}?done=approved", 303)


def _form(posted: Mapping[str, str], key: str) -> Form:
    return Form.of(posted, "" if key == NEW else key)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _page(
    request: Request,
    editor: Counsellor,
    key: str,
    form: Form,
    shown: Mapping[str, Any],
    status: int = 200,
) -> Response:
    runtime: Runtime = request.app.state.runtime
    shelf = runtime.shelf
    article, today = shelf.library.get(key), runtime.today()
    checked = editing.check_form(form, shelf.library, runtime.register, today)
    documents = [runtime.register[one] for one in runtime.register.ids()]
    context = {
        "me": editor,
        "key": key,
        "form": form,
        "fields": editing.FIELDS,
        "article": article,
        "approved": article is not None and article.reviewed_by != UNREVIEWED,
        "fingerprint": fingerprint(article) if article else "",
        "documents": [one for one in documents if one.in_force(today)],
        "topics": TOPICS,
        **_verdict(runtime, checked),
        **shown,
    }
    return render(request, "article.html", context, status)


def _verdict(runtime: Runtime, checked: Checked) -> dict[str, Any]:
    preview = _preview(runtime, checked.article) if checked.article else []
    return {"checked": checked, "preview": preview, "fields": editing.FIELDS}


def _preview(runtime: Runtime, article: Article) -> list[Outbound]:
    """What the bot would say today, or on the article's nearest day; nothing where its law is not
    in force then."""
    on = max(runtime.today(), article.valid_from)
    on = min(on, article.valid_to) if article.valid_to else on
    if not article.may_be_shown(on, runtime.register):
        return []
    said = [say(article, on, runtime.register), render_more(article, on, runtime.register)]
    return [*said, *_asked_back(runtime, article, (), on)]


def _asked_back(
    runtime: Runtime, article: Article, path: tuple[int, ...], on: date
) -> Iterator[Outbound]:
    """The question at `path`, and all that its choices lead to."""
    at = article.case(path)
    if isinstance(at, Case) and at.short:
        yield render_case(article, at, on, runtime.register)
    elif question := render_question(article, path):
        yield question
        for place in range(len(question.buttons)):
            yield from _asked_back(runtime, article, (*path, place), on)
