"""Former places in somebody's words, and what they are today, for whoever reads them.

Since 01/07/2025 there are 34 provinces and no districts (Resolution 202/2025/QH15), but people go on
using the old names.
"""

from __future__ import annotations

from bot.entities.places import Named, find_named
from bot.understand import clean
from referral_directory.places import Gazetteer

LONGEST_TEXT = 2_000


def todays_places(text: str, gazetteer: Gazetteer) -> tuple[str, ...]:
    """A line for each former unit that `text` names, "tỉnh Nam Định (cũ) → tỉnh Ninh Bình", in the order
    they come. A name that several places bore gives nothing: which one is meant is not known."""
    named = find_named(clean(text[:LONGEST_TEXT]), gazetteer)
    return tuple(dict.fromkeys(_line(one) for one in named if one.place.former and one.sole))


def _line(one: Named) -> str:
    place = one.place
    if one.kind == "province":
        now = place.province
    elif one.kind == "commune" or place.name.startswith("đặc khu"):
        now = f"{place.name}, {place.province}"
    elif place.commune_code:
        now = f"nay chia về các xã, phường, như {place.name}, {place.province}"
    else:
        now = f"nay chia về các xã, phường của {place.province}"
    return f"{place.former} (cũ) → {now}"
