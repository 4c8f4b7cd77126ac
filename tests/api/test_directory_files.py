"""`diemtua directory export`, `leaflet` and `check`, as somebody types them."""

from __future__ import annotations

import asyncio
import csv
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import psycopg
import pypdf
import pytest
from click.testing import Result
from typer.testing import CliRunner

from api import database
from api.cli import app
from bot.errors import DiemTuaError
from bot.privacy import KeyRing
from referral_directory.changes import save_all
from referral_directory.rows import NAMES
from referral_directory.units import load_units
from tests.referral_directory.services import LAN, row

Directory = Callable[..., Result]
URL = "https://tuvan.example/"


@pytest.fixture
def diemtua(
    directory: None, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Directory:
    KeyRing.fresh().save(tmp_path / "keyring.json")
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("DIEMTUA_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("DIEMTUA_PUBLIC_URL", raising=False)

    def run(*words: str | Path) -> Result:
        return CliRunner().invoke(app, ["directory", *map(str, words)])

    return run


def refused(result: Result) -> str:
    """The one line that the command prints."""
    assert isinstance(result.exception, DiemTuaError), result.output
    assert "\n" not in result.exception.line
    return result.exception.line


def add(url: str, *rows: dict[str, str]) -> None:
    async def go() -> None:
        engine, sessions = database.connect(url, 1)
        async with sessions.begin() as session:
            await save_all(session, rows, load_units(), LAN)
        await engine.dispose()

    asyncio.run(go())


def lines_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_every_format_is_written(diemtua: Directory, tmp_path: Path) -> None:
    for name in ("csv", "xlsx", "geojson", "hsds"):
        done = diemtua("export", "--format", name, "--out", tmp_path / f"danh-ba.{name}")
        assert done.exit_code == 0, done.output
        assert "Đã ghi" in done.output
    assert lines_of(tmp_path / "danh-ba.csv")[0][:2] == ["Mã dòng", "Tên"]
    assert json.loads((tmp_path / "danh-ba.geojson").read_text("utf-8"))["features"] is not None
    assert zipfile.is_zipfile(tmp_path / "danh-ba.xlsx")
    assert zipfile.is_zipfile(tmp_path / "danh-ba.hsds")


def test_all_rows_of_a_province_by_its_name(diemtua: Directory, tmp_path: Path) -> None:
    out = tmp_path / "gia-lai.csv"
    assert diemtua("export", "--all", "--province", "gia lai", "--out", out).exit_code == 0
    first, *lines = lines_of(out)
    assert tuple(first) == NAMES
    assert {line[NAMES.index("province_code")] for line in lines} == {"52"}
    assert {line[NAMES.index("reliability")] for line in lines} == {"verified", "unverified"}


def test_a_file_is_not_overwritten_unless_one_says_so(diemtua: Directory, tmp_path: Path) -> None:
    out = tmp_path / "danh-ba.csv"
    out.write_text("của tôi")
    assert "--force" in refused(diemtua("export", "--out", out))
    assert out.read_text() == "của tôi"
    assert diemtua("export", "--out", out, "--force").exit_code == 0
    assert lines_of(out)[0][0] == "Mã dòng"
    assert not list(tmp_path.glob(".*.part"))


def test_where_the_database_gives_way_half_way_no_file_is_left(
    diemtua: Directory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise psycopg.OperationalError("gone")

    out = tmp_path / "danh-ba.csv"
    out.write_text("của tôi")
    monkeypatch.setattr("referral_directory.export.read_keys", broken)
    assert isinstance(
        diemtua("export", "--out", out, "--force").exception, psycopg.OperationalError
    )
    assert out.read_text() == "của tôi"
    assert not list(tmp_path.glob(".*.part"))


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--format", "docx"], "csv, xlsx, geojson, hsds"),
        (["--format", "geojson", "--all"], "csv hoặc xlsx"),
        (["--format", "hsds", "--kind", "hospital"], "cả nước"),
        (["--kind", "nhà thờ"], "rehab_centre"),
        (["--province", "Bình Định"], "Gia Lai hoặc 52"),
    ],
)
def test_what_cannot_be_exported_is_one_line(
    diemtua: Directory, tmp_path: Path, words: list[str], line: str
) -> None:
    out = tmp_path / "danh-ba"
    assert line in refused(diemtua("export", "--out", out, *words))
    assert not out.exists()


def test_a_folder_that_is_not_there_is_named(diemtua: Directory, tmp_path: Path) -> None:
    assert "Không có thư mục" in refused(diemtua("export", "--out", tmp_path / "x" / "y.csv"))


def test_a_leaflet_by_code_and_by_name(diemtua: Directory, tmp_path: Path) -> None:
    out = tmp_path / "to-roi.pdf"
    by_name = ("leaflet", "--commune", "phường Quy Nhơn Tây, Gia Lai", "--url", URL, "--out", out)
    done = diemtua(*by_name)
    assert done.exit_code == 0, done.output
    assert "phường Quy Nhơn Tây, tỉnh Gia Lai" in done.output
    assert URL in pypdf.PdfReader(out).pages[0].extract_text()
    assert "--force" in refused(diemtua(*by_name))
    again = diemtua("leaflet", "--commune", "21589", "--url", URL, "--out", tmp_path / "ma.pdf")
    assert again.exit_code == 0


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--commune", "Tân Phú", "--url", URL], "Có nhiều nơi tên như vậy"),
        (["--commune", "tỉnh Gia Lai", "--url", URL], "Không tìm ra xã, phường"),
        (["--commune", "99999", "--url", URL], "Không tìm ra xã, phường"),
        (["--commune", "21589"], "DIEMTUA_PUBLIC_URL"),
        (["--commune", "21589", "--url", "tuvan"], "https://"),
    ],
)
def test_a_leaflet_that_cannot_be_made_says_why(
    diemtua: Directory, tmp_path: Path, words: list[str], line: str
) -> None:
    out = tmp_path / "to-roi.pdf"
    assert line in refused(diemtua("leaflet", "--out", out, *words))
    assert not out.exists()


