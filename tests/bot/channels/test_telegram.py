"""Telegram: whose webhook is taken, how messages look, what refusals mean."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from api.channels import build_channels
from bot import inbox, jobs
from bot.channels import Call, SendResult
from bot.channels.proxy import through
from bot.channels.telegram import Telegram
from bot.errors import SettingsBroken
from bot.messages import Button, Outbound
from bot.replies import INTRO
from bot.runtime import Runtime
from bot.settings import Settings
from tests.telegram_server import TelegramServer, ok, refusal, update

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


def test_a_part_is_measured_as_telegram_measures_it() -> None:
    text = "Cố lên nhé 💪🏽💪🏽💪🏽. " * 600
    calls = channel().render(Outbound(text), TO)
    assert all(len(call.body["text"].encode("utf-16-le")) // 2 <= 4096 for call in calls)
    assert " ".join(call.body["text"] for call in calls) == text.strip()
    assert any(len(call.body["text"]) < 4000 for call in calls[:-1]), "an emoji is not one"


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


async def test_typing_and_acknowledging_are_calls_too() -> None:
    telegram = channel(ok(True), ok(True))
    assert await telegram.send(telegram.typing(TO)) == SendResult("sent")
    assert await telegram.send(Call("answerCallbackQuery", {"callback_query_id": "30"})) == (
        SendResult("sent")
    )
    fields = [{k: v[0] for k, v in parse_qs(one.content.decode()).items()} for one in SEEN]
    assert fields == [{"chat_id": "700100200", "action": "typing"}, {"callback_query_id": "30"}]
    assert str(SEEN[0].url).endswith("/sendChatAction")


ME = ok({"id": 5, "is_bot": True, "first_name": "B"})


def hook(**more: Any) -> httpx.Response:
    info = {"url": "https://we.invalid/webhooks/telegram", "has_custom_certificate": False}
    return ok({**info, "pending_update_count": 0, **more})


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ([ME, hook()], ""),
        ([ME, hook(last_error_date=1795400000)], ""),
        ([ME, hook(last_error_date=1795400000, pending_update_count=3)], "3 tin đang chờ"),
        ([ME, hook(url="")], "setWebhook"),
        ([refusal(401, "Unauthorized")], "DIEMTUA_TELEGRAM_TOKEN"),
        ([httpx.ConnectError("5:token")], "DIEMTUA_TELEGRAM_PROXY"),
        ([refusal(429, "Too Many Requests", retry_after=7)], "thử lại sau"),
        ([ok([])], "DIEMTUA_TELEGRAM_BASE_URL"),
    ],
)
async def test_what_is_wrong_is_said_in_one_line_without_the_token(
    answers: list[httpx.Response | Exception], says: str
) -> None:
    said = await channel(*answers).check()
    assert (said == "") is (says == "")
    assert says in said
    assert "\n" not in said
    assert "5:token" not in said


async def test_who_polls_needs_no_webhook() -> None:
    server = TelegramServer()
    polls = Telegram("5:token", "", server.client(), "http://telegram.invalid", polls=True)
    assert await polls.check() == ""


@contextmanager
def proxy() -> Iterator[tuple[str, list[str]]]:
    """A proxy on loopback that answers every request itself, and what it was asked for."""
    asked: list[str] = []

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.rfile.read(int(self.headers["content-length"]))
            body = ok([] if self.path.endswith("/getUpdates") else True).content
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
        server.shutdown()


async def test_both_directions_go_through_the_proxy() -> None:
    with proxy() as (address, asked):
        settings = Settings(
            DATABASE_URL="", telegram_token="5:token", telegram_polling=True,
            telegram_base_url="http://telegram.invalid", telegram_proxy=address,
        )  # fmt: skip
        async with httpx.AsyncClient() as http:
            messengers = build_channels(settings, http)
            telegram = messengers.working["telegram"]
            assert isinstance(telegram, Telegram)
            assert await telegram.send(telegram.typing(TO)) == SendResult("sent")
            assert (await telegram.fetch(None)).failure is None
            await messengers.aclose()
    assert asked == [
        f"http://telegram.invalid/bot5:token/{one}" for one in ("sendChatAction", "getUpdates")
    ]


def test_a_proxy_that_is_none_is_named_without_its_password() -> None:
    with pytest.raises(SettingsBroken) as broken:
        through("ftp://user:mat-khau@proxy.invalid")
    assert "DIEMTUA_TELEGRAM_PROXY" in broken.value.line
    assert "mat-khau" not in broken.value.line


async def test_only_who_waits_for_a_knock_needs_a_secret() -> None:
    async with httpx.AsyncClient() as http:
        knocks = Settings(DATABASE_URL="", telegram_token="5:token")
        assert list(build_channels(knocks, http).broken) == ["telegram"]
        polls = Settings(DATABASE_URL="", telegram_token="5:token", telegram_polling=True)
        assert list(build_channels(polls, http).working) == ["telegram"]


async def follow_link(runtime: Runtime, key: str) -> list[dict[str, Any]]:
    """What somebody is told who comes by the link t.me/…?start=`key`."""
    server = TelegramServer()
    telegram = Telegram("5:token", "", server.client(), "http://telegram.invalid", polls=True)
    [event] = telegram.parse(json.dumps(update(7, f"/start {key}")).encode())
    async with runtime.sessions.begin() as session:
        received = await inbox.receive(session, runtime.ring, event, runtime.clock())
    assert received is not None
    await jobs.bring_up_to_date(runtime, {"telegram": telegram}, received.conversation_id)
    return server.called("sendMessage")


def pressed(message: dict[str, Any]) -> list[str]:
    rows = json.loads(message["reply_markup"])["inline_keyboard"]
    return [key["callback_data"] for row in rows for key in row]


async def test_a_link_to_a_topic_shows_its_articles(runtime: Runtime) -> None:
    intro, choice = await follow_link(runtime, "methadone")
    assert intro["text"] == INTRO
    verbs, keys = zip(*(one.split(" ", 1) for one in pressed(choice)), strict=True)
    assert set(verbs) == {"/answer"}
    topics = {article.key: article.topic for article in runtime.library.articles()}
    assert {topics[key] for key in keys} == {"methadone"}
    assert "methadone_start" in keys


async def test_a_link_to_a_large_topic_offers_ten_that_are_in_force(runtime: Runtime) -> None:
    *_, choice = await follow_link(runtime, "penalties")
    keys = [one.split(" ", 1)[1] for one in pressed(choice)]
    assert len(keys) == len(set(keys)) == 10
    shown = [runtime.library.version(key, runtime.today()) for key in keys]
    assert [one.key for one in shown if one] == keys


async def test_a_link_to_first_aid_shows_it_at_once(runtime: Runtime) -> None:
    assert runtime.library.get("overdose_first_aid") is not None
    _, article, *_ = await follow_link(runtime, "overdose_first_aid")
    assert "115" in article["text"] or "cấp cứu" in article["text"].lower()
    assert "Bạn muốn biết điều gì?" not in article["text"]


async def test_a_link_to_nothing_shows_the_menu(runtime: Runtime) -> None:
    _, menu, *_ = await follow_link(runtime, "no_such_thing")
    assert "/human" in pressed(menu)
