"""The bot's articles: loaded and checked against the register, found, decided on, rendered."""

from bot.answers.article import TOPICS, Article, Case
from bot.answers.choosing import choose
from bot.answers.library import ANSWERS, WORTH_OFFERING, Found, Library, Nothing, Offer, decide
from bot.answers.rendering import render, render_case, render_more, render_question
from bot.answers.search import Hit

__all__ = [
    "ANSWERS",
    "TOPICS",
    "WORTH_OFFERING",
    "Article",
    "Case",
    "Found",
    "Hit",
    "Library",
    "Nothing",
    "Offer",
    "choose",
    "decide",
    "render",
    "render_case",
    "render_more",
    "render_question",
]
