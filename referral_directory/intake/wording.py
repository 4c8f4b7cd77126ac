"""Words of officials for what the directory keeps as codes, dates and numbers. Pure."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from referral_directory.cells import LANGUAGES, STATUSES
from referral_directory.hours import read_hours, say_hours
from referral_directory.kinds import KINDS
from referral_directory.spelling import name_key

# The first that is found in the cell decides, so narrower words stand before wider ones.
_KINDS: tuple[tuple[str, str], ...] = (
    ("psychiatric_hospital", "tâm thần"),
    ("substitution_treatment", "methadone|buprenorphine|thay thế|cdtp|opc"),
    ("addiction_identification", "xác định tình trạng nghiện|xác định nghiện"),
    ("home_rehab", "cai nghiện tại nhà|cai nghiện tại cộng đồng|cai nghiện tại gia đình|tại cộng đồng|tại nhà"),
    ("counselling_point", "tư vấn cai nghiện|điểm tư vấn|tư vấn chăm sóc|tư vấn hỗ trợ"),
    ("rehab_centre", "cai nghiện|phục hồi"),
    ("hiv_harm_reduction", "hiv|aids|giảm hại|arv|phòng khám ngoại trú|opc"),
    ("legal_aid", "trợ giúp pháp lý|pháp lý"),
    ("vocational_training", "dạy nghề|giáo dục nghề nghiệp|đào tạo nghề|việc làm"),
    ("loan", "vay vốn|chính sách xã hội"),
    ("peer_group", "đồng đẳng|câu lạc bộ|clb|tự lực"),
    ("child_protection", "bảo vệ trẻ em"),
    ("psychological_support", "tâm lý|công tác xã hội"),
    ("hospital", "bệnh viện|trung tâm y tế|trạm y tế|ttyt|tyt|bv|phòng khám|y tế"),
    ("commune_police", "công an"),
    ("counselling_point", "tư vấn"),
    ("authority", "ubnd|uỷ ban nhân dân|cơ quan quản lý|sở y tế|chi cục"),
)  # fmt: skip
_YES = {"co", "x", "v", "yes", "dung", "true", "1", "nhan", "✓", "✔"}
_NO = {"khong", "no", "sai", "false", "0", "k", "ko", "khong nhan", "chua"}
_NOTHING = {
    "", "-", "--", "—", "–", ".", "...", "…", "n a", "na", "khong co", "khong ro", "chua ro", "chua co",
    "khong co thong tin", "null", "none", "#",
}  # fmt: skip
_STATUSES = {
    "dang hoat dong": "active", "hoat dong": "active", "con hoat dong": "active",
    "tam dong": "temporarily closed", "tam dong cua": "temporarily closed",
    "tam ngung": "temporarily closed", "tam dung": "temporarily closed",
    "tam ngung hoat dong": "temporarily closed", "tam dung hoat dong": "temporarily closed",
    "ngung hoat dong": "inactive", "dung hoat dong": "inactive", "khong hoat dong": "inactive",
    "giai the": "defunct", "da giai the": "defunct", "sap nhap": "defunct", "da sap nhap": "defunct",
}  # fmt: skip
_RELIABLE = {"da xac minh": "verified", "verified": "verified"}
_UNRELIABLE = {"chua xac minh": "unverified", "unverified": "unverified"}
_AREAS = {"moi xa phuong": "commune", "ca nuoc": "country", "toan quoc": "country"}
_HOLIDAYS = {
    "mo": "open", "co": "open", "mo cua": "open", "lam viec": "open",
    "nghi": "closed", "dong": "closed", "khong": "closed", "dong cua": "closed",
}  # fmt: skip
_YES_NO = {"yes": "có", "no": "không"}
_SAID: dict[str, dict[str, str]] = {
    "kind": KINDS,
    "status": {
        "active": "đang hoạt động",
        "temporarily closed": "tạm đóng",
        "inactive": "ngừng hoạt động",
        "defunct": "không dùng nữa",
    },
    "area": {"commune": "ở mọi xã, phường", "country": "cả nước"},
    "holidays": {"open": "mở", "closed": "đóng"},
    "reliability": {"verified": "đã xác minh", "unverified": "chưa xác minh"},
    "accepts_voluntary": _YES_NO,
    "accepts_compulsory": _YES_NO,
    "asks_identity": _YES_NO,
}
_DATE = re.compile(
    r"(?:ngày\s*)?(\d{1,2})\s*(?:[/.-]|tháng)\s*(\d{1,2})\s*(?:[/.-]|năm)\s*(\d{4})", re.IGNORECASE
)
_KIND_KEYS = tuple(
    (kind, tuple(" ".join(name_key(word)) for word in words.split("|"))) for kind, words in _KINDS
)
_SAID_KINDS = {" ".join(name_key(title)): kind for kind, title in KINDS.items()}
_LANGUAGE_KEYS = {" ".join(name_key(title)): code for code, title in LANGUAGES.items()} | {
    " ".join(name_key(title.removeprefix("tiếng "))): code for code, title in LANGUAGES.items()
}


def is_nothing(cell: str) -> bool:
    """Whether a cell says only that nothing is known."""
    return cell in _NOTHING or ("@" not in cell and _plain(cell) in _NOTHING)


@lru_cache(maxsize=5_000)
def read_kind(cell: str) -> str | None:
    """The kind of service that words name; None where they name none."""
    if cell in KINDS:
        return cell
    plain = _plain(cell)
    if plain in _SAID_KINDS:
        return _SAID_KINDS[plain]
    padded = f" {plain} "
    for kind, words in _KIND_KEYS:
        if any(f" {word} " in padded for word in words):
            return kind
    return None


def read_status(cell: str) -> str | None:
    """The HSDS status that words name."""
    return cell if cell in STATUSES else _STATUSES.get(_plain(cell))


def read_yes_no(cell: str) -> str | None:
    """ "yes" or "no" for "có", "không", "x"…"""
    plain = _plain(cell) or cell
    return "yes" if plain in _YES else "no" if plain in _NO else None


def read_holidays(cell: str) -> str | None:
    """ "open" or "closed"."""
    return cell if cell in ("open", "closed") else _HOLIDAYS.get(_plain(cell))


def read_area(cell: str) -> str | None:
    """ "commune" or "country"."""
    return cell if cell in ("commune", "country") else _AREAS.get(_plain(cell))


def read_reliability(cell: str) -> str | None:
    """ "verified" or "unverified"."""
    return (_RELIABLE | _UNRELIABLE).get(_plain(cell))


def read_languages(cell: str) -> str | None:
    """Codes of languages apart by "; "."""
    parts = [part.strip() for part in re.split(r"[;,/\n]|\bvà\b", cell) if part.strip()]
    codes = [part if part in LANGUAGES else _LANGUAGE_KEYS.get(_plain(part)) for part in parts]
    return "; ".join(code for code in codes if code) if all(codes) else None


def read_age(cell: str) -> str | None:
    """The one number in it."""
    numbers = re.findall(r"\d+", cell)
    return str(int(numbers[0])) if len(numbers) == 1 else None


def read_date(cell: str) -> str | None:
    """The day as 2026-02-11 for "11/02/2026", "ngày 11 tháng 2 năm 2026" and the like."""
    try:
        if len(cell) == 10 and cell[4] == "-":
            return date.fromisoformat(cell).isoformat()
        if found := _DATE.fullmatch(cell.strip()):
            return date(int(found[3]), int(found[2]), int(found[1])).isoformat()
    except ValueError:
        pass
    return None


def say(name: str, value: str) -> str:
    """A cell of the directory, which may be a code, in words."""
    if name == "hours":
        return say_hours(read_hours(value)) or ""
    if name == "languages":
        return ", ".join(LANGUAGES[code] for code in value.split("; "))
    return _SAID.get(name, {}).get(value, value)


def _plain(cell: str) -> str:
    return " ".join(name_key(cell))
