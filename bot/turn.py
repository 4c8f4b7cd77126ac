"""One turn: what a person sent, and what becomes of it. The only orchestrator.

`take_turn` decides and writes nothing; `record` writes everything a turn decided in one commit.
Between the two the database is free, so a slow model never holds a lock. What is called from here
never calls each other.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from actions import commands
from bot import acts, answers, danger, first_aid, handoff, inbox, outbox, places, replies, screening
from bot.danger import Danger
from bot.errors import where
from bot.messages import Button, Inbound, Outbound
from bot.runtime import Runtime
from bot.store import State, Talk, append, open_talk, save_state
from bot.tables import Feedback, ScreeningRow
from bot.privacy import seal_json
from bot.understand import clean, expand

log = structlog.get_logger()

MOST_CHARACTERS = 4000
SAFE = Danger("none", "none", "unclear", ())


@dataclass(frozen=True)
class Turn:
    """What one turn decided. `heard` goes into the transcript as the person's line."""

    heard: str
    state: State
    replies: tuple[Outbound, ...] = ()
    alarm: Danger = SAFE
    wants_counsellor: bool = False
    leaves_queue: bool = False
    helpful: bool | None = None
    result: screening.Result | None = None
    erase: bool = False

    def then(self, *more: Outbound, state: State | None = None) -> Turn:
        return replace(self, replies=(*self.replies, *more), state=state or self.state)


@dataclass(frozen=True)
class _Heard:
    """A message as the turn works with it: cleaned, a number or button resolved to its payload."""

    inbound: Inbound
    text: str
    payload: str = ""
    seen: str = field(default="")


async def take_turn(runtime: Runtime, talk: Talk, inbound: Inbound) -> Turn:
    """What to do about `inbound`. Reads, asks Rasa, writes nothing.

    Danger is judged first, whatever else is going on, and with nothing else needed.
    """
    heard = _hear(talk, inbound)
    alarm = danger.judge(heard.text) if heard.text else SAFE
    turn = Turn(heard=heard.seen, state=replace(talk.state, choices=()), alarm=alarm)
    if inbound.kind == "erase" or acts.wants_erasure_now(heard.text):
        return replace(turn, erase=True)
    if alarm.level in ("emergency", "urgent"):
        return replace(turn, wants_counsellor=True, replies=(_danger_reply(runtime, alarm),))
    if talk.holder == "counsellor":
        return turn
    turn = await _respond(runtime, talk, heard, turn)
    if alarm.level == "soft" and not turn.erase:
        turn = turn.then(first_aid.soft(alarm.label, alarm.person))
    return replace(turn, state=replace(turn.state, choices=_choices(turn.replies)))


async def take_turn_or_fail_to_human(runtime: Runtime, talk: Talk, inbound: Inbound) -> Turn:
    """`take_turn`; where anything of ours breaks, the person is put before a counsellor instead.

    Raises:
        DBAPIError: the database failed; nothing was written and the turn can be taken again.
    """
    try:
        return await take_turn(runtime, talk, inbound)
    except DBAPIError:
        raise
    except Exception as error:
        log.error("turn.failed", conversation=str(talk.id), error=where(error))
        heard = _hear(talk, inbound)
        state = replace(talk.state, choices=(), screening=None, awaiting_place=False)
        return Turn(heard.seen, state, (replies.trouble(),), wants_counsellor=True)


async def record(
    session: AsyncSession, runtime: Runtime, waiting: inbox.Waiting, turn: Turn, now: datetime
) -> Talk | None:
    """Write a turn; the caller commits. None where another worker had dealt with the event already.

    The conversation is read again under its lock: a counsellor who came in while the bot was
    thinking silences everything but the reply to a danger.
    """
    talk = await open_talk(session, runtime.ring, waiting.talk.id, lock=True)
    if talk is None or not await inbox.mark_done(session, waiting.row_id, now):
        return None
    await append(
        session, talk, "citizen", [Outbound(turn.heard)], now, client_id=waiting.inbound.event_id
    )
    said = list(turn.replies)
    if talk.holder == "counsellor" and turn.alarm.level != "emergency":
        said = []
    elif said and not talk.greeted and turn.alarm.level not in ("emergency", "urgent"):
        said.insert(0, Outbound(replies.INTRO))
    await outbox.post(session, talk, "bot", said, now)
    await save_state(session, talk, turn.state, now, greeted=bool(said))
    await _record_outcomes(session, runtime, talk, turn, now)
    return talk


