"""The contract of a channel: verify, parse, render, send. One file each; nothing else knows it.

`verify`, `parse` and `render` are pure and never raise on foreign bytes; `send` is the only I/O and
says what became of the call instead of raising.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

from bot.messages import Inbound, Outbound

PULL_CHANNELS = frozenset({"web", "terminal"})
"""Channels whose people fetch their messages from us; nothing is pushed to them."""

SendState = Literal["sent", "retry", "gone", "auth", "closed", "reject"]


@dataclass(frozen=True)
class SendResult:
    """What a platform made of one call.

    "retry" may be tried again after `retry_after` seconds; "gone" means the person blocked or left;
    "closed" that the platform's window for replies has ended; "auth" that our token is refused;
    "reject" that this message will never be taken. `reason` is the platform's code, never text of
    the message.
    """

    state: SendState
    reason: str = ""
    retry_after: float | None = None
    external_id: str = ""


@dataclass(frozen=True)
class Call:
    """One request to a platform's API, ready to send. `body` is JSON."""

    method: str
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Caps:
    """What a channel can do. `gathers_s`: for how many seconds after a message further ones of the same
    person are waited for, so that a burst is answered once; danger never waits."""

    max_text: int
    max_buttons: int
    ask_location: bool = False
    gathers_s: float = 0.0


class Channel(Protocol):
    """A messenger, a page, a terminal."""

    name: str
    caps: Caps

    def verify(self, headers: Mapping[str, str], raw: bytes) -> bool:
        """Whether this webhook body really comes from the platform. Header names are lower case."""
        ...

    def parse(self, raw: bytes) -> list[Inbound]:
        """The events in a webhook body; unknown or malformed events give an empty list."""
        ...

    def acknowledge(self, raw: bytes) -> dict[str, Any] | None:
        """What the answer to this webhook body must say, or None where 200 is enough."""
        ...

    def render(self, message: Outbound, address: Mapping[str, str]) -> Sequence[Call]:
        """The calls that deliver `message` to `address` (what `parse` put in `Inbound.address`)."""
        ...

    def typing(self, address: Mapping[str, str]) -> Call | None:
        """The call that shows that an answer is being written; None where the platform has none."""
        ...

    async def send(self, call: Call) -> SendResult:
        """Make one call. Never raises for what the network or the platform does."""
        ...

    async def check(self) -> str:
        """What is wrong with the connection to the platform, in one Vietnamese line that says what to
        do; "" where all is well. Never raises, never names a token."""
        ...


MOST_PICTURES = 10
"""So many pictures of one message are looked at."""


@runtime_checkable
class ShowsPictures(Protocol):
    """A channel whose people can send pictures: `parse` names them in `Inbound.pictures`."""

    async def fetch_picture(self, source: str) -> bytes | SendResult:
        """What the platform keeps under `source`, from its own servers alone; or why it cannot be had:
        "retry" and "auth" may pass. Never raises for what the network or the platform does."""
        ...


@dataclass(frozen=True)
class Receipt:
    """That messages of ours, by the names that `SendResult.external_id` gave them, came to a person's
    device, or that they were `seen`."""

    external_ids: tuple[str, ...]
    seen: bool


@runtime_checkable
class TellsReceipts(Protocol):
    """A channel whose webhook also says what became of our messages."""

    def read_receipt(self, raw: bytes) -> Receipt | None:
        """The receipt in a webhook body; None for anything else. Never raises on foreign bytes."""
        ...


def numbered(message: Outbound) -> str:
    """The message's text with its buttons as numbered lines, for channels without buttons."""
    if not message.buttons:
        return message.text
    lines = [f"{n}. {button.title}" for n, button in enumerate(message.buttons, 1)]
    return message.text + "\n\n" + "\n".join(lines)


_KEPT = r"(?<!^\d\.)(?<!^\d\d\.)(?<![A-ZĐ]\.)(?<!Tp\.)"
"""Not after the number of a choice, nor after an abbreviation (TP., BS.)."""
_PARAGRAPH = re.compile(r"\n\n")
_SENTENCE = re.compile(rf"\n|(?:(?<=[.!?…])|(?<=[.!?…][\"”)])){_KEPT} ", re.MULTILINE)
_WORD = re.compile(rf"{_KEPT}(?:(?<!\d)\s|\s(?!\d))", re.MULTILINE)


def utf16_units(text: str) -> int:
    """How long Telegram takes `text` to be: an emoji counts two or more."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def split_text(text: str, limit: int, length: Callable[[str], int] = len) -> list[str]:
    """`text` in parts of at most `limit` by `length`, cut after a paragraph, sentence or word; a
    telephone number written in groups stays whole. No character's `length` may be over `limit`."""
    parts: list[str] = []
    rest = text.strip()
    while length(rest) > limit:
        holds = bisect_right(range(limit + 1), limit, key=lambda end: length(rest[:end])) - 1
        cut = _best_cut(rest[: holds + 2], holds)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    if rest:
        parts.append(rest)
    return parts


def _best_cut(start: str, limit: int) -> int:
    """Where `start`, of `limit` + 2 characters, is best cut: at `limit` or before."""
    for place, least in ((_PARAGRAPH, limit // 3), (_SENTENCE, limit // 3), (_WORD, 1)):
        found = [match.start() for match in place.finditer(start) if match.start() <= limit]
        if found and found[-1] >= least:
            return found[-1]
    return limit
