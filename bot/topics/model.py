"""The trained classifier: what a message is about, from numbers alone.

It is made at set-up by bot/topics/training.py. Where there is none, search by words and Rasa do
without it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.topics.features import features
from bot.trained import keep, packed, unpacked

FILE = Path(__file__).parent / "trained.npz"
# They turn margins into shares; measured by leaving out one voice after the other.
SHARP_TOPICS, SHARP_ARTICLES = 3.0, 5.0
MOST = 16

Numbers = NDArray[np.float64]


class Label(NamedTuple):
    """A topic of topics.csv, the key of the article in it that answers ("" where none does), and how
    likely that is, a share of 1."""

    topic: str
    article: str
    share: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message is about, the likeliest first: `topics` with the share of 1 of each, and what in
    them answers. `apart` is how far the nearest topic stands before the next, in margins of the
    machines (1 is from the border to the nearest lines that were trained on)."""

    topics: tuple[tuple[str, float], ...]
    labels: tuple[Label, ...]
    apart: float

    def share(self, topic: str) -> float:
        """How likely `topic` is, 0 where it is none of the likeliest."""
        return next((share for name, share in self.topics if name == topic), 0.0)


@dataclass(frozen=True)
class Terms:
    """The features that a model knows: the row of each, and how rare each is."""

    rows: Mapping[str, int]
    rarity: list[float]

    def vector(self, text: str) -> tuple[list[int], list[float]]:
        """The rows of the features of `text` and their values; each kind of feature has length 1."""
        rows: list[int] = []
        values: list[float] = []
        for kind, counted in features(text).items():
            known = [
                (row, (1 + math.log(number)) * self.rarity[row])
                for term, number in counted.items()
                if (row := self.rows.get(kind + term)) is not None
            ]
            length = math.sqrt(sum([value * value for _, value in known]))
            rows += [row for row, _ in known]
            values += [value / length for _, value in known]
        return rows, values


@dataclass(frozen=True)
class Model:
    """The weights: row `n` of the features has those from `starts[n]` to `starts[n + 1]`, each for the
    class in `classes`. The first classes are `topics`, the others `labels`: (topic, article's key or
    "" for what no article answers)."""

    terms: Terms
    starts: NDArray[np.intp]
    classes: NDArray[np.uint16]
    weights: NDArray[np.float32]
    bias: Numbers
    topics: tuple[str, ...]
    labels: tuple[tuple[str, str], ...]

    @cached_property
    def articles(self) -> frozenset[str]:
        """The keys of the articles that it was trained on."""
        return frozenset(key for _, key in self.labels if key)

    @cached_property
    def _topic_of_label(self) -> NDArray[np.intp]:
        places = {topic: place for place, topic in enumerate(self.topics)}
        return np.array([places[topic] for topic, _ in self.labels], np.intp)

    def read(self, text: str) -> Reading:
        """What `text` is about."""
        scores = self._scores(text)
        number = len(self.topics)
        of_labels = _shares(SHARP_ARTICLES * scores[number:])
        summed = np.bincount(self._topic_of_label, of_labels, number)
        of_topics = (_shares(SHARP_TOPICS * scores[:number]) + summed) / 2
        joint = of_labels * of_topics[self._topic_of_label]
        joint /= joint.sum()
        second, first = np.partition(scores[:number], -2)[-2:].tolist()
        topics, shares = of_topics.tolist(), joint.tolist()
        return Reading(
            tuple((self.topics[place], topics[place]) for place in np.argsort(-of_topics)[:MOST]),
            tuple(
                Label(self.labels[place][0], self.labels[place][1], shares[place])
                for place in np.argsort(-joint)[:MOST].tolist()
            ),
            first - second,
        )

    def _scores(self, text: str) -> Numbers:
        rows, values = self.terms.vector(text)
        first = self.starts[rows]
        sizes = self.starts[np.array(rows, np.intp) + 1] - first
        at = np.repeat(first - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())
        reached = np.bincount(
            self.classes[at], self.weights[at] * np.repeat(values, sizes), len(self.bias)
        )
        scores: Numbers = reached + self.bias
        return scores

    def save(self, path: Path = FILE) -> None:
        """Write it in one step: other processes may be reading the last one.

        Raises:
            OSError: it cannot be written there.
        """
        keep(
            path,
            terms=packed(self.terms.rows),
            rarity=self.terms.rarity,
            starts=self.starts,
            classes=self.classes,
            weights=self.weights,
            bias=self.bias,
            topics=packed(self.topics),
            labels=packed(" ".join(label) for label in self.labels),
        )


def load(path: Path = FILE) -> Model | None:
    """The model that was trained at set-up, or None where there is none."""
    if not path.exists():
        return None
    with np.load(path, allow_pickle=False) as held:
        rows = {term: row for row, term in enumerate(unpacked(held["terms"]))}
        labels = [one.split(" ") for one in unpacked(held["labels"])]
        return Model(
            terms=Terms(rows, held["rarity"].tolist()),
            starts=held["starts"],
            classes=held["classes"],
            weights=held["weights"],
            bias=held["bias"],
            topics=tuple(unpacked(held["topics"])),
            labels=tuple((topic, key) for topic, key in labels),
        )


def _shares(scores: Numbers) -> Numbers:
    raised = np.exp(scores - scores.max())
    shares: Numbers = raised / raised.sum()
    return shares
