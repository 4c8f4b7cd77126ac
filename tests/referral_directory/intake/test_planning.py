"""A whole file to a plan: every row's fate, what was repaired, and what is refused where."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from referral_directory.changes import save
from referral_directory.export import Wanted, batches
from referral_directory.intake import Outcome, planning
from referral_directory.places import Gazetteer
from referral_directory.rows import COLUMNS, NAMES
from referral_directory.tables import Service
from referral_directory.units import load_units
from tests.referral_directory.intake.files import (
    HEADING,
    LINE,
    TODAY,
    csv_text,
    only,
    planned,
    xlsx,
)
from tests.referral_directory.services import LAN, row

pytestmark = pytest.mark.usefixtures("database_url")


async def of(
    session: AsyncSession, gazetteer: Gazetteer, more: dict[str, object], base: bool = True
) -> Outcome:
    """The fate of the ordinary line with other or more cells."""
    cells: dict[str, object] = dict(zip(HEADING, LINE, strict=True)) if base else {}
    cells |= more
    return only(await planned(session, gazetteer, xlsx([list(cells), list(cells.values())])))


def noted(one: Outcome, column: str) -> str:
    return "; ".join(note for name, note in one.notes if name == column)


def wrong(one: Outcome) -> dict[str, str]:
    return dict(one.faults)


async def test_a_plain_list_becomes_an_unverified_row_and_nothing_is_written(
    session: AsyncSession, gazetteer: Gazetteer
) -> None:
    found = await planned(session, gazetteer, xlsx([HEADING, LINE]))
    one = only(found)
    assert (one.fate, one.faults, one.key) == ("new", (), "tram-y-te-quy-nhon-tay-21589")
    cells = one.row()
    assert cells["commune_code"] == "21589"
    assert cells["province_code"] == "52"
    assert cells["phone"] == "02563822117"
    assert cells["kind"] == "hospital"
    assert (cells["latitude"], cells["longitude"]) == ("", "")
    assert cells["reliability"] == "unverified"
    assert cells["source_name"] == "Sở Y tế Gia Lai"
    assert cells["organization"] == cells["name"]
    assert await session.scalar(select(func.count()).select_from(Service)) == 0


async def test_old_units_become_new_ones_and_the_old_name_is_kept(
    session: AsyncSession, gazetteer: Gazetteer
) -> None:
    old = {"Xã/Phường": "Phước Lộc", "Huyện/Quận": "Tuy Phước", "Tỉnh/TP": "Bình Định"}
    one = await of(session, gazetteer, old)
    assert one.row()["commune_code"] == "21952"
    assert one.row()["former_unit"] == "xã Phước Lộc, huyện Tuy Phước, tỉnh Bình Định"
    assert "nay là xã Tuy Phước, tỉnh Gia Lai" in noted(one, "commune_code")


async def test_the_commune_may_stand_in_the_address(
    session: AsyncSession, gazetteer: Gazetteer
) -> None:
    address = "12 Trần Phú, P. Trần Phú, TP Quy Nhơn, Bình Định"
    one = await of(session, gazetteer, {"Xã/Phường": "", "Tỉnh/TP": "", "Địa chỉ": address})
    assert (one.row()["commune_code"], one.row()["address"]) == ("21583", "12 Trần Phú")


async def test_the_province_may_stand_in_the_title_alone(
    session: AsyncSession, gazetteer: Gazetteer
) -> None:
    rows = [
        ["DANH SÁCH TRẠM Y TẾ TỈNH GIA LAI"],
        ["Tên cơ sở", "Phường"],
        ["Trạm y tế", "Quy Nhơn Tây"],
    ]
    found = await planned(session, gazetteer, xlsx(rows))
    assert only(found).row()["commune_code"] == "21589"
    assert any("ghi trong tiêu đề" in remark for remark in found.remarks)


@pytest.mark.parametrize(
    ("more", "column", "said"),
    [
        ({"Xã/Phường": "Tân Phú", "Tỉnh/TP": ""}, "commune", "có thể là: "),
        ({"Xã/Phường": ""}, "commune", "địa chỉ cần tên xã"),
        ({"Xã/Phường": "", "Huyện/Quận": "Tuy Phước"}, "commune", "xã Tuy Phước Đông"),
        ({"Tỉnh/TP": "Gia Lào"}, "province", "không có tỉnh"),
        ({"Loại hình": "Siêu thị"}, "kind", "cơ sở cai nghiện; "),
        ({"Số ĐT": "056 3822117"}, "phone", "2017"),
        ({"Giờ làm việc": "T2: 17h-7h"}, "hours", "không sau"),
        ({"Vĩ độ": "13.78", "Kinh độ": ""}, "latitude", "cả vĩ độ lẫn kinh độ"),
        ({"Vĩ độ": "21.03", "Kinh độ": "105.85"}, "latitude", "cách trung tâm"),
        ({"Vĩ độ": "13.78", "Kinh độ": "109.75"}, "latitude", "ngoài biển"),
        ({"Vĩ độ": "48.85", "Kinh độ": "2.35"}, "latitude", "ngoài Việt Nam"),
        ({"Toạ độ": "gần chợ"}, "point", "hai tọa độ"),
        ({"Tự nguyện": "tuỳ"}, "accepts_voluntary", "có, không"),
        ({"Ngày cập nhật": "31/02/2026"}, "source_date", "không phải ngày"),
        ({"Số ĐT": "=1+1"}, "phone", "công thức"),
        ({"Ghi chú": '=HYPERLINK("http://a")'}, "description", "công thức"),
        ({"Ghi chú": "a\u202eb"}, "description", "ký tự điều khiển"),
        ({"Email": "không @ có"}, "email", "không phải địa chỉ email"),
        ({"Mã xã": "99999"}, "commune_code", "không phải mã xã"),
    ],
)
async def test_what_cannot_be_is_refused_at_its_column(
    session: AsyncSession, gazetteer: Gazetteer, more: dict[str, object], column: str, said: str
) -> None:
    one = await of(session, gazetteer, more)
    assert one.fate == "refused"
    assert said in wrong(one)[column]
    assert len(one.faults) == 1, one.faults


@pytest.mark.parametrize(
    ("more", "column", "cell", "said"),
    [
        ({"Số ĐT": "+84 905 123 456"}, "phone", "0905123456", "sửa cách viết"),
        ({"Số ĐT": 905123456}, "phone", "0905123456", "thêm số 0"),
        ({"Vĩ độ": 109.219, "Kinh độ": 13.782}, "latitude", "13.782", "ghi ngược"),
        ({"Toạ độ": "13°46'55\"N, 109°13'08\"E"}, "point", "", "viết lại"),
        ({"Giờ làm việc": "T2-T6: 7h-17h"}, "hours", "MO-FR 07:00-17:00", "hiểu là"),
        ({"Giờ làm việc": "giờ hành chính"}, "hours", "", "giữ nguyên lời"),
        ({"Tự nguyện": "x"}, "accepts_voluntary", "yes", "hiểu là có"),
        ({"Ngôn ngữ": "tiếng Việt, tiếng Khmer"}, "languages", "vi; khm", "hiểu là"),
        ({"Trang web": "www.syt.vn"}, "website", "http://www.syt.vn", "http://"),
        (
            {"Loại hình": "", "Tên cơ sở": "Cơ sở cai nghiện số 2"},
            "kind",
            "rehab_centre",
            "theo tên",
        ),
        ({"Tình trạng": "Đang hoạt động"}, "status", "active", "hiểu là"),
        ({"Mã xã": 21589, "Mã tỉnh": "52"}, "commune_code", "21589", ""),
        ({"Ngày cập nhật": "11/02/2026"}, "source_date", "2026-02-11", ""),
    ],
)
async def test_what_can_be_understood_is_repaired_and_said(
    session: AsyncSession,
    gazetteer: Gazetteer,
    more: dict[str, object],
    column: str,
    cell: str,
    said: str,
) -> None:
    one = await of(session, gazetteer, more)
    assert one.faults == ()
    assert one.row().get(column, "") == cell
    assert said in noted(one, column)


async def test_words_for_hours_are_not_lost(session: AsyncSession, gazetteer: Gazetteer) -> None:
    one = await of(
        session, gazetteer, {"Giờ làm việc": "giờ hành chính", "Ghi chú": "- Khám\n- Tư vấn"}
    )
    assert one.row()["description"] == "- Khám\n- Tư vấn\nGiờ làm việc: giờ hành chính"


async def test_a_formula_counts_only_in_a_column_that_is_read(
    session: AsyncSession, gazetteer: Gazetteer
) -> None:
    assert (await of(session, gazetteer, {"STT": "=ROW()-1", "Mã bưu điện": "=A1"})).fate == "new"


@pytest.mark.parametrize("cell", ["=cmd|'/C calc'!A0", "@SUM(A1)", "+1+cmd|' /C calc'!A0", "-2+3"])
async def test_csv_cells_that_look_like_formulas_are_refused(
    session: AsyncSession, gazetteer: Gazetteer, cell: str
) -> None:
    data = csv_text([[*HEADING, "Ghi chú"], [*LINE, cell]], ";").encode()
    one = only(await planned(session, gazetteer, data, "ds.csv"))
    assert "giống công thức" in wrong(one)["description"]


async def test_control_characters_are_refused(session: AsyncSession, gazetteer: Gazetteer) -> None:
    data = csv_text([HEADING, [*LINE[:3], "12\x07 Lê Lợi", *LINE[4:]]]).encode()
    assert "điều khiển" in wrong(only(await planned(session, gazetteer, data, "ds.csv")))["address"]


async def test_a_row_standing_twice_is_refused_the_second_time(
    session: AsyncSession, gazetteer: Gazetteer
) -> None:
    found = await planned(session, gazetteer, xlsx([HEADING, LINE, LINE]))
    assert [one.fate for one in found.outcomes] == ["new", "refused"]
    assert "dòng 2" in wrong(found.outcomes[1])["key"]


async def test_a_list_without_any_source_is_refused(
    session: AsyncSession, gazetteer: Gazetteer
) -> None:
    from referral_directory.intake import plan

    data = xlsx([HEADING, LINE])
    found = await plan(
        session,
        data,
        "a.xlsx",
        units=load_units(),
        gazetteer=gazetteer,
        source=" ",
        most_rows=9,
        today=TODAY,
    )
    assert "ghi nguồn khi nhập" in wrong(only(found))["source_name"]


async def test_our_own_export_comes_back_unchanged(
    session: AsyncSession, gazetteer: Gazetteer, directory: None
) -> None:
    odd = row(
        "odd",
        phone="0438221178; 113",
        description="=1+1\n- một  hai",
        address="12, phường Quy Nhơn Tây, Gia Lai",
        hours="MO,WE 07:00-11:00; SU 08:00-24:00",
        latitude="13.75",
        longitude="109.15",
        cost="miễn phí",
        languages="vi; khm",
    )
    await save(session, odd, load_units(), LAN)
    rows = [one async for batch in batches(session, Wanted(None)) for one in batch]
    for heading in (list(NAMES), [column.title for column in COLUMNS]):
        guarded = [
            [f"'{c}" if c.startswith(("=", "-")) else c for c in one.values()] for one in rows
        ]
        found = await planned(session, gazetteer, xlsx([heading, *guarded]))
        assert [
            (one.key, one.faults, one.notes) for one in found.outcomes if one.fate != "same"
        ] == []
        assert len(found.outcomes) == len(rows)


async def test_a_new_row_like_one_we_know_is_pointed_out(
    session: AsyncSession, gazetteer: Gazetteer
) -> None:
    await save(session, row("a", name=LINE[1]), load_units(), LAN)
    one = only(await planned(session, gazetteer, xlsx([HEADING, LINE])))
    assert "mã a" in noted(one, "key")


async def test_a_long_name_has_a_key_of_its_own(
    session: AsyncSession, gazetteer: Gazetteer
) -> None:
    names = ["Trung tâm " + "y tế dự phòng " * 8 + end for end in ("một", "hai")]
    rows = [HEADING, *([LINE[0], name, *LINE[2:]] for name in names)]
    found = await planned(session, gazetteer, xlsx(rows))
    assert [one.fate for one in found.outcomes] == ["new", "new"]
    assert len({one.key for one in found.outcomes}) == 2


async def test_the_event_loop_goes_on_while_a_file_is_judged(
    session: AsyncSession, gazetteer: Gazetteer, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = threading.get_ident()
    seen: dict[str, int] = {}
    for name in ("_drafts", "merge", "judge"):
        real = getattr(planning, name)

        def spied(*given: Any, name: str = name, real: Any = real, **named: Any) -> Any:
            seen[name] = threading.get_ident()
            return real(*given, **named)

        monkeypatch.setattr(planning, name, spied)
    await planned(session, gazetteer, xlsx([HEADING, LINE]))
    assert set(seen) == {"_drafts", "merge", "judge"}
    assert here not in seen.values()


async def test_the_register_of_units_is_made_once(
    session: AsyncSession, gazetteer: Gazetteer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await planned(session, gazetteer, xlsx([HEADING, LINE]))
    monkeypatch.setattr(planning, "Register", None)
    assert only(await planned(session, gazetteer, xlsx([HEADING, LINE]))).fate == "new"
