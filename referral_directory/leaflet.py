"""A leaflet for the notice board of one commune: whom to call, where to register, what is near, and
the way into the chat. One sheet of A4, black on white, so that any copier will do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from referral_directory.found import ServiceFound
from referral_directory.nearest import (
    Findings,
    emergency_numbers,
    nearest,
)
from referral_directory.places import Gazetteer, Place
from referral_directory.sheet import Sheet, Text

NEAREST = 8
KINDS_WANTED = (
    "rehab_centre",
    "home_rehab",
    "substitution_treatment",
    "addiction_identification",
    "counselling_point",
    "psychiatric_hospital",
    "hiv_harm_reduction",
)
"""Kinds of which one is told even where eight others are nearer."""
LONGEST_URL = 200
MOST_NUMBERS = 5


@dataclass(frozen=True)
class Services:
    """What stands on a leaflet. `emergency` may hold the numbers of the seed past their day; all else
    is verified."""

    emergency: tuple[ServiceFound, ...]
    lines: tuple[ServiceFound, ...]
    by_law: tuple[ServiceFound, ...]
    near: tuple[ServiceFound, ...]

    @property
    def all(self) -> tuple[ServiceFound, ...]:
        return (*self.emergency, *self.lines, *self.by_law, *self.near)


async def services_for(session: AsyncSession, place: Place, now: datetime) -> Services:
    """What people at `place` can be told at `now` (aware): lines, the commune police, the nearest
    services of any kind and one of each kind in `KINDS_WANTED`."""

    async def search(kinds: Sequence[str] | None, limit: int) -> Findings:
        return await nearest(
            session,
            kinds=kinds,
            latitude=place.latitude,
            longitude=place.longitude,
            now=now,
            province_code=place.province_code,
            limit=limit,
        )

    around = await search(None, NEAREST)
    near = {one.key: one for one in (*around.near, *around.province)}
    for kind in KINDS_WANTED:
        of_kind = await search([kind], 1)
        near |= {one.key: one for one in (*of_kind.near, *of_kind.farther)}
    calls = await emergency_numbers(session, now)
    return Services(
        emergency=tuple(calls[:MOST_NUMBERS]),
        lines=tuple(one for one in around.national if one.verified),
        by_law=tuple(one for one in around.by_law if one.verified),
        near=tuple(sorted((one for one in near.values() if one.verified), key=_distance)),
    )


def communes_called(gazetteer: Gazetteer, text: str) -> list[Place]:
    """Today's communes that a name ("xã Long Hồ, Vĩnh Long") or a code means; several where it is
    ambiguous."""
    place = gazetteer.by_code(text.strip())
    places = [place] if place else gazetteer.from_answer(text)
    return list({one.code: one for one in places if one.commune_code}.values())


def title_of(place: Place) -> str:
    """ "xã Long Hồ, tỉnh Vĩnh Long" """
    return f"{place.name}, {place.province}"


def holds_until(services: Services) -> date | None:
    """The last day on which everything on the leaflet is verified; None where nothing has a day."""
    days = [one.verified_until for one in services.all if one.verified and one.verified_until]
    return min(days, default=None)


def leaflet(services: Services, place: str, chat_url: str, on: date) -> bytes:
    """The leaflet for the place of this title as a PDF, printed on the day `on`; a second page only where one is too
    small.

    Raises:
        ValueError: the address is too long to be read by a telephone from paper.
    """
    if len(chat_url) > LONGEST_URL:
        raise ValueError(f"the address has more than {LONGEST_URL} characters")
    sheet = Sheet(on, holds_until(services))
    sheet.head(place, chat_url)
    calls = [(one.phones[0], one.description or one.name) for one in services.emergency]
    sheet.calls(calls, _vouched_together(services.emergency))
    sheet.part("Gọi được từ mọi nơi, khi cần người nghe và giúp", map(_line, services.lines))
    sheet.part("Đăng ký cai nghiện tự nguyện, điều trị thay thế", map(_by_law, services.by_law))
    near = [_service(one) for one in services.near]
    sheet.part("Nơi giúp đỡ gần nhất đã được xác minh", near or [_NOTHING_NEAR])
    return sheet.finish()


_NOTHING_NEAR = (
    Text("Chưa có nơi nào gần đây đã được xác minh. Bạn hỏi công an xã, phường nơi mình ở.", 10),
)


def _line(one: ServiceFound) -> list[Text]:
    about = one.description or one.kind_title
    more = "" if about.lower() in one.name.lower() else f"{about[:1].upper()}{about[1:]}. "
    hours = f"Trực: {one.hours}." if one.hours else ""
    first = Text(f"{', '.join(one.phones)}   {one.name}", 11.5, bold=True)
    return [first, Text(f"{more}{hours}", 9.5), _vouched(one)]


def _by_law(one: ServiceFound) -> list[Text]:
    basis = f" Căn cứ: {one.legal_basis}." if one.legal_basis else ""
    about = Text(f"{one.description or ''}{basis}", 9.5)
    return [Text(one.name, 11.5, bold=True), about, _vouched(one)]


def _service(one: ServiceFound) -> list[Text]:
    # No number is torn from its mark or in two by the end of a line.
    phones = f" ĐT:\u00a0{', '.join(one.phones)}" if one.phones else ""
    facts = Text("; ".join(_facts(one)) + ".", 9)
    return [Text(f"{one.name}.{phones}", 10.5, bold=True), facts, _vouched(one)]


def _vouched(one: ServiceFound) -> Text:
    return Text(f"Nguồn: {_source(one)}.", 7.5, grey=True)


def _vouched_together(numbers: Sequence[ServiceFound]) -> Text:
    told = "; ".join(f"{one.phone}: {_source(one)}" for one in numbers)
    return Text(f"Nguồn: {told}." if told else "", 7, grey=True)


def _source(one: ServiceFound) -> str:
    if not one.verified or one.verified_until is None:
        return f"{one.source}, lâu rồi chưa kiểm tra lại"
    return f"{one.source}, xác minh đến {_day(one.verified_until)}"


def _facts(one: ServiceFound) -> list[str]:
    where = one.address or one.commune
    away = one.distance_km
    far = "" if away is None else "cách chưa tới 1 km" if away < 1 else f"cách khoảng {away:.0f} km"
    if far and one.approximate:
        far += " (tính đến trung tâm xã, phường)"
    told = [
        f"{one.kind_title[:1].upper()}{one.kind_title[1:]}",
        f"{where}, {one.province}" if where else one.province or "",
        far,
        f"mở cửa {one.hours}" if one.hours else "",
        f"chi phí: {one.cost}" if one.cost else "",
        "nhận người tự nguyện" if one.accepts_voluntary else "",
        "" if one.phones else "chưa có số điện thoại",
    ]
    return [fact for fact in told if fact]


def _distance(one: ServiceFound) -> tuple[float, str]:
    return (one.distance_km if one.distance_km is not None else float("inf"), one.key)


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"
