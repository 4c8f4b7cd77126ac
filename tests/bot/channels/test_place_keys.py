"""What each channel makes of a message's cards, within what its platform takes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels import web
from bot.channels.zalo_oa import ZaloOA
from bot.messages import Button, Card, Outbound
from bot.replies import HOTLINE, HUMAN
from bot.store import Line
from tests.payloads.cases import all_channels

HTTP = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(500)))
CHANNELS = all_channels(HTTP)
TO = {"chat_id": "1", "user_id": "1", "number": "1"}
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
TODAY = date(2026, 11, 23)
ANONYMOUS = {"anonymous_id": "1", "conversation_id": "c"}

KNOWN = Card(
    "known",
    "Trung tâm Bình An",
    "02563822117",
    (13.76, 109.17),
    "phường Quy Nhơn Tây, tỉnh Gia Lai",
    "Trung tâm Bình An\nĐiện thoại: 02563822117",
    TODAY,
)
NEAR = Card(
    "near",
    "Cơ sở cai nghiện ma túy số 2 tỉnh Gia Lai, phân khu điều trị tự nguyện",
    where="phường Quy Nhơn Tây, tỉnh Gia Lai",
    share="Cơ sở số 2\nĐịa chỉ: phường Quy Nhơn Tây",
    until=TODAY,
)
LINE = Card("line", "Đường dây 111", "111", share="Đường dây 111\nĐiện thoại: 111", until=TODAY)
TOLD = Outbound("• Trung tâm Bình An …", (HUMAN, HOTLINE), cards=(KNOWN, NEAR, LINE))


def keyboard(message: Outbound) -> list[list[dict[str, Any]]]:
    *_, call = CHANNELS["telegram"].render(message, TO)
    rows: list[list[dict[str, Any]]] = call.body["reply_markup"]["inline_keyboard"]
    return rows


def test_on_telegram_each_place_has_its_map_number_and_way_to_send_it_on() -> None:
    rows = keyboard(TOLD)
    assert [[key["text"] for key in row] for row in rows] == [
        ["Bản đồ: Trung tâm Bình An"],
        ["Chép số 02563822117", "Chia sẻ: Trung tâm Bình An"],
        ["Bản đồ gần đúng: Cơ sở cai nghiện ma túy số 2 tỉnh Gia Lai, phân…"],
        ["Chia sẻ: Cơ sở cai nghiện ma túy số 2 tỉnh Gia Lai, phân…"],
        ["Chép số 111", "Chia sẻ: Đường dây 111"],
        [HUMAN.title],
        [HOTLINE.title],
    ]
    assert rows[1][0]["copy_text"] == {"text": "02563822117"}


def test_on_telegram_every_key_opens_https_or_copies_or_comes_back() -> None:
    for key in (key for row in keyboard(TOLD) for key in row):
        assert len({"url", "copy_text", "callback_data"} & key.keys()) == 1
        assert key.get("url", "https://").startswith("https://")
        assert len(key.get("url", "")) <= 2000


def test_what_telegram_sends_on_is_the_cards_own_text() -> None:
    links = [urlsplit(row[-1]["url"]) for row in keyboard(TOLD) if "Chia sẻ" in row[-1]["text"]]
    assert {(link.hostname, link.path) for link in links} == {("t.me", "/share/url")}
    assert not any("+" in link.query for link in links), "some apps would show it"
    known, near, line = (parse_qs(link.query) for link in links)
    assert known["text"] == [KNOWN.share]
    assert known["url"][0].startswith("https://www.openstreetmap.org/?mlat=13.76000&mlon=109.17")
    assert f"{near['url'][0]}\n{near['text'][0]}" == NEAR.share
    assert f"{line['url'][0]}\n{line['text'][0]}" == LINE.share


def test_a_text_too_long_for_a_link_loses_that_key_alone() -> None:
    [to_map], [number], *_ = keyboard(Outbound("a", cards=(replace(KNOWN, share="ắ" * 900),)))
    assert to_map["text"].startswith("Bản đồ")
    assert number["text"].startswith("Chép số")


def test_the_keys_stand_under_the_last_part_of_a_long_text() -> None:
    calls = CHANNELS["telegram"].render(replace(TOLD, text="Một câu dài. " * 700), TO)
    assert ["reply_markup" in call.body for call in calls] == [False] * (len(calls) - 1) + [True]
    assert len(calls) > 1


def zalo_buttons(message: Outbound) -> list[dict[str, Any]]:
    *_, call = CHANNELS["zalo_oa"].render(message, TO)
    buttons: list[dict[str, Any]] = call.body["message"]["attachment"]["payload"]["buttons"]
    return buttons


def test_on_an_account_five_buttons_hold_the_choices_and_calls_before_maps() -> None:
    assert zalo_buttons(TOLD) == [
        {
            "title": "Gọi 02563822117: Trung tâm Bình An",
            "type": "oa.open.phone",
            "payload": {"phone_code": "842563822117"},
        },
        {
            "title": "Bản đồ: Trung tâm Bình An",
            "type": "oa.open.url",
            "payload": {
                "url": "https://www.openstreetmap.org/?mlat=13.76000&mlon=109.17000"
                "#map=17/13.76000/109.17000"
            },
        },
        {
            "title": "Gọi 111: Đường dây 111",
            "type": "oa.open.phone",
            "payload": {"phone_code": "111"},
        },
        {"title": HUMAN.title, "type": "oa.query.hide", "payload": HUMAN.payload},
        {"title": HOTLINE.title, "type": "oa.query.hide", "payload": HOTLINE.payload},
    ]


def test_on_an_account_choices_are_never_crowded_out() -> None:
    five = tuple(Button(f"Nút {n}", f"/s {n}") for n in range(5))
    assert [one["title"] for one in zalo_buttons(replace(TOLD, buttons=five))] == [
        button.title for button in five
    ]
    six = (*five, HUMAN)
    *_, call = CHANNELS["zalo_oa"].render(replace(TOLD, buttons=six), TO)
    assert "6. " in call.body["message"]["text"]
    titles = [one["title"] for one in call.body["message"]["attachment"]["payload"]["buttons"]]
    assert [title.partition(":")[0] for title in titles] == [
        "Gọi 02563822117",
        "Bản đồ",
        "Bản đồ gần đúng",
        "Gọi 111",
    ]


@pytest.mark.parametrize(("name", "to"), [("zalo_bot", TO), ("zalo_oa", ANONYMOUS)])
def test_without_buttons_a_known_point_is_a_link_under_the_text(
    name: str, to: dict[str, str]
) -> None:
    [call] = CHANNELS[name].render(TOLD, to)
    message = call.body.get("message", call.body)
    assert "attachment" not in message
    assert message["text"].startswith(TOLD.text)
    assert message["text"].count("https://") == 1
    assert "Bản đồ Trung tâm Bình An: https://www.openstreetmap.org/?mlat=13.76" in message["text"]
    assert message["text"].endswith(f"1. {HUMAN.title}\n2. {HOTLINE.title}")


def test_the_page_is_told_what_it_can_show() -> None:
    line = Line(1, uuid4(), "bot", None, "a", NOW, cards=TOLD.cards)
    known, near, call = web.show(line, NOW)["cards"]
    assert known["map"].startswith("https://www.openstreetmap.org/?mlat=13.76")
    assert known["share"] == f"{KNOWN.share}\n{known['map']}"
    assert (near["phone"], near["map_title"], near["share"]) == ("", "Bản đồ gần đúng", NEAR.share)
    assert (call["phone"], call["map"], call["map_title"]) == ("111", "", "")
    assert web.show(replace(line, cards=()), NOW)["cards"] == []


def test_the_page_keeps_the_words_of_a_place_past_its_day_and_not_its_card() -> None:
    told = (replace(KNOWN, until=date(2026, 11, 22)), replace(NEAR, until=None), LINE)
    line = Line(1, uuid4(), "bot", None, "Gọi 02563822117", NOW, cards=told)
    shown = web.show(line, NOW)
    assert [card["title"] for card in shown["cards"]] == [LINE.title]
    assert shown["text"] == "Gọi 02563822117"
    evening = datetime(2026, 11, 23, 16, 59, tzinfo=UTC)
    assert web.show(line, evening)["cards"]
    midnight_here = evening + timedelta(minutes=1)
    assert web.show(line, midnight_here)["cards"] == []


CARDS = st.builds(
    Card,
    st.just("k"),
    st.text(min_size=1, max_size=200),
    st.sampled_from(["", "111", "02563822117", "1900636557"]),
    st.none() | st.tuples(st.floats(8, 24), st.floats(102, 110)),
    st.text(max_size=200),
    st.text(max_size=900),
)


@pytest.mark.parametrize("name", ["telegram", "zalo_oa", "zalo_bot"])
@settings(deadline=None)
@given(cards=st.lists(CARDS, max_size=3).map(tuple), text=st.text(min_size=1, max_size=3000))
def test_no_card_makes_a_call_that_the_platform_refuses(
    name: str, cards: tuple[Card, ...], text: str
) -> None:
    message = Outbound("Chào bạn. " + text, (HUMAN, HOTLINE), cards=cards)
    for call in CHANNELS[name].render(message, TO):
        json.dumps(call.body)
        inner = call.body.get("message", call.body)
        assert 1 <= len(inner["text"]) <= CHANNELS[name].caps.max_text
        payload = inner.get("attachment", {}).get("payload", {})
        buttons = payload.get("buttons", [])
        assert len(buttons) <= ZaloOA.caps.max_buttons
        assert all(1 <= len(one["title"]) <= 100 for one in buttons)
        assert all(len(json.dumps(one["payload"])) <= 1100 for one in buttons)
        for row in inner.get("reply_markup", {}).get("inline_keyboard", []):
            assert all(key["text"].strip() for key in row)
            assert all(" " not in key.get("url", "") for key in row)
