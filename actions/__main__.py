"""The action server, for Rasa alone: one process, bound to loopback.

`python -m actions`; the port is ACTIONS_PORT, 5155 where unset. The SDK's own command listens on
every network and, when an action fails, sends the whole request back, which Rasa would then log:
both are changed here.
"""

from __future__ import annotations

import json
import os
from typing import Any

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor
from sanic import Request, Sanic
from sanic.response import BaseHTTPResponse

HOST = "127.0.0.1"
PORT = 5155


async def keep_request_private(request: Request, response: BaseHTTPResponse) -> None:
    """Leave out of an error what the person wrote."""
    if response.status >= 500:
        response.body = json.dumps({"error": "the action failed"}).encode()


def build_app() -> Sanic[Any, Any]:
    """The SDK's application with this package's actions."""
    executor = ActionExecutor()
    executor.register_package("actions")
    app: Sanic[Any, Any] = create_app(executor, cors_origins=[])
    app.register_middleware(keep_request_private, "response")
    app.config.KEEP_ALIVE_TIMEOUT = 120
    return app


def main() -> None:
    """Serve until told to stop."""
    port = int(os.environ.get("ACTIONS_PORT", PORT))
    build_app().run(host=HOST, port=port, single_process=True, access_log=False, motd=False)


if __name__ == "__main__":
    main()
