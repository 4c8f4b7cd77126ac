"""Which sites may show the chat in a frame."""

from __future__ import annotations

import re

from bot.errors import SettingsBroken

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
