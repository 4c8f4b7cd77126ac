"""What nobody answered reaches the editors, and nothing of whoever asked it."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot import editing
from bot.answers import render
from bot.content_tables import OpenQuestion
from bot.messages import Button, Outbound
from bot.runtime import Runtime
from bot.store import append, open_talk
from bot.tables import Conversation, Person
from tests.conftest import NOW

TODAY = date(2026, 11, 23)
Sessions = async_sessionmaker[AsyncSession]


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("em tên là Nguyễn Văn An muốn hỏi hiến máu", ["Nguyễn", "Văn", "An"]),
        ("em ten lan o ha noi bi bat vi hut can sa", ["lan", "ha noi"]),
        ("tôi là Trần Thị Hoa, con tôi Tuấn Anh bị bắt thì sao", ["Trần", "Hoa", "Tuấn", "Anh"]),
        ("nguyen van an bi bat di cai o dau", ["nguyen", "van an"]),
        ("gọi em số 0912 345 678 để tư vấn nhé", ["0912", "345", "678"]),
        ("sđt không chín một hai ba bốn năm sáu gọi lại", ["chín", "bốn", "sáu"]),
        ("gửi vào lan.hoa@gmail.com giúp em với", ["lan", "gmail"]),
        ("xem facebook.com/lan.hoa rồi trả lời em", ["lan", "hoa"]),
        ("nhắn @lanhoa99 hộ em chuyện cai nghiện", ["lanhoa"]),
        ("cccd 012345678901 mất thì đăng ký cai sao", ["0123"]),
        ("xe 29A-123.45 bị giữ vì dương tính thì sao", ["29A", "123", "45"]),
        ("nhà em số 12/5 đường Lê Lợi có chỗ cai không", ["12/5", "Lê", "Lợi"]),
        ("công an xã long hồ, tỉnh vĩnh long gọi em lên", ["long hồ", "vĩnh long"]),
        ("Con gái tôi ở Bến Tre hút cần sa phải làm sao", ["Bến", "Tre"]),
    ],
)  # fmt: skip
def test_what_could_tell_who_asked_is_taken_out(text: str, gone: list[str]) -> None:
    shown = editing.redact(text)
    assert shown is not None
    assert [part for part in gone if part in shown] == []


@pytest.mark.parametrize(
    "text",
    [
        "hiến máu sau cai có được không",
        "công an xã có được vào nhà không",
        "thuốc tên gì uống cho đỡ thèm",
        "uống Methadone có lái xe được không",
        "em 17 tuổi dương tính lần 2 thì sao",
        "họ thì sao ạ, tôi cần biết",
    ],
)
def test_a_question_without_anybody_in_it_stays_as_it_was(text: str) -> None:
    assert editing.redact(text) == text


@pytest.mark.parametrize("text", ["0912345678", "xin chào", "", "Nguyễn Văn An", "@lan", "ok ạ"])
def test_what_holds_no_question_is_not_kept(text: str) -> None:
    assert editing.redact(text) is None


def test_a_long_question_is_cut_to_two_hundred_characters() -> None:
    shown = editing.redact("hỏi về hiến máu sau cai " * 50)
    assert shown is not None
    assert len(shown) <= 200


async def test_the_same_question_is_counted_and_keeps_only_its_last_day(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        for day in (22, 23):
            await editing.note_question(
                session, "em tên Lan, hiến máu được không", "unanswered", None, date(2026, 11, day)
            )
        await editing.note_question(session, "0912345678", "unanswered", None, TODAY)
    async with sessions() as session:
        (row,) = await editing.questions(session)
    assert (row.text, row.reason, row.seen, row.day) == (
        "em tên … hiến máu được không", "unanswered", 2, TODAY
    )  # fmt: skip
    assert set(OpenQuestion.__table__.columns.keys()) == {
        "id", "text", "reason", "article", "day", "seen"
    }  # fmt: skip


@pytest.mark.parametrize("typed", [True, False])
async def test_unhelpful_article_is_kept_with_the_question_that_led_to_it(
    runtime: Runtime, typed: bool
) -> None:
    article = runtime.library.get("fines")
    assert article is not None
    async with runtime.sessions.begin() as session:
        person = Person(id=uuid4(), channel="web", pseudonym=b"p", data_key=b"", created_at=NOW)
        _, person.data_key = runtime.ring.new_data_key(str(person.id))
        session.add(person)
        await session.flush()
        conversation = Conversation(person_id=person.id, created_at=NOW)
        session.add(conversation)
        await session.flush()
        talk = await open_talk(session, runtime.ring, conversation.id)
        assert talk is not None
        asked = "hút cỏ ở quán bị phạt nhiêu, em ở Hà Nội" if typed else "Phạt tiền"
        menu = editing_menu() if not typed else Outbound("Chào bạn")
        await append(session, talk, "bot", [menu], NOW)
        await append(session, talk, "citizen", [Outbound(asked)], NOW)
        shown = render(article, TODAY, runtime.register)
        await append(session, talk, "bot", [shown], NOW)
        await append(session, talk, "citizen", [Outbound("Chưa đúng ý")], NOW)
        await editing.note_unhelpful(session, talk, "fines", runtime.library, TODAY)
    async with runtime.sessions() as session:
        (row,) = await editing.questions(session)
    assert row.text == ("hút cỏ ở quán bị phạt nhiêu, em ở" if typed else article.title)
    assert (row.reason, row.article) == ("not_helpful", "fines")


def editing_menu() -> Outbound:
    return Outbound("Bạn muốn biết điều gì?", (Button("Phạt tiền", "/answer fines"),))
