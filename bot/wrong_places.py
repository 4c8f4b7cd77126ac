"""Whether somebody says that a place we told them of is not as we said, or that they know another one,
and which of the places they mean. Pure.

Patterns are matched against folded text, as in `bot.acts`, but a word that is written with accents
must have the right ones: "em sợ gọi không được cho mẹ" speaks of no number. They prefer missing a
report (search follows) to inventing one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from bot.understand import expand, fold

What = Literal["phone", "address", "closed", "other", "place"]


@dataclass(frozen=True)
class Report:
    """`what` is wrong: the number, the address, it is closed, something else; or "place": another
    place is known. `sure` where the number or place is spoken of, and not only what it failed to do."""

    what: What
    sure: bool = True


_MEANT = {
    "so": {"số", "sở"},
    "cho": {"chỗ", "chổ"},
    "noi": {"nơi", "nối"},
    "goi": {"gọi", "gọị"},
    "may": {"máy", "mấy"},
    "bat": {"bắt"},
    "dong": {"đóng", "động"},
    "cua": {"cửa", "của"},
    "dep": {"dẹp"},
    "diem": {"điểm"},
    "dia": {"địa"},
    "nham": {"nhầm"},
    "lam": {"lầm", "làm"},
    "sai": {"sai"},
    "tim": {"tìm"},
    "biet": {"biết"},
    "doi": {"đổi", "dời", "dọi"},
    "khoa": {"khóa", "khoá"},
    "lo": {"lỡ", "lở"},
    "no": {"nớ", "nỏ"},
    "nghe": {"nghe"},
    "tut": {"tút"},
}
"""Of words that mean something else with other accents: the accents that are meant here."""
_PERSONS = frozenset(
    {
        "mẹ",
        "má",
        "mạ",
        "tía",
        "bố",
        "cha",
        "chồng",
        "vợ",
        "ông",
        "bà",
        "cô",
        "chú",
        "bác",
        "dì",
        "cậu",
    }
    | {"nó", "hắn", "thằng"}
)
_PERSON = (
    r"(?:AI|me|bo|cha|chong|vo (?:em|toi|minh|anh)|ong|thang|anh|chi|con|nguoi yeu|nguoi nha|nguoi than"
    r"|gia dinh|em trai|em gai|ban trai|ban gai|ban em|ban toi|ban than|ba|co ay|cau ay)"
)
_NOBODY_OF_OURS = (
    r"(?:nha|ve nha|tu van vien|bac si|cong an|canh sat|cap cuu|cuu|xe|do an|com|hang|ten|hon|nhau|ho"
    r"|no|ai)"
)
_NOT = r"(?:khong|chua|chang|cha|hong|hem|dech|deo|eo|no|dau)"
_SELF = r"(?:toi|tui|em|minh|con|chau|chung em|tao|t|e|nha em|nha minh)"
_WHO = r"(?:ban|bot|ad|admin|may|he thong|tro ly|anh|chi|em|ben ban|ben minh)"
_DEMO = (
    r"(?:nay|do|kia|ay|no|ni|te|day|tren|o tren|hoi nay|vua roi|dau tien|dau|cuoi(?: cung)?|thu \w+"
    rf"|{_WHO} (?:vua |moi |da |co )?(?:cho|Zcho|dua|gui|ghi|chi|noi|Znoi|nhan|bao|cung cap)"
    r"|(?:vua|moi) (?:cho|Zcho|dua|gui|ghi|chi|noi)|trong danh sach|\d{1,2})"
)
_PLACE_NOUN = (
    r"(?:cho|noi|dia diem|diem|trung tam|co so|benh vien|phong kham|tram|nhom|cau lac bo|van phong"
    r"|don vi|khoa)"
)
_NUMBER = (
    rf"(?:\b(?:so|SO)(?: dien thoai| tong dai| hotline| phone| may| ban| di dong)? {_DEMO}\b"
    r"|\b(?:(?:so|SO) (?:dien thoai|hotline|tong dai|may)|hotline|duong day nong|duong day|tong dai)\b"
    rf"|\bdien thoai {_DEMO}\b"
    r"|\b(?:may|cac|nhung|hai|ca hai|ca 2|ca|2|3|4|toan bo|tat ca|het) (?:so|SO)\b"
    rf"|(?:^|\| |\bthi |\bma |\bcai |\bla )so(?= (?:{_NOT}|goi|sai|bi|nham|hu|lien|bam|thue|toan|da|khoa)\b)"
    r"|\bSO(?= )|\b\d{8,11}\b|\b1\d\d\b|\b1[89]00\d{4,6}\b)"
)
_PLACE = (
    rf"(?:\b{_PLACE_NOUN}(?: (?!nao\b|do\b|nay\b)\w+){{0,5}}? {_DEMO}\b"
    r"|\b(?:toi|den|ra|vo|vao|len|ghe|qua|xuong|chay|di)(?: tan)? (?:tan )?(?:do|noi|dia chi)\b)"
)
_ITS_NAME = (
    r"(?<!\bo )(?<!\bra )(?<!\btu )(?<!\bvao )(?<!\btrong )(?<!\bdi )(?<!\bkhoi )(?<!\bve )"
    r"\b(?:trung tam|co so|benh vien|phong kham|tram y te|van phong)\b(?! nao\b)"
)
"""A place without a word that points at it: enough where nobody would say the same of themselves."""
_CALL = r"(?:goi|lien lac|lien he|bam|alo|dien)"
_NOT_REACHED = (
    rf"\b{_CALL}(?: (?!{_NOT}\b)\w+){{0,5}}? {_NOT}(?: \w+){{0,2}}?"
    r" (?:duoc|thay|ai|nghe|lien lac|bat|tra loi|do chuong|phan hoi|thong|dung|co|vo|toi)\b",
    rf"\b{_NOT}(?: \w+){{0,2}}? (?:goi|lien lac|lien he)(?: \w+){{0,3}}? (?:duoc|thong|noi)\b",
    rf"\b{_NOT} the (?:goi|lien lac|lien he)\b",
    rf"\b{_NOT} (?:co |thay |he )?(?:ai|nguoi nao|nguoi)(?: \w+){{0,2}}? (?:nghe|bat|nhac|boc) (?:may|dien thoai)\b",
    rf"\b{_NOT} (?:thay |co |chiu )?(?:nghe|bat|nhac|boc) (?:may|dien thoai)\b",
    r"\bthue bao\b|\bngoai vung phu song\b|\btut tut\b|\btit tit\b",
    r"\b(?:sai|nham|lam|lon)(?: me| bet| mat| roi)? (?:so|SO)\b|\bnham may\b|\bnguoi ta (?:noi|Znoi|bao|keu) nham\b",
    r"\b(?:so|SO) (?:bi )?(?:sai|nham|khoa|ao|hu)\b",
)
"""What a telephone does that cannot be reached: plain without a word for the number."""
_NUMBER_BAD = (
    rf"\b{_NOT} (?:con )?(?:ton tai|co that|hoat dong|su dung|dung|xai|lien lac|do chuong|phai|co nguoi)\b",
    rf"\b{_NOT} (?:co |thay |he )?(?:ai|nguoi nao|nguoi)(?: \w+){{0,3}}? (?:nghe|bat|nhac|boc|tra loi|tiep)\b",
    r"\b(?:bi |da )?(?:khoa|cat|ngat|huy|doi|sai|nham|chet|hu)(?: (?:may|so|SO|chieu|roi|het|bet|mat))?\b",
    r"\b(?:cua|thanh) nguoi khac\b|\blua dao\b|\b(?:so|SO) cu\b|\bmay ban\b|\bgap (?:nha dan|nguoi la)\b"
    r"|\bban (?:hoai|suot|mai|lien tuc|ca ngay)\b",
)
_CLOSED_NOW = (
    r"(?:dong cua(?! (?:phong|nha|lai|ngu|xe|so))|giai the|dep (?:tiem|roi|luon|mat|bo|lau)|dep$|sap tiem"
    r"|ngung (?:hoat dong|lam|nhan)|pha san|bo hoang|khoa cua|nghi (?:roi|luon|han|lam)|dong roi"
    rf"|(?:het|{_NOT} con) (?:hoat dong|lam|mo|mo cua|ton tai|nua)|{_NOT} hoat dong|{_NOT} lam nua)"
)
_MOVED = r"(?:doi|chuyen|don)(?: \w+)? (?:di|cho|dia chi|ve|qua|sang|roi|noi khac|len|xuong)\b"
_NOT_THERE = (
    rf"(?:{_NOT}(?: \w+){{0,2}}? (?:thay ai|(?:thay|co|tim ra|gap|ton tai)(?= (?:{_PLACE_NOUN}|dia chi|gi|\|)| ?$))\b"
    r"|la (?:nha dan|quan|tiem|cua hang|truong|bai)\b"
    rf"|tim(?: \w+){{0,3}}? {_NOT}(?: \w+)? (?:ra|thay|duoc)\b)"
)
_WITHIN = r"(?: \w+){0,6}? "
_WORDINGS: tuple[tuple[What, bool, str], ...] = (
    ("address", True, r"\b(?:sai|nham|lam)(?: me| bet| mat)? dia chi\b"),
    (
        "address",
        True,
        rf"\bdia chi(?: \w+){{0,5}}? (?:sai|nham|cu roi|{_NOT} (?:dung|ton tai|co that|phai|chinh xac))\b",
    ),
    *(("phone", True, rf"{_NUMBER}(?:{_WITHIN})?.*?(?:{bad})") for bad in _NOT_REACHED[:6]),
    *(("phone", True, rf"(?:{bad})(?:{_WITHIN})?{_NUMBER}") for bad in _NOT_REACHED[:5]),
    (
        "phone",
        True,
        rf"\b{_CALL}(?: \w+){{0,4}}? {_NUMBER}{_WITHIN}{_NOT}(?: \w+){{0,2}}? (?:duoc|thay|ai|nghe)\b",
    ),
    *(("phone", True, rf"{_NUMBER}{_WITHIN}(?:{bad})") for bad in _NUMBER_BAD),
    ("closed", True, rf"(?:{_PLACE}|{_ITS_NAME}){_WITHIN}{_CLOSED_NOW}"),
    ("closed", True, rf"\b{_CLOSED_NOW}(?: \w+){{0,3}}? {_PLACE_NOUN} {_DEMO}\b"),
    ("address", True, rf"(?:{_PLACE}|{_ITS_NAME}){_WITHIN}{_MOVED}"),
    (
        "address",
        True,
        rf"\btim(?: \w+){{0,4}}? {_NOT}(?: \w+)? (?:ra|thay|duoc) {_PLACE_NOUN} {_DEMO}\b",
    ),
    ("address", True, rf"{_PLACE}{_WITHIN}{_NOT_THERE}"),
    (
        "other",
        True,
        rf"\bgio (?:mo cua|lam viec|giac)(?: \w+){{0,5}}? (?:sai|{_NOT} dung|khac)\b",
    ),
    (
        "other",
        True,
        rf"\b(?:thong tin|dia diem|cho|noi) (?:\w+ ){{0,4}}?(?:sai|cu roi|{_NOT} (?:dung|chinh xac))\b",
    ),
    (
        "other",
        True,
        rf"\b{_PLACE_NOUN} (?:\w+ ){{0,3}}?(?:do|nay|kia|ay|no|ni){_WITHIN}{_NOT} (?:con |co |he )?"
        r"(?:nhan|tiep nhan|dieu tri|cai|lam|mien phi)\b",
    ),
    *(("phone", False, bad) for bad in _NOT_REACHED),
    (
        "closed",
        False,
        r"(?:^|\| )(?:da |thay |toi thay )?(?:dong cua|dep tiem|dep|giai the)"
        r"(?: (?:roi|mat|luon|het|ban|oi|a|ad|em|nha|ma|bot))+ (?:\||$)",
    ),
)
_RULES = tuple((what, sure, re.compile(pattern)) for what, sure, pattern in _WORDINGS)
_ASKED = re.compile(
    r"\bdong cua(?: \w+){0,2}? (?:may gio|luc nao|luc may|khi nao|bao gio|chua|khong|luc|vao)\b"
    r"|\b(?:may gio|khi nao|bao gio|luc nao)(?: \w+){0,5}? dong cua\b"
    r"|\bco (?:dong cua|sai|dung|con|phai|hoat dong|goi|lien lac|dia chi|so)(?: \w+){0,5}? (?:khong|chua) \|"
    r"|\b(?:neu|lo|gia su|lieu|rui|nham khi)\b|\bthi sao\b"
    r"|\b(?:xin|can|muon co)\b(?: \w+){0,3}? (?:so|SO|hotline|tong dai|duong day)\b"
)
"""Asked, asked for or imagined, and not so."""
_OF_PERSON = re.compile(
    rf"\b(?:so|SO|dien thoai|may)(?: dien thoai)?(?: cua)? {_PERSON}\b(?! (?:vua|moi|cho|dua|gui|ghi|chi|noi)\b)"
)
_TO_PERSON = re.compile(
    rf"\b{_CALL} (?:\w+ ){{0,2}}?(?:cho |Zcho |ve )?(?:\w+ )?{_PERSON}\b|\b{_CALL} {_NOBODY_OF_OURS}\b"
    rf"|\b(?:cho|Zcho) {_PERSON}\b|\bduoc (?:cho|Zcho|ten)\b|\bAI\b|\bZso\b"
    rf"|\b(?:chong|vo em|vo toi|nguoi yeu|con (?:em|toi|trai|gai|minh)|em trai|em gai|ban gai|ban trai)\b"
    rf"|\b(?:{_PERSON}|no)(?: \w+){{0,3}}? {_NOT} (?:\w+ )?(?:nghe|bat|nhac|boc)\b|\bbo (?:di|nha|tron)\b"
)
"""Somebody of theirs is spoken of, and no number of ours."""
_OWN = (
    r"(?:AI|me|bo|ba|cha|chong|vo em|vo toi|nguoi yeu|nguoi nha|nguoi than|gia dinh|em trai|em gai|ban trai|ban gai"
    r"|ban be|dua ban|ban than|ban hoc|con trai|con gai|sep|thay|co giao|hang xom)"
)
_REACHES_OWN = re.compile(
    rf"\b{_CALL} (?:cho |Zcho )?{_OWN}\b|\b{_OWN}(?: \w+){{0,1}} {_NOT} (?:\w+ )?(?:nghe|bat|nhac|boc)\b"
)
"""They tried to reach somebody of theirs."""
_TIP_NOUN = r"(?:cho|noi|dia diem|diem|trung tam|co so|benh vien|phong kham|tram|cau lac bo|nhom Z?dong dang)"
_I_KNOW = rf"{_SELF}(?: (?!{_NOT}\b)\w+){{0,2}}? biet"
_KNOWS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b{_I_KNOW} (?:co |duoc )?(?:them |mot |1 |cai )(?:\w+ )?{_TIP_NOUN}\b",
        rf"\b{_I_KNOW} (?:\w+ ){{0,2}}?{_TIP_NOUN}(?: \w+){{0,3}}? (?:khac|nua|tot|nay)\b",
        rf"(?:^|\| )(?:co )?biet (?:\w+ ){{0,2}}?{_PLACE_NOUN} (?:khac|nay|nua|tot)\b",
        rf"\b(?:gan|o|ben|tai|duoi|tren|canh)(?: \w+){{1,6}}? (?:co|moi co|cung co|con co) (?:\w+ ){{0,3}}?"
        rf"{_PLACE_NOUN}(?: \w+){{0,4}}? (?:khac|nua|tot hon|gan hon|moi mo)\b",
        rf"\b{_SELF} muon (?:gop y|gioi thieu|bo sung|chia se|chi)(?: \w+){{0,3}}? {_PLACE_NOUN}\b",
        rf"\b(?:bo sung|them|cap nhat|ghi them) (?:\w+ ){{0,2}}?{_PLACE_NOUN} (?:nay|khac|do)"
        r"(?: \w+){0,3}? (?:vao|vo)\b",
    )
)
_NO_TIP = re.compile(
    rf"\bnao\b|\bo dau\b|\b(?:khong|chua|ha|hong) \||\?|\b{_NOT} biet\b|\bmuon biet\b"
    r"|cho (?:em|minh|toi|con|chau) biet\b"
    r"|\b(?:ban (?:thuoc|ma tuy|hang|do)|mua|hang|choi|hut|chich|lac|ke|bar|karaoke)\b"
)


def names_place(text: str) -> bool:
    """Whether a kind of place is spoken of: "trạm", "phòng khám"."""
    return re.search(rf"\b{_PLACE_NOUN}\b", plain_words(text)) is not None


def asks_something(text: str) -> bool:
    """Whether a message asks rather than tells."""
    plain = plain_words(text)
    return bool(_NO_TIP.search(plain) or _ASKED.search(plain)) or "?" in text


def read_report(text: str) -> Report | None:
    """What a message says is wrong with a place told before, or that another is known; else None.

    Whether a place was told at all is for the caller to know.
    """
    plain = plain_words(text)
    if not _NO_TIP.search(plain) and any(known.search(plain) for known in _KNOWS):
        return Report("place")
    reaches_own = _REACHES_OWN.search(plain)
    for what, sure, pattern in _RULES:
        found = pattern.search(plain)
        if found is None or _ASKED.search(plain):
            continue
        about = found[0]
        if what == "phone" and (reaches_own or _OF_PERSON.search(plain)):
            return None
        if not sure and _TO_PERSON.search(plain):
            return None
        if what == "phone" and sure and "|" in about:
            continue
        return Report(what, sure)
    return None


def plain_words(text: str) -> str:
    """`text` as the patterns want it: folded, in lower case, sentences parted by "|", the digits of a
    number in one piece. "SO" is a number for certain, "AI" a person; what has other accents than are
    meant begins with "Z"."""
    joined = re.sub(r"(?<=\d)[ .\-](?=\d)", "", expand(text)).lower()
    pieces = re.findall(r"[^\W_]+|[.!?;…]", joined)
    accented = any(not piece.isascii() and piece.isalpha() for piece in pieces)
    words = [_word(piece, accented) for piece in pieces]
    plain = re.sub(r"(?:\| ?)+", "| ", " ".join([*words, "|"]))
    return re.sub(
        r"\b(em|toi|minh|tui|chau|rat|van|hoi) so(?= (?:goi|khong|lien))", r"\1 Zso", plain
    )


def _word(piece: str, accented: bool) -> str:
    if not piece[0].isalnum():
        return "|"
    bare = fold(piece)
    if piece == "số":
        return "SO"
    if accented and (piece in _PERSONS):
        return "AI"
    if piece == bare:
        return f"Z{bare}" if accented and bare == "cho" else bare
    return f"Z{bare}" if bare in _MEANT and piece not in _MEANT[bare] else bare
