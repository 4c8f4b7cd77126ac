"""Single cells: what is not read at all, and how it is said what was understood."""

from __future__ import annotations

import unicodedata

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from referral_directory.places import Gazetteer
from tests.referral_directory.intake.test_planning import noted, of

pytestmark = pytest.mark.usefixtures("database_url")


async def test_a_cell_that_is_too_long_is_refused_unread(
    session: AsyncSession, gazetteer: Gazetteer
) -> None:
    for column, cell in (("Số ĐT", "0905123456 " * 190), ("Ghi chú", "a" * 2_001)):
        one = await of(session, gazetteer, {column: cell})
        assert [reason for _, reason in one.faults] == ["dài quá 2000 ký tự; hãy viết ngắn lại"]
        assert cell[:50] not in str(one.notes)
    decomposed = unicodedata.normalize("NFD", "Ấ" * 2_000)
    assert (await of(session, gazetteer, {"Ghi chú": decomposed})).fate == "new"


@pytest.mark.parametrize(
    ("more", "column", "said"),
    [
        ({"Loại hình": "Cai nghiện"}, "kind", "“Cai nghiện” hiểu là cơ sở cai nghiện"),
        ({"Tự nguyện": "k"}, "accepts_voluntary", "hiểu là không"),
        ({"Tình trạng": "giải thể"}, "status", "hiểu là không dùng nữa"),
        ({"Ngày nghỉ lễ": "làm việc"}, "holidays", "hiểu là mở"),
        ({"Ngôn ngữ": "Việt, Khmer"}, "languages", "hiểu là tiếng Việt, tiếng Khmer"),
        ({"Giờ làm việc": "T2-T6: 7h-17h"}, "hours", "hiểu là Thứ Hai đến thứ Sáu, 07:00 - 17:00"),
    ],
)
async def test_notes_speak_in_words_and_not_in_codes(
    session: AsyncSession, gazetteer: Gazetteer, more: dict[str, object], column: str, said: str
) -> None:
    assert said in noted(await of(session, gazetteer, more), column)
