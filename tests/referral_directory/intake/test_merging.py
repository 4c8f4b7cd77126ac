"""What a file may change of rows that are known, and who vouches for them afterwards."""

from __future__ import annotations

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from referral_directory.changes import save
from referral_directory.intake import summary
from referral_directory.places import Gazetteer
from referral_directory.rows import NAMES, TITLES, VERIFICATION
from referral_directory.units import load_units
from tests.referral_directory.intake.files import HEADING, LINE, only, planned, xlsx
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


VOUCHED = {
    "Xác minh": "đã xác minh",
    "Ngày xác minh": "11/02/2026",
    "Xác minh bởi": "Lan",
    "Hạn xác minh": "11/02/2027",
}


def ours(**cells: str) -> bytes:
    """One row under all of our own headings."""
    return xlsx([list(NAMES), list(row("a", **cells).values())])


async def test_a_list_of_others_verifies_nothing(
    session: AsyncSession, gazetteer: Gazetteer
) -> None:
    for titles in (list(VOUCHED), [TITLES[name] for name in VERIFICATION]):
        lines = [[*HEADING, *titles], [*LINE, *VOUCHED.values()]]
        found = await planned(session, gazetteer, xlsx(lines))
        one = only(found)
        assert (one.fate, one.row()["reliability"], one.shown) == ("new", "unverified", False)
        assert {one.row()[name] for name in _NOBODY} == {""}
        assert found.shown == 0
    assert "chỉ tệp đủ các cột" in noted(one, "reliability")


async def test_a_list_of_others_does_not_verify_a_row_that_is_known(
    session: AsyncSession, gazetteer: Gazetteer
) -> None:
    await save(session, row("a", reliability="unverified", **_NOBODY), load_units(), LAN)
    rows = [
        ["Mã dòng", "Tên cơ sở", "Số ĐT", *(TITLES[name] for name in VERIFICATION)],
        ["a", "Cơ sở a", "0905123456", "đã xác minh", "11/02/2026", "Lan", "11/02/2027"],
    ]
    one = only(await planned(session, gazetteer, xlsx(rows)))
    assert (one.fate, one.row()["reliability"]) == ("changed", "unverified")


async def test_a_file_of_ours_brings_its_verification_and_the_plan_says_who_will_see_it(
    session: AsyncSession, gazetteer: Gazetteer
) -> None:
    found = await planned(session, gazetteer, ours())
    one = only(found)
    assert (one.row()["reliability"], one.shown, found.shown) == ("verified", True, 1)
    assert "lấy xác minh ghi trong tệp" in noted(one, "reliability")
    assert "người dân sẽ thấy" in noted(one, "reliability")
    assert "1 dòng sẽ hiện với người dân" in summary(found, written=False)
    over = only(
        await planned(
            session, gazetteer, ours(verified_on="2025-02-11", verified_until="2025-12-11")
        )
    )
    assert (over.fate, over.row()["reliability"], over.shown) == ("new", "verified", False)


async def test_half_a_verification_of_ours_verifies_nothing(
    session: AsyncSession, gazetteer: Gazetteer
) -> None:
    one = only(await planned(session, gazetteer, ours(verified_by="")))
    assert (one.fate, one.row()["reliability"]) == ("new", "unverified")
    assert "thiếu ngày, người hoặc hạn" in noted(one, "reliability")


@pytest.mark.parametrize(
    ("verified_on", "fate"), [("2026-11-23", "new"), ("2026-11-24", "refused")]
)
async def test_nobody_verified_a_row_on_a_day_to_come(
    session: AsyncSession, gazetteer: Gazetteer, verified_on: str, fate: str
) -> None:
    data = ours(verified_on=verified_on, verified_until="2027-02-11")
    one = only(await planned(session, gazetteer, data))
    assert one.fate == fate
    assert ("verified_on", "ngày này chưa tới") in one.faults or fate == "new"
