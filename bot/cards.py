"""Directory cards: what can be done with a verified place of help besides reading of it.

A card holds only what the directory tells everybody: no distance, nothing about who asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.messages import Card, Outbound
from referral_directory import nearest, words
from referral_directory.found import ServiceFound
from referral_directory.hours import VIET_NAM
from referral_directory.nearest import Findings
from referral_directory.tables import Service

MOST_CARDS = 3
_MAP = "https://www.openstreetmap.org"
_NUMBER = re.compile(r"\d{3,15}")
_ITEM = re.compile(r"^• (.+)$", re.MULTILINE)
_MOST_ITEMS = 10


def in_order(findings: Findings) -> list[ServiceFound]:
    """What `words.describe` tells of, in its order, but for what every commune has by law."""
    near = [*findings.near, *findings.farther, *findings.instead, *findings.province]
    return [*near, *findings.national]


def make_cards(services: Iterable[ServiceFound]) -> tuple[Card, ...]:
    """Cards of the first three services that somebody vouches for today."""
    verified = {one.key: one for one in services if one.verified}
    return tuple(_card(one) for one in list(verified.values())[:MOST_CARDS])


def still_told(cards: Iterable[Card], now: datetime) -> tuple[Card, ...]:
    """Those that may be told on the day of `now` (aware) in Viet Nam: a message may be sent, or read
    again, long after it was written."""
    on = now.astimezone(VIET_NAM).date()
    return tuple(card for card in cards if card.until and on <= card.until)


def map_link(card: Card) -> str:
    """A page with the place on a map, or with what a search for its surroundings finds there; "" where
    nothing is known to look for."""
    if card.point:
        latitude, longitude = (f"{degrees:.5f}" for degrees in card.point)
        return f"{_MAP}/?mlat={latitude}&mlon={longitude}#map=17/{latitude}/{longitude}"
    return f"{_MAP}/search?query={quote(card.where, safe='')}" if card.where else ""


def map_title(card: Card) -> str:
    """What a button to `map_link` says: never more than is known."""
    return "Bản đồ" if card.point else "Bản đồ gần đúng"


def with_links(message: Outbound) -> Outbound:
    """The message for a channel without buttons that open a page: links under its text to the places
    whose point is known. Numbers stand in the text anyway, and what is only near an address is best
    looked for by the words there."""
    links = [f"Bản đồ {card.title}: {map_link(card)}" for card in message.cards if card.point]
    if not links:
        return message
    return replace(message, text="\n".join([message.text, "", *links]))


async def cards_in(session: AsyncSession, text: str, now: datetime) -> tuple[Card, ...]:
    """Cards of the services of which a counsellor's text says what the directory says at `now`, line for
    line: what "//" puts there. Words that were changed since get no card, and are sent as they are."""
    names = _ITEM.findall(text)[:_MOST_ITEMS]
    if not names:
        return ()
    named = select(Service.key).where(Service.name.in_(names), Service.reliability == "verified")
    keys = await session.scalars(named.order_by(Service.key).limit(_MOST_ITEMS))
    found = [await nearest.by_key(session, key, now) for key in keys.all()]
    lines = await nearest.hotlines(session, now)
    told = [one for one in (*found, *lines) if one and one.verified and _stands_in(text, one)]
    return make_cards(sorted(told, key=lambda one: text.find(one.name)))


def _stands_in(text: str, service: ServiceFound) -> bool:
    """Whether the text has its words; how far it is may follow the place."""
    return all(line in text for line in words.card(service).split("\n"))


def to_json(card: Card) -> dict[str, Any]:
    """The card as it is stored with its message."""
    saved = {name: value for name, value in asdict(card).items() if value}
    return {**saved, "until": card.until.isoformat()} if card.until else saved


def from_json(saved: Mapping[str, Any]) -> Card:
    """The card stored. Of one that another version of the program stored, what both know is kept."""
    known = {name: saved[name] for name in Card.__dataclass_fields__ if name in saved}
    point, until = known.pop("point", None), known.pop("until", None)
    return Card(
        **known,
        point=(point[0], point[1]) if point else None,
        until=date.fromisoformat(until) if until else None,
    )


def _card(service: ServiceFound) -> Card:
    number = service.phone or ""
    return Card(
        key=service.key,
        title=service.name,
        phone=number if _NUMBER.fullmatch(number) else "",
        point=_point(service),
        # No street: a map that does not know it finds nothing at all, and every map knows the commune.
        where=f"{service.commune}, {service.province}" if service.commune else "",
        share=_share(service),
        until=service.verified_until,
    )


def _point(service: ServiceFound) -> tuple[float, float] | None:
    if service.approximate or service.latitude is None or service.longitude is None:
        return None
    return service.latitude, service.longitude


def _share(service: ServiceFound) -> str:
    """Whom to call, where it is, who says so and until when; nothing of the way there from anybody."""
    lines = [service.name]
    if service.phones:
        lines.append(f"Điện thoại: {', '.join(service.phones)}")
    at = [part for part in (service.address or service.commune, service.province) if part]
    if at:
        lines.append(f"Địa chỉ: {', '.join(at)}{'' if service.address else ' (chưa rõ số nhà)'}")
    if service.verified_until:
        lines.append(f"Nguồn: {service.source}; xác minh đến {service.verified_until:%d/%m/%Y}.")
    return "\n".join(lines)
