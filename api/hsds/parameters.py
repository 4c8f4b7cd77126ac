"""The query parameters of HSDS as we read them: strictly, so that a slip is told and not guessed at."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query
from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic.json_schema import SkipJsonSchema

from bot.errors import NotUnderstood
from referral_directory.hsds.finding import Asked

DEFAULT_PAGE, MOST_A_PAGE = 50, 100
FARTHEST_PAGE = 1_000_000
Absent = SkipJsonSchema[None]
"""For a parameter that may be left out, but not be "null"."""


def _true_or_false(value: Any) -> Any:
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower(), "?")
    return value


def _without_controls(text: str) -> str:
    """No database keeps a NUL, and nobody means a control character."""
    return re.sub(r"[\x00-\x1f\x7f]", " ", text)


YesNo = Annotated[bool, BeforeValidator(_true_or_false)]
Text = Annotated[str, Field(max_length=200), AfterValidator(_without_controls)]
Search = Annotated[Text | Absent, Query(description="Các từ phải có, theo tên và mô tả.")]
Page = Annotated[int, Query(ge=1, le=FARTHEST_PAGE, description="Trang thứ mấy, từ 1.")]
PerPage = Annotated[
    int, Query(ge=1, le=MOST_A_PAGE, description="Mỗi trang nhiều nhất mấy bản ghi.")
]
Format = Annotated[
    Literal["json", "ndjson"],
    Query(description="ndjson: tất cả bản ghi, mỗi dòng một bản ghi, không chia trang."),
]
Full = Annotated[YesNo, Query(description="Cả các bảng con.")]
Id = Annotated[UUID | Absent, Query()]
Moment = Annotated[
    str | Absent,
    Query(max_length=40, description="Như 2026-11-01T00:00:00Z; kể cả đúng lúc ấy."),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


def asked_of_services(
    search: Search = None,
    taxonomy_term_id: Id = None,
    taxonomy_id: Id = None,
    organization_id: Id = None,
    modified_after: Moment = None,
) -> Asked:
    """The filters of services and of services at places."""
    return Asked(
        search, organization_id, taxonomy_id, taxonomy_term_id, read_moment(modified_after)
    )


def asked_of_organizations(
    search: Search = None, taxonomy_term_id: Id = None, taxonomy_id: Id = None
) -> Asked:
    """The filters of organizations; those by taxonomy are an addition of HSDS 3.1."""
    return Asked(search, None, taxonomy_id, taxonomy_term_id)


OfServices = Annotated[Asked, Depends(asked_of_services)]
OfOrganizations = Annotated[Asked, Depends(asked_of_organizations)]


def read_moment(text: str | None) -> datetime | None:
    """The moment, in UTC where it names no zone.

    Raises:
        NotUnderstood: it is none.
    """
    if text is None:
        return None
    # A plus sign that was not escaped arrives as a blank.
    text = re.sub(r"(T.*) (\d\d:?\d\d)$", r"\1+\2", text)
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise NotUnderstood("modified_after: phải là lúc như 2026-11-01T00:00:00Z.") from error
