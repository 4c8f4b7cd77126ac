"""What looks like a formula leaves with an apostrophe and comes back without."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral_directory.formulas import guarded, unguarded


@pytest.mark.parametrize(
    ("cell", "made"),
    [
        ("=1", "'=1"),
        ("'=1", "''=1"),
        ("-a", "'-a"),
        ("+84", "'+84"),
        ("@a", "'@a"),
        ("\ta", "'\ta"),
        ("'a", "'a"),
        ("a=1", "a=1"),
    ],
)
def test_only_what_looks_like_a_formula_gets_an_apostrophe(cell: str, made: str) -> None:
    assert guarded(cell) == made


@given(st.text(alphabet="'=+-@\t\r\n1a", max_size=6))
def test_every_cell_comes_back_as_it_was(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell
    assert guarded(cell)[:1] not in tuple("=+-@\t\r\n")
