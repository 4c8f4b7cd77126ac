"""The leaflet of a commune: what a person reads on paper, and what a telephone reads from it."""

from __future__ import annotations

import io
import unicodedata
from dataclasses import replace
from datetime import date, timedelta

import pypdf
import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from sqlalchemy.ext.asyncio import AsyncSession

from referral_directory.changes import save_all
from referral_directory.leaflet import (
    LONGEST_URL,
    communes_called,
    holds_until,
    leaflet,
    services_for,
    title_of,
)
from referral_directory.places import Gazetteer, Place
from referral_directory.units import load_units
from tests.referral_directory.services import LAN, NOW, QUY_NHON, row

pytestmark = pytest.mark.usefixtures("directory")
TODAY = date(2026, 11, 23)
CHAT = "https://diemtua.example/"
UNVERIFIED = {
    "reliability": "unverified",
    "verified_on": "",
    "verified_by": "",
    "verified_until": "",
}


@pytest.fixture(scope="module")
def place(gazetteer: Gazetteer) -> Place:
    found = gazetteer.by_code(QUY_NHON)
    assert found is not None
    return found


async def printed(session: AsyncSession, place: Place, *cells: dict[str, str]) -> bytes:
    await save_all(session, cells, load_units(), LAN)
    services = await services_for(session, place, NOW)
    return leaflet(services, title_of(place), CHAT, TODAY)


def pages_of(made: bytes) -> list[str]:
    pages = pypdf.PdfReader(io.BytesIO(made)).pages
    texts = (" ".join(page.extract_text().split()) for page in pages)
    return [unicodedata.normalize("NFC", text) for text in texts]


def seen(made: bytes) -> Image.Image:
    """The first page as a copier's lens sees it."""
    page = pypdfium2.PdfDocument(made)[0]
    return page.render(scale=150 / 72, grayscale=True).to_pil()


async def test_numbers_police_places_and_days_stand_on_one_page(
    session: AsyncSession, place: Place
) -> None:
    near = row(
        "gan",
        name="Phòng khám Nghĩa Hưởng, đường Nguyễn Huệ",
        kind="substitution_treatment",
        address="số 5, đường Nguyễn Huệ",
        phone="02563812345",
        hours="MO-FR 07:30-11:30",
        verified_until="2027-01-15",
    )
    (text,) = pages_of(await printed(session, place, near))
    assert "Phường Quy Nhơn Tây, tỉnh Gia Lai" in text
    for number in ("115", "113", "114", "112", "111"):
        assert number in text
    assert "Công an xã, phường nơi bạn cư trú" in text
    assert "Luật 120/2025/QH15, Điều 31" in text
    assert "Phòng khám Nghĩa Hưởng, đường Nguyễn Huệ. ĐT: 02563812345" in text
    assert "số 5, đường Nguyễn Huệ, phường Quy Nhơn Tây, tỉnh Gia Lai" in text
    assert "báo Gia Lai (baogialai.com.vn), 11/02/2026, xác minh đến 15/01/2027" in text
    assert "In ngày 23/11/2026. Đúng đến ngày 15/01/2027" in text
    assert CHAT in text


async def test_what_nobody_vouches_for_is_not_on_it(session: AsyncSession, place: Place) -> None:
    hidden = [
        row("chua", name="Chưa ai xác minh", **UNVERIFIED),
        row("het-han", name="Đã hết hạn", verified_on="2025-02-11", verified_until="2026-02-11"),
        row("nghi", name="Đã đóng cửa", status="inactive"),
        row("to-giac", name="Số tố giác", kind="hotline_crime_tip", phone="0769040404"),
        row("cap-cuu-la", name="Số lạ", kind="emergency", area="country", phone="0123456789")
        | {"commune_code": "", "province_code": "", **UNVERIFIED},
    ]
    (text,) = pages_of(await printed(session, place, *hidden))
    for name in ("Chưa ai xác minh", "Đã hết hạn", "Đã đóng cửa", "0769040404", "0123456789"):
        assert name not in text
    assert "Chưa có nơi nào gần đây đã được xác minh" not in text, "the seed has one here"
    assert "cách chưa tới 1 km (tính đến trung tâm xã, phường)" in text


