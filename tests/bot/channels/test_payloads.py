"""What each channel's bodies become: the tables in tests/payloads are the specification."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import split_text, web
from bot.errors import DiemTuaError
from bot.messages import Button, Inbound, Outbound
from tests.payloads.cases import NAMES, Case, all_channels, cases, signed

HTTP = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(500)))
CHANNELS = all_channels(HTTP)
TOKEN = "t" * 43


def table(*names: str) -> list[Any]:
    return [pytest.param(case, id=f"{name}: {case.case}") for name in names for case in cases(name)]


def inbound(channel: str, event: dict[str, Any]) -> Inbound:
    place, at = event.get("location"), event.get("sent_at")
    return Inbound(
        channel,
        event["event_id"],
        event["sender"],
        event["kind"],
        event["text"],
        (place[0], place[1]) if place else None,
        event["address"],
        datetime.fromisoformat(at) if at else None,
        tuple(event.get("pictures", ())),
    )


@pytest.mark.parametrize("case", table(*NAMES))
def test_a_webhook_body_becomes_these_events(case: Case) -> None:
    expected = [inbound(case.channel, event) for event in case.events]
    assert CHANNELS[case.channel].parse(case.raw) == expected


@pytest.mark.parametrize("case", table(*NAMES))
def test_a_body_is_taken_with_its_signature_and_not_without(case: Case) -> None:
    channel = CHANNELS[case.channel]
    assert channel.verify(signed(case.channel, case.raw), case.raw)
    assert not channel.verify({}, case.raw)


@pytest.mark.parametrize("case", table(*NAMES))
def test_an_event_id_never_holds_the_persons_id(case: Case) -> None:
    for event in CHANNELS[case.channel].parse(case.raw):
        assert event.sender not in event.event_id


@pytest.mark.parametrize("case", table(*NAMES))
def test_whoever_wrote_can_be_answered(case: Case) -> None:
    channel = CHANNELS[case.channel]
    for event in channel.parse(case.raw):
        [call] = channel.render(Outbound("Chào bạn"), event.address)
        assert event.sender in json.dumps(call.body)


@pytest.mark.parametrize("name", NAMES)
def test_no_two_rows_of_a_table_are_the_same(name: str) -> None:
    rows = cases(name)
    assert len({row.case for row in rows}) == len(rows)
    assert len({row.raw for row in rows}) == len(rows)


@pytest.mark.parametrize("case", table("web"))
def test_a_pages_body_becomes_this_event_or_is_refused_kindly(case: Case) -> None:
    if case.events:
        [event] = case.events
        place = event.get("location")
        found = web.parse(case.raw, TOKEN)
        assert (found.kind, found.text) == (event["kind"], event["text"])
        assert found.location == (tuple(place) if place else None)
        assert web.client_id(found.event_id) == case.body["id"].lower()
        return
    with pytest.raises(DiemTuaError) as refusal:
        web.parse(case.raw, TOKEN)
    assert refusal.value.status == case.status


def test_two_pages_that_choose_the_same_id_are_kept_apart() -> None:
    raw = cases("web")[0].raw
    assert web.parse(raw, "a" * 43).event_id != web.parse(raw, "b" * 43).event_id


JUNK = [
    b"",
    b"null",
    b"[]",
    b"42",
    b'"text"',
    b"{",
    b"\xff\xfe\x00",
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'{"update_id": 1e999, "timestamp": 1e999}',
    b'{"update_id": ' + b"9" * 5000 + b"}",
    b'{"update_id": 1, "timestamp": "' + b"9" * 5000 + b'"}',
    b'{"messages": [[[[]]]], "result": {"result": {}}, "message": NaN}',
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("raw", JUNK, ids=range(len(JUNK)))
def test_foreign_bytes_are_no_event_and_no_error(name: str, raw: bytes) -> None:
    assert CHANNELS[name].parse(raw) == []
    assert CHANNELS[name].verify({}, raw) is False
    assert CHANNELS[name].acknowledge(raw) is None


@pytest.mark.parametrize("name", NAMES)
@given(
    text=st.text(alphabet=st.sampled_from("aắ .\n!?😀"), max_size=9000),
    titles=st.lists(st.text(min_size=1, max_size=120), max_size=12),
)
def test_no_call_exceeds_what_the_platform_takes(name: str, text: str, titles: list[str]) -> None:
    channel = CHANNELS[name]
    buttons = tuple(Button(title, f"/answer {n}") for n, title in enumerate(titles))
    to = {"chat_id": "1", "user_id": "1", "number": "1"}
    calls = channel.render(Outbound("Chào bạn. " + text, buttons), to)
    for call in calls:
        inner = call.body.get("message", call.body)
        words = inner.get("text", inner.get("body"))
        assert 1 <= len(words) <= channel.caps.max_text
    assert calls


@pytest.mark.parametrize("name", NAMES)
def test_a_message_without_an_address_still_renders(name: str) -> None:
    assert CHANNELS[name].render(Outbound("Chào bạn"), {})
    CHANNELS[name].typing({})


WORDS = st.text(alphabet=st.sampled_from("aắ1 .\n!?😀"), max_size=900)


@given(text=WORDS, limit=st.integers(4, 300))
def test_parts_lose_nothing_but_the_space_between_them(text: str, limit: int) -> None:
    parts = split_text(text, limit)
    assert all(1 <= len(part) <= limit and part == part.strip() for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_a_long_answer_is_split_after_a_sentence() -> None:
    text = "Bạn ngồi dậy nhé. Uống một ít nước. Rồi gọi cho người thân, nói chuyện một lát."
    assert split_text(text, 50) == [
        "Bạn ngồi dậy nhé. Uống một ít nước.",
        "Rồi gọi cho người thân, nói chuyện một lát.",
    ]


def test_a_paragraph_is_kept_whole_where_it_can_be() -> None:
    text = "Đây là đoạn một. Nó có hai câu.\n\nĐây là đoạn hai. Nó dài hơn một chút."
    assert split_text(text, 60) == [
        "Đây là đoạn một. Nó có hai câu.",
        "Đây là đoạn hai. Nó dài hơn một chút.",
    ]


def test_a_telephone_number_is_never_split() -> None:
    for limit in range(30, 60):
        parts = split_text("Bạn gọi ngay đường dây nóng 1900 9095 hoặc 024 3576 1990 nhé", limit)
        for number in ("1900 9095", "024 3576 1990"):
            assert any(number in part for part in parts), (limit, parts)


def test_a_choice_keeps_its_number() -> None:
    text = "Bạn chọn nhé:\n\n1. Gặp tư vấn viên\n2. Tìm nơi gần nhất\n3. Xem các chủ đề khác"
    for limit in range(30, 70):
        lines = [line for part in split_text(text, limit) for line in part.split("\n")]
        for line in text.split("\n"):
            assert not line or line in lines, (limit, lines)


def test_an_abbreviation_is_no_end_of_a_sentence() -> None:
    text = "Nơi gần bạn nhất nằm ở TP. Hồ Chí Minh và mở cửa suốt tuần"
    for limit in range(30, 50):
        assert not any(part.endswith("TP.") for part in split_text(text, limit)), limit
