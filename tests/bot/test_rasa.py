"""Rasa's failures all look the same to the conversation: None, soon, and without text in logs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from actions.commands import AskPlace, FindAnswer, Unsure, to_json
from bot.rasa import Rasa

Answer = Callable[[httpx.Request], httpx.Response]


class _Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def _rasa(answer: Any, clock: Callable[[], float] | None = None, deadline: float = 1.5) -> Rasa:
    return Rasa(
        "http://rasa.test", deadline, clock or _Clock(), transport=httpx.MockTransport(answer)
    )


def _replies(*commands: Any) -> Answer:
    body = [{"recipient_id": "a", "custom": to_json(command)} for command in commands]
    return lambda request: httpx.Response(200, json=body)


async def test_commands_come_back_in_the_order_rasa_gave_them() -> None:
    rasa = _rasa(_replies(FindAnswer(substance="heroin"), AskPlace(kind="rehab_centre")))
    assert await rasa.interpret("a", "câu hỏi") == [
        FindAnswer(substance="heroin"),
        AskPlace(kind="rehab_centre"),
    ]


async def test_sender_and_text_are_what_rasa_is_asked() -> None:
    asked: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((request.url.path, json.loads(request.content)))
        return _replies(Unsure())(request)

    await _rasa(answer).interpret("talk-1", "  xin chào ")
    assert asked == [("/webhooks/rest/webhook", {"sender": "talk-1", "message": "xin chào"})]


@pytest.mark.parametrize(("typed", "sent"), [("/restart", "restart"), ("//ask{}", "ask{}")])
async def test_a_typed_slash_is_not_a_command_to_rasa(typed: str, sent: str) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(json.loads(request.content)["message"])
        return _replies(Unsure())(request)

    await _rasa(answer).interpret("a", typed)
    assert asked == [sent]


async def test_a_very_long_text_is_cut() -> None:
    lengths: list[int] = []

    def answer(request: httpx.Request) -> httpx.Response:
        lengths.append(len(json.loads(request.content)["message"]))
        return _replies(Unsure())(request)

    await _rasa(answer).interpret("a", "ma túy " * 1000)
    assert lengths == [1000]


@pytest.mark.parametrize("text", ["", "   ", "/", " // "])
async def test_nothing_to_read_is_not_sent(text: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise AssertionError("Rasa was asked about nothing")

    assert await _rasa(answer).interpret("a", text) is None


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(200, json=[]),
        httpx.Response(200, json={}),
        httpx.Response(200, json=["Unsure"]),
        httpx.Response(200, json=[{"recipient_id": "a", "text": "prose"}]),
        httpx.Response(200, json=[{"custom": {"command": "DropTables"}}]),
        httpx.Response(200, json=[{"custom": {"command": "SmallTalk", "about": "weather"}}]),
        httpx.Response(200, json=[{"custom": to_json(Unsure())}, {"text": "prose"}]),
        httpx.Response(200, content=b"<html>"),
        httpx.Response(200, content=b"\xff\xfe"),
        httpx.Response(500, json={"error": "x"}),
        httpx.Response(302, headers={"location": "http://elsewhere.test"}),
    ],
)
async def test_an_answer_that_is_no_list_of_commands_is_none(response: httpx.Response) -> None:
    assert await _rasa(lambda request: response).interpret("a", "xin chào") is None


async def test_rasa_down_is_none() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    assert await _rasa(answer).interpret("a", "xin chào") is None


async def test_rasa_late_is_none() -> None:
    async def answer(request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    assert await _rasa(answer, deadline=0.01).interpret("a", "xin chào") is None


async def test_after_two_failures_in_a_row_rasa_is_left_alone_for_five_seconds() -> None:
    clock, calls = _Clock(), 0

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal calls
        calls += 1
        return httpx.Response(200, json=[])

    rasa = _rasa(answer, clock)
    for _ in range(4):
        assert await rasa.interpret("a", "xin chào") is None
    assert calls == 2
    clock.now += 4.9
    assert await rasa.interpret("a", "xin chào") is None
    assert calls == 2
    clock.now += 0.2
    assert await rasa.interpret("a", "xin chào") is None
    assert calls == 3


async def test_a_success_between_two_failures_keeps_rasa_in_use() -> None:
    answers = [
        httpx.Response(200, json=[]),
        _replies(Unsure())(httpx.Request("POST", "http://rasa.test")),
        httpx.Response(200, json=[]),
        _replies(Unsure())(httpx.Request("POST", "http://rasa.test")),
    ]
    rasa = _rasa(lambda request: answers.pop(0))
    said = [await rasa.interpret("a", "xin chào") for _ in range(4)]
    assert said == [None, [Unsure()], None, [Unsure()]]


async def test_rasa_is_used_again_after_it_recovers() -> None:
    clock, healthy = _Clock(), False

    def answer(request: httpx.Request) -> httpx.Response:
        return _replies(Unsure())(request) if healthy else httpx.Response(503)

    rasa = _rasa(answer, clock)
    for _ in range(2):
        await rasa.interpret("a", "xin chào")
    healthy = True
    clock.now += 6
    assert await rasa.interpret("a", "xin chào") == [Unsure()]


async def test_failures_are_logged_without_the_text() -> None:
    with capture_logs() as logs:
        await _rasa(lambda request: httpx.Response(200, json=[])).interpret("a", "tôi tên Lan")
    assert logs == [{"event": "rasa_failed", "reason": "empty", "log_level": "warning"}]


@pytest.mark.parametrize(("status", "ready"), [(200, True), (404, False), (503, False)])
async def test_ready_says_whether_rasa_answers(status: int, ready: bool) -> None:
    rasa = _rasa(lambda request: httpx.Response(status, json={"status": "ok"}))
    assert await rasa.ready() is ready


async def test_rasa_down_is_not_ready() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    assert await _rasa(answer).ready() is False
