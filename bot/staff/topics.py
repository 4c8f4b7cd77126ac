"""Keeping the supergroup's topics as the cases are: read from the database, one call at a time.

It runs beside the jobs of a worker, never in one, so that Telegram can be slow or away without a turn
noticing. Each call is made while its row alone is locked: two workers never make the same one, and one
that was killed in between makes it again, so that at most one post is double a kill. More urgent cases
come first; Telegram takes about 20 posts a minute in a group (https://core.telegram.org/bots/faq).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import handoff
from bot.channel_tables import StaffTopic, StaffUpdate
from bot.channels import SendResult
from bot.channels.telegram_staff import TelegramStaff
from bot.errors import DiemTuaError, NotFound, where
from bot.runtime import Runtime
from bot.staff.steps import Known, Step, next_step
from bot.store import open_talk, read_lines
from bot.tables import Counsellor

log = structlog.get_logger()

LOOK_EVERY_SECONDS = 1.0
LOOK_AGAIN_SECONDS = 5.0
MOST_REFUSALS = 5
"""Of the word to a counsellor; the topic of a case is never given up."""

_OPEN = text(
    "INSERT INTO staff_topics (handoff_id, conversation_id, next_at)"
    " SELECT h.id, h.conversation_id, :now FROM handoffs h"
    " WHERE h.state = 'waiting'"
    " AND NOT EXISTS (SELECT 1 FROM staff_topics t WHERE t.handoff_id = h.id)"
    " ORDER BY h.priority DESC, h.opened_at"
    " ON CONFLICT (handoff_id) DO NOTHING"
)
_BEHIND = text(
    "SELECT t.id FROM staff_topics t LEFT JOIN handoffs h ON h.id = t.handoff_id"
    " WHERE t.ended_at IS NULL AND t.next_at <= :now AND ("
    " t.thread_id IS NULL OR h.id IS NULL OR h.state = 'closed'"
    " OR t.shown <> concat(h.priority, '.', h.state, '.', h.counsellor_id)"
    " OR (h.state = 'claimed' AND NOT EXISTS (SELECT 1 FROM staff_accounts a"
    " WHERE a.counsellor_id = h.counsellor_id AND a.pseudonym IS NOT NULL))"
    " OR EXISTS (SELECT 1 FROM messages m"
    " WHERE m.conversation_id = t.conversation_id AND m.author <> 'note' AND m.id > t.copied)"
    " OR EXISTS (SELECT 1 FROM outbox o"
    " WHERE o.conversation_id = t.conversation_id AND o.state = 'dead' AND o.id > t.warned)"
    " OR (t.waits = 0 AND EXISTS (SELECT 1 FROM outbox o"
    " WHERE o.conversation_id = t.conversation_id AND o.state = 'ready'"
    " AND starts_with(o.reason, 'auth:')))"
    " OR (t.waits > 0 AND NOT EXISTS (SELECT 1 FROM outbox o"
    " WHERE o.id = t.waits AND o.state = 'ready')))"
    " ORDER BY h.priority DESC NULLS FIRST, t.id LIMIT 1 FOR UPDATE OF t SKIP LOCKED"
)
_STANDS = text(
    "SELECT EXISTS (SELECT 1 FROM staff_accounts a JOIN handoffs h"
    " ON h.counsellor_id = a.counsellor_id"
    " WHERE h.id = t.handoff_id AND a.pseudonym IS NOT NULL) AS is_here,"
    " coalesce((SELECT max(o.id) FROM outbox o"
    " WHERE o.conversation_id = t.conversation_id AND o.state = 'dead'), 0) AS dead,"
    " coalesce((SELECT min(o.id) FROM outbox o WHERE o.conversation_id = t.conversation_id"
    " AND o.state = 'ready' AND starts_with(o.reason, 'auth:')), 0) AS held,"
    " coalesce((SELECT o.state FROM outbox o WHERE o.id = t.waits), '') AS told"
    " FROM staff_topics t WHERE t.id = :number"
)
_HOLD = [
    text(
        f"UPDATE {table} SET next_at = :until WHERE {name} IN (SELECT {name} FROM {table}"
        f" WHERE {still} IS NULL AND next_at < :until FOR UPDATE SKIP LOCKED)"
    )
    for table, name, still in (
        ("staff_topics", "id", "ended_at"),
        ("staff_updates", "event_id", "answered_at"),
    )
]


async def keep_topics(runtime: Runtime, group: TelegramStaff, console_url: str) -> None:
    """Bring the topics up to date every LOOK_EVERY_SECONDS until cancelled. Whatever breaks a look, the
    database or we, is logged and the next one comes a little later: the desk at the console goes on
    meanwhile, and so does every citizen. `console_url` is our own https address, "" where there is
    none."""
    while True:
        looking = asyncio.create_task(bring_topics_up_to_date(runtime, group, console_url))
        try:
            await asyncio.wait([looking])
        finally:
            looking.cancel()
        if (error := looking.exception()) is not None:
            log.error("staff.look_failed", error=where(error))
        await asyncio.sleep(LOOK_EVERY_SECONDS if error is None else LOOK_AGAIN_SECONDS)


async def bring_topics_up_to_date(
    runtime: Runtime, group: TelegramStaff, console_url: str = ""
) -> None:
    """Open topics for new cases, tell counsellors what became of what they wrote, and let every topic
    say what its case's talk says; what Telegram refuses is tried again later."""
    async with runtime.sessions.begin() as session:
        await session.execute(_OPEN, {"now": runtime.clock()})
    while await _answer_one(runtime, group):
        pass
    while await _take_one_step(runtime, group, console_url):
        pass


