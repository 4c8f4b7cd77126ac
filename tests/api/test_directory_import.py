"""Bringing a file into the directory at the console."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api.console.directory import importing
from bot.tables import AuditRow
from referral_directory.changes import Author, history, save
from referral_directory.reading import read_keys, read_row
from referral_directory.rows import NAMES
from referral_directory.tables import WaitingFile
from referral_directory.units import load_units
from referral_directory.waiting_files import forget_old
from tests.api.conftest import Enter
from tests.referral_directory.intake.files import HEADING, LINE, xlsx
from tests.referral_directory.services import row

pytestmark = pytest.mark.usefixtures("cheap_passwords")
Sessions = async_sessionmaker[AsyncSession]
KEY = "tram-y-te-quy-nhon-tay-21589"
WRONG = ["2", "Chợ", "Siêu thị", "", "Quy Nhơn", "Gia Lai", ""]
AT = "/console/directory/import"


async def bring(
    keeper: httpx.AsyncClient, data: bytes, name: str = "ds.xlsx", source: str = "Sở Y tế"
) -> httpx.Response:
    return await keeper.post(AT, files={"file": (name, data)}, data={"source": source})


def mark_in(page: str) -> str:
    found = re.search(r'name="mark" value="([0-9a-f]{64})"', page)
    assert found
    return found[1]


async def test_a_file_is_looked_at_first_and_then_written(enter: Enter, sessions: Sessions) -> None:
    keeper = await enter("directory")
    assert 'type="file"' in (await keeper.get(AT)).text
    brought = await bring(keeper, xlsx([["DANH SÁCH"], HEADING, LINE]))
    assert brought.status_code == 303
    at = brought.headers["location"]
    page = (await keeper.get(at)).text
    assert "Trạm y tế Quy Nhơn Tây" in page
    assert "Ghi 1 dòng" in page
    async with sessions() as session:
        assert await read_row(session, KEY) is None
    written = await keeper.post(at, data={"mark": mark_in(page)})
    assert written.headers["location"] == f"{AT}?written=1"
    assert "Đã ghi 1 dòng" in (await keeper.get(written.headers["location"])).text
    async with sessions() as session:
        (change,) = await history(session, KEY)
        assert (change.author.by, change.author.reason) == ("directory", "nhập tệp ds.xlsx")
        assert await session.scalar(select(func.count()).select_from(WaitingFile)) == 0
        assert "import directory" in (await session.scalars(select(AuditRow.action))).all()
    assert (await keeper.get(at)).status_code == 404


async def test_refused_rows_are_shown_by_column_and_left_out_only_on_purpose(
    enter: Enter, sessions: Sessions
) -> None:
    keeper = await enter("directory")
    at = (await bring(keeper, xlsx([HEADING, LINE, WRONG]))).headers["location"]
    page = (await keeper.get(at)).text
    assert "C: Loại hình" in page
    report = await keeper.get(f"{at}/report.csv")
    assert report.headers["content-type"].startswith("text/csv")
    assert "bị từ chối" in report.text
    kept = await keeper.post(at, data={"mark": mark_in(page)})
    assert kept.status_code == 422
    async with sessions() as session:
        assert await read_row(session, KEY) is None
    done = await keeper.post(at, data={"mark": mark_in(page), "skip_refused": "yes"})
    assert done.headers["location"] == f"{AT}?written=1"
    async with sessions() as session:
        assert await read_row(session, KEY) is not None


async def test_a_directory_that_changed_since_is_shown_again_and_not_written(
    enter: Enter, sessions: Sessions
) -> None:
    keeper = await enter("directory")
    at = (await bring(keeper, xlsx([HEADING, LINE]))).headers["location"]
    mark = mark_in((await keeper.get(at)).text)
    async with sessions.begin() as session:
        theirs = row(KEY, name=LINE[1], phone="0987654321")
        await save(session, theirs, load_units(), Author("lan", datetime.now(UTC)))
    again = await keeper.post(at, data={"mark": mark})
    assert again.status_code == 409
    assert "xem lại" in again.text
    assert "thành chưa xác minh" in again.text
    async with sessions() as session:
        found = await read_row(session, KEY)
        assert found is not None
        assert found["phone"] == "0987654321"
    assert (await keeper.post(at, data={"mark": mark_in(again.text)})).status_code == 303


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ds.xls", "Save As"),
        (b"a,b\n1,2\n", "ds.csv", "dòng tiêu đề"),
        (b"", "ds.csv", "trống"),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused_in_one_line_and_not_kept(
    enter: Enter, sessions: Sessions, data: bytes, name: str, said: str
) -> None:
    keeper = await enter("directory")
    refused = await bring(keeper, data, name)
    assert refused.status_code == 422
    assert said in refused.text
    assert 'value="Sở Y tế"' in refused.text or name == "ds.xls" or data == b""
    async with sessions() as session:
        assert await session.scalar(select(func.count()).select_from(WaitingFile)) == 0


async def test_files_too_long_or_missing_are_refused(
    enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = await enter("directory")
    monkeypatch.setattr(importing, "MOST_ROWS", 1)
    assert "hơn 1 dòng" in (await bring(keeper, xlsx([HEADING, LINE, WRONG]))).text
    monkeypatch.setattr(importing, "MOST_BYTES", 1_000)
    monkeypatch.setattr(importing, "_BESIDE_THE_FILE", 1_000)
    too_big = await bring(keeper, bytes(3_000))
    assert too_big.status_code == 422
    assert "lớn quá" in too_big.text
    assert (await keeper.post(AT, data={"source": "a"})).status_code == 422
    assert (await keeper.post(AT, files={"other": ("a.csv", b"a")})).status_code == 422


async def test_a_waiting_file_is_sealed_for_one_person_and_one_hour(
    enter: Enter, sessions: Sessions
) -> None:
    keeper, admin = await enter("directory"), await enter("admin")
    data = "Tên cơ sở,Tỉnh\nNhà tạm lánh,Gia Lai\n".encode()
    at = (await bring(keeper, data, "bi-mat.csv")).headers["location"]
    async with sessions() as session:
        sealed = await session.scalar(select(WaitingFile.sealed))
    assert sealed
    for words in ("Nhà tạm lánh".encode(), b"bi-mat", "Sở".encode()):
        assert words not in sealed
    assert (await admin.get(at)).status_code == 404
    assert (await admin.post(at, data={"mark": "0"})).status_code == 404
    assert (await keeper.get(f"{AT}/{uuid4()}")).status_code == 404
    assert (await keeper.get(f"{AT}/none")).status_code == 404
    async with sessions.begin() as session:
        old = datetime.now(UTC) - timedelta(hours=1, minutes=1)
        await session.execute(update(WaitingFile).values(brought_at=old))
    assert (await keeper.get(at)).status_code == 404
    async with sessions.begin() as session:
        await forget_old(session, datetime.now(UTC))
        assert await session.scalar(select(func.count()).select_from(WaitingFile)) == 0


async def test_a_second_file_takes_the_place_of_the_first_and_may_be_dropped(
    enter: Enter, sessions: Sessions
) -> None:
    keeper = await enter("directory")
    first = (await bring(keeper, xlsx([HEADING, LINE]))).headers["location"]
    second = (await bring(keeper, xlsx([HEADING, LINE]))).headers["location"]
    assert (await keeper.get(first)).status_code == 404
    assert (await keeper.post(f"{second}/drop")).headers["location"] == AT
    async with sessions() as session:
        assert await session.scalar(select(func.count()).select_from(WaitingFile)) == 0


async def test_the_dry_run_says_in_words_what_citizens_will_see(
    enter: Enter, sessions: Sessions
) -> None:
    keeper = await enter("directory")
    days = [(datetime.now(UTC) + timedelta(days=n)).date().isoformat() for n in (-2, 30)]
    vouched = row("a", verified_on=days[0], verified_until=days[1])
    at = (await bring(keeper, xlsx([list(NAMES), list(vouched.values())]))).headers["location"]
    page = (await keeper.get(at)).text
    assert "1 dòng sẽ hiện với người dân" in page
    assert "lấy xác minh ghi trong tệp" in page
    others = [[*HEADING, "Xác minh", "Ngày xác minh"], [*LINE, "đã xác minh", "20/11/2026"]]
    others[1][2] = "Cai nghiện"
    at = (await bring(keeper, xlsx(others))).headers["location"]
    page = (await keeper.get(at)).text
    assert "hiểu là cơ sở cai nghiện" in page
    assert "rehab_centre" not in page
    assert "hiện với người dân" not in page


@pytest.mark.parametrize("page", ["x", "-1", "0", "9999999999", "²", ""])
async def test_a_page_that_is_no_number_is_read_kindly(enter: Enter, page: str) -> None:
    keeper = await enter("directory")
    at = (await bring(keeper, xlsx([HEADING, LINE]))).headers["location"]
    shown = await keeper.get(at, params={"page": page})
    assert shown.status_code == 200
    assert LINE[1] in shown.text
    assert (await keeper.get(AT, params={"written": page})).status_code == 200


async def test_a_long_dry_run_is_shown_page_by_page(
    enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "A_PAGE", 2)
    keeper = await enter("directory")
    lines = [[str(n), f"Trạm y tế số {n}", *LINE[2:]] for n in range(5)]
    at = (await bring(keeper, xlsx([HEADING, *lines]))).headers["location"]
    assert "Trang 1 trên 3" in (await keeper.get(at)).text
    last = (await keeper.get(f"{at}?fate=new&page=3")).text
    assert "Trạm y tế số 4" in last
    assert "Trạm y tế số 0" not in last


async def test_two_imports_at_once_write_every_row_once(enter: Enter, sessions: Sessions) -> None:
    import asyncio

    keepers = [await enter("directory"), await enter("admin")]
    data = xlsx([HEADING, LINE])
    at = [(await bring(keeper, data)).headers["location"] for keeper in keepers]
    marks = [mark_in((await k.get(a)).text) for k, a in zip(keepers, at, strict=True)]
    done = await asyncio.gather(
        *(k.post(a, data={"mark": m}) for k, a, m in zip(keepers, at, marks, strict=True))
    )
    assert sorted(one.status_code for one in done) == [303, 409]
    async with sessions() as session:
        assert len(await history(session, KEY)) == 1
        assert set(await read_keys(session, [KEY])) == {KEY}
