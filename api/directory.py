"""The directory, open to anybody: the nearest suitable services as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, NotRequired

from fastapi import APIRouter, Query, Request
from pydantic import Field
from typing_extensions import TypedDict

from api.hsds.parameters import Absent, Text, YesNo
from api.hsds.refusals import ClearRoute, refusals
from bot.errors import NotFound, NotUnderstood
from bot.runtime import Runtime
from referral_directory.cells import LANGUAGES
from referral_directory.found import ServiceFound
from referral_directory.kinds import KINDS
from referral_directory.nearest import Wish, nearest
from referral_directory.places import Place

router = APIRouter(route_class=ClearRoute)
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Age = Annotated[int, Field(ge=0, le=120)]


class Nearest(TypedDict):
    """What is near: only `places` where their name may mean several."""

    places: list[Place]
    kinds: NotRequired[list[str] | None]
    near: NotRequired[list[ServiceFound]]
    farther: NotRequired[list[ServiceFound]]
    instead: NotRequired[list[ServiceFound]]
    province: NotRequired[list[ServiceFound]]
    by_law: NotRequired[list[ServiceFound]]
    national: NotRequired[list[ServiceFound]]


@router.get(
    "/directory/nearest",
    response_model=None,
    responses={200: {"model": Nearest}, **refusals(404, 422, 429, 503)},
)
async def find_nearest(
    request: Request,
    place: Annotated[Text | Absent, Query()] = None,
    lat: Annotated[Latitude | Absent, Query()] = None,
    lon: Annotated[Longitude | Absent, Query()] = None,
    kind: Annotated[str | Absent, Query(json_schema_extra={"enum": [*KINDS]})] = None,
    age: Annotated[Age | Absent, Query()] = None,
    open_now: YesNo = False,
    language: Annotated[str | Absent, Query(json_schema_extra={"enum": [*LANGUAGES]})] = None,
    limit: Annotated[int, Query(ge=1, le=20)] = 3,
) -> dict[str, Any]:
    """Verified services near a named place or a point: `near`, else `farther` or `instead`, those of
    the `province` without a known commune, what every commune has `by_law`, and `national` lines.

    `age` leaves out who is not accepted, `open_now` what is closed or has no known hours, `language`
    where it is not spoken. An ambiguous name answers with the `places` it may mean, and no services.
    """
    runtime: Runtime = request.app.state.runtime
    if kind is not None and kind not in KINDS:
        raise NotUnderstood(f"kind: phải là một trong {', '.join(sorted(KINDS))}.")
    if language is not None and language not in LANGUAGES:
        raise NotUnderstood(f"language: phải là một trong {', '.join(LANGUAGES)}.")
    places = _places(runtime, place)
    if len(places) > 1:
        return {"places": [asdict(one) for one in places]}
    if places:
        lat, lon = places[0].latitude, places[0].longitude
    if lat is None or lon is None:
        raise NotFound("Chưa biết tìm quanh đâu. Cần `place`, hoặc `lat` và `lon`.")
    async with runtime.statements() as connection:
        findings = await nearest(
            connection,
            kinds=[kind] if kind else None,
            latitude=lat,
            longitude=lon,
            now=runtime.clock(),
            province_code=places[0].province_code if places else None,
            limit=limit,
            wish=Wish(age, language, open_now),
        )
    return {"places": [asdict(one) for one in places], **asdict(findings)}


def _places(runtime: Runtime, name: str | None) -> list[Place]:
    if name is None:
        return []
    places = runtime.gazetteer.from_answer(name)
    if not places:
        raise NotFound("Không tìm ra nơi này. Hãy ghi tên xã, phường kèm tỉnh.")
    return places
