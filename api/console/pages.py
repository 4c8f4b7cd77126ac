"""Pages out, forms in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from fastapi import Request, Response

from api.console import access, words
from bot.catalogue import N_, _
from bot.errors import DiemTuaError, TooLong

MOST_BYTES = 64_000
DATABASE_DOWN = N_("Cơ sở dữ liệu không trả lời. Chữ bạn gõ còn ở đây; thử lại sau ít phút.")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Vary": "HX-Request",
}


def render(request: Request, name: str, context: Mapping[str, Any], status: int = 200) -> Response:
    """The template console/`name`, with `words`, `access` and the time at hand, nothing to be kept."""
    state = request.app.state
    response: Response = state.templates.TemplateResponse(
        request,
        f"console/{name}",
        {
            "words": words,
            "access": access,
            "places": state.runtime.gazetteer,
            "now": state.runtime.clock(),
            **context,
        },
        status_code=status,
        headers=HEADERS,
    )
    return response


def error_page(request: Request, error: DiemTuaError) -> Response:
    """A small page with the error's line and a way back."""
    return render(request, "error.html", {"line": _(error.line)}, error.status)


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a posted form; broken UTF-8 is replaced, a field sent twice keeps its last.

    Raises:
        TooLong: more than MOST_BYTES.
    """
    raw = b""
    async for part in request.stream():
        raw += part
        if len(raw) > MOST_BYTES:
            raise TooLong(_("Nội dung dài quá nên chưa gửi. Bạn chia thành vài tin nhé."))
    return dict(parse_qsl(raw.decode("ascii", "replace"), keep_blank_values=True, errors="replace"))
