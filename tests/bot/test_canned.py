"""Ready replies: what may stand in one, and which of them is meant."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot import canned
from bot.canned import Wording, find_fault, find_matching
from bot.desk_tables import CannedReply
from tests.conftest import NOW

GOOD = Wording("chao", "Chào hỏi", "Chào bạn, hôm nay bạn thấy thế nào?")


def reply(shortcut: str, title: str = "Tên", words: str = "Lời") -> CannedReply:
    return CannedReply(shortcut=shortcut, title=title, words=words)


def test_a_plain_kind_reply_has_no_fault() -> None:
    assert find_fault(GOOD) == ""


@pytest.mark.parametrize(
    "words",
    [
        "Bạn gọi 115 ngay nhé",
        "Số của mình là 0912 345 678",
        "gọi 1800-1567 nhé",
        "Theo Luật Phòng, chống ma túy thì bạn được giữ kín",
        "điều 32 nói vậy",
        "Theo nghị định mới",
    ],
)
def test_numbers_and_law_are_refused_in_a_reply(words: str) -> None:
    assert find_fault(Wording("x", "Tên", words)) != ""


@pytest.mark.parametrize(
    "words",
    ["Mình trực 24 giờ, bạn cứ nhắn.", "Bạn hỏi thêm luật sư nhé.", "Có 3 điều mình muốn hỏi bạn."],
)
def test_small_numbers_and_plain_words_are_no_fault(words: str) -> None:
    assert find_fault(Wording("x", "Tên", words)) == ""


@pytest.mark.parametrize("shortcut", ["", "chào bạn!", "a" * 31, "-a", "Á"])
def test_a_shortcut_is_short_and_plain(shortcut: str) -> None:
    assert find_fault(Wording(shortcut, "Tên", "Lời")) != ""


def test_a_shortcut_typed_with_slash_capitals_and_accents_is_made_plain() -> None:
    assert Wording.of(" /An Toàn ", "  Hỏi  thăm ", " Lời\n").shortcut == "an-toan"


def test_a_shortcut_wins_over_words_and_accents_do_not_count() -> None:
    replies = [
        reply("gia-dinh", "Nói với người nhà"),
        reply("an-toan", "Hỏi có an toàn không"),
        reply("buoc-nho", "Một bước nhỏ", "nói với gia đình"),
    ]
    assert [one.shortcut for one in find_matching(replies, "GIA DI")] == ["gia-dinh", "buoc-nho"]
    assert [one.shortcut for one in find_matching(replies, "ngươi nhà")] == ["gia-dinh"]
    assert find_matching(replies, "methadone") == []
    assert len(find_matching(replies, "")) == 3


async def test_a_fresh_desk_is_filled_once_and_never_over_what_is_kept(
    session: AsyncSession,
) -> None:
    assert await canned.seed(session, NOW) == len(canned.seeds()) >= 12
    kept = await canned.every(session)
    await canned.remove(session, kept[0].id)
    assert await canned.seed(session, NOW) == 0
    assert len(await canned.every(session)) == len(canned.seeds()) - 1
