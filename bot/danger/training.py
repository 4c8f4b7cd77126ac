"""Training of the danger classifier, done at set-up (`python -m bot.danger`).

Linear support vector machines (LIBLINEAR: Fan et al., JMLR 9, 2008), one for each question, over the
lines of bot/content/said/ and, as what is no danger, the ordinary questions of bot/content/asked/.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from joblib import Parallel, cpu_count, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.svm import LinearSVC

from bot.danger.classifier import EMERGENCY, FROM, HEADS, OTHER, SOFT, URGENT, Classifier
from bot.danger.features import features
from bot.danger.said import Said

# Chosen on voices that were left out.
PENALTY = 1.0
DANGER_COUNTS = 2.0
ORDINARY_COUNTS = 0.6
FEWEST = 3


@dataclass(frozen=True)
class Line:
    """A line to learn from: what is said of it, its features, and how much it counts."""

    said: Said
    features: frozenset[str]
    counts: float


def train(
    said: Sequence[Said],
    ordinary: Sequence[str],
    seen: Callable[[str], tuple[Sequence[str], Sequence[str]]],
) -> Classifier:
    """The classifier of the lines `said` and of the `ordinary` ones without danger. `seen` gives the
    canonical forms of a text and the names of the rules that spoke."""
    lines = [Line(one, frozenset(features(*seen(one.text))), 1.0) for one in said]
    lines += [
        Line(
            Said(text, "none", "none", "unclear", ""),
            frozenset(features(*seen(text))),
            ORDINARY_COUNTS,
        )
        for text in ordinary
    ]
    rows, rarity = _terms(lines)
    matrix = _matrix(lines, rows, rarity)
    counts = np.array([line.counts for line in lines])
    classes = sorted({one.label for one in said} - {"none"})
    heads = (*HEADS, *classes)
    danger = np.array([line.said.level != "none" for line in lines])
    machines = Parallel(n_jobs=min(cpu_count(), 4))(
        delayed(_machine)(matrix[of], truth[of], counts[of])
        for head in heads
        for truth in [np.array([_holds(head, line.said) for line in lines])]
        for of in [np.ones_like(danger) if head in FROM else danger]
    )
    return Classifier(
        rows=rows,
        rarity=rarity.astype(np.float32),
        weights=np.stack([weights for weights, _ in machines], axis=1).astype(np.float32),
        bias=np.array([bias for _, bias in machines], np.float32),
        heads=heads,
    )


def _holds(head: str, said: Said) -> bool:
    """Whether the answer to the question `head` is yes for a line."""
    if head == SOFT:
        return said.level != "none"
    if head == URGENT:
        return said.level in (URGENT, EMERGENCY)
    if head == EMERGENCY:
        return said.level == EMERGENCY
    if head == OTHER:
        return said.person == OTHER
    return said.label == head


def _terms(lines: Sequence[Line]) -> tuple[dict[str, int], NDArray[np.float64]]:
    holders = Counter(term for line in lines for term in line.features)
    known = sorted(term for term, number in holders.items() if number >= FEWEST)
    rarity = [math.log((1 + len(lines)) / (1 + holders[term])) + 1 for term in known]
    return {term: row for row, term in enumerate(known)}, np.array(rarity)


def _matrix(lines: Sequence[Line], rows: dict[str, int], rarity: NDArray[np.float64]) -> csr_matrix:
    columns: list[int] = []
    values: list[float] = []
    starts = [0]
    for line in lines:
        known = sorted(rows[term] for term in line.features if term in rows)
        worth = rarity[known]
        columns += known
        values += (worth / (math.sqrt(float(worth @ worth)) or 1.0)).tolist()
        starts.append(len(columns))
    return csr_matrix((values, columns, starts), shape=(len(lines), len(rows)))


def _machine(
    matrix: csr_matrix, truth: NDArray[np.bool_], counts: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    machine = LinearSVC(C=PENALTY, class_weight={True: DANGER_COUNTS, False: 1.0}, random_state=0)
    machine.fit(matrix, truth, sample_weight=counts)
    return machine.coef_[0], float(machine.intercept_[0])
