"""Screening: instruments as data, their scores, and the course of a conversation with them."""

from bot.screening.course import answer, start
from bot.screening.library import load_instruments
from bot.screening.results import Result, Shelf, level_line, summary_lines
from bot.screening.shown import again
from bot.screening.state import State
from bot.screening.step import Step

__all__ = [
    "Result",
    "Shelf",
    "State",
    "Step",
    "again",
    "answer",
    "level_line",
    "load_instruments",
    "start",
    "summary_lines",
]
