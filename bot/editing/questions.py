"""What was not answered, or did not help, on its way to the editors. Nobody here commits."""

from __future__ import annotations

from datetime import date

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert

from bot.answers import Library
from bot.catalogue import _
from bot.content_tables import OpenQuestion
from bot.editing.redaction import redact
from bot.errors import NotFound
from bot.store import Line, Talk, read_lines
from bot.tables import Access

MOST_LISTED = 30


async def note_question(
    access: Access, asked: str, reason: str, article: str | None, day: date
) -> None:
    """Keep what was asked in vain on the day `day`, redacted; nothing where nothing usable is left.
    The same words are counted, not kept twice. `reason` is "unanswered" or "not_helpful"."""
    shown = redact(asked)
    if shown is None:
        return
    row = insert(OpenQuestion).values(text=shown, reason=reason, article=article, day=day)
    await access.execute(
        row.on_conflict_do_update(
            index_elements=["text", "reason", text("coalesce(article, '')")],
            set_={"day": row.excluded.day, "seen": OpenQuestion.seen + 1},
        )
    )


async def note_unhelpful(access: Access, talk: Talk, key: str, library: Library, day: date) -> None:
    """Keep that the article `key` did not help in `talk`: what had been asked for it, or its title
    where it was chosen by a button."""
    article = library.get(key)
    if article is None:
        return
    lines = await read_lines(access, talk)
    asked = _asked_before(lines, article.short) or article.title
    await note_question(access, asked, "not_helpful", key, day)


def _asked_before(lines: list[Line], shown: str) -> str:
    """What the citizen typed before the last line of the bot that begins with `shown`; empty where
    they had pressed a button."""
    pressed = {button.title for line in lines for button in line.buttons}
    last = ""
    asked = ""
    for line in lines:
        if line.author == "citizen":
            last = line.text
        elif line.author == "bot" and line.text.startswith(shown):
            asked = last
    return "" if asked in pressed else asked


async def questions(access: Access) -> list[OpenQuestion]:
    """The open questions, most often seen first, at most MOST_LISTED."""
    rows = await access.execute(
        select(OpenQuestion)
        .order_by(OpenQuestion.seen.desc(), OpenQuestion.day.desc(), OpenQuestion.id.desc())
        .limit(MOST_LISTED)
    )
    return [row for (row,) in rows]


async def count_questions(access: Access) -> int:
    return int(await access.scalar(select(func.count()).select_from(OpenQuestion)) or 0)


async def find_question(access: Access, question_id: int) -> OpenQuestion:
    """One open question.

    Raises:
        NotFound: it is dealt with already.
    """
    found = await access.scalar(select(OpenQuestion).where(OpenQuestion.id == question_id))
    if found is None:
        raise NotFound(_("Câu hỏi này đã có người xử lý."))
    return found


async def close_question(access: Access, question_id: int) -> None:
    """Take a question off the list: it is dealt with, or nothing for an article."""
    await access.execute(delete(OpenQuestion).where(OpenQuestion.id == question_id))
