"""From answers to scores, bands and outcomes. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.screening.instrument import Given, Instrument, Value, all_hold, applying


class AnswerRefused(ValueError):
    """An answer that the instrument does not know; the message names the field."""


def score(instrument: Instrument, answers: Mapping[str, Given], version: str) -> dict[str, Value]:
    """What the answers come to: name → score, band or outcome, in the instrument's order.

    Skipped and absent items score nothing; an answer to an item that does not apply is ignored.

    Args:
        answers: item's id → its answer, as `Scale.accepts` takes it.
        version: the wording that the answers were given to; "" where there is only one.
    """
    items = {item.id: item for item in instrument.items}
    applies = {
        item.id: answers[item.id]
        for item, _ in applying(instrument, answers)
        if answers.get(item.id) is not None
    }
    values: dict[str, Value] = dict(applies)
    results: dict[str, Value] = {}
    for one in instrument.scores:
        if not all_hold(one.given_if, values):
            continue
        counted = (name for name in one.items if name in applies)
        points = sum(
            instrument.scale(items[name]).points(applies[name], version) for name in counted
        )
        results[one.name] = points
        if one.band:
            results[one.band] = next(b.code for b in one.bands if b.lowest <= points <= b.highest)
    values |= results
    for outcome in instrument.outcomes:
        found = next((case.value for case in outcome.cases if all_hold(case.when, values)), None)
        values[outcome.name] = results[outcome.name] = outcome.otherwise if found is None else found
    return results


def as_tree(instrument: Instrument, results: Mapping[str, Value]) -> dict[str, Any]:
    """Results with their names' dots opened: {"scores": {"cannabis": 3}}; empty where none is."""
    tree: dict[str, Any] = {}
    named = [name for one in instrument.scores for name in (one.name, one.band) if name]
    for name in (*named, *(outcome.name for outcome in instrument.outcomes)):
        *above, last = name.split(".")
        here = tree
        for part in above:
            here = here.setdefault(part, {})
        if name in results:
            here[last] = results[name]
    return tree


def read_line(instrument: Instrument, line: object) -> tuple[dict[str, Given], str]:
    """The answers and the version of the wording in a line of `diemtua score`, docs/screening.md.

    Raises:
        AnswerRefused: something is missing, unknown or of another kind; the message names the field.
    """
    if not isinstance(line, dict):
        raise AnswerRefused("line: not a JSON object")
    if not isinstance(line.get("answers"), dict):
        raise AnswerRefused("answers: missing, or not an object")
    version = line.get("version", "") if instrument.versions else ""
    if instrument.versions and version not in instrument.versions:
        raise AnswerRefused(f"version: {version!r} is not one of {', '.join(instrument.versions)}")
    about = line.get("respondent") or {}
    if not isinstance(about, dict):
        raise AnswerRefused("respondent: not an object")
    known = {name: one for one in instrument.items for name in (one.id, *one.also_called)}
    told = {f"respondent.{name}": value for name, value in about.items()}
    fields = dict(_fields(line["answers"], "", known))
    fields |= {name: value for name, value in told.items() if name in known}
    answers: dict[str, Given] = {}
    for name, value in fields.items():
        if name in instrument.ignored:
            continue
        shown = name.encode("utf-8", "backslashreplace").decode("utf-8")
        place = shown if name.startswith("respondent.") else f"answers.{shown}"
        if name not in known:
            raise AnswerRefused(f"{place}: no such item")
        scale = instrument.scale(known[name])
        if not scale.accepts(value):
            raise AnswerRefused(f"{place}: {value!r} is not {scale.described()}, or null")
        if value is not None and answers.setdefault(known[name].id, value) != value:
            raise AnswerRefused(f"{place}: answered twice")
    for item in instrument.items:
        if item.required and answers.get(item.id) is None:
            raise AnswerRefused(f"{item.id}: missing")
    return answers, str(version)


def _fields(
    tree: Mapping[str, Any], above: str, known: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    """The answers with their full names. An object stands above items, nothing else does."""
    for key, value in tree.items():
        name = f"{above}{key}"
        is_above = any(one.startswith(f"{name}.") for one in known)
        if is_above and isinstance(value, dict):
            yield from _fields(value, f"{name}.", known)
        elif is_above and value is not None:
            raise AnswerRefused(f"answers.{name}: not an object")
        elif not is_above:
            yield name, value
