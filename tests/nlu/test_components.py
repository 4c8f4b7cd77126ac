"""The components on texts as people type them."""

from __future__ import annotations

import unicodedata

import pytest
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.understand import fold
from nlu_data.components.entities import _entities, _tags
from nlu_data.components.tokenizer import VietnameseTokenizer, locate, segment, syllables

TEXTS = (
    "Cơ sở cai nghiện ở Hoà Bình, thuỷ lợi 3 tháng?",
    "khoẻ  không\n\tbạn ơi!!!",
    "cai nghien tai nha bao lau",
    "SĐT: 0912.345.678 - q.8 (tp HCM)",
    "😀 buồn quá… k ngủ đc",
    "đá",
    "中文 tiếng Việt",
)


@pytest.mark.parametrize("text", TEXTS)
def test_tokens_are_slices_of_the_text_as_typed(text: str) -> None:
    tokens = segment(text)
    assert [text[token.start : token.end] for token in tokens] == [token.text for token in tokens]
    assert "".join("".join(t.text.split()) for t in tokens) == "".join(text.split())


@pytest.mark.parametrize("text", TEXTS)
def test_decomposed_text_keeps_its_offsets(text: str) -> None:
    decomposed = unicodedata.normalize("NFD", text)
    for token in segment(decomposed):
        assert decomposed[token.start : token.end] == token.text


def test_words_of_two_syllables_are_one_token_with_accents_and_two_without() -> None:
    assert [token.lemma for token in segment("cai nghiện tự nguyện")][-1] == "tự_nguyện"
    assert [token.lemma for token in segment("cai nghien tu nguyen")][-2:] == ["tu", "nguyen"]


def test_rewritten_words_are_found_where_they_were_typed() -> None:
    assert locate(["hòa  bình", "ở"], "hoà bình  ở") == [(0, 8), (10, 11)]


@pytest.mark.parametrize("words", [["cai"], ["cai", "nghiện", "rồi"]])
def test_words_that_do_not_fill_the_text_are_refused(words: list[str]) -> None:
    with pytest.raises(ValueError, match="characters than the text"):
        locate(words, "cai nghiện")


def test_a_text_of_signs_alone_has_a_token() -> None:
    tokenizer = VietnameseTokenizer(VietnameseTokenizer.get_default_config())
    for text in ("?", "   ", "👍"):
        assert tokenizer.tokenize(Message({TEXT: text}), TEXT)


def test_tags_and_entities_are_each_others_reverse() -> None:
    text = "ở Hà Nội tìm chỗ cai"
    entities = [
        {"entity": "place", "start": 2, "end": 8, "value": "Hà Nội"},
        {"entity": "kind", "start": 17, "end": 20, "value": "cai"},
    ]
    spans = syllables(text)
    tags = _tags(spans, entities)
    assert tags == ["O", "B-place", "I-place", "O", "O", "B-kind"]
    assert _entities(text, spans, tags) == entities


def test_two_places_side_by_side_stay_two() -> None:
    text = "Long Hồ Vĩnh Long"
    found = _entities(text, syllables(text), ["B-place", "I-place", "B-place", "I-place"])
    assert [entity["value"] for entity in found] == ["Long Hồ", "Vĩnh Long"]


def test_folding_keeps_the_offsets_of_syllables() -> None:
    for text in TEXTS:
        composed = unicodedata.normalize("NFC", text)
        assert syllables(fold(composed)) == syllables(composed)
