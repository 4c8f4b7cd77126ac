"""What each messenger's webhook bodies become: tests/payloads is the specification."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import Channel
from bot.channels.telegram import Telegram
from bot.channels.zalo_bot import ZaloBot
from bot.channels.zalo_oa import ZaloOA
from bot.messages import Button, Inbound, Outbound

PAYLOADS = Path(__file__).parents[2] / "payloads"
HTTP = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(500)))
CHANNELS: dict[str, Channel] = {
    "telegram": Telegram("5:token", "hook-secret", HTTP),
    "zalo_oa": ZaloOA("100200300400500600", "oa-secret", "access", HTTP),
    "zalo_bot": ZaloBot("token", "hook-secret", HTTP),
}


def table() -> list[Any]:
    return [
        pytest.param(name, case["body"], case["events"], id=f"{name}: {case['case']}")
        for name in CHANNELS
        for case in json.loads((PAYLOADS / f"{name}.json").read_text("utf-8"))
    ]


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
    )


@pytest.mark.parametrize(("name", "body", "events"), table())
def test_a_webhook_body_becomes_these_events(
    name: str, body: object, events: list[dict[str, Any]]
) -> None:
    raw = json.dumps(body).encode()
    assert CHANNELS[name].parse(raw) == [inbound(name, event) for event in events]


@pytest.mark.parametrize(("name", "body", "events"), table())
def test_an_event_id_never_holds_the_persons_id(
    name: str, body: object, events: list[dict[str, Any]]
) -> None:
    for event in CHANNELS[name].parse(json.dumps(body).encode()):
        assert event.sender not in event.event_id


JUNK = [
    b"",
    b"null",
    b"[]",
    b"42",
    b'"text"',
    b"{",
    b"\xff\xfe\x00",
    b"[" * 100_000,
    b'{"update_id": 1e999, "timestamp": 1e999}',
    b'{"update_id": ' + b"9" * 5000 + b"}",
]


@pytest.mark.parametrize("name", CHANNELS)
@pytest.mark.parametrize("raw", JUNK, ids=range(len(JUNK)))
def test_foreign_bytes_are_no_event_and_no_error(name: str, raw: bytes) -> None:
    assert CHANNELS[name].parse(raw) == []
    assert CHANNELS[name].verify({}, raw) is False


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


def spoiled(body: Any, choose: st.DataObject) -> Any:
    """`body` with one value, anywhere in it, replaced or taken out."""
    if not isinstance(body, dict | list) or not body or choose.draw(st.integers(0, 4)) == 0:
        return choose.draw(JSON)
    keys = list(body) if isinstance(body, dict) else list(range(len(body)))
    key = choose.draw(st.sampled_from(keys))
    copy = body.copy()
    copy[key] = spoiled(body[key], choose)
    return copy


@pytest.mark.parametrize("name", CHANNELS)
@given(choose=st.data())
def test_a_payload_spoiled_anywhere_never_raises(name: str, choose: st.DataObject) -> None:
    cases = json.loads((PAYLOADS / f"{name}.json").read_text("utf-8"))
    body = choose.draw(st.sampled_from([case["body"] for case in cases]))
    events = CHANNELS[name].parse(json.dumps(spoiled(body, choose)).encode())
    for event in events:
        assert event.event_id
        assert event.sender
        event.text.encode()
        assert CHANNELS[name].render(Outbound("Chào bạn"), event.address)


@pytest.mark.parametrize("name", CHANNELS)
@given(
    text=st.text(alphabet=st.sampled_from("aắ .\n!?😀"), max_size=9000),
    titles=st.lists(st.text(min_size=1, max_size=120), max_size=12),
)
def test_no_call_exceeds_what_the_platform_takes(name: str, text: str, titles: list[str]) -> None:
    channel = CHANNELS[name]
    buttons = tuple(Button(title, f"/answer {n}") for n, title in enumerate(titles))
    calls = channel.render(Outbound("Chào bạn. " + text, buttons), {"chat_id": "1", "user_id": "1"})
    for call in calls:
        words = call.body["text"] if "text" in call.body else call.body["message"]["text"]
        assert 1 <= len(words) <= channel.caps.max_text
    assert calls


@pytest.mark.parametrize("name", CHANNELS)
def test_a_message_without_an_address_still_renders(name: str) -> None:
    assert CHANNELS[name].render(Outbound("Chào bạn"), {})
