"""What a person reads of their results, and what a counsellor reads where the person allowed it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.screening import says
from bot.screening.instrument import Advice, Alarm, Given, Instrument, Value, all_hold, applying
from bot.screening.scoring import score
from bot.screening.soundness import highest

Shelf = Mapping[str, Instrument]
"""The instruments at hand, by name."""


@dataclass(frozen=True)
class Result:
    """A finished instrument. `answers` are item's id → answer, None where skipped."""

    instrument: str
    version: str
    answers: Mapping[str, Given]
    words: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Result:
        return Result(data["instrument"], data["version"], data["answers"], data["words"])


def values_of(shelf: Shelf, result: Result) -> dict[str, Value]:
    """The answers that count with what they come to."""
    instrument = shelf[result.instrument]
    counted = {
        item.id: result.answers.get(item.id) for item, _ in applying(instrument, result.answers)
    }
    return {**counted, **score(instrument, result.answers, result.version)}


def skipped_in(shelf: Shelf, result: Result) -> int:
    """How many of the questions that apply were skipped, or not put because a danger came first."""
    instrument = shelf[result.instrument]
    asked = [item for item, _ in applying(instrument, result.answers) if item.text]
    return sum(result.answers.get(item.id) is None for item in asked)


def alarm_in(shelf: Shelf, result: Result) -> Alarm | None:
    """The worst danger that the answers tell of."""
    values = values_of(shelf, result)
    alarms = [one for one in shelf[result.instrument].alarms if all_hold(one.when, values)]
    return min(alarms, key=lambda alarm: alarm.level != "emergency", default=None)


def ask_directly(shelf: Shelf, result: Result) -> bool:
    """Whether an item was skipped that must not be left open without asking about harm."""
    direct = [item.id for item in shelf[result.instrument].items if item.ask_directly]
    return any(name in result.answers and result.answers[name] is None for name in direct)


def advice_for(shelf: Shelf, result: Result) -> Advice | None:
    """What to tell; None where too much was skipped to say anything."""
    instrument = shelf[result.instrument]
    if skipped_in(shelf, result) > instrument.max_skipped:
        return None
    values = values_of(shelf, result)
    return next((one for one in instrument.advice if all_hold(one.when, values)), None)


def told(shelf: Shelf, results: Sequence[Result]) -> list[Result]:
    """The results that are spoken of: a short form gives way to the longer one that took it up."""
    taken_up = {shelf[one.instrument].begins_with for one in results}
    return [one for one in results if one.instrument not in taken_up]


def result_text(shelf: Shelf, results: Sequence[Result], *, family: bool) -> str:
    """Every result in plain words: the level, what it means, and that it is no diagnosis."""
    parts = [says.THANKS]
    for result in told(shelf, results):
        instrument, skipped = shelf[result.instrument], skipped_in(shelf, result)
        advice = advice_for(shelf, result)
        if advice is None:
            parts.append(says.TOO_MANY_SKIPPED.format(title=instrument.title, skipped=skipped))
        elif advice.level:
            level = instrument.result.format(level=advice.level)
            put = sum(given is None for given in result.answers.values())
            more = [says.SKIPPED.format(skipped=put)] if put else []
            parts.append(" ".join([level, advice.text, *more]))
    parts.append(says.CAUTION_FAMILY if family else says.CAUTION)
    return "\n\n".join(parts)


def offers(shelf: Shelf, results: Sequence[Result]) -> list[str]:
    """The next steps, best first: those of the result that asks for most help lead."""
    advised = [advice_for(shelf, one) for one in told(shelf, results)]
    found = ["brief"] if any(one is not None and one.brief for one in advised) else []
    wanted = [("human", "place") if one is None else one.offer for one in advised]
    for several in sorted(wanted, key=len, reverse=True):
        found += [one for one in several if one not in found]
    if len(found) > 1 and found[0] == "brief" and found[1] == "human":
        found[:2] = ["human", "brief"]
    return found


def level_line(shelf: Shelf, result: Result) -> str:
    """The result in one line for the person: title and level."""
    if result.instrument not in shelf:
        return result.instrument
    advice = advice_for(shelf, result)
    level = "bỏ qua nhiều câu, chưa ra mức" if advice is None else advice.level
    return f"{shelf[result.instrument].title}: {level}" if level else ""


def summary_lines(shelf: Shelf, results: Iterable[Result]) -> list[str]:
    """The results for a counsellor: title, what was scored, level, items skipped."""
    lines = []
    for result in results:
        if result.instrument not in shelf:
            continue
        instrument = shelf[result.instrument]
        scored = score(instrument, result.answers, result.version)
        facts = [
            f"{one.name.removeprefix('scores.').replace('score', 'điểm')} {scored[one.name]}/{most}"
            for one in instrument.scores
            if one.name in scored and (most := highest(instrument, one))
        ]
        skipped = skipped_in(shelf, result)
        facts += [f"bỏ qua {skipped} câu"] if skipped else []
        level = level_line(shelf, result) or instrument.title
        lines.append(f"{level} ({'; '.join(facts)})" if facts else level)
        lines += [f"{says.WORDS[name]}: {said}" for name, said in result.words.items()]
    return lines
