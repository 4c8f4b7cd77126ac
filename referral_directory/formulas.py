"""Cells that a spreadsheet would take for formulas. Pure."""

from __future__ import annotations

import re

# Behind apostrophes too, so that taking one away always tells what was there.
_LOOKS_LIKE_ONE = re.compile(r"'*[=+\-@\t\r\n]")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n]")


def guarded(cell: str) -> str:
    """The cell as no spreadsheet takes it for a formula: one apostrophe more before what looks like one."""
    return f"'{cell}" if _LOOKS_LIKE_ONE.match(cell) else cell


def unguarded(cell: str) -> str:
    """The cell that `guarded` was given."""
    return cell[1:] if _GUARDED.match(cell) else cell
