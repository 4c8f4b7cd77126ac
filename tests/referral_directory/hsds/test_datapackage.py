"""The data package of the public directory."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import frictionless
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from referral_directory.changes import save_all
from referral_directory.hsds.datapackage import write_datapackage
from referral_directory.units import load_units
from tests.referral_directory.hsds.varied import varied_rows
from tests.referral_directory.services import LAN, NOW, row

TODAY = NOW.date()


@pytest.fixture
async def filled(session: AsyncSession) -> AsyncSession:
    """A directory of rows of every sort."""
    units = load_units()
    await save_all(session, varied_rows(60, units, TODAY), units, LAN)
    return session


async def package(session: AsyncSession) -> bytes:
    file = io.BytesIO()
    await write_datapackage(session, file, TODAY)
    return file.getvalue()


def table(of: bytes, name: str) -> list[dict[str, str]]:
    with zipfile.ZipFile(io.BytesIO(of)) as archive:
        return list(csv.DictReader(io.StringIO(archive.read(f"{name}.csv").decode())))


async def test_frictionless_accepts_it(filled: AsyncSession, tmp_path: Path) -> None:
    file = tmp_path / "vn-referral.zip"
    file.write_bytes(await package(filled))
    report = frictionless.validate(str(file), type="package")
    assert report.flatten(["type", "message"]) == []
    assert report.valid
    assert report.stats["tasks"] == 15


async def test_frictionless_would_see_a_wrong_cell(filled: AsyncSession, tmp_path: Path) -> None:
    whole = await package(filled)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        archive.extractall(tmp_path)
    services = tmp_path / "services.csv"
    services.write_text(services.read_text("utf-8").replace("active", "active,\n", 1), "utf-8")
    report = frictionless.validate(str(tmp_path / "datapackage.json"))
    assert not report.valid


async def test_every_service_has_its_organization_and_place(filled: AsyncSession) -> None:
    whole = await package(filled)
    services = table(whole, "services")
    organizations = {one["id"] for one in table(whole, "organizations")}
    places = {one["id"] for one in table(whole, "locations")}
    assert services
    assert {one["organization_id"] for one in services} == organizations
    assert {one["location_id"] for one in table(whole, "service_at_location")} == places
    assert {one["link_id"] for one in table(whole, "attributes")} == {one["id"] for one in services}


async def test_only_public_rows_are_in_it_and_no_login(session: AsyncSession) -> None:
    units = load_units()
    hidden = {
        "reliability": "unverified",
        "verified_on": "",
        "verified_by": "",
        "verified_until": "",
    }
    rows = [
        row("shown", verified_by="lan.nguyen"),
        row("unverified", **hidden),
        row("lapsed", verified_on="2025-01-01", verified_until="2025-12-31"),
    ]
    await save_all(session, rows, units, LAN)
    whole = await package(session)
    assert [one["key"] for one in table(whole, "services")] == ["shown"]
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        text = "".join(archive.read(name).decode() for name in archive.namelist())
    assert "lan.nguyen" not in text
    assert "lapsed" not in text


async def test_the_same_directory_gives_the_same_bytes(filled: AsyncSession) -> None:
    assert await package(filled) == await package(filled)


async def test_the_description_tells_the_profile_apart(filled: AsyncSession) -> None:
    whole = await package(filled)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        described = json.loads(archive.read("datapackage.json"))
    services = next(one for one in described["resources"] if one["name"] == "services")
    fields = {field["name"]: field for field in services["schema"]["fields"]}
    assert fields["verified_until"]["type"] == "date"
    assert fields["asks_identity"]["description"]
    assert "organization" not in fields
