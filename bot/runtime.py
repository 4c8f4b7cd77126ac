"""Everything a turn needs, built once by api/app.py and passed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, async_sessionmaker

from bot.answers import Library
from bot.answers.shelf import Shelf
from bot.duty import VIETNAM, Duty
from bot.laws import Register
from bot.privacy import KeyRing
from bot.rasa import Rasa
from bot.screening import Shelf as Instruments
from bot.topics import Model
from referral_directory.places import Gazetteer

__all__ = ["VIETNAM", "Clock", "Runtime"]

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Runtime:
    """`sessions` are for transactions; on the connections of `statements` every statement stands for
    itself, which saves two round trips. `numbers` maps each emergency number of the directory to
    what answers there; `clock` gives the time with its zone. `topics` is None where the classifier was
    not trained."""

    sessions: async_sessionmaker[AsyncSession]
    statements: Callable[[], AsyncConnection]
    ring: KeyRing
    register: Register
    shelf: Shelf
    topics: Model | None
    instruments: Instruments
    gazetteer: Gazetteer
    rasa: Rasa
    numbers: Mapping[str, str]
    duty: Duty
    clock: Clock

    @property
    def library(self) -> Library:
        """The articles as the editors have them now."""
        return self.shelf.library

    def today(self) -> date:
        """The day in Vietnam: what law is in force depends on it."""
        return self.clock().astimezone(VIETNAM).date()
