"""What goes out: stored in the turn's own commit, then pushed in order, with retries.

A page or a terminal fetches its messages itself (`PULL_CHANNELS`), so for it storing is sending. For a
messenger every message gets an outbox row. While a part of it is under way its row is locked, so that
nobody else sends it too; it is marked once the platform accepted it. A process killed in between sends
that one part again: at most one duplicate a kill. See docs/delivery.md.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import receipts
from bot.cards import still_told
from bot.channels import Call, Channel, SendResult, SendState, TellsReceipts
from bot.privacy import KeyRing
from bot.store import as_outbound, notify, open_talk, read_line
from bot.tables import Message, OutboxRow

log = structlog.get_logger()

LEAST_ATTEMPTS = 8
GIVE_UP_AFTER = timedelta(hours=1)
"""So long an outage is outlasted; what would come later than that is a counsellor's to send again."""
LONGEST_WAIT_SECONDS = 300.0
NOT_CONFIGURED = "channel not configured"


async def push(
    session: AsyncSession,
    ring: KeyRing,
    channels: Mapping[str, Channel],
    conversation_id: UUID,
    now: datetime,
    rng: random.Random,
) -> datetime | None:
    """Send what is ready for one conversation, oldest first, committing after each part; when to come
    back, None when all is out.

    Stops at the first message that must be tried again, so that nothing overtakes it.
    """
    oldest = (
        select(OutboxRow)
        .where(OutboxRow.conversation_id == conversation_id, OutboxRow.state == "ready")
        .order_by(OutboxRow.id)
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    while (row := (await session.scalars(oldest)).one_or_none()) is not None:
        if row.next_at > now:
            return row.next_at
        again_at = await _push_part(session, ring, channels, row, now, rng)
        if again_at is not None:
            return again_at
    return None


async def postpone(
    session: AsyncSession, conversation_id: UUID, now: datetime, again_at: datetime
) -> datetime | None:
    """Leave what is ready for one conversation until `again_at`, which is no failed attempt; returns
    when to come back, None when nothing is there to send."""
    moved = await session.execute(
        update(OutboxRow)
        .where(OutboxRow.conversation_id == conversation_id, OutboxRow.state == "ready")
        .where(OutboxRow.next_at <= now)
        .values(next_at=again_at)
        .returning(OutboxRow.id)
    )
    is_anything = moved.first() is not None
    await session.commit()
    return again_at if is_anything else None


async def _push_part(
    session: AsyncSession,
    ring: KeyRing,
    channels: Mapping[str, Channel],
    row: OutboxRow,
    now: datetime,
    rng: random.Random,
) -> datetime | None:
    talk = await open_talk(session, ring, row.conversation_id)
    message = await session.get(Message, row.message_id)
    channel = channels.get(talk.channel) if talk else None
    if talk is None or message is None or channel is None:
        state: SendState = "auth" if talk and message else "reject"
        return await _settle(session, row, SendResult(state, NOT_CONFIGURED), now, rng, now)
    told = as_outbound(read_line(message, talk.key))
    told = replace(told, cards=still_told(told.cards, now))
    calls = channel.render(told, talk.address)
    result = SendResult("sent")
    for call in calls[row.parts_sent : row.parts_sent + 1]:
        result = await channel.send(call)
        if result.state == "reject" and told.cards:
            plain = channel.render(replace(told, cards=()), talk.address)
            result = await _send_instead(channel, plain, row.parts_sent, call, result)
        row.parts_sent += result.state == "sent"
    if result.state == "sent" and row.parts_sent < len(calls):
        await session.commit()
        return None
    if result.state == "sent" and result.external_id and isinstance(channel, TellsReceipts):
        await receipts.remember(session, channel.name, result.external_id, row.id)
    if message.author == "counsellor":
        await receipts.tell(session, row.conversation_id)
    return await _settle(session, row, result, now, rng, message.created_at)


async def _send_instead(
    channel: Channel, plain: Sequence[Call], sent: int, refused: Call, result: SendResult
) -> SendResult:
    """The words alone, where the platform may have refused what stands under them. Where the parts
    `sent` held all of them already, nothing is left to send."""
    rest = plain[sent : sent + 1]
    if list(rest) == [refused] or not plain:
        return result
    log.warning("outbox.without_cards", channel=channel.name, reason=result.reason)
    return await channel.send(rest[0]) if rest else SendResult("sent")


async def _settle(
    session: AsyncSession,
    row: OutboxRow,
    result: SendResult,
    now: datetime,
    rng: random.Random,
    since: datetime,
) -> datetime | None:
    """Write what became of a row that waits `since` then; returns when to try again, or None when it is
    settled. Open consoles are told when a message first needs a human."""
    again_at = None
    needs_human = False
    row.reason = f"{result.state}: {result.reason}" if result.state != "sent" else ""
    goes_on = row.attempts + 1 < LEAST_ATTEMPTS or now - since < GIVE_UP_AFTER
    if result.state == "auth" or (result.state == "retry" and goes_on):
        needs_human = result.state == "auth" and row.attempts == 0
        wait = result.retry_after or min(2.0 ** min(row.attempts, 9), LONGEST_WAIT_SECONDS)
        again_at = now + timedelta(seconds=wait * rng.uniform(1.0, 1.3))
        row.next_at, row.attempts = again_at, row.attempts + 1
    elif result.state == "sent":
        row.state, row.sent_at = "sent", now
    else:
        row.state, needs_human = "dead", True
    if result.state != "sent":
        log.warning("outbox.not_sent", row=row.id, state=result.state, reason=result.reason)
    if needs_human:
        await notify(session, "queue", row.conversation_id)
    await session.commit()
    return again_at


async def conversations_ready(session: AsyncSession, now: datetime) -> list[UUID]:
    """Conversations that have something to send now."""
    rows = await session.execute(
        select(OutboxRow.conversation_id)
        .where(OutboxRow.state == "ready", OutboxRow.next_at <= now)
        .distinct()
        .limit(500)
    )
    return list(rows.scalars())
