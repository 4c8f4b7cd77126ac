"""When somebody at the desk should rest: a kind hint, never an order. Pure rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

HEAVY_IN_A_ROW = 3
LONGEST_STRETCH = timedelta(hours=3)
RESTED_AFTER = timedelta(minutes=30)
"""Who was away from the desk, or did nothing there, for so long has rested; so has whoever pressed the
pause button."""

Hint = Literal["", "heavy", "long"]


@dataclass(frozen=True)
class Taken:
    """A chat that somebody took, and whether it is about danger."""

    at: datetime
    heavy: bool


def heavy_in_a_row(taken: Sequence[Taken], working_since: datetime | None) -> int:
    """How many of the chats taken last, since the last rest, were about danger, one after the other."""
    number = 0
    for one in sorted(taken, key=lambda one: one.at, reverse=True):
        if not one.heavy or (working_since is not None and one.at < working_since):
            break
        number += 1
    return number


def hint(
    taken: Sequence[Taken],
    working_since: datetime | None,
    acted_at: datetime | None,
    pauses: bool,
    now: datetime,
) -> Hint:
    """Why this counsellor should rest: "heavy" after HEAVY_IN_A_ROW danger chats, "long" after
    LONGEST_STRETCH without a rest; "" for no reason, and while they rest."""
    if pauses or acted_at is None or now - acted_at >= RESTED_AFTER:
        return ""
    if heavy_in_a_row(taken, working_since) >= HEAVY_IN_A_ROW:
        return "heavy"
    worked_long = working_since is not None and now - working_since >= LONGEST_STRETCH
    return "long" if worked_long else ""
