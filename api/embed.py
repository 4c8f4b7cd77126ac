"""The chat inside another site's page: a frame, and a script of one line that opens it.

Which sites may do so is a list of origins (setting `embed_origins`). The browser keeps to it by the
frame's policy (Content Security Policy Level 3, frame-ancestors); the script does not even show its
button elsewhere. The site's page never sees what is said, and the frame stores nothing.
"""

from __future__ import annotations

import re
from pathlib import Path

from fastapi import APIRouter, Request, Response

from api.chat import ELSEWHERE, chat_page, emergency
from api.public import Compressed
from bot.errors import SettingsBroken

router = APIRouter()
STATIC = Path(__file__).parent / "static"
SCRIPT_LASTS_SECONDS = 600
_HOST = re.compile(r"(?!-)[a-z0-9.-]+(?::[0-9]{1,5})?")
_LOOPBACK = ("localhost", "127.0.0.1")


def read_origins(text: str) -> tuple[str, ...]:
    """The origins in a setting, as browsers write them; they are separated by spaces.

    Raises:
        SettingsBroken: one is no https origin (a path, a wildcard, http beyond this machine).
    """
    origins = tuple(dict.fromkeys(part.rstrip("/").lower() for part in text.split()))
    for origin in origins:
        if not _is_origin(origin):
            raise SettingsBroken(
                f"DIEMTUA_EMBED_ORIGINS có “{origin}” không dùng được. Mỗi trang là một địa chỉ dạng "
                "https://truong.example, không có phần sau tên miền; cách nhau bằng dấu cách."
            )
    return origins


def _is_origin(text: str) -> bool:
    scheme, _, host = text.partition("://")
    if not _HOST.fullmatch(host):
        return False
    return scheme == "https" or (scheme == "http" and host.partition(":")[0] in _LOOPBACK)


async def frame(request: Request) -> Response:
    """The chat page for a frame on an allowed site."""
    return chat_page(request, request.app.state.embed_origins, framed=True)


async def script(request: Request) -> Response:
    """What `<script src="…/embed.js" async></script>` runs on an allowed site."""
    site = {
        "origins": request.app.state.embed_origins,
        "emergency": emergency(request),
        "elsewhere": ELSEWHERE,
    }
    widget = request.app.state.templates.get_template("embed.js").render(site=site)
    shift = (STATIC / "shift.js").read_text("utf-8")
    return Response(
        f"(() => {{\n{shift}\n{widget}\n}})();\n",
        media_type="text/javascript",
        headers={
            "Cache-Control": f"public, max-age={SCRIPT_LASTS_SECONDS}",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "X-Content-Type-Options": "nosniff",
        },
    )


for path, answer in (("/embed", frame), ("/embed.js", script)):
    router.add_api_route(
        path, answer, route_class_override=Compressed, include_in_schema=False, response_model=None
    )
