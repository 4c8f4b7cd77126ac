"""How people say that somebody is in danger, and what only sounds like it: lines in
bot/content/said/, one file for each voice, by class, level and whom it is about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.understand import nfc

SAID = Path(__file__).parent.parent / "content" / "said"


@dataclass(frozen=True, slots=True)
class Said:
    """A line, the danger in it ("none" twice where there is none), who is in it, and the voice."""

    text: str
    label: str
    level: str
    person: str
    voice: str


def read_said(labels: tuple[str, ...], levels: tuple[str, ...], folder: Path = SAID) -> list[Said]:
    """Every line of `folder`.

    Raises:
        ValueError: a file names a class or level that there is not; the file is named.
    """
    return [
        line for path in sorted(folder.glob("*.yml")) for line in _of_voice(path, labels, levels)
    ]


def _of_voice(path: Path, labels: tuple[str, ...], levels: tuple[str, ...]) -> Iterator[Said]:
    rows = yaml.load(nfc(path.read_text(encoding="utf-8")), yaml.CSafeLoader)
    for heading, lines in rows.items():
        label, level, person = heading.split()
        if label not in labels or level not in levels or person not in ("self", "other", "unclear"):
            raise ValueError(f"{path.name}: {heading!r} is no class, level and person")
        for line in lines:
            yield Said(line, label, level, person, path.stem)
