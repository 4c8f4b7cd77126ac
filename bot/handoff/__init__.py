"""From bot to counsellor and back: who waits, who has whom, and what the counsellor is told.

Nobody here commits. A counsellor's words join at the outbox: `say` stores them for the citizen,
`note` for colleagues only.
"""

from bot.handoff.case import (
    DANGER,
    DANGER_NOW,
    GONE,
    ORDINARY,
    Case,
    find_case,
    open_case,
    queue,
)
from bot.handoff.ending import close, demand_end, follow_up, follow_up_done, follow_ups
from bot.handoff.entering import ask_for_counsellor, leave_queue
from bot.handoff.passing import give_back, transfer
from bot.handoff.speaking import audit, note, say
from bot.handoff.taking import chats_of, claim

__all__ = [
    "DANGER",
    "DANGER_NOW",
    "GONE",
    "ORDINARY",
    "Case",
    "ask_for_counsellor",
    "audit",
    "chats_of",
    "claim",
    "close",
    "demand_end",
    "find_case",
    "follow_up",
    "follow_up_done",
    "follow_ups",
    "give_back",
    "leave_queue",
    "note",
    "open_case",
    "queue",
    "say",
    "transfer",
]
