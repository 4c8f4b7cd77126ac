"""What goes out: stored in the turn's own commit, then pushed in order, with retries.

A page or a terminal fetches its messages itself (`Caps.pull`), so for it storing is sending. For a
messenger every message gets an outbox row. A row is marked after the platform accepted its last
part; a process killed in between sends that one part again: at most one duplicate a kill.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels import Channel, SendResult, SendState
from bot.privacy import KeyRing
from bot.store import as_outbound, open_talk, read_line
from bot.tables import Message, OutboxRow

log = structlog.get_logger()

MOST_ATTEMPTS = 8


@dataclass(frozen=True)
class Pushed:
    """How a round of sending ended. `again_at` is when to come back, None when all is out."""

    sent: int
    again_at: datetime | None


async def push(
    session: AsyncSession,
    ring: KeyRing,
    channels: Mapping[str, Channel],
    conversation_id: UUID,
    now: datetime,
    rng: random.Random,
) -> Pushed:
    """Send what is ready for one conversation, oldest first, committing after each part.

    Stops at the first message that must be tried again, so that nothing overtakes it.
    """
    sent = 0
    while True:
        row = (
            await session.execute(
                select(OutboxRow)
                .where(OutboxRow.conversation_id == conversation_id, OutboxRow.state == "ready")
                .order_by(OutboxRow.id)
                .limit(1)
            )
        ).scalar_one_or_none()
        if row is None:
            return Pushed(sent, None)
        if row.next_at > now:
            return Pushed(sent, row.next_at)
        again_at = await _push_row(session, ring, channels, row, now, rng)
        if again_at is not None:
            return Pushed(sent, again_at)
        sent += 1


async def _push_row(
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
        return await _settle(session, row, SendResult(state, "channel not configured"), now, rng)
    calls = channel.render(as_outbound(read_line(message, talk.key)), talk.address)
    for call in calls[row.parts_sent :]:
        result = await channel.send(call)
        if result.state != "sent":
            return await _settle(session, row, result, now, rng)
        row.parts_sent += 1
        await session.commit()
    return await _settle(session, row, SendResult("sent"), now, rng)


async def _settle(
    session: AsyncSession, row: OutboxRow, result: SendResult, now: datetime, rng: random.Random
) -> datetime | None:
    """Write what became of a row; returns when to try again, or None when it is settled."""
    values: dict[str, object] = {"state": "sent", "sent_at": now}
    again_at = None
    operators_fault = result.state == "auth"
    if operators_fault or (result.state == "retry" and row.attempts + 1 < MOST_ATTEMPTS):
        wait = result.retry_after or min(2.0 ** min(row.attempts, 9), 300.0)
        again_at = now + timedelta(seconds=wait * rng.uniform(1.0, 1.3))
        values = {"next_at": again_at, "attempts": row.attempts + 1, "reason": result.reason}
    elif result.state != "sent":
        values = {"state": "dead", "reason": f"{result.state}: {result.reason}"}
    if result.state != "sent":
        log.warning("outbox.not_sent", row=row.id, state=result.state, reason=result.reason)
    await session.execute(update(OutboxRow).where(OutboxRow.id == row.id).values(values))
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
