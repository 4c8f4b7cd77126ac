"""Carrying out an order to erase, so that no cry for help vanishes unseen with the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

import structlog
from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import episodes, first_aid, inbox, privacy, replies, turn
from bot.channels import Channel
from bot.danger import LEVELS, Danger, Label, Level, Person
from bot.messages import Inbound, Outbound
from bot.runtime import Runtime
from bot.store import Talk, notify
from bot.tables import Episode, OutboxRow
from bot.turn.shapes import SAFE

log = structlog.get_logger()

WRITE_AGAIN = (
    "Tư vấn viên không còn đọc được tin cũ của bạn. Cần người giúp, bạn nhắn lại ngay ở đây nhé."
)


async def carry_out(
    runtime: Runtime, channels: Mapping[str, Channel], waiting: inbox.Waiting
) -> bool:
    """Erase, then say so once: the last word is not stored, or it would outlive what it announces.

    False, with nothing done, where the person has written on since (it may be a cry for help), or
    another worker was faster. A platform's own request to erase is always carried out; but before it,
    danger is looked for in everything of the person's that nobody has read. Where there is an
    emergency or urgent danger an episode stays, cut loose and without words, and the last word is what
    to do and whom to call. The same is said where an earlier danger's answer has not gone out yet and
    would now be erased unsent. The last word is sent once and not tried again.
    """
    talk, now = waiting.talk, runtime.clock()
    async with runtime.sessions.begin() as session:
        if not await inbox.take(session, waiting):
            return False
        unread = await _unread(session, runtime, waiting)
        if unread and waiting.inbound.kind != "erase":
            return False
        alarm = _danger_in(unread)
        if _is_grave(alarm):
            await episodes.open_or_join(
                session,
                talk,
                label=alarm.label,
                level=alarm.level,
                person=alarm.person,
                why=list(alarm.why),
                now=now,
            )
        alarm = max(alarm, await _not_answered(session, talk), key=_gravity)
        await privacy.erase(session, runtime.ring, talk.person_id, now)
        await notify(session, "erased", talk.id)
        await notify(session, "queue", talk.id)
    if _is_grave(alarm):
        log.warning("erased.in_danger", level=alarm.level)
    channel = channels.get(talk.channel)
    if channel is not None:
        for call in channel.render(_last_word(runtime, alarm), talk.address):
            await channel.send(call)
    return True


async def _unread(session: AsyncSession, runtime: Runtime, waiting: inbox.Waiting) -> list[Inbound]:
    """Every event besides `waiting` that no turn has dealt with; asked for once the conversation is
    locked, it misses none."""
    found = await inbox.all_waiting(session, runtime.ring, waiting.talk.id)
    if found is None:
        return []
    both = zip(found.rows, found.events, strict=True)
    return [event for row, event in both if row not in waiting.rows]


def _danger_in(unread: Sequence[Inbound]) -> Danger:
    """The gravest danger in each of the events and, since people write in pieces, in all together."""
    typed = [one for one in unread if one.kind in ("text", "media") and one.text]
    texts = list(dict.fromkeys(one.text for one in typed))
    whole = [replace(typed[0], text=by.join(texts)) for by in ("\n", " ") if len(texts) > 1]
    return max((turn.judge_alone(one) for one in (*typed, *whole)), key=_gravity, default=SAFE)


async def _not_answered(session: AsyncSession, talk: Talk) -> Danger:
    """The open danger of a person to whom something of ours has not gone out yet."""
    unsent = exists().where(OutboxRow.conversation_id == talk.id, OutboxRow.state == "ready")
    episode = await session.scalar(
        select(Episode).where(
            Episode.conversation_id == talk.id, Episode.closed_at.is_(None), unsent
        )
    )
    if episode is None:
        return SAFE
    return Danger(
        cast(Label, episode.label),
        cast(Level, episode.level),
        cast(Person, episode.person),
        tuple(episode.why),
    )


def _last_word(runtime: Runtime, alarm: Danger) -> Outbound:
    """Nobody will come, so whatever the level: whom to call now stands first."""
    erased = replies.erased()
    if not _is_grave(alarm):
        return erased
    now = replace(alarm, level="emergency")
    return first_aid.reply(now, runtime.numbers, f"{erased.text} {WRITE_AGAIN}")


def _is_grave(alarm: Danger) -> bool:
    return alarm.level in ("emergency", "urgent")


def _gravity(alarm: Danger) -> int:
    return LEVELS.index(alarm.level)
