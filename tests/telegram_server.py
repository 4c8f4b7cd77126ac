"""Telegram's side of one bot, in memory: updates with offsets, a webhook, answers said beforehand."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import parse_qs

import httpx

TO = {"chat_id": "700100200"}


def update(number: int, text: str, chat: int = 700100200) -> dict[str, Any]:
    """A person's message as Telegram tells of it."""
    person = {"id": chat, "is_bot": False, "first_name": "A", "language_code": "vi"}
    where = {"id": chat, "type": "private", "first_name": "A"}
    message = {"message_id": number, "from": person, "chat": where, "date": 1795400000}
    return {"update_id": number, "message": {**message, "text": text}}


def photo(number: int, file_id: str, caption: str = "", chat: int = 700100200) -> dict[str, Any]:
    """A person's photograph, in two sizes."""
    whole = update(number, "", chat)
    del whole["message"]["text"]
    sizes = [
        {"file_id": f"{file_id}-small", "file_unique_id": "s", "width": 90, "height": 60},
        {"file_id": file_id, "file_unique_id": "l", "width": 1280, "height": 853},
    ]
    whole["message"] |= {"photo": sizes, **({"caption": caption} if caption else {})}
    return whole


class TelegramServer:
    """`updates` wait to be asked for, each a JSON object or the raw bytes of one; `answers` are given
    before anything else. `files` are what people sent, by the files' ids. `idle` is set once somebody
    asks and nothing is left."""

    def __init__(self, *updates: dict[str, Any] | bytes) -> None:
        self.updates = list(updates)
        self.answers: list[httpx.Response | Exception] = []
        self.files: dict[str, bytes] = {}
        self.hook = ""
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.idle = asyncio.Event()
        self._more = asyncio.Event()

    def tell(self, one: dict[str, Any]) -> None:
        """One more update, for whoever waits."""
        self.idle.clear()
        self.updates.append(one)
        self._more.set()

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(self._answer))

    def called(self, method: str) -> list[dict[str, Any]]:
        return [body for name, body in self.calls if name == method]

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        method = request.url.path.rpartition("/")[2]
        self.calls.append((method, _fields(request)))
        if self.answers:
            given = self.answers.pop(0)
            if isinstance(given, Exception):
                raise given
            return given
        if "/file/bot" in request.url.path:
            return self._file(method)
        match method:
            case "getFile":
                return self._where(self.calls[-1][1].get("file_id", ""))
            case "getUpdates":
                return await self._updates(self.calls[-1][1])
            case "deleteWebhook":
                self.hook = ""
            case "getMe":
                return ok({"id": 5, "is_bot": True, "first_name": "B"})
            case "getWebhookInfo":
                info = {"url": self.hook, "has_custom_certificate": False}
                return ok({**info, "pending_update_count": 0})
            case "sendMessage":
                message = {
                    "message_id": 77,
                    "date": 1795400000,
                    "chat": {"id": 1, "type": "private"},
                }
                return ok({**message, "text": "a"})
        return ok(True)

    def _where(self, file_id: str) -> httpx.Response:
        if file_id not in self.files:
            return refusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        size = len(self.files[file_id])
        return ok({"file_id": file_id, "file_size": size, "file_path": f"photos/{file_id}.jpg"})

    def _file(self, name: str) -> httpx.Response:
        content = self.files.get(name.removesuffix(".jpg"))
        return httpx.Response(404) if content is None else httpx.Response(200, content=content)

    async def _updates(self, asked: dict[str, Any]) -> httpx.Response:
        if self.hook:
            return refusal(409, "Conflict: can't use getUpdates method while webhook is active")
        after = asked.get("offset", 0)
        self.updates = [
            one for one in self.updates if _number(one) is None or _number(one) >= after
        ]
        while not self.updates:
            self.idle.set()
            await self._more.wait()
            self._more.clear()
        raws = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in self.updates]
        body = b'{"ok": true, "result": [' + b", ".join(raws[: asked["limit"]]) + b"]}"
        return httpx.Response(200, content=body)


def ok(result: Any) -> httpx.Response:
    return httpx.Response(200, json={"ok": True, "result": result})


def refusal(code: int, description: str, **parameters: int) -> httpx.Response:
    body = {"ok": False, "error_code": code, "description": description}
    return httpx.Response(code, json=body | ({"parameters": parameters} if parameters else {}))


def _fields(request: httpx.Request) -> dict[str, Any]:
    if request.headers.get("content-type") == "application/json":
        fields: dict[str, Any] = json.loads(request.content)
        return fields
    return {key: value[0] for key, value in parse_qs(request.content.decode()).items()}


def _number(one: dict[str, Any] | bytes) -> Any:
    """The number of an update; raw bytes begin with theirs."""
    if isinstance(one, bytes):
        return int(one.partition(b":")[2].partition(b",")[0])
    return one.get("update_id")
