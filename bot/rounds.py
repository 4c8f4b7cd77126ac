"""What the desk's machine does by itself every twenty seconds, each in a job of its own."""

from __future__ import annotations

import procrastinate

from bot import call_backs, ratings, suggestions, waiting_news
from bot.runtime import Runtime

EVERY = "* * * * * */20"


def add_rounds(jobs: procrastinate.App, runtime: Runtime) -> None:
    """Teach a worker's queue to bring up call backs, to tell those who wait, to ask how it was, and
    to tell what became of a report about the directory."""

    @jobs.periodic(cron=EVERY)
    @jobs.task(name="bring_up", queueing_lock="bring_up", pass_context=False)
    async def bring_up(timestamp: int) -> None:
        await call_backs.bring_up(runtime)

    @jobs.periodic(cron=EVERY)
    @jobs.task(name="tell_the_waiting", queueing_lock="tell_the_waiting", pass_context=False)
    async def tell_the_waiting(timestamp: int) -> None:
        await waiting_news.tell_the_waiting(runtime)

    @jobs.periodic(cron=EVERY)
    @jobs.task(name="ask_for_ratings", queueing_lock="ask_for_ratings", pass_context=False)
    async def ask_for_ratings(timestamp: int) -> None:
        await ratings.ask_for_ratings(runtime)

    @jobs.periodic(cron="*/5 * * * *")
    @jobs.task(name="tell_outcomes", queueing_lock="tell_outcomes", pass_context=False)
    async def tell_outcomes(timestamp: int) -> None:
        await suggestions.tell_outcomes(runtime)
