"""What is taken out of a question before an editor may see it.

Taken out are links, addresses of mail and accounts, digits in a row (four or more, also spoken), marks
with letters and digits, what follows "tên", names with a surname, capitalised words within a sentence,
streets, units ("xã …") and provinces. Too much is taken rather than too little; what stays possible is a
bare first name in small letters. Words about a case can describe somebody, so nothing else is kept
beside them: no conversation, no person, no hour.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from bot.answers.plain_words import COURTESY
from bot.entities.substances import substances
from bot.understand import clean, fold

MOST_CHARACTERS = 200
GAP = "…"

_READ_AT_MOST = 1000
_FEWEST_WORDS = 2
_WORD = re.compile(r"[^\W\d_]+")
_GAPS = re.compile(rf"(?:[\s,;:()\"“”'-]*{GAP})+[\s,;:)\"”'-]*")
_SURNAMES = (
    "nguyễn|trần|phạm|huỳnh|hoàng|phan|vũ|võ|đặng|bùi|đỗ|hồ|ngô|dương|lý|lê|đinh|trương|trịnh|mai|cao|"
    "lương|đào|đoàn|lâm|lưu|tống|triệu|vương|quách|tạ|tô|thái|châu|hà"
)
_PROVINCES = """
an giang|ba ria|vung tau|bac giang|bac kan|bac can|bac lieu|bac ninh|ben tre|binh dinh|binh duong
binh phuoc|binh thuan|ca mau|can tho|cao bang|da nang|dak lak|dac lac|dak nong|dien bien|dong nai|dong thap
gia lai|ha giang|ha nam|ha noi|ha tinh|hai duong|hai phong|hau giang|hoa binh|ho chi minh|hcm|sai gon|sg|hung yen
khanh hoa|nha trang|kien giang|kon tum|lai chau|lam dong|da lat|lang son|lao cai|long an|nam dinh|nghe an
ninh binh|ninh thuan|phu tho|phu yen|quang binh|quang nam|quang ngai|quang ninh|quang tri|soc trang|son la
tay ninh|thai binh|thai nguyen|thanh hoa|thua thien|thien hue|tien giang|tra vinh|tuyen quang|vinh long
vinh phuc|yen bai
"""
_ONE_PROVINCE = "|".join("|".join(_PROVINCES.split("\n")).strip("|").split("|"))
_DIGIT_WORD = "khong|mot|hai|ba|bon|tu|nam|lam|sau|bay|tam|chin|muoi"
_AFTER_NAME_WORDS = (
    "tuoi o tai bi dang muon hoi va thi co khong duoc phai la cho nen ma voi den di ve cua roi da se vua "
    "moi hay hoac nhu the gi goi nao sao ai dau khi vi can xin giup thuoc loai luat trong tren a ha vay "
    "nha anh chi em toi minh chau con chung bat goi hoi lap quyet ra duong"
)
_AFTER_NAME = frozenset(_AFTER_NAME_WORDS.split())
_KNOWN_CAPITAL_WORDS = (
    "hiv aids cdc ubnd arv prep bhyt bhxh cccd cmnd ca nd tt lsd mdma thc blhs vn qd ghb cbd covid dast "
    "zalo telegram methadone buprenorphine naloxone luat nghi dinh dieu thong tu khoan bo toa an cong"
)
_KNOWN_CAPITALS = frozenset(_KNOWN_CAPITAL_WORDS.split())

_ANYWHERE = (
    re.compile(r"(?:https?://|www\.)\S+|\b[\w.-]+\.(?:com|vn|net|org|me|info|io|gg|ly)\b\S*"),
    re.compile(r"[\w.+-]+@[\w.-]+|@\w+"),
    re.compile(r"\b\d{2}[ -]?[a-z]\d?[ .-]*\d{3}[ .]?\d{2}\b"),
    re.compile(r"\+?\d(?:[ ./()-]{0,2}\d){3,}"),
    re.compile(r"\b(?=[^\W_]*\d[^\W_]*\d)(?=[^\W_]*[a-z])[^\W_]{5,}\b"),
    re.compile(rf"\b(?:{_DIGIT_WORD})(?:[ ,.-]+(?:{_DIGIT_WORD})){{4,}}\b"),
    re.compile(r"\b(?:sinh(?: nam| ngay)?|sn|ngay sinh)\W*\d+"),
    re.compile(rf"\b(?:{_ONE_PROVINCE})\b"),
)
"""Looked for in the text in small letters without accents."""
_BEFORE_A_NAME = re.compile(
    r"\b(?:ten(?:\W+(?:la|that|em|toi|minh|chau|con|day du))*|(?:nick|facebook|fb|zalo|tiktok)\W*(?:la|:))\b"
)
_STREET = re.compile(
    r"\b(?:số(?: nhà)?|ngõ|ngách|hẻm|kiệt)\s*\d[\w/-]*|\b\d+[\w/-]*\s+(?=(?:đường|phố|ngõ|hẻm)\b)"
)
_UNIT = re.compile(
    r"\b(?:tỉnh|thành phố|thị xã|thị trấn|tp|quận|huyện|xã|phường|thôn|ấp|buôn|khu phố|phố|hẻm|ngõ)\b\.?"
)
_BARE_UNIT = re.compile(r"\b(?:tinh|thanh pho|thi tran|tp|huyen|phuong|xa|thon)\b\.?")
_FULL_NAME = re.compile(rf"\b(?:nguyễn|(?:{_SURNAMES})\s+(?:văn|thị))\b")
_BARE_FULL_NAME = re.compile(rf"\b(?:{fold(_SURNAMES)})\s+(?:van|thi)\b")


def redact(text: str) -> str | None:
    """`text` without what could tell who wrote it, at most MOST_CHARACTERS; None where too little is
    left to be of use. Each stretch taken out leaves one "…"."""
    text = "".join(char for char in clean(text) if len(char.lower()) == 1)[:_READ_AT_MOST]
    if text.isupper():
        text = text.lower()
    hidden = [False] * len(text)
    for start, end in _spans(text):
        hidden[start:end] = [True] * (end - start)
    shown = "".join(GAP if gone else char for char, gone in zip(text, hidden, strict=True))
    shown = " ".join(_GAPS.sub(f" {GAP} ", shown).split()).strip(f"{GAP} .,;:-")
    if len(shown) > MOST_CHARACTERS:
        shown = shown[: MOST_CHARACTERS - 1].rsplit(" ", 1)[0] + GAP
    telling = [word for word in _WORD.findall(shown) if fold(word.lower()) not in COURTESY]
    return shown if len(telling) >= _FEWEST_WORDS else None


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """The stretches to take out."""
    lower = text.lower()
    plain = fold(lower)
    for pattern in _ANYWHERE:
        yield from (found.span() for found in pattern.finditer(plain))
    yield from _with_words_after(_BEFORE_A_NAME, plain, plain, most=4)
    yield from (found.span() for found in _STREET.finditer(lower))
    bare = lower.isascii()
    yield from _with_words_after(_BARE_UNIT if bare else _UNIT, lower, plain, most=3)
    yield from _with_words_after(
        _BARE_FULL_NAME if bare else _FULL_NAME, lower, plain, most=3, too=True
    )
    yield from _capitals(text)


def _with_words_after(
    pattern: re.Pattern[str], where: str, plain: str, *, most: int, too: bool = False
) -> Iterator[tuple[int, int]]:
    """Up to `most` words right after each match, until a word that no name has; `too` with the
    match itself."""
    for found in pattern.finditer(where):
        end = found.end()
        for word in islice(_WORD.finditer(plain, found.end()), most):
            if where[end : word.start()].strip(" :") or word[0] in _AFTER_NAME:
                break
            end = word.end()
        start = found.start() if too else found.end()
        if end > found.end() or too:
            yield start, end


def _capitals(text: str) -> Iterator[tuple[int, int]]:
    """Words in capitals that do not begin a sentence, and those that begin one before another."""
    words = list(_WORD.finditer(text))
    for place, word in enumerate(words):
        if not _is_name(word[0]):
            continue
        before = text[: word.start()].rstrip(" \"“'(")
        begins = not before or before[-1] in ".!?…\n"
        follows = place + 1 < len(words) and text[word.end() : words[place + 1].start()] == " "
        if not begins or (follows and _is_name(words[place + 1][0])):
            yield word.span()


def _is_name(word: str) -> bool:
    small = fold(word.lower())
    return word[0].isupper() and small not in _KNOWN_CAPITALS and not substances(word)
