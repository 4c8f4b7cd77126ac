"""`diemtua score` and `diemtua screening install`, as an operator runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from api.cli import app
from bot.screening import load_instruments


def run(*arguments: str, lines: str = "") -> tuple[int, list[str], str]:
    done = CliRunner().invoke(app, list(arguments), input=lines)
    return done.exit_code, done.stdout.splitlines(), done.stderr


def test_each_line_in_gives_one_line_out_and_a_bad_one_names_its_field() -> None:
    lines = [
        json.dumps({"answers": {"q1": "several_days", "q2": "nearly_every_day"}}),
        json.dumps({"answers": {"q1": "sometimes"}}),
        "not json",
        json.dumps({"answers": {"q1": None}}),
    ]
    code, out, _ = run("score", "phq-2", lines="\n".join(lines) + "\n")
    assert code == 0
    shown = [json.loads(line) for line in out]
    assert shown[0] == {"score": 4, "positive": True}
    assert shown[1]["error"].startswith("answers.q1: ")
    assert shown[2]["error"].startswith("line: ")
    assert shown[3] == {"score": 0, "positive": False}


def test_a_field_name_that_is_half_a_character_is_named_and_the_rest_goes_on() -> None:
    good = json.dumps({"answers": {"q1": "several_days"}})
    code, out, _ = run("score", "phq-2", lines='{"answers": {"\\ud800": 1}}\n' + good + "\n")
    assert code == 0
    assert json.loads(out[0])["error"] == "answers.\\ud800: no such item"
    assert json.loads(out[1])["score"] == 1


def test_an_unknown_instrument_is_one_clear_line() -> None:
    code, out, error = run("score", "dudit")
    assert (code, out) == (2, [])
    assert error.count("\n") == 1
    assert "dudit" in error
    assert "dast-10" in error


def test_licensed_wording_is_installed_where_the_next_start_finds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIEMTUA_DATA_DIR", str(tmp_path / "data"))
    parts = ("car", "relax", "alone", "forget", "family", "trouble")
    words = {
        "instrument": "crafft",
        "permission": "Thư cho phép",
        "texts": {
            **{f"partA_days.{one}": "số ngày" for one in ("alcohol", "cannabis", "other")},
            "nicotine_days": "số ngày",
            **{f"partB.{one}": "câu hỏi" for one in parts},
        },
        "titles": {"yes": "Có", "no": "Không"},
    }
    file = tmp_path / "crafft.yml"
    file.write_text(yaml.safe_dump(words, allow_unicode=True), "utf-8")
    code, out, _ = run("screening", "install", str(file))
    assert code == 0
    assert "CRAFFT" in out[0]
    assert load_instruments(tmp_path / "data" / "screening")["crafft"].may_be_asked
