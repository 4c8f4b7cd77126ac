"""What a file may change of rows that are known, and who vouches for them afterwards."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from referral_directory.changes import save
from referral_directory.places import Gazetteer
from referral_directory.rows import NAMES
from referral_directory.units import load_units
from tests.referral_directory.intake.files import only, planned, xlsx
from tests.referral_directory.intake.test_planning import noted
from tests.referral_directory.services import LAN, row

pytestmark = pytest.mark.usefixtures("database_url")
_NOBODY = {"verified_on": "", "verified_by": "", "verified_until": ""}


async def test_empty_cells_erase_nothing_and_a_key_finds_its_row(
    session: AsyncSession, gazetteer: Gazetteer
) -> None:
    await save(
        session,
        row("a", address="12 Lê Lợi", reliability="unverified", **_NOBODY),
        load_units(),
        LAN,
    )
    rows = [["Mã dòng", "Tên cơ sở", "Địa chỉ", "Số ĐT"], ["a", "Cơ sở a", "", "0905123456"]]
    one = only(await planned(session, gazetteer, xlsx(rows)))
    assert (one.fate, one.withdrawn) == ("changed", False)
    assert (one.row()["address"], one.row()["phone"]) == ("12 Lê Lợi", "0905123456")
    assert (one.row()["source_name"], one.row()["source_url"]) == ("Sở Y tế Gia Lai", "")


async def test_a_verified_row_that_changes_waits_to_be_verified_again(
    session: AsyncSession, gazetteer: Gazetteer
) -> None:
    await save(session, row("a", phone="0905000000"), load_units(), LAN)
    rows = [["Mã dòng", "Tên cơ sở", "Số ĐT"], ["a", "Cơ sở a", "0905123456"]]
    found = await planned(session, gazetteer, xlsx(rows))
    one = only(found)
    assert (one.withdrawn, found.withdrawn) == (True, 1)
    assert one.row()["reliability"] == "unverified"
    assert one.row()["verified_on"] == ""
    assert "Điện thoại" in noted(one, "reliability")


async def test_a_verified_row_stays_so_where_nothing_that_people_use_changes(
    session: AsyncSession, gazetteer: Gazetteer
) -> None:
    await save(session, row("a", phone="0905123456"), load_units(), LAN)
    heading = ["Mã dòng", "Tên cơ sở", "Số ĐT", "Tên cũ"]
    one = only(
        await planned(session, gazetteer, xlsx([heading, ["a", "Cơ sở a", "0905.123.456", "B"]]))
    )
    assert (one.fate, one.withdrawn, one.row()["reliability"]) == ("changed", False, "verified")
    same = only(
        await planned(session, gazetteer, xlsx([heading, ["a", "Cơ sở a", "0905.123.456", ""]]))
    )
    assert same.fate == "same"


@pytest.mark.parametrize(
    ("verified_on", "reliability"), [("2026-02-11", "unverified"), ("2026-11-20", "verified")]
)
async def test_only_a_newer_verification_in_the_file_keeps_a_changed_row_verified(
    session: AsyncSession, gazetteer: Gazetteer, verified_on: str, reliability: str
) -> None:
    known = row("a", phone="0905000000")
    await save(session, known, load_units(), LAN)
    brought = known | {"phone": "0905123456", "verified_on": verified_on}
    one = only(await planned(session, gazetteer, xlsx([list(NAMES), list(brought.values())])))
    assert (one.fate, one.row()["reliability"]) == ("changed", reliability)
