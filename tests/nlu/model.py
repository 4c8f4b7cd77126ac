"""The trained model, with the real actions running in this process instead of behind HTTP."""

from __future__ import annotations

import asyncio
import itertools
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor

from nlu_data import train
from nlu_data.tracker import BoundedTrackerStore

_NAMES = itertools.count()


class ActionsHere(EndpointConfig):
    """The action server's work without its server."""

    def __init__(self) -> None:
        """Knows every action of the package `actions`."""
        super().__init__(url="http://actions.test")
        self._executor = ActionExecutor()
        self._executor.register_package("actions")

    async def request(self, *args: Any, **kwargs: Any) -> Any:
        """The answer of the action that the request names."""
        return await self._executor.run(kwargs["json"])


class Talker:
    """Speaks to the model as the REST channel does."""

    def __init__(self, agent: Agent) -> None:
        """`agent` has a model, actions and a tracker store."""
        self.agent = agent

    def parse(self, text: str) -> dict[str, Any]:
        """What the model makes of one sentence, outside any conversation."""
        return asyncio.run(self.agent.parse_message(text))

    def say(self, sender: str, text: str) -> list[dict[str, Any]]:
        """The commands given back for one message of one conversation."""
        collector = CollectingOutputChannel()
        message = UserMessage(text, collector, sender, input_channel="rest")
        asyncio.run(self.agent.handle_message(message))
        return [reply.get("custom", reply) for reply in collector.messages]


@pytest.fixture(scope="session")
def model() -> Path:
    """The model for the files as they are; trained first where it is missing."""
    path = train.current_model()
    if not path.exists():
        subprocess.run([sys.executable, "-m", "nlu_data.train"], check=True)
    return path


@pytest.fixture(scope="session")
def talker(model: Path) -> Talker:
    """The trained model with its bounded memory."""
    agent = Agent.load(str(model), action_endpoint=ActionsHere())
    agent.tracker_store = BoundedTrackerStore(agent.domain)
    agent.processor.tracker_store = agent.tracker_store
    return Talker(agent)


@pytest.fixture
def sender() -> str:
    """The name of a conversation that nobody has used."""
    return f"talk-{next(_NAMES)}"


Say = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def say(talker: Talker, sender: str) -> Say:
    """Says one message in a conversation of its own and returns the commands."""
    return lambda text: talker.say(sender, text)
