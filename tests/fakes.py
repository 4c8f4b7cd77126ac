"""The only stand-ins in the tests: for Rasa, and for a messenger's servers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from actions.commands import Command
from bot.channels import Call, Caps, SendResult, split_text
from bot.messages import Inbound, Outbound


class SilentRasa:
    """Rasa that is down."""

    async def interpret(self, sender: str, text: str) -> list[Command] | None:
        return None


class BrokenRasa:
    """Our own code failing where nobody expects it."""

    async def interpret(self, sender: str, text: str) -> list[Command] | None:
        raise RuntimeError(f"cannot read {text}")


class ToldRasa:
    """Rasa that answers what the test says, and remembers what it was asked."""

    def __init__(self, *answers: list[Command] | None) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def interpret(self, sender: str, text: str) -> list[Command] | None:
        self.asked.append(text)
        return self.answers.pop(0) if self.answers else None


class LoopbackChannel:
    """A text-only messenger whose servers are a list; `results` are its answers, then all is sent.
    `typed` are its chat actions, where it `types`."""

    name = "loopback"

    def __init__(
        self,
        *results: SendResult,
        max_text: int = 4000,
        gathers_s: float = 0.0,
        types: bool = False,
    ) -> None:
        self.caps = Caps(max_text=max_text, max_buttons=0, gathers_s=gathers_s)
        self.results = list(results)
        self.types = types
        self.sent: list[Call] = []
        self.typed: list[Call] = []

    def verify(self, headers: Mapping[str, str], raw: bytes) -> bool:
        return headers.get("x-loopback") == "right"

    def parse(self, raw: bytes) -> list[Inbound]:
        sender, event_id, text = raw.decode().split("|", 2)
        return [Inbound(self.name, event_id, sender, "text", text, address={"to": sender})]

    def acknowledge(self, raw: bytes) -> None:
        return None

    def render(self, message: Outbound, address: Mapping[str, str]) -> Sequence[Call]:
        parts = split_text(message.text, self.caps.max_text)
        return [Call("send", {"to": address["to"], "text": part}) for part in parts]

    def typing(self, address: Mapping[str, str]) -> Call | None:
        return Call("typing", {"to": address["to"]}) if self.types else None

    async def check(self) -> str:
        return ""

    async def send(self, call: Call) -> SendResult:
        if call.method == "typing":
            self.typed.append(call)
            return SendResult("sent")
        result = self.results.pop(0) if self.results else SendResult("sent")
        if result.state == "sent":
            self.sent.append(call)
        return result
