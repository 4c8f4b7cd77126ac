"""Records as JSON text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID


def write_json(value: Any) -> bytes:
    """The JSON of records, in UTF-8."""
    return json.dumps(value, default=plain, ensure_ascii=False, separators=(",", ":")).encode()


def plain(value: Any) -> str:
    """What JSON and CSV have no type for: a moment to the millisecond in UTC, a day, an id.

    Raises:
        TypeError: it is nothing that a record holds.
    """
    match value:
        case datetime():
            return (
                value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.")
                + f"{value.microsecond // 1000:03d}Z"
            )
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case _:
            raise TypeError(type(value).__name__)


def page(contents: Sequence[Any], number: int, size: int, total: int) -> dict[str, Any]:
    """A page of HSDS: `size` is how many a page may hold, `total` how many there are in all."""
    pages = max(1, -(-total // size))
    return {
        "total_items": total,
        "total_pages": pages,
        "page_number": number,
        "size": len(contents),
        "first_page": number == 1,
        "last_page": number >= pages,
        "empty": not contents,
        "contents": contents,
    }
