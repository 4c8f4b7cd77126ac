"""What a message is about: one of the topics of topics.csv, and which article answers."""

from bot.topics.finding import LookedUp, find, find_after
from bot.topics.model import Label, Model, Reading, load

__all__ = ["Label", "LookedUp", "Model", "Reading", "find", "find_after", "load"]
