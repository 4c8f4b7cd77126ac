"""The bot's articles: loaded and checked against the register, found, decided on, rendered."""

from bot.answers.article import Article
from bot.answers.library import ANSWERS, Found, Library, Nothing, Offer, decide
from bot.answers.rendering import render, render_more
from bot.answers.search import Hit

__all__ = [
    "ANSWERS",
    "Article",
    "Found",
    "Hit",
    "Library",
    "Nothing",
    "Offer",
    "decide",
    "render",
    "render_more",
]
