"""Commands that read {"text": …} a line and write one line of JSON for each."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterable, Iterator

from bot.errors import DiemTuaError


class LineBroken(DiemTuaError):
    """A line that is not {"text": …}."""


def standard_input() -> Iterator[str]:
    """The lines of standard input; broken UTF-8 is replaced, so that it spoils no other line."""
    yield from io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="replace")


def read_texts(lines: Iterable[str]) -> Iterator[str | LineBroken]:
    """The text of each line, or what is wrong with it, so that lines in and out stay side by side."""
    for number, line in enumerate(lines, 1):
        try:
            yield read_text(line, number)
        except LineBroken as error:
            yield error


def read_text(line: str, number: int) -> str:
    """The text in a line of JSON.

    Raises:
        LineBroken: the line is no object with a text; it names the line's number.
    """
    try:
        text = json.loads(line)["text"]
    except (ValueError, TypeError, KeyError):
        text = None
    if not isinstance(text, str):
        raise LineBroken(f'Dòng {number}: cần một dòng JSON dạng {{"text": "…"}}.')
    return text


def write(shown: object) -> str:
    """An answer, or what is wrong with a line, as one line of JSON."""
    told = {"error": shown.line} if isinstance(shown, LineBroken) else shown
    return json.dumps(told, ensure_ascii=False)
