"""`diemtua score`: answers in, scores out, as JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bot.errors import DiemTuaError
from bot.screening.instrument import Instrument
from bot.screening.library import FOLDER, load_instruments
from bot.screening.scoring import AnswerRefused, as_tree, read_line, score


class NoSuchInstrument(DiemTuaError):
    """No instrument has this name."""


def find_instrument(name: str, data_dir: Path) -> Instrument:
    """The instrument called `name`, shipped or installed.

    Raises:
        NoSuchInstrument: there is none.
        InstrumentRefused: an installed file cannot be used.
    """
    found = load_instruments(data_dir / FOLDER)
    if name not in found:
        raise NoSuchInstrument(f"Không có bộ câu hỏi {name!r}. Có: {', '.join(found)}.")
    return found[name]


def score_lines(instrument: Instrument, lines: Iterable[str]) -> Iterator[str]:
    """One line of JSON for each line of answers, as docs/screening.md shows; {"error": …} for a line
    that cannot be scored. Empty lines are passed over."""
    for line in lines:
        if line.strip():
            yield json.dumps(_score_line(instrument, line), ensure_ascii=False)


def _score_line(instrument: Instrument, line: str) -> dict[str, Any]:
    try:
        answers, version = read_line(instrument, json.loads(line))
    except AnswerRefused as error:
        return {"error": str(error)}
    except (ValueError, RecursionError):
        return {"error": "line: not JSON"}
    return as_tree(instrument, score(instrument, answers, version))
