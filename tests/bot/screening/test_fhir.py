"""Results as FHIR R4 resources, read back and validated."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from fhir.resources.R4B.observation import Observation
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.screening import Result, load_instruments
from bot.screening.fhir import LOINC, export
from tests.bot.screening.test_scoring import some_answers

SHELF = load_instruments()
AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def exported(result: Result) -> list[dict[str, Any]]:
    bundle = json.loads(export(SHELF, [(uuid4(), AT, result)]))
    assert bundle["resourceType"] == "Bundle"
    return [entry["resource"] for entry in bundle.get("entry", [])]


def loinc_of(observation: dict[str, Any]) -> list[str]:
    return [one["code"] for one in observation["code"]["coding"] if one["system"] == LOINC]


def test_a_result_is_a_questionnaire_response_with_observations_derived_from_it() -> None:
    answers = {"q1": "yes", "q2": "yes", "q3": "no", "q4": None}
    response, score = exported(Result("dast-10", "A", answers))
    read = QuestionnaireResponse.model_validate(response)
    assert read.questionnaire == "urn:diemtua:screening:dast-10|A"
    first, *_, fourth = response["item"][:4]
    assert first["answer"][0]["valueCoding"]["code"] == "yes"
    assert "answer" not in fourth
    Observation.model_validate(score)
    assert score["valueInteger"] == 3
    assert loinc_of(score) == ["82667-7"]
    assert score["interpretation"][0]["coding"][0]["code"] == "moderate"
    assert score["derivedFrom"][0]["reference"] == f"urn:uuid:{response['id']}"


def test_items_that_do_not_apply_are_not_exported() -> None:
    response = exported(
        Result("audit-c", "", {"respondent.sex": "male", "q1": "never", "q2": "1_2"})
    )[0]
    assert [item["linkId"] for item in response["item"]] == ["respondent.sex", "q1"]


@pytest.mark.parametrize(
    ("name", "code"),
    [("phq-9", "44261-6"), ("phq-2", "55758-7"), ("audit-c", "75626-2"), ("dast-10", "82667-7")],
)
def test_totals_that_loinc_knows_have_its_code(name: str, code: str) -> None:
    observations = exported(Result(name, SHELF[name].wording.version, {}))[1:]
    assert [loinc_of(one) for one in observations if loinc_of(one)] == [[code]]


def test_answers_that_loinc_knows_are_observations_of_their_own() -> None:
    observations = exported(Result("phq-2", "", {"q1": "several_days", "q2": None}))[1:]
    first = next(one for one in observations if loinc_of(one) == ["44250-9"])
    assert first["valueCodeableConcept"]["coding"][0]["code"] == "several_days"
    assert ["44255-8"] not in [loinc_of(one) for one in observations]


def test_nobody_is_named_in_an_export() -> None:
    for resource in exported(Result("phq-9", "", {"q9": "several_days"})):
        assert not {"subject", "author", "source", "performer"} & set(resource)


@pytest.mark.parametrize("name", list(SHELF))
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_any_answers_make_valid_fhir(name: str, data: st.DataObject) -> None:
    answers = data.draw(some_answers(SHELF[name]))
    for resource in exported(Result(name, SHELF[name].wording.version, answers)):
        kind = (
            QuestionnaireResponse if "item" in resource or "authored" in resource else Observation
        )
        assert kind.model_validate(resource).id == resource["id"]


def test_an_instrument_that_is_not_at_hand_is_left_out() -> None:
    assert exported(Result("dudit", "", {})) == []
