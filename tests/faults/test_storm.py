"""The storm in short: each fault once. `make faults` is the long form."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.storm import Size, show, storm


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that PostgreSQL's own user may enter, whoever else runs pytest meanwhile."""
    with tempfile.TemporaryDirectory(prefix="diemtua-storm-") as name:
        path = Path(name)
        path.chmod(0o755)
        yield path


async def test_nothing_is_lost_doubled_or_out_of_order_while_everything_is_killed_once(
    folder: Path,
) -> None:
    outcome = await storm(Size(people=20, each=10, repeats=1, gap=5.0, seed=5), folder)
    assert outcome.good, show(outcome)
    assert outcome.total.sent == 200
    assert len(outcome.faults) == 5
