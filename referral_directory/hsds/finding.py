"""Which records are public on a day and asked for: statements that bring their ids.

Every condition is joined by AND. The order is by id, so that pages neither overlap nor miss one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, any_, exists, false, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from referral_directory.found import shown_on
from referral_directory.hsds.taxonomy import TAXONOMY, kinds_of
from referral_directory.tables import Organization, Service, ServiceAtLocation

MOST_WORDS = 8
_VOWELS = {
    "a": "aàáảãạăằắẳẵặâầấẩẫậ",
    "d": "dđ",
    "e": "eèéẻẽẹêềếểễệ",
    "i": "iìíỉĩị",
    "o": "oòóỏõọôồốổỗộơờớởỡợ",
    "u": "uùúủũụưừứửữự",
    "y": "yỳýỷỹỵ",
}


@dataclass(frozen=True)
class Asked:
    """The filters of HSDS; None where one is not used. `modified_after` is aware, and itself counts."""

    search: str | None = None
    organization_id: UUID | None = None
    taxonomy_id: UUID | None = None
    taxonomy_term_id: UUID | None = None
    modified_after: datetime | None = None


ANYTHING = Asked()


@dataclass(frozen=True)
class Ids:
    """A statement of ids, and the column they come from."""

    statement: Select[tuple[UUID]]
    column: InstrumentedAttribute[UUID]


def services(on: date, asked: Asked = ANYTHING) -> Ids:
    """The public services of the day `on` in Viet Nam."""
    found = select(Service.id).where(shown_on(on), *_narrowed(asked), *_searched(asked.search))
    return Ids(found, Service.id)


def service_at_locations(on: date, asked: Asked = ANYTHING) -> Ids:
    """The public services that are at a place."""
    found = (
        select(ServiceAtLocation.id)
        .join(Service, Service.id == ServiceAtLocation.service_id)
        .where(shown_on(on), *_narrowed(asked), *_searched(asked.search))
    )
    return Ids(found, ServiceAtLocation.id)


def organizations(on: date, asked: Asked = ANYTHING) -> Ids:
    """Who has a public service; the filters but `search` are for that service."""
    has_one = exists().where(
        Service.organization_id == Organization.id, shown_on(on), *_narrowed(asked)
    )
    words = [_holds([Organization.name], word) for word in _words(asked.search)]
    return Ids(select(Organization.id).where(has_one, *words), Organization.id)


def services_of(on: date, organizations: Sequence[UUID]) -> Ids:
    """The public services of these organizations."""
    found = select(Service.id).where(shown_on(on), one_of(Service.organization_id, organizations))
    return Ids(found, Service.id)


def one_of(column: InstrumentedAttribute[UUID], ids: Sequence[UUID]) -> ColumnElement[bool]:
    """Whether the column is one of any number of ids: an array is one parameter."""
    return column == any_(literal(list(ids), ARRAY(Uuid)))


async def count(session: AsyncSession, ids: Ids) -> int:
    """How many there are."""
    return await session.scalar(select(func.count()).select_from(ids.statement.subquery())) or 0


async def page(session: AsyncSession, ids: Ids, number: int, size: int) -> list[UUID]:
    """The ids of a page; the first is 1."""
    cut = ids.statement.order_by(ids.column).limit(size).offset((number - 1) * size)
    return list(await session.scalars(cut))


async def after(session: AsyncSession, ids: Ids, last: UUID | None, size: int) -> list[UUID]:
    """The next `size` ids after `last`, from the first where that is None."""
    statement = ids.statement.order_by(ids.column).limit(size)
    return list(await session.scalars(statement.where(ids.column > last) if last else statement))


async def has(session: AsyncSession, ids: Ids, id: UUID) -> bool:
    """Whether this id is one of them."""
    return await session.scalar(ids.statement.where(ids.column == id)) is not None


async def state(session: AsyncSession, on: date) -> str:
    """A text that is another one as soon as anything public is: after a change, and on the day on
    which a verification begins or lapses."""
    moments = func.sum(func.extract("epoch", Service.last_modified))
    counted = select(func.count(), moments).where(shown_on(on))
    number, moment = (await session.execute(counted)).one()
    return f"{on} {number} {moment}"


def _narrowed(asked: Asked) -> Iterator[ColumnElement[bool]]:
    if asked.organization_id is not None:
        yield Service.organization_id == asked.organization_id
    if asked.taxonomy_id is not None and asked.taxonomy_id != TAXONOMY["id"]:
        yield false()
    if asked.taxonomy_term_id is not None:
        yield Service.kind.in_(kinds_of(asked.taxonomy_term_id))
    if asked.modified_after is not None:
        yield Service.last_modified >= asked.modified_after


def _searched(search: str | None) -> Iterator[ColumnElement[bool]]:
    texts = [Service.name, Service.alternate_name, Service.description]
    for word in _words(search):
        named = select(Organization.id).where(_holds([Organization.name], word))
        yield or_(_holds(texts, word), Service.organization_id.in_(named))


def _words(search: str | None) -> list[str]:
    return unicodedata.normalize("NFC", search or "").lower().split()[:MOST_WORDS]


def _holds(
    texts: Sequence[InstrumentedAttribute[str] | InstrumentedAttribute[str | None]], word: str
) -> ColumnElement[bool]:
    """Whether one of the texts holds the word, in capitals or not. A word without diacritics is found
    with them too: "co so" finds "cơ sở", but "cơ sở" does not find "có sổ"."""
    if word.isascii():
        letters = (f"[{_VOWELS[one]}]" if one in _VOWELS else re.escape(one) for one in word)
        pattern = "".join(letters)
        return or_(*(text.op("~*")(pattern) for text in texts))
    return or_(*(text.icontains(word, autoescape=True) for text in texts))
