"""A fifth channel is one file and its payloads: text messages of 160 characters, through the whole
machine, with nothing of the program knowing about them."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from api import webhooks
from bot import jobs
from bot.replies import HUMAN, INTRO
from bot.runtime import Runtime
from bot.tables import Conversation, Episode, Message, OutboxRow
from tests.payloads.cases import SMS_SECRET
from tests.sms_channel import Sms, signature

ROOT = Path(__file__).resolve().parents[3]
NUMBER = "84900000001"


class Gateway:
    """The gateway's side: what was sent to each number, in order; `answers` come first."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.answers: list[httpx.Response | Exception] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.answers:
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        body = json.loads(request.content)
        self.sent.append((body["to"], body["body"]))
        return httpx.Response(200, json={"id": str(len(self.sent))})


class Phone:
    """One person's telephone, and the program at the other end."""

    def __init__(self, runtime: Runtime, http: httpx.AsyncClient, gateway: Gateway) -> None:
        self.runtime, self.gateway = runtime, gateway
        self.channel = Sms(
            SMS_SECRET, httpx.AsyncClient(transport=httpx.MockTransport(gateway)), "http://sms"
        )
        self._http = http
        self._number_of_messages = 0

    async def write(self, *words: str) -> list[str]:
        """Send messages in one batch; the parts that come back once all is worked off."""
        batch = []
        for text in words:
            self._number_of_messages += 1
            batch.append({"id": f"s-{self._number_of_messages}", "from": NUMBER, "body": text})
        raw = json.dumps({"messages": batch}).encode()
        headers = {"x-sms-signature": signature(SMS_SECRET, raw)}
        answer = await self._http.post("/webhooks/sms", content=raw, headers=headers)
        assert answer.status_code == 200
        before = len(self.gateway.sent)
        await self.work()
        return [body for _, body in self.gateway.sent[before:]]

    async def work(self) -> None:
        async with self.runtime.sessions() as session:
            conversations = (await session.scalars(select(Conversation.id))).all()
        for one in conversations:
            await jobs.bring_up_to_date(self.runtime, {"sms": self.channel}, one)


@pytest.fixture
async def phone(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Phone]:
    monkeypatch.setattr(webhooks, "ANSWER_WITHIN_SECONDS", 30.0)
    app = FastAPI()
    app.include_router(webhooks.router)
    app.state.runtime = runtime
    app.state.also_hears = {}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as http:
        phone = Phone(runtime, http, Gateway())
        app.state.channels = {"sms": phone.channel}
        app.state.broken_channels = {}
        app.state.under_way = set()
        yield phone


def together(parts: list[str]) -> str:
    """The text of the parts, however it was cut."""
    return re.sub(r"\s+", " ", " ".join(parts)).strip()


async def test_a_question_is_answered_in_parts_that_fit(phone: Phone) -> None:
    parts = await phone.write("cai nghiện tại nhà mất bao lâu")
    assert len(parts) > 3
    assert all(0 < len(part) <= 160 for part in parts)
    assert {to for to, _ in phone.gateway.sent} == {NUMBER}
    assert together(parts).startswith(together([INTRO]))
    assert "24 tháng" in together(parts)


async def test_choices_are_numbered_and_a_number_chooses(phone: Phone) -> None:
    menu = await phone.write("menu")
    lines = [line for part in menu for line in part.split("\n")]
    choices = [line for line in lines if re.match(r"\d+\. ", line)]
    assert [line.split(".")[0] for line in choices] == [str(n + 1) for n in range(len(choices))]
    assert len(choices) > 1, menu
    [number] = [line.split(".")[0] for line in choices if HUMAN.title in line]
    await phone.write(number)
    async with phone.runtime.sessions() as session:
        holders = (await session.scalars(select(Conversation.holder))).all()
    assert holders == ["queue"]


async def test_a_cry_for_help_reaches_a_human_and_the_emergency_number_comes_whole(
    phone: Phone,
) -> None:
    parts = await phone.write("em uong ca vi thuoc roi em muon chet")
    assert any("115" in part for part in parts)
    async with phone.runtime.sessions() as session:
        assert (await session.scalars(select(Episode.level))).all() == ["emergency"]
        assert (await session.scalars(select(Conversation.holder))).all() == ["queue"]


async def test_a_batch_of_several_messages_is_read_in_its_order(phone: Phone) -> None:
    await phone.write("chào bạn", "cai nghiện tại nhà mất bao lâu", "cảm ơn bạn")
    async with phone.runtime.sessions() as session:
        rows = await session.execute(select(Message.author).order_by(Message.id))
    assert list(rows.scalars()).count("citizen") == 3


async def test_parts_come_once_and_in_order_though_the_gateway_fails_in_the_middle(
    phone: Phone, clock: object
) -> None:
    whole = together(await phone.write("cai nghiện tại nhà mất bao lâu"))
    answer = whole.removeprefix(together([INTRO])).strip()
    phone.gateway.sent.clear()
    phone.gateway.answers = [httpx.Response(503), httpx.ConnectError("down")]
    await phone.write("cai nghiện tại nhà mất bao lâu")
    for _ in range(3):
        clock.pass_seconds(30)  # type: ignore[attr-defined]
        await phone.work()
    assert together([body for _, body in phone.gateway.sent]) == answer
    async with phone.runtime.sessions() as session:
        states = set((await session.scalars(select(OutboxRow.state))).all())
    assert states == {"sent"}


async def test_what_the_gateway_will_never_take_is_laid_aside_with_its_reason(phone: Phone) -> None:
    phone.gateway.answers = [httpx.Response(400)]
    await phone.write("chào")
    async with phone.runtime.sessions() as session:
        dead = select(OutboxRow.reason).where(OutboxRow.state == "dead")
        assert (await session.scalars(dead)).all() == ["reject: 400"]


async def test_the_gateways_state_is_told_in_one_line(phone: Phone) -> None:
    phone.gateway.answers = [
        httpx.Response(200),
        httpx.Response(403),
        httpx.ConnectError("down"),
    ]
    lines = [await phone.channel.check() for _ in range(3)]
    assert lines[0] == ""
    assert all(line and "\n" not in line for line in lines[1:])


def test_nothing_of_the_program_knows_this_channel() -> None:
    knowing = [
        path.name
        for folder in ("api", "bot", "actions", "referral_directory")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"\bsms\b|tin nhắn SMS|Sms\b", path.read_text("utf-8"))
    ]
    assert knowing == []
