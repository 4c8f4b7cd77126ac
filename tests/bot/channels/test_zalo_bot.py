"""Zalo Bot API: whose webhook is taken, numbered lines, and what refusals mean."""

from __future__ import annotations

import json

import httpx
import pytest

from bot.channels import Call, SendResult
from bot.channels.updates import Fetched
from bot.channels.zalo_bot import ZaloBot
from bot.messages import Button, Outbound

SEEN: list[httpx.Request] = []


def channel(*answers: httpx.Response | Exception, secret: str = "hook-secret") -> ZaloBot:
    """The bot whose servers give these answers, one after the other."""
    left = list(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        SEEN.append(request)
        given = left.pop(0)
        if isinstance(given, Exception):
            raise given
        return given

    SEEN.clear()
    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return ZaloBot("1:token", secret, http, "http://zalo.invalid/")


def test_only_the_right_secret_is_taken() -> None:
    assert channel().verify({"x-bot-api-secret-token": "hook-secret"}, b"{}")
    for wrong in ("hook-secreT", "", "mật khẩu"):
        assert not channel().verify({"x-bot-api-secret-token": wrong}, b"{}")
    assert not channel().verify({}, b"{}")
    assert not channel(secret="").verify({"x-bot-api-secret-token": ""}, b"{}")


def test_buttons_become_numbered_lines() -> None:
    message = Outbound("Câu 1/10", (Button("Có", "/s yes"), Button("Không", "/s no")))
    [call] = channel().render(message, {"chat_id": "c1"})
    assert call == Call("sendMessage", {"chat_id": "c1", "text": "Câu 1/10\n\n1. Có\n2. Không"})


def test_a_long_text_is_cut_and_keeps_its_numbers() -> None:
    text = "Một câu dài vừa phải. " * 200
    calls = channel().render(Outbound(text, (Button("Có", "/s yes"),)), {"chat_id": "c1"})
    assert len(calls) == 3
    assert calls[-1].body["text"].endswith("\n\n1. Có")


CALL = Call("sendMessage", {"chat_id": "c1", "text": "Chào bạn"})


async def test_a_message_goes_out() -> None:
    bot = channel(httpx.Response(200, json={"ok": True, "result": {"message_id": "m1"}}))
    assert await bot.send(CALL) == SendResult("sent", external_id="m1")
    [request] = SEEN
    assert str(request.url) == "http://zalo.invalid/bot1:token/sendMessage"
    assert json.loads(request.content) == CALL.body


def refusal(status: int, code: int) -> httpx.Response:
    return httpx.Response(status, json={"ok": False, "error_code": code, "description": "…"})


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (refusal(401, 401), SendResult("auth", "401")),
        (refusal(403, 403), SendResult("gone", "403")),
        (refusal(429, 429), SendResult("retry", "429", 60.0)),
        (refusal(408, 408), SendResult("retry", "408")),
        (refusal(400, 400), SendResult("reject", "400")),
        (refusal(404, 404), SendResult("reject", "404")),
        (refusal(200, 401), SendResult("auth", "401")),
        (refusal(500, 500), SendResult("retry", "500")),
        (httpx.Response(200, text="<html>"), SendResult("retry", "200")),
        (httpx.Response(502, text="<html>"), SendResult("retry", "502")),
        (httpx.ReadTimeout("slow"), SendResult("retry", "ReadTimeout")),
        (httpx.ConnectError("down"), SendResult("retry", "ConnectError")),
    ],
)
async def test_what_a_refusal_means(answer: httpx.Response | Exception, result: SendResult) -> None:
    assert await channel(answer).send(CALL) == result


async def test_a_limit_says_how_long_to_wait() -> None:
    slow = httpx.Response(429, headers={"retry-after": "9"}, json={"ok": False, "error_code": 429})
    assert await channel(slow).send(CALL) == SendResult("retry", "429", 9.0)


async def test_typing_is_a_call() -> None:
    bot = channel(httpx.Response(200, json={"ok": True}))
    assert await bot.send(bot.typing({"chat_id": "c1"})) == SendResult("sent")
    [request] = SEEN
    assert str(request.url) == "http://zalo.invalid/bot1:token/sendChatAction"
    assert json.loads(request.content) == {"chat_id": "c1", "action": "typing"}


ME = httpx.Response(200, json={"ok": True, "result": {"id": "1"}})


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ([ME, ME], ""),
        ([ME, refusal(404, 404)], "setWebhook"),
        ([refusal(401, 401)], "DIEMTUA_ZALO_BOT_TOKEN"),
        ([httpx.ConnectError("1:token")], "kiểm tra mạng"),
    ],
)
async def test_what_is_wrong_is_said_in_one_line_without_the_token(
    answers: list[httpx.Response | Exception], says: str
) -> None:
    said = await channel(*answers).check()
    assert (said == "") is (says == "")
    assert says in said
    assert "\n" not in said
    assert "1:token" not in said


BROKEN = b'{"ok": true, "result": {"event_name": "message.text.received", "message": '


@pytest.mark.parametrize(
    ("answer", "fetched"),
    [
        (refusal(408, 408), Fetched(pause_s=1.0)),
        (refusal(200, 408), Fetched(pause_s=1.0)),
        (httpx.ReadTimeout("idle"), Fetched(pause_s=1.0)),
        (httpx.ConnectError("down"), Fetched(failure=SendResult("retry", "ConnectError"))),
        (refusal(401, 401), Fetched(failure=SendResult("auth", "401"))),
        (refusal(200, 500), Fetched(failure=SendResult("retry", "500"))),
        (httpx.Response(200, text="<html>"), Fetched(failure=SendResult("retry", "no JSON"))),
    ],
)
async def test_what_asking_for_updates_brings(
    answer: httpx.Response | Exception, fetched: Fetched
) -> None:
    assert await channel(answer).fetch(None) == fetched


def event(message_id: str) -> httpx.Response:
    result = {"event_name": "message.text.received", "message": {"message_id": message_id}}
    return httpx.Response(200, json={"ok": True, "result": result})


async def test_an_update_comes_as_a_webhook_would_bring_it_and_is_left_out_from_then_on() -> None:
    bot = channel(event("m1"), event("m1"), event("m2"), event("m1"))
    first = await bot.fetch(None)
    assert first == Fetched((event("m1").content,), ("m1",), pause_s=1.0)
    assert await bot.fetch(first.offset) == Fetched((), ("m1",), pause_s=1.0)
    second = await bot.fetch(first.offset)
    assert (second.updates, second.offset) == ((event("m2").content,), ("m1", "m2"))
    assert (await bot.fetch(second.offset)).updates == ()


async def test_an_update_that_cannot_be_read_is_handed_on_once() -> None:
    bot = channel(*[httpx.Response(200, content=BROKEN)] * 2)
    first = await bot.fetch(None)
    assert first.updates == (BROKEN,)
    assert (await bot.fetch(first.offset)).updates == ()
