"""Places, kinds of service and substances in a message: a conditional random field on syllables.

Rasa's own CRFEntityExtractor trains again at every start and keeps the training text inside the
model; this one saves what crfsuite learnt. It reads syllables, not words, so that a text without
diacritics is cut exactly like one with them, and it learns every example in both forms.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pycrfsuite
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.entity_synonyms import EntitySynonymMapper
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.understand import fold, nfc
from nlu_data.components.tokenizer import syllables

_FILE = "entities.crfsuite"
_OUTSIDE = "O"
_Span = tuple[int, int]


def _features(words: list[str]) -> list[list[str]]:
    """What the field sees of each syllable: itself and two neighbours each side, folded."""
    low = [fold(nfc(word)).lower() for word in words]
    seen = []
    for place, word in enumerate(words):
        features = [
            f"w={low[place]}",
            f"p2={low[place][:2]}",
            f"s2={low[place][-2:]}",
            f"digit={word.isdigit()}",
            f"capital={word[:1].isupper()}",
        ]
        for step in (-2, -1, 1, 2):
            other = place + step
            features.append(f"{step}={low[other]}" if 0 <= other < len(low) else f"{step}=none")
        if place:
            features.append(f"-1+0={low[place - 1]} {low[place]}")
        if place + 1 < len(low):
            features.append(f"0+1={low[place]} {low[place + 1]}")
        seen.append(features)
    return seen


def _tags(spans: list[_Span], entities: Iterable[dict[str, Any]]) -> list[str]:
    """A tag for each span: B-kind where an entity begins, I-kind inside it, else O."""
    tags = [_OUTSIDE] * len(spans)
    for entity in entities:
        inside = [
            place
            for place, (start, end) in enumerate(spans)
            if start >= entity["start"] and end <= entity["end"]
        ]
        for order, place in enumerate(inside):
            tags[place] = f"{'I' if order else 'B'}-{entity['entity']}"
    return tags


def _entities(text: str, spans: list[_Span], tags: list[str]) -> list[dict[str, Any]]:
    """The entities that `tags` describe, with start and end in characters of `text`."""
    found: list[dict[str, Any]] = []
    open_kind = ""
    for (start, end), tag in zip(spans, tags, strict=True):
        kind = tag[2:]
        if tag.startswith("I-") and kind == open_kind:
            found[-1]["end"] = end
        elif tag != _OUTSIDE:
            found.append({"entity": kind, "start": start, "end": end})
        open_kind = kind
    for entity in found:
        entity["value"] = text[entity["start"] : entity["end"]]
    return found


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class SyllableCRF(GraphComponent, EntityExtractorMixin):
    """Finds entities in texts with and without diacritics."""

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        learnt: bytes = b"",
    ) -> None:
        """`learnt` is what crfsuite saved; without it the component must be trained first."""
        self._config, self._storage, self._resource = config, model_storage, resource
        self._tagger: pycrfsuite.Tagger | None = None
        if learnt:
            self._open(learnt)

    def _open(self, learnt: bytes) -> None:
        self._learnt = learnt  # crfsuite reads from this memory and does not keep it alive
        self._tagger = pycrfsuite.Tagger()
        self._tagger.open_inmemory(learnt)

    @classmethod
    def required_components(cls) -> list[type]:
        """Stands after the tokenizer, so that the pipeline reads in one order."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Weights of the L1 and L2 penalties, and the most rounds of training."""
        return {"c1": 0.1, "c2": 0.1, "max_iterations": 60}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SyllableCRF:
        """An extractor to be trained."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SyllableCRF:
        """The trained extractor.

        Raises:
            ValueError: the model holds none.
        """
        with model_storage.read_from(resource) as folder:
            learnt = (folder / _FILE).read_bytes()
        return cls(config, model_storage, resource, learnt)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn every example as written, and again without diacritics and capitals.

        Raises:
            RasaException: no example has an entity.
        """
        if not training_data.entity_examples:
            raise RasaException("the entity extractor found no entities to learn from")
        trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
        trainer.set_params({name: self._config[name] for name in ("c1", "c2", "max_iterations")})
        for message in training_data.nlu_examples:
            text = message.get(TEXT)
            if not text:
                continue
            spans = syllables(text)
            words = [text[start:end] for start, end in spans]
            tags = _tags(spans, message.get(ENTITIES, []))
            trainer.append(_features(words), tags)
            trainer.append(_features([fold(nfc(word)).lower() for word in words]), tags)
        self._learn(trainer)
        return self._resource

    def _learn(self, trainer: pycrfsuite.Trainer) -> None:
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch) / _FILE
            trainer.train(str(path))
            learnt = path.read_bytes()
        with self._storage.write_to(self._resource) as folder:
            (folder / _FILE).write_bytes(learnt)
        self._open(learnt)

    def process(self, messages: list[Message]) -> list[Message]:
        """Add what is found to each message's entities."""
        if self._tagger is None:
            raise RasaException("the entity extractor was asked before it was trained")
        for message in messages:
            text: str = message.get(TEXT) or ""
            spans = syllables(text)
            tags = self._tagger.tag(_features([text[start:end] for start, end in spans]))
            found = self.add_extractor_name(_entities(text, spans, tags))
            message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class FoldedSynonyms(EntitySynonymMapper):
    """Rasa's synonyms by entity, found with and without diacritics, and inside a longer phrase.

    A synonym is named after its entity, as in "kind:rehab_centre", so that "methadone" can be a
    kind of service in one sentence and a substance in another. "trung tâm cai nghiện tư nhân" holds
    the name "trung tâm cai nghiện": the longest name held counts.
    """

    def __init__(
        self,
        config: dict[str, Any] | None,
        model_storage: ModelStorage,
        resource: Resource,
        synonyms: dict[str, Any] | None = None,
    ) -> None:
        """`synonyms`: the lower-case name of each, and what it stands for."""
        super().__init__(config, model_storage, resource, synonyms)
        self._folded: dict[str, dict[str, str]] = {}
        for name, meaning in self.synonyms.items():
            entity, _, code = str(meaning).partition(":")
            if code and name != str(meaning).lower():
                self._folded.setdefault(entity, {})[fold(nfc(name))] = code

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """There is nothing to set."""
        return {}

    def process(self, messages: list[Message]) -> list[Message]:
        """Give every entity that shares a syllable with a synonym the code it stands for.

        The name may reach past what the extractor found: in "chỗ tư vấn" out of "chỗ tư vấn tâm lý"
        the name "tư vấn tâm lý" counts.
        """
        for message in messages:
            text = fold(nfc(message.get(TEXT) or "")).lower()
            entities = [dict(entity) for entity in message.get(ENTITIES, [])]
            for entity in entities:
                code = self._code(text, entity)
                if code:
                    entity["value"] = code
                    self.add_processor_name(entity)
            message.set(ENTITIES, entities, add_to_output=True)
        return messages

    def _code(self, text: str, entity: dict[str, Any]) -> str | None:
        """The code of the longest name in `text` (folded, lower case) that touches `entity`."""
        names = self._folded.get(entity["entity"], {})
        for name in sorted(names, key=len, reverse=True):
            for found in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text):
                if found.start() < entity["end"] and found.end() > entity["start"]:
                    return names[name]
        return None
