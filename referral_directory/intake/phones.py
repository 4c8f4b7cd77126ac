"""Telephone numbers as people write them in one cell. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

# Area codes until 2017; they came in three waves (02, 04 and 06/2017).
_OLD_AREA_LIST = (
    "04 08 020 022 025 026 027 029 030 031 033 036 037 038 039 052 053 054 055 056 057 058 059 060 061"
    " 062 063 064 066 067 068 070 072 073 074 075 076 077 079 0230 0231 0240 0241 0280 0281 0320 0321"
    " 0350 0351 0500 0501 0510 0511 0650 0651 0710 0711 0780 0781"
)
_OLD_AREAS = frozenset(_OLD_AREA_LIST.split())
_MOBILE = re.compile(r"0[35789]\d{8}")
_NUMBER = re.compile(r"0[35789]\d{8}|02\d{9}|1[89]00\d{4,6}|1\d{2,4}")
_OLD_MOBILE = re.compile(r"01[2689]\d{8}")
_ASIDE = re.compile(r"\([^()]*[^\W\d_][^()]*\)")
_LABEL = re.compile(
    r"(?:số\s*)?(?:điện\s*thoại|đt|sđt|tel|hotline|di\s*động|dđ|mobile|cố\s*định|zalo|phone|trực|gọi)\.?\s*:?",
    re.IGNORECASE,
)
_FAX = re.compile(r"fax\s*[:.]?\s*[\d.\s()+-]+", re.IGNORECASE)
_EXTENSION = re.compile(r"(?:máy\s*lẻ|ext\.?|nhánh|số\s*lẻ)\s*[:.]?\s*\d{1,5}", re.IGNORECASE)
_APART = re.compile(r"[;,\n|&]|/|\s[-–—]\s|\bhoặc\b|\bvà\b")
_OURS = re.compile(r"\d{3,11}(?:; ?\d{3,11})*")


class BadPhone(ValueError):
    """No number can be made of it for sure; the message says why, in Vietnamese."""


@lru_cache(maxsize=20_000)
def read_phones(cell: str, ours: bool = False) -> tuple[str, tuple[str, ...]]:
    """The cell with digits only and numbers apart by "; ", and what was repaired or left out.

    `ours` says that the file is an export of ours: numbers of digits only stay as they are.

    Raises:
        BadPhone: a number has too many or too few digits, or an area code that is no more.
    """
    if ours and _OURS.fullmatch(cell):
        return cell, ()
    notes: list[str] = []
    text = cell
    for pattern, why in ((_FAX, "bỏ số fax"), (_EXTENSION, "bỏ số máy lẻ"), (_ASIDE, "bỏ phần")):
        for found in pattern.findall(text):
            notes.append(f"{why} “{' '.join(found.split())}”")
        text = pattern.sub(" ; " if pattern is not _EXTENSION else " ", text)
    text = _LABEL.sub(" ", text)
    if words := re.search(r"[^\W\d_]{2,}[^\d;,/]*", _APART.sub(";", text)):
        notes.append(f"bỏ phần “{words.group().strip()}”")
        text = re.sub(r"[^\W\d_]+", " ", text)
    numbers: list[str] = []
    for chunk, mark in _chunks(text):
        _take(chunk, mark, numbers, notes, cell)
    if len(set(numbers)) < len(numbers):
        notes.append("bỏ số ghi hai lần")
    told = "; ".join(dict.fromkeys(numbers))
    if told != cell and not notes:
        notes.append(f"sửa cách viết thành {told}")
    return told, tuple(notes)


def _chunks(text: str) -> list[tuple[str, str]]:
    """The parts between signs that part numbers, each with the sign before it."""
    found, start, mark = [], 0, ""
    for sign in _APART.finditer(text):
        found.append((text[start : sign.start()], mark))
        start, mark = sign.end(), sign.group().strip()
    found.append((text[start:], mark))
    return [(chunk, mark) for chunk, mark in found if re.search(r"\d", chunk)]


def _take(chunk: str, mark: str, numbers: list[str], notes: list[str], cell: str) -> None:
    groups = re.findall(r"\d+", chunk)
    digits = "".join(groups)
    varies = mark == "/" or (mark == "," and not _whole(digits))
    if varies and numbers and len(numbers[-1]) >= 10 and len(digits) <= 4:
        numbers.append(numbers[-1][: -len(digits)] + digits)
        return
    if "+84" in chunk.replace(" ", "") or re.fullmatch(r"84(?:[35789]\d{8}|2\d{9})", digits):
        at = digits.index("84")
        groups, digits = ["0" + digits[at + 2 :].lstrip("0")], "0" + digits[at + 2 :].lstrip("0")
    if re.fullmatch(r"[35789]\d{8}|2\d{9}", digits):
        digits = "0" + digits
        notes.append(f"thêm số 0 bị mất: {digits}")
        groups = [digits]
    _refuse_old(chunk, groups, digits)
    if _whole(digits):
        numbers.append(digits)
    elif parts := _parted(groups):
        numbers.extend(parts)
    else:
        raise BadPhone(f"không đọc được số “{' '.join(chunk.split())}”; mỗi số ghi đủ mã vùng")


def _whole(digits: str) -> bool:
    return _NUMBER.fullmatch(digits) is not None


def _refuse_old(chunk: str, groups: list[str], digits: str) -> None:
    if _OLD_MOBILE.fullmatch(digits):
        raise BadPhone(
            f"{digits}: đầu số di động 11 chữ số đã đổi năm 2018; hãy hỏi lại số rồi ghi số mới"
        )
    if re.fullmatch(r"02\d{8}", digits):
        raise BadPhone(
            f"{digits} thiếu một chữ số, hoặc còn mã vùng cũ trước năm 2017; hãy hỏi lại số"
        )
    # Ten digits that begin so may be a mobile number of today: only the way it is written tells.
    apart = len(groups) > 1 and (groups[0] in _OLD_AREAS) and len(digits) == 10
    if apart and _MOBILE.fullmatch(digits) and "(" not in chunk and len(groups[0]) < 4:
        apart = len(groups[0]) == 2 or len(groups[1]) != 3
    alone = not _whole(digits) and len(digits) in (10, 11) and len(_area(digits)) >= len(digits) - 8
    if apart or alone:
        area = groups[0] if apart else _area(digits)
        raise BadPhone(
            f"mã vùng {area} đã đổi năm 2017; hãy hỏi lại số rồi ghi mã vùng mới, không tự đoán"
        )


def _area(digits: str) -> str:
    return max((area for area in _OLD_AREAS if digits.startswith(area)), key=len, default="")


def _parted(groups: list[str]) -> list[str]:
    """The only way in which groups of digits make whole numbers; empty where there are none or more."""
    ways: list[list[str]] = [[]] if not groups else []
    for size in range(1, len(groups) + 1):
        first = "".join(groups[:size])
        if len(first) > 11:
            break
        if _whole(first) and len(first) > 5:
            rest = groups[size:]
            after = _parted(rest)
            if after or not rest:
                ways.append([first, *after])
    return ways[0] if len(ways) == 1 else []
