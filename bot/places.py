"""Services near somebody: from what they wrote, a place's code or a point, to words.

Reads the directory only. Of a person's place nothing but the code of its commune or province is kept,
so that a counsellor who knows the area can be found; a point they sent is kept nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot import replies
from bot.messages import Outbound
from bot.runtime import Runtime
from referral_directory import nearest, words
from referral_directory.places import Place

MOST_CHOICES = 5


@dataclass(frozen=True)
class Near:
    """What to say of services near a place; `area` is the code of its commune or province, "" while it
    is not clear which place is meant."""

    told: Outbound
    area: str = ""


def is_named(runtime: Runtime, text: str) -> bool:
    """Whether a text clearly names a place."""
    return bool(runtime.gazetteer.find(text))


async def in_text(runtime: Runtime, text: str, place: str, kind: str) -> Near | None:
    """Services near the place named in a free sentence; `place` is the part that Rasa took for it.
    None where no place is named."""
    found = runtime.gazetteer.find(text) or (runtime.gazetteer.from_answer(place) if place else [])
    if found:
        return await _near(runtime, found, kind)
    return Near(replies.place_unknown()) if place else None


async def by_name(runtime: Runtime, text: str, kind: str) -> Near | None:
    """The same for the answer to "where are you?", which may be nothing but a name."""
    found = runtime.gazetteer.from_answer(text)
    return await _near(runtime, found, kind) if found else None


async def by_code(runtime: Runtime, code: str, kind: str) -> Near:
    """Services near the commune or province with this code (from a button)."""
    place = runtime.gazetteer.by_code(code)
    return await _near(runtime, [place], kind) if place else Near(replies.place_unknown())


async def near_point(runtime: Runtime, point: tuple[float, float], kind: str) -> Outbound:
    """Services near a (latitude, longitude) that the person sent."""
    async with runtime.sessions() as session:
        findings = await nearest.nearest(
            session,
            kinds=[kind] if kind else None,
            latitude=point[0],
            longitude=point[1],
            on=runtime.today(),
        )
    return Outbound(
        words.describe(findings, None, runtime.today()), (replies.HUMAN, replies.HOTLINE)
    )


async def hotlines(runtime: Runtime) -> Outbound:
    """The telephone numbers that somebody in need may call, as the directory has them today."""
    async with runtime.sessions() as session:
        found = await nearest.hotlines(session, runtime.today())
    return Outbound(words.describe_hotlines(found, runtime.today()), (replies.HUMAN,))


async def _near(runtime: Runtime, found: Sequence[Place], kind: str) -> Near:
    first = found[0]
    if len(found) > 1:
        options = [(place.code, f"{place.name}, {place.province}") for place in found]
        return Near(replies.which_place(options[:MOST_CHOICES]))
    async with runtime.sessions() as session:
        findings = await nearest.nearest(
            session,
            kinds=[kind] if kind else None,
            latitude=first.latitude,
            longitude=first.longitude,
            province_code=first.province_code,
            on=runtime.today(),
        )
    told = Outbound(
        words.describe(findings, first, runtime.today()), (replies.HUMAN, replies.HOTLINE)
    )
    return Near(told, first.commune_code or first.province_code)
