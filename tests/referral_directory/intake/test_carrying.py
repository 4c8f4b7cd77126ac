"""From a plan into the directory: all of it or nothing, and never over somebody's newer work."""

from __future__ import annotations

import csv
import io

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from referral_directory.changes import Author, history, save
from referral_directory.intake import (
    ChangedMeanwhile,
    RowsRefused,
    carry_out,
    report_csv,
    summary,
)
from referral_directory.places import Gazetteer
from referral_directory.reading import read_keys, read_row
from referral_directory.units import load_units
from tests.referral_directory.intake.files import HEADING, LINE, planned, xlsx
from tests.referral_directory.services import LAN, NOW, row

BY = Author("minh", NOW, "nhập tệp ds.xlsx")
SECOND = ["2", "Trạm y tế Quy Nhơn", "Trạm y tế", "", "Quy Nhơn", "Gia Lai", "0905123456"]
WRONG = ["3", "Chợ", "Siêu thị", "", "Quy Nhơn", "Gia Lai", "=1+1"]
KEYS = ("tram-y-te-quy-nhon-tay-21589", "tram-y-te-quy-nhon-21583")


async def test_all_rows_are_written_with_their_history(
    session: AsyncSession, gazetteer: Gazetteer
) -> None:
    plan = await planned(session, gazetteer, xlsx([HEADING, LINE, SECOND]))
    assert await carry_out(session, plan, load_units(), BY) == 2
    assert set(await read_keys(session, KEYS)) == set(KEYS)
    (change,) = await history(session, KEYS[0])
    assert (change.created, change.author) == (True, BY)


async def test_the_same_file_again_changes_nothing_and_an_edited_one_its_rows(
    session: AsyncSession, gazetteer: Gazetteer
) -> None:
    units = load_units()
    plan = await planned(session, gazetteer, xlsx([HEADING, LINE, SECOND]))
    await carry_out(session, plan, units, BY)
    again = await planned(session, gazetteer, xlsx([HEADING, LINE, [*SECOND[:6], "0905000000"]]))
    assert [one.fate for one in again.outcomes] == ["same", "changed"]
    assert await carry_out(session, again, units, BY) == 1
    found = await read_row(session, KEYS[1])
    assert found is not None
    assert found["phone"] == "0905000000"


async def test_one_refused_row_keeps_all_out_unless_it_is_left_out(
    session: AsyncSession, gazetteer: Gazetteer
) -> None:
    plan = await planned(session, gazetteer, xlsx([HEADING, LINE, WRONG]))
    with pytest.raises(RowsRefused):
        await carry_out(session, plan, load_units(), BY)
    assert await read_keys(session, KEYS) == {}
    assert await carry_out(session, plan, load_units(), BY, skip_refused=True) == 1
    assert set(await read_keys(session, KEYS)) == {KEYS[0]}


@pytest.mark.parametrize("was_there", [True, False])
async def test_a_row_changed_since_the_plan_stops_everything(
    sessions: async_sessionmaker[AsyncSession], gazetteer: Gazetteer, was_there: bool
) -> None:
    units = load_units()
    theirs = row(KEYS[1], name=SECOND[1], commune_code="21583")
    async with sessions.begin() as other:
        if was_there:
            await save(other, theirs, units, LAN)
    async with sessions() as session:
        plan = await planned(session, gazetteer, xlsx([HEADING, LINE, SECOND]))
    async with sessions.begin() as other:
        await save(other, theirs | {"phone": "0987654321"}, units, LAN)
    async with sessions.begin() as session:
        with pytest.raises(ChangedMeanwhile, match="Trạm y tế Quy Nhơn"):
            await carry_out(session, plan, units, BY)
    async with sessions() as session:
        found = await read_keys(session, KEYS)
    assert set(found) == {KEYS[1]}
    assert found[KEYS[1]]["phone"] == "0987654321"


async def test_a_failure_late_in_a_long_file_leaves_nothing_behind(
    sessions: async_sessionmaker[AsyncSession],
    gazetteer: Gazetteer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("referral_directory.intake.planning._AT_A_TIME", 1)
    units = load_units()
    async with sessions() as session:
        plan = await planned(session, gazetteer, xlsx([HEADING, LINE, SECOND]))
    async with sessions.begin() as other:
        await save(other, row(KEYS[1]), units, LAN)
    async with sessions.begin() as session:
        with pytest.raises(ChangedMeanwhile):
            await carry_out(session, plan, units, BY)
    async with sessions() as session:
        assert set(await read_keys(session, KEYS)) == {KEYS[1]}


async def test_plans_are_the_same_only_while_they_would_do_the_same(
    session: AsyncSession, gazetteer: Gazetteer
) -> None:
    data = xlsx([HEADING, LINE])
    first = await planned(session, gazetteer, data)
    assert first.mark == (await planned(session, gazetteer, data)).mark
    await carry_out(session, first, load_units(), BY)
    assert first.mark != (await planned(session, gazetteer, data)).mark


async def test_the_report_names_row_column_and_title_and_holds_no_formula(
    session: AsyncSession, gazetteer: Gazetteer
) -> None:
    evil = ["4", "=cmd", "Trạm y tế", "- a", "Quy Nhơn", "Gia Lai", "0256.3822117"]
    plan = await planned(
        session, gazetteer, xlsx([["DANH SÁCH"], HEADING, LINE, WRONG, evil, ["Tổng cộng"]])
    )
    lines = list(csv.reader(io.StringIO(report_csv(plan))))
    assert {line[0] for line in lines} == {"dòng", "3", "4", "5", "6"}
    faults = {(line[0], line[4], line[5]): line[7] for line in lines if line[6] == "từ chối"}
    assert "ghi một trong" in faults["4", "C", "Loại hình"]
    assert "công thức" in faults["4", "G", "Số ĐT"]
    assert "công thức" in faults["5", "B", "Tên cơ sở"]
    assert any(line[0] == "6" and line[1] == "bỏ qua" for line in lines)
    assert not [cell for line in lines for cell in line if cell.startswith(("=", "+", "-", "@"))]


async def test_the_summary_tells_counts_faults_and_what_was_written(
    session: AsyncSession, gazetteer: Gazetteer
) -> None:
    plan = await planned(session, gazetteer, xlsx([HEADING, LINE, WRONG]))
    told = summary(plan, written=False)
    assert "1 dòng thêm mới" in told
    assert "dòng 3, cột C (Loại hình)" in told
    assert "Chưa ghi dòng nào" in told
    assert "Đã ghi 1 dòng" in summary(plan, written=True)
