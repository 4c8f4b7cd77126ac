"""The register of laws: what is in force on which day, and how it is cited."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from bot.laws import Citation, ContentBroken, Register

FIRST_DAY = date(2026, 7, 1)
DAY_BEFORE = date(2026, 6, 30)

ROW = {
    "id": "D01",
    "number": "1/2020/QH14",
    "title": "Luật thử",
    "type": "Luật",
    "issuer": "Quốc hội",
    "effective_from": date(2020, 1, 1),
}


@pytest.fixture(scope="module")
def register() -> Register:
    return Register.load()


def written(folder: Path, *rows: dict[str, object]) -> Path:
    path = folder / "laws.yml"
    path.write_text(yaml.safe_dump({"documents": list(rows)}, allow_unicode=True), "utf-8")
    return path


def test_register_holds_every_document(register: Register) -> None:
    assert register.ids() == tuple(f"D{number:02d}" for number in range(1, 75))


def test_new_law_takes_over_from_the_old_on_its_first_day(register: Register) -> None:
    assert register.in_force("D03", DAY_BEFORE)
    assert not register.in_force("D05", DAY_BEFORE)
    assert not register.in_force("D03", FIRST_DAY)
    assert register.in_force("D05", FIRST_DAY)


def test_replaced_document_names_what_replaced_it(register: Register) -> None:
    assert register["D11"].replaced_by == register["D14"].number == "163/2026/NĐ-CP"


def test_document_with_an_unknown_first_day_is_never_in_force(register: Register) -> None:
    assert register["D54"].effective_from is None
    assert not register.in_force("D54", FIRST_DAY)


def test_law_is_cited_with_name_number_article_and_day(register: Register) -> None:
    assert register.cite(Citation(doc="D05", where="Điều 29 khoản 1")) == (
        "Luật Phòng, chống ma túy 2025 (120/2025/QH15), Điều 29 khoản 1, hiệu lực từ 01/7/2026"
    )


def test_decree_is_cited_by_kind_and_number(register: Register) -> None:
    assert register.cite(Citation(doc="D26", where="Điều 30")) == (
        "Nghị định 282/2025/NĐ-CP, Điều 30, hiệu lực từ 15/12/2025"
    )


def test_unknown_document_cannot_be_cited(register: Register) -> None:
    with pytest.raises(KeyError):
        register.cite(Citation(doc="D99"))


def test_missing_register_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(ContentBroken, match=r"^none\.yml: file: [^\n]+$"):
        Register.load(tmp_path / "none.yml")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"issued": "hôm qua"}, "D01.issued"),
        ({"author": "ai đó"}, "D01.author"),
        ({"title": None}, "D01.title"),
        ({"replaced_by": "9/2030/QH20"}, "D01.replaced_by"),
        ({"effective_to": date(2019, 1, 1)}, "D01.content"),
        ({"source_url": "seed file"}, "D01.source_url"),
    ],
)
def test_broken_document_names_file_and_field(
    tmp_path: Path, change: dict[str, object], field: str
) -> None:
    with pytest.raises(ContentBroken) as broken:
        Register.load(written(tmp_path, ROW | change))
    assert (broken.value.file, broken.value.field) == ("laws.yml", field)
    assert "\n" not in broken.value.line


def test_two_documents_of_one_id_or_number_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ContentBroken, match=r"D01\.id: occurs twice"):
        Register.load(written(tmp_path, ROW, ROW | {"number": "2/2020/QH14"}))
    with pytest.raises(ContentBroken, match=r"D02\.number"):
        Register.load(written(tmp_path, ROW, ROW | {"id": "D02"}))


@pytest.mark.parametrize("text", ["documents: [", "- a\n- b\n", "documents: {}\n"])
def test_file_that_is_no_register_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "laws.yml"
    path.write_text(text, "utf-8")
    with pytest.raises(ContentBroken, match=r"^laws\.yml: "):
        Register.load(path)
