"""Held-out sentences, with and without diacritics: how many acts the model reads rightly."""

from __future__ import annotations

import pytest
from ruamel.yaml import YAML

from bot.understand import fold
from nlu_data.environment import PROJECT
from tests.nlu.model import Talker

HELD_OUT: dict[str, list[str]] = YAML(typ="safe").load(PROJECT / "eval" / "acts.yml")
LEAST = 0.8
LEAST_OF_ACTS_THAT_MATTER = 0.8
MATTER = ("ask", "find_place", "human", "ask_hotline", "screen", "delete_data")


def _share_right(talker: Talker, acts: tuple[str, ...], folded: bool) -> tuple[float, list[str]]:
    wrong, total = [], 0
    for act in acts:
        for text in HELD_OUT[act]:
            read = talker.parse(fold(text) if folded else text)["intent"]["name"]
            total += 1
            if read != act:
                wrong.append(f"{text!r} is {act}, read as {read}")
    return 1 - len(wrong) / total, wrong


@pytest.mark.parametrize("folded", [False, True], ids=["accented", "accentless"])
def test_held_out_sentences_are_read_rightly(talker: Talker, folded: bool) -> None:
    share, wrong = _share_right(talker, tuple(HELD_OUT), folded)
    print(f"all acts: {share:.3f} of {sum(map(len, HELD_OUT.values()))}", *wrong, sep="\n  ")
    assert share >= LEAST, wrong


@pytest.mark.parametrize("folded", [False, True], ids=["accented", "accentless"])
def test_acts_that_matter_most_are_read_rightly(talker: Talker, folded: bool) -> None:
    share, wrong = _share_right(talker, MATTER, folded)
    assert share >= LEAST_OF_ACTS_THAT_MATTER, wrong


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("tìm trung tâm cai nghiện tư nhân ở Huế", "rehab_centre"),
        ("chỗ uống methadone gần nhất", "substitution_treatment"),
        ("bệnh viện tâm thần ở Đà Nẵng", "psychiatric_hospital"),
        ("chỗ xét nghiệm HIV ở quận 1", "hiv_harm_reduction"),
        ("tư vấn tâm lý ở Hà Nội", "psychological_support"),
        ("trung tâm trợ giúp pháp lý ở Huế", "legal_aid"),
        ("ngân hàng chính sách ở Vinh", "loan"),
        ("học nghề ở Nha Trang", "vocational_training"),
    ],
)
@pytest.mark.parametrize("folded", [False, True], ids=["accented", "accentless"])
def test_the_kind_of_service_becomes_its_code(
    talker: Talker, text: str, kind: str, folded: bool
) -> None:
    entities = talker.parse(fold(text) if folded else text)["entities"]
    assert [entity["value"] for entity in entities if entity["entity"] == "kind"] == [kind]


def test_a_place_is_given_as_it_was_typed(talker: Talker) -> None:
    text = "tìm trung tâm cai nghiện ở Hoà Bình"
    place = [e for e in talker.parse(text)["entities"] if e["entity"] == "place"]
    assert [(e["value"], text[e["start"] : e["end"]]) for e in place] == [("Hoà Bình", "Hoà Bình")]
