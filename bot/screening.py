"""The course of a screening: consent, questions, back, skip, stop, result. Pure; no I/O.

A screening routes to help and diagnoses nothing. The person's answers live in `State`, which the
caller stores. Only short answers are taken: whatever else the person writes is "not_an_answer", for
the caller to answer before it shows the question `again`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from bot.instruments import Answer, Instrument
from bot.messages import Button, Outbound
from bot.short_answers import Choices

__all__ = ["Instrument", "Result", "State", "Step", "again", "answer", "start"]

Outcome = Literal["asked", "not_an_answer", "stopped", "finished"]

_PREFIX = "/s "
_AGE = re.compile(r"(?:moi |chi |duoc )*(duoi )?(\d{1,2}) ?(?:t|tuoi)(?: thoi)?")


@dataclass(frozen=True)
class State:
    """Where a person stands: `position` items are behind them, `answers` holds exactly those.

    An answer is "yes", "no" or None where the item was skipped.
    """

    instrument: str
    version: str
    position: int
    answers: Mapping[str, Answer | None]
    consented: bool

    def to_json(self) -> dict[str, Any]:
        """The state as plain JSON."""
        return {**asdict(self), "answers": dict(self.answers)}

    @staticmethod
    def from_json(data: object) -> State:
        """The state that `to_json` wrote.

        Raises:
            ValueError: `data` is not such a state; start over.
        """
        if not isinstance(data, dict) or set(data) != set(State.__dataclass_fields__):
            raise ValueError("not a screening state")
        state = State(**data)
        right = (
            isinstance(state.instrument, str)
            and isinstance(state.version, str)
            and type(state.position) is int
            and isinstance(state.answers, dict)
            and all(given in ("yes", "no", None) for given in state.answers.values())
            and state.position == len(state.answers)
            and isinstance(state.consented, bool)
        )
        if not right or (state.position and not state.consented):
            raise ValueError("a screening state that contradicts itself")
        return state


@dataclass(frozen=True)
class Result:
    """What a finished screening came to. `band` is None where too many items were skipped."""

    instrument: str
    version: str
    score: int
    band: str | None
    skipped: int

    def to_json(self) -> dict[str, Any]:
        """The result as plain JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Step:
    """What one message did. `state` is None once the screening is over; then drop it.

    On "not_an_answer" nothing changed and `replies` is empty: answer the person, then `again`.
    """

    state: State | None
    replies: tuple[Outbound, ...]
    outcome: Outcome
    result: Result | None = None


def start(instrument: Instrument) -> tuple[State, Outbound]:
    """A fresh state and the request for informed consent (Luật 91/2025/QH15)."""
    state = State(instrument.name, instrument.version, 0, {}, consented=False)
    return state, again(instrument, state)


def again(instrument: Instrument, state: State) -> Outbound:
    """The question `state` stands at, once more.

    Raises:
        ValueError: `state` belongs to another instrument or version, or is past its last item.
    """
    _check(instrument, state)
    if not state.consented:
        consent = instrument.consent
        titles = {"agree": consent.agree, "decline": consent.decline, "minor": consent.minor}
        return Outbound(consent.text, _buttons(titles))
    text = instrument.question.format(
        number=state.position + 1,
        total=len(instrument.items),
        text=instrument.items[state.position].text,
    )
    return Outbound(text, _buttons(instrument.choices, state.position + 1))


def answer(instrument: Instrument, state: State, text: str) -> Step:
    """What `text`, typed or a button's payload, does to the screening.

    Raises:
        ValueError: `state` belongs to another instrument or version, or is past its last item.
    """
    _check(instrument, state)
    meaning = _meaning(instrument, state, text)
    if meaning == "minor":
        return _end(instrument, instrument.minor, "human")
    if not state.consented:
        return _answer_consent(instrument, state, meaning)
    if meaning in ("yes", "no", "skip"):
        return _take(instrument, state, meaning)
    if meaning == "back":
        return _asked(instrument, _one_back(instrument, state))
    if meaning == "stop":
        return _end(instrument, instrument.stopped, "human")
    if meaning == "late":
        return _asked(instrument, state)
    return Step(state, (), "not_an_answer")


def _answer_consent(instrument: Instrument, state: State, meaning: str | None) -> Step:
    if meaning == "agree":
        return _asked(instrument, State(state.instrument, state.version, 0, {}, consented=True))
    if meaning == "decline":
        return _end(instrument, instrument.refused, "human")
    return Step(state, (), "not_an_answer")


