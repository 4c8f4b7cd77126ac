"""What editors laid over the article files: edited articles, added paraphrases, approvals."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import ColumnElement, Date, cast, func, select, text
from sqlalchemy.orm import InstrumentedAttribute

from bot.answers.article import UNREVIEWED, Article, parse_article
from bot.answers.library import Folder, Library, bare
from bot.content_tables import AddedParaphrase, Approval, EditedArticle
from bot.laws import ContentBroken
from bot.tables import Access, Counsellor

_VERSION = text(
    "SELECT concat_ws(' ',"
    " (SELECT concat(max(id), '.', count(*)) FROM edited_articles WHERE state = 'published'),"
    " (SELECT concat(max(id), '.', count(*)) FROM added_paraphrases),"
    " (SELECT concat(max(id), '.', count(*)) FROM approvals))"
)


def _day(at: InstrumentedAttribute[datetime]) -> ColumnElement[date]:
    """The day in Vietnam."""
    return cast(func.timezone("Asia/Ho_Chi_Minh", at), Date)


_EDITS = (
    select(
        EditedArticle.key,
        EditedArticle.source,
        _day(EditedArticle.at),
        Counsellor.name,
    )
    .join(Counsellor, Counsellor.id == EditedArticle.by)
    .where(EditedArticle.state == "published")
    .distinct(EditedArticle.key)
    .order_by(EditedArticle.key, EditedArticle.id.desc())
)
_PHRASES = select(AddedParaphrase.article, AddedParaphrase.phrase).order_by(AddedParaphrase.id)
_APPROVALS = (
    select(Approval.article, Approval.fingerprint, _day(Approval.at), Counsellor.name)
    .join(Counsellor, Counsellor.id == Approval.by)
    .order_by(Approval.id)
)
_NOT_CONTENT = {"ask", "reviewed_by", "reviewed_on", "front"}


@dataclass(frozen=True)
class Edit:
    """The source of an article as `by` published it on the day `on`."""

    source: str
    by: str
    on: date


@dataclass(frozen=True)
class Approved:
    """`by` approved the content with this fingerprint on the day `on`."""

    fingerprint: str
    by: str
    on: date


@dataclass(frozen=True)
class Overlay:
    """By the articles' keys. `version` changes with everything else."""

    version: str = ""
    edits: Mapping[str, Edit] | None = None
    phrases: Mapping[str, Sequence[str]] | None = None
    approvals: Mapping[str, Sequence[Approved]] | None = None

    def is_empty(self) -> bool:
        return not (self.edits or self.phrases or self.approvals)


async def read_version(access: Access) -> str:
    """A short text that is another after every change of the overlay."""
    return str(await access.scalar(_VERSION))


async def read_overlay(access: Access) -> Overlay:
    """The overlay as it stands. Its version is read first: what changes meanwhile is read again."""
    version = await read_version(access)
    edits = {
        key: Edit(source, name, day) for key, source, day, name in await access.execute(_EDITS)
    }
    phrases: dict[str, list[str]] = {}
    for key, phrase in await access.execute(_PHRASES):
        phrases.setdefault(key, []).append(phrase)
    approvals: dict[str, list[Approved]] = {}
    for key, content, day, name in await access.execute(_APPROVALS):
        approvals.setdefault(key, []).append(Approved(content, name, day))
    return Overlay(version, edits, phrases, approvals)


def lay_over(base: Library, overlay: Overlay) -> Library:
    """The library of the files, as `base` has them, with the overlay on top.

    An edit stands for its file, also where the edit is broken: an older wording may be an older law.
    An added paraphrase that another article has by now is left out.
    """
    edits = overlay.edits or {}
    articles = {one.key: one for one in base.folder.articles if one.key not in edits}
    broken = [one for one in base.folder.broken if one.file.removesuffix(".md") not in edits]
    for key, edit in edits.items():
        try:
            article = parse_article(edit.source, f"{key}.md", base.register)
        except ContentBroken as fault:
            broken.append(fault)
            continue
        articles[key] = article.model_copy(
            update={"reviewed_by": UNREVIEWED, "reviewed_on": edit.on}
        )
    _add_phrases(articles, overlay.phrases or {})
    for key, given in (overlay.approvals or {}).items():
        if key in articles:
            articles[key] = _approved(articles[key], given)
    ordered = tuple(articles[key] for key in sorted(articles))
    return base.over(Folder(ordered, tuple(broken)))


def fingerprint(article: Article) -> str:
    """Stands for all that is read of an article and what it rests on; a paraphrase more or less
    changes nothing."""
    content = article.model_dump(mode="json", exclude=_NOT_CONTENT)
    return sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _add_phrases(articles: dict[str, Article], phrases: Mapping[str, Sequence[str]]) -> None:
    held = {bare(phrase) for one in articles.values() for phrase in one.ask}
    for key, added in phrases.items():
        if key in articles:
            new = tuple(phrase for phrase in added if bare(phrase) not in held)
            held.update(map(bare, new))
            ask = (*articles[key].ask, *new)
            articles[key] = articles[key].model_copy(update={"ask": ask})


def _approved(article: Article, given: Sequence[Approved]) -> Article:
    content = fingerprint(article)
    for one in reversed(given):
        if one.fingerprint == content:
            return article.model_copy(update={"reviewed_by": one.by, "reviewed_on": one.on})
    return article
