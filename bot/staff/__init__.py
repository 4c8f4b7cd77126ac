"""The counsellors' supergroup: every waiting case is a topic there, and what a counsellor writes in it
is what they would write at the console, by the same rules (`bot.access`, `bot.handoff`).

`hear` takes what is written there; `keep_topics` keeps the topics as the cases are; `accounts` says
whose Telegram account is whose.
"""

from bot.staff.hearing import hear
from bot.staff.topics import bring_topics_up_to_date, keep_topics

__all__ = ["bring_topics_up_to_date", "hear", "keep_topics"]
