"""How old somebody in a message is. Pure, with today passed in."""

from __future__ import annotations

import re
from datetime import date

from bot.danger.words import canon
from bot.entities.lists import load
from bot.entities.reading import Reading, Word, phrases

YOUNGEST, OLDEST = 5, 100
Span = tuple[str, int, int]
_UNITS = {
    "không": 0, "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5,
    "nhăm": 5, "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8, "chín": 9,
}  # fmt: skip
_FORMS = {canon(name): value for name, value in _UNITS.items()}
_BARE_UNITS = {
    "mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "lam": 5, "sau": 6, "bay": 7,
    "tam": 8, "chin": 9,
}  # fmt: skip
_SHORT_YEAR = re.compile(r"2k(\d{1,2})(?!\w)", re.IGNORECASE)
_BIRTHDAY = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-]((?:19|20)\d\d)")
_BORN = phrases(
    ["sinh năm", "sinh", "sn", "năm sinh", "đời", "sinh ngày", "đẻ năm", "sinh vào năm"]
)
_NOT_BEFORE = phrases(
    ["dưới", "trên", "từ", "hồi", "lúc", "hồi năm", "từ năm", "từ lúc", "từ hồi", "lúc mới", "quá",
     "chưa đủ", "đủ", "từ khi", "người", "trẻ", "khi", "khi mới", "hồi mới", "từ đủ", "đến", "đến dưới",
     "đến đủ", "chưa tới", "chưa đến"]
)  # fmt: skip
_YET = phrases(
    ["mới đủ", "vừa đủ", "đã đủ", "vừa tròn", "mới quá", "vừa mới đủ", "đã quá", "đã trên"]
)
_THIS_YEAR = phrases(["năm nay", "nay", "giờ mới", "mới có", "năm ni", "mới", "tôi mới", "em mới"])
_TUOI, _TUOI_BARE = "tuôi3", "tuoi"
_AFTER_BARE_NUMBER = phrases(["rồi", "nam", "nữ", "nè", "ạ", "trai", "gái", "mà"])
_UNIT_AFTER = phrases(
    ["tháng", "ngày", "năm", "tuần", "giờ", "phút", "lần", "mg", "ml", "viên", "triệu", "gam", "g", "k", "kg",
     "người", "buổi", "điếu", "đứa", "liều", "ngàn", "nghìn", "cái", "phường", "quận", "chai", "lon"]
)  # fmt: skip


def find_ages(reading: Reading, today: date) -> list[Span]:
    """(age, first word, word after the last) of each age from 5 to 100, in the order they come.

    Counted are present ages and years of birth. Not ages: bounds of a law ("dưới 18 tuổi"), what was
    once ("hồi 15 tuổi"), school years, months and doses.
    """
    words = reading.words
    found: list[Span] = []
    at = 0
    while at < len(words):
        span = _age_at(reading, at, today)
        if span and YOUNGEST <= int(span[0]) <= OLDEST:
            found.append(span)
            at = span[2]
        else:
            at += 1
    return found


def _age_at(reading: Reading, at: int, today: date) -> Span | None:
    words = reading.words
    if _BORN.at(words, at)[1]:
        return _born(reading, at, today)
    short = _SHORT_YEAR.match(reading.text, words[at].start)
    if short:
        return str(today.year - 2000 - int(short[1])), at, at + 1
    if words[at].bare == _TUOI_BARE and at + 1 < len(words):
        number, size = _number(words, at + 1)
        first = not at or words[at - 1].bare not in {"du", "duoi", "tren", "bao"}
        after = at + 1 + size
        alone = after >= len(words) or not _is_years(words[after])
        if (
            number is not None
            and first
            and alone
            and not _UNIT_AFTER.at(words[after:] or words, 0)[1]
        ):
            return str(number), at, after
    number, size = _number(words, at)
    if number is None or (at and _number(words, at - 1)[1] > 1):
        return None
    end = at + size
    if end < len(words) and _is_years(words[end]):
        may = not (end + 1 < len(words) and words[end + 1].bare in {"tro", "den"})
        months = end and words[end - 1].bare == "thang"
        return (str(number), at, end + 1) if may and not months and _present(words, at) else None
    return _range_or_bare(reading, at, end, number)


