"""`python -m bot.danger`: train the danger classifier where what it is made from has changed."""

from __future__ import annotations

from pathlib import Path

import yaml

from bot.danger import LABELS, LEVELS, seen
from bot.danger.classifier import FILE
from bot.danger.said import SAID, read_said
from bot.trained import is_fresh, stamp
from bot.understand import nfc

_BOT = Path(__file__).parent.parent
_ASKED = _BOT / "content" / "asked"
_MADE_FROM = (
    SAID,
    _ASKED,
    _BOT / "content" / "danger.yml",
    _BOT / "content" / "slang.yml",
    _BOT / "understand.py",
    *sorted(Path(__file__).parent.glob("*.py")),
)


def prepare() -> bool:
    """Train and keep the classifier where what it is made from has changed; whether it was trained.

    Raises:
        ValueError: a file of lines is wrong; nothing is trained.
        OSError: the classifier cannot be written.
    """
    if is_fresh(FILE, _MADE_FROM):
        return False
    # Only here: what trains takes seconds to import.
    from bot.danger.training import train

    said = read_said(LABELS, LEVELS)
    judged = {one.text for one in said}
    train(said, [text for text in _ordinary() if text not in judged], seen).save()
    stamp(FILE, _MADE_FROM)
    return True


def _ordinary() -> list[str]:
    """What people ask, whatever the topic."""
    return [
        line
        for path in sorted(_ASKED.glob("*.yml"))
        for held in yaml.load(nfc(path.read_text(encoding="utf-8")), yaml.CSafeLoader).values()
        for lines in held.values()
        for line in lines
    ]


if __name__ == "__main__":
    prepare()
