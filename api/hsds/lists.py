"""The lists of HSDS and their records. Only what is public today."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import date
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import TypedDict

from api.hsds.answers import answer, answer_bytes, stream
from api.hsds.parameters import (
    DEFAULT_PAGE,
    Format,
    Full,
    Id,
    OfOrganizations,
    OfServices,
    Page,
    PerPage,
    Search,
    YesNo,
)
from api.hsds.refusals import ClearRoute, refusals
from api.hsds.snapshot import snapshot
from bot.errors import NotFound
from bot.runtime import Runtime
from referral_directory.hsds import finding, loading, shapes, taxonomy
from referral_directory.hsds.finding import Ids
from referral_directory.hsds.writing import page as write_page
from referral_directory.hsds.writing import write_json

AT_A_TIME = 100
NDJSON = "application/x-ndjson"
Load = Callable[[AsyncSession, list[UUID]], Awaitable[Sequence[Any]]]
router = APIRouter(route_class=ClearRoute, tags=["HSDS"])


class _PageHeader(TypedDict):
    total_items: int
    total_pages: int
    page_number: int
    size: int
    first_page: bool
    last_page: bool
    empty: bool


class ServicePage(_PageHeader):
    contents: list[shapes.Service | shapes.MinimalService]


class OrganizationPage(_PageHeader):
    contents: list[shapes.Organization]


class ServiceAtLocationPage(_PageHeader):
    contents: list[shapes.ServiceAtLocation]


class TaxonomyPage(_PageHeader):
    contents: list[shapes.Taxonomy]


class TaxonomyTermPage(_PageHeader):
    contents: list[shapes.TaxonomyTerm]


def _list_of(shape: Any) -> dict[str, Any]:
    lines = {"content": {NDJSON: {"schema": {"type": "string"}}}}
    return {"response_model": shape, "responses": {200: lines, **refusals(422, 429, 503)}}


def _one_of(shape: Any) -> dict[str, Any]:
    return {"response_model": shape, "responses": refusals(404, 422, 429, 503)}


@router.get("/services", **_list_of(ServicePage))
async def list_services(
    request: Request,
    asked: OfServices,
    minimal: Annotated[YesNo, Query(description="Chỉ id và last_modified.")] = False,
    full: Full = False,
    page: Page = 1,
    per_page: PerPage = DEFAULT_PAGE,
    format: Format = "json",
) -> Response:
    """Services that are verified today."""
    load: Load = loading.minimal_services if minimal else partial(loading.services, full=full)
    ids = finding.services(_runtime(request).today(), asked)
    return await _list(request, ids, load, page, per_page, format)


@router.get("/services/{id}", **_one_of(shapes.Service))
async def one_service(request: Request, id: UUID) -> Response:
    """A service in full."""
    ids = finding.services(_runtime(request).today())
    return await _one(request, ids, id, partial(loading.services, full=True))


@router.get("/service_at_locations", **_list_of(ServiceAtLocationPage))
async def list_service_at_locations(
    request: Request,
    asked: OfServices,
    full: Full = False,
    page: Page = 1,
    per_page: PerPage = DEFAULT_PAGE,
    format: Format = "json",
) -> Response:
    """Services at places; a line for the whole country has none."""
    ids = finding.service_at_locations(_runtime(request).today(), asked)
    load = partial(loading.service_at_locations, full=full)
    return await _list(request, ids, load, page, per_page, format)


@router.get("/service_at_locations/{id}", **_one_of(shapes.ServiceAtLocation))
async def one_service_at_location(request: Request, id: UUID) -> Response:
    """A service at a place, in full."""
    ids = finding.service_at_locations(_runtime(request).today())
    return await _one(request, ids, id, partial(loading.service_at_locations, full=True))


@router.get("/organizations", **_list_of(OrganizationPage))
async def list_organizations(
    request: Request,
    asked: OfOrganizations,
    full: Full = False,
    full_service: Full = False,
    page: Page = 1,
    per_page: PerPage = DEFAULT_PAGE,
    format: Format = "json",
) -> Response:
    """Organizations with a public service."""
    on = _runtime(request).today()
    load = _organizations(on, full=full, full_service=full_service)
    return await _list(request, finding.organizations(on, asked), load, page, per_page, format)


@router.get("/organizations/{id}", **_one_of(shapes.Organization))
async def one_organization(request: Request, id: UUID, full_service: Full = False) -> Response:
    """An organization with its public services and places."""
    on = _runtime(request).today()
    load = _organizations(on, full=True, full_service=full_service)
    return await _one(request, finding.organizations(on), id, load)


@router.get("/taxonomies", **_list_of(TaxonomyPage))
async def list_taxonomies(
    request: Request,
    search: Search = None,
    page: Page = 1,
    per_page: PerPage = DEFAULT_PAGE,
    format: Format = "json",
) -> Response:
    """Our taxonomies."""
    found = taxonomy.holding([taxonomy.TAXONOMY], search or "")
    return _short_list(request, found, page, per_page, format)


@router.get("/taxonomies/{id}", **_one_of(shapes.Taxonomy))
async def one_taxonomy(request: Request, id: UUID) -> Response:
    """A taxonomy."""
    return _found(request, [taxonomy.TAXONOMY], id)


@router.get("/taxonomy_terms", **_list_of(TaxonomyTermPage))
async def list_taxonomy_terms(
    request: Request,
    search: Search = None,
    taxonomy_id: Id = None,
    parent_id: Id = None,
    top_only: Annotated[YesNo, Query(description="Chỉ các loại không nằm dưới loại khác.")] = False,
    page: Page = 1,
    per_page: PerPage = DEFAULT_PAGE,
    format: Format = "json",
) -> Response:
    """Kinds of service."""
    terms = taxonomy.terms_of(taxonomy_id, parent_id, top_only=top_only)
    return _short_list(request, taxonomy.holding(terms, search or ""), page, per_page, format)


@router.get("/taxonomy_terms/{id}", **_one_of(shapes.TaxonomyTerm))
async def one_taxonomy_term(request: Request, id: UUID) -> Response:
    """A kind of service."""
    return _found(request, taxonomy.terms(), id)


async def _list(
    request: Request, ids: Ids, load: Load, page: int, per_page: int, format: str
) -> Response:
    runtime = _runtime(request)
    async with snapshot(runtime) as session:
        if format == "ndjson":
            state = await finding.state(session, runtime.today())
            return stream(request, _lines(runtime, ids, load), state, NDJSON)
        total = await finding.count(session, ids)
        contents = await load(session, await finding.page(session, ids, page, per_page))
    return answer(request, write_page(contents, page, per_page, total))


async def _lines(runtime: Runtime, ids: Ids, load: Load) -> AsyncIterator[bytes]:
    last: UUID | None = None
    while True:
        # A session a batch: who reads slowly must not keep a connection from the chat.
        async with snapshot(runtime) as session:
            some = await finding.after(session, ids, last, AT_A_TIME)
            lines = [write_json(record) + b"\n" for record in await load(session, some)]
        if not some:
            return
        for line in lines:
            yield line
        last = some[-1]


async def _one(request: Request, ids: Ids, id: UUID, load: Load) -> Response:
    async with snapshot(_runtime(request)) as session:
        if not await finding.has(session, ids, id):
            raise _unknown()
        records = await load(session, [id])
    return answer(request, records[0])


def _short_list(
    request: Request, found: Sequence[Any], page: int, per_page: int, format: str
) -> Response:
    if format == "ndjson":
        lines = b"".join(write_json(one) + b"\n" for one in found)
        return answer_bytes(request, lines, NDJSON)
    contents = found[(page - 1) * per_page : page * per_page]
    return answer(request, write_page(contents, page, per_page, len(found)))


def _found(request: Request, records: Sequence[Any], id: UUID) -> Response:
    for record in records:
        if record["id"] == id:
            return answer(request, record)
    raise _unknown()


def _organizations(on: date, *, full: bool, full_service: bool) -> Load:
    async def load(session: AsyncSession, ids: list[UUID]) -> Sequence[Any]:
        return await loading.organizations(session, on, ids, full=full, full_service=full_service)

    return load


def _unknown() -> NotFound:
    return NotFound("Không có bản ghi nào có mã này, hoặc bản ghi chưa được xác minh hôm nay.")


def _runtime(request: Request) -> Runtime:
    runtime: Runtime = request.app.state.runtime
    return runtime
