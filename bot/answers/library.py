"""Every article, checked together: what answers a question today, and what must be withheld."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.answers.article import Article, read_article
from bot.answers.search import Hit, Index
from bot.answers.words import fold_words, words_of
from bot.laws import ContentBroken, Register

ANSWERS = Path(__file__).parent.parent / "content" / "answers"

# Measured on tests/bot/search_dev.yml: of 85 questions 48 are answered rightly at once, 1 wrongly,
# 32 by a choice; of 26 that no article answers 3 are shown one, of 18 off the subject none. Lower
# is bolder.
SURE = 0.40
CLEAR_LEAD = 0.05
WORTH_OFFERING = 0.26
SPEAKS_OF_IT = 0.65
# Of 1,460 sentences that ask for something else than an answer (the training and held-out ones of
# nlu_data) none all but repeats a paraphrase of four words or more.
CERTAIN, FEWEST_WORDS = 0.75, 4


@dataclass(frozen=True)
class Found:
    """One article clearly answers. `certain` where the question all but repeats a paraphrase of
    it: nobody else need be asked what is wanted."""

    article: Article
    certain: bool = False


@dataclass(frozen=True)
class Offer:
    """Up to three articles may answer: let the person choose."""

    articles: tuple[Article, ...]


@dataclass(frozen=True)
class Nothing:
    """No article answers: say so and offer a person."""


class Library:
    """The articles and their search index. Build it with `load`."""

    def __init__(self, articles: tuple[Article, ...], register: Register) -> None:
        self._articles = {article.key: article for article in articles}
        self._register = register
        self._index = Index(articles)
        self._keys_on: tuple[date, frozenset[str]] = (date.min, frozenset())

    @classmethod
    def load(cls, register: Register, folder: Path = ANSWERS) -> Library:
        """The library of the Markdown files in `folder`, each checked against `register`.

        Raises:
            ContentBroken: a file cannot be used, a button leads to no article, or two articles
                share a paraphrase. The line names the file and the field.
        """
        articles = tuple(read_article(path, register) for path in sorted(folder.glob("*.md")))
        if not articles:
            raise ContentBroken(folder.name, "folder", "holds no article")
        _check_links(articles)
        _check_paraphrases(articles)
        return cls(articles, register)

    def get(self, key: str) -> Article | None:
        """The article of that key, shown or withheld; None where there is none."""
        return self._articles.get(key)

    def articles(self) -> tuple[Article, ...]:
        """Every article, by key."""
        return tuple(self._articles.values())

    def front(self, on: date) -> list[tuple[str, str]]:
        """Key and title of the articles for the topic list that may be shown on the day `on`."""
        chosen = [one for one in self._shown(on) if one.front is not None]
        return [(one.key, one.title) for one in sorted(chosen, key=lambda one: one.front or 0)]

    def withheld(self, on: date) -> tuple[Article, ...]:
        """The articles that may not be shown on the day `on`, for whoever keeps the content."""
        return tuple(one for one in self.articles() if not one.may_be_shown(on, self._register))

    def search(self, text: str, on: date, limit: int = 3) -> list[Hit]:
        """The best articles for `text` among those that may be shown on the day `on`."""
        day, keys = self._keys_on
        if day != on:
            keys = frozenset(one.key for one in self._shown(on))
            self._keys_on = (on, keys)
        return self._index.search(text, keys, limit)

    def _shown(self, on: date) -> list[Article]:
        return [one for one in self.articles() if one.may_be_shown(on, self._register)]


def decide(hits: Sequence[Hit]) -> Found | Offer | Nothing:
    """What to do with the hits of one search, best first.

    An article is shown at once only if it is near, nearer than the next, and speaks of most of what
    the question says; else the person chooses.
    """
    if not hits or hits[0].score < WORTH_OFFERING:
        return Nothing()
    runner_up = hits[1].score if len(hits) > 1 else 0.0
    clear = hits[0].score >= SURE and hits[0].score - runner_up >= CLEAR_LEAD
    if clear and hits[0].covered >= SPEAKS_OF_IT:
        repeats = hits[0].score >= CERTAIN and len(hits[0].phrase.split()) >= FEWEST_WORDS
        return Found(hits[0].article, certain=repeats)
    return Offer(tuple(hit.article for hit in hits[:3] if hit.score >= WORTH_OFFERING))


def _check_links(articles: tuple[Article, ...]) -> None:
    keys = {article.key for article in articles}
    for article in articles:
        for button in article.next:
            verb, _, target = button.payload.partition(" ")
            if verb == "/answer" and target not in keys:
                raise ContentBroken(f"{article.key}.md", "next", f"there is no article {target!r}")


def _check_paraphrases(articles: tuple[Article, ...]) -> None:
    holder: dict[str, str] = {}
    for article in articles:
        for phrase in article.ask:
            bare = " ".join(fold_words(words_of(phrase)))
            other = holder.setdefault(bare, article.key)
            if other != article.key:
                raise ContentBroken(
                    f"{article.key}.md", "ask", f"{phrase!r} stands in {other}.md too"
                )