async def _answer_one(runtime: Runtime, group: TelegramStaff) -> bool:
    """Tell the next counsellor; whether there was one to tell."""
    now = runtime.clock()
    async with runtime.sessions.begin() as session:
        row = await session.scalar(
            select(StaffUpdate)
            .where(StaffUpdate.answered_at.is_(None), StaffUpdate.next_at <= now)
            .order_by(StaffUpdate.received_at, StaffUpdate.event_id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if row is None:
            return False
        result = await group.post(row.thread_id, row.answer)
        if result.state == "gone" and row.thread_id is not None:
            row.thread_id = None
        elif result.state == "sent" or row.attempts >= MOST_REFUSALS:
            row.answered_at = now
        else:
            row.attempts += 1
            row.next_at = now + _wait(result, row.attempts)
            log.warning("staff.untold", state=result.state, reason=result.reason)
    await _hold_all(runtime, result, now)
    return True


async def _take_one_step(runtime: Runtime, group: TelegramStaff, console_url: str) -> bool:
    """Do what the most urgent topic lacks; whether one lacked anything."""
    now = runtime.clock()
    async with runtime.sessions.begin() as session:
        number = await session.scalar(_BEHIND, {"now": now})
        topic = await session.get(StaffTopic, number) if number is not None else None
        if topic is None:
            return False
        result, then = await _bring_on(session, runtime, group, topic, console_url)
        await _settle(session, topic, result, then, now)
    await _hold_all(runtime, result, now)
    return True


async def _bring_on(
    session: AsyncSession,
    runtime: Runtime,
    group: TelegramStaff,
    topic: StaffTopic,
    console_url: str,
) -> tuple[SendResult, Mapping[str, Any]]:
    """Find and make the topic's next call; one whose words cannot be unsealed stands back."""
    try:
        known = await _read(session, runtime, topic)
    except DiemTuaError as error:
        return SendResult("reject", type(error).__name__), {}
    step = next_step(topic, known, console_url, runtime.clock())
    return await _carry_out(group, topic, step)


async def _read(session: AsyncSession, runtime: Runtime, topic: StaffTopic) -> Known:
    """Raises:
    KeyRingBroken: the case or a line cannot be read.
    """
    try:
        case = await handoff.find_case(session, runtime.ring, topic.handoff_id)
    except NotFound:
        return Known(None)
    talk = await open_talk(session, runtime.ring, topic.conversation_id)
    if talk is None or case.state == "closed":
        return Known(None)
    lines = await read_lines(session, talk, after=topic.copied)
    names = await session.execute(select(Counsellor.id, Counsellor.name))
    row = (await session.execute(_STANDS, {"number": topic.id})).one()
    return Known(
        case,
        lines,
        {one.id: one.name for one in names},
        dead=row.dead,
        is_here=row.is_here,
        held=row.held,
        told=row.told,
    )


async def _carry_out(
    group: TelegramStaff, topic: StaffTopic, step: Step | None
) -> tuple[SendResult, Mapping[str, Any]]:
    """Make the step's call; what Telegram said, and what the row says once it was done."""
    thread = topic.thread_id
    if step is None:
        return SendResult("reject", "nothing to do"), {}
    if step.does == "make":
        made = await group.make_topic(step.texts[0], urgent=step.urgent)
        thread_id = int(made.external_id) if made.state == "sent" else None
        return made, {**step.then, "thread_id": thread_id}
    if step.does == "nothing" or thread is None:
        return SendResult("sent"), step.then
    if step.does == "delete":
        return await group.delete_topic(thread), step.then
    if step.does == "rename":
        return await group.rename_topic(thread, step.texts[0]), step.then
    return await _post(group, thread, step), step.then


async def _post(group: TelegramStaff, thread: int, step: Step) -> SendResult:
    """Post the step's texts, the buttons under the last; what became of the first that failed."""
    last = len(step.texts) - 1
    for place, words in enumerate(step.texts):
        buttons = step.buttons if place == last else ()
        result = await group.post(thread, words, buttons=buttons, quiet=step.quiet)
        if result.state != "sent":
            return result
    return SendResult("sent")


async def _settle(
    session: AsyncSession,
    topic: StaffTopic,
    result: SendResult,
    then: Mapping[str, Any],
    now: datetime,
) -> None:
    """Write what became of a step. A topic that somebody deleted is made anew."""
    values: dict[str, Any] = {**then, "attempts": 0}
    if result.state != "sent":
        attempts = topic.attempts + 1
        values = {"attempts": attempts, "next_at": now + _wait(result, attempts)}
        log.warning("staff.not_posted", topic=topic.id, state=result.state, reason=result.reason)
    if result.state == "gone":
        values = {"thread_id": None, "title": "", "shown": "", "attempts": topic.attempts + 1}
        if topic.attempts:
            values["next_at"] = now + _wait(result, topic.attempts)
    await session.execute(update(StaffTopic).where(StaffTopic.id == topic.id).values(values))


def _wait(result: SendResult, attempts: int) -> timedelta:
    return timedelta(seconds=result.retry_after or min(2.0 ** min(attempts, 9), 300.0))


async def _hold_all(runtime: Runtime, result: SendResult, now: datetime) -> None:
    """Telegram counts what is posted in the whole group: told to wait, nothing is posted meanwhile."""
    if result.retry_after is None:
        return
    until = now + _wait(result, 0)
    async with runtime.sessions.begin() as session:
        for hold in _HOLD:
            await session.execute(hold, {"until": until})
