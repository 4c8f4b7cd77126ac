"""An article as a message: what it says, what it depends on, the law and day it rests on."""

from __future__ import annotations

from datetime import date

from bot.answers.article import UNREVIEWED, Article
from bot.laws import Register, vietnamese_date
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


def _with_law(parts: list[str], article: Article, on: date, register: Register) -> str:
    if not article.may_be_shown(on, register):
        raise ValueError(f"{article.key} may not be shown on {on}")
    footer = []
    if article.citations:
        cited = "; ".join(register.cite(citation) for citation in article.citations)
        footer.append(f"Căn cứ: {cited}.")
    if article.before:
        footer.append(article.before)
    if article.confirm_with:
        told = vietnamese_date(article.reviewed_on)
        footer.append(f"Thông tin tính đến {told}, bạn hỏi lại {article.confirm_with} cho chắc.")
    if article.reviewed_by == UNREVIEWED:
        footer.append("(Nội dung chưa được thẩm định.)")
    return "\n\n".join([*parts, "\n".join(footer)]).strip()
