"""Telegram: whose webhook is taken, how messages look, what refusals mean."""

from __future__ import annotations

import json
import logging
from urllib.parse import parse_qs

import httpx
import pytest

from bot.channels import Call, SendResult
from bot.channels.telegram import Telegram
from bot.messages import Button, Outbound

TO = {"chat_id": "700100200"}


def channel(*answers: httpx.Response | Exception, secret: str = "hook-secret") -> Telegram:
    """Telegram whose servers give these answers, one after the other."""
    left = list(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        SEEN.append(request)
        given = left.pop(0)
        if isinstance(given, Exception):
            raise given
        return given

    SEEN.clear()
    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return Telegram("5:token", secret, http, "http://telegram.invalid")


SEEN: list[httpx.Request] = []


def refusal(code: int, description: str, **parameters: int) -> httpx.Response:
    body = {"ok": False, "error_code": code, "description": description}
    return httpx.Response(code, json=body | ({"parameters": parameters} if parameters else {}))


def taken() -> httpx.Response:
    message = {"message_id": 77, "date": 1795400000, "chat": {"id": 1, "type": "private"}}
    return httpx.Response(200, json={"ok": True, "result": {**message, "text": "a"}})


def test_only_the_right_secret_is_taken() -> None:
    header = "x-telegram-bot-api-secret-token"
    assert channel().verify({header: "hook-secret"}, b"{}")
    for wrong in ("hook-secreT", "hook-secret ", "", "mật khẩu", "\udcff"):
        assert not channel().verify({header: wrong}, b"{}")
    assert not channel().verify({}, b"{}")


def test_without_a_secret_of_ours_nothing_is_taken() -> None:
    assert not channel(secret="").verify({"x-telegram-bot-api-secret-token": ""}, b"{}")


def test_short_buttons_stand_in_pairs_and_long_ones_alone() -> None:
    titles = ("Có", "Không", "Bỏ qua", "Gặp tư vấn viên ngay", "Dừng")
    buttons = tuple(Button(title, f"/s {n}") for n, title in enumerate(titles))
    [call] = channel().render(Outbound("Câu 1/10", buttons), TO)
    rows = call.body["reply_markup"]["inline_keyboard"]
    shown = [[key["text"] for key in row] for row in rows]
    assert shown == [["Có", "Không"], ["Bỏ qua"], ["Gặp tư vấn viên ngay"], ["Dừng"]]
    assert rows[0][1] == {"text": "Không", "callback_data": "/s 1"}


def test_payloads_too_long_for_a_button_become_numbered_lines() -> None:
    fits, too_long = "/" + "a" * 63, "/answer " + "ắ" * 30
    [call] = channel().render(Outbound("Chọn", (Button("Một", fits),)), TO)
    assert "reply_markup" in call.body
    [call] = channel().render(Outbound("Chọn", (Button("Một", fits), Button("Hai", too_long))), TO)
    assert "reply_markup" not in call.body
    assert call.body["text"] == "Chọn\n\n1. Một\n2. Hai"


def test_a_long_text_is_cut_and_its_buttons_stand_under_the_last_part() -> None:
    text = "Một câu dài vừa phải. " * 400
    calls = channel().render(Outbound(text, (Button("Có", "/s yes"),)), TO)
    assert len(calls) == 3
    assert ["reply_markup" in call.body for call in calls] == [False, False, True]
    assert " ".join(call.body["text"] for call in calls) == text.strip()


def test_a_location_is_asked_for_with_a_key() -> None:
    [call] = channel().render(Outbound("Bạn ở đâu?", ask_location=True), TO)
    assert call.body["reply_markup"]["keyboard"][0][0]["request_location"] is True


def test_a_press_is_acknowledged_in_the_answer_to_its_webhook() -> None:
    press = json.dumps({"update_id": 1, "callback_query": {"id": "30", "data": "/x"}}).encode()
    assert channel().acknowledge(press) == {
        "method": "answerCallbackQuery",
        "callback_query_id": "30",
    }
    for other in (b'{"update_id": 1, "message": {}}', b"[", b'{"callback_query": {"id": null}}'):
        assert channel().acknowledge(other) is None


async def test_a_message_goes_out_with_its_buttons_and_without_previews() -> None:
    telegram = channel(taken())
    [call] = telegram.render(Outbound("Chào bạn", (Button("Có", "/s yes"),)), TO)
    assert await telegram.send(call) == SendResult("sent", external_id="77")
    [request] = SEEN
    assert str(request.url) == "http://telegram.invalid/bot5:token/sendMessage"
    fields = {key: value[0] for key, value in parse_qs(request.content.decode()).items()}
    assert (fields["chat_id"], fields["text"]) == ("700100200", "Chào bạn")
    assert json.loads(fields["reply_markup"]) == call.body["reply_markup"]
    assert json.loads(fields["link_preview_options"]) == {"is_disabled": True}


CALL = Call("sendMessage", {"chat_id": "1", "text": "lời riêng của một người"})


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (refusal(429, "Too Many Requests", retry_after=7), SendResult("retry", "RetryAfter", 7.0)),
        (refusal(403, "Forbidden: bot was blocked by the user"), SendResult("gone", "Forbidden")),
        (refusal(401, "Unauthorized"), SendResult("auth", "InvalidToken")),
        (refusal(400, "Bad Request: chat not found"), SendResult("gone", "BadRequest")),
        (refusal(400, "Bad Request: message is too long"), SendResult("reject", "BadRequest")),
        (refusal(500, "Internal Server Error"), SendResult("retry", "NetworkError")),
        (httpx.Response(502, text="<html>"), SendResult("retry", "NetworkError")),
        (httpx.Response(200, text="<html>"), SendResult("retry", "NetworkError")),
        (httpx.Response(200, json={"ok": True, "result": {}}), SendResult("reject", "KeyError")),
        (httpx.ReadTimeout("slow"), SendResult("retry", "TimedOut")),
        (httpx.ConnectError("down"), SendResult("retry", "NetworkError")),
    ],
)
async def test_what_a_refusal_means(answer: httpx.Response | Exception, result: SendResult) -> None:
    assert await channel(answer).send(CALL) == result


async def test_neither_words_nor_token_reach_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="telegram")
    echo = httpx.Response(200, text=CALL.body["text"])
    telegram = channel(taken(), refusal(400, f"Bad Request: {CALL.body['text']}"), echo)
    for _ in range(3):
        result = await telegram.send(CALL)
        assert "lời riêng" not in repr(result)
    assert "lời riêng" not in caplog.text
    assert "5:token" not in caplog.text
