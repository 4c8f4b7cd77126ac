"""Every article, checked together: what answers a question today, and what must be withheld."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path

from bot.answers.article import Article, read_article
from bot.answers.dense import Meaning, encoder
from bot.answers.search import Hit, Index
from bot.answers.words import fold_words, words_of
from bot.laws import ContentBroken, Register

ANSWERS = Path(__file__).parent.parent / "content" / "answers"

# Measured on tests/bot/search_dev.yml, by words and meaning: of 233 questions 107 are answered
# rightly at once, none wrongly, 112 by a choice; of 25 that no article answers 2 are shown one; of
# 90 lines of small talk, anger and other subjects none. Lower is bolder.
SURE = 0.40
CLEAR_LEAD = 0.08
WORTH_OFFERING = 0.24
SPEAKS_OF_IT = 0.65


@dataclass(frozen=True)
class Found:
    """One article clearly answers. `certain` where the question all but repeats a paraphrase of
    it: nobody else need be asked what is wanted."""

    article: Article
    certain: bool = False
    score: float = field(default=1.0, compare=False)


@dataclass(frozen=True)
class Offer:
    """Up to three articles may answer: let the person choose."""

    articles: tuple[Article, ...]
    score: float = field(default=0.0, compare=False)


@dataclass(frozen=True)
class Nothing:
    """No article answers: say so and offer a person. `near` is the one that came nearest: too far
    to be shown, near enough to tell the topic."""

    near: Article | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Folder:
    """Articles read one by one, in the order of their keys, and the files that could not be."""

    articles: tuple[Article, ...]
    broken: tuple[ContentBroken, ...] = ()


class Library:
    """The articles and their search index. Build it with `load`. `broken` is what was left out of
    `folder`."""

    def __init__(
        self,
        articles: tuple[Article, ...],
        register: Register,
        broken: tuple[ContentBroken, ...] = (),
        vectors: Path | None = None,
        folder: Folder | None = None,
    ) -> None:
        self._articles = {article.key: article for article in articles}
        for article in articles:
            if article.version_of:
                ask = (*self._articles[article.version_of].ask, *article.ask)
                self._articles[article.key] = article.model_copy(update={"ask": ask})
        self.register = register
        self._versions: dict[str, list[Article]] = {}
        for article in self._articles.values():
            if article.version_of:
                self._versions.setdefault(article.version_of, []).append(article)
        self._shelves: dict[frozenset[str], Index] = {}
        self._today: tuple[date, frozenset[str]] = (date.min, frozenset())
        model = encoder() if vectors else None
        self._meaning = Meaning(self.articles(), model, vectors) if vectors and model else None
        self._vectors = vectors
        self.broken = broken
        self.folder = folder or Folder(articles)

    @classmethod
    def load(
        cls, register: Register, folder: Path = ANSWERS, vectors: Path | None = None
    ) -> Library:
        """The library of the Markdown files in `folder`, each checked against `register`. What cannot
        be used is left out and told in `broken`; the rest serves.

        With `vectors`, a folder that keeps the sentence vectors, search also goes by meaning. A phrase
        that the folder does not hold yet takes about 20 ms.

        Raises:
            ContentBroken: no article is left; it is the first fault, if there is one.
        """
        return cls.of(read_folder(folder, register), register, vectors)

    @classmethod
    def of(cls, folder: Folder, register: Register, vectors: Path | None = None) -> Library:
        """As `load`, of articles that were read already. An article is left out where a button leads
        nowhere or it is a version of none; a paraphrase, where an earlier article has it."""
        gone = {one.file.removesuffix(".md") for one in folder.broken}
        faults = list(_loose_links(folder.articles, gone))
        articles, shared = _each_phrase_once(_without(folder.articles, faults))
        homeless = list(_loose_versions(articles))
        articles = _without(articles, homeless)
        broken = (*folder.broken, *faults, *shared, *homeless)
        if not articles:
            raise broken[0] if broken else ContentBroken("answers", "folder", "holds no article")
        return cls(articles, register, broken, vectors, folder)

    def over(self, folder: Folder) -> Library:
        """A library of other articles, with the same register and the same vectors."""
        return Library.of(folder, self.register, self._vectors)

    def get(self, key: str) -> Article | None:
        """The article of that key, shown or withheld; None where there is none."""
        return self._articles.get(key)

    def articles(self) -> tuple[Article, ...]:
        """Every article, by key."""
        return tuple(self._articles.values())

    def version(self, key: str, on: date) -> Article | None:
        """The article of that key as it stands on the day `on`, or its version for that day; None
        where neither may be shown."""
        own = self._articles.get(key)
        candidates = (*((own,) if own else ()), *self._versions.get(key, ()))
        return next((one for one in candidates if one.may_be_shown(on, self.register)), None)

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
            if not one.may_be_shown(on, self.register) and not one.ended(on)
        )

    def search(self, text: str, on: date, limit: int = 3) -> list[Hit]:
        """The best articles for `text` among those that may be shown on the day `on`."""
        day, keys = self._today
        if day != on:
            keys = frozenset(one.key for one in self._shown(on))
            self._today = (on, keys)
        if keys not in self._shelves:
            shelf = tuple(self._articles[key] for key in sorted(keys))
            self._shelves[keys] = Index(shelf, self._meaning)
        return self._shelves[keys].search(text, keys, limit)

    def _shown(self, on: date) -> list[Article]:
        return [one for one in self.articles() if one.may_be_shown(on, self.register)]


def decide(hits: Sequence[Hit]) -> Found | Offer | Nothing:
    """What to do with the hits of one search, best first.

    An article is shown at once only if the question is one of its own, or if it is near, nearer than
    the next, and speaks of most of what the question says; else the person chooses.
    """
    if hits and hits[0].exact:
        return Found(hits[0].article, certain=True, score=1.0)
    if not hits or hits[0].score < WORTH_OFFERING:
        return Nothing(hits[0].article if hits else None)
    runner_up = hits[1].score if len(hits) > 1 else 0.0
    clear = hits[0].score >= SURE and hits[0].score - runner_up >= CLEAR_LEAD
    if clear and hits[0].covered >= SPEAKS_OF_IT:
        return Found(hits[0].article, certain=hits[0].repeats, score=hits[0].score)
    worth = tuple(hit.article for hit in hits[:3] if hit.score >= WORTH_OFFERING)
    return Offer(worth, hits[0].score)


def read_folder(folder: Path, register: Register) -> Folder:
    """The articles of a folder, each checked by itself."""
    articles, broken = [], []
    for path in sorted(folder.glob("*.md")):
        try:
            articles.append(read_article(path, register))
        except ContentBroken as fault:
            broken.append(fault)
    return Folder(tuple(articles), tuple(broken))


@lru_cache(maxsize=20_000)
def bare(phrase: str) -> str:
    """A paraphrase as it is compared: without accents and courtesy."""
    return " ".join(fold_words(words_of(phrase)))


def _without(articles: tuple[Article, ...], faults: Sequence[ContentBroken]) -> tuple[Article, ...]:
    left_out = {fault.file for fault in faults}
    return tuple(one for one in articles if f"{one.key}.md" not in left_out)


def _loose_links(articles: tuple[Article, ...], gone: Collection[str]) -> Iterator[ContentBroken]:
    """Buttons to articles that never were; one that is `gone` for now shows the menu."""
    keys = {article.key for article in articles}.union(gone)
    for article in articles:
        for button in article.next:
            verb, _, target = button.payload.partition(" ")
            if verb == "/answer" and target not in keys:
                yield ContentBroken(f"{article.key}.md", "next", f"there is no article {target!r}")


def _loose_versions(articles: tuple[Article, ...]) -> Iterator[ContentBroken]:
    keys = {article.key for article in articles if article.version_of is None}
    for article in articles:
        if article.version_of is not None and article.version_of not in keys:
            yield ContentBroken(
                f"{article.key}.md", "version_of", f"there is no article {article.version_of!r}"
            )


def _each_phrase_once(
    articles: tuple[Article, ...],
) -> tuple[tuple[Article, ...], list[ContentBroken]]:
    """The articles, each paraphrase left only to the first that has it, and what was taken away."""
    holder: dict[str, str] = {}
    kept, faults = [], []
    for article in articles:
        own = []
        for phrase in article.ask:
            other = holder.setdefault(bare(phrase), article.key)
            if other == article.key:
                own.append(phrase)
                continue
            reason = f"{phrase!r} stands in {other}.md too"
            faults.append(ContentBroken(f"{article.key}.md", "ask", reason))
        same = len(own) == len(article.ask)
        kept.append(article if same else article.model_copy(update={"ask": tuple(own)}))
    return tuple(kept), faults
