"""Numbers as people write them."""

from __future__ import annotations

import pytest

from referral_directory.intake.phones import BadPhone, read_phones


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("0256.3822.117 - 0905 123 456 (anh Nam)", "02563822117; 0905123456"),
        ("(0256) 3 822 117/118", "02563822117; 02563822118"),
        ("02438221178/79", "02438221178; 02438221179"),
        ("+84 905 123 456", "0905123456"),
        ("+84(0)905123456", "0905123456"),
        ("(84) 256 3822117", "02563822117"),
        ("0256.3822.117-0905.123.456", "02563822117; 0905123456"),
        ("0256 3822117 0905123456", "02563822117; 0905123456"),
        ("0256.3822117, Fax: 0256.3822118", "02563822117"),
        ("ĐT: 0256 3822117 máy lẻ 12", "02563822117"),
        ("0905123456\n0912345678", "0905123456; 0912345678"),
        ("0256.3822117, 118", "02563822117; 118"),
        ("1900 1567", "19001567"),
        ("113; 115", "113; 115"),
        ("905123456", "0905123456"),
        ("2563822117", "02563822117"),
    ],
)
def test_numbers_are_read_out_of_what_stands_around_them(cell: str, told: str) -> None:
    assert read_phones(cell)[0] == told


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("0905 123 456 (anh Nam)", "anh Nam"),
        ("905123456", "số 0"),
        ("0256.3822117; Fax 0256.3822118", "fax"),
        ("0256.3822117", "sửa cách viết"),
        ("0905123456; 0905123456", "hai lần"),
    ],
)
def test_what_is_repaired_or_left_out_is_said(cell: str, said: str) -> None:
    assert said in " ".join(read_phones(cell)[1])


def test_a_number_written_our_way_is_left_alone() -> None:
    assert read_phones("02563822117; 0905123456") == ("02563822117; 0905123456", ())


@pytest.mark.parametrize(
    "cell",
    ["056 3822117", "(056) 3822 117", "04.38221178", "08 3822 1178", "0438221178", "0781 3822117"],
)
def test_area_codes_of_before_2017_are_named_and_not_guessed(cell: str) -> None:
    with pytest.raises(BadPhone, match="đã đổi năm 2017"):
        read_phones(cell)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("01681234567", "2018"),
        ("0256 382 211", "thiếu một chữ số"),
        ("0256 38221", "không đọc được"),
        ("12 34 56 78 90 12 34", "không đọc được"),
    ],
)
def test_numbers_that_cannot_be_are_refused(cell: str, said: str) -> None:
    with pytest.raises(BadPhone, match=said):
        read_phones(cell)


def test_an_export_of_ours_keeps_numbers_that_we_keep() -> None:
    assert read_phones("0438221178", ours=True) == ("0438221178", ())
