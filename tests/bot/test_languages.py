"""Which language somebody would rather speak."""

from __future__ import annotations

import pytest

from bot import languages


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("cho hỏi có ai nói tiếng Mông không", "hmn"),
        ("ở đây có tiếng h'mông k ạ", "hmn"),
        ("me toi chi noi duoc tieng kho me", "km"),
        ("cán bộ biết Khmer không", "km"),
        ("co ai noi tieng thai den ko", "blt"),
        ("có tư vấn viên nói tiếng Hoa không", "zh"),
        ("english pls", "en"),
        ("nói tiếng anh được không", "en"),
        ("anh ơi cho em hỏi", ""),
        ("em học trung cấp, đi bán hoa", ""),
        ("tôi muốn gặp người thật", ""),
    ],
)
def test_a_language_asked_for_is_known_by_its_name(text: str, language: str) -> None:
    assert languages.named_in(text) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I need help with my son please", "en"),
        ("where is the nearest hospital for addiction", "en"),
        ("ខ្ញុំត្រូវការជំនួយ", "km"),
        ("我需要帮助", "zh"),
        ("em muon cai nghien o nha", ""),
        ("help em với", ""),
        ("bố em là người nghiện, em phải làm sao", ""),
        ("", ""),
    ],
)
def test_another_language_is_known_when_it_is_written(text: str, language: str) -> None:
    assert languages.written_in(text) == language
