"""`diemtua answer`: what the bot makes of single messages on a given day, as data.

Each line goes the way of a live turn (`bot.turn.take_turn`) in a conversation of its own; nothing is
recorded and nobody is told.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from functools import partial
from typing import Any
from uuid import uuid4

from api.app import now, wire
from api.lines import LineBroken, read_texts, write
from api.logs import quiet_logs
from bot import entities, turn
from bot.answers import TOPICS
from bot.messages import Inbound
from bot.rasa import NoRasa
from bot.runtime import VIETNAM, Runtime
from bot.settings import Settings
from bot.store import State, Talk
from bot.turn import Turn


async def answer_all(
    settings: Settings, texts: Iterable[str], on: date | None, *, use_rasa: bool = True
) -> AsyncGenerator[dict[str, Any], None]:
    """What the bot would say to each text on the day `on` (None: today), in their order."""
    quiet_logs()
    wired = wire(settings, pool_size=4, clock=now if on is None else partial(_noon, on))
    runtime = wired.runtime if use_rasa else replace(wired.runtime, rasa=NoRasa(""))
    try:
        for text in texts:
            yield await answer_one(runtime, text)
    finally:
        await wired.close()


def _noon(day: date) -> datetime:
    return datetime.combine(day, time_of_day(12), VIETNAM).astimezone(UTC)


async def answer_one(runtime: Runtime, text: str) -> dict[str, Any]:
    """What one text becomes: see the fields in docs/operating.md."""
    talk = Talk(
        id=uuid4(),
        person_id=uuid4(),
        channel="terminal",
        tracker=uuid4(),
        holder="bot",
        greeted=True,
        state=State(),
        key=bytes(32),
    )
    said = Inbound("terminal", str(uuid4()), "answer", "text", text)
    done = await turn.take_turn(runtime, talk, said)
    return _describe(runtime, text, done)


def _describe(runtime: Runtime, text: str, done: Turn) -> dict[str, Any]:
    did, register = done.did, runtime.register
    article = runtime.library.get(did.article) if did.article else None
    citations = [
        {
            "document": register[one.doc].number,
            "provision": one.where,
            "effective_from": _iso(register[one.doc].effective_from),
        }
        for one in (article.citations if article else ())
    ]
    return {
        "topic": _topic(runtime, text, done),
        "article": did.article or None,
        "act": did.act or "ask",
        "choices": list(did.choices),
        "confidence": round(min(1.0, did.confidence), 3),
        "text": "\n\n".join(reply.text for reply in done.replies),
        "citations": citations,
        "asks": did.asks or None,
        "entities": [
            {"kind": one.kind, "value": one.value, "text": one.text}
            for one in entities.find(text, runtime.gazetteer, runtime.today())
        ],
    }


def _topic(runtime: Runtime, text: str, done: Turn) -> str:
    """The topic of what was shown or done; in danger, and where nothing was, of what was asked."""
    did = done.did
    for key in (did.article, *did.choices):
        if key and (article := runtime.library.get(key)) is not None:
            return article.topic
    if did.act in TOPICS:
        return did.act
    if runtime.topics is not None:
        return runtime.topics.read(text).topics[0][0]
    return did.topic or ("hotline_number" if did.act == "danger" else "off_topic")


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def print_answers(
    settings: Settings, lines: Iterable[str], on: date | None, *, use_rasa: bool = True
) -> int:
    """Answer every line of JSON on standard output; returns how many lines were broken.

    A broken line becomes {"error": …} in its place, so that lines in and out stay side by side.
    """
    read = list(read_texts(lines))
    answers = answer_all(
        settings, (one for one in read if isinstance(one, str)), on, use_rasa=use_rasa
    )
    asyncio.run(_print(read, answers))
    return sum(isinstance(one, LineBroken) for one in read)


async def _print(
    read: Sequence[str | LineBroken], answers: AsyncGenerator[dict[str, Any], None]
) -> None:
    async with contextlib.aclosing(answers):
        for one in read:
            print(write(one if isinstance(one, LineBroken) else await anext(answers)), flush=True)