async def test_emergency_numbers_stay_when_all_else_has_run_out_and_say_so(
    session: AsyncSession, place: Place
) -> None:
    later = NOW + timedelta(days=800)
    services = await services_for(session, place, later)
    assert services.near == services.lines == services.by_law == ()
    assert holds_until(services) is None
    (text,) = pages_of(leaflet(services, title_of(place), CHAT, later.date()))
    assert "115" in text
    assert "lâu rồi chưa kiểm tra lại" in text
    assert "Chưa có nơi nào gần đây đã được xác minh" in text
    assert "Đúng đến" not in text


async def test_a_kind_wanted_is_told_though_eight_others_are_nearer(
    session: AsyncSession, place: Place
) -> None:
    near = [row(f"gan-{number}", kind="legal_aid") for number in range(9)]
    far = row(
        "xa", name="Methadone ở xa", kind="substitution_treatment", commune_code="", address=""
    ) | {"commune_code": "23563"}
    text = " ".join(pages_of(await printed(session, place, *near, far)))
    assert "Methadone ở xa" in text
    assert text.count("Cơ sở gan-") == 7, "the seed's own is the eighth"


async def test_what_does_not_fit_goes_to_a_second_page_in_one_piece(
    session: AsyncSession, place: Place
) -> None:
    long = [
        row(f"gan-{number}", name=f"Cơ sở số {number} {'dài ' * 60}", address="đường " * 30)
        for number in range(7)
    ]
    pages = pages_of(await printed(session, place, *long))
    assert len(pages) == 2
    assert "trang 2" in pages[1]
    for number in range(7):
        (page,) = (page for page in pages if f"Cơ sở số {number} " in page)
        after = page.split(f"Cơ sở số {number} ")[1].split("Cơ sở số")[0]
        assert "Nguồn: báo Gia Lai" in after
    assert all("In ngày 23/11/2026" in page for page in pages)


@pytest.mark.parametrize("url", [CHAT, "https://tuvan.example/" + "a" * (LONGEST_URL - 22)])
async def test_a_telephone_reads_the_code_from_the_printed_page(
    session: AsyncSession, place: Place, url: str
) -> None:
    made = leaflet(await services_for(session, place, NOW), title_of(place), url, TODAY)
    (read,) = zxingcpp.read_barcodes(seen(made))
    assert read.text == url


async def test_an_address_too_long_for_paper_is_refused(
    session: AsyncSession, place: Place
) -> None:
    services = await services_for(session, place, NOW)
    with pytest.raises(ValueError, match="200"):
        leaflet(services, title_of(place), CHAT + "a" * LONGEST_URL, TODAY)


async def test_the_typeface_is_in_the_file_and_decomposed_letters_are_composed(
    session: AsyncSession, place: Place
) -> None:
    apart = replace(place, name=unicodedata.normalize("NFD", "phường Mỹ Phước Đệ"))
    services = await services_for(session, apart, NOW)
    made = leaflet(services, title_of(apart), CHAT, TODAY)
    reader = pypdf.PdfReader(io.BytesIO(made))
    assert "Phường Mỹ Phước Đệ" in reader.pages[0].extract_text()
    fonts = reader.pages[0]["/Resources"]["/Font"].values()  # type: ignore[index]
    for font in fonts:
        inner = font.get_object()["/DescendantFonts"][0].get_object()
        assert "/FontFile2" in inner["/FontDescriptor"].get_object()


def test_a_commune_is_called_by_its_name_its_code_or_a_name_of_several(
    gazetteer: Gazetteer,
) -> None:
    assert [one.code for one in communes_called(gazetteer, QUY_NHON)] == [QUY_NHON]
    called = communes_called(gazetteer, "phường Quy Nhơn Tây, Gia Lai")
    assert [one.code for one in called] == [QUY_NHON]
    assert len(communes_called(gazetteer, "Tân Phú")) > 1
    assert communes_called(gazetteer, "tỉnh Gia Lai") == []
    assert communes_called(gazetteer, "không có đâu cả") == []
