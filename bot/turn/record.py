"""Writing a turn, in one commit."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from bot import episodes, handoff, inbox, outbox, replies
from bot.errors import where
from bot.messages import Outbound
from bot.privacy import seal_json
from bot.runtime import Runtime
from bot.store import Talk, append
from bot.tables import Feedback, ScreeningRow
from bot.turn.decide import give_to_human
from bot.turn.shapes import Turn

log = structlog.get_logger()


async def record(
    session: AsyncSession, runtime: Runtime, waiting: inbox.Waiting, turn: Turn, now: datetime
) -> inbox.Taken | None:
    """Write a turn; the caller commits. None where another worker had dealt with the event already.

    The conversation is looked at again under its lock: a counsellor who came in while the bot was
    thinking silences everything but the reply to a danger; one who left makes the turn be decided
    again (None), because what was decided for them answers nothing.
    """
    taken = await inbox.take(session, waiting)
    if taken is None or (turn.holder == "counsellor" != taken.talk.holder):
        return None
    talk, said = taken.talk, list(turn.replies)
    in_danger = turn.alarm.level in ("emergency", "urgent")
    if talk.holder == "counsellor" and turn.alarm.level != "emergency":
        said = []
    elif said and not talk.greeted and not in_danger:
        said.insert(0, Outbound(replies.INTRO))
    if turn.heard:
        line, client_id = Outbound(turn.heard), waiting.inbound.event_id
        await append(session, talk, "citizen", [line], now, client_id=client_id, tell=not said)
    await outbox.post(session, talk, "bot", said, now)
    greeted = bool(said) and not in_danger
    await inbox.finish(session, talk, waiting, turn.state, now, greeted=greeted)
    await _record_outcomes(session, runtime, talk, turn, now)
    return taken


async def record_or_fail_to_human(
    runtime: Runtime, waiting: inbox.Waiting, turn: Turn, now: datetime
) -> inbox.Taken | None:
    """`record` in a transaction of its own; what cannot be written is replaced by a word to the
    person and a place in the queue, so that no event blocks its conversation for ever."""
    try:
        async with runtime.sessions.begin() as session:
            return await record(session, runtime, waiting, turn, now)
    except (OperationalError, InterfaceError):
        raise
    except DBAPIError as error:
        log.error("turn.unwritable", conversation=str(waiting.talk.id), error=where(error))
    async with runtime.sessions.begin() as session:
        instead = give_to_human(waiting.talk, waiting.inbound)
        return await record(session, runtime, waiting, instead, now)


async def _record_outcomes(
    session: AsyncSession, runtime: Runtime, talk: Talk, turn: Turn, now: datetime
) -> None:
    alarm = turn.alarm
    if alarm.level in ("emergency", "urgent"):
        await episodes.open_or_join(
            session,
            talk,
            label=alarm.label,
            level=alarm.level,
            person=alarm.person,
            why=list(alarm.why),
            now=now,
        )
    if turn.wants_counsellor:
        urgency = {"emergency": handoff.DANGER_NOW, "urgent": handoff.DANGER}
        await handoff.ask_for_counsellor(
            session,
            talk,
            priority=urgency.get(alarm.level, handoff.ORDINARY),
            reason=alarm.label if alarm.level != "none" else "asked",
            summary=_summary(runtime, turn),
            now=now,
        )
    if turn.leaves_queue:
        await handoff.leave_queue(session, talk, now, tell=bool(turn.heard))
    if turn.helpful is not None and turn.state.asked:
        session.add(Feedback(article=turn.state.asked[-1], helpful=turn.helpful, given_at=now))
    if turn.result is not None:
        row = ScreeningRow(
            conversation_id=talk.id,
            instrument=turn.result.instrument,
            sealed=seal_json(talk.key, turn.result.to_json(), f"screening:{talk.id}"),
            finished_at=now,
        )
        session.add(row)
    if session.new:
        await session.flush()


def _summary(runtime: Runtime, turn: Turn) -> dict[str, object]:
    titles = [article.title for key in turn.state.asked if (article := runtime.library.get(key))]
    return {"asked": titles, "danger": turn.alarm.label, "in_screening": bool(turn.state.screening)}
