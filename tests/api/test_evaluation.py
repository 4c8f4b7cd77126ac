"""The measuring itself: what of an answer is law of the day asked for."""

from __future__ import annotations

from datetime import date

import pytest

from api.evaluation import law_of_the_day

ASKED = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("text", "law"),
    [
        ("Thời hạn là 12 tháng. Từ 01/7/2026 là 24 tháng.", "Thời hạn là 12 tháng"),
        ("Trước 01/7/2026 là 12 tháng; từ ngày đó là 24 tháng.", "Trước 01/7/2026 là 12 tháng"),
        ("Mức phạt là 2 triệu.\n\nTrước 15/12/2025: 1 triệu.", "Mức phạt là 2 triệu"),
        ("Từ 15/12/2025 mức phạt là 2 triệu", "Từ 15/12/2025 mức phạt là 2 triệu"),
    ],
)
def test_only_what_is_law_on_the_day_is_compared(text: str, law: str) -> None:
    assert law_of_the_day(text, ASKED).rstrip(". ") == law
