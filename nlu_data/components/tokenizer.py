"""Vietnamese words as Rasa tokens, at their place in the text as it was typed."""

from __future__ import annotations

import re
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message
from underthesea import word_tokenize

from bot.understand import fold, nfc

_SYLLABLE = re.compile(r"\w+(?:[.,:/\-@]\w+)*|[^\w\s]")


def syllables(text: str) -> list[tuple[int, int]]:
    """Start and end, in characters of `text`, of every syllable, number and mark of punctuation."""
    return [match.span() for match in _SYLLABLE.finditer(text)]


def locate(words: list[str], text: str) -> list[tuple[int, int]]:
    """Where each of `words`, which a segmenter cut out of `text`, stands in `text`.

    underthesea rewrites what it cuts (hoà becomes hòa, blanks are merged), so the words cannot be
    searched for. It keeps the number of characters that are not blank, so these are counted.

    Raises:
        ValueError: the words have more or fewer such characters than the text.
    """
    places = [index for index, char in enumerate(text) if not char.isspace()]
    spans, position = [], 0
    for word in words:
        length = sum(not char.isspace() for char in word)
        if not length:
            continue
        if position + length > len(places):
            raise ValueError("the words have more characters than the text")
        spans.append((places[position], places[position + length - 1] + 1))
        position += length
    if position != len(places):
        raise ValueError("the words have fewer characters than the text")
    return spans


def segment(text: str) -> list[Token]:
    """`text` cut into words; into syllables where it has no diacritics or cannot be aligned.

    A token's text is the original slice; its lemma is the composed, rewritten word with "_" between
    its syllables, which is what the featurizers count.
    """
    composed = nfc(text)
    if fold(composed) != composed and len(composed) == len(text):
        words = [word for word in word_tokenize(composed) if word.strip()]
        try:
            return [
                Token(text[start:end], start, end, lemma="_".join(word.split()))
                for word, (start, end) in zip(words, locate(words, text), strict=True)
            ]
        except ValueError:
            pass  # underthesea changed the number of characters: cut at syllables instead
    return [
        Token(text[start:end], start, end, lemma=nfc(text[start:end]))
        for start, end in syllables(text)
    ]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class VietnameseTokenizer(Tokenizer):
    """Tokens that are Vietnamese words, found by underthesea."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Everything Rasa's tokenizers look for."""
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "prefix_separator_symbol": None,
        }

    @staticmethod
    def required_packages() -> list[str]:
        """What must be installed."""
        return ["underthesea"]

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """The tokens of one attribute of `message`; at least one unless it is empty."""
        text: str = message.get(attribute)
        tokens = segment(text)
        if not tokens and text:
            return [Token(text, 0, len(text))]
        return tokens
