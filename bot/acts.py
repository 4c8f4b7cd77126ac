"""What a message asks for, without Rasa: a few clear wordings, and otherwise search.

Used when Rasa is down, late or unsure. Patterns are matched against folded text, so that accent-less
writing works; they ask for whole words and prefer missing an act (search and the menu follow) to
inventing one.
"""

from __future__ import annotations

import re
from functools import lru_cache

from actions.commands import (
    CallCounsellor,
    Command,
    DeleteData,
    FindAnswer,
    FindPlace,
    GiveHotlines,
    SmallTalk,
    StartScreening,
    TakeFeedback,
)
from bot.understand import expand, fold

_ME = r"(?:toi|tui|em|minh|con|chau|mk|tao|t|e)"
_ERASE_NOW = re.compile(
    rf"(?:(?:hay|vui long|nho|lam on|cho|{_ME}|muon|yeu cau|ban|bot)\s+)*xoa\s+(?:giup\s+|gium\s+|bo\s+)*"
    r"(?:(?:het|toan bo|tat ca|moi)\s+)*(?:du lieu|(?<=het )tin nhan|(?<=toan bo )tin nhan|(?<=tat ca )tin nhan"
    r"|(?<=het )thong tin|(?<=toan bo )thong tin|(?<=tat ca )thong tin)"
    rf"(?:\s+(?:tro chuyen|chat|ca nhan|cua|{_ME}|di|nhe|nha|voi|a|giup|gium|luon|het))*\W*"
)
_REFUSED = re.compile(
    r"\b(?:dung|khong can|khong muon|chua can|chua muon|khoi|khoi can)\s+(?:\w+\s+){0,2}"
    r"(?:gap|noi chuyen|nguoi that|tu van vien|lam bai|bai kiem tra|kiem tra|test)\b"
)
_RULES: tuple[tuple[re.Pattern[str], Command], ...] = tuple(
    (re.compile(pattern), command)
    for pattern, command in (
        (r"\b(?:xoa|xem|quyen)\b.*\b(?:du lieu|tin nhan|thong tin ca nhan)\b", DeleteData()),
        (
            r"\b(?:gap|noi chuyen (?:voi|cung)|cho (?:em|toi|minh) gap|ket noi|chat voi|noi may voi|can)\s+"
            r"(?:\w+\s+){0,2}(?:nguoi that|nguoi|tu van vien|nhan vien|chuyen gia|can bo|bac si|anh chi)\b"
            r"|\bnguoi that\b|\btu van vien\b",
            CallCounsellor(),
        ),
        (
            r"\btu (?:kiem tra|danh gia|sang loc|test)\b|\b(?:lam|bai|bang)\s+(?:cau hoi|test|sang loc|trac nghiem)\b"
            r"|\b(?:kiem tra|test|do)\s+(?:muc )?(?:nguy co|do nghien)\b|\bkiem tra (?:ban than|minh)\b",
            StartScreening(),
        ),
        (
            r"\b(?:so dien thoai|duong day nong|hotline|tong dai|so may|goi so (?:nao|may))\b",
            GiveHotlines(),
        ),
        (
            r"\b(?:cho|noi|diem|dia chi|trung tam|co so|benh vien|tram|phong kham)\s+"
            r"(?:nao|gan|o dau|tu van|cai|methadone)\b.*"
            r"|\b(?:gan day|gan nha|gan cho|gan nhat|o dau)\b.*\b(?:tu van|cai|methadone|kham|dieu tri)\b"
            r"|\b(?:tu van|cai nghien|methadone|kham|dieu tri|uong thuoc)\s+(?:\w+\s+){0,3}(?:o dau|cho nao|gan)\b",
            FindPlace(),
        ),
    )
)
_SMALL: tuple[tuple[re.Pattern[str], Command], ...] = tuple(
    (re.compile(pattern), command)
    for pattern, command in (
        (
            r"(?:xin |em |da |da em )?(?:chao|hello|hi|alo|hey)(?:\s+\w+){0,3}",
            SmallTalk("greeting"),
        ),
        (
            r"(?:da |em |ok |vang )?(?:cam on|thank|thanks|tks|cam on nhieu)(?:\s+\w+){0,4}",
            SmallTalk("thanks"),
        ),
        (r"(?:tam biet|bye|bai bai|hen gap lai)(?:\s+\w+){0,3}", SmallTalk("goodbye")),
        (
            r"(?:ban|may|day) la (?:ai|gi|nguoi hay (?:may|bot)|bot (?:ha|a|phai khong))",
            SmallTalk("who_are_you"),
        ),
        (r"(?:khong|chua) (?:hieu|ro)(?:\s+\w+){0,3}|noi lai(?:\s+\w+){0,3}", SmallTalk("repeat")),
        (r"(?:hay|dung|huu ich|tot) (?:qua|lam|roi)", TakeFeedback(True)),
        (r"(?:sai roi|khong dung|chua dung(?: y)?|tra loi sai|khong giup gi)", TakeFeedback(False)),
    )
)


_BEFORE = rf"(?:(?:xin|kinh|tran trong|da|vang|ok|oke|{_ME})\s+)*"
_AFTER = (
    r"(?:\s+(?:ban|bot|ad|admin|anh|chi|em|co|chu|bac|bac si|moi nguoi|ca nha|nhieu|lam|a|ah|nha|nhe"
    r"|nghen|hen|oi|buoi sang|buoi trua|buoi chieu|buoi toi))*"
)
_COURTESY: tuple[tuple[re.Pattern[str], Command], ...] = (
    (re.compile(rf"{_BEFORE}(?:chao|hello|hi|hey|alo){_AFTER}"), SmallTalk("greeting")),
    (re.compile(rf"{_BEFORE}(?:cam on|thanks|thank you|tks){_AFTER}"), SmallTalk("thanks")),
)


def courtesy(text: str) -> Command | None:
    """The answer to a message that is a greeting or a thank-you and not a word more, else None."""
    plain = _plain(text)
    return next((command for pattern, command in _COURTESY if pattern.fullmatch(plain)), None)


def wants_erasure_now(text: str) -> bool:
    """Whether the message is nothing but a clear order to erase the person's data."""
    return "?" not in text and _ERASE_NOW.fullmatch(_plain(text)) is not None


def refuses(text: str) -> bool:
    """Whether a person or a questionnaire is spoken of only to say that it is not wanted."""
    return _REFUSED.search(_plain(text)) is not None


def same_words(text: str, title: str) -> bool:
    """Whether a person typed a button's title, however they write."""
    return _plain(text) == _plain(title)


def asks_for_menu(text: str) -> bool:
    return _plain(text) in ("menu", "danh muc", "tro giup", "help", "bat dau", "start")


def find_act(text: str) -> Command:
    """The command in `text`; a FindAnswer (search) where no wording is clear."""
    plain = _plain(text)
    for pattern, command in _SMALL:
        if pattern.fullmatch(plain):
            return command
    for pattern, command in _RULES:
        if pattern.search(plain):
            return command
    return FindAnswer()


@lru_cache(maxsize=8)
def _plain(text: str) -> str:
    """Kept for the few texts that are being read right now: every rule above asks for it."""
    return " ".join(re.sub(r"[^\w\s]", " ", fold(expand(text)).lower()).split())
