"""An article as a message: what it says, what it depends on, the law and day it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.answers.article import UNREVIEWED, Article, Case
from bot.laws import Citation, Register, vietnamese_date
from bot.messages import Button, Outbound


def render(article: Article, on: date, register: Register) -> Outbound:
    """The short answer with its law, and buttons to go on. "Đọc thêm" is `/more KEY`.

    Raises:
        ValueError: the article may not be shown on the day `on`; ask `Library.withheld` first.
    """
    more = Button("Đọc thêm", f"/more {article.key}")
    parts = [article.short, f"Điều này tùy vào: {'; '.join(article.depends_on)}."]
    return Outbound(_with_law(parts, article, on, register), (*article.next, more))


def render_more(article: Article, on: date, register: Register) -> Outbound:
    """The longer text, with the same law under it.

    Raises:
        ValueError: as `render`.
    """
    return Outbound(_with_law([article.body], article, on, register), article.next)


def render_question(article: Article, path: Sequence[int]) -> Outbound | None:
    """The question at the end of the choices in `path`, its options as buttons `/case KEY 0.1`;
    None where there is none."""
    at = article.case(path)
    if at is None or at.ask is None or at.options is None:
        return None
    buttons = (
        Button(option.title, f"/case {article.key} {'.'.join(map(str, (*path, place)))}")
        for place, option in enumerate(at.options)
    )
    return Outbound(at.ask, tuple(buttons))


def render_case(article: Article, case: Case, on: date, register: Register) -> Outbound:
    """The answer for somebody's own case, with the law it rests on.

    Raises:
        ValueError: as `render`, or the case asks on instead of answering.
    """
    if case.short is None:
        raise ValueError(f"{article.key}: the case {case.title!r} asks on")
    text = _with_law([f"{case.title}: {case.short}"], article, on, register, case.citations)
    return Outbound(text, article.next)


def _with_law(
    parts: list[str],
    article: Article,
    on: date,
    register: Register,
    citations: Sequence[Citation] = (),
) -> str:
    if not article.may_be_shown(on, register):
        raise ValueError(f"{article.key} may not be shown on {on}")
    footer = []
    if citations or article.citations:
        cited = "; ".join(register.cite(one) for one in citations or article.citations)
        footer.append(f"Căn cứ: {cited}.")
    if article.before:
        footer.append(article.before)
    if article.confirm_with:
        told = vietnamese_date(article.reviewed_on)
        footer.append(f"Thông tin tính đến {told}, bạn hỏi lại {article.confirm_with} cho chắc.")
    if article.reviewed_by == UNREVIEWED:
        footer.append("(Nội dung chưa được thẩm định.)")
    else:
        day = vietnamese_date(article.reviewed_on)
        footer.append(f"(Người thẩm định: {article.reviewed_by}, ngày {day}.)")
    return "\n\n".join([*parts, "\n".join(footer)]).strip()