def _take(instrument: Instrument, state: State, meaning: str) -> Step:
    item = instrument.items[state.position]
    given: Answer | None = "yes" if meaning == "yes" else "no" if meaning == "no" else None
    answers = {**state.answers, item.id: given}
    if len(answers) == len(instrument.items) or (item.id == instrument.gate and given == "no"):
        return _finish(instrument, answers)
    return _asked(
        instrument,
        State(state.instrument, state.version, len(answers), answers, consented=True),
    )


def _one_back(instrument: Instrument, state: State) -> State:
    """One item back, forgetting its answer; from the first item, back to the consent."""
    if not state.position:
        return State(state.instrument, state.version, 0, {}, consented=False)
    last = instrument.items[state.position - 1].id
    kept = {name: given for name, given in state.answers.items() if name != last}
    return State(state.instrument, state.version, len(kept), kept, consented=True)


def _finish(instrument: Instrument, answers: Mapping[str, Answer | None]) -> Step:
    score, code = instrument.score(answers, instrument.version)
    skipped = sum(taken is None for taken in answers.values())
    texts = instrument.result
    if skipped > instrument.max_skipped:
        said, given = [texts.too_many_skipped], None
        offer: tuple[str, ...] = ("human", "place")
    else:
        band = next(band for band in instrument.bands if band.code == code)
        said = [band.text, *([texts.skipped] if skipped else []), texts.caution]
        given, offer = band.code, band.offer
    reply = _reply(instrument, [part.format(skipped=skipped) for part in said], offer)
    result = Result(instrument.name, instrument.version, score, given, skipped)
    return Step(None, (reply,), "finished", result)


def _asked(instrument: Instrument, state: State) -> Step:
    return Step(state, (again(instrument, state),), "asked")


def _end(instrument: Instrument, text: str, *offer: str) -> Step:
    return Step(None, (_reply(instrument, [text], offer),), "stopped")


def _reply(instrument: Instrument, parts: Sequence[str], offer: Sequence[str]) -> Outbound:
    offers = [instrument.buttons[name] for name in offer]
    return Outbound("\n\n".join(parts), tuple(Button(o.title, o.payload) for o in offers))


def _buttons(titles: Mapping[str, str], number: int | None = None) -> tuple[Button, ...]:
    """Buttons for the meanings; those under a question carry its number, so that a double tap or an
    old button never answers another question."""
    end = f" {number}" if number else ""
    return tuple(Button(title, _PREFIX + meaning + end) for meaning, title in titles.items())


def _check(instrument: Instrument, state: State) -> None:
    ids = [item.id for item in instrument.items]
    if (state.instrument, state.version) != (instrument.name, instrument.version):
        raise ValueError(f"a state of {state.instrument} {state.version}, not {instrument.name}")
    if state.position >= len(ids) or set(state.answers) != set(ids[: state.position]):
        raise ValueError("the state's answers are not those before its position")


def _choices(instrument: Instrument, *, consent: bool) -> Choices:
    """The words that count at the instrument's consent, or at its items."""
    words = dict(instrument.words)
    agree, decline = words.pop("agree"), words.pop("decline")
    if consent:
        words = {
            "agree": (*words["yes"], *agree, instrument.consent.agree),
            "decline": (*words["no"], *words["stop"], *decline, instrument.consent.decline),
        }
    return Choices(words, instrument.spellings, instrument.before, instrument.after)


def _meaning(instrument: Instrument, state: State, text: str) -> str | None:
    """What `text` means where `state` stands: a choice's code, "minor", "late" (a button of another
    question), or None."""
    offered = tuple(instrument.choices) if state.consented else ("agree", "decline", "minor")
    if text.startswith("/"):
        code, _, number = text.removeprefix(_PREFIX).strip().partition(" ")
        if not text.startswith(_PREFIX) or code not in offered:
            return None
        return code if number in ("", str(state.position + 1)) else "late"
    choices = _choices(instrument, consent=not state.consented)
    if "?" not in text and _is_minor(choices.without_courtesy(text), instrument.minor_below):
        return "minor"
    meaning = choices.meaning(text)
    if meaning == "sometimes":
        return instrument.items[state.position].sometimes
    return meaning


def _is_minor(folded: str, below: int) -> bool:
    """Whether `folded` says an age under `below` and nothing else ("moi 15 tuoi", "duoi 16")."""
    found = _AGE.fullmatch(folded)
    if not found:
        return folded == f"duoi {below}"
    return int(found[2]) < below + bool(found[1])
