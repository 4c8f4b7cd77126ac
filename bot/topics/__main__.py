"""`python -m bot.topics`: train the classifier where what it is made from has changed."""

from __future__ import annotations

import hashlib
from pathlib import Path

from bot.answers import Library
from bot.laws import Register
from bot.topics.asked import read_asked
from bot.topics.model import FILE

STAMP = FILE.with_suffix(".stamp")
_BOT = Path(__file__).parent.parent
_MADE_FROM = (
    _BOT / "content" / "asked",
    _BOT / "content" / "answers",
    _BOT / "content" / "slang.yml",
    _BOT / "content" / "topics.csv",
    _BOT / "understand.py",
    _BOT / "answers" / "words.py",
    _BOT / "answers" / "plain_words.py",
    _BOT / "topics" / "features.py",
    _BOT / "topics" / "model.py",
    _BOT / "topics" / "training.py",
)


def prepare() -> bool:
    """Train and keep the model where what it is made from has changed; whether it was trained.

    Raises:
        ContentBroken: a file of lines is wrong; nothing is trained.
        OSError: the model cannot be written.
    """
    made_from = _digest()
    if FILE.exists() and STAMP.exists() and STAMP.read_text(encoding="ascii") == made_from:
        return False
    # Only here: what trains takes seconds to import.
    from bot.topics.training import train

    train(read_asked(Library.load(Register.load()))).save()
    STAMP.write_text(made_from, encoding="ascii")
    return True


def _digest() -> str:
    """What the model depends on: how people ask, the articles, and how texts become features."""
    files = [
        file
        for path in _MADE_FROM
        for file in (sorted(path.iterdir()) if path.is_dir() else [path])
    ]
    seen = hashlib.sha256()
    for file in files:
        seen.update(f"{file.name}\n".encode() + file.read_bytes())
    return seen.hexdigest()


if __name__ == "__main__":
    prepare()
