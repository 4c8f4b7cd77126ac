"""Errors that carry meaning: an HTTP status and a line for the person.

`line` is what the person or operator reads; it never holds what somebody wrote.
"""

from __future__ import annotations

import traceback


class DiemTuaError(Exception):
    """The root of every error the program raises on purpose."""

    status = 500

    def __init__(self, line: str) -> None:
        super().__init__(line)
        self.line = line


class SettingsBroken(DiemTuaError):
    """The configuration cannot be used; `line` says which value and what to do."""


class KeyRingBroken(DiemTuaError):
    """The key ring is missing, unreadable, or lacks a key that a record needs."""


class NotUnderstood(DiemTuaError):
    """A request that is not in the expected form."""

    status = 422


class TooLong(DiemTuaError):
    """A message longer than the bot reads."""

    status = 413


class SessionOver(DiemTuaError):
    """The token belongs to no conversation, or no longer does."""

    status = 401


class NotAllowed(DiemTuaError):
    """The counsellor may not do this."""

    status = 403


class NotFound(DiemTuaError):
    """There is no such thing, or not any more."""

    status = 404


class AlreadyTaken(DiemTuaError):
    """Somebody else was faster; `line` says who."""

    status = 409


class TooManyChats(DiemTuaError):
    """The counsellor has as many chats as they may have."""

    status = 409


class NotYet(DiemTuaError):
    """Something stands in the way for now; `line` says what."""

    status = 409


class DatabaseDown(DiemTuaError):
    """PostgreSQL cannot be reached."""

    status = 503


def where(error: BaseException) -> str:
    """The kind of an error and the places it came through. Its message is left out on purpose: a
    message may quote what a person wrote."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    path = " > ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames)
    return f"{type(error).__name__} at {path}"
