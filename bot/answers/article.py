"""One article: a Markdown file with YAML front matter, checked field by field."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from bot.answers.lines import find_line
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
_FEWEST_PHRASES = 8
_MOST_QUESTIONS = 3
_LONGEST_BUTTON = 40

with (Path(__file__).parent.parent / "content" / "topics.csv").open(encoding="utf-8") as _file:
    TOPICS = {row["topic"]: row["about"] for row in csv.DictReader(_file)}
"""What people come with: the topic's name, and what it is about."""

Confidence = Literal["high", "medium"]


def _no_number(text: str) -> str:
    found = _NUMBER.search(text)
    if found:
        raise ValueError(f"{found.group()!r} looks like a telephone number")
    return text


def _names_its_subject(short: str) -> str:
    """A bare "Không." would answer whatever was asked, also what the article is not about."""
    if _BARE_REPLY.match(short):
        raise ValueError("must not begin with a bare yes or no")
    return short


Key = Annotated[str, Field(pattern=r"^[a-z0-9_]{2,45}$")]
Short = Annotated[
    str,
    Field(min_length=1, max_length=600),
    AfterValidator(_no_number),
    AfterValidator(_names_its_subject),
]
Question = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_no_number)]
Options = Annotated[tuple["Case", ...], Field(min_length=2, max_length=4)]


class Case(BaseModel):
    """One choice of a question: either the answer for who chooses it, or one more question."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Annotated[str, Field(min_length=1, max_length=30)]
    short: Short | None = None
    citations: tuple[Citation, ...] = ()
    ask: Question | None = None
    options: Options | None = None

    @model_validator(mode="after")
    def _answers_or_asks(self) -> Case:
        if (self.short is None) == (self.ask is None) or (self.ask is None) != (
            self.options is None
        ):
            raise ValueError(f"{self.title!r} needs a short, or an ask with options")
        return self


class Cases(BaseModel):
    """A question that the answer depends on. At most three are asked one after the other."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ask: Question
    options: Options

    @model_validator(mode="after")
    def _asks_little(self) -> Cases:
        if _depth(self.options) > _MOST_QUESTIONS:
            raise ValueError(f"asks more than {_MOST_QUESTIONS} questions")
        return self


def _cited(options: tuple[Case, ...]) -> Iterator[Citation]:
    for one in options:
        yield from one.citations
        yield from _cited(one.options or ())


def _depth(options: tuple[Case, ...] | None) -> int:
    return 1 + max(_depth(one.options) for one in options) if options else 0


class Article(BaseModel):
    """One answer. `short` is what a person sees first, `body` what "Đọc thêm" shows.

    `valid_to` is the last day it applies. `version_of` is the article that this one stands for on
    earlier days, with that one's paraphrases. `cases` is what it depends on, as questions.
    `facts` are the numbers of the fact sheet's entries the words rest on. An article of medium
    confidence names in `confirm_with` whom to ask again. `front` orders the topic list.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Key
    topic: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    title: Annotated[str, Field(min_length=1, max_length=60)]
    short: Short
    body: Words
    next: Annotated[tuple[Button, ...], Field(min_length=1, max_length=3)]
    citations: tuple[Citation, ...]
    facts: tuple[Annotated[str, Field(pattern=r"^F\d{3}$")], ...]
    valid_from: date
    valid_to: date | None = None
    version_of: Key | None = None
    cases: Cases | None = None
    before: str | None = None
    depends_on: Annotated[tuple[Words, ...], Field(min_length=1)]
    reviewed_on: date
    reviewed_by: Words
    confidence: Confidence
    confirm_with: Words | None = None
    front: int | None = None
    ask: tuple[Words, ...]

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

    @field_validator("title", "body", "before", "confirm_with")
    @classmethod
    def _holds_no_number(cls, text: str | None) -> str | None:
        return _no_number(text) if text else text

    @field_validator("topic")
    @classmethod
    def _is_a_topic(cls, topic: str) -> str:
        if topic not in TOPICS:
            raise ValueError(f"{topic!r} is none of topics.csv")
        return topic

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

    @field_validator("ask")
    @classmethod
    def _is_asked_for(cls, ask: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if info.data.get("version_of") is None and len(ask) < _FEWEST_PHRASES:
            raise ValueError(f"needs {_FEWEST_PHRASES} paraphrases")
        return ask

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Article:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("valid_to lies before valid_from")
        return self

    def case(self, path: Sequence[int]) -> Cases | Case | None:
        """What stands at the end of the choices in `path` (numbers from 0); None for no such way.

        A `Case` holds an answer or a further question; the empty path leads to the first question.
        """
        at: Cases | Case | None = self.cases
        for choice in path:
            options = at.options if at else None
            if options is None or not 0 <= choice < len(options):
                return None
            at = options[choice]
        return at

    def ended(self, on: date) -> bool:
        """Whether it was written for days before `on` only."""
        return self.valid_to is not None and self.valid_to < on

    def may_be_shown(self, on: date, register: Register) -> bool:
        """Whether the article applies on the day `on` and all it cites is in force then."""
        return on >= self.valid_from and not self.ended(on) and self.rests_on_law(on, register)

    def rests_on_law(self, on: date, register: Register) -> bool:
        """Whether every document cited, also in a case, is in force on the day `on`."""
        return all(register.in_force(citation.doc, on) for citation in self.every_citation())

    def every_citation(self) -> tuple[Citation, ...]:
        return (*self.citations, *_cited(self.cases.options if self.cases else ()))


def read_article(path: Path, register: Register) -> Article:
    """The article in the file `path`; raises as `parse_article`."""
    return parse_article(path.read_text(encoding="utf-8"), path.name, register)


def split_source(text: str, file: str) -> tuple[str, str]:
    """The front matter of an article's text, and what stands under it.

    Raises:
        ContentBroken: there is no front matter.
    """
    match = _FRONT.match(text)
    if match is None:
        raise ContentBroken(file, "front matter", "must stand between two lines of ---", 1)
    return match.group(1), match.group(2)


def parse_article(text: str, file: str, register: Register) -> Article:
    """The article that the Markdown `text` of the file called `file` is.

    Raises:
        ContentBroken: the text is no article, its key is not the file's name, or it cites a document
            that the register does not have. Where fields are wrong, its cause holds all of them.
    """
    front, body = split_source(nfc(text), file)
    try:
        data = yaml.load(front, yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark.line + 2 if error.problem_mark else None
        raise ContentBroken(file, "front matter", one_line(error), at) from error
    except yaml.YAMLError as error:
        raise ContentBroken(file, "front matter", one_line(error)) from error
    if not isinstance(data, dict):
        raise ContentBroken(file, "front matter", "must be fields with values", 2)
    try:
        article = Article.model_validate({**data, "body": body.strip()})
    except ValidationError as error:
        at = find_line(front, error.errors()[0]["loc"])
        raise ContentBroken(file, *first_fault(error), at) from error
    if f"{article.key}.md" != file:
        at = find_line(front, ["key"])
        raise ContentBroken(file, "key", f"{article.key!r} is not the file's name", at)
    for citation in article.every_citation():
        if citation.doc not in register:
            at = find_line(front, ["citations"])
            raise ContentBroken(
                file, "citations", f"{citation.doc} is not in the register of laws", at
            )
    return article
