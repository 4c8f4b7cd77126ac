"""What must hold of an instrument's file before it is used. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from bot.screening.instrument import Band, Condition, Given, Instrument, Item, Score, all_hold


def faults(instrument: Instrument) -> Iterator[str]:
    """Everything wrong with an instrument, in words that name the place.

    Found are: a name used twice or for nothing, a condition on what comes later or on an answer that
    does not exist, a scored item that nobody can reach, bands that overlap, leave a gap or do not end
    where the score does, and an unknown version of the wording.
    """
    yield from _wrong_names(instrument)
    yield from _wrong_conditions(instrument)
    yield from _unreachable(instrument)
    for score in instrument.scores:
        yield from _wrong_bands(instrument, score)
    if instrument.versions and instrument.wording.version not in instrument.versions:
        yield f"wording.version: {instrument.wording.version!r} is not one of the versions"


def highest(instrument: Instrument, score: Score) -> int:
    """The most points that `score` can come to."""
    items = {item.id: item for item in instrument.items}
    return sum(instrument.scale(items[name]).most() for name in score.items)


def _wrong_names(instrument: Instrument) -> Iterator[str]:
    seen: set[str] = set()
    results = [name for score in instrument.scores for name in (score.name, score.band) if name]
    others = [name for item in instrument.items for name in (item.id, *item.also_called)]
    for name in (*others, *results, *(outcome.name for outcome in instrument.outcomes)):
        if name in seen:
            yield f"{name}: two things have this name"
        seen.add(name)
    ids = {item.id for item in instrument.items}
    for item in instrument.items:
        if item.scale not in instrument.scales:
            yield f"items.{item.id}: no scale {item.scale!r}"
    for score in instrument.scores:
        if bool(score.band) != bool(score.bands):
            yield f"scores.{score.name}: band and bands go together"
        for name in score.items:
            if name not in ids:
                yield f"scores.{score.name}: no item {name}"
        if len(set(score.items)) != len(score.items):
            yield f"scores.{score.name}: an item counts twice"


def _wrong_conditions(instrument: Instrument) -> Iterator[str]:
    known: dict[str, Item | None] = {}
    for item in instrument.items:
        for condition in item.asked_if:
            yield from _wrong_condition(instrument, f"items.{item.id}", condition, known)
        known[item.id] = item
    for score in instrument.scores:
        for condition in score.given_if:
            yield from _wrong_condition(instrument, f"scores.{score.name}", condition, known)
    for score in instrument.scores:
        known |= {score.name: None, **({score.band: None} if score.band else {})}
    for outcome in instrument.outcomes:
        for condition in (one for case in outcome.cases for one in case.when):
            yield from _wrong_condition(instrument, f"outcomes.{outcome.name}", condition, known)
        known[outcome.name] = None
    parts = (("advice", instrument.advice), ("alarms", instrument.alarms))
    for place, conditions in ((name, one.when) for name, several in parts for one in several):
        for condition in conditions:
            yield from _wrong_condition(instrument, place, condition, known)


def _wrong_condition(
    instrument: Instrument, place: str, condition: Condition, known: dict[str, Item | None]
) -> Iterator[str]:
    for name in condition.any_of:
        if name not in known:
            yield f"{place}: {name} is not known here"
            continue
        item = known[name]
        if item is None or condition.at_least is not None:
            continue
        for code in (*(condition.among or ()), *(condition.is_not or ())):
            if code not in instrument.scale(item).answers:
                yield f"{place}: {name} is never answered {code!r}"


def _unreachable(instrument: Instrument) -> Iterator[str]:
    items = {item.id: item for item in instrument.items}
    scored = {name for score in instrument.scores for name in score.items}
    for name in (item.id for item in instrument.items if item.id in scored):
        if not _is_reachable(instrument, items, items[name]):
            yield f"items.{name}: it is scored, but no answers lead to it"


def _is_reachable(instrument: Instrument, items: dict[str, Item], item: Item) -> bool:
    """Whether any answers to the items that this one hangs on let it be asked."""
    needed: list[Item] = []
    waiting = [item]
    while waiting:
        for name in (name for one in waiting.pop().asked_if for name in one.any_of):
            if items[name] not in needed:
                needed.append(items[name])
                waiting.append(items[name])
    needed.sort(key=instrument.items.index)
    for answers in product(*(_answers(instrument, one) for one in needed)):
        taken: dict[str, Given] = {}
        for one, given in zip(needed, answers, strict=True):
            if all_hold(one.asked_if, taken):
                taken[one.id] = given
        if all_hold(item.asked_if, taken):
            return True
    return False


def _answers(instrument: Instrument, item: Item) -> tuple[Given, ...]:
    scale = instrument.scale(item)
    ends = (scale.numbers.lowest, scale.numbers.highest) if scale.numbers else ()
    return (*scale.answers, *ends, None)


def _wrong_bands(instrument: Instrument, score: Score) -> Iterator[str]:
    place, bands = f"scores.{score.name}", sorted(score.bands, key=_lowest)
    if not bands:
        return
    expected = 0
    for band in bands:
        if band.highest < band.lowest:
            yield f"{place}: the band {band.code} ends before it begins"
        if band.lowest < expected:
            yield f"{place}: the bands overlap at {band.lowest} ({band.code})"
        elif band.lowest > expected:
            yield f"{place}: the bands leave a gap at {expected} (before {band.code})"
        expected = band.highest + 1
    top = highest(instrument, score)
    if expected - 1 != top:
        yield f"{place}: the bands end at {expected - 1}, the score at {top}"


def _lowest(band: Band) -> int:
    return band.lowest
