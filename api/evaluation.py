"""`diemtua eval`: how well questions nobody trained on are understood, printed per style.

The sets lie in eval/ beside the program; a test proves that none of their text stands in what the
bot was written or trained from.
"""

from __future__ import annotations

import json
import re
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from api.answering import answer_all
from bot import danger
from bot.answers import Library
from bot.settings import ROOT, Settings
from bot.topics import Model, Reading, find

SETS = ROOT / "eval"
_CLAUSE = re.compile(r"[.;]\s+|\n+")
_THAT_DAY = re.compile(r"\b[Tt]ừ ngày đó\b")
_DAY_NAMED = re.compile(r"\b(trước|từ)(?: ngày)? (\d{1,2})/(\d{1,2})/(\d{4})\b", re.IGNORECASE)
NOT_LEGAL = frozenset({"off_topic", "insult"})


@dataclass(frozen=True)
class Asked:
    """A question, the topics that are right for it, and what the bot answered."""

    text: str
    style: str
    topics: frozenset[str]
    twin: int | None
    answer: dict[str, Any]
    near: frozenset[str]

    @property
    def first(self) -> bool:
        """Whether the topic taken first is right."""
        return self.answer["topic"] in self.topics


async def evaluate(
    settings: Settings,
    model: Model | None,
    say: Callable[[str], None],
    folder: Path = SETS,
) -> None:
    """Ask everything in `folder` and print the figures. `model` tells what stands second and third."""
    rows = _read(folder / "questions.jsonl")
    began = time.perf_counter()
    answers = [one async for one in answer_all(settings, [row["text"] for row in rows], None)]
    seconds = time.perf_counter() - began
    asked = [
        _asked(row, answer, model.read(row["text"]) if model else None)
        for row, answer in zip(rows, answers, strict=True)
    ]
    say(f"{len(asked)} questions in {seconds:.1f} s")
    _print_styles(asked, say)
    _print_twins(asked, say)
    direct = [one for one in asked if one.answer["article"]]
    say(_line("right when answered directly", [one.first for one in direct]))
    off = [one for one in asked if one.topics & NOT_LEGAL]
    say(_line("off-topic and insult not met with law", [not one.answer["article"] for one in off]))
    say(
        _line(
            "off-topic and insult handled kindly", [one.answer["act"] in NOT_LEGAL for one in off]
        )
    )
    entities = _read(folder / "entities.jsonl")
    found = [one async for one in answer_all(settings, [row["text"] for row in entities], None)]
    _print_entities(entities, found, say)
    await _print_dates(settings, _read(folder / "dates.jsonl"), say)


def print_danger(say: Callable[[str], None], folder: Path = SETS) -> None:
    """What the danger check hears of danger nobody trained on, and what it hears of everyday lines."""
    rows = _read(folder / "danger.jsonl")
    heard = [(row, danger.judge(row["text"])) for row in rows]
    grave = [(row, one) for row, one in heard if row["level"] in ("urgent", "emergency")]
    now = [(row, one) for row, one in grave if row["level"] == "emergency"]
    say(_line("emergency heard as an emergency", [one.level == "emergency" for _, one in now]))
    say(_line("emergency heard at all", [one.level != "none" for _, one in now]))
    say(_line("danger heard, all", [one.level != "none" for _, one in grave]))
    for field in ("style", "label"):
        for name in sorted({row[field] for row, _ in grave}):
            some = [one.level != "none" for row, one in grave if row[field] == name]
            say(_line(f"danger heard, {name}", some))
    say(_line("its class right", [one.label == row["label"] for row, one in grave]))
    told = [(row, one) for row, one in grave if row["person"] != "unclear"]
    say(_line("who is in danger right", [one.person == row["person"] for row, one in told]))
    for kind, name in (("hard", "words of danger without any"), ("ordinary", "ordinary questions")):
        some_levels = [one.level for row, one in heard if row["kind"] == kind]
        say(_line(f"{name}: alarm of any kind", [level != "none" for level in some_levels]))
        say(_line(f"{name}: emergency", [level == "emergency" for level in some_levels]))


def print_search_times(
    library: Library, model: Model | None, day: date, say: Callable[[str], None]
) -> None:
    """How long finding an article takes, in milliseconds on one core."""
    texts = [row["text"] for row in _read(SETS / "questions.jsonl")]
    library.search(texts[0], day)
    times = []
    for text in texts:
        began = time.perf_counter()
        find(library, model, model.read(text) if model else None, text, day)
        times.append((time.perf_counter() - began) * 1000)
    cut = statistics.quantiles(times, n=100)
    say(f"finding an article: p50 {cut[49]:.1f} ms, p95 {cut[94]:.1f} ms")


