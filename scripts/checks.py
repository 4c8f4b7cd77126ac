"""What every check against a peer shares: the question asked, what must come back, and the tally."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from api import database
from bot.replies import INTRO
from referral_directory.changes import Author, save_all
from referral_directory.hours import VIET_NAM
from referral_directory.reading import read_row
from referral_directory.units import load_units
from scripts.peers import PEERS

QUESTION, FACT = "cai nghiện tại nhà mất bao lâu", "24 tháng"
AT_MOST_SECONDS = 60.0
SETTLED = """
SELECT NOT EXISTS (SELECT FROM inbox WHERE done_at IS NULL)
   AND NOT EXISTS (SELECT FROM outbox WHERE state = 'ready')
   AND NOT EXISTS (SELECT FROM procrastinate_jobs
                   WHERE task_name = 'up_to_date' AND status IN ('todo', 'doing'))
"""
WRITTEN = "SELECT (SELECT count(*) FROM messages), (SELECT count(*) FROM outbox)"
UNSENT = "SELECT count(*) FROM outbox WHERE state <> 'sent'"

PLACES = ("gia-lai-rehab-2", "emergency-115", "hotline-111")
"""Of the directory's seed, those that the checks ask for."""

Said = Callable[[], list[str]]


@dataclass
class Checks:
    """What was looked at, and how it went."""

    database_url: str
    passed: int = 0
    failed: list[str] = field(default_factory=list)

    def that(self, what: str, is_true: bool, seen: object = "") -> None:
        if is_true:
            self.passed += 1
            print(f"  ok    {what}")
        else:
            self.failed.append(what)
            print(f"  WRONG {what} {seen!r}")

    def row(self, question: str) -> tuple[Any, ...]:
        with psycopg.connect(self.database_url) as connection:
            found = connection.execute(question.encode()).fetchone()
        assert found is not None
        return found

    def settled(self) -> bool:
        """Whether nothing is left to be answered or sent."""
        return bool(self.row(SETTLED)[0])

    def answered_once(self, name: str, said: Said) -> None:
        """Wait for the answer to QUESTION, and then for everything else that might come."""
        came = wait(lambda: any(FACT in text for text in said()))
        quiet = wait(self.settled)
        texts = said()
        self.that(f"{name}: the answer arrives", came and quiet, texts)
        self.that(f"{name}: exactly once", sum(FACT in text for text in texts) == 1, texts)
        self.that(
            f"{name}: introduced once, and before the answer",
            texts[:1] == [INTRO] and texts.count(INTRO) == 1,
            texts,
        )


def vouch(database_url: str) -> None:
    """Let PLACES be verified until a year from today, whatever day the seed says."""
    asyncio.run(_vouch(database_url))


async def _vouch(database_url: str) -> None:
    engine, sessions = database.connect(database_url, 1)
    now = datetime.now(UTC)
    today = now.astimezone(VIET_NAM).date()
    days = {"verified_on": f"{today}", "verified_until": f"{today + timedelta(days=365)}"}
    async with sessions.begin() as session:
        found = [await read_row(session, key) for key in PLACES]
        rows = [{**one, "reliability": "verified", **days} for one in found if one]
        await save_all(session, rows, load_units(), Author("check", now))
    await engine.dispose()


def wait(is_so: Callable[[], bool]) -> bool:
    until = time.monotonic() + AT_MOST_SECONDS
    while not (so := is_so()) and time.monotonic() < until:
        time.sleep(0.1)
    return so


def documented(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((PEERS / "zalo_payloads" / name).read_text("utf-8"))["body"]
    return body
