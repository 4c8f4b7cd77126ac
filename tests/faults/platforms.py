"""Telegram's and Zalo's servers for the storm: they write down what they accept, and can be cut off.

What stands in `accepted` is what people would see on their phones, whether or not our process ever
got to hear that it was accepted.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from api.app import Wired, wire
from bot.settings import Settings
from tests.faults.tally import Told

TELEGRAM_TOKEN, TELEGRAM_SECRET = "100:storm", "the-storms-own-secret"
ZALO_APP, ZALO_SECRET, ZALO_TOKEN = "100200300400", "the-storms-other-secret", "the-storms-token"


class Platforms:
    """Both platforms on one loopback port.

    `accepted` has what was taken for a (channel, person), oldest first; who puts a function under
    the same key of `listening` is told of each. `refused` is the share of sends that are told to
    come again: by Telegram's 429, by Zalo's 503.
    """

    def __init__(self, rng: random.Random, refused: float) -> None:
        self._rng, self._refused = rng, refused
        self._numbers = itertools.count(1)
        self.accepted: dict[tuple[str, str], list[Told]] = {}
        self.listening: dict[tuple[str, str], Callable[[], None]] = {}
        app = web.Application()
        app.router.add_post(f"/bot{TELEGRAM_TOKEN}/{{method}}", self._telegram)
        app.router.add_post("/v3.0/oa/message/cs", self._zalo)
        app.router.add_route("*", "/{other:.*}", self._nothing)
        self._runner = web.AppRunner(app)
        self._site: web.TCPSite | None = None
        self.port = 0

    async def start(self) -> None:
        await self._runner.setup()
        await self.reach()

    async def reach(self) -> None:
        """Be there, on the port of the first time."""
        self._site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await self._site.start()
        self.port = self._runner.addresses[0][1]

    async def cut_off(self) -> None:
        """Be gone in the middle of every call: what was accepted stays so, unheard."""
        assert self._site is not None
        assert self._runner.server is not None
        await self._site.stop()
        for connection in list(self._runner.server.connections):
            if connection.transport is not None:
                connection.transport.abort()

    async def stop(self) -> None:
        await self._runner.cleanup()

    @property
    def settings(self) -> dict[str, str]:
        """What our processes are told."""
        return {
            "DIEMTUA_TELEGRAM_TOKEN": TELEGRAM_TOKEN,
            "DIEMTUA_TELEGRAM_SECRET": TELEGRAM_SECRET,
            "DIEMTUA_TELEGRAM_BASE_URL": f"http://127.0.0.1:{self.port}",
            "DIEMTUA_ZALO_OA_APP_ID": ZALO_APP,
            "DIEMTUA_ZALO_OA_SECRET": ZALO_SECRET,
            "DIEMTUA_ZALO_OA_ACCESS_TOKEN": ZALO_TOKEN,
            "DIEMTUA_ZALO_OA_BASE_URL": f"http://127.0.0.1:{self.port}",
        }

    def wire(self, database_url: str, data_dir: Path) -> Wired:
        """What one of our own processes would hold open that was told the same."""
        told = {name.removeprefix("DIEMTUA_").lower(): v for name, v in self.settings.items()}
        more = {"DATABASE_URL": database_url, "data_dir": data_dir}
        return wire(Settings.model_validate(told | more))

    async def _telegram(self, request: web.Request) -> web.Response:
        if request.match_info["method"] != "sendMessage":
            return web.json_response({"ok": True, "result": True})
        if self._rng.random() < self._refused:
            body = {"ok": False, "error_code": 429, "description": "Too Many Requests"}
            return web.json_response({**body, "parameters": {"retry_after": 1}}, status=429)
        fields = await _fields(request)
        chat = str(fields["chat_id"])
        await self._accept(request, "telegram", chat, str(fields["text"]))
        where = {"id": int(chat), "type": "private", "first_name": "A"}
        sent = {"message_id": next(self._numbers), "date": int(time.time()), "chat": where}
        return web.json_response({"ok": True, "result": {**sent, "text": fields["text"]}})

    async def _zalo(self, request: web.Request) -> web.Response:
        if self._rng.random() < self._refused:
            return web.json_response({}, status=503)
        fields = await _fields(request)
        person, text = fields["recipient"]["user_id"], fields["message"]["text"]
        await self._accept(request, "zalo_oa", person, text)
        sent = {"message_id": f"m{next(self._numbers)}"}
        return web.json_response({"error": 0, "message": "Success", "data": sent})

    async def _accept(self, request: web.Request, channel: str, person: str, text: str) -> None:
        """Take a message; a moment passes until the sender hears so, in which much can happen."""
        told = Told(text, time.monotonic())
        self.accepted.setdefault((channel, person), []).append(told)
        if (channel, person) in self.listening:
            self.listening[channel, person]()
        await asyncio.sleep(self._rng.uniform(0.005, 0.06))
        told.heard = request.transport is not None and not request.transport.is_closing()

    async def _nothing(self, request: web.Request) -> web.Response:
        return web.json_response({"ok": False, "error": -1}, status=404)


async def _fields(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        body: dict[str, Any] = json.loads(await request.read())
        return body
    return dict(await request.post())
