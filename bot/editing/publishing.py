"""What editors change: attach a question, save, publish, approve. Nobody here commits.

Whoever changes what serves holds one lock until the commit and checks against the library of that
moment, so two editors cannot give one paraphrase to two articles.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.answers import ANSWERS
from bot.answers.library import bare
from bot.answers.overlay import fingerprint
from bot.answers.shelf import Shelf
from bot.catalogue import N_, _
from bot.content_tables import AddedParaphrase, Approval, EditedArticle
from bot.editing.checks import RESERVED, Checked, check_form, check_phrase
from bot.editing.questions import close_question
from bot.editing.source import Form, to_form, to_source
from bot.errors import AlreadyTaken, NotFound, NotUnderstood
from bot.runtime import VIETNAM
from bot.tables import Access, Counsellor

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('diemtua content'))")
_CHANGED = N_(
    "Bài này vừa được người khác sửa. Chữ của bạn còn ở dưới; hãy mở bản mới ở trang khác để so lại."
)
_KEY_TAKEN = N_("Mã bài này đã có bài khác dùng. Bạn chọn mã khác.")
_KEY = re.compile(r"[a-z0-9_]{2,45}")


@dataclass(frozen=True)
class Editor:
    """Who changes something and when, checked against the law of that day."""

    counsellor: Counsellor
    now: datetime

    @property
    def today(self) -> date:
        """The day in Vietnam."""
        return self.now.astimezone(VIETNAM).date()


async def serving_form(
    access: Access, key: str, shelf: Shelf, folder: Path = ANSWERS
) -> Form | None:
    """The article as it serves now, with the paraphrases added to it; None where there is none."""
    edit = (shelf.overlay.edits or {}).get(key)
    file = folder / f"{key}.md"
    if edit is None and not file.is_file():
        return None
    form = to_form(key, edit.source if edit else file.read_text(encoding="utf-8"))
    added = await access.scalars(
        select(AddedParaphrase.phrase)
        .where(AddedParaphrase.article == key)
        .order_by(AddedParaphrase.id)
    )
    held = set(map(bare, form.phrases))
    more = [phrase for phrase in added if bare(phrase) not in held]
    return replace(form, ask="\n".join([*form.phrases, *more]))


async def draft_form(access: Access, key: str) -> Form | None:
    """The draft of an article, if somebody keeps one."""
    source = await access.scalar(
        select(EditedArticle.source).where(EditedArticle.key == key, EditedArticle.state == "draft")
    )
    return None if source is None else to_form(key, source)


async def drafts(access: Access) -> list[str]:
    """The keys of the articles that somebody keeps a draft of."""
    query = select(EditedArticle.key).where(EditedArticle.state == "draft")
    return list(await access.scalars(query.order_by(EditedArticle.key)))


def edition(form: Form | None) -> str:
    """Stands for what an editor had before their eyes; empty for an article that is not there yet."""
    return "" if form is None else sha256(to_source(form, "").encode()).hexdigest()


async def attach(
    session: AsyncSession, shelf: Shelf, question_id: int, key: str, phrase: str, editor: Editor
) -> None:
    """Make `phrase`, the wording of an open question, one more paraphrase of the article `key`.

    Raises:
        NotFound: there is no such article.
        NotUnderstood: the phrase may not be published; the line says why.
    """
    await _hold(session, shelf, editor)
    article = shelf.library.get(key)
    if article is None:
        raise NotFound(_("Không có bài này."))
    faults = check_phrase(phrase, key, shelf.library, editor.today)
    stops = [fault.line for fault in faults if fault.stops]
    if stops:
        raise NotUnderstood(" ".join(stops))
    if bare(phrase) not in map(bare, article.ask):
        session.add(
            AddedParaphrase(
                article=article.version_of or key,
                phrase=phrase,
                by=editor.counsellor.id,
                at=editor.now,
            )
        )
    await close_question(session, question_id)
    await session.flush()


async def publish(
    session: AsyncSession, shelf: Shelf, form: Form, seen: str, editor: Editor
) -> Checked:
    """Put the article of `form` into service, unless it has a fault; the answer tells.

    Args:
        seen: the `edition` that the editor began with.

    Raises:
        AlreadyTaken: somebody else published another edition meanwhile.
    """
    await _hold(session, shelf, editor)
    if edition(await serving_form(session, form.key, shelf)) != seen:
        raise AlreadyTaken(_(_CHANGED) if seen else _(_KEY_TAKEN))
    checked = check_form(form, shelf.library, shelf.library.register, editor.today)
    if checked.may_be_published:
        await session.execute(delete(AddedParaphrase).where(AddedParaphrase.article == form.key))
        await _store(session, form.key, checked.source, "published", editor)
    return checked


async def save_draft(session: AsyncSession, form: Form, editor: Editor) -> None:
    """Keep a form as it is, unchecked and out of service, in place of an earlier draft.

    Raises:
        NotUnderstood: it has no key to keep it under.
    """
    if not _KEY.fullmatch(form.key) or form.key == RESERVED:
        raise NotUnderstood(_("Bản nháp cần một mã bài: chữ thường không dấu, số, gạch dưới."))
    await _store(session, form.key, to_source(form, editor.today.isoformat()), "draft", editor)


async def drop_draft(session: AsyncSession, key: str) -> None:
    """Throw the draft of an article away; what serves stays."""
    await session.execute(
        delete(EditedArticle).where(EditedArticle.key == key, EditedArticle.state == "draft")
    )


async def approve(session: AsyncSession, shelf: Shelf, key: str, seen: str, editor: Editor) -> None:
    """Stand by the article `key` with one's name.

    Args:
        seen: the `fingerprint` of what was read before approving.

    Raises:
        NotFound: there is no such article in service.
        AlreadyTaken: it reads otherwise by now.
    """
    await _hold(session, shelf, editor)
    article = shelf.library.get(key)
    if article is None:
        raise NotFound(_("Bài này chưa được đăng nên chưa thẩm định được."))
    if fingerprint(article) != seen:
        raise AlreadyTaken(_("Bài vừa được sửa. Bạn đọc lại bản mới rồi hãy thẩm định."))
    await session.execute(
        insert(Approval).values(
            article=key, fingerprint=seen, by=editor.counsellor.id, at=editor.now
        )
    )


async def _hold(session: AsyncSession, shelf: Shelf, editor: Editor) -> None:
    await session.execute(_LOCK)
    await shelf.refresh(session, editor.today)


async def _store(session: AsyncSession, key: str, source: str, state: str, editor: Editor) -> None:
    await drop_draft(session, key)
    await session.execute(
        insert(EditedArticle).values(
            key=key, source=source, state=state, by=editor.counsellor.id, at=editor.now
        )
    )
