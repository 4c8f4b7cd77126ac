"""What people say and which commands come back, from the trained model, its rules and actions."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from ruamel.yaml import YAML

from actions.commands import from_json
from nlu_data.environment import PROJECT
from nlu_data.tracker import BoundedTrackerStore
from tests.nlu.model import Say, Talker

CASES = YAML(typ="safe").load(PROJECT / "eval" / "conversations.yml")


def _differences(given: list[dict[str, Any]], expected: list[dict[str, Any]]) -> list[str]:
    """Where the commands given differ from those expected, in words; nothing where they agree."""
    names = [command["command"] for command in given]
    wanted = [name for command in expected for name in command]
    if names != wanted:
        return [f"gave {given}, expected {expected}"]
    return [
        f"{name}.{field} is {command[field]!r}, expected {value!r}"
        for command, want in zip(given, expected, strict=True)
        for name, fields in want.items()
        for field, value in fields.items()
        if command[field] != value
    ]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_conversation(case: dict[str, Any], say: Say) -> None:
    wrong = []
    for turn in case["turns"]:
        given = say(turn["says"])
        for command in given:
            from_json(command)
        wrong += [f"{turn['says']!r}: {what}" for what in _differences(given, turn["expects"])]
    assert wrong == []


def test_the_place_form_survives_a_restart_of_rasa(talker: Talker, sender: str) -> None:
    talker.say(sender, "tìm trung tâm cai nghiện")
    store = talker.agent.tracker_store
    assert isinstance(store, BoundedTrackerStore)
    tracker = asyncio.run(store.retrieve(sender))
    assert tracker is not None
    assert tracker.active_loop_name == "place_form"
    assert tracker.get_slot("requested_slot") == "place"
    assert tracker.get_slot("kind") == "rehab_centre"


def test_nothing_that_was_written_is_remembered(talker: Talker, sender: str) -> None:
    for text in (
        "tìm chỗ uống methadone",
        "tôi là Bùi Thị Zyxwv, số 0912345678",
        "xã Qwertyuiop",
        "mình muốn góp ý",
        "câu trả lời Zyxwv",
        "tìm trung tâm cai nghiện ở Zyxwv",
        "tìm trung tâm cai nghiện",
    ):
        talker.say(sender, text)
        row = talker.agent.tracker_store.remembered(sender)
        for planted in ("Zyxwv", "Qwertyuiop", "0912345678", "methadone", "tìm"):
            assert planted not in row


def test_a_turn_costs_the_same_after_a_hundred_turns(talker: Talker, sender: str) -> None:
    sizes = []
    for _ in range(100):
        talker.say(sender, "cai nghiện bắt buộc mất bao lâu")
        tracker = asyncio.run(talker.agent.tracker_store.retrieve(sender))
        assert tracker is not None
        sizes.append(len(tracker.events))
    assert set(sizes[1:]) == {sizes[1]}
