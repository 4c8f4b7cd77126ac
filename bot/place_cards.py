"""Places of help that a counsellor brings with "//": the directory's verified rows, one card each, in
the bot's own words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.cards import in_order
from bot.places import MOST_CHOICES
from bot.runtime import Runtime
from bot.understand import clean, fold
from referral_directory import nearest, words
from referral_directory.found import ServiceFound
from referral_directory.places import Place

LONGEST_TYPED = 200
_KINDS = (
    ("tai nha", "home_rehab"),
    ("cong dong", "home_rehab"),
    ("methadone", "substitution_treatment"),
    ("buprenorphine", "substitution_treatment"),
    ("thuoc thay the", "substitution_treatment"),
    ("xac dinh", "addiction_identification"),
    ("cai nghien", "rehab_centre"),
    ("tam than", "psychiatric_hospital"),
    ("hiv", "hiv_harm_reduction"),
    ("giam hai", "hiv_harm_reduction"),
    ("tam ly", "psychological_support"),
    ("phap ly", "legal_aid"),
    ("day nghe", "vocational_training"),
    ("hoc nghe", "vocational_training"),
    ("vay von", "loan"),
    ("tre em", "child_protection"),
    ("cong an", "commune_police"),
    ("tu van", "counselling_point"),
    ("duong day", "hotline"),
    ("hotline", "hotline"),
)
"""What counsellors call a kind of place, without accents; the first that is typed counts."""


@dataclass(frozen=True)
class Card:
    """A service: how a list names it, and what is put into the answer."""

    title: str
    where: str
    words: str


@dataclass(frozen=True)
class Cards:
    """What was found near `place`, None where none was named or `which` of several is meant is open.
    The lines that may be called from everywhere are always among the `cards`."""

    cards: Sequence[Card]
    place: Place | None = None
    which: Sequence[Place] = ()


def find_kind(typed: str) -> tuple[str, str]:
    """The code of the kind of place that `typed` asks for, "" for any, and what else is typed."""
    bare = fold(typed).lower()
    for name, kind in _KINDS:
        at = bare.find(name)
        if at >= 0:
            return kind, " ".join(f"{typed[:at]} {typed[at + len(name) :]}".split())
    return "", typed.strip()


async def find_cards(runtime: Runtime, typed: str, code: str = "") -> Cards:
    """What the directory has for what a counsellor typed: a kind, a place, or both. `code` says which
    place is meant (`Place.code`); an unknown one counts for nothing."""
    kind, rest = find_kind(clean(typed)[:LONGEST_TYPED])
    place = runtime.gazetteer.by_code(code) if code else None
    named = (
        [place]
        if place
        else runtime.gazetteer.find(rest) or (runtime.gazetteer.from_answer(rest) if rest else [])
    )
    if len(named) != 1:
        return Cards(await _lines(runtime), which=named[:MOST_CHOICES])
    async with runtime.sessions() as session:
        findings = await nearest.nearest(
            session,
            kinds=[kind] if kind else None,
            latitude=named[0].latitude,
            longitude=named[0].longitude,
            province_code=named[0].province_code,
            now=runtime.clock(),
        )
    return Cards(_cards(in_order(findings)), named[0])


async def _lines(runtime: Runtime) -> Sequence[Card]:
    async with runtime.sessions() as session:
        return _cards(await nearest.hotlines(session, runtime.clock()))


def _cards(services: Iterable[ServiceFound]) -> list[Card]:
    return [Card(one.name, _where(one), words.card(one)) for one in dict.fromkeys(services)]


def _where(service: ServiceFound) -> str:
    if service.distance_km is not None and service.commune:
        return f"{service.kind_title}, {service.commune}, cách {service.distance_km:.0f} km"
    return ", ".join(part for part in (service.kind_title, service.province) if part)
