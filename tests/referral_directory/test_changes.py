"""Every change is written whole, kept in the history, and can be taken back."""

from __future__ import annotations

import csv
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from referral_directory.changes import (
    Author,
    BadRow,
    Cell,
    ChangedSince,
    history,
    latest_changes,
    save,
    save_all,
    undo,
)
from referral_directory.reading import read_keys, read_row
from referral_directory.rows import NAMES, SEED
from referral_directory.tables import Metadata, Phone, Service, ServiceAtLocation
from referral_directory.units import load_units
from tests.referral_directory.services import LAN, NOW, row

UNITS = load_units()
LATER = Author("minh", NOW + timedelta(hours=1), "gọi hỏi lại")
FULL = row(
    "full",
    alternate_name="Trung tâm cũ",
    description="Cắt cơn",
    former_unit="huyện Tuy Phước",
    address="12 Lê Lợi",
    latitude="13.76",
    longitude="109.17",
    phone="02563822117; 115",
    hours="MO-FR 07:30-11:30,13:30-17:00; SA 08:00-11:00",
    holidays="closed",
    languages="vi; bdq",
    minimum_age="16",
    maximum_age="60",
    accepts_voluntary="yes",
    accepts_compulsory="no",
    eligibility="Người trong tỉnh",
    substances="heroin",
    cost="miễn phí",
    accessibility="Có lối xe lăn",
    asks_identity="no",
    reports_to="không ai",
    email="hoi@example.org",
    website="https://example.org",
    legal_basis="Luật 120/2025/QH15, Điều 31",
)


async def test_every_cell_comes_back_as_it_was_written(session: AsyncSession) -> None:
    assert all(FULL[name] for name in NAMES if name != "area")
    by_law = row("law", area="commune", commune_code="", province_code="")
    plain = row("plain", commune_code="")
    await save_all(session, [FULL, by_law, plain], UNITS, LAN)
    expected = {"full": FULL, "law": by_law, "plain": plain}
    found = await read_keys(session, ["full", "law", "plain", "none"])
    assert found == expected


async def test_the_seed_comes_back_as_it_stands_in_its_file(
    session: AsyncSession, directory: None
) -> None:
    with SEED.open(encoding="utf-8", newline="") as file:
        seed = {line["key"]: line for line in csv.DictReader(file)}
    assert await read_keys(session, seed) == seed


async def test_another_way_of_writing_the_same_is_no_change(session: AsyncSession) -> None:
    await save(
        session, row("a", latitude="13.760", longitude="109.17", phone="115;113"), UNITS, LAN
    )
    same = row("a", latitude="13.76", longitude="109.170", phone="115; 113 ", hours="")
    assert await save(session, same, UNITS, LATER) is None


async def test_a_key_that_stands_twice_is_refused(session: AsyncSession) -> None:
    with pytest.raises(BadRow, match="hai lần"):
        await save_all(session, [row("a"), row("a", phone="115")], UNITS, LAN)


async def test_what_did_not_change_leaves_no_history(session: AsyncSession) -> None:
    await save(session, row("a"), UNITS, LAN)
    assert await save(session, row("a"), UNITS, LATER) is None
    assert len(await history(session, "a")) == 1


async def test_history_tells_each_cell_who_when_and_why(session: AsyncSession) -> None:
    await save(session, row("a", phone="111222333"), UNITS, LAN)
    await save(session, row("a", phone="444555666", hours="24/7"), UNITS, LATER)
    newest, first = await history(session, "a")
    assert first.created
    assert newest.author == LATER
    assert newest.cells == (
        Cell("phone", "111222333", "444555666"),
        Cell("hours", "", "24/7"),
    )
    assert [change.id for change in await latest_changes(session, 1)] == [newest.id]


async def test_undo_gives_back_what_was_and_is_itself_history(session: AsyncSession) -> None:
    await save(session, row("a", phone="111222333"), UNITS, LAN)
    change = await save(session, row("a", phone="444555666"), UNITS, LATER)
    assert change is not None
    await undo(session, change.id, UNITS, Author("lan", NOW + timedelta(hours=2)))
    assert (await read_row(session, "a") or {})["phone"] == "111222333"
    assert (await session.scalars(select(Phone.number))).all() == ["111222333"]
    assert len(await history(session, "a")) == 3


async def test_undo_of_a_new_row_takes_it_out_of_use(session: AsyncSession) -> None:
    change = await save(session, row("a"), UNITS, LAN)
    assert change is not None
    await undo(session, change.id, UNITS, LATER)
    assert (await read_row(session, "a") or {})["status"] == "defunct"
    assert (await session.scalars(select(ServiceAtLocation.shown_until))).all() == [None]


async def test_undo_refuses_where_somebody_changed_the_cell_since(session: AsyncSession) -> None:
    await save(session, row("a", phone="111222333"), UNITS, LAN)
    change = await save(session, row("a", phone="444555666"), UNITS, LATER)
    await save(session, row("a", phone="777888999"), UNITS, LATER)
    assert change is not None
    with pytest.raises(ChangedSince) as refused:
        await undo(session, change.id, UNITS, LAN)
    assert refused.value.columns == ("phone",)
    with pytest.raises(KeyError):
        await undo(session, uuid4(), UNITS, LAN)


async def test_one_bad_row_of_many_writes_none(session: AsyncSession) -> None:
    with pytest.raises(BadRow) as refused:
        await save_all(session, [row("a"), row("b", phone="abc")], UNITS, LAN)
    assert [column for column, _ in refused.value.faults] == ["phone"]
    assert await session.scalar(select(func.count()).select_from(Service)) == 0
    assert await session.scalar(select(func.count()).select_from(Metadata)) == 0


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("key", "Có Dấu"),
        ("name", ""),
        ("kind", "trại"),
        ("status", "open"),
        ("area", "province"),
        ("commune_code", "99999"),
        ("commune_code", "29602"),
        ("province_code", "99"),
        ("latitude", "13,76"),
        ("latitude", "109.17"),
        ("phone", "0256 382"),
        ("phone", "0256382211; 0256382211"),
        ("hours", "MO-FR 8h-17h"),
        ("hours", "MO 17:00-08:00"),
        ("hours", "XX 08:00-17:00"),
        ("holidays", "maybe"),
        ("languages", "klingon"),
        ("minimum_age", "mười sáu"),
        ("maximum_age", "5"),
        ("asks_identity", "có"),
        ("email", "a@b"),
        ("website", "example.org"),
        ("source_url", "javascript:alert(1)"),
        ("source_date", "11/02/2026"),
        ("source_date", "2026W07123"),
        ("verified_until", "2031-01-01"),
        ("verified_by", ""),
        ("reliability", "sure"),
        ("description", "x" * 2001),
        ("name", "a\x00b"),
    ],
)
async def test_a_wrong_cell_is_named(session: AsyncSession, column: str, cell: str) -> None:
    wrong = row("a", minimum_age="16", longitude="109.17", latitude="13.76") | {column: cell}
    with pytest.raises(BadRow) as refused:
        await save(session, wrong, UNITS, LAN)
    assert column in {name for name, _ in refused.value.faults}


async def test_a_point_far_from_its_commune_is_not_believed(session: AsyncSession) -> None:
    with pytest.raises(BadRow, match="cách trung tâm phường Quy Nhơn Tây"):
        await save(session, row("a", latitude="10.77", longitude="106.70"), UNITS, LAN)
