"""The queue's jobs. One kind matters: "bring this conversation up to date" (drain its inbox, push
its outbox). Repeating it does no harm, so every fault is answered by asking for it again.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import procrastinate
import structlog
from sqlalchemy import text

from bot import (
    episodes,
    erasure,
    first_aid,
    inbox,
    outbox,
    parked,
    pictures,
    presence,
    privacy,
    receipts,
    replies,
    turn,
)
from bot.channels import PULL_CHANNELS, Channel
from bot.lanes import Lanes
from bot.meanwhile import Meanwhile
from bot.rounds import add_rounds
from bot.runtime import Runtime
from bot.store import append, open_talk
from bot.wake import ON_CALL, UP_TO_DATE, wake
from referral_directory import waiting_files

log = structlog.get_logger()

HEARTBEAT_SECONDS = 1.0
STALLED_AFTER_SECONDS = 4.0
FORGOTTEN_AFTER = timedelta(seconds=5)
LONGEST_JOB_SECONDS = 90
_UNENDED = (
    "SELECT j.id FROM procrastinate_jobs j JOIN procrastinate_events e ON e.job_id = j.id"
    f" WHERE j.status = 'doing' AND j.task_name = '{UP_TO_DATE}' AND e.type = 'started'"
    f" GROUP BY j.id HAVING max(e.at) < now() - interval '{LONGEST_JOB_SECONDS} seconds'"
)
"""Jobs that no worker can still be at: to do one twice does no harm, to leave it is silence."""
_BUSY = text("SELECT lock FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND lock <> ''")


async def bring_up_to_date(
    runtime: Runtime,
    channels: Mapping[str, Channel],
    conversation_id: UUID,
    meanwhile: Meanwhile | None = None,
    lanes: Lanes | None = None,
) -> datetime | None:
    """Answer what is in the inbox, then push what is ready; when to come back, or None. Where a burst
    may go on it is left in the inbox, and nobody waits here. `meanwhile` shows that we are writing;
    `lanes` are those of the worker."""
    more, push = True, True
    until: datetime | None = None
    while more:
        async with runtime.statements() as session:
            waiting = await inbox.next_waiting(session, runtime.ring, conversation_id)
        if waiting is None:
            break
        push = waiting.talk.channel not in PULL_CHANNELS
        waiting = await _with_new_address(runtime, waiting)
        channel = channels.get(waiting.talk.channel)
        if meanwhile and channel and turn.is_answered(waiting.talk, waiting.inbound):
            meanwhile.show_typing(channel, waiting.talk)
        gathers_s = channel.caps.gathers_s if channel else 0.0
        gathered = await turn.gather_or_take_first(runtime, waiting, gathers_s)
        waiting, until = gathered.waiting, gathered.until
        if until is not None:
            break
        decided = await turn.take_turn_or_fail_to_human(runtime, waiting.talk, *waiting.events)
        if decided.erase:
            if await erasure.carry_out(runtime, channels, waiting):
                return None
            decided = replace(decided, erase=False, replies=(replies.confirm_delete(),))
        more = await turn.record_or_fail_to_human(runtime, waiting, decided, runtime.clock())
    again_at = await _push(runtime, channels, conversation_id, lanes or Lanes()) if push else None
    return min((at for at in (until, again_at) if at is not None), default=None)


async def _with_new_address(runtime: Runtime, waiting: inbox.Waiting) -> inbox.Waiting:
    """The same events, with a changed address of their sender kept."""
    address = next((one.address for one in reversed(waiting.events) if one.address), None)
    if not address or address == waiting.talk.address:
        return waiting
    async with runtime.statements() as connection:
        await inbox.keep_address(connection, waiting.talk, address)
    return replace(waiting, talk=replace(waiting.talk, address=address))


async def _push(
    runtime: Runtime, channels: Mapping[str, Channel], conversation_id: UUID, lanes: Lanes
) -> datetime | None:
    async with runtime.sessions() as session:
        talk = await open_talk(session, runtime.ring, conversation_id)
        if talk is None or talk.channel in PULL_CHANNELS:
            return None
        now, rng = runtime.clock(), random.Random()
        if lanes.is_full(talk.channel):
            again_at = now + timedelta(seconds=lanes.come_back_in(talk.channel, rng))
            return await outbox.postpone(session, conversation_id, now, again_at)
        with lanes.hold(talk.channel):
            return await outbox.push(session, runtime.ring, channels, conversation_id, now, rng)


def add_jobs(
    jobs: procrastinate.App,
    runtime: Runtime,
    channels: Mapping[str, Channel],
    on_call: Callable[[str], Awaitable[None]],
) -> None:
    """Teach a worker's queue what its jobs do. `on_call` tells the on-call address of a danger of the
    level given."""
    meanwhile, lanes = Meanwhile(runtime), Lanes()

    @jobs.task(name=UP_TO_DATE)
    async def up_to_date(conversation_id: str) -> None:
        one = UUID(conversation_id)
        again_at = await bring_up_to_date(runtime, channels, one, meanwhile, lanes)
        if again_at is not None:
            meanwhile.ask_again(one, again_at)

    @jobs.task(name=ON_CALL, retry=procrastinate.RetryStrategy(max_attempts=8, exponential_wait=2))
    async def tell_on_call(level: str) -> None:
        await on_call(level)

    @jobs.periodic(cron="* * * * * */3")
    @jobs.task(name="rescue", queueing_lock="rescue", pass_context=False)
    async def rescue(timestamp: int) -> None:
        await rescue_stalled(jobs)
        await wake_forgotten(runtime)

    @jobs.periodic(cron="* * * * * */20")
    @jobs.task(name="ask_again", queueing_lock="ask_again", pass_context=False)
    async def ask_again(timestamp: int) -> None:
        await ask_the_silent(runtime)

    @jobs.periodic(cron="* * * * * */5")
    @jobs.task(name="fetch_pictures", queueing_lock="fetch_pictures", pass_context=False)
    async def fetch_pictures(timestamp: int) -> None:
        await pictures.fetch_due(runtime, channels)

    @jobs.periodic(cron="* * * * * */15")
    @jobs.task(name="give_back", queueing_lock="give_back", pass_context=False)
    async def give_back(timestamp: int) -> None:
        await presence.give_back_abandoned(runtime)

    add_rounds(jobs, runtime)

    @jobs.periodic(cron="17 * * * *")
    @jobs.task(name="forget_old", queueing_lock="forget_old", pass_context=False)
    async def forget(timestamp: int) -> None:
        await forget_old(runtime)


async def forget_old(runtime: Runtime) -> None:
    """Delete the updates nobody could read, the marks of erased events, the platforms' names of our
    messages and the files awaiting import whose time is over. Every hour, so that it is done at least
    once a day also where the computer sleeps at night."""
    now = runtime.clock()
    async with runtime.sessions.begin() as session:
        await parked.forget_old(session, now)
        await privacy.forget_marks(session, now)
        await receipts.forget_old(session, now)
        await waiting_files.forget_old(session, now)


async def ask_the_silent(runtime: Runtime) -> int:
    """Ask everybody again who fell silent in an open danger, if it is time; returns how many."""
    async with runtime.sessions() as session:
        silent = await episodes.fallen_silent(session, runtime.clock())
    return sum([await _ask_again(runtime, one.conversation_id) for one in silent])


async def _ask_again(runtime: Runtime, conversation_id: UUID | None) -> bool:
    """Ask, where meanwhile nothing was said, done or erased."""
    if conversation_id is None:
        return False
    now = runtime.clock()
    async with runtime.sessions.begin() as session:
        talk = await open_talk(session, runtime.ring, conversation_id, lock=True)
        still = await episodes.fallen_silent(session, now, conversation_id) if talk else []
        if talk is None or not still:
            return False
        question = first_aid.are_you_there(still[0].label, still[0].person, runtime.numbers)
        await append(session, talk, "bot", [question], now)
        still[0].asked += 1
    return True


async def rescue_stalled(jobs: procrastinate.App) -> int:
    """Give the jobs of workers that died back to the queue, and those whose end could not be written
    because the database was away in that moment; returns how many."""
    stalled = await jobs.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_SECONDS)
    found = {job.id for job in stalled if job.id is not None}
    rows = await jobs.connector.execute_query_all_async(_UNENDED)
    found |= {row["id"] for row in rows}
    for job_id in found:
        await jobs.job_manager.retry_job_by_id_async(job_id, retry_at=datetime.now(UTC))
    if found:
        log.warning("jobs.rescued", number=len(found))
    return len(found)


async def wake_forgotten(runtime: Runtime) -> int:
    """Ask for conversations with something undone that no job is there for: a send whose time has
    come, a turn that failed with the database; returns how many."""
    now = runtime.clock()
    async with runtime.sessions.begin() as session:
        undone = await inbox.conversations_waiting(session, now - FORGOTTEN_AFTER)
        ready = await outbox.conversations_ready(session, now)
        busy = set(await session.scalars(_BUSY))
        forgotten = {one for one in (*undone, *ready) if str(one) not in busy}
        for conversation_id in forgotten:
            await wake(session, conversation_id)
    return len(forgotten)
