"""What passes between the parts of a turn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from bot.danger import Danger
from bot.messages import Inbound, Outbound
from bot.screening import Result
from bot.store import State

SAFE = Danger("none", "none", "unclear", ())


@dataclass(frozen=True)
class Did:
    """What a turn took a message for: for whoever measures, and for the editors.

    `act` is "ask", or the name of what else was done; `article` the key shown, `choices` the keys
    offered; `topic` that of the article that came nearest where neither; `confidence`, 0 to 1, how sure search
    was; `asks` the question put back.
    """

    act: str = ""
    article: str = ""
    choices: tuple[str, ...] = ()
    topic: str = ""
    confidence: float = 0.0
    asks: str = ""


@dataclass(frozen=True)
class Turn:
    """What one turn decided. `heard` goes into the transcript as the person's line.

    `results` are a screening's, to be stored as `keep` says; `results_wish` is what to do with those
    stored before; `summary` are lines for a counsellor that the person agreed to.
    """

    heard: str
    state: State
    replies: tuple[Outbound, ...] = ()
    alarm: Danger = SAFE
    wants_counsellor: bool = False
    leaves_queue: bool = False
    helpful: bool | None = None
    results: tuple[Result, ...] = ()
    keep: Literal["", "kept", "shared"] = ""
    results_wish: Literal["", "share", "forget"] = ""
    summary: tuple[str, ...] = ()
    erase: bool = False
    did: Did = Did()
    in_vain: str = ""

    @property
    def unanswered(self) -> str:
        """What was asked, without distress, and no article answers; "" for nothing. `in_vain` is an
        earlier question, none of whose choices was meant."""
        if self.alarm.level != "none":
            return ""
        shown = self.did.article or self.did.choices
        return self.in_vain or (self.heard if self.did.act == "ask" and not shown else "")

    @property
    def has_outcomes(self) -> bool:
        """Whether anything is to be written besides the transcript and the conversation's state."""
        return (
            self.alarm.level in ("emergency", "urgent")
            or self.wants_counsellor
            or self.leaves_queue
            or self.helpful is not None
            or bool(self.keep)
            or bool(self.results_wish)
        )

    def then(self, *more: Outbound, state: State | None = None) -> Turn:
        return replace(self, replies=(*self.replies, *more), state=state or self.state)


@dataclass(frozen=True)
class Heard:
    """A message as the turn works with it: cleaned, a number or button resolved to its payload."""

    inbound: Inbound
    text: str
    payload: str = ""
    seen: str = ""
