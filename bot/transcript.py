"""A transcript page by page, newest first: as fast for thirty thousand lines as for thirty."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam

from bot.store import LINE, Line, Talk, read_line
from bot.tables import Access, Message

_MESSAGES = Message.__table__
_BEYOND = 2**63 - 1
_NEWEST_BEFORE = (
    LINE.where(
        _MESSAGES.c.conversation_id == bindparam("conversation"),
        _MESSAGES.c.id < bindparam("before"),
    )
    .order_by(_MESSAGES.c.id.desc())
    .limit(bindparam("most"))
)
_NEWEST_BEFORE_UNTIL = _NEWEST_BEFORE.where(_MESSAGES.c.created_at <= bindparam("until"))


async def read_page(
    access: Access, talk: Talk, *, most: int, before: int = 0, until: datetime | None = None
) -> list[Line]:
    """The last `most` lines ahead of the line with id `before` (0: of all), oldest first, internal
    ones included; none said after `until`."""
    asked = {"conversation": talk.id, "before": before or _BEYOND, "most": most}
    if until is None:
        rows = await access.execute(_NEWEST_BEFORE, asked)
    else:
        rows = await access.execute(_NEWEST_BEFORE_UNTIL, {**asked, "until": until})
    return [read_line(row, talk.key) for row in reversed(rows.all())]
