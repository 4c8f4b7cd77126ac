"""What any site's page may read: the directory, which is public and knows nobody."""

from __future__ import annotations

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

OPEN = ("/directory/", "/hsds")


class OpenToAnySite:
    """Lets pages of every origin read the directory's answers, refusals too; by GET, without cookies.
    All other addresses stay as they are."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._open = CORSMiddleware(app, allow_origins=["*"], allow_methods=["GET"])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_open = scope["type"] == "http" and scope["path"].startswith(OPEN)
        await (self._open if is_open else self._app)(scope, receive, send)
