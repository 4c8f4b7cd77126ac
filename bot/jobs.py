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

from bot import episodes, first_aid, inbox, outbox, privacy, replies, turn
from bot.channels import PULL_CHANNELS, Channel
from bot.runtime import Runtime
from bot.store import append, notify, open_talk
from bot.wake import ON_CALL, UP_TO_DATE, wake

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
    runtime: Runtime, channels: Mapping[str, Channel], conversation_id: UUID
) -> datetime | None:
    """Answer what is in the inbox, then push what is ready; when to come back, or None."""
    more, push = True, True
    while more:
        async with runtime.statements() as session:
            waiting = await inbox.next_waiting(session, runtime.ring, conversation_id)
        if waiting is None:
            break
        push = waiting.talk.channel not in PULL_CHANNELS
        waiting = await _with_new_address(runtime, waiting)
        decided = await turn.take_turn_or_fail_to_human(runtime, waiting.talk, waiting.inbound)
        if decided.erase:
            if await _erase(runtime, channels, waiting):
                return None
            decided = replace(decided, erase=False, replies=(replies.confirm_delete(),))
        more = await turn.record_or_fail_to_human(runtime, waiting, decided, runtime.clock())
    return await _push(runtime, channels, conversation_id) if push else None


async def _with_new_address(runtime: Runtime, waiting: inbox.Waiting) -> inbox.Waiting:
    """The same event, with a changed address of its sender kept."""
    address = waiting.inbound.address
    if not address or address == waiting.talk.address:
        return waiting
    async with runtime.statements() as connection:
        await inbox.keep_address(connection, waiting.talk, address)
    return replace(waiting, talk=replace(waiting.talk, address=address))


async def _push(
    runtime: Runtime, channels: Mapping[str, Channel], conversation_id: UUID
) -> datetime | None:
    async with runtime.sessions() as session:
        talk = await open_talk(session, runtime.ring, conversation_id)
        if talk is None or talk.channel in PULL_CHANNELS:
            return None
        pushed = await outbox.push(
            session, runtime.ring, channels, conversation_id, runtime.clock(), random.Random()
        )
    return pushed.again_at


async def _erase(runtime: Runtime, channels: Mapping[str, Channel], waiting: inbox.Waiting) -> bool:
    """Erase, then say so once: the last word is not stored, or it would outlive what it announces.

    False, with nothing done, where the person has written on since (it may be a cry for help), or
    another worker was faster. A platform's own request to erase is always carried out.
    """
    talk = waiting.talk
    async with runtime.sessions.begin() as session:
        more = await inbox.take(session, waiting)
        if more is None or (more and waiting.inbound.kind != "erase"):
            return False
        await privacy.erase(session, talk.person_id)
        await notify(session, "erased", talk.id)
        await notify(session, "queue", talk.id)
    channel = channels.get(talk.channel)
    if channel is not None:
        for call in channel.render(replies.erased(), talk.address):
            await channel.send(call)
    return True


def add_jobs(
    jobs: procrastinate.App,
    runtime: Runtime,
    channels: Mapping[str, Channel],
    on_call: Callable[[str], Awaitable[None]],
) -> None:
    """Teach a worker's queue what its jobs do. `on_call` tells the on-call address of a danger of the
    level given."""

    @jobs.task(name=UP_TO_DATE)
    async def up_to_date(conversation_id: str) -> None:
        await bring_up_to_date(runtime, channels, UUID(conversation_id))

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
