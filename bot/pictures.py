"""Pictures that people send: wanted with the turn that heard of them, fetched by a job of their own.

The turn stores its line and where the platform has the picture; nothing waits for the picture and no
words hang on it. Fetched, it is drawn anew (see redraw.py) and sealed under the person's key, so it goes
with them. Nobody here commits but `fetch_due`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select, text, update

from bot.channels import Channel, SendResult, ShowsPictures
from bot.channels.download import ELSEWHERE, TOO_BIG
from bot.desk_tables import Picture
from bot.errors import where
from bot.messages import Inbound
from bot.privacy import seal, seal_json, unseal, unseal_json
from bot.redraw import Unfit, redraw
from bot.runtime import Runtime
from bot.store import Spoken, Talk, open_talk
from bot.tables import Access, Message

log = structlog.get_logger()

MOST_TRIES = 6
MOST_AT_ONCE = 4
_CLAIM = text(
    "UPDATE pictures SET attempts = attempts + 1, next_at = CAST(:now AS timestamptz)"
    " + least(interval '30 seconds' * power(4, attempts), interval '1 hour')"
    " WHERE id IN (SELECT id FROM pictures WHERE state = 'wanted' AND next_at <= :now"
    " ORDER BY next_at, id LIMIT :most FOR UPDATE SKIP LOCKED) RETURNING id"
)
"""Who claims a picture has it for the pause before the next try: longer than a fetch may last."""
_REASONS = {TOO_BIG: "too_big", ELSEWHERE: "elsewhere"}


@dataclass(frozen=True)
class Shown:
    """A picture of a line: "wanted", "kept" or "failed" with a key of `case_words.PICTURE_FAULTS`."""

    id: int
    state: str
    reason: str


@dataclass(frozen=True)
class Wanted:
    """A picture to be fetched, for the `attempts`th time."""

    id: int
    uid: UUID
    attempts: int
    talk: Talk
    source: bytes = field(repr=False)


def to_write(
    talk: Talk, spoken: Sequence[Spoken], uids: Sequence[UUID], events: Sequence[Inbound]
) -> dict[str, Any]:
    """The parameters `pictured` and `sources` of the statement that writes a turn: by its line's uid
    each picture that came with one of the `events`, where its platform has it being sealed."""
    sources = {one.event_id: one.pictures for one in events if one.pictures}
    found = [
        (uid, seal_json(talk.key, source, f"picture_source:{uid}"))
        for uid, line in zip(uids, spoken, strict=True)
        for source in sources.get(line.client_id, ())
    ]
    return {"pictured": [uid for uid, _ in found], "sources": [source for _, source in found]}


async def fetch_due(runtime: Runtime, channels: Mapping[str, Channel]) -> int:
    """Fetch the pictures whose time has come, at most MOST_AT_ONCE; how many were looked at.

    One that cannot be had is tried again, ever more slowly, then given up with a reason. Whatever a
    picture does to this process, it counts as a try.
    """
    async with runtime.sessions.begin() as session:
        claimed = {"now": runtime.clock(), "most": MOST_AT_ONCE}
        ids = (await session.scalars(_CLAIM, claimed)).all()
    wanted = [one for id_ in ids if (one := await _wanted(runtime, id_)) is not None]
    drawing = asyncio.Lock()
    results = await asyncio.gather(
        *(_bring(runtime, channels, one, drawing) for one in wanted), return_exceptions=True
    )
    for one, result in zip(wanted, results, strict=True):
        if isinstance(result, Exception):
            log.error("picture.broke", picture=one.id, error=where(result))
        elif isinstance(result, BaseException):
            raise result
    return len(ids)


async def of_lines(
    access: Access, message_ids: Sequence[int], conversation_id: UUID
) -> dict[int, list[Shown]]:
    """The pictures of each of these lines of a conversation that has any, in the order they came."""
    if not message_ids:
        return {}
    rows = await access.execute(
        select(Picture.message_id, Picture.id, Picture.state, Picture.reason)
        .join(Message, Message.id == Picture.message_id)
        .where(Picture.message_id.in_(message_ids), Message.conversation_id == conversation_id)
        .order_by(Picture.id)
    )
    found: dict[int, list[Shown]] = {}
    for message_id, *shown in rows:
        found.setdefault(message_id, []).append(Shown(*shown))
    return found


async def read_picture(
    access: Access, talk: Talk, picture_id: int, until: datetime | None = None
) -> bytes | None:
    """A kept picture as `redraw` made it; None where there is none of this number in the conversation,
    or it came after `until`."""
    query = (
        select(Picture.sealed)
        .join(Message, Message.id == Picture.message_id)
        .where(Picture.id == picture_id, Picture.state == "kept")
        .where(Message.conversation_id == talk.id)
    )
    if until is not None:
        query = query.where(Message.created_at <= until)
    sealed = await access.scalar(query)
    return unseal(talk.key, sealed, f"picture:{picture_id}") if sealed else None


async def _wanted(runtime: Runtime, picture_id: int) -> Wanted | None:
    """What is to be fetched; None where it was erased meanwhile."""
    async with runtime.sessions() as session:
        row = (
            await session.execute(
                select(Picture.source, Picture.attempts, Message.uid, Message.conversation_id)
                .join(Message, Message.id == Picture.message_id)
                .where(Picture.id == picture_id)
            )
        ).one_or_none()
        talk = await open_talk(session, runtime.ring, row.conversation_id) if row else None
    return Wanted(picture_id, row.uid, row.attempts, talk, row.source) if row and talk else None


async def _bring(
    runtime: Runtime, channels: Mapping[str, Channel], one: Wanted, drawing: asyncio.Lock
) -> None:
    """Fetch a picture, draw it anew and keep it, or note why not. One is drawn at a time: it takes
    memory."""
    if one.attempts > MOST_TRIES:
        return await _settle(runtime, one.id, state="failed", reason="broke")
    channel = channels.get(one.talk.channel)
    source = unseal_json(one.talk.key, one.source, f"picture_source:{one.uid}")
    found: bytes | SendResult = SendResult("retry", "off")
    if isinstance(channel, ShowsPictures):
        found = await channel.fetch_picture(source)
    if isinstance(found, SendResult):
        log.warning("picture.not_fetched", picture=one.id, state=found.state, reason=found.reason)
        passing = found.state in ("retry", "auth")
        if not passing or one.attempts == MOST_TRIES:
            reason = "away" if passing else _REASONS.get(found.reason, "gone")
            await _settle(runtime, one.id, state="failed", reason=reason)
        return None
    try:
        async with drawing:
            drawn = await asyncio.to_thread(redraw, found)
    except Unfit as unfit:
        return await _settle(runtime, one.id, state="failed", reason=unfit.why)
    sealed = seal(one.talk.key, drawn, f"picture:{one.id}")
    return await _settle(runtime, one.id, state="kept", sealed=sealed)


async def _settle(runtime: Runtime, picture_id: int, **values: object) -> None:
    """Note what became of a picture, unless it was erased; where it lay is of no use any more."""
    async with runtime.sessions.begin() as session:
        await session.execute(
            update(Picture)
            .where(Picture.id == picture_id, Picture.state == "wanted")
            .values(source=b"", **values)
        )
