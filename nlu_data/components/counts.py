"""Counts of words and of character n-grams: without diacritics, and with them."""

from __future__ import annotations

from typing import Any

import scipy.sparse
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.featurizers.sparse_featurizer.count_vectors_featurizer import CountVectorsFeaturizer
from rasa.shared.nlu.constants import TEXT

from bot.understand import fold

_Rows = list[scipy.sparse.spmatrix | None]


class _TextCounts(CountVectorsFeaturizer):
    """Rasa's counts of the message text alone, for the sentence and not for each token.

    Nothing in the pipeline reads features of single tokens or of an intent's name; counting them
    would be most of the work.
    """

    @staticmethod
    def _attributes_for(analyzer: str) -> list[str]:
        return [TEXT]

    def _create_features(self, attribute: str, all_tokens: list[list[str]]) -> tuple[_Rows, _Rows]:
        rows: _Rows = []
        for tokens in all_tokens:
            row = None
            if tokens and self.vectorizers.get(attribute):
                row = self.vectorizers[attribute].transform([" ".join(tokens)])
                row.sort_indices()
                row = row.tocoo()
            rows.append(row)
        return [None] * len(rows), rows


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class FoldedCounts(_TextCounts):
    """Counts of syllables without diacritics: "cai nghiện" and "cai nghien" look the same."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Rasa's own, whole."""
        return {**CountVectorsFeaturizer.get_default_config()}

    def _process_tokens(self, tokens: list[str], attribute: str = TEXT) -> list[str]:
        return [
            fold(token).replace("_", " ") for token in super()._process_tokens(tokens, attribute)
        ]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class AccentedCounts(_TextCounts):
    """Counts of whole words as written; none at all for a text that has no diacritics."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Rasa's own, whole."""
        return {**CountVectorsFeaturizer.get_default_config()}

    def _process_tokens(self, tokens: list[str], attribute: str = TEXT) -> list[str]:
        processed: list[str] = super()._process_tokens(tokens, attribute)
        return processed if any(fold(token) != token for token in processed) else []
