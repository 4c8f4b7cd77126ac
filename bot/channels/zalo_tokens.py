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
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

import httpx
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from bot.channel_tables import ChannelToken
from bot.channels.zalo_oauth import App, Pair, Refusal, exchange
from bot.errors import KeyRingBroken, where
from bot.privacy import KeyRing

log = structlog.get_logger()

CHANNEL = "zalo_oa"
_RECORD = f"channel_token:{CHANNEL}"
_RENEWAL_LASTS = timedelta(days=90)
_AFTER_FAULT, _AFTER_REFUSAL = timedelta(minutes=1), timedelta(minutes=10)
_SETTLES = timedelta(seconds=10)
_LOOK_SECONDS, _LOOK_AGAIN_SECONDS = 300.0, 5.0

Tell = Callable[[AsyncSession], Awaitable[None]]
"""Whom to tell of a lost consent, within the commit that remembers it."""


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
        form = {"grant_type": "authorization_code", "code": code}
        pair = await exchange(self.app, self._http, form, self._clock)
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

    async def keep_fresh(
        self,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        tell: Tell | None = None,
    ) -> None:
        """Renew in time, for ever, also while nobody writes; every process may run it. `tell` is asked
        once for each time that a consent was lost."""
        while True:
            pause = _LOOK_SECONDS
            try:
                await self.current()
                if tell is not None:
                    await self.tell_of_loss(tell)
            except SQLAlchemyError as error:
                log.warning("zalo_tokens.database", error=where(error))
                pause = _LOOK_AGAIN_SECONDS
            await sleep(pause)

    async def tell_of_loss(self, tell: Tell) -> None:
        """Where a consent was given and is lost, and nobody was told yet, `tell` in the same commit.

        Raises:
            SQLAlchemyError: the database does not answer; nothing was told.
        """
        async with self._sessions.begin() as session:
            row = await _locked(session)
            if row is None or row.loss_told_at or not self._stands(row).needs_consent:
                return
            await tell(session)
            row.loss_told_at = self._clock()
        log.error("zalo_tokens.lost", reason=row.reason)

    async def standing(self, session: AsyncSession) -> Standing:
        """How the tokens stand now."""
        return self._stands(await session.get(ChannelToken, CHANNEL))

    def _stands(self, row: ChannelToken | None) -> Standing:
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
        form = {"grant_type": "refresh_token", "refresh_token": pair.renewal}
        renewed = await exchange(self.app, self._http, form, self._clock)
        if isinstance(renewed, Pair):
            self._held, self._unsaved = renewed, (pair.renewal, renewed)
            self._write(row, renewed)
            return renewed
        log.error("zalo_tokens.not_renewed", reason=renewed.reason, final=renewed.final)
        row.tried_at, row.reason = now, renewed.reason
        if renewed.final:
            row.refused_at = row.refused_at or now
        return None

    def _write(self, row: ChannelToken, pair: Pair) -> None:
        tokens = json.dumps({"access": pair.access, "renewal": pair.renewal})
        row.sealed = self._ring.seal(tokens.encode(), _RECORD)
        row.renewed_at, row.access_until = pair.since, pair.until
        row.renew_until = pair.since + _RENEWAL_LASTS
        row.tried_at, row.refused_at, row.loss_told_at, row.reason = None, None, None, ""

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
