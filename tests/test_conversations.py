"""Whole conversations, told in YAML, against the real turn and the real database: once with the real
Rasa, once with Rasa down."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml
from sqlalchemy import select

from bot import inbox, jobs
from bot.messages import Button, Inbound
from bot.rasa import Rasa
from bot.runtime import Runtime
from bot.store import Line, open_talk, read_lines
from bot.tables import Episode, Handoff
from tests.fakes import SilentRasa

FOLDER = Path(__file__).parent / "conversations"
STORIES = [
    pytest.param(story, id=f"{path.stem}/{story['name']}")
    for path in sorted(FOLDER.glob("*.yml"))
    for story in yaml.safe_load(path.read_text("utf-8"))
]
KNOWN = {"says", "presses", "location", "expects", "one_of", "never", "buttons", "holder", "danger"}


class Teller:
    """One citizen in a terminal."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.sender = str(uuid4())
        self.buttons: tuple[Button, ...] = ()
        self.last = 0

    async def send(self, kind: str, text: str = "", location: Any = None) -> list[Line]:
        event = Inbound(
            "terminal",
            str(uuid4()),
            self.sender,
            kind,
            text,
            location and tuple(location),  # type: ignore[arg-type]
        )
        async with self.runtime.sessions.begin() as session:
            received = await inbox.receive(session, self.runtime.ring, event, self.runtime.clock())
        assert received is not None
        await jobs.bring_up_to_date(self.runtime, {}, received.conversation_id)
        async with self.runtime.sessions() as session:
            self.talk = await open_talk(session, self.runtime.ring, received.conversation_id)
            if self.talk is None:
                return []
            lines = await read_lines(session, self.talk, after=self.last)
        self.last = lines[-1].id
        lines = [line for line in lines if line.author == "bot"]
        self.buttons = next((line.buttons for line in reversed(lines) if line.buttons), ())
        return lines

    async def press(self, title: str) -> list[Line]:
        payloads = {button.title: button.payload for button in self.buttons}
        assert title in payloads, f"no button {title!r} among {list(payloads)}"
        return await self.send("button", payloads[title])

    async def check(self, turn: dict[str, Any]) -> None:
        if "says" in turn:
            lines = await self.send("text", turn["says"])
        elif "presses" in turn:
            lines = await self.press(turn["presses"])
        else:
            lines = await self.send("location", location=turn["location"])
        said = "\n".join(line.text for line in lines)
        titles = [button.title for line in lines for button in line.buttons]
        for words in turn.get("expects", []):
            assert words in said, f"{turn}: {said!r}"
        if "one_of" in turn:
            assert any(words in said for words in turn["one_of"]), f"{turn}: {said!r}"
        for words in turn.get("never", []):
            assert words not in said, f"{turn}: {said!r}"
        for title in turn.get("buttons", []):
            assert title in titles, f"{turn}: {titles}"
        if "holder" in turn:
            assert self.talk is not None
            assert self.talk.holder == turn["holder"], f"{turn}: {said!r}"
        if "danger" in turn:
            await self._check_danger(turn["danger"])

    async def _check_danger(self, level: str) -> None:
        assert self.talk is not None
        async with self.runtime.sessions() as session:
            levels = (
                await session.scalars(
                    select(Episode.level).where(Episode.conversation_id == self.talk.id)
                )
            ).all()
            priorities = (
                await session.scalars(
                    select(Handoff.priority).where(Handoff.conversation_id == self.talk.id)
                )
            ).all()
        assert list(levels) == ([] if level == "none" else [level])
        if level == "emergency":
            assert list(priorities) == [2]


async def tell(runtime: Runtime, story: dict[str, Any]) -> None:
    teller = Teller(runtime)
    for turn in story["turns"]:
        assert set(turn) <= KNOWN, turn
        await teller.check(turn)


@pytest.mark.parametrize("story", STORIES)
async def test_conversation_with_rasa_down(runtime: Runtime, story: dict[str, Any]) -> None:
    assert isinstance(runtime.rasa, SilentRasa)
    await tell(runtime, story)


@pytest.mark.parametrize("story", STORIES)
async def test_conversation_with_rasa(
    runtime: Runtime, rasa_url: str, story: dict[str, Any]
) -> None:
    rasa = Rasa(rasa_url, deadline=10)
    await tell(dataclasses.replace(runtime, rasa=rasa), story)
    await rasa.aclose()
