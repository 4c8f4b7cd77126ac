"""Text as people write it: what is expanded, what is left alone, what is hidden."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understand import clean, expand, fold, nfc, tokens


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("e 16t bùn wá", "em 16 tuổi buồn quá"),
        ("bn tiền 1 lần z", "bao nhiêu tiền 1 lần vậy"),
        ("cai ng mất bn ngày", "cai nghiện mất bao nhiêu ngày"),
        ("bn ơi cho mk hỏi", "bạn ơi cho mình hỏi"),
        ("ng ta ns j v", "người ta nói gì vậy"),
        ("k bt lm s r", "không biết làm sao rồi"),
        ("hông sao, hổng biết, hok chịu", "không sao, không biết, không chịu"),
        ("buồnnnn quá điii", "buồn quá đi"),
        ("chếêt mất thôii", "chết mất thôi"),
        ("bị ca bắt r", "bị công an bắt rồi"),
        ("t.ự t.ử", "tự tử"),
        ("em muốn ch*t", "em muốn chết"),
        ("5h30 tối", "5 giờ 30 tối"),
        ("dk cai tự nguyện ntn", "đăng ký cai tự nguyện như thế nào"),
        ("cách dk ntn, có dc k", "cách đăng ký như thế nào, có được không"),
        ("H e muốn die", "giờ em muốn chết"),
    ],
)
def test_short_forms_are_written_out_by_their_context(written: str, meant: str) -> None:
    assert expand(written) == meant


@pytest.mark.parametrize(
    "text",
    [
        "cai ke đá me cỏ kẹo hàng nước",
        "đau hông quá",
        "lỗ hổng pháp luật",
        "viêm gan b",
        "kkkk haha",
        "500k một viên",
        "ca sĩ hát hay",
        "xoong nồi",
        "sông Hong Ha",
        "bùn đất",
        "app call off",
        "tôi bít lỗ thủng",
        "cứu tôi, nghỉ hưu, lưu ý con cừu",
        "cuu toi, nghi huu",
    ],
)
def test_real_words_and_names_of_substances_stay(text: str) -> None:
    assert expand(text) == text


def test_space_is_single_and_sentence_marks_stay() -> None:
    assert expand("  em   buồn \t quá.\n em muốn về ") == "em buồn quá. em muốn về"


def test_nothing_invisible_survives_cleaning() -> None:
    assert clean("tự\x00 t\u200bử\u202e \ufeffem\r\nđây") == "tự tử em\nđây"
    assert clean("a\ud800b") == "ab"


def test_folding_keeps_offsets() -> None:
    text = "Đường Nguyễn Trãi, thành phố Hồ Chí Minh"
    assert fold(text) == "Duong Nguyen Trai, thanh pho Ho Chi Minh"
    assert len(fold(text)) == len(text)


def test_short_form_means_the_same_in_capitals() -> None:
    written = "góc lớp . e uống r"
    assert expand(written.upper()).lower() == expand(written)


def test_tokens_are_expanded_lower_case_words() -> None:
    assert tokens("E k bt, HỎI ai?") == ["em", "không", "biết", "hỏi", "ai"]


@given(st.text(max_size=300))
def test_any_string_is_understood_without_error(text: str) -> None:
    expand(text)
    tokens(text)
    fold(nfc(text))


@given(st.text(max_size=200))
def test_cleaned_text_can_be_stored(text: str) -> None:
    kept = clean(text)
    assert "\x00" not in kept
    kept.encode("utf-8")
    assert clean(kept) == kept


@given(st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạếềộớự .,", max_size=100))
def test_both_unicode_forms_read_the_same(text: str) -> None:
    assert expand(unicodedata.normalize("NFD", text)) == expand(nfc(text))
