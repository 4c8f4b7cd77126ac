"""Training of the classifier, done at set-up (`python -m bot.topics`).

Two linear support vector machines (LIBLINEAR: Fan et al., JMLR 9, 2008) over the same features: one
tells topics apart, one articles. The heaviest of their weights are kept; the rest changes nothing
that could be measured.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack
from sklearn.svm import LinearSVC

from bot.topics.asked import Asked
from bot.topics.features import PIECES, features
from bot.topics.model import Model, Terms

# Measured by leaving out one voice after the other: `python -m bot.topics.measuring`.
PENALTY = 0.3
KEPT = 0.12


def train(asked: Sequence[Asked]) -> Model:
    """The classifier of the lines in `asked`."""
    terms = _terms(asked)
    matrix = _matrix(terms, asked)
    topics, of_topics, topic_bias = _separate(matrix, [one.topic for one in asked])
    labels, of_labels, label_bias = _separate(
        matrix, [f"{one.topic} {one.article}" for one in asked]
    )
    weights = vstack([of_topics, of_labels]).T.tocsr()
    return Model(
        terms=terms,
        starts=weights.indptr.astype(np.intp),
        classes=weights.indices.astype(np.uint16),
        weights=weights.data.astype(np.float32),
        bias=np.concatenate([topic_bias, label_bias]),
        topics=tuple(topics),
        labels=tuple((topic, key) for topic, _, key in (one.partition(" ") for one in labels)),
    )


def _terms(asked: Sequence[Asked]) -> Terms:
    """Every feature that at least two lines have; of pieces of words, three."""
    holders: Counter[str] = Counter()
    for one in asked:
        for kind, counted in features(one.text).items():
            holders.update(kind + term for term in counted)
    known = sorted(
        term for term, number in holders.items() if number >= (3 if term[0] == PIECES else 2)
    )
    rarity = [math.log((1 + len(asked)) / (1 + holders[term])) + 1 for term in known]
    return Terms({term: row for row, term in enumerate(known)}, rarity)


def _matrix(terms: Terms, asked: Sequence[Asked]) -> csr_matrix:
    vectors = [terms.vector(one.text) for one in asked]
    starts = np.cumsum([0, *(len(rows) for rows, _ in vectors)])
    columns = np.array([row for rows, _ in vectors for row in rows], np.intp)
    values = np.array([value for _, values in vectors for value in values])
    return csr_matrix((values, columns, starts), shape=(len(asked), len(terms.rows)))


def _separate(
    matrix: csr_matrix, labels: Sequence[str]
) -> tuple[list[str], csr_matrix, NDArray[np.float64]]:
    """The labels, the weights of each (one a row), and their biases."""
    machine = LinearSVC(C=PENALTY, random_state=0).fit(matrix, labels)
    weights = machine.coef_
    heavy = np.quantile(np.abs(weights), 1 - KEPT)
    weights[np.abs(weights) < heavy] = 0.0
    return list(machine.classes_), csr_matrix(weights), machine.intercept_
