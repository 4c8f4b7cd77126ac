"""Files that people send on Telegram: asked for by their id, fetched from where the Bot API says.

https://core.telegram.org/bots/api#getfile
"""

from __future__ import annotations

import re

import httpx

from bot.channels import SendResult
from bot.channels.download import MOST_BYTES, TOO_BIG, download
from bot.channels.foreign import pick, read_object, written

_PATH = re.compile(r"[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)*(?:\.[A-Za-z0-9]+)?")


class Files:
    """The files of one bot.

    Args:
        http: the client that requests go through.
        base_url: where the Bot API is, without the trailing "/bot".
        token: the bot's token.
    """

    def __init__(self, http: httpx.AsyncClient, base_url: str, token: str) -> None:
        self._http = http
        self._ask = f"{base_url}/bot{token}/getFile"
        self._below = f"{base_url}/file/bot{token}/"

    async def fetch(self, file_id: str) -> bytes | SendResult:
        """What Telegram keeps under `file_id`, or why it cannot be had."""
        try:
            response = await self._http.post(self._ask, json={"file_id": file_id})
        except httpx.HTTPError as error:
            return SendResult("retry", type(error).__name__)
        answer = read_object(response.content)
        if response.status_code != 200:
            return _refusal(response.status_code, written(answer.get("description")))
        size = pick(answer, "result", "file_size")
        if type(size) is int and size > MOST_BYTES:
            return SendResult("reject", TOO_BIG)
        path = written(pick(answer, "result", "file_path"))
        if not _PATH.fullmatch(path):
            return SendResult("retry", "no file path")
        url = self._below + path
        return await download(self._http, url, lambda asked: asked == url)


def _refusal(status: int, description: str) -> SendResult:
    reason = f"HTTP {status}"
    if status == 400:
        return SendResult("reject", TOO_BIG if "too big" in description else reason)
    return SendResult("auth" if status in (401, 404) else "retry", reason)