def test_the_choices_have_codes_that_make_a_leaflet(diemtua: Directory, tmp_path: Path) -> None:
    line = refused(
        diemtua("leaflet", "--commune", "Tân Phú", "--url", URL, "--out", tmp_path / "a.pdf")
    )
    code = line.partition(": ")[2].split()[0]
    made = diemtua("leaflet", "--commune", code, "--url", URL, "--out", tmp_path / "a.pdf")
    assert made.exit_code == 0


def test_a_sound_directory_is_counted_and_what_is_doubtful_named(
    diemtua: Directory, database_url: str
) -> None:
    add(
        database_url,
        row("mot", phone="02563812345", name="Phòng khám", latitude="13.79", longitude="109.15"),
        row("hai", phone="02563812345", name="phòng khám"),
    )
    done = diemtua("check")
    assert done.exit_code == 0, done.output
    assert "Số 02563812345 ở nhiều dòng: hai, mot" in done.output
    assert "Trùng tên trong một xã, phường" in done.output
    assert "Không có dòng nào sai." in done.output
    with psycopg.connect(database_url) as connection:
        counted = connection.execute(
            "SELECT count(*), count(*) FILTER (WHERE reliability = 'unverified') FROM service"
        ).fetchone()
    assert counted is not None
    assert f"Danh bạ có {counted[0]} dòng" in done.output
    assert f"Chưa xác minh: {counted[1]}." in done.output


def test_a_row_that_may_not_stand_so_fails_the_check(diemtua: Directory, database_url: str) -> None:
    add(
        database_url,
        row("sai"),
        row("het-han", verified_on="2025-01-02", verified_until="2025-03-01"),
    )
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE service SET source_name = '', email = 'x' WHERE key = 'sai'")
        before = connection.execute(
            "SELECT count(*) FROM service WHERE verified_until < now()"
        ).fetchone()
    done = diemtua("check")
    assert done.exit_code == 1
    assert "SAI  sai, Nguồn: còn trống" in done.output
    assert "SAI  sai, Email: không phải địa chỉ email" in done.output
    assert "1 dòng sai." in done.output
    assert before is not None
    assert f"Hết hạn xác minh: {before[0]}." in done.output
