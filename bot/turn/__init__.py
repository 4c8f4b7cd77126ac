"""One turn: what a person sent, and what becomes of it. The only orchestrator.

`take_turn` decides and writes nothing; `record` writes everything a turn decided in one commit.
Between the two the database is free, so a slow model never holds a lock. What is called from here
never calls each other.
"""

from bot.turn.decide import (
    gather_or_take_first,
    judge_alone,
    take_turn,
    take_turn_or_fail_to_human,
)
from bot.turn.hearing import is_answered
from bot.turn.record import record, record_or_fail_to_human
from bot.turn.shapes import Turn

__all__ = [
    "Turn",
    "gather_or_take_first",
    "is_answered",
    "judge_alone",
    "record",
    "record_or_fail_to_human",
    "take_turn",
    "take_turn_or_fail_to_human",
]
