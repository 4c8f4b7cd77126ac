"""What the bot is measured on stands in nothing that it was written, tuned or trained from."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from bot.answers import TOPICS
from bot.danger import LABELS
from bot.understand import fold

ROOT = Path(__file__).parent.parent
EVAL = ROOT / "eval"
WRITTEN_FROM = (
    *sorted((ROOT / "bot" / "content").rglob("*.*")),
    *sorted((ROOT / "nlu_data").glob("nlu/*.yml")),
    ROOT / "tests" / "bot" / "search_dev.yml",
    ROOT / "tests" / "bot" / "danger_lines.yml",
    ROOT / "tests" / "bot" / "entities_dev.yml",
    *sorted((ROOT / "referral_directory").glob("*.py")),
    *sorted((ROOT / "tests" / "referral_directory").glob("test_place*.py")),
    ROOT / "tests" / "api" / "test_placing.py",
)


def bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", fold(text).lower()))


@pytest.fixture(scope="module")
def learnt() -> frozenset[str]:
    """Every line, list item and quoted string of those files, folded, punctuation dropped."""
    found = set()
    for path in WRITTEN_FROM:
        for line in path.read_text("utf-8").splitlines():
            text = re.sub(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})", r"\1", line)
            found.update(bare(part) for part in (text, *re.findall(r'"([^"]+)"', text)))
    return frozenset(found)


@pytest.mark.parametrize(
    "name",
    [
        *("questions.jsonl", "entities.jsonl", "dates.jsonl", "danger.jsonl"),
        *("places.jsonl", "no_places.jsonl"),
    ],
)
def test_no_evaluation_text_was_learnt_from(name: str, learnt: frozenset[str]) -> None:
    texts = [json.loads(line)["text"] for line in (EVAL / name).read_text("utf-8").splitlines()]
    longer = [text for text in texts if len(bare(text).split()) > 3]
    assert longer
    assert [text for text in longer if bare(text) in learnt] == []


def test_evaluation_covers_every_topic_and_way_of_writing() -> None:
    lines = (EVAL / "questions.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert len(rows) >= 600
    assert {row["topic"] for row in rows} == set(TOPICS)
    styles = Counter(row["style"] for row in rows)
    assert (styles["accentless"] + styles["teencode"]) / len(rows) >= 0.5


def test_danger_set_covers_every_class_level_and_way_of_writing() -> None:
    rows = [json.loads(line) for line in (EVAL / "danger.jsonl").read_text("utf-8").splitlines()]
    assert len(rows) >= 500
    counts = Counter((row["label"], row["level"]) for row in rows)
    dangers = set(LABELS) - {"none"}
    assert min(counts[label, level] for label in dangers for level in ("emergency", "urgent")) >= 15
    assert Counter(row["kind"] for row in rows)["hard"] >= 150
    styles = Counter(row["style"] for row in rows)
    assert len(styles) == 8
    assert min(styles.values()) >= 35


def test_places_are_asked_for_in_every_province_and_way_of_writing() -> None:
    rows = [json.loads(line) for line in (EVAL / "places.jsonl").read_text("utf-8").splitlines()]
    ordinary = (EVAL / "no_places.jsonl").read_text("utf-8").splitlines()
    assert min(len(rows), len(ordinary)) >= 300
    assert len({row["province"] for row in rows} - {None}) == 34
    styles = Counter(row["style"] for row in rows)
    assert len(styles) == 9
    assert min(styles.values()) >= 15
