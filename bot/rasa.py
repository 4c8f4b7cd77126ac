"""Text to commands, by asking Rasa on loopback, within a deadline.

Rasa may be down, late, empty or nonsensical: each is None, never an exception, and the caller goes
on without it. Text is never logged.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from http import HTTPStatus

import aiohttp
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
    ) -> None:
        """`url` without a path; `deadline` in seconds for a whole answer; `clock` in seconds."""
        self._channel = url.rstrip("/") + _CHANNEL
        self._deadline, self._clock = deadline, clock
        self._session: aiohttp.ClientSession | None = None
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
        except aiohttp.ClientResponseError as error:
            self._count_failure(f"status {error.status}")
        except aiohttp.ClientError:
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
        question = {"sender": sender, "message": text}
        async with self._open().post(
            f"{self._channel}webhook", json=question, allow_redirects=False
        ) as answer:
            if answer.status != HTTPStatus.OK:
                raise aiohttp.ClientResponseError(
                    answer.request_info, answer.history, status=answer.status
                )
            replies = json.loads(await answer.read())
        if not isinstance(replies, list) or not all(isinstance(reply, dict) for reply in replies):
            raise ValueError("Rasa's answer is not a list of replies")
        return [from_json(reply.get("custom")) for reply in replies]

    def _open(self) -> aiohttp.ClientSession:
        """The one session, opened on first use: it belongs to the loop that runs then."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
                trust_env=False,
            )
        return self._session

    def _count_failure(self, reason: str) -> None:
        self._failures += 1
        if self._failures >= _FAILURES_ALLOWED:
            self._silent_until = self._clock() + _PAUSE_SECONDS
            self._failures = 0
        log.warning("rasa_failed", reason=reason)

    async def ready(self) -> bool:
        """Whether Rasa has loaded its model and answers."""
        try:
            async with (
                asyncio.timeout(self._deadline),
                self._open().get(self._channel, allow_redirects=False) as answer,
            ):
                return answer.status == HTTPStatus.OK
        except (TimeoutError, aiohttp.ClientError):
            return False

    async def aclose(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


class NoRasa(Rasa):
    """No understanding process at all: everything is left to search and clear wordings."""

    async def interpret(self, sender: str, text: str) -> list[Command] | None:
        return None
