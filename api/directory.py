"""The directory, open to anybody: the nearest suitable services as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from bot.errors import NotFound, NotUnderstood
from bot.runtime import Runtime
from referral_directory.kinds import KINDS
from referral_directory.nearest import nearest
from referral_directory.places import Place

router = APIRouter()


@router.get("/directory/nearest")
async def find_nearest(
    request: Request,
    place: Annotated[str | None, Query(max_length=200)] = None,
    lat: Annotated[float | None, Query(ge=-90, le=90)] = None,
    lon: Annotated[float | None, Query(ge=-180, le=180)] = None,
    kind: Annotated[str | None, Query(max_length=40)] = None,
    limit: Annotated[int, Query(ge=1, le=20)] = 3,
) -> dict[str, Any]:
    """Services near a named place or a point, verified ones apart from those nobody vouches for.

    An ambiguous name answers with the `places` it may mean, and no services.
    """
    runtime: Runtime = request.app.state.runtime
    if kind is not None and kind not in KINDS:
        raise NotUnderstood(f"Không có loại {kind!r}. Các loại: {', '.join(sorted(KINDS))}.")
    places = _places(runtime, place)
    if len(places) > 1:
        return {"places": [asdict(one) for one in places]}
    if places:
        lat, lon = places[0].latitude, places[0].longitude
    if lat is None or lon is None:
        raise NotUnderstood("Cần `place`, hoặc `lat` và `lon`.")
    async with runtime.sessions() as session:
        findings = await nearest(
            session,
            kinds=[kind] if kind else None,
            latitude=lat,
            longitude=lon,
            province_code=places[0].province_code if places else None,
            limit=limit,
            on=runtime.today(),
        )
    return {"places": [asdict(one) for one in places], **asdict(findings)}


def _places(runtime: Runtime, name: str | None) -> list[Place]:
    if name is None:
        return []
    places = runtime.gazetteer.from_answer(name)
    if not places:
        raise NotFound("Không tìm ra nơi này. Hãy ghi tên xã, phường kèm tỉnh.")
    return places
