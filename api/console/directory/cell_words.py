"""What the console calls the cells of a row, and what stands in them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.catalogue import N_, Table, _
from referral_directory import rows
from referral_directory.cells import LANGUAGES, read_date
from referral_directory.hours import BadHours, read_hours, say_hours
from referral_directory.kinds import KINDS
from referral_directory.listing import Hidden, state_of, why_hidden
from referral_directory.places import Gazetteer

__all__ = [
    "AREAS",
    "GROUPS",
    "HINTS",
    "HOW",
    "KINDS",
    "LANGUAGES",
    "STATES",
    "STATUSES",
    "TITLES",
    "choices",
    "hidden",
    "place",
    "say",
    "say_days",
    "state_of",
    "why_hidden",
]

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (N_("Tên và loại"), ("name", "alternate_name", "kind", "organization", "description")),
    (
        N_("Ở đâu"),
        (
            "area",
            "commune_code",
            "province_code",
            "address",
            "former_unit",
            "latitude",
            "longitude",
        ),
    ),
    (N_("Liên hệ và giờ"), ("phone", "hours", "holidays", "email", "website")),
    (
        N_("Ai được nhận"),
        (
            "languages",
            "minimum_age",
            "maximum_age",
            "accepts_voluntary",
            "accepts_compulsory",
            "eligibility",
            "substances",
            "cost",
            "accessibility",
        ),
    ),
    (N_("Kín đáo và căn cứ"), ("asks_identity", "reports_to", "legal_basis")),
    (N_("Nguồn và tình trạng"), ("status", "source_name", "source_url", "source_date")),
)
"""The cells as they are read and filled in; verification and key stand apart."""
TITLES = {
    **rows.TITLES,
    "commune_code": N_("Xã, phường"),
    "province_code": N_("Tỉnh, thành phố"),
}
"""The columns, as people call them who do not see codes."""
HINTS = Table(
    {
        "alternate_name": "Tên cũ, tên người ta thường gọi.",
        "organization": "Đơn vị chủ quản.",
        "area": "Một nơi, hay cả nước và mọi xã đều có theo luật.",
        "former_unit": "Tên xã, huyện, tỉnh trước 01/07/2025, nếu nguồn ghi tên cũ.",
        "address": "Số nhà, đường. Không ghi xã, tỉnh.",
        "latitude": "Như 13.782. Để trống thì lấy trung tâm xã, phường.",
        "longitude": "Như 109.219.",
        "phone": "Nhiều số cách nhau bằng dấu chấm phẩy; số đứng đầu được đọc trước.",
        "hours": "Như T2-T6 07:30-11:30,13:30-17:00; T7 08:00-11:00. Cả ngày đêm: 24/7.",
        "reports_to": "Nơi này có báo tên người đến cho ai không.",
        "legal_basis": "Như: Luật 120/2025/QH15, Điều 31.",
        "cost": "Như: miễn phí; 10.000 đồng một ngày.",
        "substances": "Chất mà nơi này điều trị.",
        "source_name": "Người dân thấy; không ghi tên người. Như: báo Gia Lai, công văn của Sở Y tế.",
        "source_url": "Người dân thấy. Trang web nói về nơi này, nếu có. Bắt đầu bằng https://",
    }
)
STATUSES = Table(
    {
        "active": "đang hoạt động",
        "temporarily closed": "tạm đóng",
        "inactive": "ngừng hoạt động",
        "defunct": "không dùng nữa",
    }
)
AREAS = Table({"": "một nơi", "commune": "ở mọi xã, phường", "country": "cả nước"})
STATES = Table(
    {
        "verified": "Đã xác minh",
        "expiring": "Sắp hết hạn",
        "expired": "Hết hạn xác minh",
        "unverified": "Chưa xác minh",
        "unused": "Không dùng",
    }
)
HOW = Table(
    {
        "call": "gọi điện",
        "visit": "đến tận nơi",
        "letter": "công văn, thư trả lời",
        "page": "đọc trang chính thức",
    }
)
_YES_NO = Table({"": "không rõ", "yes": "có", "no": "không"})
_HOLIDAYS = Table({"": "không rõ", "open": "mở", "closed": "đóng"})
_RELIABILITY = Table({"verified": "đã xác minh", "unverified": "chưa xác minh"})
_CHOICES: Mapping[str, Mapping[str, str]] = {
    "kind": KINDS,
    "status": STATUSES,
    "area": AREAS,
    "holidays": _HOLIDAYS,
    "accepts_voluntary": _YES_NO,
    "accepts_compulsory": _YES_NO,
    "asks_identity": _YES_NO,
    "reliability": _RELIABILITY,
}
_HIDDEN: Mapping[Hidden, str] = {
    "unverified": N_("chưa ai xác minh"),
    "expired": N_("đã quá hạn xác minh, từ ngày {until}"),
    "not yet": N_("ngày xác minh còn ở phía trước ({on})"),
    "status": N_("tình trạng là “{status}”"),
    "not offered": N_("loại này không mời người tìm giúp đỡ đến"),
}
_DAYS = dict(
    zip(
        ("MO", "TU", "WE", "TH", "FR", "SA", "SU"),
        ("T2", "T3", "T4", "T5", "T6", "T7", "CN"),
        strict=True,
    )
)


def choices(column: str) -> Mapping[str, str]:
    """What may be chosen for a column, with its words; empty where it is written freely."""
    return _CHOICES.get(column, {})


def say(column: str, cell: str, gazetteer: Gazetteer) -> str:
    """A cell in words; "" where it is empty and that means nothing by itself."""
    if cell in (known := choices(column)):
        return known[cell] if cell or column == "area" else ""
    if column == "province_code":
        return gazetteer.province_title(cell) or cell
    if column == "commune_code":
        commune = gazetteer.commune(cell)
        return f"{commune.title} ({cell})" if commune else cell
    if column == "languages":
        return ", ".join(LANGUAGES.get(code, code) for code in cell.split("; ")) if cell else ""
    if column == "hours":
        return _say_hours(cell)
    if column.endswith(("_on", "_until", "_date")) and (day := read_date(cell)):
        return f"{day:%d/%m/%Y}"
    return cell


def place(row: Mapping[str, str], gazetteer: Gazetteer) -> str:
    """Where a row is, in a few words."""
    if row["area"]:
        return AREAS[row["area"]]
    commune = gazetteer.commune(row["commune_code"])
    titles = [row["address"], commune.title if commune else ""]
    titles.append(gazetteer.province_title(row["province_code"]) or "")
    return ", ".join(title for title in titles if title)


def hidden(row: Mapping[str, str], reasons: Sequence[Hidden], gazetteer: Gazetteer) -> list[str]:
    """The reasons of `listing.why_hidden` in words."""
    values = {
        "until": say("verified_until", row["verified_until"], gazetteer),
        "on": say("verified_on", row["verified_on"], gazetteer),
        "status": say("status", row["status"], gazetteer),
    }
    return [_(_HIDDEN[reason]).format(**values) for reason in reasons]


def say_days(text: str) -> str:
    """Hours, or a fault of them, with the days as the console writes them: T2 to T7, CN."""
    return re.sub(r"\b(MO|TU|WE|TH|FR|SA|SU)\b", lambda found: _DAYS[found[1]], text)


def read_days(text: str) -> str:
    """The other way: T2 or t2 is MO."""
    codes = {day: code for code, day in _DAYS.items()}
    return re.sub(
        r"\b(T[2-7]|CN)\b", lambda found: codes[found[1].upper()], text, flags=re.IGNORECASE
    )


def _say_hours(cell: str) -> str:
    try:
        return say_hours(read_hours(cell)) or ""
    except BadHours:
        return cell
