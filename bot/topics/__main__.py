"""`python -m bot.topics`: train the classifier where what it is made from has changed."""

from __future__ import annotations

from pathlib import Path

from bot.answers import Library
from bot.laws import Register
from bot.topics.asked import read_asked
from bot.topics.model import FILE
from bot.trained import is_fresh, stamp

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
    if is_fresh(FILE, _MADE_FROM):
        return False
    # Only here: what trains takes seconds to import.
    from bot.topics.training import train

    train(read_asked(Library.load(Register.load()))).save()
    stamp(FILE, _MADE_FROM)
    return True


if __name__ == "__main__":
    prepare()
