"""Which act a message is: a linear classifier over sparse counts, saved as plain arrays."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.linear_model import LogisticRegression

_FILE = "intents.npz"
_Array = npt.NDArray[Any]
_Row = tuple[_Array, _Array]


def _row(message: Message) -> _Row:
    """Columns and counts of the message's sentence features; empty where it has none."""
    features = message.get_sparse_features(TEXT)[1]
    if features is None:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
    matrix = features.features.tocsr()
    return matrix.indices, matrix.data.astype(np.float32)


class LinearModel:
    """Log-scaled, inverse-frequency weighted counts of unit length; one weight row an intent."""

    def __init__(self, idf: _Array, weights: _Array, bias: _Array, classes: Sequence[str]) -> None:
        """`idf` (features), `weights` (classes x features), `bias` (classes), names of classes."""
        self.idf, self.weights, self.bias, self.classes = idf, weights, bias, list(classes)

    @classmethod
    def fit(cls, rows: Sequence[_Row], labels: Sequence[str], width: int, c: float) -> LinearModel:
        """The model for `rows`; `c` is the inverse strength of regularisation. Repeatable."""
        seen = np.bincount(np.concatenate([columns for columns, _ in rows]), minlength=width)
        idf = (np.log((1 + len(rows)) / (1 + seen)) + 1).astype(np.float32)
        ends = np.cumsum([0] + [len(columns) for columns, _ in rows])
        values = np.concatenate([_weigh(idf, row) for row in rows])
        matrix = scipy.sparse.csr_matrix(
            (values, np.concatenate([columns for columns, _ in rows]), ends), (len(rows), width)
        )
        fitted = LogisticRegression(C=c, max_iter=500, class_weight="balanced", random_state=1)
        fitted.fit(matrix, list(labels))
        if len(fitted.classes_) < 3:
            raise RasaException("the intent classifier needs at least three intents")
        weights, bias = fitted.coef_.astype(np.float32), fitted.intercept_.astype(np.float32)
        return cls(idf, weights, bias, [str(name) for name in fitted.classes_])

    def rank(self, row: _Row) -> list[tuple[str, float]]:
        """Every intent with its probability, most probable first."""
        columns, _ = row
        scores = self.weights[:, columns] @ _weigh(self.idf, row) + self.bias
        scores = np.exp(scores - scores.max())
        chances = scores / scores.sum()
        return [(self.classes[place], float(chances[place])) for place in np.argsort(-chances)]

    def save(self, folder: Path) -> None:
        """Write the arrays into `folder`."""
        np.savez_compressed(
            folder / _FILE,
            idf=self.idf,
            weights=self.weights,
            bias=self.bias,
            classes=np.array(self.classes),
        )

    @classmethod
    def read(cls, folder: Path) -> LinearModel:
        """What `save` wrote; nothing in the file is executed."""
        with np.load(folder / _FILE, allow_pickle=False) as saved:
            return cls(
                saved["idf"], saved["weights"], saved["bias"], [str(c) for c in saved["classes"]]
            )


def _weigh(idf: _Array, row: _Row) -> _Array:
    columns, counts = row
    values = (1.0 + np.log(counts)) * idf[columns]
    return np.asarray(values / (np.linalg.norm(values) or 1.0), dtype=np.float32)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntents(GraphComponent, IntentClassifier):
    """Logistic regression on the sparse features of the sentence."""

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: LinearModel | None = None,
    ) -> None:
        """Without `model` the component must be trained before it is asked."""
        self._config, self._storage, self._resource = config, model_storage, resource
        self._model = model

    @classmethod
    def required_components(cls) -> list[type]:
        """Something that makes features must come before."""
        return [Featurizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`c`: inverse strength of regularisation. `ranking_length`: intents reported."""
        return {"c": 30.0, "ranking_length": 5}

    @staticmethod
    def required_packages() -> list[str]:
        """What must be installed."""
        return ["sklearn"]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LinearIntents:
        """A classifier to be trained."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LinearIntents:
        """The trained classifier.

        Raises:
            ValueError: the model holds none.
        """
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, LinearModel.read(folder))

    def train(self, training_data: TrainingData) -> Resource:
        """Fit and save.

        Raises:
            RasaException: there are fewer than three intents, or no features.
        """
        examples = [message for message in training_data.intent_examples if message.get(TEXT)]
        rows = [_row(message) for message in examples]
        features = examples[0].get_sparse_features(TEXT)[1] if examples else None
        if features is None:
            raise RasaException("the intent classifier found no features to learn from")
        labels = [message.get(INTENT) for message in examples]
        width = features.features.shape[1]
        self._model = LinearModel.fit(rows, labels, width, self._config["c"])
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Put the ranked intents on each message; no intent where it has no known feature."""
        if self._model is None:
            raise RasaException("the intent classifier was asked before it was trained")
        for message in messages:
            row = _row(message)
            ranked = self._model.rank(row) if len(row[0]) else []
            ranking = [
                {"name": name, "confidence": chance}
                for name, chance in ranked[: self._config["ranking_length"]]
            ]
            best = ranking[0] if ranking else {"name": None, "confidence": 0.0}
            message.set(INTENT, best, add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages
