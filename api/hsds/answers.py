"""Answers that software may keep: with an ETag, and 304 where it has them already."""

from __future__ import annotations

from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from referral_directory.hsds.writing import write_json

_KEPT = {
    # A number that was corrected must not be told for long.
    "Cache-Control": "public, max-age=60",
    "X-Content-Type-Options": "nosniff",
}


def answer(request: Request, value: Any) -> Response:
    """The value as JSON, or 304 without it."""
    return answer_bytes(request, write_json(value), "application/json")


def answer_bytes(request: Request, body: bytes, media_type: str) -> Response:
    """These bytes, or 304 without them."""
    tag = tag_of(body)
    return not_modified(request, tag) or Response(
        body, headers=_headers(tag), media_type=media_type
    )


def stream(request: Request, parts: AsyncIterator[bytes], state: str, media_type: str) -> Response:
    """What is too long to hold at once. `state` changes whenever it does."""
    tag = tag_of(f"{request.url.path}?{request.url.query} {state}".encode())
    return not_modified(request, tag) or StreamingResponse(
        parts, headers=_headers(tag), media_type=media_type
    )


def tag_of(of: bytes) -> str:
    """Weak, as the same answer may be compressed or not."""
    return f'W/"{sha256(of).hexdigest()[:32]}"'


def not_modified(request: Request, tag: str) -> Response | None:
    """304 where the request names this tag, else nothing."""
    named = [one.strip() for one in request.headers.get("if-none-match", "").split(",")]
    weakly = {one.removeprefix("W/") for one in named}
    if tag.removeprefix("W/") in weakly or "*" in named:
        return Response(status_code=304, headers=_headers(tag))
    return None


def _headers(tag: str) -> dict[str, str]:
    return {"ETag": tag, **_KEPT}
