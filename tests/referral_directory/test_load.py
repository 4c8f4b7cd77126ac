"""The seed comes in whole or not at all, as often as one likes."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from referral_directory.changes import save
from referral_directory.load import load_services
from referral_directory.reading import read_row
from referral_directory.rows import SEED
from referral_directory.tables import Address, DirectoryBase, Location, Phone, Service
from referral_directory.units import load_units
from tests.referral_directory.services import LAN, NOW

Change = Callable[[list[dict[str, str]]], None]


async def counts(session: AsyncSession) -> dict[str, int]:
    return {
        table.name: await session.scalar(select(func.count()).select_from(table)) or 0
        for table in DirectoryBase.metadata.sorted_tables
    }


def changed(folder: Path, change: Change) -> Path:
    with SEED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    change(rows)
    path = folder / "services.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return path


def of(rows: list[dict[str, str]], key: str) -> dict[str, str]:
    return next(row for row in rows if row["key"] == key)


async def test_loading_twice_is_loading_once(session: AsyncSession) -> None:
    first = await load_services(session, NOW)
    once = await counts(session)
    ids = set(await session.scalars(select(Service.id)))
    second = await load_services(session, NOW)
    assert first == second
    assert first.errors == ()
    assert once["service"] == first.loaded > 30
    assert await counts(session) == once
    assert set(await session.scalars(select(Service.id))) == ids


async def test_no_unverified_row_has_a_phone_or_an_address(session: AsyncSession) -> None:
    await load_services(session, NOW)
    phones = select(Phone.number).join(Service, Service.id == Phone.service_id)
    assert (await session.scalars(phones.where(Service.reliability == "unverified"))).all() == []
    addresses = (await session.scalars(select(Address.address_1))).all()
    assert addresses == ["ấp Kiên Hảo"]


async def test_a_row_at_a_commune_gets_its_centre(session: AsyncSession) -> None:
    await load_services(session, NOW)
    row = (
        await session.scalars(select(Location).where(Location.name.contains("số 2 tỉnh Gia Lai")))
    ).one()
    assert (row.commune, row.province) == ("phường Quy Nhơn Tây", "tỉnh Gia Lai")
    assert (row.latitude, row.longitude) == pytest.approx((13.75, 109.16), abs=0.1)


async def test_a_phone_taken_out_of_the_table_is_gone(
    session: AsyncSession, tmp_path: Path
) -> None:
    await load_services(session, NOW)

    def forget(rows: list[dict[str, str]]) -> None:
        of(rows, "hotline-111")["phone"] = ""

    assert (await load_services(session, NOW, changed(tmp_path, forget))).errors == ()
    numbers = (await session.scalars(select(Phone.number))).all()
    assert "111" not in numbers
    assert "115" in numbers


@pytest.mark.parametrize(
    ("key", "column", "value"),
    [
        ("vinh-long-rehab", "phone", "02703000000"),
        ("vinh-long-rehab", "address", "ấp 1"),
        ("vinh-long-rehab", "reliability", "sure"),
        ("vinh-long-rehab", "kind", "rehab"),
        ("vinh-long-rehab", "name", ""),
        ("vinh-long-rehab", "province_code", "99"),
        ("vinh-long-rehab", "source_date", "18/06/2017"),
        ("vinh-long-rehab", "accepts_voluntary", "maybe"),
        ("gia-lai-rehab-2", "commune_code", "29602"),
        ("gia-lai-rehab-2", "source_url", "baogialai.com.vn"),
        ("gia-lai-rehab-2", "verified_until", "2031-01-01"),
        ("gia-lai-rehab-2", "verified_by", ""),
        ("emergency-115", "phone", "115, 113"),
        ("hotline-ngay-mai", "hours", "1pm"),
        ("emergency-115", "key", "emergency-113"),
    ],
)
async def test_one_bad_cell_gives_one_line_and_nothing_is_loaded(
    session: AsyncSession, tmp_path: Path, key: str, column: str, value: str
) -> None:
    def spoil(rows: list[dict[str, str]]) -> None:
        of(rows, key)[column] = value

    report = await load_services(session, NOW, changed(tmp_path, spoil))
    assert report.loaded == 0
    assert report.errors
    assert all(error.startswith("line ") for error in report.errors)
    assert set((await counts(session)).values()) == {0}


async def test_every_wrong_row_has_its_own_line(session: AsyncSession, tmp_path: Path) -> None:
    def spoil(rows: list[dict[str, str]]) -> None:
        rows[0]["kind"] = "?"
        rows[4]["name"] = ""

    report = await load_services(session, NOW, changed(tmp_path, spoil))
    assert [error.split(":")[0] for error in report.errors] == ["line 2, kind", "line 6, name"]


async def test_a_file_that_is_no_such_table_is_refused_in_one_line(
    session: AsyncSession, tmp_path: Path
) -> None:
    path = tmp_path / "services.csv"
    for content in (b"name,phone\nx,1\n", b"\xff\xfe\x00k", b""):
        path.write_bytes(content)
        report = await load_services(session, NOW, path)
        assert (report.loaded, len(report.errors)) == (0, 1)


async def test_a_row_that_an_editor_verified_stays_whole(
    session: AsyncSession, directory: None, tmp_path: Path
) -> None:
    before = await read_row(session, "gia-lai-rehab-2")
    assert before is not None
    checked = {"verified_on": "2026-11-23", "verified_by": "lan", "verified_until": "2027-11-23"}
    edited = before | {"phone": "02563822117"} | checked
    await save(session, edited, load_units(), LAN)

    def rename(rows: list[dict[str, str]]) -> None:
        of(rows, "gia-lai-rehab-2")["description"] = "chưa ai xem"

    assert (await load_services(session, NOW, changed(tmp_path, rename))).errors == ()
    assert await read_row(session, "gia-lai-rehab-2") == edited


async def test_cells_of_seed_and_editor_that_contradict_each_other_leave_the_editors(
    session: AsyncSession, directory: None, tmp_path: Path
) -> None:
    row = await read_row(session, "vinh-long-rehab")
    assert row is not None
    edited = row | {"commune_code": "29602", "province_code": "86"}
    await save(session, edited, load_units(), LAN)

    def move(rows: list[dict[str, str]]) -> None:
        of(rows, "vinh-long-rehab")["province_code"] = "92"

    assert (await load_services(session, NOW, changed(tmp_path, move))).errors == ()
    assert await read_row(session, "vinh-long-rehab") == edited


async def test_a_new_seed_still_changes_what_nobody_edited(
    session: AsyncSession, directory: None, tmp_path: Path
) -> None:
    row = await read_row(session, "gia-lai-rehab-2")
    assert row is not None
    await save(session, row | {"phone": "02563822117"}, load_units(), LAN)

    def rename(rows: list[dict[str, str]]) -> None:
        of(rows, "gia-lai-rehab-2")["description"] = "mới"

    assert (await load_services(session, NOW, changed(tmp_path, rename))).errors == ()
    after = await read_row(session, "gia-lai-rehab-2")
    assert after == row | {"phone": "02563822117", "description": "mới"}