def _range_or_bare(reading: Reading, at: int, end: int, number: int) -> Span | None:
    """ "16-17 tuổi", "năm nay 16", "em 17, …": a number whose years are understood."""
    words = reading.words
    if end < len(words):
        second, more = _number(words, end)
        then = end + more
        near = second is not None and 0 < second - number <= 2
        if near and then < len(words) and _is_years(words[then]) and _present(words, at):
            return str(number), at, end
    ends = end == len(words) or words[end].parted or bool(_AFTER_BARE_NUMBER.at(words, end)[1])
    if not ends or not words[at].bare.isdecimal() or not 10 <= number <= 80:
        return None
    gap = reading.text[words[end - 1].end : words[end].start] if end < len(words) else ""
    if gap.strip() in {".", ":"} and words[end].bare.isdecimal():
        return None
    this_year = _THIS_YEAR.ending(words, at)[1]
    who = phrases(load()["people"]["first_person"]).ending(words, at)[1] if not this_year else 0
    return (str(number), at, end) if this_year or (who and not words[at].parted) else None


def _present(words: tuple[Word, ...], at: int) -> bool:
    """Whether the age at `at` is somebody's now."""
    return bool(_YET.ending(words, at)[1]) or not _NOT_BEFORE.ending(words, at)[1]


def _is_years(word: Word) -> bool:
    return word.form in (_TUOI, _TUOI_BARE) or word.bare == "tuoi"


def _born(reading: Reading, at: int, today: date) -> Span | None:
    words = reading.words
    start = at + _BORN.at(words, at)[1]
    if start >= len(words):
        return None
    day = _BIRTHDAY.match(reading.text, words[start].start)
    if day:
        return _from_birthday(words, at, start, day, today)
    number = words[start].bare
    short = _SHORT_YEAR.match(reading.text, words[start].start)
    if short:
        return str(today.year - 2000 - int(short[1])), at, start + 1
    if re.fullmatch(r"(19|20)\d\d", number):
        return str(today.year - int(number)), at, start + 1
    if re.fullmatch(r"\d\d", number) and words[at].bare in {"sinh", "sn", "nam", "doi"}:
        if start + 1 < len(words) and _UNIT_AFTER.at(words, start + 1)[1]:
            return None
        year = 2000 + int(number)
        return str(today.year - (year if year <= today.year else year - 100)), at, start + 1
    return None


def _from_birthday(
    words: tuple[Word, ...], at: int, start: int, day: re.Match[str], today: date
) -> Span | None:
    try:
        born = date(int(day[3]), int(day[2]), int(day[1]))
    except ValueError:
        return None
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    end = next((i for i in range(start, len(words)) if words[i].start >= day.end()), len(words))
    return str(years), at, end


def _number(words: tuple[Word, ...], at: int) -> tuple[int | None, int]:
    """The number that begins at `at`, in digits or words up to 99, and how many words it takes."""
    if at >= len(words):
        return None, 0
    if re.fullmatch(r"\d{1,3}", words[at].bare):
        return int(words[at].bare), 1
    names = [_digit(word) for word in words[at : at + 3]]
    tens = [word.bare for word in words[at : at + 3]]
    if tens[0] == "muoi":
        return (10 + names[1], 2) if len(names) > 1 and names[1] else (10, 1)
    if tens[0] == "ham" and len(names) > 1 and names[1]:
        return 20 + names[1], 2
    if not names[0]:
        return None, 0
    if len(tens) > 1 and tens[1] == "muoi":
        return (names[0] * 10 + names[2], 3) if len(names) > 2 and names[2] else (names[0] * 10, 2)
    if len(names) > 1 and names[0] >= 2 and names[1] and tens[1] in {"mot", "lam", "nham", "tu"}:
        return names[0] * 10 + names[1], 2
    return names[0], 1


def _digit(word: Word) -> int:
    return _FORMS.get(word.form, 0) or (
        _BARE_UNITS.get(word.bare, 0) if word.form == word.bare else 0
    )
