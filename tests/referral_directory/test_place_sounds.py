"""Which words sound alike, and how far they are apart."""

from __future__ import annotations

import pytest

from referral_directory.place_sounds import sound_key, unlike
from referral_directory.spelling import spell


@pytest.mark.parametrize(
    ("written", "name", "slips"),
    [
        ("Vĩn", "Vĩnh", 0),
        ("Dĩnh", "Vĩnh", 0),
        ("Đướt", "Đước", 0),
        ("Biêng", "Biên", 0),
        ("zang", "Giang", 0),
        ("fả", "Phả", 0),
        ("Chà", "Trà", 0),
        ("Xơn", "Sơn", 0),
        ("Quãng", "Quảng", 0),
        ("Mừi", "Mười", 1),
        ("Sốc", "Sóc", 1),
        ("Tịnh", "Tĩnh", 1),
        ("hué", "Huế", 1),
    ],
)
def test_one_word_is_heard_in_another(written: str, name: str, slips: int) -> None:
    (key, sound), (name_key, name_sound) = spell(written), spell(name)
    assert sound_key(key) == sound_key(name_key)
    assert unlike(sound, name_sound) == slips


@pytest.mark.parametrize(("written", "name"), [("vá", "Đá"), ("Đi", "Vị"), ("thấy", "Thái")])
def test_words_of_one_key_may_be_far_apart(written: str, name: str) -> None:
    assert sound_key(spell(written)[0]) == sound_key(spell(name)[0])
    assert unlike(spell(written)[1], spell(name)[1]) > 0


def test_other_words_do_not_sound_alike() -> None:
    assert sound_key("long") != sound_key("lang")
    assert sound_key("bac") != sound_key("ba")
