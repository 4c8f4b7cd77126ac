"""`diemtua place`: lines in, places out; and how well places are told, measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.evaluating_places import print_places


def run(*words: str, lines: str = "") -> tuple[int, list[dict[str, object]]]:
    result = CliRunner().invoke(app, ["place", *words], input=lines)
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]


def line(text: str) -> str:
    return json.dumps({"text": text}, ensure_ascii=False) + "\n"


def test_a_line_for_each_line_in_order() -> None:
    code, told = run("--jsonl", lines=line("em ở xã Long Hồ") + line("chào") + line("bến tre"))
    assert code == 0
    assert [(one["province"], one["commune"], one["former"]) for one in told] == [
        ("86", "29602", None),
        (None, None, None),
        ("86", None, "tỉnh Bến Tre"),
    ]
    assert told[0]["lat"] == pytest.approx(10.2, abs=0.2)
    assert told[0]["choices"] == []


def test_several_places_are_choices_and_no_guess() -> None:
    _, (one,) = run("--jsonl", lines=line("em ở Phong Điền"))
    assert (one["province"], one["commune"], one["lat"]) == (None, None, None)
    assert {"code": "19819", "name": "phường Phong Điền, thành phố Huế", "province": "46"} in one[
        "choices"
    ]


def test_a_choice_says_which_former_name_was_meant() -> None:
    _, (one,) = run("hgiang nha")
    assert [choice["name"] for choice in one["choices"]] == [
        "tỉnh Hà Giang (cũ), tỉnh Tuyên Quang",
        "tỉnh Hậu Giang (cũ), thành phố Cần Thơ",
    ]


def test_a_name_of_too_many_places_offers_none() -> None:
    _, (one,) = run("Tôi ở phường 5 nha")
    assert (one["province"], one["choices"]) == (None, [])


def test_a_broken_line_spoils_no_other_and_is_told_at_the_end() -> None:
    code, told = run("--jsonl", lines="{}\n" + line("ở Huế"))
    assert code == 1
    assert list(told[0]) == ["error"]
    assert told[1]["province"] == "46"


def test_a_file_is_read_in_place_of_the_input(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text(line("ở Cà Mau"), encoding="utf-8")
    assert run("--jsonl", str(path))[1][0]["province"] == "96"


def test_the_figures_are_told_by_style(tmp_path: Path) -> None:
    rows = [
        {"text": "e ở Huế", "style": "short", "province": "46", "commune": None},
        {"text": "xã Long Hồ", "style": "plain", "province": "86", "commune": "29602"},
        {"text": "xã Long Hồ", "style": "plain", "province": "86", "commune": "00000"},
        {"text": "em ở Phong Điền", "style": "ambiguous", "province": None, "commune": None},
    ]
    _write(tmp_path / "places.jsonl", rows)
    _write(tmp_path / "no_places.jsonl", [{"text": "chào"}, {"text": "em ở Huế"}])
    said: list[str] = []
    print_places(said.append, tmp_path)
    figures = {row[:44].strip(): row[44:49] for row in said}
    assert figures["province right, all"] == "1.000"
    assert figures["unit right, all"] == "0.750"
    assert figures["unit right, plain"] == "0.500"
    assert figures["ordinary sentence taken for a place"] == "0.500"
    assert said[-1].endswith("ms a sentence")


def test_without_the_sets_nothing_is_told(tmp_path: Path) -> None:
    said: list[str] = []
    print_places(said.append, tmp_path)
    assert said == []


def _write(path: Path, rows: list[dict[str, object]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
