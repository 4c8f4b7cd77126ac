"""`diemtua danger`: what the danger check makes of single messages, as data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from api.lines import LineBroken, read_texts, write
from bot import danger


def print_dangers(lines: Iterable[str]) -> int:
    """Judge every line of JSON on standard output; returns how many lines were broken."""
    broken = 0
    for one in read_texts(lines):
        broken += isinstance(one, LineBroken)
        print(write(one if isinstance(one, LineBroken) else describe(one)), flush=True)
    return broken


async def print_examples(database_url: str) -> None:
    """Print every line that was judged in the console, redacted, with the danger that is in it: rows
    for an evaluation set."""
    # Only here: to judge text needs no database, nor the seconds that its libraries take.
    from api import database
    from bot import verdicts

    engine, sessions = database.connect(database_url, 1)
    async with sessions() as session:
        for one in await verdicts.examples(session):
            row = {"text": one.text, "label": one.label, "level": one.level, "source": one.source}
            print(write(row))
    await engine.dispose()


def describe(text: str) -> dict[str, Any]:
    """What is found in `text`; see the fields in docs/operating.md."""
    found = danger.judge(text)
    return {
        "label": found.label,
        "level": found.level,
        "person": found.person,
        "why": list(found.why),
    }
