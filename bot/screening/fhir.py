"""A result as FHIR R4: a QuestionnaireResponse, and an Observation for each score and outcome, and for
each answer that LOINC has a code for.

LOINC codes stand in the instruments where LOINC has one (DAST-10, AUDIT-C, PHQ); the rest has codes of
our own system. There is no subject: we do not know who the person is. R4B is R4 for these resources.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

from fhir.resources.R4B.bundle import Bundle

from bot.screening.instrument import Instrument, Item, Value, applying
from bot.screening.results import Result, Shelf
from bot.screening.scoring import score

LOINC: Final = "http://loinc.org"
OWN: Final = "urn:diemtua:screening"
_SURVEY: Final = {
    "system": "http://terminology.hl7.org/CodeSystem/observation-category",
    "code": "survey",
}


def export(shelf: Shelf, results: Iterable[tuple[UUID, datetime, Result]]) -> str:
    """The results as a FHIR Bundle of type "collection", in JSON; those whose instrument is not at
    hand are left out.

    Args:
        results: each with its id and the time it was finished, with a zone.

    Raises:
        pydantic.ValidationError: what was made is no valid FHIR.
    """
    resources = [
        resource
        for id_, at, result in results
        if result.instrument in shelf
        for resource in _resources(shelf[result.instrument], id_, at, result)
    ]
    entries = [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in resources]
    bundle = Bundle.model_validate(
        {"type": "collection", **({"entry": entries} if entries else {})}
    )
    made: str = bundle.model_dump_json(exclude_none=True)
    return made


def _resources(
    instrument: Instrument, id_: UUID, at: datetime, result: Result
) -> Iterator[dict[str, Any]]:
    items = [_item(instrument, one, result) for one, _ in applying(instrument, result.answers)]
    version = f"|{result.version}" if result.version else ""
    yield {
        "resourceType": "QuestionnaireResponse",
        "id": str(id_),
        "questionnaire": f"{OWN}:{instrument.name}{version}",
        "status": "completed",
        "authored": at.isoformat(),
        "item": [one for one in items if one],
    }
    for item, _ in applying(instrument, result.answers):
        given = result.answers.get(item.id)
        if item.loinc and given is not None:
            yield _observation(
                instrument, id_, at, item.id, item.loinc, _given(instrument, item, given)
            )
    loinc = {one.name: one.loinc for one in instrument.scores}
    bands = {one.name: one.band for one in instrument.scores}
    scored = score(instrument, result.answers, result.version)
    for name, value in scored.items():
        if name not in bands.values():
            found = {**_value(value), **_band(instrument, scored.get(bands.get(name) or ""))}
            yield _observation(instrument, id_, at, name, loinc.get(name, ""), found)


def _observation(
    instrument: Instrument, id_: UUID, at: datetime, name: str, loinc: str, found: dict[str, Any]
) -> dict[str, Any]:
    codes = [{"system": LOINC, "code": loinc}] if loinc else []
    return {
        "resourceType": "Observation",
        "id": str(uuid5(id_, name)),
        "status": "final",
        "category": [{"coding": [_SURVEY]}],
        "code": {
            "coding": [*codes, {"system": OWN, "code": f"{instrument.name}.{name}"}],
            "text": f"{instrument.title} {name}",
        },
        "effectiveDateTime": at.isoformat(),
        "derivedFrom": [{"reference": f"urn:uuid:{id_}"}],
        **found,
    }


def _item(instrument: Instrument, item: Item, result: Result) -> dict[str, Any]:
    """One question with its answer; nothing for an item that has no wording and no answer."""
    given = result.answers.get(item.id)
    if not item.text and given is None:
        return {}
    shown: dict[str, Any] = {"linkId": item.id, **({"text": item.text} if item.text else {})}
    if isinstance(given, int):
        shown["answer"] = [{"valueInteger": given}]
    elif given is not None:
        shown["answer"] = [{"valueCoding": _coding(instrument, item, given)}]
    return shown


def _coding(instrument: Instrument, item: Item, given: str) -> dict[str, str]:
    title = instrument.titles.get(given)
    coding = {"system": f"{OWN}:{instrument.name}:{item.scale}", "code": given}
    return {**coding, **({"display": title} if title else {})}


def _given(instrument: Instrument, item: Item, given: str | int) -> dict[str, Any]:
    """An answer as an observation's value."""
    if isinstance(given, int):
        return {"valueInteger": given}
    return {"valueCodeableConcept": {"coding": [_coding(instrument, item, given)]}}


def _value(value: Value) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"valueBoolean": value}
    if isinstance(value, int):
        return {"valueInteger": value}
    return {"valueCodeableConcept": {"coding": [{"system": OWN, "code": value}]}}


def _band(instrument: Instrument, band: Value) -> dict[str, Any]:
    if not band:
        return {}
    coding = {"system": f"{OWN}:{instrument.name}:band", "code": band}
    return {"interpretation": [{"coding": [coding]}]}