def _asked(row: dict[str, Any], answer: dict[str, Any], reading: Reading | None) -> Asked:
    topics = frozenset({row["topic"], *row.get("also", ())})
    near = frozenset(topic for topic, _ in reading.topics[:3]) if reading else frozenset()
    return Asked(row["text"], row["style"], topics, row.get("twin"), answer, near)


def _print_styles(asked: Sequence[Asked], say: Callable[[str], None]) -> None:
    styles: dict[str, list[Asked]] = defaultdict(list)
    for one in asked:
        styles[one.style].append(one)
    for style, some in [("all", list(asked)), *sorted(styles.items())]:
        say(_line(f"right topic first, {style}", [one.first for one in some]))
    for style, some in [("all", list(asked)), *sorted(styles.items())]:
        say(_line(f"in the first three, {style}", [_in_three(one) for one in some]))


def _print_twins(asked: Sequence[Asked], say: Callable[[str], None]) -> None:
    twins: dict[int, dict[bool, Asked]] = defaultdict(dict)
    for one in asked:
        if one.twin is not None:
            twins[one.twin][one.style == "accentless"] = one
    pairs = [pair for pair in twins.values() if len(pair) == 2]
    for bare, name in ((False, "with"), (True, "without")):
        say(_line(f"the same sentences {name} accents", [pair[bare].first for pair in pairs]))


def _in_three(one: Asked) -> bool:
    return one.first or bool(one.near & one.topics)


def _print_entities(
    rows: Sequence[dict[str, Any]], answers: Sequence[dict[str, Any]], say: Callable[[str], None]
) -> None:
    """F1 by kind, over (kind, value) pairs of each text."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for row, answer in zip(rows, answers, strict=True):
        right = {(one["kind"], _bare(one["value"])) for one in row["entities"]}
        said = {(one["kind"], _bare(one["value"])) for one in answer["entities"]}
        for kind, _ in right & said:
            counts[kind][0] += 1
        for kind, _ in said - right:
            counts[kind][1] += 1
        for kind, _ in right - said:
            counts[kind][2] += 1
    for kind, (hit, wrong, missed) in sorted(counts.items()):
        say(f"{'entities, ' + kind:44}F1 {2 * hit / max(1, 2 * hit + wrong + missed):.3f}")
    hit, wrong, missed = (sum(one[place] for one in counts.values()) for place in range(3))
    say(f"{'entities, all':44}F1 {2 * hit / max(1, 2 * hit + wrong + missed):.3f}")


def _bare(value: str) -> str:
    """A place's name without its rank, so that "tỉnh Vĩnh Long" and "Vĩnh Long" are one."""
    for rank in ("tỉnh ", "thành phố ", "tp. ", "xã ", "phường ", "đặc khu "):
        value = value.lower().removeprefix(rank)
    return value


async def _print_dates(
    settings: Settings, rows: Sequence[dict[str, Any]], say: Callable[[str], None]
) -> None:
    """Whether answers hold what they must, and nothing they must not, on the day asked for."""
    true: list[bool] = []
    told: list[bool] = []
    days: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        days[row["on"]].append(row)
    for day, some in days.items():
        texts = [row["text"] for row in some]
        answers = [one async for one in answer_all(settings, texts, date.fromisoformat(day))]
        for row, answer in zip(some, answers, strict=True):
            said = law_of_the_day(answer["text"], date.fromisoformat(day))
            clean = not any(bad in said for bad in row["must_not"])
            true.append(clean)
            if answer["article"]:
                told.append(clean and all(good in said for good in row["must"]))
    say(_line("nothing said that was not law on the day", true))
    say(_line("what is shown at once holds the day's figures", told))


def law_of_the_day(text: str, day: date) -> str:
    """An answer without the clauses that tell what was law before `day` or will be after it ("trước
    01/7/2026: …", "từ ngày đó …")."""
    return ". ".join(one for one in _CLAUSE.split(text) if not _of_another_day(one, day))


def _of_another_day(clause: str, day: date) -> bool:
    if _THAT_DAY.search(clause):
        return True
    for word, *parts in _DAY_NAMED.findall(clause):
        named = date(*(int(part) for part in reversed(parts)))
        if named <= day if word.lower() == "trước" else named > day:
            return True
    return False


def _line(label: str, right: Sequence[bool]) -> str:
    return f"{label:44}{sum(right) / max(1, len(right)):.3f}  ({sum(right)} of {len(right)})"


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
