"""The pages on which reports about the directory are decided and duplicates made one."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.suggestion_tables import Suggestion
from bot.tables import AuditRow
from referral_directory import merging
from referral_directory.changes import history, save_all
from referral_directory.reading import read_row
from referral_directory.units import load_units
from tests.api.conftest import Enter
from tests.referral_directory.services import LAN, row

pytestmark = pytest.mark.usefixtures("cheap_passwords")
Sessions = async_sessionmaker[AsyncSession]
REPORT = "/console/directory/rows/anh-duong/report"
PAIR = "/console/directory/duplicates/anh-duong/hoa-mai"
ONE = row("anh-duong", name="Phòng khám Ánh Dương", phone="0256111222")
OTHER = row("hoa-mai", name="Phòng khám Hoa Mai", phone="0256111222", cost="miễn phí")


@pytest.fixture
async def two_rows(app: FastAPI, sessions: Sessions) -> None:
    async with sessions.begin() as session:
        await save_all(session, [ONE, OTHER], load_units(), LAN)


async def kept(sessions: Sessions) -> list[Suggestion]:
    async with sessions() as session:
        return list(await session.scalars(select(Suggestion)))


@pytest.mark.usefixtures("two_rows")
async def test_a_counsellor_reports_an_editor_decides_and_the_counsellor_sees_it(
    enter: Enter, sessions: Sessions
) -> None:
    counsellor, keeper = await enter("counsellor"), await enter("directory")
    sent = {"what": "phone", "words": "Gọi ba lần không ai nghe"}
    reported = await counsellor.post(REPORT, data=sent)
    assert reported.status_code == 303
    page = (await counsellor.get(reported.headers["location"])).text
    assert "Đã gửi góp ý" in page
    assert "Đang chờ kiểm tra" in page
    assert "Kết quả kiểm tra" not in page
    (one,) = await kept(sessions)
    assert b"nghe" not in one.sealed
    page = (await keeper.get("/console/directory/reports")).text
    for words in (
        "Gọi ba lần không ai nghe",
        "0256111222",
        "rows/anh-duong/edit",
        "Counsellor báo",
    ):
        assert words in page
    decide = f"/console/directory/reports/{one.id}/decide"
    form = {"outcome": "unconfirmed", "answer": "Giờ trưa họ nghỉ"}
    assert (await keeper.post(decide, data=form)).status_code == 303
    late = await keeper.post(decide, data={"outcome": "accepted"})
    assert late.status_code == 409
    assert "Đồng nghiệp vừa xử lý" in late.text
    page = (await counsellor.get("/console/directory/reports")).text
    assert "Chưa xác nhận được" in page
    assert "Giờ trưa họ nghỉ" in page
    async with sessions() as session:
        actions = (await session.scalars(select(AuditRow.action))).all()
    assert {"report directory row", "decide directory report"} <= set(actions)


@pytest.mark.usefixtures("two_rows")
@pytest.mark.parametrize("words", ["", "   ", "x" * 1001])
async def test_a_report_without_words_or_with_too_many_is_not_kept(
    enter: Enter, sessions: Sessions, words: str
) -> None:
    counsellor = await enter("counsellor")
    assert (await counsellor.post(REPORT, data={"words": words})).status_code == 422
    assert await kept(sessions) == []


@pytest.mark.usefixtures("two_rows")
async def test_a_report_or_an_outcome_that_cannot_be_is_refused(enter: Enter) -> None:
    keeper = await enter("directory")
    unknown = REPORT.replace("anh-duong", "nowhere")
    assert (await keeper.post(unknown, data={"words": "sai"})).status_code == 404
    await keeper.post(REPORT, data={"words": "sai", "what": "nonsense"})
    page = (await keeper.get("/console/directory/reports")).text
    decide = page.split('action="/console/directory/reports/')[1].split('"')[0]
    refused = await keeper.post(f"/console/directory/reports/{decide}", data={"outcome": "maybe"})
    assert refused.status_code == 422
    assert "Bạn chọn một kết quả" in refused.text


@pytest.mark.usefixtures("two_rows")
async def test_a_pair_is_shown_compared_and_made_one_and_its_reports_move(
    enter: Enter, sessions: Sessions
) -> None:
    keeper = await enter("directory")
    await keeper.post("/console/directory/rows/hoa-mai/report", data={"words": "số cũ"})
    page = (await keeper.get("/console/directory/duplicates")).text
    assert 'data-pair="anh-duong hoa-mai"' in page
    assert "Chung số 0256111222" in page
    page = (await keeper.get(PAIR)).text
    assert 'data-cell="name"' in page
    assert 'data-cell="phone"' not in page
    form = {"seen": merging.fingerprint(ONE, OTHER), "cell-cost": "lose", "reason": "một nơi"}
    assert (await keeper.post(f"{PAIR}/merge", data=form)).status_code == 303
    async with sessions() as session:
        keep, lose = await read_row(session, "anh-duong"), await read_row(session, "hoa-mai")
        past = await history(session, "anh-duong")
    assert keep is not None
    assert lose is not None
    assert (keep["name"], keep["cost"]) == ("Phòng khám Ánh Dương", "miễn phí")
    assert lose["status"] == "defunct"
    assert past[0].author.by == "directory"
    assert past[0].author.reason == "gộp hoa-mai vào anh-duong. một nơi"
    assert [one.row_key for one in await kept(sessions)] == ["anh-duong"]
    again = await keeper.post(f"{PAIR}/merge", data=form)
    assert again.status_code == 409
    assert "vừa được người khác sửa" in again.text
    assert "data-pair" not in (await keeper.get("/console/directory/duplicates")).text


@pytest.mark.usefixtures("two_rows")
async def test_a_pair_said_to_be_two_places_is_not_shown_again(enter: Enter) -> None:
    keeper = await enter("directory")
    gone = await keeper.post(f"{PAIR}/apart", data={"province": "52"})
    assert gone.headers["location"].endswith("province=52")
    page = (await keeper.get(gone.headers["location"])).text
    assert "data-pair" not in page
    assert "Đã ghi hai dòng này không trùng" in page


async def test_cells_that_nobody_checked_are_not_put_into_a_verified_row(
    enter: Enter, sessions: Sessions
) -> None:
    keeper = await enter("directory")
    doubtful = OTHER | {"reliability": "unverified", "verified_on": ""}
    doubtful |= {"verified_by": "", "verified_until": ""}
    async with sessions.begin() as session:
        await save_all(session, [ONE, doubtful], load_units(), LAN)
    form = {"seen": merging.fingerprint(ONE, doubtful), "cell-cost": "lose"}
    refused = await keeper.post(f"{PAIR}/merge", data=form)
    assert refused.status_code == 422
    assert "Chi phí lấy từ dòng chưa ai xác minh" in refused.text
    assert (await keeper.post(f"{PAIR}/merge", data=form | {"checked": "yes"})).status_code == 303


@pytest.mark.usefixtures("two_rows")
async def test_pages_of_pairs_that_cannot_be_are_not_found(enter: Enter) -> None:
    keeper = await enter("directory")
    for pair in ("anh-duong/anh-duong", "anh-duong/nowhere", "nowhere/hoa-mai"):
        assert (await keeper.get(f"/console/directory/duplicates/{pair}")).status_code == 404
    everywhere = await keeper.get("/console/directory/duplicates?province=all")
    assert 'data-pair="anh-duong hoa-mai"' in everywhere.text
