"""Directory cards: what a place told of can be called, found and sent on by; never more than is known."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from bot import handoff, inbox, jobs, outbox, places
from bot.cards import cards_in, from_json, map_link, map_title, to_json
from bot.channels import Call, SendResult
from bot.messages import Button, Card, Inbound, Outbound
from bot.place_cards import find_cards
from bot.privacy import seal_json
from bot.replies import HOTLINE, HUMAN
from bot.runtime import Runtime
from bot.store import append, as_outbound, open_talk, read_lines
from bot.tables import Message, OutboxRow
from referral_directory.changes import save_all
from referral_directory.units import load_units
from tests.bot.citizen import Citizen, counsellor, take
from tests.bot.test_staff import look
from tests.bot.test_staff import say as write
from tests.conftest import Clock
from tests.fakes import LoopbackChannel
from tests.referral_directory.services import LAN, row
from tests.staff_group import Supergroup

UNITS = load_units()
HERE = (13.7701, 109.1702)
KNOWN = row(
    "known",
    name="Trung tâm Bình An",
    kind="counselling_point",
    address="12 Lê Lợi",
    latitude="13.76",
    longitude="109.17",
    phone="02563822117; 0905123456",
)
STREET = row("street", kind="counselling_point", address="ấp Kiên Hảo", phone="1900636557")
CARD = Card(
    "a",
    "Trung tâm A",
    "02563822117",
    (13.76, 109.17),
    "phường B, tỉnh C",
    "Trung tâm A\nĐịa chỉ",
    date(2026, 11, 24),
)


@pytest.fixture
async def filled(runtime: Runtime) -> Runtime:
    """With places of one kind in phường Quy Nhơn Tây: verified, with a street alone, unverified, expired."""
    trust = {
        "reliability": "unverified",
        "verified_on": "",
        "verified_by": "",
        "verified_until": "",
    }
    ended = {"verified_on": "2025-01-01", "verified_until": "2026-01-01"}
    rows = [
        KNOWN,
        STREET,
        row("rumour", kind="counselling_point", phone="0999999999", **trust),
        row("ended", kind="counselling_point", phone="0888888888", **ended),
    ]
    async with runtime.sessions.begin() as session:
        await save_all(session, rows, UNITS, LAN)
    return runtime


async def tell(runtime: Runtime, kind: str = "counselling_point") -> Outbound:
    return (await places.near_point(runtime, HERE, kind)).told


async def test_each_verified_place_told_has_its_card_and_the_text_stays_whole(
    filled: Runtime,
) -> None:
    told = await tell(filled)
    assert [card.key for card in told.cards[:2]] == ["known", "street"]
    for words in ("Trung tâm Bình An", "02563822117, 0905123456", "12 Lê Lợi", "1900636557"):
        assert words in told.text
    assert told.buttons == (HUMAN, HOTLINE)
    assert told.cards[0].phone == "02563822117"
    assert told.cards[0].until == date(2027, 2, 11)


async def test_nothing_of_an_unverified_or_expired_row_is_in_a_card(filled: Runtime) -> None:
    told = await tell(filled)
    everything = repr(told.cards)
    assert "0999999999" not in everything
    assert "0888888888" not in everything
    assert not {"rumour", "ended"} & {card.key for card in told.cards}


async def test_at_most_three_places_have_cards(runtime: Runtime) -> None:
    many = [row(f"many-{n}", kind="counselling_point", phone=f"02563822{n}11") for n in range(6)]
    async with runtime.sessions.begin() as session:
        await save_all(session, many, UNITS, LAN)
    told = await tell(runtime)
    assert len(told.cards) == 3
    assert all(card.title in told.text and card.phone in told.text for card in told.cards)


async def test_a_point_is_shown_only_where_somebody_knows_it(filled: Runtime) -> None:
    known, street = (await tell(filled)).cards[:2]
    assert known.point == (13.76, 109.17)
    assert "mlat=13.76000&mlon=109.17000" in map_link(known)
    assert map_title(known) == "Bản đồ"
    assert street.point is None
    assert "search?query=ph%C6%B0%E1%BB%9Dng%20Quy%20Nh%C6%A1n%20T%C3%A2y" in map_link(street)
    assert "mlat" not in map_link(street)
    assert map_title(street) == "Bản đồ gần đúng"


async def test_what_is_sent_on_names_its_source_and_date_and_says_nothing_of_who_asked(
    filled: Runtime,
) -> None:
    told = await tell(filled)
    assert "cách" in told.text
    share = told.cards[0].share
    assert share.splitlines() == [
        "Trung tâm Bình An",
        "Điện thoại: 02563822117, 0905123456",
        "Địa chỉ: 12 Lê Lợi, phường Quy Nhơn Tây, tỉnh Gia Lai",
        "Nguồn: báo Gia Lai (baogialai.com.vn), 11/02/2026; xác minh đến 11/02/2027.",
    ]
    assert all("km" not in card.share and "cách" not in card.share for card in told.cards)


async def test_lines_can_be_called_but_have_no_map(runtime: Runtime) -> None:
    told = (await places.hotlines(runtime)).told
    assert [card.phone for card in told.cards][:1] == ["115"]
    assert all(map_link(card) == "" and card.phone in told.text for card in told.cards)


async def test_the_emergency_number_stays_in_the_text_past_its_date_but_has_no_card(
    runtime: Runtime, clock: Clock
) -> None:
    clock.now += timedelta(days=3650)
    told = (await places.hotlines(runtime)).told
    assert "115" in told.text
    assert told.cards == ()


async def test_a_name_of_several_places_has_no_card_yet(runtime: Runtime) -> None:
    near = await places.in_text(runtime, "xã Tân Hòa", "", "")
    assert near is not None
    assert near.told.buttons
    assert near.told.cards == ()


def test_a_stored_card_is_read_as_it_was_written() -> None:
    line = Card("b", "Đường dây B", "111", share="Đường dây B")
    for card in (CARD, line):
        assert from_json(to_json(card)) == card


def test_of_a_card_of_another_version_what_is_known_is_kept() -> None:
    saved = {**to_json(CARD), "open_now": True}
    del saved["share"], saved["until"]
    assert from_json(saved) == Card("a", "Trung tâm A", "02563822117", (13.76, 109.17), CARD.where)


async def test_a_card_survives_the_transcript_and_older_lines_have_none(filled: Runtime) -> None:
    citizen = Citizen(filled)
    await citizen.says("Điểm tư vấn gần phường Quy Nhơn Tây")
    lines = await citizen.lines()
    told = next(line for line in lines if line.cards)
    assert all(card.title in told.text for card in told.cards)
    assert as_outbound(told).cards == told.cards
    async with filled.sessions.begin() as session:
        message = await session.get(Message, told.id)
        assert message is not None
        assert told.cards[0].key.encode() not in message.sealed
        old = {"text": "chào", "buttons": [["Có", "/s yes"]]}
        talk = await citizen.talk()
        message.sealed = seal_json(talk.key, old, f"message:{message.uid}")
    async with filled.sessions() as session:
        read = await read_lines(session, talk)
    again = next(line for line in read if line.id == told.id)
    assert (again.text, again.buttons, again.cards) == ("chào", (Button("Có", "/s yes"),), ())


class Picky(LoopbackChannel):
    """A channel that shows cards, and whose platform refuses them."""

    def __init__(self, *results: SendResult, refuses: bool = True) -> None:
        super().__init__(*results)
        self.refuses = refuses

    def render(self, message: Outbound, address: dict[str, str]) -> list[Call]:  # type: ignore[override]
        *first, last = super().render(message, address)
        keys = [card.key for card in message.cards]
        return [*first, Call("send", {**last.body, "keys": keys} if keys else last.body)]

    async def send(self, call: Call) -> SendResult:
        if self.refuses and "keys" in call.body:
            return SendResult("reject", "BadRequest")
        return await super().send(call)


async def to_send(runtime: Runtime, message: Outbound) -> UUID:
    """A conversation in which `message` waits to be sent."""
    event = Inbound("loopback", str(uuid4()), "a", "text", "chào bạn", address={"to": "a"})
    async with runtime.sessions.begin() as session:
        received = await inbox.receive(session, runtime.ring, event, runtime.clock())
    assert received is not None
    await jobs.bring_up_to_date(runtime, {"loopback": LoopbackChannel()}, received.conversation_id)
    async with runtime.sessions.begin() as session:
        talk = await open_talk(session, runtime.ring, received.conversation_id)
        assert talk is not None
        await append(session, talk, "bot", [message], runtime.clock())
    return received.conversation_id


async def push(runtime: Runtime, channel: LoopbackChannel, conversation: UUID) -> None:
    async with runtime.sessions() as session:
        await outbox.push(
            session,
            runtime.ring,
            {"loopback": channel},
            conversation,
            runtime.clock(),
            random.Random(1),
        )


async def states(runtime: Runtime) -> set[str]:
    async with runtime.sessions() as session:
        return set(await session.scalars(select(OutboxRow.state)))


async def test_where_a_platform_refuses_cards_the_words_still_go(runtime: Runtime) -> None:
    conversation = await to_send(runtime, Outbound("Nơi gần bạn", cards=(CARD,)))
    channel = Picky()
    await push(runtime, channel, conversation)
    assert [call.body for call in channel.sent] == [{"to": "a", "text": "Nơi gần bạn"}]
    assert await states(runtime) == {"sent"}


async def test_words_that_are_refused_by_themselves_are_not_sent_twice(runtime: Runtime) -> None:
    conversation = await to_send(runtime, Outbound("Nơi gần bạn", cards=(CARD,)))
    channel = LoopbackChannel(SendResult("reject", "BadRequest"))
    await push(runtime, channel, conversation)
    assert channel.sent == []
    assert "dead" in await states(runtime)


async def test_a_card_is_still_there_when_sending_is_tried_again(
    runtime: Runtime, clock: Clock
) -> None:
    conversation = await to_send(runtime, Outbound("Nơi gần bạn", cards=(CARD,)))
    channel = Picky(SendResult("retry", "429"), refuses=False)
    await push(runtime, channel, conversation)
    assert channel.sent == []
    clock.pass_seconds(30)
    await push(runtime, channel, conversation)
    assert [call.body["keys"] for call in channel.sent] == [["a"]]


@pytest.mark.parametrize("days", [0, 1, 2])
async def test_a_card_is_sent_until_its_last_day_and_its_words_after_it_too(
    runtime: Runtime, clock: Clock, days: int
) -> None:
    conversation = await to_send(runtime, Outbound("Gọi 02563822117", cards=(CARD,)))
    clock.now += timedelta(days=days)
    channel = Picky(refuses=False)
    await push(runtime, channel, conversation)
    keys = {"keys": ["a"]} if days < 2 else {}
    assert [call.body for call in channel.sent] == [{"to": "a", "text": "Gọi 02563822117", **keys}]
    assert await states(runtime) == {"sent"}


async def test_a_card_stored_without_a_day_is_not_sent(runtime: Runtime) -> None:
    message = Outbound("Gọi 02563822117", cards=(replace(CARD, until=None),))
    conversation = await to_send(runtime, message)
    channel = Picky(refuses=False)
    await push(runtime, channel, conversation)
    assert [call.body for call in channel.sent] == [{"to": "a", "text": "Gọi 02563822117"}]


class Linking(LoopbackChannel):
    """A channel that puts links in a part of their own, which its platform refuses."""

    def render(self, message: Outbound, address: dict[str, str]) -> list[Call]:  # type: ignore[override]
        links = [Call("send", {"link": map_link(card)}) for card in message.cards]
        return [*super().render(message, address), *links]

    async def send(self, call: Call) -> SendResult:
        if "link" in call.body:
            return SendResult("reject", "BadRequest")
        return await super().send(call)


async def test_links_refused_after_all_words_arrived_leave_the_message_sent(
    runtime: Runtime,
) -> None:
    conversation = await to_send(runtime, Outbound("Nơi gần bạn", cards=(CARD, CARD)))
    channel = Linking()
    await push(runtime, channel, conversation)
    assert [call.body for call in channel.sent] == [{"to": "a", "text": "Nơi gần bạn"}]
    assert await states(runtime) == {"sent"}


async def test_what_a_counsellor_brings_goes_out_with_its_cards(filled: Runtime) -> None:
    citizen = Citizen(filled)
    await citizen.says("cho em gặp tư vấn viên")
    lan = await counsellor(filled)
    case = await take(filled, citizen, lan)
    found = await find_cards(filled, "tư vấn phường Quy Nhơn Tây")
    words = next(card.words for card in found.cards if card.title == KNOWN["name"])
    async with filled.sessions.begin() as session:
        text = f"Chào bạn, bạn gọi chỗ này nhé:\n{words}"
        await handoff.say(session, filled.ring, case, lan, text, filled.clock())
    said = (await citizen.lines())[-1]
    assert said.text == text
    assert [card.key for card in said.cards] == ["known"]


@pytest.mark.parametrize("change", ["number", "name", "nothing of it"])
async def test_words_that_are_not_the_directorys_get_no_card(filled: Runtime, change: str) -> None:
    found = await find_cards(filled, "tư vấn phường Quy Nhơn Tây")
    words = next(card.words for card in found.cards if card.title == KNOWN["name"])
    changed = {
        "number": words.replace("02563822117", "02563822118"),
        "name": words.replace("Bình An", "Bình Yên"),
        "nothing of it": "• Trung tâm Bình An\n  Bạn hỏi ở đó nhé.",
    }[change]
    async with filled.sessions() as session:
        assert [card.key for card in await cards_in(session, words, filled.clock())] == ["known"]
        assert await cards_in(session, changed, filled.clock()) == ()


async def test_a_line_that_a_counsellor_brings_has_its_card(runtime: Runtime) -> None:
    found = await find_cards(runtime, "")
    words = next(card.words for card in found.cards if "111" in card.words)
    async with runtime.sessions() as session:
        [card] = await cards_in(session, f"Bạn gọi:\n{words}", runtime.clock())
    assert card.phone == "111"


async def test_the_staff_group_reads_the_words_and_no_links(filled: Runtime) -> None:
    group = Supergroup()
    await write(filled, "cho em gặp tư vấn viên")
    await write(filled, "Chỗ nào tư vấn gần phường Quy Nhơn Tây")
    await look(filled, group)
    posts = "\n".join(group.topic.posts)
    assert "Trung tâm Bình An" in posts
    assert "02563822117" in posts
    assert "openstreetmap" not in posts
    assert "13.76" not in posts
