"""What a channel must be able to do besides, to be asked for its updates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.channels import Channel, SendResult

Offset = int | tuple[str, ...] | None
"""How far a channel's updates are stored: the number to ask from, or the ids of the last ones."""


@dataclass(frozen=True)
class Fetched:
    """What one question for updates brought. Each of `updates` is a body as a webhook would bring it;
    `offset` is what to say next time, once all of them are stored. `failure` is why nothing came;
    before the next question `pause_s` seconds pass."""

    updates: tuple[bytes, ...] = ()
    offset: Offset = None
    failure: SendResult | None = None
    pause_s: float = 0.0


class Polled(Channel, Protocol):
    """A messenger that can be asked."""

    async def unhook(self) -> SendResult:
        """Take down the webhook: while there is one, the platform gives no updates. Never raises."""
        ...

    async def fetch(self, offset: Offset) -> Fetched:
        """Wait a while for updates. `offset` is that of the last `Fetched`, None at first. Never
        raises for what the network or the platform does."""
        ...
