"""The directory for other software, read-only: Open Referral HSDS 3.0 under /hsds, with the vn-referral
profile and a data package of all of it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from typing_extensions import TypedDict

from api.hsds import lists
from api.hsds.answers import answer
from api.hsds.package import Package
from api.hsds.refusals import ClearRoute, refusals
from api.pace import Pace
from referral_directory.hsds import profile

PREFIX = "/hsds"
VERSION = "3.0"


class About(TypedDict):
    """Which standard this is, and where its profile and its OpenAPI are."""

    version: str
    profile: str
    openapi_url: str


def build_router() -> APIRouter:
    """The routes under /hsds with what they hold for one application: how fast each address asks, and
    the data package last made."""
    router = APIRouter(
        prefix=PREFIX, route_class=ClearRoute, tags=["HSDS"], dependencies=[Depends(Pace().keep)]
    )
    router.add_api_route("/", about, response_model=About, responses=refusals(429, 503))
    router.add_api_route(
        "/profile", show_profile, response_model=None, responses=refusals(429, 503)
    )
    router.add_api_route("/openapi.json", show_openapi, include_in_schema=False)
    package = Package()
    router.add_api_route(
        "/datapackage.zip", package.serve, response_class=Response, responses=package.DESCRIBED
    )
    router.include_router(lists.router)
    return router


async def about(request: Request) -> Response:
    """Which version of HSDS and which profile this is."""
    home = request.app.state.settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")
    address = home + PREFIX
    known = About(
        version=VERSION, profile=f"{address}/profile", openapi_url=f"{address}/openapi.json"
    )
    return answer(request, known)


async def show_profile(request: Request) -> Response:
    """What the vn-referral profile adds to the schemas of HSDS, as JSON Merge Patches."""
    return answer(request, profile.merge_patch())


async def show_openapi(request: Request) -> Response:
    """The OpenAPI of these routes alone."""
    return answer(request, describe(request.app.openapi()))


def describe(whole: dict[str, Any]) -> dict[str, Any]:
    """Of the application's OpenAPI what is under /hsds."""
    paths = {path: known for path, known in whole["paths"].items() if path.startswith(PREFIX)}
    return whole | {
        "info": {"title": "Điểm Tựa: danh bạ theo HSDS", "version": VERSION},
        "paths": paths,
    }
