"""Rasa's failures all look the same to the conversation: None, soon, and without text in logs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, Protocol

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from structlog.testing import capture_logs

from actions.commands import AskPlace, FindAnswer, Unsure, to_json
from bot.rasa import Rasa

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class _Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Serve(Protocol):
    async def __call__(
        self, answer: Answer, clock: Callable[[], float] | None = None, deadline: float = 1.5
    ) -> Rasa: ...


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Rasa's client, and on loopback a server that answers what the test says."""
    async with AsyncExitStack() as stack:

        async def started(
            answer: Answer, clock: Callable[[], float] | None = None, deadline: float = 1.5
        ) -> Rasa:
            app = web.Application()
            app.router.add_route("*", "/{path:.*}", answer)
            server = await stack.enter_async_context(TestServer(app, host="localhost"))
            rasa = Rasa(str(server.make_url("/")), deadline, clock or _Clock())
            stack.push_async_callback(rasa.aclose)
            return rasa

        yield started


@pytest.fixture
async def down() -> AsyncIterator[Rasa]:
    rasa = Rasa(f"http://127.0.0.1:{unused_port()}", clock=_Clock())
    yield rasa
    await rasa.aclose()


def _replies(*commands: Any) -> Answer:
    body = [{"recipient_id": "a", "custom": to_json(command)} for command in commands]

    async def answer(request: web.Request) -> web.Response:
        return web.json_response(body)

    return answer


async def _nothing(request: web.Request) -> web.Response:
    return web.json_response([])


async def test_commands_come_back_in_the_order_rasa_gave_them(serve: Serve) -> None:
    rasa = await serve(_replies(FindAnswer(substance="heroin"), AskPlace(kind="rehab_centre")))
    assert await rasa.interpret("a", "câu hỏi") == [
        FindAnswer(substance="heroin"),
        AskPlace(kind="rehab_centre"),
    ]


async def _asked(serve: Serve, text: str) -> list[tuple[str, Any]]:
    asked: list[tuple[str, Any]] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        asked.append((request.path, await request.json()))
        return await _replies(Unsure())(request)

    await (await serve(answer)).interpret("talk-1", text)
    return asked


async def test_sender_and_text_are_what_rasa_is_asked(serve: Serve) -> None:
    assert await _asked(serve, "  xin chào ") == [
        ("/webhooks/rest/webhook", {"sender": "talk-1", "message": "xin chào"})
    ]


@pytest.mark.parametrize(("typed", "sent"), [("/restart", "restart"), ("//ask{}", "ask{}")])
async def test_a_typed_slash_is_not_a_command_to_rasa(serve: Serve, typed: str, sent: str) -> None:
    assert [question["message"] for _, question in await _asked(serve, typed)] == [sent]


async def test_a_very_long_text_is_cut(serve: Serve) -> None:
    questions = await _asked(serve, "ma túy " * 1000)
    assert [len(question["message"]) for _, question in questions] == [1000]


@pytest.mark.parametrize("text", ["", "   ", "/", " // "])
async def test_nothing_to_read_is_not_sent(serve: Serve, text: str) -> None:
    assert await _asked(serve, text) == []


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (lambda: web.json_response([]), "empty"),
        (lambda: web.json_response({}), "nonsensical"),
        (lambda: web.json_response(["Unsure"]), "nonsensical"),
        (lambda: web.json_response([{"recipient_id": "a", "text": "prose"}]), "nonsensical"),
        (lambda: web.json_response([{"custom": {"command": "DropTables"}}]), "nonsensical"),
        (
            lambda: web.json_response([{"custom": {"command": "SmallTalk", "about": "weather"}}]),
            "nonsensical",
        ),
        (
            lambda: web.json_response([{"custom": to_json(Unsure())}, {"text": "prose"}]),
            "nonsensical",
        ),
        (lambda: web.Response(body=b""), "nonsensical"),
        (lambda: web.Response(body=b"<html>"), "nonsensical"),
        (lambda: web.Response(body=b"\xff\xfe"), "nonsensical"),
        (lambda: web.json_response({"error": "x"}, status=500), "status 500"),
    ],
)
async def test_an_answer_that_is_no_list_of_commands_is_none(
    serve: Serve, response: Callable[[], web.Response], reason: str
) -> None:
    async def answer(request: web.Request) -> web.Response:
        return response()

    rasa = await serve(answer)
    with capture_logs() as logs:
        assert await rasa.interpret("a", "xin chào") is None
    assert [line["reason"] for line in logs] == [reason]


