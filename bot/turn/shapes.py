"""What passes between the parts of a turn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from bot.danger import LEVELS, Danger
from bot.messages import Inbound, Outbound
from bot.screening import Result
from bot.store import State
from bot.suggestions import Said as Suggested

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
class Said:
    """One of the person's lines, for the transcript. `event_id` is the event it came with; `alarm` the
    danger that this line alone tells of."""

    text: str
    event_id: str
    alarm: Danger = SAFE


@dataclass(frozen=True)
class ForDesk:
    """What a turn leaves for the desk besides a place in the queue.

    `told_wait` and `told` are what the person was told of their wait (see waiting.py). `call_back` is when
    one is promised, `number` the telephone number given for it; `cancels` takes it back. `stars`, 1 or 2,
    and `rating_reason` are how the last talk was found.
    """

    told_wait: int | None = None
    told: tuple[str, ...] = ()
    call_back: datetime | None = None
    number: str = ""
    cancels: bool = False
    stars: int = 0
    rating_reason: str = ""


@dataclass(frozen=True)
class Turn:
    """What one turn decided about what the person `said`: a line, or several that came together.
    `alarm` is the gravest danger in all of it.

    `results` are a screening's, to be stored as `keep` says; `results_wish` is what to do with those
    stored before; `summary` are lines for a counsellor that the person agreed to. `suggests` is what they
    say of the directory.
    """

    said: tuple[Said, ...]
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
    for_desk: ForDesk = ForDesk()
    suggests: Suggested | None = None

    @property
    def heard(self) -> str:
        """The person's lines as one text."""
        return "\n".join(one.text for one in self.said)

    @property
    def lines(self) -> tuple[Said, ...]:
        """The person's lines, each with its own danger; what only all of them together tell of, or
        what the last one answered, stands at the last."""
        gravest = max((LEVELS.index(one.alarm.level) for one in self.said), default=0)
        if not self.said or gravest >= LEVELS.index(self.alarm.level):
            return self.said
        return (*self.said[:-1], replace(self.said[-1], alarm=self.alarm))

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
            or self.for_desk != ForDesk()
            or self.suggests is not None
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
