"""Zalo's servers on loopback, as far as its documentation says how they behave: tokens that rotate,
and messages that need the newest."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import httpx

APP, APP_SECRET, OA = "100200300400500600", "app-secret-of-the-tests", "3001002003004005006"


class ZaloServer(ThreadingHTTPServer):
    """`asked` are the grants that were asked for, `sent` the messages taken. `answers` are what the
    token page says next instead of its own mind: (status, body); `meanwhile` is run while it thinks."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.access, self.renewal, self.lasts = "A0", "R0", "90000"
        self.asked: list[str] = []
        self.sent: list[dict[str, Any]] = []
        self.refusals: list[int] = []
        self.answers: list[tuple[int, str]] = []
        self.meanwhile: Callable[[], None] = lambda: None
        self._rotations = 0
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def rotate(self) -> dict[str, str]:
        """A new pair; the old one is worth nothing from now on."""
        self._rotations += 1
        self.access, self.renewal = f"A{self._rotations}", f"R{self._rotations}"
        pair = {"access_token": self.access, "refresh_token": self.renewal}
        return {**pair, "expires_in": self.lasts}

    def give_tokens(self, form: dict[str, str], secret: str) -> tuple[int, str]:
        self.asked.append(form.get("grant_type", ""))
        self.meanwhile()
        if self.answers:
            return self.answers.pop(0)
        if secret != APP_SECRET or form.get("app_id") != APP:
            return 200, json.dumps({"error": -14004, "error_name": "Invalid secret key"})
        right = {"authorization_code": ("code", "good"), "refresh_token": (None, self.renewal)}
        name, value = right[form["grant_type"]]
        if form.get(name or "refresh_token") != value:
            return 200, json.dumps({"error": -14014, "error_name": "Invalid token"})
        return 200, json.dumps(self.rotate())

    def take(self, body: dict[str, Any], token: str | None) -> dict[str, Any]:
        if token != self.access:
            return {"error": -216, "message": "Access token is invalid"}
        if self.refusals:
            return {"error": self.refusals.pop(0), "message": "…"}
        if body:
            self.sent.append(body)
        return {"error": 0, "message": "Success", "data": {"message_id": f"m{len(self.sent)}"}}

    def close(self) -> None:
        self.shutdown()
        self.server_close()


class ZaloFiles:
    """Zalo's servers for what people send, in memory: `files` are answers by their address, `asked` the
    addresses that were asked for."""

    def __init__(self) -> None:
        self.files: dict[str, httpx.Response | Exception] = {}
        self.asked: list[str] = []

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        given = self.files.get(str(request.url), httpx.Response(404))
        if isinstance(given, Exception):
            raise given
        return given


class _Answering(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        zalo = self.server
        assert isinstance(zalo, ZaloServer)
        raw = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path == "/v4/oa/access_token":
            form = {name: values[-1] for name, values in parse_qs(raw.decode()).items()}
            self._answer(*zalo.give_tokens(form, self.headers.get("secret_key", "")))
        else:
            body = json.loads(raw) if raw else {}
            self._answer(200, json.dumps(zalo.take(body, self.headers.get("access_token"))))

    do_GET = do_POST

    def _answer(self, status: int, body: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
