"""Asking Zalo for tokens: one answer a question, nothing remembered.

Source: Zalo's Official Account documentation, "Xác thực và ủy quyền cho ứng dụng".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx

from bot.channels.foreign import identity, read_object, written

_ACCESS_LASTS = timedelta(hours=25)
_RENEW_BEFORE = timedelta(hours=2)
_PATIENCE_SECONDS = 8.0
_LIMIT_REACHED = -32


@dataclass(frozen=True)
class App:
    """Our application at Zalo: its id, its secret key, and where it asks for tokens."""

    id: str
    secret: str = field(repr=False)
    oauth_url: str = "https://oauth.zaloapp.com"


@dataclass(frozen=True)
class Pair:
    """An access token, what renews it, and the hours between which the former holds."""

    access: str = field(repr=False)
    renewal: str = field(repr=False)
    since: datetime
    until: datetime

    def is_due(self, now: datetime) -> bool:
        """Whether it is time to renew: two hours before its end, or for the last quarter of a life
        that is shorter than a day."""
        return now >= self.until - min(_RENEW_BEFORE, (self.until - self.since) / 4)


@dataclass(frozen=True)
class Refusal:
    """No pair. `final`: the code or token will never do; else it is worth another try. `reason` is
    Zalo's code or the kind of the fault."""

    reason: str
    final: bool


async def exchange(
    app: App, http: httpx.AsyncClient, form: Mapping[str, str], clock: Callable[[], datetime]
) -> Pair | Refusal:
    """Ask Zalo for a pair. A used-up token may be answered with an empty 200, other faults with
    200 and `error_name`: only both tokens are a success."""
    try:
        response = await http.post(
            f"{app.oauth_url.rstrip('/')}/v4/oa/access_token",
            data={**form, "app_id": app.id},
            headers={"secret_key": app.secret},
            timeout=_PATIENCE_SECONDS,
        )
    except httpx.HTTPError as error:
        return Refusal(type(error).__name__, final=False)
    answer = read_object(response.content)
    access, renewal = written(answer.get("access_token")), written(answer.get("refresh_token"))
    if response.is_success and access and renewal:
        now = clock()
        return Pair(access, renewal, now, now + _lasts(answer.get("expires_in")))
    status, code = response.status_code, answer.get("error")
    passing = status in (408, 429) or status >= 500 or code == _LIMIT_REACHED
    return Refusal(identity(code) or f"HTTP {status}", final=not passing)


def _lasts(expires_in: object) -> timedelta:
    """The life of an access token: Zalo gives seconds, as digits in a string."""
    digits = identity(expires_in)
    seconds = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 9 else 0
    return timedelta(seconds=seconds) if seconds else _ACCESS_LASTS
