"""A school's site on an origin of its own, with the chat on its pages."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.processes import free_port


class School:
    """A site that is not ours, under three names. `allowed` and `neighbour` are on the chat's list
    of origins, `neighbour` so near that a browser would let the frame store things."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.policies: dict[str, str] = {}
        school = self

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = school.pages.get(self.path, "").encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                if policy := school.policies.get(self.path):
                    self.send_header("Content-Security-Policy", policy)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Nobody reads it."""

        self._server = ThreadingHTTPServer(("127.0.0.1", free_port()), Answers)
        port = self._server.server_port
        self.allowed, self.neighbour = f"http://localhost:{port}", f"http://127.0.0.1:{port}"
        self.refused = f"http://truong.localhost:{port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def show(self, server: str) -> None:
        """Put the chat of `server` on the pages: as a script, as a frame, under a strict policy."""
        head = (
            '<!doctype html><html lang="vi"><meta charset="utf-8"><title>Trường</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            "<main><h1>Trường Hoa Sen</h1><p>Thông báo tuần này.</p></main>"
        )
        script = f'<script src="{server}/embed.js" async></script>'
        self.pages["/"] = self.pages["/strict"] = head + script
        self.policies["/strict"] = (
            f"default-src 'none'; script-src {server}; frame-src {server}; style-src 'none'"
        )
        self.pages["/frame"] = (
            f'{head}<iframe src="{server}/embed" title="Trò chuyện với Điểm Tựa" '
            'allow="geolocation" referrerpolicy="no-referrer" width="340" height="640"></iframe>'
        )

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
