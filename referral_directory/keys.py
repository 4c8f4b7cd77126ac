"""The key of a row that has none yet. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from hashlib import sha256

_LONGEST = 80


def key_of(cells: Mapping[str, str], number: int = 1) -> str:
    """A key out of the name and the place, the same whenever it is asked for; "" without a name. `number`
    tells apart rows that would have the same."""
    if not cells.get("name"):
        return ""
    at = cells.get("commune_code") or cells.get("province_code") or cells.get("area", "")
    if number > 1:
        at = f"{at}-{number}".strip("-")
    plain = unicodedata.normalize("NFD", cells["name"].lower().replace("đ", "d"))
    slug = re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode()).strip("-")
    most = _LONGEST - len(at) - 1
    if not slug:
        slug = sha256(cells["name"].encode()).hexdigest()[:8]
    elif len(slug) > most:
        slug = f"{slug[: most - 9]}-{sha256(slug.encode()).hexdigest()[:8]}"
    return f"{slug}-{at}".strip("-")
