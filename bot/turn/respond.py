"""What the bot answers to a message without danger: screening, buttons, commands, search."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

from actions import commands
from bot import acts, answers, episodes, first_aid, places, replies, screening, short_answers
from bot.danger import Danger, Label
from bot.runtime import Runtime
from bot.store import Talk
from bot.turn.shapes import Heard, Turn
from bot.understand import expand

MOST_CHARACTERS = 4000
VERBS = frozenset(
    {"/answer", "/more", "/at", "/topics", "/helpful", "/delete", "/bot", "/safe"}
    | {"/human", "/place", "/screen", "/hotline", "/menu", "/s"}
)
"""The payloads of our buttons begin with one of these."""


LookedUp = answers.Found | answers.Offer | answers.Nothing


@dataclass(frozen=True)
class Words:
    """What was typed, and what search makes of it."""

    text: str
    found: LookedUp


NO_WORDS = Words("", answers.Nothing())
"""A button was pressed."""


async def respond(runtime: Runtime, talk: Talk, heard: Heard, turn: Turn) -> Turn:
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


def _screening_step(runtime: Runtime, heard: Heard, turn: Turn) -> Turn | None:
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
    """Typed words: Rasa says what is wanted; without it, plain wordings and search do.

    Rasa is not asked about bare courtesy, nor about a question worded as its article has it.
    """
    if turn.state.worry and (stayed := await _stay_with(runtime, talk, text, turn)):
        return stayed
    if turn.state.awaiting_place:
        named = await places.by_name(runtime, text, turn.state.kind)
        if named is not None:
            return turn.then(named, state=replace(turn.state, awaiting_place=False))
    words = Words(text, _look_up(runtime, text))
    wanted = _plainly_wanted(runtime, words)
    if wanted is None:
        wanted = await runtime.rasa.interpret(str(talk.tracker), expand(text))
    if not wanted or wanted == [commands.Unsure()]:
        wanted = [acts.find_act(text)]
    if isinstance(wanted[0], commands.SmallTalk | commands.TakeFeedback):
        if places.is_named(runtime, text):
            wanted = [commands.FindPlace()]
        elif isinstance(words.found, answers.Found):
            wanted = [commands.FindAnswer()]
    if acts.refuses(text):
        wanted = [commands.SmallTalk("never_mind") if _is_refusable(one) else one for one in wanted]
    if len(wanted) > 1 and not turn.state.awaiting_place:
        wanted = [command for command in wanted if not isinstance(command, commands.AskPlace)]
    for command in wanted:
        turn = await _perform(runtime, talk, command, words, turn)
    return turn if turn.replies or turn.erase else turn.then(replies.not_found())


def _plainly_wanted(runtime: Runtime, words: Words) -> list[commands.Command] | None:
    """What bare courtesy, or a question worded as its article has it, wants; else None."""
    if (courtesy := acts.courtesy(words.text)) is not None:
        return [courtesy]
    repeats = isinstance(words.found, answers.Found) and words.found.certain
    if not repeats or places.is_named(runtime, words.text) or acts.refuses(words.text):
        return None
    act = acts.find_act(words.text)
    return [act] if isinstance(act, commands.FindAnswer) else None


async def _stay_with(runtime: Runtime, talk: Talk, text: str, turn: Turn) -> Turn | None:
    """What to say to somebody in danger who goes on writing: their yes or no is read as the answer
    to our question, and a vague word is never met with a list of laws. None where the danger is
    over, or the person clearly asks for something else."""
    state = replace(turn.state, worry="", worry_soft=False)
    said = short_answers.yes_or_no(text)
    if turn.state.worry_soft:
        if said is None:
            return None
        if said == "no":
            safe = first_aid.still_here(runtime.numbers, in_episode=False)
            return turn.then(safe, state=state)
        label = cast(Label, turn.state.worry)
        alarm = Danger(label, "urgent", "unclear", ("answered.yes",))
        reply = first_aid.urgent(alarm.label, alarm.person, runtime.numbers)
        state = replace(state, worry=alarm.label)
        return replace(turn.then(reply, state=state), alarm=alarm, wants_counsellor=True)
    async with runtime.statements() as session:
        if not await episodes.is_open(session, talk.id):
            return None
    asks = isinstance(acts.find_act(text), commands.FindAnswer)
    if said is None and not (asks and not isinstance(_look_up(runtime, text), answers.Found)):
        return None
    return turn.then(first_aid.go_on(turn.state.worry, runtime.numbers))


def _is_refusable(command: commands.Command) -> bool:
    return isinstance(command, commands.CallCounsellor | commands.StartScreening)


async def _press(runtime: Runtime, talk: Talk, payload: str, turn: Turn) -> Turn:
    """A pressed button."""
    verb, _, rest = payload.partition(" ")
    match verb:
        case "/answer":
            article = runtime.library.get(rest)
            return _show(runtime, turn, article) if article else turn.then(replies.menu())
        case "/more":
            article = runtime.library.get(rest)
            return (
                _show(runtime, turn, article, more=True) if article else turn.then(replies.menu())
            )
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
            async with runtime.statements() as session:
                in_episode = await episodes.is_open(session, talk.id)
            return turn.then(first_aid.still_here(runtime.numbers, in_episode=in_episode))
    pressed: dict[str, commands.Command] = {
        "/human": commands.CallCounsellor(),
        "/place": commands.FindPlace(kind=rest or None),
        "/screen": commands.StartScreening(),
        "/hotline": commands.GiveHotlines(),
    }
    if verb in pressed:
        return await _perform(runtime, talk, pressed[verb], NO_WORDS, turn)
    return turn.then(replies.menu())


async def _perform(
    runtime: Runtime, talk: Talk, command: commands.Command, words: Words, turn: Turn
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
            said = words.text or place or ""
            return await _find_place(runtime, said, place or "", kind or "", turn)
        case commands.AskPlace(kind=kind):
            return _ask_place(turn, kind or turn.state.kind)
        case commands.GiveHotlines():
            return turn.then(await places.hotlines(runtime))
        case commands.DeleteData():
            return turn.then(replies.confirm_delete())
        case commands.AskFeedback():
            return turn.then(replies.ask_feedback())
        case commands.TakeFeedback(helpful=helpful):
            return replace(turn.then(replies.thank_feedback(helpful)), helpful=helpful)
        case commands.SmallTalk(about=about):
            return turn.then(replies.small_talk(about))
        case _:
            return _answer(runtime, words.found, turn)


async def _find_place(runtime: Runtime, text: str, place: str, kind: str, turn: Turn) -> Turn:
    found = await places.in_text(runtime, text, place, kind)
    if found is None:
        return _ask_place(turn, kind)
    return turn.then(found, state=replace(turn.state, awaiting_place=False, kind=kind))


def _ask_place(turn: Turn, kind: str) -> Turn:
    return turn.then(replies.ask_place(), state=replace(turn.state, awaiting_place=True, kind=kind))


def _look_up(runtime: Runtime, text: str) -> LookedUp:
    if sum(char.isalpha() for char in text) < 2:
        return answers.Nothing()
    return answers.decide(runtime.library.search(text, runtime.today()))


def _answer(runtime: Runtime, found: LookedUp, turn: Turn) -> Turn:
    match found:
        case answers.Found(article=article):
            return _show(runtime, turn, article)
        case answers.Offer(articles=articles):
            return turn.then(replies.offer([(one.key, one.title) for one in articles]))
        case _:
            return turn.then(replies.not_found())


def _show(runtime: Runtime, turn: Turn, article: answers.Article, *, more: bool = False) -> Turn:
    today = runtime.today()
    if not article.may_be_shown(today, runtime.register):
        return turn.then(replies.withheld())
    asked = (*[key for key in turn.state.asked if key != article.key], article.key)[-5:]
    render = answers.render_more if more else answers.render
    shown = render(article, today, runtime.register)
    return turn.then(shown, state=replace(turn.state, asked=asked))
