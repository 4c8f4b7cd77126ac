"""What each cell of a row may hold, and the values they are read as. Pure.

`faults` judges a row; the readers below may be asked only for rows without faults.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import urlsplit

from referral_directory.distance import distance_km
from referral_directory.hours import BadHours, read_hours, write_hours
from referral_directory.kinds import KINDS
from referral_directory.rows import Row
from referral_directory.units import Units

STATUSES = ("active", "temporarily closed", "inactive", "defunct")
AREAS = ("", "commune", "country")
LANGUAGES = {
    "vi": "tiếng Việt",
    "en": "tiếng Anh",
    "zh": "tiếng Trung",
    "khm": "tiếng Khmer",
    "cjm": "tiếng Chăm",
    "hmn": "tiếng Mông",
    "tyz": "tiếng Tày",
    "nut": "tiếng Nùng",
    "twh": "tiếng Thái",
    "mtq": "tiếng Mường",
    "ium": "tiếng Dao",
    "jra": "tiếng Gia Rai",
    "rad": "tiếng Ê Đê",
    "bdq": "tiếng Ba Na",
    "sed": "tiếng Xơ Đăng",
    "kpm": "tiếng Cơ Ho",
    "sgn": "ngôn ngữ ký hiệu",
}
LONGEST_TRUST = timedelta(days=366)
FARTHEST_KM = 60.0
"""A point farther than this from its commune's centre is not believed to lie in that commune."""
LONGEST_CELL = 2_000
LATITUDES, LONGITUDES = (8.0, 23.5), (102.0, 118.0)
"""Between these lies Viet Nam with its islands."""
_YES_NO = {"yes": True, "no": False}
Fault = tuple[str, str]
"""A column and, in Vietnamese, what is wrong with its cell."""


def faults(row: Row, units: Units) -> list[Fault]:
    """Everything wrong with a row; empty where it may be written."""
    return [*_content(row), *_choices(row), *_place(row, units), *_trust(row)]


def _content(row: Row) -> Iterator[Fault]:
    for column in ("key", "name", "organization", "source_name"):
        if not row[column]:
            yield column, "còn trống"
    if row["key"] and not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,79}", row["key"]):
        yield "key", "chỉ gồm chữ thường không dấu, số và dấu gạch nối, dài nhất 80 ký tự"
    for column, cell in row.items():
        if len(cell) > LONGEST_CELL:
            yield column, f"dài quá {LONGEST_CELL} ký tự"
        if any(ord(letter) < 32 and letter != "\n" for letter in cell):
            yield column, "có ký tự điều khiển"
    for number in _listed(row["phone"]):
        if not re.fullmatch(r"[0-9]{3,11}", number):
            yield "phone", f"{number!r} không phải số gồm 3 đến 11 chữ số"
    if len(set(_listed(row["phone"]))) < len(_listed(row["phone"])):
        yield "phone", "có một số ghi hai lần"
    if row["email"] and not re.fullmatch(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", row["email"], re.ASCII):
        yield "email", "không phải địa chỉ email"
    for column in ("website", "source_url"):
        if row[column] and not is_web_address(row[column]):
            yield column, "phải bắt đầu bằng http:// hoặc https://"
    try:
        read_hours(row["hours"])
    except BadHours as error:
        yield "hours", str(error)


def _choices(row: Row) -> Iterator[Fault]:
    if row["kind"] not in KINDS:
        yield "kind", f"{row['kind']!r} không có trong các loại dịch vụ"
    if row["status"] not in STATUSES:
        yield "status", f"phải là {', '.join(STATUSES)}"
    if row["area"] not in AREAS:
        yield "area", "phải trống, hoặc là commune, country"
    if row["holidays"] not in ("", "open", "closed"):
        yield "holidays", "phải là open, closed hoặc để trống"
    for column in ("accepts_voluntary", "accepts_compulsory", "asks_identity"):
        if row[column] and row[column] not in _YES_NO:
            yield column, "phải là yes, no hoặc để trống"
    for code in _listed(row["languages"]):
        if code not in LANGUAGES:
            yield "languages", f"{code!r} không phải mã ngôn ngữ: {', '.join(LANGUAGES)}"
    ages = [row["minimum_age"], row["maximum_age"]]
    for column, age in zip(("minimum_age", "maximum_age"), ages, strict=True):
        if age and not (re.fullmatch(r"[0-9]{1,3}", age) and int(age) <= 120):
            yield column, "phải là số tuổi từ 0 đến 120"
    if all(re.fullmatch(r"[0-9]{1,3}", age) for age in ages) and int(ages[0]) > int(ages[1]):
        yield "maximum_age", "nhỏ hơn tuổi nhỏ nhất"


def _place(row: Row, units: Units) -> Iterator[Fault]:
    commune = units.communes.get(row["commune_code"])
    if row["province_code"] and row["province_code"] not in units.provinces:
        yield "province_code", f"{row['province_code']!r} không phải mã của 34 tỉnh, thành phố"
    if row["commune_code"] and commune is None:
        yield "commune_code", f"{row['commune_code']!r} không phải mã xã, phường hiện nay"
    if commune and commune.province.code != row["province_code"]:
        yield "commune_code", f"{commune.title} thuộc {commune.province.title}"
    if row["area"] and (row["province_code"] or row["commune_code"]):
        yield "area", "nơi có ở mọi xã hoặc cả nước thì không ghi xã, tỉnh"
    if not row["area"] and not row["province_code"]:
        yield "province_code", "còn trống"
    if row["address"] and commune is None:
        yield "address", "cần mã xã, phường đi kèm"
    yield from _point(row, units)


def _point(row: Row, units: Units) -> Iterator[Fault]:
    if not row["latitude"] and not row["longitude"]:
        return
    commune = units.communes.get(row["commune_code"])
    point: list[float] = []
    for column, low, high in (("latitude", *LATITUDES), ("longitude", *LONGITUDES)):
        if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,10})?", row[column]):
            yield column, "phải là số như 13.782, và cần cả vĩ độ lẫn kinh độ"
        elif not low <= float(row[column]) <= high:
            yield column, f"ngoài Việt Nam (phải từ {low:g} đến {high:g})"
        else:
            point.append(float(row[column]))
    if len(point) < 2:
        return
    if commune is None:
        yield "latitude", "tọa độ cần mã xã, phường đi kèm"
    elif (
        away := distance_km(point[0], point[1], commune.latitude, commune.longitude)
    ) > FARTHEST_KM:
        yield "latitude", f"tọa độ cách trung tâm {commune.title} {away:.0f} km"


