"""What each action asks of the conversation core, for the trackers Rasa sends it."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk.executor import ActionExecutor

from actions.commands import (
    SERVICE_KINDS,
    SMALL_TALK,
    AskFeedback,
    AskPlace,
    CallCounsellor,
    Command,
    DeleteData,
    FindAnswer,
    FindPlace,
    GiveHotlines,
    SmallTalk,
    StartScreening,
    TakeFeedback,
    Unsure,
    from_json,
    to_json,
)


async def _run(
    action: str,
    intent: str = "ask",
    text: str = "",
    slots: dict[str, Any] | None = None,
    entities: list[dict[str, Any]] | None = None,
    loop: str | None = None,
) -> tuple[list[Command], list[dict[str, Any]]]:
    executor = ActionExecutor()
    executor.register_package("actions")
    result = await executor.run(
        {
            "next_action": action,
            "domain": {},
            "tracker": {
                "sender_id": "a",
                "slots": slots or {},
                "latest_message": {
                    "text": text,
                    "intent": {"name": intent},
                    "entities": entities or [],
                },
                "events": [],
                "paused": False,
                "active_loop": {"name": loop} if loop else {},
                "latest_action_name": "action_listen",
            },
        }
    )
    assert result is not None
    commands = [from_json(reply["custom"]) for reply in result.responses]
    assert all(reply["text"] is None for reply in result.responses), "an action speaks no prose"
    return commands, result.events


@pytest.mark.parametrize(
    ("action", "command"),
    [
        ("action_give_hotlines", GiveHotlines()),
        ("action_start_screening", StartScreening()),
        ("action_call_counsellor", CallCounsellor()),
        ("action_ask_feedback_form_feedback", AskFeedback()),
        ("action_delete_data", DeleteData()),
        ("action_unsure", Unsure()),
    ],
)
async def test_a_plain_request_becomes_one_command(action: str, command: Command) -> None:
    assert await _run(action) == ([command], [])


async def test_a_question_carries_the_substance_it_names() -> None:
    entities = [
        {"entity": "place", "value": "Huế"},
        {"entity": "substance", "value": "methamphetamine"},
    ]
    commands, _ = await _run("action_find_answer", entities=entities)
    assert commands == [FindAnswer(substance="methamphetamine")]


async def test_a_question_without_a_substance_carries_none() -> None:
    assert (await _run("action_find_answer"))[0] == [FindAnswer()]


async def test_a_known_place_is_looked_for_and_then_forgotten() -> None:
    commands, events = await _run(
        "action_find_place", slots={"place": "Huế", "kind": "rehab_centre"}
    )
    assert commands == [FindPlace(place="Huế", kind="rehab_centre")]
    assert {event["name"]: event["value"] for event in events} == {"place": None, "kind": None}


async def test_a_kind_of_service_that_is_not_listed_is_left_out() -> None:
    commands, _ = await _run("action_ask_place_form_place", slots={"kind": "__other__"})
    assert commands == [AskPlace()]


@pytest.mark.parametrize("kind", SERVICE_KINDS)
async def test_the_place_is_asked_for_with_the_kind_wanted(kind: str) -> None:
    commands, _ = await _run("action_ask_place_form_place", slots={"kind": kind})
    assert commands == [AskPlace(kind=kind)]


@pytest.mark.parametrize(
    ("intent", "helpful"),
    [
        ("feedback_good", True),
        ("affirm", True),
        ("feedback_bad", False),
        ("deny", False),
        ("nlu_fallback", None),
    ],
)
async def test_feedback_is_taken_and_its_words_are_forgotten(
    intent: str, helpful: bool | None
) -> None:
    commands, events = await _run("action_take_feedback", intent, slots={"feedback": "dài quá"})
    assert commands == [TakeFeedback(helpful=helpful)]
    assert [(event["name"], event["value"]) for event in events] == [("feedback", None)]


@pytest.mark.parametrize(
    ("intent", "about"),
    [("greet", "greeting"), ("deny", "never_mind")]
    + [(about, about) for about in SMALL_TALK if about not in {"greeting", "never_mind"}],
)
async def test_small_talk_is_about_what_was_said(intent: str, about: str) -> None:
    assert (await _run("action_small_talk", intent))[0] == [SmallTalk(about=about)]


async def test_a_few_unknown_words_after_asking_for_a_place_are_looked_up_as_a_place() -> None:
    commands, _ = await _run(
        "action_unsure", "nlu_fallback", "Nà Phặc", {"kind": "loan"}, loop="place_form"
    )
    assert commands == [FindPlace(place="Nà Phặc", kind="loan")]


async def test_a_long_unknown_sentence_after_asking_for_a_place_is_not_a_place() -> None:
    text = "mình thấy mọi chuyện cứ rối tung lên hết"
    assert (await _run("action_unsure", "nlu_fallback", text, loop="place_form"))[0] == [Unsure()]


async def test_a_few_unknown_words_elsewhere_are_not_a_place() -> None:
    assert (await _run("action_unsure", "nlu_fallback", "Nà Phặc"))[0] == [Unsure()]


def test_every_command_survives_the_way_over_json() -> None:
    for command in (FindPlace("Huế", "loan"), SmallTalk("repeat"), TakeFeedback(None), Unsure()):
        assert from_json(to_json(command)) == command
