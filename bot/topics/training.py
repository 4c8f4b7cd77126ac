"""Training of the classifier, done at set-up (`python -m bot.topics`).

Two linear support vector machines (LIBLINEAR: Fan et al., JMLR 9, 2008) over the same features: one
tells topics apart, one articles. The heaviest of their weights are kept; the rest changes nothing
that could be measured.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np
from joblib import Parallel, cpu_count, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack
from sklearn.svm import LinearSVC

from bot.topics.asked import Asked
from bot.topics.features import PIECES, features
from bot.topics.model import Model, Terms

# Measured by leaving out one voice after the other.
PENALTY = 0.3
KEPT = 0.12

EVERY = 5
COURTEOUS = frozenset(
    {"greeting", "thanks", "goodbye", "insult", "repeat_not_understood", "language_switch"}
)
BEFORE = (
    "chào bạn, ", "chào bạn, cho em hỏi ", "dạ em chào ạ, ", "xin chào, tôi muốn hỏi ", "alo ad ơi, ",
    "ad ơi cho mình hỏi ", "hello bạn ", "em chào anh chị, cho em hỏi ", "bạn ơi ", "dạ thưa, ",
    "chao ban cho hoi ", "ad oi cho e hoi voi ",
)  # fmt: skip
AFTER = (
    " ạ", " em cảm ơn", ", cảm ơn bạn nhiều", " ạ, em xin cảm ơn", " nha bạn", " cám ơn ad",
    " cam on a", " mong được giúp",
)  # fmt: skip


def train(asked: Sequence[Asked]) -> Model:
    """The classifier of the lines in `asked`, of at least three topics."""
    asked = [*asked, *_politely(asked)]
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


def _politely(asked: Sequence[Asked]) -> Iterator[Asked]:
    """Every fifth line with words of courtesy around it: a greeting before a question or a thank-you
    after it is not what the message is about."""
    questions = [one for one in asked if one.topic not in COURTEOUS]
    for number, one in enumerate(questions[::EVERY]):
        before = BEFORE[number % len(BEFORE)] if number % 3 != 1 else ""
        after = AFTER[number % len(AFTER)] if number % 3 != 0 else ""
        yield replace(one, text=f"{before}{one.text}{after}")


def _terms(asked: Sequence[Asked]) -> Terms:
    """Every feature that at least four lines have; of pieces of words, eight."""
    holders: Counter[str] = Counter()
    for one in asked:
        for kind, counted in features(one.text).items():
            holders.update(kind + term for term in counted)
    known = sorted(
        term for term, number in holders.items() if number >= (8 if term[0] == PIECES else 4)
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
    """The labels, the weights of each (one a row), and their biases. Each label is told from all the
    others by itself, so that the processors share the labels between them."""
    names = sorted(set(labels))
    parts = [names[at :: cpu_count()] for at in range(min(cpu_count(), len(names)))]
    trained = Parallel(n_jobs=len(parts))(delayed(_machine)(matrix, labels, part) for part in parts)
    rows = dict(zip((name for part in parts for name in part), chain(*trained), strict=True))
    weights = np.stack([rows[name][0] for name in names])
    heavy = np.quantile(np.abs(weights), 1 - KEPT)
    weights[np.abs(weights) < heavy] = 0.0
    return names, csr_matrix(weights), np.array([rows[name][1] for name in names])


def _machine(
    matrix: csr_matrix, labels: Sequence[str], names: Sequence[str]
) -> list[tuple[NDArray[np.float64], float]]:
    """The weights and the bias of each of `names`."""
    found = []
    for name in names:
        machine = LinearSVC(C=PENALTY, random_state=0)
        machine.fit(matrix, [label == name for label in labels])
        found.append((machine.coef_[0], float(machine.intercept_[0])))
    return found
