"""What typed words want: the classifier where it is sure, else Rasa, else plain wordings.

Rasa is not asked about bare courtesy, nor where the classifier leaves no doubt that an article answers
or that nothing is asked of us. It is asked wherever a name or a kind of place has to be read out of the sentence,
and whenever one of its forms may be open.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from actions import commands
from bot import acts, answers, places
from bot.runtime import Runtime
from bot.store import State
from bot.topics import Reading
from bot.turn.articles import Words
from bot.understand import expand

ACTS: Final[dict[str, commands.Command]] = {
    "greeting": commands.SmallTalk("greeting"),
    "thanks": commands.SmallTalk("thanks"),
    "goodbye": commands.SmallTalk("goodbye"),
    "insult": commands.SmallTalk("insult"),
    "off_topic": commands.SmallTalk("off_topic"),
    "who_are_you": commands.SmallTalk("who_are_you"),
    "language_switch": commands.SmallTalk("language_switch"),
    "repeat_not_understood": commands.SmallTalk("repeat"),
    "talk_to_person": commands.CallCounsellor(),
    "start_screening": commands.StartScreening(),
    "find_place": commands.FindPlace(),
    "hotline_number": commands.GiveHotlines(),
    "delete_data": commands.DeleteData(),
    "complaint_feedback": commands.AskFeedback(),
}
"""The topics of topics.csv that something is done about, besides the articles that some have."""

_PLAIN_ENOUGH = frozenset(
    {"insult", "off_topic", "who_are_you", "language_switch", "repeat_not_understood"}
    | {"hotline_number"}
)
"""What the classifier decides alone. A greeting or a thank-you may hold a wish besides, and what is
done about the others asks for more than the topic."""

# From this share on the classifier is clear. Below the other it takes what Rasa hears for a mistake: of
# 138 such hearings, in three voices that neither was trained on, 4 were right.
CLEAR = 0.60
UNLIKELY = 0.10
# Of 2,111 lines of those voices with a lower share of acts 41 were one after all, 4 for a person.
HARDLY = 0.02


async def what_is_wanted(
    runtime: Runtime, tracker: str, words: Words, state: State
) -> Sequence[commands.Command] | None:
    """What to do about typed words, in this order; None where the person is to choose between the
    article found and a place near.

    `tracker` is the name that Rasa knows the conversation by.
    """
    if not (state.awaiting_place or state.awaiting_feedback):
        plain = _plainly_wanted(runtime, words)
        if plain is not None:
            return [plain]
    heard = await runtime.rasa.interpret(tracker, expand(words.text))
    if not heard or heard == [commands.Unsure()]:
        wanted = [_without_rasa(words)]
    else:
        wanted = heard if state.awaiting_feedback else _weighed(runtime, heard, words)
        if _disagrees(runtime, wanted[0], words):
            return None
    if acts.refuses(words.text):
        wanted = [commands.SmallTalk("never_mind") if _is_refusable(one) else one for one in wanted]
    if len(wanted) > 1 and not state.awaiting_place:
        wanted = [command for command in wanted if not isinstance(command, commands.AskPlace)]
    return wanted


def act_of(command: commands.Command) -> str:
    """The topic that a command belongs to, by its name in topics.csv; "ask" for a question."""
    match command:
        case commands.SmallTalk(about=about):
            return {"repeat": "repeat_not_understood", "never_mind": "thanks"}.get(about, about)
        case commands.AskPlace():
            return "find_place"
        case commands.TakeFeedback():
            return "complaint_feedback"
        case _:
            return next((topic for topic, one in ACTS.items() if type(one) is type(command)), "ask")


def _plainly_wanted(runtime: Runtime, words: Words) -> commands.Command | None:
    """What is wanted where Rasa need not be asked, else None."""
    if (courtesy := acts.courtesy(words.text)) is not None:
        return courtesy
    wanted = _read(words)
    certain = isinstance(words.found, answers.Found) and words.found.certain
    if certain or (words.reading is not None and _act_share(words.reading) < HARDLY):
        wanted = commands.FindAnswer()
    if wanted is None or places.is_named(runtime, words.text) or acts.refuses(words.text):
        return None
    if isinstance(wanted, commands.FindAnswer):
        return wanted if isinstance(acts.find_act(words.text), commands.FindAnswer) else None
    return wanted if act_of(wanted) in _PLAIN_ENOUGH else None


def _act_share(reading: Reading) -> float:
    """How likely it is that anything but an answer is wanted; what is not among the likeliest counts."""
    questions = sum(
        share for topic, article, share in reading.labels if article or topic not in ACTS
    )
    return 1.0 - questions


def _without_rasa(words: Words) -> commands.Command:
    """What a plain wording asks for, unless the classifier leaves no room for it; else what it reads."""
    worded, read = acts.find_act(words.text), _read(words)
    if read is None or isinstance(worded, commands.FindAnswer):
        return read or worded
    likely = words.reading is None or words.reading.share(act_of(worded)) >= UNLIKELY
    return worded if likely else read


def _read(words: Words) -> commands.Command | None:
    """What the classifier clearly reads; None where it is in doubt, or there is none."""
    best = words.reading.labels[0] if words.reading else None
    if best is not None and not best.article and best.topic in ACTS and best.share >= CLEAR:
        return ACTS[best.topic]
    return commands.FindAnswer() if isinstance(words.found, answers.Found) else None


def _weighed(
    runtime: Runtime, heard: list[commands.Command], words: Words
) -> list[commands.Command]:
    """What Rasa heard, unless a place is named in what it takes for a word in passing, or the
    classifier reads something else and leaves no room for it; where a plain wording says the same as
    Rasa, it is believed.

    Without the classifier, what Rasa takes for an insult or for another subject must all but repeat
    an article's own words: nobody who is angry is met with a law.
    """
    first = heard[0]
    passing = isinstance(first, commands.SmallTalk | commands.TakeFeedback)
    if passing and places.is_named(runtime, words.text):
        return [commands.FindPlace()]
    if words.reading is None:
        harsh = isinstance(first, commands.SmallTalk) and first.about in ("insult", "off_topic")
        answered = isinstance(words.found, answers.Found) and (words.found.certain or not harsh)
        return [commands.FindAnswer()] if passing and answered else heard
    if isinstance(first, commands.FindAnswer):
        return [_read(words) or first, *heard[1:]]
    likely = words.reading.share(act_of(first)) >= UNLIKELY
    if likely or isinstance(first, commands.AskPlace) or acts.find_act(words.text) == first:
        return heard
    best = words.reading.labels[0]
    return [commands.FindAnswer() if best.article else ACTS.get(best.topic, commands.FindAnswer())]


def _disagrees(runtime: Runtime, wanted: commands.Command, words: Words) -> bool:
    """Whether Rasa hears a wish for a place where search has an answer and no wording decides."""
    return (
        isinstance(wanted, commands.FindPlace | commands.AskPlace)
        and isinstance(words.found, answers.Found)
        and isinstance(acts.find_act(words.text), commands.FindAnswer)
        and not places.is_named(runtime, words.text)
    )


def _is_refusable(command: commands.Command) -> bool:
    return isinstance(command, commands.CallCounsellor | commands.StartScreening)
