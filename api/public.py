"""What anyone's browser may fetch, made small: a slow phone on a 3G network loads all of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from fastapi.routing import APIRoute
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

SMALLEST_BYTES = 500
CONSOLE_WORKER = "console-worker.js"
"""The script that the console's pages let stand between them and the network."""


class Compressed(APIRoute):
    """A route whose answers are compressed for browsers that take it.

    Only for what holds nobody's words: compression beside a secret tells its length (BREACH), so
    the console and the chat's own answers go as they are.
    """

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await GZipMiddleware(super().handle, minimum_size=SMALLEST_BYTES)(scope, receive, send)


class _CheckedFiles(StaticFiles):
    """Kept by browsers, and asked about each time: after an update no page mixes old and new."""

    def file_response(
        self, full_path: str | os.PathLike[str], *given: Any, **named: Any
    ) -> Response:
        response = super().file_response(full_path, *given, **named)
        response.headers["Cache-Control"] = "no-cache"
        if Path(full_path).suffix == ".webmanifest":
            response.headers["Content-Type"] = "application/manifest+json"
        if Path(full_path).name == CONSOLE_WORKER:
            response.headers["Service-Worker-Allowed"] = "/console"
        return response


def public_files(folder: Path) -> ASGIApp:
    """The files of `folder`, compressed."""
    return GZipMiddleware(_CheckedFiles(directory=folder), minimum_size=SMALLEST_BYTES)
