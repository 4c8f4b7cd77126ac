"""Who may do what at the console: the rules of `bot.access`, which hold wherever counsellors write."""

from bot.access import (
    EDITS,
    OVERSEES,
    TAKES_CHATS,
    demand,
    may_answer,
    may_close,
    may_edit,
    may_note,
    may_oversee,
    may_read,
    may_take_chats,
)

__all__ = [
    "EDITS",
    "OVERSEES",
    "TAKES_CHATS",
    "demand",
    "may_answer",
    "may_close",
    "may_edit",
    "may_note",
    "may_oversee",
    "may_read",
    "may_take_chats",
]