async def _record_outcomes(
    session: AsyncSession, runtime: Runtime, talk: Talk, turn: Turn, now: datetime
) -> None:
    alarm = turn.alarm
    if alarm.level in ("emergency", "urgent"):
        await handoff.open_episode(
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
        await handoff.leave_queue(session, talk, now)
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
    await session.flush()


def _hear(talk: Talk, inbound: Inbound) -> _Heard:
    text = clean(inbound.text)
    if inbound.kind == "button" or (inbound.kind == "text" and text.startswith("/")):
        titles = {button.payload: button.title for button in talk.state.choices}
        known = {button.payload: button.title for button in (replies.HUMAN, replies.MENU)}
        return _Heard(inbound, "", text, titles.get(text, known.get(text, text)))
    if inbound.kind == "location":
        return _Heard(inbound, "", "", "(đã gửi vị trí)")
    if inbound.kind == "media":
        return _Heard(inbound, text, "", text or "(đã gửi một tệp)")
    number = text.strip(" .)")
    if number.isdecimal() and len(number) <= 2 and 1 <= int(number) <= len(talk.state.choices):
        chosen = talk.state.choices[int(number) - 1]
        return _Heard(inbound, "", chosen.payload, chosen.title)
    return _Heard(inbound, text, "", text)


def _danger_reply(runtime: Runtime, alarm: Danger) -> Outbound:
    reply = first_aid.emergency if alarm.level == "emergency" else first_aid.urgent
    return reply(alarm.label, alarm.person, runtime.numbers)


def _choices(said: tuple[Outbound, ...]) -> tuple[Button, ...]:
    return next((message.buttons for message in reversed(said) if message.buttons), ())


def _summary(runtime: Runtime, turn: Turn) -> dict[str, object]:
    titles = [article.title for key in turn.state.asked if (article := runtime.library.get(key))]
    return {"asked": titles, "danger": turn.alarm.label, "in_screening": bool(turn.state.screening)}


async def _respond(runtime: Runtime, talk: Talk, heard: _Heard, turn: Turn) -> Turn:
    """Replies to a message without danger, in a conversation that the bot has."""
    if len(heard.text) > MOST_CHARACTERS:
        return turn.then(replies.too_long())
    if turn.state.screening and (step := _screening_step(runtime, heard, turn)) is not None:
        return step
    if heard.inbound.kind == "start":
        article = runtime.library.get(heard.text)
        return _show(runtime, turn, article) if article else turn.then(replies.menu())
    if heard.inbound.location is not None:
        near = await places.near_point(runtime, heard.inbound.location, turn.state.kind)
        answered = turn.then(near, state=replace(turn.state, awaiting_place=False))
    elif heard.payload:
        answered = await _press(runtime, talk, heard.payload, turn)
    elif not any(char.isalnum() for char in heard.text):
        answered = turn.then(replies.only_text())
    else:
        answered = await _read(runtime, talk, heard.text, turn)
    return _resume_screening(runtime, turn, answered)


def _screening_step(runtime: Runtime, heard: _Heard, turn: Turn) -> Turn | None:
    """The screening's own reading of the message; None where it is not an answer to it."""
    state = screening.State.from_json(turn.state.screening or {})
    step = screening.answer(runtime.instrument, state, heard.payload or heard.text)
    if step.outcome == "not_an_answer":
        return None
    saved = step.state.to_json() if step.state else None
    turn = turn.then(*step.replies, state=replace(turn.state, screening=saved))
    return replace(turn, result=step.result)


def _resume_screening(runtime: Runtime, before: Turn, after: Turn) -> Turn:
    """Ask the open question of a screening again after something else was answered in between."""
    saved = before.state.screening
    if not saved or after.state.screening != saved or after.erase:
        return after
    if after.wants_counsellor:
        return replace(after, state=replace(after.state, screening=None))
    state = screening.State.from_json(saved)
    return after.then(replies.screening_paused(), screening.again(runtime.instrument, state))


async def _read(runtime: Runtime, talk: Talk, text: str, turn: Turn) -> Turn:
    """Typed words: Rasa says what is wanted; without it, plain wordings and search do."""
    wanted = await runtime.rasa.interpret(str(talk.tracker), expand(text))
    if not wanted or wanted == [commands.Unsure()]:
        if turn.state.awaiting_place:
            named = await places.by_name(runtime, text, turn.state.kind)
            if named is not None:
                return turn.then(named, state=replace(turn.state, awaiting_place=False))
        wanted = [acts.find_act(text)]
    if len(wanted) > 1 and not turn.state.awaiting_place:
        wanted = [command for command in wanted if not isinstance(command, commands.AskPlace)]
    for command in wanted:
        turn = await _perform(runtime, talk, command, text, turn)
    return turn


async def _press(runtime: Runtime, talk: Talk, payload: str, turn: Turn) -> Turn:
    """A pressed button."""
    verb, _, rest = payload.partition(" ")
    match verb:
        case "/answer":
            article = runtime.library.get(rest)
            return _show(runtime, turn, article) if article else turn.then(replies.menu())
        case "/at":
            return turn.then(
                await places.by_code(runtime, rest, turn.state.kind),
                state=replace(turn.state, awaiting_place=False),
            )
        case "/topics":
            return turn.then(replies.topics(runtime.library.front(runtime.today())))
        case "/helpful":
            return replace(turn.then(replies.thank_feedback(rest == "yes")), helpful=rest == "yes")
        case "/delete":
            if rest == "yes":
                return replace(turn, erase=True)
            return turn.then(replies.not_deleted() if rest == "no" else replies.confirm_delete())
        case "/bot":
            return replace(turn, leaves_queue=True)
        case "/safe":
            return turn.then(first_aid.still_here("unclear", runtime.numbers))
    pressed = {
        "/human": commands.CallCounsellor(),
        "/place": commands.FindPlace(kind=rest or None),
        "/screen": commands.StartScreening(),
        "/hotline": commands.GiveHotlines(),
    }
    if verb in pressed:
        return await _perform(runtime, talk, pressed[verb], "", turn)
    return turn.then(replies.menu())


async def _perform(
    runtime: Runtime, talk: Talk, command: commands.Command, text: str, turn: Turn
) -> Turn:
    """Carry out one command, whoever gave it."""
    match command:
        case commands.CallCounsellor():
            waiting = talk.holder == "queue"
            return replace(turn.then(replies.in_queue(waiting)), wants_counsellor=True)
        case commands.StartScreening():
            if turn.state.screening:
                return turn
            state, first = screening.start(runtime.instrument)
            return turn.then(first, state=replace(turn.state, screening=state.to_json()))
        case commands.FindPlace(place=place, kind=kind):
            return await _find_place(runtime, text or place or "", place or "", kind or "", turn)
        case commands.AskPlace(kind=kind):
            return _ask_place(turn, kind or turn.state.kind)
        case commands.GiveHotlines():
            return turn.then(await places.hotlines(runtime))
        case commands.DeleteData():
            return turn.then(replies.confirm_delete())
        case commands.AskFeedback():
            return turn.then(replies.ask_feedback())
        case commands.TakeFeedback(helpful=helpful):
            if helpful is None or not turn.state.asked:
                return turn.then(replies.ask_feedback() if turn.state.asked else replies.menu())
            return replace(turn.then(replies.thank_feedback(helpful)), helpful=helpful)
        case commands.SmallTalk(about=about):
            return turn.then(replies.small_talk(about))
        case _:
            return _search(runtime, text, turn)


async def _find_place(runtime: Runtime, text: str, place: str, kind: str, turn: Turn) -> Turn:
    found = await places.in_text(runtime, text, place, kind)
    if found is None:
        return _ask_place(turn, kind)
    return turn.then(found, state=replace(turn.state, awaiting_place=False, kind=kind))


def _ask_place(turn: Turn, kind: str) -> Turn:
    return turn.then(
        replies.ask_place(), state=replace(turn.state, awaiting_place=True, kind=kind)
    )


def _search(runtime: Runtime, text: str, turn: Turn) -> Turn:
    today = runtime.today()
    match answers.decide(runtime.library.search(text, today)):
        case answers.Found(article=article):
            return _show(runtime, turn, article)
        case answers.Offer(articles=articles):
            return turn.then(replies.offer([(one.key, one.title) for one in articles]))
        case _:
            return turn.then(replies.not_found())


def _show(runtime: Runtime, turn: Turn, article: answers.Article) -> Turn:
    today = runtime.today()
    if article in runtime.library.withheld(today):
        return turn.then(replies.withheld())
    asked = (*[key for key in turn.state.asked if key != article.key], article.key)[-5:]
    shown = answers.render(article, today, runtime.register)
    return turn.then(shown, state=replace(turn.state, asked=asked))
