"""Vietnamese text out of whatever bytes or fonts it was written in. Pure.

TCVN3 (fonts ".Vn…") and VNI (fonts "VNI-…") keep Vietnamese letters at the places of West European
ones, so that their text looks like "Hµ Néi" or "Haø Noäi" wherever the font is not installed: in a
CSV as bytes, in an XLSX as letters.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Literal

from referral_directory.rows import BadTable

Old = Literal["TCVN3", "VNI"]

_SMALL = (
    "à á ả ã ạ ă ằ ắ ẳ ẵ ặ â ầ ấ ẩ ẫ ậ đ è é ẻ ẽ ẹ ê ề ế ể ễ ệ ì í ỉ ĩ ị ò ó ỏ õ ọ ô ồ ố ổ ỗ ộ"
    " ơ ờ ớ ở ỡ ợ ù ú ủ ũ ụ ư ừ ứ ử ữ ự ỳ ý ỷ ỹ ỵ"
)
_TCVN3 = (
    "µ ¸ ¶ · ¹ ¨ » ¾ ¼ ½ Æ © Ç Ê È É Ë ® Ì Ð Î Ï Ñ ª Ò Õ Ó Ô Ö × Ý Ø Ü Þ ß ã á â ä « å è æ ç é"
    " ¬ ê í ë ì î ï ó ñ ò ô \xad õ ø ö ÷ ù ú ý û ü þ ¡ ¢ § £ ¤ ¥ ¦"
)
_VNI = (
    "aø aù aû aõ aï aê aè aé aú aü aë aâ aà aá aå aã aä ñ eø eù eû eõ eï eâ eà eá eå eã eä"
    " ì í æ ó ò oø où oû oõ oï oâ oà oá oå oã oä ô ôø ôù ôû ôõ ôï uø uù uû uõ uï ö öø öù öû öõ öï"
    " yø yù yû yõ î"
)
_FROM_TCVN3 = dict(zip(_TCVN3.split(" "), f"{_SMALL} Ă Â Đ Ê Ô Ơ Ư".split(" "), strict=True))
_FROM_VNI = dict(zip(_VNI.split(" "), _SMALL.split(" "), strict=True))
_FROM_VNI |= {old.upper(): new.upper() for old, new in _FROM_VNI.items()}
_FROM_VNI |= {
    old[0].upper() + old[1]: new.upper() for old, new in _FROM_VNI.items() if len(old) == 2
}
_VNI_LETTERS = re.compile("|".join(sorted(map(re.escape, _FROM_VNI), key=len, reverse=True)))
_TCVN3_TABLE = str.maketrans(_FROM_TCVN3)
_WORD = re.compile(r"[^\W\d_]+")
# No Vietnamese word in Unicode has these; words of the old fonts are full of them.
_SIGNS = "µ¸¶·¹¨»¾¼½Æ©Ç®ÐÎÏÑªÖ×ØÜÞßäå«æç¬ëîïñ\xadøö÷ûüþ§¤¥¦ÄÅËÛ"
_FOREIGN = re.compile(rf"[A-Za-zÀ-ÿ][{_SIGNS}]|[{_SIGNS}][A-Za-zÀ-ÿ]")
_UNICODE_ONLY = re.compile(r"[ăĂđĐơƠưƯĩĨũŨ\u1ea0-\u1ef9\u0300-\u0323]")
_SYLLABLE = re.compile(
    r"(?:ngh|ng|nh|gh|gi|kh|ph|qu|th|tr|ch|[bcdghklmnprstvx])?"
    r"(?:i|y|ie|ye|yeu|ieu|iu|ia|ya|ua|uo|uoi|uou|ui|uu|uy|uya|uye|uyu|ue|uay|uai|oa|oai|oay|oe|oeo"
    r"|oi|o|oo|a|ai|ao|au|ay|e|eo|eu|u|uao|ueo)"
    r"(ng|nh|ch|c|m|n|p|t)?"
)
_MARKS = {"\u0306": "a", "\u0302": "aeo", "\u031b": "ou"}
_TONES = "\u0300\u0301\u0309\u0303\u0323"
_SURE = 0.8


def read_text(data: bytes) -> tuple[str, str]:
    """The text of a CSV, and in Vietnamese what it was written in ("" for UTF-8).

    Text in an old font that stands in UTF-8 is left to `of_cells`.

    Raises:
        BadTable: the bytes are text in no encoding known here.
    """
    for mark, name in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(mark):
            return _strictly(data[2:], name), "UTF-16"
    head = data[:4_000]
    if head.count(0) > len(head) // 8:
        name = "utf-16-be" if head[::2].count(0) > head[1::2].count(0) else "utf-16-le"
        return _strictly(data, name), "UTF-16"
    try:
        return data.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        return _from_bytes(data)


def of_cells(texts: Iterable[str]) -> Old | None:
    """The old font most of these texts are written in; None where they are Unicode already."""
    counts: dict[Old | None, int] = {"TCVN3": 0, "VNI": 0, None: 0}
    for text in texts:
        if _FOREIGN.search(text) or _UNICODE_ONLY.search(text):
            counts[old_font(text)] += 1
    most = max(counts, key=lambda font: counts[font])
    return most if counts[most] else None


@lru_cache(maxsize=20_000)
def old_font(text: str) -> Old | None:
    """The old font that this one text is surely written in."""
    if not _FOREIGN.search(text) or _UNICODE_ONLY.search(text):
        return None
    scores: dict[Old, float] = {"TCVN3": _share(from_tcvn3(text)), "VNI": _share(from_vni(text))}
    best = max(scores, key=lambda font: scores[font])
    return best if scores[best] >= _SURE and scores[best] > _share(text) else None


def repair(text: str, font: Old | None) -> str:
    """`text` as Unicode where it is in an old font: in `font`, the one of the whole file, unless it
    surely is Unicode; where the file has none, in the one that this text surely is in."""
    if text.isascii() or _UNICODE_ONLY.search(text):
        return text
    own = font or old_font(text)
    if own is None:
        return text
    return from_tcvn3(text) if own == "TCVN3" else from_vni(text)


def from_tcvn3(text: str) -> str:
    """Text in TCVN3, its bytes read as Latin-1, as Unicode. Capitals of the fonts ".Vn…H" are small
    letters there and stay so."""
    return text.translate(_TCVN3_TABLE)


def from_vni(text: str) -> str:
    """Text in VNI-Windows, its bytes read as Latin-1, as Unicode."""
    return _VNI_LETTERS.sub(lambda found: _FROM_VNI[found.group()], text)


def _from_bytes(data: bytes) -> tuple[str, str]:
    western = _western(data)
    readings: list[tuple[str, Callable[[], str]]] = [
        ("Windows-1258", lambda: unicodedata.normalize("NFC", data.decode("cp1258"))),
        ("TCVN3", lambda: from_tcvn3(western)),
        ("VNI", lambda: from_vni(western)),
    ]
    best, score, name = "", 0.0, ""
    for called, read in readings:
        try:
            text = read()
        except UnicodeDecodeError:
            continue
        if (share := _share(text[:200_000])) > score:
            best, score, name = text, share, called
    if score < _SURE:
        raise BadTable(
            "Không nhận ra bảng mã chữ của tệp. Bạn mở tệp bằng Excel rồi lưu lại dạng .xlsx"
            " hoặc “CSV UTF-8”."
        )
    return best, name


def _western(data: bytes) -> str:
    """Latin-1, with the quotes and dashes of Windows where Latin-1 has control characters."""
    return data.decode("latin-1").translate(_WINDOWS)


_WINDOWS = {
    byte: bytes([byte]).decode("cp1252")
    for byte in range(0x80, 0xA0)
    if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}


def _strictly(data: bytes, name: str) -> str:
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        raise BadTable("Tệp bị hỏng: chữ UTF-16 đứt quãng. Bạn lưu lại tệp rồi gửi lại.") from None


def _share(text: str) -> float:
    """How many of the words with marks are possible Vietnamese ones, from 0 to 1."""
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    # Signs that stand in the midst of letters, "Hµ§", are no letters to Python.
    broken = len(re.findall(r"[A-Za-z][¨©ª«¬®¶·¸¹»¼½¾¡¢§£¤¥¦×÷\xad]|[§®][A-Za-z]", text))
    if not words:
        return 0.0
    return sum(map(_is_possible, words)) / (len(words) + broken)


@lru_cache(maxsize=20_000)
def _is_possible(word: str) -> bool:
    """Whether a word with marks can be a Vietnamese syllable."""
    plain, tones = "", ""
    for letter in unicodedata.normalize("NFD", word.lower().replace("đ", "d")):
        if letter in _TONES:
            tones += letter
        elif letter in _MARKS:
            if not plain or plain[-1] not in _MARKS[letter]:
                return False
        else:
            plain += letter
    read = _SYLLABLE.fullmatch(plain)
    if read is None or len(tones) > 1:
        return False
    stopped = read[1] in ("c", "ch", "p", "t")
    return not stopped or tones in ("\u0301", "\u0323")
