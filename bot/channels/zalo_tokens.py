"""The tokens of the Official Account: an access token for about 25 hours, and one to renew it with,
good for three months and for one use only.

Every use of the renewing token happens under a lock on its row, and what it brought is written in the
same transaction: two workers can neither burn it nor overwrite each other. Whoever waited for the
lock reads again. Where the database goes away in between, the new pair is kept in memory and written
as soon as it is back.
Source: Zalo's Official Account documentation, "Xác thực và ủy quyền cho ứng dụng".
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

import httpx
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.channel_tables import ChannelToken
from bot.channels.foreign import identity, read_object, written
from bot.errors import KeyRingBroken, where
from bot.privacy import KeyRing

log = structlog.get_logger()

CHANNEL = "zalo_oa"
_RECORD = f"channel_token:{CHANNEL}"
_ACCESS_LASTS = timedelta(hours=25)
_RENEWAL_LASTS = timedelta(days=90)
_RENEW_BEFORE = timedelta(hours=2)
_PATIENCE_SECONDS = 8.0
_AFTER_FAULT, _AFTER_REFUSAL = timedelta(minutes=1), timedelta(minutes=10)
_SETTLES = timedelta(seconds=10)
_LOOK_SECONDS, _LOOK_AGAIN_SECONDS = 300.0, 5.0
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


@dataclass(frozen=True)
class Standing:
    """How the account's tokens stand. "none": nobody ever consented; "fixed": neither, but the
    settings hold a token to begin with; "good"; "late": renewing fails at the moment; "refused": only a
    new consent helps."""

    kind: Literal["none", "fixed", "good", "late", "refused"]
    account: str = ""
    access_until: datetime | None = None
    renewed_at: datetime | None = None
    renew_until: datetime | None = None
    reason: str = ""

    @property
    def needs_consent(self) -> bool:
        return self.kind in ("none", "refused")


class FixedToken:
    """The one access token of the settings, which nobody can renew."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def current(self, refused: str = "") -> str:
        return self._token if self._token != refused else ""


