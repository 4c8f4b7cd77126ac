"""Zalo Official Account: signatures, buttons, and what its codes mean."""

from __future__ import annotations

import hashlib
import json

import httpx
import pytest

from bot.channels import Call, SendResult
from bot.channels.zalo_oa import ZaloOA
from bot.messages import Button, Outbound

APP, SECRET = "100200300400500600", "oa-secret"
TO = {"user_id": "7001002003004005006"}
SEEN: list[httpx.Request] = []


def channel(*answers: httpx.Response | Exception, secret: str = SECRET) -> ZaloOA:
    """The account whose servers give these answers, one after the other."""
    left = list(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        SEEN.append(request)
        given = left.pop(0)
        if isinstance(given, Exception):
            raise given
        return given

    SEEN.clear()
    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return ZaloOA(APP, secret, "access-1", http, "http://zalo.invalid")


def mac(raw: bytes, timestamp: str, secret: str = SECRET) -> dict[str, str]:
    signed = APP.encode() + raw + timestamp.encode() + secret.encode()
    return {"x-zevent-signature": "mac=" + hashlib.sha256(signed).hexdigest()}


RAW = b'{ "event_name": "user_send_text",  "timestamp":"1795400000000" }'


def test_a_signature_over_the_raw_body_is_taken() -> None:
    assert channel().verify(mac(RAW, "1795400000000"), RAW)


def test_a_timestamp_in_digits_without_quotes_is_signed_as_its_digits() -> None:
    raw = b'{"event_name":"follow","timestamp":1795400000000}'
    assert channel().verify(mac(raw, "1795400000000"), raw)


def test_the_same_json_written_otherwise_is_refused() -> None:
    again = json.dumps(json.loads(RAW)).encode()
    assert not channel().verify(mac(RAW, "1795400000000"), again)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-zevent-signature": ""},
        {"x-zevent-signature": "mac="},
        {"x-zevent-signature": "mac=" + "0" * 64},
        {"x-zevent-signature": "chữ ký"},
        mac(RAW, "1795400000001"),
        mac(RAW, "1795400000000", secret="another"),
    ],
)
def test_any_other_signature_is_refused(headers: dict[str, str]) -> None:
    assert not channel().verify(headers, RAW)


def test_without_a_secret_of_ours_nothing_is_taken() -> None:
    assert not channel(secret="").verify(mac(RAW, "1795400000000", secret=""), RAW)


def test_five_buttons_are_buttons_and_come_back_as_their_payload() -> None:
    buttons = tuple(Button(f"Nút {n}", f"/s {n}") for n in range(5))
    [call] = channel().render(Outbound("Câu 1/10", buttons), TO)
    assert call.method == "v3.0/oa/message/cs"
    assert call.body["recipient"] == TO
    attachment = call.body["message"]["attachment"]
    assert attachment["type"] == "template"
    assert attachment["payload"]["buttons"][1] == {
        "title": "Nút 1",
        "type": "oa.query.hide",
        "payload": "/s 1",
    }


@pytest.mark.parametrize(
    "buttons",
    [
        tuple(Button(f"Nút {n}", f"/s {n}") for n in range(6)),
        (Button("dài" * 34, "/s 1"),),
    ],
)
def test_more_or_longer_buttons_become_numbered_lines(buttons: tuple[Button, ...]) -> None:
    [call] = channel().render(Outbound("Chọn", buttons), TO)
    assert "attachment" not in call.body["message"]
    assert call.body["message"]["text"].startswith(f"Chọn\n\n1. {buttons[0].title}")


def test_someone_anonymous_is_answered_in_their_conversation_with_numbers() -> None:
    address = {"anonymous_id": "7", "conversation_id": "conv-1"}
    [call] = channel().render(Outbound("Chọn", (Button("Có", "/s yes"),)), address)
    assert call.method == "v2.0/oa/message"
    assert call.body == {"recipient": address, "message": {"text": "Chọn\n\n1. Có"}}


def test_a_long_text_is_cut_and_its_buttons_stand_under_the_last_part() -> None:
    text = "Một câu dài vừa phải. " * 200
    calls = channel().render(Outbound(text, (Button("Có", "/s yes"),)), TO)
    assert ["attachment" in call.body["message"] for call in calls] == [False, False, True]


CALL = Call("v3.0/oa/message/cs", {"recipient": TO, "message": {"text": "Chào bạn"}})


def said(code: object, **more: object) -> httpx.Response:
    return httpx.Response(200, json={"error": code, "message": "…", **more})


async def test_a_call_carries_the_token_that_is_current() -> None:
    account = channel(said(0, data={"message_id": "m1"}), said(0, data={"message_id": "m2"}))
    assert await account.send(CALL) == SendResult("sent", external_id="m1")
    account.access_token = "access-2"
    assert await account.send(CALL) == SendResult("sent", external_id="m2")
    assert [request.headers["access_token"] for request in SEEN] == ["access-1", "access-2"]
    assert str(SEEN[0].url) == "http://zalo.invalid/v3.0/oa/message/cs"
    assert json.loads(SEEN[0].content) == CALL.body


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (said(-216), "auth"),
        (said(-220), "auth"),
        (said(-32), "retry"),
        (said(-211), "closed"),
        (said(-218), "closed"),
        (said(-230), "closed"),
        (said(-232), "closed"),
        (said(-213), "gone"),
        (said(-244), "gone"),
        (said(-201), "reject"),
        (said(-210), "reject"),
        (said(-224), "reject"),
        (said(-99999), "retry"),
        (said(None), "retry"),
        (said(False), "retry"),
        (httpx.Response(200, text="<html>"), "retry"),
        (httpx.Response(503, json={"error": 0}), "retry"),
        (httpx.Response(429), "retry"),
        (httpx.Response(401), "auth"),
        (httpx.Response(404), "reject"),
        (httpx.ReadTimeout("slow"), "retry"),
        (httpx.ConnectError("down"), "retry"),
    ],
)
async def test_what_a_refusal_means(answer: httpx.Response | Exception, state: str) -> None:
    assert (await channel(answer).send(CALL)).state == state


async def test_the_minute_limit_waits_a_minute() -> None:
    assert await channel(said(-32)).send(CALL) == SendResult("retry", "-32", 60.0)
