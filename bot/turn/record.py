"""Writing a turn, in one commit."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from bot import episodes, handoff, inbox, kept_results, pictures, replies, suggestions, teams
from bot.editing.questions import note_question, note_unhelpful
from bot.errors import where
from bot.messages import Outbound
from bot.privacy import seal_json
from bot.runtime import Runtime
from bot.store import LINES, Spoken, Talk, lines_to_write
from bot.tables import Access, Feedback
from bot.turn import wait
from bot.turn.decide import give_to_human
from bot.turn.shapes import Said, Turn
from bot.wake import wake_on_call

log = structlog.get_logger()

_OWN_MESSAGES = frozenset({"text", "button", "location", "media"})
"""What a messenger counts as the person's writing; to follow, leave or have read is not."""

_WRITE = text(
    "WITH locked AS MATERIALIZED ("
    " SELECT id FROM conversations WHERE id = :conversation AND holder = :holder FOR UPDATE"
    "), taken AS MATERIALIZED ("
    " SELECT i.id FROM inbox i JOIN locked ON i.conversation_id = locked.id"
    " WHERE i.id = ANY(:rows) AND i.done_at IS NULL FOR UPDATE OF i"
    "), held AS ("
    " SELECT id FROM locked WHERE (SELECT count(*) FROM taken) = cardinality(:rows)),"
    + LINES
    + """, done AS (
    UPDATE inbox SET done_at = :now, sealed = '' FROM held WHERE inbox.id = ANY(:rows)
), kept AS (
    UPDATE conversations SET state = :state,
        last_inbound_at = greatest(last_inbound_at, CAST(:spoke AS timestamptz)),
        greeted_at = coalesce(greeted_at, :greeted)
    FROM held WHERE conversations.id = held.id
), pictured AS (
    INSERT INTO pictures (message_id, source, next_at)
    SELECT lines.id, one.source, :now FROM lines JOIN unnest(
        CAST(:pictured AS uuid[]), CAST(:sources AS bytea[])
    ) WITH ORDINALITY AS one (uid, source, place) ON one.uid = lines.uid ORDER BY one.place
)
SELECT EXISTS (
    SELECT 1 FROM inbox n
    WHERE n.conversation_id = held.id AND n.done_at IS NULL AND n.id <> ALL(:rows)
) AS more, (SELECT count(*) FROM told)
FROM held"""
)


async def record(runtime: Runtime, waiting: inbox.Waiting, turn: Turn, now: datetime) -> bool:
    """Write a turn in one commit, most often in one statement; whether more is to be done.

    Nothing is written where somebody else dealt with an event or erased the conversation, or where
    it changed hands while the bot was thinking: what was decided for the one is no answer from the
    other, and the turn is decided again.
    """
    if not turn.has_outcomes:
        async with runtime.statements() as connection:
            more = await _write(connection, waiting, turn, now)
            if turn.unanswered and more is not None:
                # By itself: many may ask the same at once, and nobody's turn waits for a count.
                await note_question(
                    connection, turn.unanswered, "unanswered", None, runtime.today()
                )
            return more is not False
    async with runtime.sessions.begin() as session:
        more = await _write(session, waiting, turn, now)
        if more is not None:
            await _record_outcomes(session, runtime, waiting.talk, turn, now)
        return more is not False


async def record_or_fail_to_human(
    runtime: Runtime, waiting: inbox.Waiting, turn: Turn, now: datetime
) -> bool:
    """`record`; what cannot be written is replaced by a word to the person and a place in the
    queue, so that no event blocks its conversation for ever."""
    try:
        return await record(runtime, waiting, turn, now)
    except (OperationalError, InterfaceError):
        raise
    except DBAPIError as error:
        log.error("turn.unwritable", conversation=str(waiting.talk.id), error=where(error))
    return await record(
        runtime, waiting, give_to_human(runtime, waiting.talk, *waiting.events), now
    )


