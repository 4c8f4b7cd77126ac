"""Which article answers: what the classifier reads and what search finds, put together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from bot import answers
from bot.answers import Article, Found, Library, Nothing, Offer
from bot.answers.subject import names_the_field
from bot.answers.words import words_of
from bot.topics.model import Label, Model, Reading

LookedUp = Found | Offer | Nothing

# Leaving out every voice once, the topic was right in 0.975 of the lines that reach both, 28 in 100;
# by the share alone (0.90) in 0.961 of 31 in 100.
SURE = 0.85
APART = 0.6
WORTH_OFFERING = 0.02
MOST_OFFERED = 3
# Fewer words than this that name nothing of our field are small talk, however sure it is.
SAYS_SOMETHING = 6
NO_QUESTION = frozenset(
    {"greeting", "thanks", "goodbye", "insult", "off_topic", "repeat_not_understood"}
)
"""Topics that no article may answer."""


def find(
    library: Library, model: Model | None, reading: Reading | None, text: str, on: date
) -> LookedUp:
    """The article that answers `text` on the day `on`, a choice of articles, or nothing.

    A text that all but repeats a paraphrase is answered by its article. Otherwise the classifier
    tells, where there is one; of articles that it was not trained on, written since by an editor,
    search alone tells.
    """
    by_words = answers.decide(library.search(text, on))
    if model is None or reading is None:
        return by_words
    if isinstance(by_words, Found) and (
        by_words.certain or by_words.article.key not in model.articles
    ):
        return by_words
    best = reading.labels[0]
    ranked = list(_ranked(library, reading.labels, on))
    if best.topic in NO_QUESTION or not ranked:
        return Nothing()
    first, share = ranked[0]
    if best.article and share >= SURE and reading.apart >= APART and _says_something(text):
        return Found(first, score=share)
    if not best.article:
        ranked.sort(key=lambda pair: pair[0].topic != best.topic)
    worth = tuple(article for article, part in ranked if part >= WORTH_OFFERING)
    return Offer(worth[:MOST_OFFERED], share) if worth else Nothing(first)


def find_after(
    library: Library, model: Model | None, last: Article, text: str, on: date
) -> tuple[Article, ...]:
    """The articles that may answer a few words said after `last` was shown ("thế tốn bao nhiêu"): they
    are read by themselves and together with its title."""
    if model is None:
        hits = library.search(f"{last.title} {text}", on, limit=MOST_OFFERED + 1)
        nearest = [hit.article for hit in hits if hit.score >= answers.WORTH_OFFERING]
    else:
        shares: defaultdict[tuple[str, str], float] = defaultdict(float)
        for words in (text, f"{last.title} {text}"):
            for topic, key, share in model.read(words).labels:
                shares[topic, key] += share
        likely = sorted(
            (Label(*label, share) for label, share in shares.items()),
            key=lambda label: -label.share,
        )
        nearest = [article for article, _ in _ranked(library, likely, on)]
    return tuple(one for one in nearest if one.key != last.key)[:MOST_OFFERED]


def _ranked(library: Library, labels: Sequence[Label], on: date) -> Iterator[tuple[Article, float]]:
    """The likeliest articles as they stand on the day `on`, with their shares."""
    for label in labels:
        article = library.version(label.article, on) if label.article else None
        if article is not None:
            yield article, label.share


def _says_something(text: str) -> bool:
    words = words_of(text)
    return len(words) >= SAYS_SOMETHING or names_the_field(words)