def _trust(row: Row) -> Iterator[Fault]:
    for column in ("source_date", "verified_on", "verified_until"):
        if row[column] and read_date(row[column]) is None:
            yield column, "phải là ngày như 2026-02-11"
    if row["reliability"] == "unverified":
        for column in ("verified_on", "verified_by", "verified_until"):
            if row[column]:
                yield column, "phải trống khi dòng chưa xác minh"
    elif row["reliability"] == "verified":
        for column in ("verified_on", "verified_by", "verified_until"):
            if not row[column]:
                yield column, "còn trống, nên không ai đứng ra xác minh dòng này"
        on, until = read_date(row["verified_on"]), read_date(row["verified_until"])
        if on and until and not timedelta() < until - on <= LONGEST_TRUST:
            yield "verified_until", "phải sau ngày xác minh và nhiều nhất một năm"
    else:
        yield "reliability", "phải là verified hoặc unverified"


def canonical(row: Row) -> dict[str, str]:
    """A row without faults as it is read back: "13.760" is "13.76", "115;113" is "115; 113"."""
    cells = dict(row)
    for column in ("phone", "languages"):
        cells[column] = "; ".join(_listed(row[column]))
    cells["hours"] = write_hours(read_hours(row["hours"]))
    for column in ("latitude", "longitude"):
        cells[column] = repr(float(row[column])) if row[column] else ""
    for column in ("minimum_age", "maximum_age"):
        cells[column] = str(int(row[column])) if row[column] else ""
    return cells


def is_web_address(text: str) -> bool:
    """Whether `text` is an http or https address with a host and without blanks."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    # Only characters of RFC 3986, as HSDS asks for a URI.
    plain = re.fullmatch(r"[\w\-.~:/?#\[\]@!$&'()*+,;=%]+", text, re.ASCII) is not None
    return parts.scheme in ("http", "https") and bool(parts.hostname) and plain


def read_phones(row: Row) -> list[str]:
    """The numbers, digits only, in the order in which they are told."""
    return _listed(row["phone"])


def read_languages(row: Row) -> list[str]:
    """The codes of the languages spoken there."""
    return _listed(row["languages"])


def read_age(cell: str) -> int | None:
    """Whole years; None where the cell is empty."""
    return int(cell) if cell else None


def read_yes_no(cell: str) -> bool | None:
    """True, False, or None where nobody says."""
    return _YES_NO.get(cell)


def read_date(cell: str) -> date | None:
    """The date written as 2026-02-11; None where it is empty or no date."""
    try:
        # Python reads "0256111222" as a date, too.
        return (
            date.fromisoformat(cell) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", cell) else None
        )
    except ValueError:
        return None


def _listed(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]