async def _write(access: Access, waiting: inbox.Waiting, turn: Turn, now: datetime) -> bool | None:
    """Whether further events wait; None where nothing was written."""
    talk = waiting.talk
    in_danger = turn.alarm.level in ("emergency", "urgent")
    greets = bool(turn.replies) and not in_danger
    introduces = greets and not talk.greeted
    answers = [Outbound(replies.INTRO), *turn.replies] if introduces else turn.replies
    spoken = [_of_citizen(one) for one in turn.lines if one.text]
    spoken += [Spoken("bot", reply) for reply in answers]
    lines = lines_to_write(talk, spoken, now)
    result = await access.execute(
        _WRITE,
        {
            "conversation": talk.id,
            "rows": list(waiting.rows),
            "holder": talk.holder,
            "state": seal_json(talk.key, asdict(turn.state), f"state:{talk.id}"),
            "greeted": now if greets else None,
            "spoke": _last_spoke(waiting),
            **lines,
            **pictures.to_write(talk, spoken, lines["uids"], waiting.events),
        },
    )
    written = result.one_or_none()
    return bool(written.more) if written else None


def _last_spoke(waiting: inbox.Waiting) -> datetime | None:
    """When the newest message of the person's own was stored; None where there is none among these."""
    times = [one.sent_at for one in waiting.events if one.kind in _OWN_MESSAGES and one.sent_at]
    return max(times, default=None)


def _of_citizen(said: Said) -> Spoken:
    found = said.alarm
    alarm = (found.label, found.level) if found.level != "none" else None
    return Spoken("citizen", Outbound(said.text), said.event_id, alarm)


async def _record_outcomes(
    session: AsyncSession, runtime: Runtime, talk: Talk, turn: Turn, now: datetime
) -> None:
    alarm = turn.alarm
    if alarm.level in ("emergency", "urgent"):
        opened = await episodes.open_or_join(
            session,
            talk,
            label=alarm.label,
            level=alarm.level,
            person=alarm.person,
            why=list(alarm.why),
            now=now,
        )
        if runtime.duty.on_call and (opened or alarm.level == "emergency"):
            await wake_on_call(session, alarm.level)
    if turn.wants_counsellor:
        await _ask_for_counsellor(session, runtime, talk, turn, now)
    if turn.leaves_queue:
        await handoff.leave_queue(session, talk, now, tell=bool(turn.heard))
    await wait.record(session, talk, turn.for_desk, now)
    if turn.helpful is not None and turn.state.asked:
        session.add(Feedback(article=turn.state.asked[-1], helpful=turn.helpful, given_at=now))
        if not turn.helpful:
            await note_unhelpful(
                session, talk, turn.state.asked[-1], runtime.library, runtime.today()
            )
    if turn.suggests is not None:
        await suggestions.keep(session, talk, turn.suggests, now)
    if turn.keep:
        await kept_results.keep(session, talk, turn.results, now, shared=turn.keep == "shared")
    if turn.results_wish == "forget":
        await kept_results.forget(session, talk)
    elif turn.results_wish == "share":
        await kept_results.share(session, talk, await kept_results.kept_by(session, talk))
    if session.new:
        await session.flush()


async def _ask_for_counsellor(
    session: AsyncSession, runtime: Runtime, talk: Talk, turn: Turn, now: datetime
) -> None:
    urgency = {"emergency": handoff.DANGER_NOW, "urgent": handoff.DANGER}
    await handoff.ask_for_counsellor(
        session,
        talk,
        priority=urgency.get(turn.alarm.level, handoff.ORDINARY),
        reason=turn.alarm.label if turn.alarm.level != "none" else "asked",
        summary=_summary(runtime, turn),
        now=now,
        area=turn.state.area,
        skill=teams.skill_of(_topics(runtime, turn), turn.alarm.person),
        language=turn.state.language,
    )


def _topics(runtime: Runtime, turn: Turn) -> list[str]:
    """What the articles shown are about, newest last."""
    return [article.topic for key in turn.state.asked if (article := runtime.library.get(key))]


def _summary(runtime: Runtime, turn: Turn) -> dict[str, object]:
    titles = [article.title for key in turn.state.asked if (article := runtime.library.get(key))]
    return {
        "asked": titles,
        "danger": turn.alarm.label,
        "in_screening": bool(turn.state.screening),
        "screening": list(turn.summary),
    }
