"""Files that leave the directory: what stands in them, and that an import can take them back."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from referral_directory import export
from referral_directory.changes import save_all
from referral_directory.export import FORMATS, Wanted
from referral_directory.formulas import guarded, unguarded
from referral_directory.intake import plan
from referral_directory.places import Gazetteer
from referral_directory.public_rows import PUBLIC_TITLES
from referral_directory.reading import read_keys
from referral_directory.rows import NAMES, Row
from referral_directory.units import load_units
from tests.referral_directory.services import LAN, row

UNITS = load_units()
TODAY = date(2026, 11, 23)
EVERYTHING = Wanted(None)
PUBLIC = Wanted(TODAY)
FULL = row(
    "day-du",
    alternate_name="=cmd|' /C calc'!A0",
    description='hai dòng\ncó "ngoặc", phẩy; và chấm phẩy',
    eligibility="+84",
    substances="-heroin",
    reports_to="@ai",
    cost="'=1+1",
    address="số 5, đường Lê Lợi",
    latitude="13.79",
    longitude="109.15",
    phone="0256 3812345".replace(" ", "") + "; 0123",
    hours="MO-FR 07:30-11:30,13:30-17:00",
    holidays="closed",
    languages="vi; khm",
    minimum_age="16",
    accepts_voluntary="yes",
)
HIDDEN = [
    row("chua", reliability="unverified", verified_on="", verified_by="", verified_until=""),
    row("het-han", verified_on="2025-02-11", verified_until="2025-12-11"),
    row("ngay-mai", verified_on="2026-11-24"),
    row("nghi", status="temporarily closed"),
]
ELSEWHERE = row("ha-noi", commune_code="", province_code="01", kind="hospital")
NATION = row("duong-day", area="country", commune_code="", province_code="", kind="hotline_child")


async def written(session: AsyncSession, name: str, wanted: Wanted) -> bytes:
    file = io.BytesIO()
    await FORMATS[name].write(session, UNITS, wanted, file)
    return file.getvalue()


def lines_of(made: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(made.decode("utf-8-sig"), newline="")))


def cells_of(made: bytes) -> list[list[Any]]:
    sheet = openpyxl.load_workbook(io.BytesIO(made)).worksheets[0]
    return [[cell.value for cell in line] for line in sheet.iter_rows()]


async def fill(session: AsyncSession, *rows: Row) -> None:
    await save_all(session, rows, UNITS, LAN)


@pytest.mark.parametrize("name", ["csv", "xlsx"])
async def test_all_rows_come_back_unchanged_from_the_file(session: AsyncSession, name: str) -> None:
    await fill(session, FULL, ELSEWHERE, NATION, *HIDDEN)
    made = await written(session, name, EVERYTHING)
    if name == "csv":
        first, *lines = lines_of(made)
        back = [[unguarded(cell) for cell in line] for line in lines]
    else:
        first, *sheet = cells_of(made)
        back = [[unguarded(cell or "") for cell in line] for line in sheet]
    assert tuple(first) == NAMES
    kept = await read_keys(session, [line[0] for line in back])
    assert {line[0]: dict(zip(NAMES, line, strict=True)) for line in back} == kept
    assert len(kept) == 7
    assert kept["day-du"]["cost"] == "'=1+1"


@pytest.mark.parametrize("name", ["csv", "xlsx"])
async def test_an_import_finds_nothing_new_in_the_file(
    session: AsyncSession, gazetteer: Gazetteer, name: str
) -> None:
    await fill(session, FULL, ELSEWHERE, NATION, *HIDDEN)
    made = await written(session, name, EVERYTHING)
    planned = await plan(
        session,
        made,
        f"danh-ba.{name}",
        units=UNITS,
        gazetteer=gazetteer,
        source="",
        most_rows=99,
        today=TODAY,
    )
    assert [one.fate for one in planned.outcomes] == ["same"] * 7


@pytest.mark.parametrize("name", ["csv", "xlsx"])
async def test_the_public_sees_verified_rows_in_words_and_not_who_verified_them(
    session: AsyncSession, name: str
) -> None:
    await fill(session, FULL | {"verified_by": "bi-mat"}, NATION, *HIDDEN)
    made = await written(session, name, PUBLIC)
    first, *lines = lines_of(made) if name == "csv" else cells_of(made)
    assert first == list(PUBLIC_TITLES.values())
    assert [line[0] for line in lines] == ["day-du", "duong-day"]
    told = dict(zip(PUBLIC_TITLES, lines[0], strict=True))
    assert told["kind"] == "cơ sở cai nghiện"
    assert told["commune_code"] == "phường Quy Nhơn Tây"
    assert told["province_code"] == "tỉnh Gia Lai"
    assert told["languages"] == "tiếng Việt, tiếng Khmer"
    assert told["holidays"] == "nghỉ"
    assert "bi-mat" not in str(lines)


async def test_nothing_in_a_csv_begins_like_a_formula(session: AsyncSession) -> None:
    await fill(session, FULL)
    for wanted in (EVERYTHING, PUBLIC):
        made = await written(session, "csv", wanted)
        assert made.startswith(b"\xef\xbb\xbf")
        cells = [cell for line in lines_of(made) for cell in line]
        assert not [cell for cell in cells if cell[:1] in set("=+-@\t\r")]
        assert "'=cmd|' /C calc'!A0" in cells


async def test_a_workbook_holds_text_only(session: AsyncSession) -> None:
    await fill(session, FULL)
    made = await written(session, "xlsx", EVERYTHING)
    sheet = openpyxl.load_workbook(io.BytesIO(made)).worksheets[0]
    filled = [cell for cell in sheet[2] if cell.value is not None]
    assert {cell.data_type for cell in filled} == {"s"}
    assert {cell.number_format for cell in filled} == {"@"}
    by_name = dict(zip(NAMES, sheet[2], strict=True))
    assert by_name["alternate_name"].value == "'=cmd|' /C calc'!A0"
    assert by_name["phone"].value == "02563812345; 0123"


@given(st.text(alphabet="'=+-@\t\r\n1a", max_size=6))
def test_what_was_guarded_comes_back_whatever_it_was(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell
    assert guarded(cell)[:1] not in ("=", "+", "-", "@", "\t", "\r", "\n")


async def test_province_and_kind_choose_rows(session: AsyncSession) -> None:
    await fill(session, FULL, ELSEWHERE, NATION)

    async def keys(wanted: Wanted) -> list[str]:
        return [line[0] for line in lines_of(await written(session, "csv", wanted))[1:]]

    assert await keys(Wanted(TODAY, province="01")) == ["ha-noi"]
    assert await keys(Wanted(None, kind="hotline_child")) == ["duong-day"]
    assert await keys(Wanted(None, province="01", kind="hotline_child")) == []


async def test_every_row_is_written_once_over_many_batches(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "_AT_A_TIME", 3)
    await fill(session, *(row(f"so-{number}") for number in range(10)))
    found = [one["key"] async for some in export.batches(session, EVERYTHING) for one in some]
    assert found == sorted(f"so-{number}" for number in range(10))


async def test_a_map_has_public_points_and_says_which_are_only_the_communes_centre(
    session: AsyncSession,
) -> None:
    await fill(session, FULL, row("giua-xa"), ELSEWHERE, NATION, *HIDDEN)
    made = json.loads(await written(session, "geojson", PUBLIC))
    assert made["type"] == "FeatureCollection"
    features = {one["id"]: one for one in made["features"]}
    assert set(features) == {"day-du", "giua-xa"}
    assert features["day-du"]["geometry"] == {"type": "Point", "coordinates": [109.15, 13.79]}
    assert features["day-du"]["properties"]["approximate"] is False
    assert features["day-du"]["properties"]["phones"] == ["02563812345", "0123"]
    centre = UNITS.communes["21589"]
    assert features["giua-xa"]["geometry"]["coordinates"] == [centre.longitude, centre.latitude]
    assert features["giua-xa"]["properties"]["approximate"] is True
    assert "verified_by" not in features["day-du"]["properties"]


async def test_a_map_without_points_is_a_map_still(session: AsyncSession) -> None:
    made = json.loads(await written(session, "geojson", PUBLIC))
    assert made == {"type": "FeatureCollection", "features": []}
    with pytest.raises(ValueError, match="public"):
        await written(session, "geojson", EVERYTHING)
