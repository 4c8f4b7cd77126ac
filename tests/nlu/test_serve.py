"""What serving changes in Rasa: no text in its log, and one check of the schema of replies."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from rasa.core.actions.action import RemoteAction

from nlu_data import serve
from nlu_data.environment import PROJECT, prepare
from tests.nlu.model import ActionsHere


@pytest.fixture
def action(monkeypatch: pytest.MonkeyPatch) -> Iterator[RemoteAction]:
    """An action as Rasa runs it while serving."""
    original = RemoteAction._validate_action_result
    serve.check_action_replies_with_one_validator()
    yield RemoteAction("action_unsure", ActionsHere())
    RemoteAction._validate_action_result = original


@pytest.mark.parametrize(
    "reply", [{"events": "none"}, {"events": [{}]}, {"responses": ["prose"]}, ["no object"]]
)
def test_a_malformed_reply_of_an_action_is_still_refused(action: RemoteAction, reply: Any) -> None:
    with pytest.raises(jsonschema.ValidationError):
        action._validate_action_result(reply)


def test_a_good_reply_of_an_action_is_accepted(action: RemoteAction) -> None:
    slot = {"event": "slot", "name": "place", "value": None, "timestamp": None}
    assert action._validate_action_result({"events": [slot], "responses": [{"custom": {}}]})


def test_a_failed_message_is_logged_without_its_text(caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("rasa.core.channels.rest")
    guard = serve.WithoutText()
    log.addFilter(guard)
    try:
        log.error('{"text": "tôi tên %s"}', "Zyxwv", exc_info=ValueError("Zyxwv"))
    finally:
        log.removeFilter(guard)
    assert "Zyxwv" not in caplog.text
    assert [record.message for record in caplog.records] == ["a message could not be understood"]


def test_rasa_is_served_on_loopback_without_its_management_api(
    monkeypatch: pytest.MonkeyPatch, model: Path
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr("rasa.__main__.main", lambda: started.append(list(sys.argv)))
    monkeypatch.setattr("sys.argv", [])
    monkeypatch.setenv("RASA_PORT", "5999")
    monkeypatch.setattr(serve, "check_action_replies_with_one_validator", lambda: None)
    serve.main()
    (arguments,) = started
    assert {"--interface=127.0.0.1", "--port=5999", f"--model={model}"} <= set(arguments)
    assert not any("enable-api" in argument or "cors" in argument for argument in arguments)


def test_telemetry_is_off_whatever_the_caller_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RASA_TELEMETRY_ENABLED", "true")
    prepare()
    assert os.environ["RASA_TELEMETRY_ENABLED"] == "false"


def test_only_the_rest_channel_is_open() -> None:
    assert (PROJECT / "credentials.yml").read_text("utf-8").split() == ["rest:"]
