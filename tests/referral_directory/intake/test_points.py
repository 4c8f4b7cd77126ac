"""Coordinates as people write them."""

from __future__ import annotations

import pytest

from referral_directory.intake.points import BadPoint, Land, read_point, split_point
from referral_directory.units import load_units


@pytest.mark.parametrize(
    ("latitude", "longitude", "read"),
    [
        ("13.782", "109.219", ("13.782", "109.219")),
        ("13,782", "109,219", ("13.782", "109.219")),
        ("13°45'12\"N", "109°13'08\"E", ("13.753333", "109.218889")),
        ("13°45’12,5”", "109° 13′ 8″ Đ", ("13.753472", "109.218889")),
        ("13°", "109°", ("13", "109")),
    ],
)
def test_points_are_read(latitude: str, longitude: str, read: tuple[str, str]) -> None:
    assert read_point(latitude, longitude)[:2] == read


def test_swapped_coordinates_are_turned_round_and_it_is_said() -> None:
    north, east, note = read_point("109.219", "13.782")
    assert (north, east) == ("13.782", "109.219")
    assert "ghi ngược" in note


@pytest.mark.parametrize(
    ("latitude", "longitude"), [("13.782", ""), ("gần chợ", "109.2"), ("13.7.2", "109")]
)
def test_half_a_point_or_none_is_refused(latitude: str, longitude: str) -> None:
    with pytest.raises(BadPoint):
        read_point(latitude, longitude)


@pytest.mark.parametrize(
    ("cell", "parts"),
    [
        ("13.782, 109.219", ("13.782", "109.219")),
        ("(13,782; 109,219)", ("13,782", "109,219")),
        ("13,782 109,219", ("13,782", "109,219")),
        ("13.782,109.219", ("13.782", "109.219")),
        ("13°45'12\"N 109°13'08\"E", ("13°45'12\"N", "109°13'08\"E")),
    ],
)
def test_one_cell_may_hold_both(cell: str, parts: tuple[str, str]) -> None:
    assert split_point(cell) == parts


def test_the_sea_and_abroad_are_not_land() -> None:
    land = Land(load_units())
    assert land.has("13.782", "109.219")
    assert land.has("10.42", "104.0")  # Phú Quốc, away from its centre
    assert not land.has("13.782", "109.9")
    assert not land.has("11.55", "104.0")