async def test_a_redirect_is_not_followed(serve: Serve) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        if request.path == "/elsewhere":
            return await _replies(Unsure())(request)
        return web.Response(status=307, headers={"location": "/elsewhere"})

    rasa = await serve(answer)
    assert await rasa.interpret("a", "xin chào") is None
    assert await rasa.ready() is False


async def test_rasa_down_is_none(down: Rasa) -> None:
    with capture_logs() as logs:
        assert await down.interpret("a", "xin chào") is None
    assert [line["reason"] for line in logs] == ["down"]


async def test_a_connection_dropped_without_an_answer_is_none(serve: Serve) -> None:
    async def answer(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    assert await (await serve(answer)).interpret("a", "xin chào") is None


async def test_rasa_late_is_none(serve: Serve) -> None:
    over = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        await over.wait()
        return await _replies(Unsure())(request)

    rasa = await serve(answer, deadline=0.01)
    with capture_logs() as logs:
        assert await rasa.interpret("a", "xin chào") is None
        assert await rasa.ready() is False
    over.set()
    assert [line["reason"] for line in logs] == ["late"]


async def test_an_answer_that_never_ends_is_late(serve: Serve) -> None:
    over = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "application/json"})
        await response.prepare(request)
        await response.write(b"[")
        await over.wait()
        return response

    rasa = await serve(answer, deadline=0.05)
    with capture_logs() as logs:
        assert await rasa.interpret("a", "xin chào") is None
    over.set()
    assert [line["reason"] for line in logs] == ["late"]


async def test_after_two_failures_in_a_row_rasa_is_left_alone_for_five_seconds(
    serve: Serve,
) -> None:
    clock, calls = _Clock(), 0

    async def answer(request: web.Request) -> web.Response:
        nonlocal calls
        calls += 1
        return web.json_response([])

    rasa = await serve(answer, clock)
    for _ in range(4):
        assert await rasa.interpret("a", "xin chào") is None
    assert calls == 2
    clock.now += 4.9
    assert await rasa.interpret("a", "xin chào") is None
    assert calls == 2
    clock.now += 0.2
    assert await rasa.interpret("a", "xin chào") is None
    assert calls == 3


async def test_a_success_between_two_failures_keeps_rasa_in_use(serve: Serve) -> None:
    answers = [_nothing, _replies(Unsure()), _nothing, _replies(Unsure())]

    async def answer(request: web.Request) -> web.StreamResponse:
        return await answers.pop(0)(request)

    rasa = await serve(answer)
    said = [await rasa.interpret("a", "xin chào") for _ in range(4)]
    assert said == [None, [Unsure()], None, [Unsure()]]


async def test_rasa_is_used_again_after_it_recovers(serve: Serve) -> None:
    clock, healthy = _Clock(), False

    async def answer(request: web.Request) -> web.StreamResponse:
        return await _replies(Unsure())(request) if healthy else web.Response(status=503)

    rasa = await serve(answer, clock)
    for _ in range(2):
        await rasa.interpret("a", "xin chào")
    healthy = True
    clock.now += 6
    assert await rasa.interpret("a", "xin chào") == [Unsure()]


async def test_failures_are_logged_without_the_text(serve: Serve) -> None:
    rasa = await serve(_nothing)
    with capture_logs() as logs:
        await rasa.interpret("a", "tôi tên Lan")
    assert logs == [{"event": "rasa_failed", "reason": "empty", "log_level": "warning"}]


async def test_one_connection_serves_message_after_message_and_keeps_no_cookie(
    serve: Serve,
) -> None:
    connections: set[Any] = set()
    cookies: list[str] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        connections.add(request.transport)
        cookies.extend(request.cookies)
        response = web.json_response([{"custom": to_json(Unsure())}])
        response.set_cookie("talk", "1")
        return response

    rasa = await serve(answer)
    for _ in range(3):
        assert await rasa.interpret("a", "xin chào") == [Unsure()]
    assert len(connections) == 1
    assert cookies == []


@pytest.mark.parametrize(("status", "ready"), [(200, True), (404, False), (503, False)])
async def test_ready_says_whether_rasa_answers(serve: Serve, status: int, ready: bool) -> None:
    async def answer(request: web.Request) -> web.Response:
        known = request.path == "/webhooks/rest/"
        return web.json_response({"status": "ok"}, status=status if known else 418)

    assert await (await serve(answer)).ready() is ready


async def test_rasa_down_is_not_ready(down: Rasa) -> None:
    assert await down.ready() is False
