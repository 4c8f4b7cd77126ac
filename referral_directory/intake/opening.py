"""Opening hours as people write them, as the directory keeps them. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from referral_directory.hours import ALWAYS, BadHours, Opening, read_hours, write_hours

_DAYS = {
    "2": 0, "3": 1, "4": 2, "5": 3, "6": 4, "7": 5,
    "hai": 0, "ba": 1, "tư": 2, "bốn": 2, "năm": 3, "sáu": 4, "bảy": 5, "bẩy": 5,
}  # fmt: skip
_DAY = re.compile(
    r"(?:thứ|thu|t)\s*\.?\s*(hai|ba|tư|bốn|năm|sáu|bảy|bẩy|[2-7])(?!\d)"
    r"|(chủ nhật|chu nhat|cn)(?![^\W\d_])"
)
_SHORT_DAYS = re.compile(r"(?<=[2-7])\s*([,-])\s*(?=[2-7](?!\d|h|g|:\d))")
_ALL_DAYS = re.compile(
    r"hàng ngày|hằng ngày|mỗi ngày|mọi ngày|tất cả (?:các )?ngày(?: trong tuần)?|cả tuần"
    r"|các ngày trong tuần|7/7|7 ngày/tuần|kể cả (?:thứ bảy|t7)?,?\s*(?:và )?chủ nhật"
)
_DAY_AND_NIGHT = re.compile(
    r"24\s*(?:h|giờ)?\s*/\s*(?:24|7)\s*(?:h|giờ)?(?:\s*/\s*7)?"
    r"|cả ngày(?: và)?,? ?đêm|suốt ngày đêm|24\s*giờ mỗi ngày"
)
_TIME = r"(\d{1,2})\s*(?:giờ|h|g|:)\s*(\d{2})?\s*(?:phút|p)?"
_SPAN = re.compile(rf"(?:từ\s*)?{_TIME}\s*(?:-|–|—|đến|tới|~)\s*{_TIME}")
_THE_REST = re.compile(
    r"sáng|chiều|tối|trưa|buổi|từ|và|các ngày|ngày|giờ mở cửa|giờ làm việc|mở cửa|làm việc|trừ"
    r"|[\s,;:.()\n&-]"
)
_TO = re.compile(r"\s*(?:-|–|—|đến|tới|->)\s*")


def read_opening(cell: str) -> str | None:
    """The cell as `hours.read_hours` wants it; None where the words name no certain days and hours
    ("giờ hành chính", "7h-17h" without days), which are then kept as words.

    Raises:
        BadHours: there are hours that cannot be, as 25h or an end before its beginning.
    """
    return _read(" ".join(cell.split()))


@lru_cache(maxsize=5_000)
def _read(cell: str) -> str | None:
    try:
        read_hours(cell)
    except BadHours:
        pass
    else:
        return cell
    text = cell.lower()
    if _DAY_AND_NIGHT.search(text):
        rest = _ALL_DAYS.sub("", _DAY_AND_NIGHT.sub("", text))
        return None if _SPAN.search(rest) or _DAY.search(rest) else ALWAYS
    openings: list[Opening] = []
    days: tuple[int, ...] = ()
    at = 0
    for span in _SPAN.finditer(text):
        named = _days(text[at : span.start()])
        if named is None:
            return None
        days = named or days
        if not days:
            return None
        openings.append(Opening(days, _time(span[1], span[2]), _time(span[3], span[4])))
        at = span.end()
    if not openings or _THE_REST.sub("", text[at:]):
        return None
    if wrong := [one for one in openings if one.opens >= one.closes]:
        raise BadHours(f"giờ đóng {wrong[0].closes} không sau giờ mở {wrong[0].opens}")
    return write_hours(openings)


def _days(text: str) -> tuple[int, ...] | None:
    """The days a piece names, () for none, None where it says something else beside."""
    if _ALL_DAYS.search(text):
        return tuple(range(7)) if not _THE_REST.sub("", _ALL_DAYS.sub("", text)) else None
    text = _SHORT_DAYS.sub(r"\1 t", text)
    found: list[int] = []
    end = 0
    for day in _DAY.finditer(text):
        between, number = text[end : day.start()], 6 if day[2] else _DAYS[day[1]]
        end = day.end()
        if found and _TO.fullmatch(between):
            if number <= found[-1]:
                return None
            found += range(found[-1] + 1, number + 1)
        elif _THE_REST.sub("", between):
            return None
        else:
            found.append(number)
    if "trừ" in text or _THE_REST.sub("", text[end:]):
        return None
    return tuple(sorted(set(found)))


def _time(hour: str, minute: str | None) -> str:
    if int(hour) > 24 or int(minute or 0) > 59 or (int(hour) == 24 and int(minute or 0)):
        raise BadHours(f"không có giờ {hour}h{minute or '00'}")
    return f"{int(hour):02d}:{minute or '00'}"
