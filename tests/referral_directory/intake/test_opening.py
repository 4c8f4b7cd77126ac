"""Opening hours as people write them."""

from __future__ import annotations

import pytest

from referral_directory.hours import BadHours
from referral_directory.intake.opening import read_opening


@pytest.mark.parametrize(
    ("cell", "hours"),
    [
        ("Thứ 2 - Thứ 6: 7h30-11h30, 13h30-17h", "MO-FR 07:30-11:30,13:30-17:00"),
        ("T2-T6 07:30-11:30", "MO-FR 07:30-11:30"),
        ("thứ 2-6: 7h-17h", "MO-FR 07:00-17:00"),
        ("Thứ 2, 4, 6: 8h-11h", "MO,WE,FR 08:00-11:00"),
        ("Thứ hai đến thứ sáu, 7 giờ 30 đến 11 giờ 30", "MO-FR 07:30-11:30"),
        (
            "Từ thứ 2 đến thứ 6: sáng 7h30 - 11h30, chiều 13g30 - 17g00;\nThứ 7: 7h-11h",
            "MO-FR 07:30-11:30,13:30-17:00; SA 07:00-11:00",
        ),
        ("T2-CN: 7h-17h", "MO-SU 07:00-17:00"),
        ("Hàng ngày 7h-17h", "MO-SU 07:00-17:00"),
        ("24/24", "24/7"),
        ("trực 24/24h", "24/7"),
        ("Cả ngày đêm", "24/7"),
        (
            "MO-FR 07:30-11:30,13:30-17:00; SA 08:00-11:00",
            "MO-FR 07:30-11:30,13:30-17:00; SA 08:00-11:00",
        ),
    ],
)
def test_certain_hours_are_read(cell: str, hours: str) -> None:
    assert read_opening(cell) == hours


@pytest.mark.parametrize(
    "cell",
    [
        "giờ hành chính",
        "7h30-11h30",
        "Chủ nhật nghỉ; T2-T7: 7h-17h",
        "T2-T6: 7h-17h, trừ ngày lễ",
        "theo lịch",
    ],
)
def test_what_names_no_certain_hours_stays_words(cell: str) -> None:
    assert read_opening(cell) is None


@pytest.mark.parametrize("cell", ["T2: 17h-7h", "Thứ 2: 25h-26h", "Thứ 2: 7h75-11h"])
def test_hours_that_cannot_be_are_refused(cell: str) -> None:
    with pytest.raises(BadHours):
        read_opening(cell)
