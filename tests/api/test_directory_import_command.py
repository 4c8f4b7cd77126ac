"""Bringing a file into the directory by `diemtua directory import`."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli import app as command
from tests.referral_directory.intake.files import HEADING, LINE, xlsx

KEY = "tram-y-te-quy-nhon-tay-21589"
WRONG = ["2", "Chợ", "Siêu thị", "", "Quy Nhơn", "Gia Lai", ""]


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("DIEMTUA_DATA_DIR", str(tmp_path / "data"))

    def invoke(*words: str) -> Result:
        return CliRunner().invoke(command, ["directory", "import", *words], catch_exceptions=False)

    return invoke


def keys_now(database_url: str) -> set[str]:
    import psycopg

    with psycopg.connect(database_url) as connection:
        return {key for (key,) in connection.execute("SELECT key FROM service").fetchall()}


def test_the_command_shows_refuses_writes_and_reports(
    run: object, database_url: str, tmp_path: Path
) -> None:
    assert callable(run)
    good, bad = tmp_path / "ds.xlsx", tmp_path / "sai.xlsx"
    good.write_bytes(xlsx([HEADING, LINE]))
    bad.write_bytes(xlsx([HEADING, LINE, WRONG]))
    report = tmp_path / "bao-cao.csv"
    looked = run(str(good), "--dry-run", "--source", "Sở Y tế")
    assert (looked.exit_code, "Sẽ ghi 1 dòng" in looked.output) == (0, True)
    assert KEY not in keys_now(database_url)
    refused = run(str(bad), "--source", "Sở Y tế", "--report", str(report))
    assert refused.exit_code == 1
    assert "dòng 3, cột C (Loại hình)" in refused.output
    assert KEY not in keys_now(database_url)
    assert "Loại hình" in report.read_text("utf-8-sig")
    written = run(str(bad), "--source", "Sở Y tế", "--skip-refused")
    assert (written.exit_code, "Đã ghi 1 dòng" in written.output) == (0, True)
    assert KEY in keys_now(database_url)
    again = run(str(good), "--source", "Sở Y tế")
    assert "1 dòng không đổi" in again.output


def test_a_report_that_cannot_be_written_stops_the_import(
    run: object, database_url: str, tmp_path: Path
) -> None:
    assert callable(run)
    good = tmp_path / "ds.xlsx"
    good.write_bytes(xlsx([HEADING, LINE]))
    for report in (tmp_path / "no" / "r.csv", tmp_path):
        stopped = run(str(good), "--source", "Sở Y tế", "--report", str(report))
        assert stopped.exit_code == 2
        assert "Không ghi được báo cáo" in stopped.output
        assert len(stopped.output.strip().splitlines()) == 1
    assert KEY not in keys_now(database_url)


def test_a_refused_file_leaves_no_empty_report_and_no_old_one_harmed(
    run: object, tmp_path: Path
) -> None:
    assert callable(run)
    bad, old, new = tmp_path / "a.csv", tmp_path / "old.csv", tmp_path / "new.csv"
    bad.write_bytes(b"a,b\n")
    old.write_text("cũ")
    for report in (old, new):
        assert run(str(bad), "--report", str(report)).exit_code == 2
    assert old.read_text() == "cũ"
    assert not new.exists()


def test_the_command_says_in_one_line_why_a_file_cannot_be_read(
    run: object, tmp_path: Path
) -> None:
    assert callable(run)
    old = tmp_path / "ds.xls"
    old.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    refused = run(str(old))
    assert refused.exit_code == 2
    assert "Save As" in refused.output
    assert len(refused.output.strip().splitlines()) == 1