class ZaloTokens:
    """The tokens as every process sees them: in the database, sealed with the key ring.

    Args:
        app: who we are at Zalo.
        http: the client that requests go through.
        sessions, ring: where tokens are kept, and what seals them.
        clock: the time, with its zone.
        first: an access token to begin with, until somebody consents; "" for none.
    """

    def __init__(
        self,
        app: App,
        http: httpx.AsyncClient,
        sessions: async_sessionmaker[AsyncSession],
        ring: KeyRing,
        clock: Callable[[], datetime],
        first: str = "",
    ) -> None:
        self.app = app
        self._http = http
        self._sessions = sessions
        self._ring = ring
        self._clock = clock
        self._first = first
        self._alone = asyncio.Lock()
        self._held: Pair | None = None
        self._unsaved: tuple[str, Pair] | None = None

    async def current(self, refused: str = "") -> str:
        """The access token to use now, renewed where it ends soon; another one than `refused`, which
        Zalo has just turned down; "" where there is none.

        Raises:
            SQLAlchemyError: the database does not answer.
        """
        usable = self._usable(refused)
        if usable and self._alone.locked():
            return usable  # Who is renewing may have to wait for Zalo; this one still holds.
        async with self._alone:
            usable = self._usable(refused)
            if usable and self._held and not self._held.is_due(self._clock()):
                return usable
            async with self._sessions.begin() as session:
                usable = await self._read_or_renew(session, refused)
            self._unsaved = None
        return usable or (self._first if self._first != refused else "")

    def _usable(self, refused: str) -> str:
        """The access token at hand, where it still holds and is safely stored; else ""."""
        held = self._held
        if held is None or self._unsaved or held.access == refused:
            return ""
        return held.access if self._clock() < held.until else ""

    async def consent(self, code: str, account: str) -> Refusal | None:
        """Take the tokens that the `code` of a consent stands for, in place of any others; None, or
        why there are none.

        Args:
            account: the id of the account that consented, "" where Zalo did not say.

        Raises:
            SQLAlchemyError: the database does not answer.
        """
        pair = await self._exchange({"grant_type": "authorization_code", "code": code})
        if isinstance(pair, Refusal):
            return pair
        async with self._alone, self._sessions.begin() as session:
            row = await _locked(session)
            if row is None:
                row = ChannelToken(channel=CHANNEL)
                session.add(row)
            row.account = account
            self._write(row, pair)
        self._held, self._unsaved = pair, None
        return None

    async def keep_fresh(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Renew in time, for ever, also while nobody writes; every process may run it."""
        while True:
            pause = _LOOK_SECONDS
            try:
                await self.current()
            except SQLAlchemyError as error:
                log.warning("zalo_tokens.database", error=where(error))
                pause = _LOOK_AGAIN_SECONDS
            await sleep(pause)

    async def standing(self, session: AsyncSession) -> Standing:
        """How the tokens stand now."""
        row = await session.get(ChannelToken, CHANNEL)
        if row is None:
            return Standing("fixed" if self._first else "none")
        now = self._clock()
        pair = self._open(row)
        stands = Standing(
            "good", row.account, row.access_until, row.renewed_at, row.renew_until, row.reason
        )
        if pair is None or row.refused_at is not None or now >= row.renew_until:
            return replace(stands, kind="refused")
        return replace(stands, kind="late") if row.tried_at or pair.is_due(now) else stands

    async def _read_or_renew(self, session: AsyncSession, refused: str) -> str:
        """The stored access token, renewed under the row's lock where that is due; "" for none."""
        row = await _locked(session)
        pair = self._open(row) if row else None
        if row is None or pair is None:
            self._held = None
            return ""
        if self._unsaved and self._unsaved[0] == pair.renewal:
            pair = self._unsaved[1]
            self._write(row, pair)
        self._held, now = pair, self._clock()
        if pair.access != refused and not pair.is_due(now):
            return pair.access
        if now < pair.since + _SETTLES:
            return ""  # Zalo turns down even what it just gave: another would fare no better.
        if row.tried_at is None or now >= row.tried_at + _pause(row):
            renewed = await self._renew(row, pair, now)
            if renewed is not None:
                return renewed.access
        return pair.access if pair.access != refused and now < pair.until else ""

    async def _renew(self, row: ChannelToken, pair: Pair, now: datetime) -> Pair | None:
        renewed = await self._exchange(
            {"grant_type": "refresh_token", "refresh_token": pair.renewal}
        )
        if isinstance(renewed, Pair):
            self._held, self._unsaved = renewed, (pair.renewal, renewed)
            self._write(row, renewed)
            return renewed
        log.error("zalo_tokens.not_renewed", reason=renewed.reason, final=renewed.final)
        row.tried_at, row.reason = now, renewed.reason
        if renewed.final:
            row.refused_at = row.refused_at or now
        return None

    async def _exchange(self, form: Mapping[str, str]) -> Pair | Refusal:
        """Ask Zalo for a pair. A used-up token may be answered with an empty 200, other faults with
        200 and `error_name`: only both tokens are a success."""
        try:
            response = await self._http.post(
                f"{self.app.oauth_url.rstrip('/')}/v4/oa/access_token",
                data={**form, "app_id": self.app.id},
                headers={"secret_key": self.app.secret},
                timeout=_PATIENCE_SECONDS,
            )
        except httpx.HTTPError as error:
            return Refusal(type(error).__name__, final=False)
        answer = read_object(response.content)
        access, renewal = written(answer.get("access_token")), written(answer.get("refresh_token"))
        if response.is_success and access and renewal:
            now = self._clock()
            return Pair(access, renewal, now, now + _lasts(answer.get("expires_in")))
        status, code = response.status_code, answer.get("error")
        passing = status in (408, 429) or status >= 500 or code == _LIMIT_REACHED
        return Refusal(identity(code) or f"HTTP {status}", final=not passing)

    def _write(self, row: ChannelToken, pair: Pair) -> None:
        tokens = json.dumps({"access": pair.access, "renewal": pair.renewal})
        row.sealed = self._ring.seal(tokens.encode(), _RECORD)
        row.renewed_at, row.access_until = pair.since, pair.until
        row.renew_until = pair.since + _RENEWAL_LASTS
        row.tried_at, row.refused_at, row.reason = None, None, ""

    def _open(self, row: ChannelToken) -> Pair | None:
        """The pair in a row; None where our key ring cannot open it any more."""
        try:
            tokens = json.loads(self._ring.unseal(row.sealed, _RECORD))
        except KeyRingBroken as error:
            log.error("zalo_tokens.sealed", error=where(error))
            return None
        return Pair(tokens["access"], tokens["renewal"], row.renewed_at, row.access_until)


async def _locked(session: AsyncSession) -> ChannelToken | None:
    return await session.get(ChannelToken, CHANNEL, with_for_update=True, populate_existing=True)


def _pause(row: ChannelToken) -> timedelta:
    """How long after a failed try not to try again. A refusal may have been our own settings' fault,
    so that it is tried again too, seldom."""
    return _AFTER_REFUSAL if row.refused_at else _AFTER_FAULT


def _lasts(expires_in: object) -> timedelta:
    """The life of an access token: Zalo gives seconds, as digits in a string."""
    digits = identity(expires_in)
    seconds = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 9 else 0
    return timedelta(seconds=seconds) if seconds else _ACCESS_LASTS
