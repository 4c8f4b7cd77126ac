"""Directory cards: only verified rows, in the bot's own words."""

from __future__ import annotations

import pytest

from bot import places
from bot.place_cards import find_cards, find_kind
from bot.runtime import Runtime


@pytest.mark.parametrize(
    ("typed", "kind", "rest"),
    [
        ("methadone Cần Thơ", "substitution_treatment", "Cần Thơ"),
        ("Cần Thơ cai nghiện", "rehab_centre", "Cần Thơ"),
        ("cai nghien tai nha Long Ho", "home_rehab", "cai nghien Long Ho"),
        ("Vĩnh Long", "", "Vĩnh Long"),
    ],
)
def test_the_kind_of_place_is_read_from_what_is_typed(typed: str, kind: str, rest: str) -> None:
    assert find_kind(typed) == (kind, rest)


async def test_a_card_says_what_the_bot_says_and_nothing_else(runtime: Runtime) -> None:
    found = await find_cards(runtime, "cai nghiện Cần Thơ")
    said = await places.in_text(runtime, "ở Cần Thơ", "", "rehab_centre")
    assert said is not None
    assert found.place is not None
    assert found.place.name == "thành phố Cần Thơ"
    assert found.cards
    assert all(card.words in said.told.text for card in found.cards)
    assert all("xác minh đến" in card.words for card in found.cards)


async def test_what_nobody_vouches_for_is_no_card(runtime: Runtime) -> None:
    for place in ("Cần Thơ", "Hà Nội", "Vĩnh Long", "Đồng Tháp"):
        found = await find_cards(runtime, f"cai nghiện {place}")
        assert all("Chưa xác minh" not in card.words for card in found.cards)
        assert all("Nguồn: " in card.words for card in found.cards)


async def test_of_several_places_of_a_name_the_counsellor_chooses(runtime: Runtime) -> None:
    found = await find_cards(runtime, "methadone xã Tân Hòa")
    assert found.place is None
    assert len(found.which) > 1
    chosen = await find_cards(runtime, "methadone xã Tân Hòa", found.which[0].code)
    assert chosen.place == found.which[0]


@pytest.mark.parametrize("typed", ["", "   ", "abc xyz", "😢"])
async def test_without_a_place_the_lines_for_everybody_are_there(
    runtime: Runtime, typed: str
) -> None:
    found = await find_cards(runtime, typed)
    assert found.place is None
    assert any("115" in card.words for card in found.cards)


async def test_an_unknown_code_counts_for_nothing(runtime: Runtime) -> None:
    assert (await find_cards(runtime, "", "99999")).place is None
