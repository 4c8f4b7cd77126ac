"""What a person is told about services, in plain Vietnamese. Pure.

Every item says where it is known from and how long that holds; what nobody vouches for is not told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from referral_directory.found import ServiceFound
from referral_directory.kinds import HELP_LINES, KINDS, offered
from referral_directory.nearest import NEAR_KM, Findings
from referral_directory.places import Place

_OPEN_NOW = {True: " (đang mở)", False: " (giờ này đóng cửa)", None: ""}
_REHAB = {"rehab_centre", "home_rehab", "commune_police"}


def describe(findings: Findings, place: Place | None) -> str:
    """The findings around `place` (None: around the point the person sent) as plain text.

    Says first whether anything verified is near; ends with the way to the commune police where
    nothing is, or where the search was for rehab.
    """
    parts = [] if _asks_for_lines(findings) else _about_places(findings, place)
    if findings.national:
        parts.append(_titled("Số gọi được từ mọi nơi:", map(_line, findings.national)))
    elif _asks_for_lines(findings):
        parts.insert(0, "Mình chưa có đường dây nào như vậy đã được xác minh.")
    if not findings.near or _REHAB & set(findings.kinds or _REHAB):
        parts += map(_by_law, findings.by_law)
    return "\n\n".join(parts)


def describe_hotlines(found: Sequence[ServiceFound], on: date) -> str:
    """The numbers as a list, emergency numbers first as `nearest.hotlines` gives them."""
    if not found:
        return (
            "Lúc này mình chưa có số nào đã được xác minh. "
            "Nếu đang nguy hiểm, hãy nhờ ngay người ở gần."
        )
    return _titled(f"Các số bạn có thể gọi (mình biết đến ngày {_day(on)}):", map(_line, found))


def card(service: ServiceFound) -> str:
    """One verified service by itself, as `describe` and `describe_hotlines` tell it among others."""
    return _line(service) if service.kind in (*HELP_LINES, "emergency") else _item(service)


def _asks_for_lines(findings: Findings) -> bool:
    wanted = offered(findings.kinds)
    return bool(wanted) and all(kind.startswith("hotline") for kind in wanted)


def _about_places(findings: Findings, place: Place | None) -> list[str]:
    where = _where(place)
    noun = _noun(findings.kinds)
    parts = []
    if findings.near:
        parts.append(
            _titled(f"Nơi gần {where} mà mình biết, đã được xác minh:", map(_item, findings.near))
        )
    else:
        parts.append(
            f"Mình chưa có {noun} nào đã được xác minh trong vòng {NEAR_KM:.0f} km quanh {where}."
        )
    if findings.farther:
        title = "Nơi gần nhất đã được xác minh thì xa, bạn hỏi trước rồi hãy đi:"
        parts.append(_titled(title, map(_item, findings.farther)))
    if findings.instead:
        is_far = (findings.instead[0].distance_km or 0.0) > NEAR_KM
        far = " và xa, bạn hỏi trước rồi hãy đi" if is_far else ""
        title = f"Nơi gần nhất đã được xác minh thì là loại khác{far}:"
        parts.append(_titled(title, map(_item, findings.instead)))
    if findings.province:
        parts.append(
            _titled(
                "Trong tỉnh, thành phố này còn có (chưa rõ ở xã, phường nào):",
                map(_item, findings.province),
            )
        )
    return parts


def _where(place: Place | None) -> str:
    if place is None:
        return "chỗ bạn"
    name = place.name if place.name == place.province else f"{place.name}, {place.province}"
    if place.former and place.former not in place.name:
        return f"{name} ({place.former} cũ)"
    return name


def _noun(kinds: Sequence[str] | None) -> str:
    if kinds and len(kinds) == 1 and kinds[0] in KINDS:
        return KINDS[kinds[0]]
    return "nơi trợ giúp"


def _titled(title: str, items: Iterable[str]) -> str:
    return "\n".join([title, *items])


def _item(service: ServiceFound) -> str:
    """A verified place, line by line."""
    lines = [f"• {service.name}"]
    lines.append(f"  {_place_line(service)}")
    if service.phones:
        lines.append(f"  Điện thoại: {', '.join(service.phones)}")
    else:
        lines.append("  Mình chưa có số điện thoại của nơi này.")
    if service.hours:
        lines.append(f"  Giờ mở cửa: {service.hours}{_OPEN_NOW[service.open_now]}")
    if service.description:
        lines.append(f"  {service.description}")
    if service.kind == "rehab_centre":
        lines.append(f"  {_voluntary(service.accepts_voluntary)}")
    lines.append(f"  {_vouched(service)}")
    return "\n".join(lines)


def _place_line(service: ServiceFound) -> str:
    where = service.address or service.commune
    at = f"{where}, {service.province}" if where else service.province or "cả nước"
    if service.distance_km is None or not service.commune:
        return at
    kind = "đặc khu" if service.commune.startswith("đặc khu") else service.commune.split(" ", 1)[0]
    away = service.distance_km
    far = "chưa tới 1 km" if away < 1 else f"khoảng {away:.0f} km"
    return f"{at}; cách {far}" + (f" (tính đến trung tâm {kind})" if service.approximate else "")


def _voluntary(accepts: bool | None) -> str:
    if accepts:
        return "Nơi này có nhận người tự nguyện cai."
    if accepts is None:
        return (
            "Mình chưa rõ nơi này có nhận người tự nguyện cai không. "
            "Bạn hỏi công an xã, phường trước nhé."
        )
    return "Nơi này không nhận người tự nguyện cai."


def _line(service: ServiceFound) -> str:
    """A telephone line."""
    about = service.description or service.kind_title
    more = "" if about.lower() in service.name.lower() else f" ({about})"
    hours = f" Trực: {service.hours}." if service.hours else ""
    return f"• {service.phone} - {service.name}{more}.{hours} {_vouched(service)}"


def _vouched(service: ServiceFound) -> str:
    if service.verified and service.verified_until:
        return f"Nguồn: {service.source}; xác minh đến {_day(service.verified_until)}."
    return f"Nguồn: {service.source}; lâu rồi chưa kiểm tra lại."


def _by_law(service: ServiceFound) -> str:
    """What every commune has by law, with the articles that say so."""
    until = f", xác minh đến {_day(service.verified_until)}" if service.verified_until else ""
    basis = f" ({service.legal_basis}{until})" if service.legal_basis else ""
    return f"Làm giấy tờ thì tới {service.name[0].lower()}{service.name[1:]}. {service.description}{basis}"


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"
