"""Serve the current model on loopback: `nlu_data/.venv/bin/python -m nlu_data.serve`.

Reads RASA_PORT (5105), ACTIONS_PORT (5155, where the action server listens) and RASA_DATABASE_URL.
Only Rasa's REST channel is open; its management API, which shows trackers, stays off.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import Any

from nlu_data.environment import PROJECT, prepare
from nlu_data.train import current_model

_SPEAKS_OF_TEXT = "rasa.core.channels.rest"


class WithoutText(logging.Filter):
    """Keeps a log record and takes away what it says: Rasa puts a failed message's text there."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true."""
        record.msg, record.args = "a message could not be understood", None
        record.exc_info = record.exc_text = None
        return True


def check_action_replies_with_one_validator() -> None:
    """Let Rasa check the action server's replies as before, but their schema only once.

    Rasa 3.6.21 has the schema itself checked at every reply, which is four fifths of the work of a
    message (35 of 42 ms, measured) and can find nothing new.
    """
    from jsonschema.validators import validator_for
    from rasa.core.actions.action import RemoteAction

    schema = RemoteAction.action_response_format_spec()
    kind = validator_for(schema)
    kind.check_schema(schema)
    validator = kind(schema)

    def validate(self: RemoteAction, reply: dict[str, Any]) -> bool:
        validator.validate(reply)
        return True

    RemoteAction._validate_action_result = validate


def main() -> None:
    """Serve until told to stop.

    Raises:
        SystemExit: the model for the files as they are has not been trained.
    """
    prepare()
    model = current_model()
    if not model.exists():
        raise SystemExit("No Rasa model for these files: run python -m nlu_data.train first.")
    logging.getLogger(_SPEAKS_OF_TEXT).addFilter(WithoutText())
    check_action_replies_with_one_validator()
    from rasa.__main__ import main as rasa

    sys.argv = [
        "rasa",
        "run",
        f"--model={model}",
        "--interface=127.0.0.1",
        f"--port={os.environ['RASA_PORT']}",
        f"--endpoints={PROJECT / 'endpoints.yml'}",
        f"--credentials={PROJECT / 'credentials.yml'}",
    ]
    rasa()


if __name__ == "__main__":
    main()
