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
    score: float = 1.0


@dataclass(frozen=True)
class Offer:
    """Up to three articles may answer: let the person choose."""

    articles: tuple[Article, ...]
    score: float = 0.0


@dataclass(frozen=True)
class Nothing:
    """No article answers: say so and offer a person."""


class Library:
    """The articles and their search index. Build it with `load`."""

    def __init__(self, articles: tuple[Article, ...], register: Register) -> None:
        self._articles = {article.key: article for article in articles}
        for article in articles:
            if article.version_of:
                ask = (*self._articles[article.version_of].ask, *article.ask)
                self._articles[article.key] = article.model_copy(update={"ask": ask})
        self._register = register
        self._shelves: dict[frozenset[str], Index] = {}
        self._today: tuple[date, frozenset[str]] = (date.min, frozenset())

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
        _check_versions(articles)
        _check_paraphrases(articles)
        return cls(articles, register)

    def get(self, key: str) -> Article | None:
        """The article of that key, shown or withheld; None where there is none."""
        return self._articles.get(key)

    def articles(self) -> tuple[Article, ...]:
        """Every article, by key."""
        return tuple(self._articles.values())

    def version(self, key: str, on: date) -> Article | None:
        """The article of that key as it stands on the day `on`, or its version for that day; None
        where neither may be shown."""
        for article in self.articles():
            if key in (article.key, article.version_of) and article.may_be_shown(
                on, self._register
            ):
                return article
        return None

    def front(self, on: date) -> list[tuple[str, str]]:
        """Key and title of the articles for the topic list that may be shown on the day `on`."""
        chosen = [one for one in self._shown(on) if one.front is not None]
        return [(one.key, one.title) for one in sorted(chosen, key=lambda one: one.front or 0)]

    def withheld(self, on: date) -> tuple[Article, ...]:
        """The articles that may not be shown on the day `on` though they were written for it, for
        whoever keeps the content."""
        return tuple(
            one
            for one in self.articles()
            if not one.may_be_shown(on, self._register) and not one.ended(on)
        )

    def search(self, text: str, on: date, limit: int = 3) -> list[Hit]:
        """The best articles for `text` among those that may be shown on the day `on`."""
        day, keys = self._today
        if day != on:
            keys = frozenset(one.key for one in self._shown(on))
            self._today = (on, keys)
        if keys not in self._shelves:
            self._shelves[keys] = Index(tuple(self._articles[key] for key in sorted(keys)))
        return self._shelves[keys].search(text, keys, limit)

    def _shown(self, on: date) -> list[Article]:
        return [one for one in self.articles() if one.may_be_shown(on, self._register)]


def decide(hits: Sequence[Hit], *, bold: bool = True) -> Found | Offer | Nothing:
    """What to do with the hits of one search, best first.

    An article is shown at once only if it is near, nearer than the next, and speaks of most of what
    the question says; else, and always where not `bold`, the person chooses.
    """
    if not hits or hits[0].score < WORTH_OFFERING:
        return Nothing()
    runner_up = hits[1].score if len(hits) > 1 else 0.0
    clear = hits[0].score >= SURE and hits[0].score - runner_up >= CLEAR_LEAD
    if bold and clear and hits[0].covered >= SPEAKS_OF_IT:
        repeats = hits[0].score >= CERTAIN and len(hits[0].phrase.split()) >= FEWEST_WORDS
        return Found(hits[0].article, certain=repeats, score=hits[0].score)
    worth = tuple(hit.article for hit in hits[:3] if hit.score >= WORTH_OFFERING)
    return Offer(worth, hits[0].score)


def _check_links(articles: tuple[Article, ...]) -> None:
    keys = {article.key for article in articles}
    for article in articles:
        for button in article.next:
            verb, _, target = button.payload.partition(" ")
            if verb == "/answer" and target not in keys:
                raise ContentBroken(f"{article.key}.md", "next", f"there is no article {target!r}")


def _check_versions(articles: tuple[Article, ...]) -> None:
    keys = {article.key for article in articles if article.version_of is None}
    for article in articles:
        if article.version_of is not None and article.version_of not in keys:
            raise ContentBroken(
                f"{article.key}.md", "version_of", f"there is no article {article.version_of!r}"
            )


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
