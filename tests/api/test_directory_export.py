"""The page for files of the directory and leaflets: who may take what, and what they get."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile

import openpyxl
import pypdf
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.tables import AuditRow
from referral_directory.rows import NAMES
from tests.api.conftest import Enter

Sessions = async_sessionmaker[AsyncSession]
PAGE = "/console/directory/export"
pytestmark = pytest.mark.usefixtures("cheap_passwords", "directory")


async def actions(sessions: Sessions) -> list[str]:
    async with sessions() as session:
        return list((await session.scalars(select(AuditRow.action))).all())


async def test_a_counsellor_takes_what_citizens_may_see_and_is_not_asked_for_more(
    enter: Enter, sessions: Sessions
) -> None:
    counsellor = await enter("counsellor")
    page = await counsellor.get(PAGE)
    assert page.status_code == 200
    assert 'name="scope"' not in page.text
    assert 'aria-current="page">Tải về' in page.text
    answer = await counsellor.post(PAGE, data={"format": "csv"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(
        r'attachment; filename="danh-ba-\d{4}-\d\d-\d\d\.csv"',
        answer.headers["content-disposition"],
    )
    first, *lines = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert first[:2] == ["Mã dòng", "Tên"]
    assert lines
    assert "export directory" not in await actions(sessions)


async def test_all_rows_are_for_keepers_and_leave_a_line_in_the_audit(
    enter: Enter, sessions: Sessions
) -> None:
    form = {"format": "xlsx", "scope": "all"}
    supervisor = await enter("supervisor")
    assert (await supervisor.post(PAGE, data=form)).status_code == 403
    assert "export directory" not in await actions(sessions)
    keeper = await enter("directory")
    assert 'value="all"' in (await keeper.get(PAGE)).text
    answer = await keeper.post(PAGE, data=form)
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert tuple(cell.value for cell in sheet[1]) == NAMES
    assert "unverified" in [cell.value for cell in sheet["AF"]]
    assert (await actions(sessions)).count("export directory") == 1


async def test_what_cannot_be_had_is_said_and_what_was_chosen_stays(
    enter: Enter, sessions: Sessions
) -> None:
    keeper = await enter("directory")
    for form in (
        {"format": "geojson", "scope": "all"},
        {"format": "hsds", "kind": "hospital"},
        {"format": "docx"},
        {"format": "csv", "province": "99"},
        {"format": "csv", "kind": "x"},
    ):
        answer = await keeper.post(PAGE, data=form)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
    assert (
        'value="geojson" checked'
        in (await keeper.post(PAGE, data={"format": "geojson", "kind": "x"})).text
    )
    assert "export directory" not in await actions(sessions)


async def test_a_map_and_a_data_package(enter: Enter) -> None:
    counsellor = await enter("counsellor")
    made = await counsellor.post(PAGE, data={"format": "geojson", "province": "52"})
    assert made.headers["content-type"] == "application/geo+json"
    assert "danh-ba-52-" in made.headers["content-disposition"]
    assert all(
        one["properties"]["province"] == "tỉnh Gia Lai" for one in json.loads(made.text)["features"]
    )
    package = await counsellor.post(PAGE, data={"format": "hsds"})
    assert "datapackage.json" in zipfile.ZipFile(io.BytesIO(package.content)).namelist()


async def test_a_leaflet_is_made_by_the_communes_name(enter: Enter) -> None:
    counsellor = await enter("counsellor")
    answer = await counsellor.get(
        f"{PAGE}/leaflet", params={"place": "phường Quy Nhơn Tây, Gia Lai"}
    )
    assert answer.headers["content-type"] == "application/pdf"
    assert 'filename="to-roi-21589.pdf"' in answer.headers["content-disposition"]
    text = pypdf.PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert "Phường Quy Nhơn Tây, tỉnh Gia Lai" in text
    assert "http://desk/" in text


async def test_an_ambiguous_name_brings_choices_that_lead_to_leaflets(enter: Enter) -> None:
    counsellor = await enter("counsellor")
    page = await counsellor.get(f"{PAGE}/leaflet", params={"place": "Tân Phú"})
    assert page.status_code == 422
    links = re.findall(r'href="(/console/directory/export/leaflet\?code=\d{5})"', page.text)
    assert len(links) > 1
    assert 'value="Tân Phú"' in page.text
    assert (await counsellor.get(links[0])).headers["content-type"] == "application/pdf"


@pytest.mark.parametrize("place", ["", "không có đâu cả", "<script>alert(1)</script>", "\x00"])
async def test_a_name_of_no_commune_says_how_to_write_one(enter: Enter, place: str) -> None:
    counsellor = await enter("counsellor")
    page = await counsellor.get(f"{PAGE}/leaflet", params={"place": place})
    assert page.status_code == 422
    assert "Hãy ghi tên xã, phường kèm tỉnh" in page.text
    assert "<script>alert" not in page.text
