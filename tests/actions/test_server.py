"""The action server gives nothing of a person's words back when an action fails."""

from __future__ import annotations

import json

from sanic import HTTPResponse, Request
from sanic.app import Sanic

from actions.__main__ import HOST, build_app, keep_request_private


def test_the_action_server_is_bound_to_loopback() -> None:
    assert HOST == "127.0.0.1"


async def test_a_failed_action_does_not_repeat_the_message() -> None:
    response = HTTPResponse(json.dumps({"request_body": "tôi tên Lan"}), status=500)
    await keep_request_private(Request.__new__(Request), response)
    assert "Lan" not in str(response.body)


async def test_a_good_answer_is_left_as_it_is() -> None:
    response = HTTPResponse('{"events": []}', status=200)
    await keep_request_private(Request.__new__(Request), response)
    assert json.loads(response.body or b"") == {"events": []}


def test_the_server_wears_the_guard() -> None:
    Sanic.test_mode = True
    guards = build_app().response_middleware
    assert keep_request_private in [getattr(guard, "func", guard) for guard in guards]
