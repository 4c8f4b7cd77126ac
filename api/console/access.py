"""Who may do what at the console: the rules of `bot.access`, which hold wherever counsellors write;
and who has come in at all."""

from api import auth
from bot.access import (
    EDITS,
    OVERSEES,
    TAKES_CHATS,
    demand,
    may_answer,
    may_close,
    may_edit,
    may_keep_directory,
    may_note,
    may_oversee,
    may_read,
    may_take_chats,
)
from bot.tables import Counsellor

__all__ = [
    "EDITS",
    "OVERSEES",
    "TAKES_CHATS",
    "demand",
    "has_come_in",
    "may_answer",
    "may_close",
    "may_edit",
    "may_keep_directory",
    "may_note",
    "may_oversee",
    "may_read",
    "may_take_chats",
]


def has_come_in(counsellor: Counsellor) -> bool:
    """Whether nothing stands before the console's own pages: a password of their own, and the second
    factor where the role needs one."""
    return not counsellor.must_change and not auth.needs_second_factor(counsellor)
