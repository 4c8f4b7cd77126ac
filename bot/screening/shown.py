"""What a screening shows where it stands: the question or result, with a button for every choice.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.messages import Button, Outbound
from bot.screening import says
from bot.screening.instrument import Instrument, Item, applying
from bot.screening.meanings import PREFIX
from bot.screening.results import Shelf, advice_for, level_line, offers, result_text, told
from bot.screening.state import State

TALK = ("reasons", "goal", "plan")
"""The steps of the short talk about change."""


def again(shelf: Shelf, state: State) -> Outbound:
    """What `state` stands at, once more."""
    if state.stage == "asking":
        return question(shelf, state)
    if state.stage == "result":
        return result(shelf, state)
    text, titles = says.STAGES[state.stage]
    if state.stage == "consent" and state.invited:
        text = says.INVITED + text
    if state.stage in TALK:
        titles = {**titles, **says.TALK_STEPS}
        text = text.format(feedback=_feedback(shelf, state), **state.words)
    return Outbound(text, buttons(titles, state.stage))


def question(shelf: Shelf, state: State) -> Outbound:
    """The open question with its number; before an instrument's first, what it is."""
    instrument = shelf[state.instrument]
    item = open_item(instrument, state)
    if item is None:
        raise ValueError(f"{instrument.name} has no open question")
    applicable = [one for one, _ in applying(instrument, state.answers) if one.text]
    place = applicable.index(item)
    short = shelf.get(instrument.begins_with)
    given_before = {one.id for one in short.items} if short else set()
    lead = _lead(instrument) if set(state.answers) <= given_before else ""
    template = "{text}" if item.id.startswith("respondent.") else instrument.question
    asked = template.format(text=item.text)
    text = says.QUESTION.format(number=place + 1, total=len(applicable), text=asked)
    titles = titles_of(instrument, item)
    steps = {k: v for k, v in says.STEPS.items() if not (k == "skip" and "refused" in titles)}
    return Outbound(lead + text, buttons({**titles, **steps}, tag_of(state)))


def _lead(instrument: Instrument) -> str:
    """What stands before an instrument's first question: what it is, and who is owed credit."""
    return says.PART.format(
        title=instrument.title,
        about=instrument.about,
        minutes=instrument.minutes,
        credit=f"{instrument.credit} " if instrument.credit else "",
        status=instrument.wording.status,
    )


def titles_of(instrument: Instrument, item: Item) -> dict[str, str]:
    """The answers' codes with their buttons' titles; a number's buttons cover a range each."""
    scale = instrument.scale(item)
    if scale.numbers is None:
        return {code: instrument.titles[code] for code in scale.answers}
    steps, unit = scale.numbers.steps, scale.unit
    titles = {}
    for place, low in enumerate(steps):
        last = place + 1 == len(steps)
        high = low if last else steps[place + 1] - 1
        title = f"từ {low} {unit} trở lên" if last else f"{low} {unit}"
        titles[str(low)] = f"{low}–{high} {unit}" if high > low else title
    return titles


def open_item(instrument: Instrument, state: State) -> Item | None:
    """The first item that applies, has wording and is not answered yet."""
    return next(
        (
            item
            for item, _ in applying(instrument, state.answers)
            if item.text and item.id not in state.answers
        ),
        None,
    )


def result(shelf: Shelf, state: State) -> Outbound:
    text = result_text(shelf, state.done, family=state.group == "family")
    return Outbound(f"{text}\n\n{says.KEEP}", result_buttons(shelf, state))


def result_buttons(shelf: Shelf, state: State, *, talked: bool = False) -> tuple[Button, ...]:
    chosen = [one for one in offers(shelf, state.done) if not (talked and one == "brief")]
    titles = {one: says.RESULT[one] for one in (*chosen, "keep", "drop")}
    ways = {"place": "/place", "hotline": "/hotline"}
    return tuple(
        Button(title, ways.get(one, f"{PREFIX}{one} result")) for one, title in titles.items()
    )


def _feedback(shelf: Shelf, state: State) -> str:
    shown = [one for one in told(shelf, state.done) if (a := advice_for(shelf, one)) and a.brief]
    levels = "; ".join(level_line(shelf, one) for one in shown)
    return says.FEEDBACK.format(levels=levels) if levels else says.FEEDBACK_BARE


def buttons(titles: Mapping[str, str], tag: str) -> tuple[Button, ...]:
    """Each carries where it belongs, so that an old button never answers another question."""
    return tuple(Button(title, f"{PREFIX}{code} {tag}") for code, title in titles.items())


def tag_of(state: State) -> str:
    return f"{state.instrument}.{len(state.answers) + 1}"
