"""What the bot answers to a message without danger: screening, buttons, commands, search."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from actions import commands
from bot import acts, answers, episodes, first_aid, languages, places, replies, short_answers
from bot.danger import Danger, Label
from bot.runtime import Runtime
from bot.store import Talk
from bot.turn import articles, screen, suggest, wait
from bot.turn.shapes import Did, Heard, Turn
from bot.turn.wanted import act_of, what_is_wanted

MOST_CHARACTERS = 4000
MOST_OF_A_TOPIC = 10
VERBS = frozenset(
    {"/answer", "/more", "/none", "/case", "/at", "/topics", "/helpful", "/delete", "/bot", "/safe"}
    | {"/human", "/place", "/screen", "/hotline", "/menu", "/s", "/results", "/wrong", *wait.VERBS}
)
"""The payloads of our buttons begin with one of these."""


async def respond(runtime: Runtime, talk: Talk, heard: Heard, turn: Turn) -> Turn:
    """Replies to a message without danger, in a conversation that the bot has."""
    if len(heard.text) > MOST_CHARACTERS:
        return turn.then(replies.too_long())
    if (step := screen.take_answer(runtime, talk, heard, turn)) is not None:
        calls = step.wants_counsellor and step.alarm.level == "none"
        return await wait.call(runtime, talk, step) if calls else step
    if heard.inbound.kind == "start":
        return _begin(runtime, heard.text, turn)
    if heard.inbound.location is not None:
        near = await places.near_point(runtime, heard.inbound.location, turn.state.kind)
        answered = _tell_near(runtime, turn, near, turn.state.kind)
    elif heard.payload:
        answered = await _press(runtime, talk, heard.payload, turn)
    elif not any(char.isalnum() for char in heard.text):
        answered = turn.then(replies.only_text())
    else:
        answered = await _read(runtime, talk, heard.text, turn)
    answered = await wait.welcome_back(runtime, talk, answered)
    return screen.ask_again(runtime, turn, answered)


def _begin(runtime: Runtime, key: str, turn: Turn) -> Turn:
    """What a deep link names: an article, or a topic's articles to choose from; else the menu. Where
    both have that name it is the article: first aid is not one more press away."""
    today = runtime.today()
    named = runtime.library.get(key)
    about = [one for one in runtime.library.articles() if one.topic == key]
    shown = [one for one in about if one.may_be_shown(today, runtime.register)]
    if named or len(shown) == 1:
        return articles.show(runtime, turn, named or shown[0])
    if not shown:
        return turn.then(replies.withheld() if about else replies.menu())
    shown.sort(key=lambda one: (one.front is None, one.front or 0))
    return turn.then(replies.topics([(one.key, one.title) for one in shown[:MOST_OF_A_TOPIC]]))


async def _read(runtime: Runtime, talk: Talk, text: str, turn: Turn) -> Turn:
    """Typed words: what they want, and then that."""
    if turn.state.worry and (stayed := await _stay_with(runtime, talk, text, turn)):
        return stayed
    if turn.state.awaits:
        taken = await wait.take_words(runtime, talk, text, turn)
        if taken is not None:
            return taken
        turn = replace(turn, state=replace(turn.state, awaits=""))
    if turn.state.awaiting_place:
        named = await places.by_name(runtime, text, turn.state.kind)
        if named is not None:
            return _tell_near(runtime, turn, named, turn.state.kind)
    if turn.state.case and (chosen := articles.choose_case(runtime, text, turn)) is not None:
        return chosen
    if (noted := await suggest.take_words(runtime, talk, text, turn)) is not None:
        return noted
    turn = replace(turn, state=suggest.forget(turn.state))
    if screen.asks_for_results(text):
        return await screen.own_results(runtime, talk, turn, "")
    words = articles.look_up(runtime, text)
    wanted = await what_is_wanted(runtime, str(talk.tracker), words, turn.state)
    if wanted is None:
        return articles.offer_or_place(words, turn)
    turn = replace(turn, state=replace(turn.state, awaiting_feedback=False))
    for command in wanted:
        turn = await _perform(runtime, talk, command, words, turn)
        if not turn.did.act:
            turn = replace(turn, did=Did(act_of(command)))
    turn = turn if turn.replies or turn.erase else turn.then(replies.not_found())
    turn = articles.with_todays_names(runtime, text, turn)
    return replace(turn, state=replace(turn.state, language=_language(runtime, text, turn)))


def _language(runtime: Runtime, text: str, turn: Turn) -> str:
    """The language that the person would rather speak, as they write or as they ask for it now, else as
    was known. A language may be named for many a reason: only beside such a wish does it count."""
    shown = runtime.library.get(turn.state.asked[-1]) if turn.state.asked else None
    is_wish = turn.did.act in ("language_switch", "talk_to_person")
    is_wish = is_wish or (shown is not None and shown.topic == "language_switch")
    named = languages.named_in(text) if is_wish else ""
    return named or languages.written_in(text) or turn.state.language


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
        reads = runtime.duty.who_reads(runtime.clock())
        reply = first_aid.reply(alarm, runtime.numbers, reads)
        state = replace(state, worry=alarm.label)
        return replace(turn.then(reply, state=state), alarm=alarm, wants_counsellor=True)
    async with runtime.statements() as session:
        if not await episodes.is_open(session, talk.id):
            return None
    asks = isinstance(acts.find_act(text), commands.FindAnswer)
    if said is None and not (
        asks and not isinstance(articles.look_up(runtime, text).found, answers.Found)
    ):
        return None
    return turn.then(first_aid.go_on(turn.state.worry, runtime.numbers))


async def _press(runtime: Runtime, talk: Talk, payload: str, turn: Turn) -> Turn:
    """A pressed button."""
    verb, _, rest = payload.partition(" ")
    match verb:
        case "/answer":
            article = runtime.library.get(rest)
            return articles.show(runtime, turn, article) if article else turn.then(replies.menu())
        case "/more":
            article = runtime.library.get(rest)
            return (
                articles.show(runtime, turn, article, more=True)
                if article
                else turn.then(replies.menu())
            )
        case "/none":
            return articles.none_of_them(turn)
        case "/case":
            return articles.press_case(runtime, turn, rest)
        case "/at":
            near = await places.by_code(runtime, rest, turn.state.kind)
            return _tell_near(runtime, turn, near, turn.state.kind)
        case "/wrong":
            return await suggest.press(runtime, talk, turn, rest)
        case "/topics":
            return turn.then(replies.topics(runtime.library.front(runtime.today())))
        case "/helpful":
            return replace(turn.then(replies.thank_feedback(rest == "yes")), helpful=rest == "yes")
        case "/delete":
            if rest == "yes":
                return replace(turn, erase=True)
            return turn.then(replies.not_deleted() if rest == "no" else replies.confirm_delete())
        case "/results":
            return await screen.own_results(runtime, talk, turn, rest)
        case "/screen" if rest:
            return screen.begin(runtime, turn, rest)
        case "/bot":
            state = replace(turn.state, awaits="")
            return replace(turn, state=state, leaves_queue=True)
        case _ if verb in wait.VERBS:
            return await wait.press(runtime, talk, payload, turn)
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
        return await _perform(runtime, talk, pressed[verb], articles.NO_WORDS, turn)
    return turn.then(replies.menu())


async def _perform(
    runtime: Runtime, talk: Talk, command: commands.Command, words: articles.Words, turn: Turn
) -> Turn:
    """Carry out one command, whoever gave it."""
    match command:
        case commands.CallCounsellor():
            return await wait.call(runtime, talk, turn)
        case commands.StartScreening():
            return screen.begin(runtime, turn)
        case commands.FindPlace(place=place, kind=kind):
            said = words.text or place or ""
            known = turn.state.kind if articles.carries_on(words.text) else ""
            return await _find_place(runtime, said, place or "", kind or known, turn)
        case commands.AskPlace(kind=kind):
            return _ask_place(turn, kind or turn.state.kind)
        case commands.GiveHotlines():
            found = await places.hotlines(runtime)
            return turn.then(found.told, state=suggest.remember(runtime, turn.state, found))
        case commands.DeleteData():
            return turn.then(replies.confirm_delete())
        case commands.AskFeedback():
            asked = replace(turn.state, awaiting_feedback=True)
            return turn.then(replies.ask_feedback(), state=asked)
        case commands.TakeFeedback(helpful=helpful):
            return replace(turn.then(replies.thank_feedback(helpful)), helpful=helpful)
        case commands.SmallTalk(about=about):
            return turn.then(replies.small_talk(about))
        case _:
            return articles.answer(runtime, words, turn)


async def _find_place(runtime: Runtime, text: str, place: str, kind: str, turn: Turn) -> Turn:
    found = await places.in_text(runtime, text, place, kind)
    if found is None:
        return _ask_place(turn, kind)
    return _tell_near(runtime, turn, found, kind)


def _tell_near(runtime: Runtime, turn: Turn, near: places.Near, kind: str) -> Turn:
    area = near.area or turn.state.area
    state = replace(turn.state, awaiting_place=False, kind=kind, area=area)
    return turn.then(near.told, state=suggest.remember(runtime, state, near))


def _ask_place(turn: Turn, kind: str) -> Turn:
    return turn.then(replies.ask_place(), state=replace(turn.state, awaiting_place=True, kind=kind))
