"""The dated register of legal documents: what may be cited, and on which day.

Every legal statement of the bot cites a document of content/laws.yml. A document whose first day
is unknown is never in force here: what cannot be vouched for is not quoted.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, HttpUrl, ValidationError, model_validator

from bot.errors import DiemTuaError
from bot.understand import nfc

LAWS = Path(__file__).parent / "content" / "laws.yml"
_NAMED_BY_TITLE = ("Luật", "Bộ luật")

Words = Annotated[str, Field(min_length=1)]


class ContentBroken(DiemTuaError):
    """A content file cannot be used. `line` names the file, the field, what is wrong, and `at`, the
    number of the line in the file, where it is known."""

    def __init__(self, file: str, field: str, reason: str, at: int | None = None) -> None:
        super().__init__(f"{file}: {field}: {reason}" + (f" (line {at})" if at else ""))
        self.file = file
        self.field = field
        self.reason = reason
        self.at = at


class Document(BaseModel):
    """One legal document. `effective_to` is its last day; `note` says what is unverified."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^D\d{2,3}$")]
    number: Words
    title: Words
    type: Words
    issuer: Words
    issued: date | None = None
    effective_from: date | None = None
    effective_to: date | None = None
    replaced_by: Words | None = None
    source_url: HttpUrl | None = None
    note: Words | None = None

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Document:
        if self.effective_from and self.effective_to and self.effective_to < self.effective_from:
            raise ValueError("effective_to lies before effective_from")
        return self

    def in_force(self, on: date) -> bool:
        """Whether the document is known to apply on the day `on`."""
        if self.effective_from is None or on < self.effective_from:
            return False
        return self.effective_to is None or on <= self.effective_to


class Citation(BaseModel):
    """A place in a document: `where` is "Điều 29 khoản 1", or empty for all of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    doc: Words
    where: str = ""


class Register:
    """The documents by id. Build it with `load`."""

    def __init__(self, documents: dict[str, Document]) -> None:
        self._documents = documents

    @classmethod
    def load(cls, path: Path = LAWS) -> Register:
        """The register in the file `path`.

        Raises:
            ContentBroken: the file is missing or malformed, an id or number occurs twice, or
                `replaced_by` names no document of the register.
        """
        try:
            data = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
        except OSError as error:
            raise ContentBroken(path.name, "file", str(error.strerror)) from error
        except yaml.YAMLError as error:
            raise ContentBroken(path.name, "yaml", one_line(error)) from error
        rows = data.get("documents") if isinstance(data, dict) else None
        if not isinstance(rows, list) or not rows:
            raise ContentBroken(path.name, "documents", "must be a list of documents")
        documents: dict[str, Document] = {}
        for place, row in enumerate(rows):
            document = _document(row, path.name, place)
            if document.id in documents:
                raise ContentBroken(path.name, f"{document.id}.id", "occurs twice")
            documents[document.id] = document
        _check_numbers(documents, path.name)
        return cls(documents)

    def __getitem__(self, doc_id: str) -> Document:
        """The document `doc_id`. Raises KeyError where the register has none."""
        return self._documents[doc_id]

    def __contains__(self, doc_id: object) -> bool:
        return doc_id in self._documents

    def __len__(self) -> int:
        return len(self._documents)

    def ids(self) -> tuple[str, ...]:
        """Every id, in the order of the file."""
        return tuple(self._documents)

    def in_force(self, doc_id: str, on: date) -> bool:
        """Whether `doc_id` is known to apply on the day `on`. Raises KeyError for an unknown id."""
        return self[doc_id].in_force(on)

    def cite(self, citation: Citation) -> str:
        """The citation as a person reads it: law, number, article, first day in force.

        Raises:
            KeyError: the register has no such document.
        """
        document = self[citation.doc]
        if document.type in _NAMED_BY_TITLE:
            parts = [f"{document.title} ({document.number})"]
        else:
            parts = [f"{document.type} {document.number}"]
        if citation.where:
            parts.append(citation.where)
        if document.effective_from:
            parts.append(f"hiệu lực từ {vietnamese_date(document.effective_from)}")
        return ", ".join(parts)


def vietnamese_date(day: date) -> str:
    """`day` as laws write it: 01/7/2026 (the month without a leading zero from March on)."""
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"{day.day:02d}/{month}/{day.year}"


def first_fault(error: ValidationError) -> tuple[str, str]:
    """The field and the reason of the first fault that pydantic found."""
    fault = error.errors()[0]
    return ".".join(str(part) for part in fault["loc"]) or "content", fault["msg"]


def one_line(error: yaml.YAMLError) -> str:
    """What the YAML reader says, on one line."""
    return " ".join(str(error).split())


def _document(row: object, file: str, place: int) -> Document:
    name = row["id"] if isinstance(row, dict) and "id" in row else f"documents.{place}"
    if isinstance(row, dict):
        row = {key: nfc(value) if isinstance(value, str) else value for key, value in row.items()}
    try:
        return Document.model_validate(row)
    except ValidationError as error:
        field, reason = first_fault(error)
        raise ContentBroken(file, f"{name}.{field}", reason) from error


def _check_numbers(documents: dict[str, Document], file: str) -> None:
    numbers: set[str] = set()
    for document in documents.values():
        if document.number in numbers:
            raise ContentBroken(file, f"{document.id}.number", f"{document.number} occurs twice")
        numbers.add(document.number)
    for document in documents.values():
        if document.replaced_by and document.replaced_by not in numbers:
            raise ContentBroken(
                file, f"{document.id}.replaced_by", f"{document.replaced_by} is not in the register"
            )
