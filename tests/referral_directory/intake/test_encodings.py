"""Vietnamese in whatever bytes and fonts it comes."""

from __future__ import annotations

import unicodedata

import pytest

from referral_directory.intake.encodings import (
    from_tcvn3,
    from_vni,
    old_font,
    read_text,
    repair,
)
from referral_directory.rows import BadTable

TEXT = "Cơ sở cai nghiện tỉnh Bình Định, địa chỉ: 12 Trần Phú, phường Quy Nhơn, điện thoại"
TCVN3 = "C¬ së cai nghiÖn tØnh B×nh §Þnh, ®Þa chØ: 12 TrÇn Phó, ph­êng Quy Nh¬n, ®iÖn tho¹i"
VNI = "Cô sôû cai nghieän tænh Bình Ñònh, ñòa chæ: 12 Traàn Phuù, phöôøng Quy Nhôn, ñieän thoaïi"


def windows_1258(text: str) -> bytes:
    """Text as Windows writes it: marks of vowels within the letter, tones behind it."""
    written = b""
    for letter in unicodedata.normalize("NFC", text):
        parts = unicodedata.normalize("NFD", letter)
        tones = "".join(part for part in parts if part in "\u0300\u0301\u0309\u0303\u0323")
        plain = "".join(part for part in parts if part not in tones)
        written += (unicodedata.normalize("NFC", plain) + tones).encode("cp1258")
    return written


@pytest.mark.parametrize(
    ("data", "written_in"),
    [
        (TEXT.encode(), ""),
        (TEXT.encode("utf-8-sig"), ""),
        (TEXT.encode("utf-16"), "UTF-16"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "UTF-16"),
        (TEXT.encode("utf-16-le"), "UTF-16"),
        (TEXT.encode("utf-16-be"), "UTF-16"),
        (windows_1258(TEXT), "Windows-1258"),
        (TCVN3.encode("latin-1"), "TCVN3"),
        (VNI.encode("latin-1"), "VNI"),
    ],
)
def test_the_same_text_comes_out_of_every_encoding(data: bytes, written_in: str) -> None:
    assert read_text(data) == (TEXT, written_in)


def test_bytes_in_no_known_encoding_are_refused() -> None:
    with pytest.raises(BadTable, match="Không nhận ra bảng mã"):
        read_text("Адрес: улица Ленина".encode("cp1251"))
    with pytest.raises(BadTable, match="UTF-16"):
        read_text(b"\xff\xfea")


def test_old_fonts_are_told_from_unicode_by_what_is_written() -> None:
    assert old_font(TCVN3) == "TCVN3"
    assert old_font(VNI) == "VNI"
    for text in (TEXT, "Trà Vinh", "Bó", "500 × 300", "Panadol®", "§ 12", "café"):
        assert old_font(text) is None, text
        assert repair(text, None) == text


def test_capitals_of_vni_stay_capitals() -> None:
    assert from_vni("TRUNG TAÂM Y TEÁ QUAÄN 8, ÑÒA CHÆ") == "TRUNG TÂM Y TẾ QUẬN 8, ĐỊA CHỈ"


def test_every_letter_of_tcvn3_is_in_the_table() -> None:
    small = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂĐÊÔƠƯ"
    codes = bytes([
        0xB5, 0xB8, 0xB6, 0xB7, 0xB9, 0xA8, 0xBB, 0xBE, 0xBC, 0xBD, 0xC6, 0xA9, 0xC7, 0xCA, 0xC8, 0xC9,
        0xCB, 0xAE, 0xCC, 0xD0, 0xCE, 0xCF, 0xD1, 0xAA, 0xD2, 0xD5, 0xD3, 0xD4, 0xD6, 0xD7, 0xDD, 0xD8,
        0xDC, 0xDE, 0xDF, 0xE3, 0xE1, 0xE2, 0xE4, 0xAB, 0xE5, 0xE8, 0xE6, 0xE7, 0xE9, 0xAC, 0xEA, 0xED,
        0xEB, 0xEC, 0xEE, 0xEF, 0xF3, 0xF1, 0xF2, 0xF4, 0xAD, 0xF5, 0xF8, 0xF6, 0xF7, 0xF9, 0xFA, 0xFD,
        0xFB, 0xFC, 0xFE, 0xA1, 0xA2, 0xA7, 0xA3, 0xA4, 0xA5, 0xA6,
    ])  # fmt: skip
    assert from_tcvn3(codes.decode("latin-1")) == small
