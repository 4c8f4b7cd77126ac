"""One article: a Markdown file with YAML front matter, checked field by field."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from bot.laws import Citation, ContentBroken, Register, Words, first_fault, one_line
from bot.messages import Button
from bot.understand import nfc

UNREVIEWED = "chưa thẩm định"

_FRONT = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)
_NUMBER = re.compile(
    r"(?<![\d.,/])(?:\+84|0)(?:[ .-]?\d){8,10}(?![\d/])"  # a subscriber's number
    r"|\b1[89]00[ .-]?\d{2,}"  # a call centre
    r"|(?<!Điều )(?<![\d.,/-])11[1-5](?![\d.,/-])"  # an emergency number
)
_BARE_REPLY = re.compile(
    r"(?:dạ )?(?:không|có|được|chưa|đúng|sai|phải|rồi)"
    r"(?: (?:không|có|được|thể|phải|đâu|ạ|vậy|rồi|chứ|nhé))*\s*(?:[.!?,;:…–-]|$)",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"Trước \d{2}/\d{1,2}/\d{4}: \S")
_PAYLOAD = re.compile(r"/(?:answer [a-z0-9_]+|place(?: [a-z_]+)?|human|screen|hotline)")
_MOST_BYTES = 60
_LONGEST_BUTTON = 40

Confidence = Literal["high", "medium"]


class Article(BaseModel):
    """One answer. `short` is what a person sees first, `body` what "Đọc thêm" shows.

    `facts` are the numbers of the fact sheet's entries the words rest on. An article of medium
    confidence names in `confirm_with` whom to ask again. `front` orders the topic list.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Annotated[str, Field(pattern=r"^[a-z0-9_]{2,45}$")]
    topic: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    title: Annotated[str, Field(min_length=1, max_length=60)]
    short: Annotated[str, Field(min_length=1, max_length=600)]
    body: Words
    next: Annotated[tuple[Button, ...], Field(min_length=1, max_length=3)]
    citations: tuple[Citation, ...]
    facts: tuple[Annotated[str, Field(pattern=r"^F\d{3}$")], ...]
    valid_from: date
    before: str | None = None
    depends_on: Annotated[tuple[Words, ...], Field(min_length=1)]
    reviewed_on: date
    reviewed_by: Words
    confidence: Confidence
    confirm_with: Words | None = None
    front: int | None = None
    ask: Annotated[tuple[Words, ...], Field(min_length=8)]

    @field_validator("next")
    @classmethod
    def _buttons_are_known(cls, buttons: tuple[Button, ...]) -> tuple[Button, ...]:
        for button in buttons:
            if not _PAYLOAD.fullmatch(button.payload):
                raise ValueError(f"unknown payload {button.payload!r}")
            if len(button.payload.encode()) > _MOST_BYTES:
                raise ValueError(f"payload over {_MOST_BYTES} bytes: {button.payload!r}")
            if not 0 < len(button.title) <= _LONGEST_BUTTON:
                raise ValueError(f"a title has 1 to {_LONGEST_BUTTON} characters")
        return buttons

    @field_validator("title", "short", "body", "before", "confirm_with")
    @classmethod
    def _holds_no_number(cls, text: str | None) -> str | None:
        found = _NUMBER.search(text or "")
        if found:
            raise ValueError(f"{found.group()!r} looks like a telephone number")
        return text

    @field_validator("short")
    @classmethod
    def _names_its_subject(cls, short: str) -> str:
        """A bare "Không." would answer whatever was asked, also what the article is not about."""
        if _BARE_REPLY.match(short):
            raise ValueError("must not begin with a bare yes or no")
        return short

    @field_validator("before")
    @classmethod
    def _tells_until_when(cls, before: str | None) -> str | None:
        if before is not None and not _BEFORE.match(before):
            raise ValueError('must begin "Trước dd/m/yyyy: "')
        return before

    @model_validator(mode="after")
    def _medium_says_whom_to_ask(self) -> Article:
        if (self.confidence == "medium") != (self.confirm_with is not None):
            raise ValueError("confirm_with: an article of medium confidence needs it, no other")
        return self

    def may_be_shown(self, on: date, register: Register) -> bool:
        """Whether the article applies on the day `on` and all it cites is in force then."""
        return on >= self.valid_from and all(
            register.in_force(citation.doc, on) for citation in self.citations
        )


def read_article(path: Path, register: Register) -> Article:
    """The article in the file `path`.

    Raises:
        ContentBroken: the file is no article, its key is not its name, or it cites a document that
            the register does not have.
    """
    match = _FRONT.match(nfc(path.read_text(encoding="utf-8")))
    if match is None:
        raise ContentBroken(path.name, "front matter", "must stand between two lines of ---")
    try:
        data = yaml.safe_load(match.group(1))
    except yaml.YAMLError as error:
        raise ContentBroken(path.name, "front matter", one_line(error)) from error
    if not isinstance(data, dict):
        raise ContentBroken(path.name, "front matter", "must be fields with values")
    try:
        article = Article.model_validate({**data, "body": match.group(2).strip()})
    except ValidationError as error:
        raise ContentBroken(path.name, *first_fault(error)) from error
    if article.key != path.stem:
        raise ContentBroken(path.name, "key", f"{article.key!r} is not the file's name")
    for citation in article.citations:
        if citation.doc not in register:
            raise ContentBroken(
                path.name, "citations", f"{citation.doc} is not in the register of laws"
            )
    return article
