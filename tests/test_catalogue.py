"""The words of the people who answer stand in one catalogue, and another language is one file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import catalogue
from bot.errors import SettingsBroken
from scripts import gather_words
from scripts.gather_words import CATALOGUE, CODE, ROOT, TEMPLATES, VIETNAMESE

SCRIPTS = [
    ROOT / "api" / "static" / f"{name}.js"
    for name in (
        *("alarm", "case", "compose", "console", "console-worker", "drafts"),
        *("older", "once", "tools", "words"),
    )
]


@pytest.fixture(autouse=True)
def vietnamese() -> Iterator[None]:
    yield
    catalogue.speak("vi")


def test_the_catalogue_holds_what_the_code_says_now() -> None:
    assert CATALOGUE.read_bytes() == gather_words.gather(), "run: make words"


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_no_template_says_anything_that_is_not_marked(path: Path) -> None:
    assert list(gather_words.bare(path.read_text("utf-8"))) == []


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_says_anything_that_is_not_marked(path: Path) -> None:
    assert list(gather_words.unmarked(ast.parse(path.read_text("utf-8")))) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_the_consoles_scripts_say_nothing_of_their_own(path: Path) -> None:
    said = re.findall(r"\"[^\"\n]*\"|`[^`]*`", path.read_text("utf-8"))
    assert [one for one in said if VIETNAMESE.search(one)] == []


def test_another_language_is_one_file(tmp_path: Path) -> None:
    table = catalogue.Table({"waiting": "Đang chờ", "closed": "Đã kết thúc"})
    (tmp_path / "en.po").write_text('msgid "Đang chờ"\nmsgstr "Waiting"\n', "utf-8")
    catalogue.speak("en", tmp_path)
    assert dict(table) == {"waiting": "Waiting", "closed": "Đã kết thúc"}
    catalogue.speak("vi")
    assert table["waiting"] == "Đang chờ"


@pytest.mark.parametrize("content", [None, 'msgid "Đang', "\xff\xfe"])
def test_a_language_that_cannot_be_read_is_told_in_one_line(
    tmp_path: Path, content: str | None
) -> None:
    if content is not None:
        (tmp_path / "en.po").write_bytes(content.encode("latin-1", "replace"))
    with pytest.raises(SettingsBroken, match="DIEMTUA_CONSOLE_LANGUAGE"):
        catalogue.speak("en", tmp_path)
