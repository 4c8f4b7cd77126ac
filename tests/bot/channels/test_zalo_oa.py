"""Zalo Official Account: signatures, buttons, and what its codes mean."""

from __future__ import annotations

import hashlib
import json

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from bot.channels import Call, SendResult
from bot.channels.zalo_codes import in_words, refusal
from bot.channels.zalo_oa import ZaloOA
from bot.channels.zalo_tokens import FixedToken
from bot.messages import Button, Outbound

APP, SECRET = "100200300400500600", "oa-secret"
TO = {"user_id": "7001002003004005006"}
SEEN: list[httpx.Request] = []


class Successive:
    """Tokens of which the next is given when one is turned down."""

    def __init__(self, *tokens: str) -> None:
        self.left = list(tokens)

    async def current(self, refused: str = "") -> str:
        if self.left and self.left[0] == refused:
            self.left.pop(0)
        return self.left[0] if self.left else ""


class Unreadable:
    """Tokens in a database that does not answer."""

    async def current(self, refused: str = "") -> str:
        raise OperationalError("SELECT", {}, Exception("down"))


def channel(
    *answers: httpx.Response | Exception,
    secret: str = SECRET,
    tokens: FixedToken | Successive | Unreadable | None = None,
) -> ZaloOA:
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
    tokens = tokens or Successive("access-1", "access-2")
    return ZaloOA(APP, secret, tokens, http, "http://zalo.invalid")


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


async def test_complaint_3372_a_call_carries_the_token_and_what_is_to_be_said() -> None:
    assert await channel(said(0, data={"message_id": "m1"})).send(CALL) == SendResult(
        "sent", external_id="m1"
    )
    assert SEEN[0].headers["access_token"] == "access-1"
    assert str(SEEN[0].url) == "http://zalo.invalid/v3.0/oa/message/cs"
    assert json.loads(SEEN[0].content) == CALL.body


@pytest.mark.parametrize("refused", [said(-216), said(-220), httpx.Response(401)])
async def test_a_token_turned_down_is_replaced_and_the_message_sent_at_once(
    refused: httpx.Response,
) -> None:
    account = channel(refused, said(0, data={"message_id": "m1"}))
    assert (await account.send(CALL)).state == "sent"
    assert [request.headers["access_token"] for request in SEEN] == ["access-1", "access-2"]


async def test_two_tokens_turned_down_are_the_operators_to_mend() -> None:
    tokens = Successive("access-1", "access-2", "access-3")
    account = channel(said(-216), said(-216), said(0), tokens=tokens)
    assert await account.send(CALL) == SendResult("auth", "-216")
    assert len(SEEN) == 2


async def test_without_any_token_nothing_is_sent() -> None:
    assert await channel(tokens=Successive()).send(CALL) == SendResult("auth", "no token")
    assert SEEN == []


async def test_a_fixed_token_that_ended_is_the_operators_to_mend() -> None:
    account = channel(said(-220), tokens=FixedToken("pasted"))
    assert await account.send(CALL) == SendResult("auth", "-220")


async def test_tokens_that_cannot_be_read_are_tried_again() -> None:
    assert (await channel(tokens=Unreadable()).send(CALL)).state == "retry"


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (said(None), "retry"),
        (said(False), "retry"),
        (httpx.Response(200, text="<html>"), "retry"),
        (httpx.Response(503, json={"error": 0}), "retry"),
        (httpx.Response(429), "retry"),
        (httpx.Response(403), "auth"),
        (httpx.Response(404), "reject"),
        (httpx.ReadTimeout("slow"), "retry"),
        (httpx.ConnectError("down"), "retry"),
        (said(-230), "closed"),
    ],
)
async def test_what_an_answer_means(answer: httpx.Response | Exception, state: str) -> None:
    assert (await channel(answer).send(CALL)).state == state


CODES = {
    "retry": {-32, -200, -234, -99999},
    "auth": {-204, -205, -209, -212, -216, -219, -220, -221, -223, -235, -242},
    "closed": {-211, -218, -230, -232, -320, -321},
    "gone": {-213, -217, -227, -244},
    "reject": {-100, -201, -210, -214, -224, -233, -237, -238, -240, -241, -248, -249, -403},
}
"""Every code of Zalo's table that a message can meet, and one that stands nowhere."""


@pytest.mark.parametrize(("state", "code"), [(one, code) for one in CODES for code in CODES[one]])
def test_what_a_code_means(state: str, code: int) -> None:
    assert (refusal(code).state, refusal(code).reason) == (state, str(code))


async def test_the_minute_limit_waits_a_minute() -> None:
    assert await channel(said(-32)).send(CALL) == SendResult("retry", "-32", 60.0)


def test_a_dead_letter_says_why_in_words() -> None:
    assert "7 ngày" in in_words("closed: -230")
    assert in_words("-216") != in_words("closed: -230")
    assert [in_words(reason) for reason in ("", "retry: ReadTimeout", "-99999")] == [""] * 3


def test_there_is_no_sign_of_writing_on_zalo() -> None:
    assert channel().typing(TO) is None


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (said(0, data={"oa_id": "3"}), ""),
        (httpx.ConnectError("down"), "ConnectError"),
        (said(-204), "đã khóa"),
        (httpx.Response(404), "HTTP 404"),
    ],
)
async def test_the_check_says_what_is_wrong(answer: httpx.Response | Exception, words: str) -> None:
    found = await channel(answer).check()
    assert (found == "") == (words == "")
    assert words in found
    assert "access-" not in found


async def test_the_check_asks_for_consent_and_for_missing_settings() -> None:
    assert "/console/zalo" in await channel(tokens=Successive()).check()
    assert "/console/zalo" in await channel(said(-216), said(-216)).check()
    assert "DIEMTUA_ZALO_OA_SECRET" in await channel(secret="").check()


@pytest.mark.parametrize("name", ["user_send_file", "user_send_poll", "anonymous_send_voice"])
def test_whatever_somebody_sends_is_at_least_media(name: str) -> None:
    event = {"event_name": name, "sender": {"id": "7"}, "message": {"msg_id": "m"}}
    assert [one.kind for one in channel().parse(json.dumps(event).encode())] == ["media"]


@pytest.mark.parametrize("name", ["user_seen_message", "user_received_message", "oa_send_text"])
def test_what_nobody_said_is_no_event(name: str) -> None:
    event = {"event_name": name, "sender": {"id": "7"}, "message": {"msg_id": "m", "text": "a"}}
    assert channel().parse(json.dumps(event).encode()) == []
