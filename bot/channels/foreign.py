"""Reading a platform's JSON without trusting its shape: whatever is odd comes back empty, nothing
raises."""

from __future__ import annotations

import hashlib
import hmac
import json
import math
from datetime import UTC, datetime
from typing import Any

from bot.understand import clean

_LONGEST_ID = 200


def read_object(raw: bytes) -> dict[str, Any]:
    """The JSON object in `raw`; {} where there is none."""
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def pick(data: object, *path: str | int) -> Any:
    """What stands at `path`, keys of objects and places in lists; None where the path breaks."""
    for step in path:
        if isinstance(step, str) and isinstance(data, dict):
            data = data.get(step)
        elif isinstance(step, int) and isinstance(data, list) and step < len(data):
            data = data[step]
        else:
            return None
    return data


def written(value: object) -> str:
    """`value` as text fit to store; "" where it is not text."""
    return clean(value) if isinstance(value, str) else ""


def identity(value: object) -> str:
    """A platform's id as text; "" where it is none (a number is an id, true is not)."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    found = clean(str(value)).strip()
    return found if len(found) <= _LONGEST_ID else ""


def fingerprint(raw: bytes) -> str:
    """An event id for an event that has none: the same bytes are the same event."""
    return hashlib.sha256(raw).hexdigest()


def moment(value: object, *, per_second: int) -> datetime | None:
    """The instant `value` counts from 1970 in parts of a second, a number or digits."""
    number = _number(value)
    try:
        return datetime.fromtimestamp(number / per_second, UTC) if number else None
    except (OverflowError, OSError, ValueError):
        return None


def point(latitude: object, longitude: object) -> tuple[float, float] | None:
    """A place on Earth in degrees, from numbers or digits; None where it is none."""
    north, east = _number(latitude), _number(longitude)
    if north is None or east is None or abs(north) > 90 or abs(east) > 180:
        return None
    return north, east


def same_secret(expected: str, given: str) -> bool:
    """Whether both are the same, in a time that tells nothing. An empty secret matches nothing."""
    return bool(expected) and hmac.compare_digest(
        expected.encode("utf-8", "surrogatepass"), given.encode("utf-8", "surrogatepass")
    )


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
