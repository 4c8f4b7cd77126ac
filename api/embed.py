"""The chat inside another site's page: a frame, and a script of one line that opens it.

Which sites may do so is a list of origins (setting `embed_origins`). The browser keeps to it by the
frame's policy (Content Security Policy Level 3, frame-ancestors); the script does not even show its
button elsewhere. The site's page never sees what is said, and the frame stores nothing.
"""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request, Response

from api.chat import ELSEWHERE, chat_page, emergency
from api.public import Compressed

router = APIRouter()
STATIC = Path(__file__).parent / "static"
SCRIPT_LASTS_SECONDS = 600


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
