"""Text to commands, by asking Rasa on loopback, within a deadline.

Rasa may be down, late, empty or nonsensical: each is None, never an exception, and the caller goes
on without it. Text is never logged.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import httpx
import structlog

from actions.commands import Command, from_json

log = structlog.get_logger(__name__)

_CHANNEL = "/webhooks/rest/"
_FAILURES_ALLOWED = 2
_PAUSE_SECONDS = 5.0
_LONGEST_TEXT = 1000


class Rasa:
    """The understanding process. After two failures in a row it is left alone for five seconds."""

    def __init__(
        self,
        url: str,
        deadline: float = 1.5,
        clock: Callable[[], float] = time.monotonic,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """`url` without a path; `deadline` in seconds for a whole answer; `clock` in seconds."""
        self._deadline, self._clock = deadline, clock
        self._client = httpx.AsyncClient(base_url=url, transport=transport, trust_env=False)
        self._failures = 0
        self._silent_until = float("-inf")

    async def interpret(self, sender: str, text: str) -> list[Command] | None:
        """What `text` asks for, in the order in which it is to be done.

        Args:
            sender: the name Rasa knows the conversation by.
            text: what was typed. Only its first 1,000 characters are read, and slashes before it
                are dropped: to Rasa they mean a command that skips understanding.

        Returns:
            At least one command; None where Rasa is down, late, empty or nonsensical.
        """
        words = text.strip().lstrip("/").lstrip()[:_LONGEST_TEXT]
        if not words or self._clock() < self._silent_until:
            return None
        try:
            async with asyncio.timeout(self._deadline):
                commands = await self._ask(sender, words)
        except TimeoutError:
            self._count_failure("late")
        except httpx.HTTPStatusError as error:
            self._count_failure(f"status {error.response.status_code}")
        except httpx.HTTPError:
            self._count_failure("down")
        except ValueError:
            self._count_failure("nonsensical")
        else:
            if commands:
                self._failures = 0
                return commands
            self._count_failure("empty")
        return None

    async def _ask(self, sender: str, text: str) -> list[Command]:
        answer = await self._client.post(
            f"{_CHANNEL}webhook", json={"sender": sender, "message": text}, timeout=self._deadline
        )
        answer.raise_for_status()
        replies = answer.json()
        if not isinstance(replies, list) or not all(isinstance(reply, dict) for reply in replies):
            raise ValueError("Rasa's answer is not a list of replies")
        return [from_json(reply.get("custom")) for reply in replies]

    def _count_failure(self, reason: str) -> None:
        self._failures += 1
        if self._failures >= _FAILURES_ALLOWED:
            self._silent_until = self._clock() + _PAUSE_SECONDS
            self._failures = 0
        log.warning("rasa_failed", reason=reason)

    async def ready(self) -> bool:
        """Whether Rasa has loaded its model and answers."""
        try:
            async with asyncio.timeout(self._deadline):
                answer = await self._client.get(_CHANNEL, timeout=self._deadline)
        except (TimeoutError, httpx.HTTPError):
            return False
        return answer.is_success

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()
