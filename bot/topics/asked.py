"""How people ask: lines sorted by topic and article, in bot/content/asked/.

One file for each voice (who wrote the lines, and as whom), so that a model can be measured on a voice
it was not trained on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.answers import TOPICS, Library
from bot.laws import ContentBroken
from bot.understand import nfc

ASKED = Path(__file__).parent.parent / "content" / "asked"
NO_ARTICLE = "_"
FROM_ARTICLES = "articles"


@dataclass(frozen=True, slots=True)
class Asked:
    """A line, its topic in topics.csv, the key of the article that answers it ("" for none), and the
    voice that it is in."""

    text: str
    topic: str
    article: str
    voice: str


def read_asked(library: Library, folder: Path = ASKED) -> list[Asked]:
    """Every line of `folder`, then the titles and paraphrases of the articles. An article of an earlier
    law counts as the one that it is a version of; lines of an article whose file is broken count as
    answered by none.

    Raises:
        ContentBroken: a file names a topic or an article that there is not, or holds no lines.
    """
    topics = {one.key: one.topic for one in library.articles()}
    broken = {Path(one.file).stem for one in library.broken}
    lines = [
        line for path in sorted(folder.glob("*.yml")) for line in _of_voice(path, topics, broken)
    ]
    written = [
        Asked(phrase, one.topic, one.version_of or one.key, FROM_ARTICLES)
        for one in library.articles()
        for phrase in (one.title, *one.ask)
    ]
    return lines + written


def _of_voice(path: Path, topics: dict[str, str], broken: Collection[str]) -> Iterator[Asked]:
    rows = yaml.load(nfc(path.read_text(encoding="utf-8")), yaml.CSafeLoader)
    for topic, held in rows.items():
        if topic not in TOPICS:
            raise ContentBroken(path.name, str(topic), "is no topic of topics.csv")
        for key, lines in held.items():
            field = f"{topic}, {key}"
            answered = key != NO_ARTICLE and key not in broken
            if answered and topics.get(key) != topic:
                raise ContentBroken(path.name, field, "the topic has no such article")
            for line in lines:
                if not isinstance(line, str) or not line.strip():
                    raise ContentBroken(path.name, field, f"{line!r} is no text")
                yield Asked(line, topic, key if answered else "", path.stem)
