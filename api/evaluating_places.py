"""`diemtua eval`, places: how well the places in sentences nobody tuned on are told."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from api.placing import describe, named_in
from referral_directory.places import Gazetteer


def print_places(say: Callable[[str], None], folder: Path) -> None:
    """Print how often the province and the unit are right, by style, how often an ordinary sentence
    is taken for a place, and the time a sentence takes; nothing where `folder` holds no such set.

    A name that fits several places is right where none is guessed.
    """
    named, ordinary = _read(folder / "places.jsonl"), _read(folder / "no_places.jsonl")
    if not named and not ordinary:
        return
    gazetteer = Gazetteer.load()
    began = time.perf_counter()
    told = [describe(named_in(gazetteer, row["text"])) for row in named]
    taken = [bool(named_in(gazetteer, row["text"])) for row in ordinary]
    spent = (time.perf_counter() - began) * 1000 / (len(named) + len(ordinary))
    styles: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for row, one in zip(named, told, strict=True):
        province = one["province"] == row["province"]
        unit = province and one["commune"] == row["commune"]
        for style in ("all", row["style"]):
            styles[style].append((province, unit))
    for at, what in enumerate(("province", "unit")):
        for style, right in styles.items():
            say(_line(f"{what} right, {style}", [one[at] for one in right]))
    if ordinary:
        say(_line("ordinary sentence taken for a place", taken))
    say(f"reading places: {spent:.2f} ms a sentence")


def _line(label: str, right: Sequence[bool]) -> str:
    return f"{label:44}{sum(right) / len(right):.3f}  ({sum(right)} of {len(right)})"


def _read(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
