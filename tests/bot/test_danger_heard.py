"""What the trained classifier adds to the rules, and how the two share the word."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.danger import LABELS, LEVELS, judge, seen
from bot.danger.classifier import HEADS, Classifier, trained
from bot.danger.rules import rulebook
from bot.danger.said import Said, read_said
from bot.danger.training import train

CRIES = [
    ("lay mãi nó hổng ư hử chi hết, môi thâm sì", "overdose"),
    ("lay mai no hong u hu chi het, moi tham si", "overdose"),
    ("bố cháu khóa cửa cầm ghế phang mẹ cháu, cháu trốn gầm giường", "domestic_violence"),
    ("mọi người cứ coi như em chưa từng có mặt trên đời này, em chuẩn bị xong rồi", "suicide"),
    ("ảnh nhỏ to với cái quạt cả đêm, biểu có người núp trong đó theo dõi ảnh", "acute_psychosis"),
    (
        "bỏ rượu bữa thứ ba ổng run bần bật rồi giựt đùng đùng, mắt trợn ngược",
        "withdrawal_emergency",
    ),
]
HEARD = [
    Said("nó tím môi gọi không thưa nữa", "overdose", "emergency", "other", "a"),
    Said("em ấy nằm im gọi không thưa", "overdose", "emergency", "other", "a"),
    Said("em không thiết sống nữa đâu", "suicide", "urgent", "self", "a"),
    Said("em chán không thiết sống", "suicide", "urgent", "self", "b"),
    Said("mình chẳng còn nghĩa lý gì", "suicide", "soft", "self", "b"),
] * 4
ORDINARY = ["cai nghiện tại nhà mất bao lâu", "hồ sơ cai nghiện gồm những gì"] * 6
FIRM = "em vừa uống cả vỉ thuốc ngủ xong"
PLAIN = "con tôi đòi tự tử"
HINT = "em lên phường đi thử nước tiểu"


@pytest.fixture(scope="module")
def small() -> Classifier:
    return train(HEARD, ORDINARY, seen)


@pytest.fixture
def deaf(monkeypatch: pytest.MonkeyPatch) -> None:
    """A classifier that hears nothing in anything."""
    heads = (*HEADS, "suicide")
    never = Classifier(
        rows={},
        rarity=np.zeros(0, np.float32),
        weights=np.zeros((0, len(heads)), np.float32),
        bias=np.full(len(heads), -9, np.float32),
        heads=heads,
    )
    monkeypatch.setattr("bot.danger.trained", lambda: never)


@pytest.mark.parametrize(("line", "label"), CRIES)
def test_cry_without_any_word_of_the_rules_is_heard(line: str, label: str) -> None:
    found = judge(line)
    assert (found.label, found.level in ("urgent", "emergency")) == (label, True)


@pytest.mark.parametrize(
    "line",
    [
        "cai nghiện tại nhà mất bao lâu",
        "ho so cai nghien tu nguyen gom nhung gi",
        "em muốn hỏi địa chỉ nơi tư vấn gần Long Hồ",
        "cảm ơn bạn nhiều, để mình về nói với gia đình",
    ],
)
def test_ordinary_question_raises_nothing(line: str) -> None:
    assert judge(line).level == "none"


@pytest.mark.parametrize("line", ["rồi", "không ai", "lát nữa", "đang có", "bữa nào cũng"])
def test_of_three_words_or_fewer_the_rules_alone_judge(line: str) -> None:
    assert judge(line).level == "none"


def test_cry_in_the_midst_of_a_long_text_is_heard() -> None:
    talk = "Cho em hỏi cai nghiện ở đâu và mất bao nhiêu tiền. " * 60
    assert judge(talk + "Lay mãi nó không ư hử gì, môi thâm sì. " + talk).level == "emergency"


@given(st.text(max_size=400))
def test_any_string_is_judged(text: str) -> None:
    found = judge(text)
    assert found.label in LABELS
    assert (found.level == "none") == (found.label == "none")


def test_whole_message_of_twenty_thousand_words_is_judged() -> None:
    assert judge("em muốn chết " * 7000).label == "suicide"


def test_why_names_rules_and_classes_and_never_the_words() -> None:
    known = {rule.id for rule in rulebook().rules} | {f"heard.{label}" for label in LABELS}
    found = judge("em muốn chết quá rồi, em tên Nguyễn Văn Bình")
    assert found.why
    assert {name.split(":")[0] for name in found.why} <= known


@pytest.mark.usefixtures("deaf")
@pytest.mark.parametrize(("line", "level"), [(FIRM, "urgent"), (PLAIN, "soft"), (HINT, "none")])
def test_what_only_a_rule_hears_still_earns_a_question_and_means_more(
    line: str, level: str
) -> None:
    assert judge(line).level == level


def test_without_a_trained_classifier_rules_and_hints_speak(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert trained(tmp_path / "none.npz") is None
    monkeypatch.setattr("bot.danger.trained", lambda: None)
    assert judge(FIRM).level == "emergency"


def test_classifier_tells_class_level_and_person(small: Classifier) -> None:
    heard = small.hear(*seen("gọi mãi nó không thưa, tím cả môi"))
    assert (heard.label, heard.level, heard.person) == ("overdose", "emergency", "other")
    assert small.hear(*seen("hồ sơ cai nghiện tại nhà")).level == "none"


def test_saved_classifier_hears_as_the_trained_one_does(small: Classifier, tmp_path: Path) -> None:
    small.save(tmp_path / "model.npz")
    again = trained(tmp_path / "model.npz")
    assert again is not None
    for line in ("em chán sống rồi", "cai nghiện mất bao lâu"):
        assert np.allclose(again.scores(*seen(line)), small.scores(*seen(line)))


def test_every_class_and_level_has_its_lines() -> None:
    said = read_said(LABELS, LEVELS)
    assert {(one.label, one.level) for one in said} == {
        (label, level)
        for label in LABELS
        for level in LEVELS
        if (label == "none") == (level == "none")
    }


def test_a_file_with_an_unknown_class_is_named(tmp_path: Path) -> None:
    (tmp_path / "somebody.yml").write_text("sadness urgent self: [buồn]\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"somebody\.yml"):
        read_said(LABELS, LEVELS, tmp_path)
