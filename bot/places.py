"""Services near somebody: from what they wrote, a place's code or a point, to words.

Reads the directory only. Of a person's place nothing but the code of its commune or province is kept,
so that a counsellor who knows the area can be found; a point they sent is kept nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot import replies
from bot.cards import in_order, make_cards
from bot.messages import Outbound
from bot.runtime import Runtime
from referral_directory import nearest, words
from referral_directory.found import ServiceFound
from referral_directory.places import Place

MOST_CHOICES = 5


@dataclass(frozen=True)
class Near:
    """What to say of services near a place; `area` is the code of its commune or province, "" while it
    is not clear which place is meant. `told_keys` are the directory's keys of the services told, in their
    order; None where none were looked for."""

    told: Outbound
    area: str = ""
    told_keys: tuple[str, ...] | None = None


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


async def near_point(runtime: Runtime, point: tuple[float, float], kind: str) -> Near:
    """Services near a (latitude, longitude) that the person sent."""
    async with runtime.sessions() as session:
        findings = await nearest.nearest(
            session,
            kinds=[kind] if kind else None,
            latitude=point[0],
            longitude=point[1],
            now=runtime.clock(),
        )
    return _tell(findings, None, "")


async def hotlines(runtime: Runtime) -> Near:
    """The telephone numbers that somebody in need may call, as the directory has them today."""
    async with runtime.sessions() as session:
        found = await nearest.hotlines(session, runtime.clock())
    text = words.describe_hotlines(found, runtime.today())
    told = Outbound(text, (replies.HUMAN,), cards=make_cards(found))
    return Near(told, told_keys=_keys(found))


async def _near(runtime: Runtime, found: Sequence[Place], kind: str) -> Near:
    first = found[0]
    if len(found) > 1:
        options = [(place.code, place.title) for place in found]
        return Near(replies.which_place(options[:MOST_CHOICES]))
    async with runtime.sessions() as session:
        findings = await nearest.nearest(
            session,
            kinds=[kind] if kind else None,
            latitude=first.latitude,
            longitude=first.longitude,
            province_code=first.province_code,
            now=runtime.clock(),
        )
    return _tell(findings, first, first.commune_code or first.province_code)


def _tell(findings: nearest.Findings, place: Place | None, area: str) -> Near:
    services = in_order(findings)
    text, cards = words.describe(findings, place), make_cards(services)
    told = Outbound(text, (replies.HUMAN, replies.HOTLINE), cards=cards)
    return Near(told, area, _keys(services))


def _keys(services: Sequence[ServiceFound]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.key for one in services))
