"""Pictures that people send on Zalo: where the webhook says they lie, and fetching them from there.

They lie on Zalo's own servers for files, open to whoever knows the address. The hosts are those seen in
public recordings of its webhooks; its documentation promises none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from bot.channels import MOST_PICTURES, SendResult
from bot.channels.download import download, is_on
from bot.channels.foreign import pick, written

HOSTS = ("zdn.vn", "zadn.vn", "dlfl.vn", "zalo.me")
_LONGEST_ADDRESS = 2000
_FILES = ("jpg", "jpeg", "png", "webp")


def of_account(event: Mapping[str, Any]) -> tuple[str, ...]:
    """The addresses of the pictures in an event of an Official Account: images, moving ones, and files
    that are images by their name."""
    attached = pick(event, "message", "attachments")
    listed = attached[:MOST_PICTURES] if isinstance(attached, list) else []
    return tuple(found for one in listed if _is_picture(one) and (found := _address(one)))


def of_bot(name: str, message: object) -> tuple[str, ...]:
    """The address of the picture in a message to a bot, whose event is called `name`."""
    if name != "message.image.received":
        return ()
    found = _fit(pick(message, "photo")) or _fit(pick(message, "photo_url"))
    return (found,) if found else ()


async def fetch(http: httpx.AsyncClient, address: str) -> bytes | SendResult:
    """The bytes at `address`, asked for by https also where it was told without."""
    secure = urlsplit(address)._replace(scheme="https").geturl()
    return await download(http, secure, lambda url: is_on(HOSTS, url))


def _is_picture(attached: object) -> bool:
    kind = written(pick(attached, "type"))
    if kind in ("image", "gif"):
        return True
    ending = (
        written(pick(attached, "payload", "type"))
        or written(pick(attached, "payload", "name")).rpartition(".")[2]
    )
    return kind == "file" and ending.lower() in _FILES


def _address(attached: object) -> str:
    return _fit(pick(attached, "payload", "url"))


def _fit(value: object) -> str:
    """`value` where it can be an address; "" else."""
    found = written(value).strip()
    return found if found.startswith(("https://", "http://")) and _can_be_read(found) else ""


def _can_be_read(address: str) -> bool:
    try:
        return len(address) <= _LONGEST_ADDRESS and bool(urlsplit(address).hostname)
    except ValueError:
        return False
