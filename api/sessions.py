"""Sessions at the console: begun at a log-in, seen by their owner, ended one by one.

Nobody here commits. Of a session's token only its SHA-256 is kept.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue import N_, _
from bot.errors import NotFound
from bot.tables import ConsoleSession, Counsellor

LASTS = timedelta(hours=12)
HALF_LASTS = timedelta(minutes=10)
SEEN_EVERY = timedelta(minutes=1)
_BROWSERS = (
    ("Edg", "Edge"),
    ("coc_coc_browser", N_("Cốc Cốc")),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", N_("điện thoại Android")),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Macintosh", N_("máy Mac")),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


async def begin(
    session: AsyncSession, counsellor: Counsellor, now: datetime, device: str, *, half: bool = False
) -> str:
    """A token for a new session: of LASTS, or a `half` one of HALF_LASTS that lacks the second factor.
    `device` is as `kind_of` says it."""
    await session.execute(delete(ConsoleSession).where(ConsoleSession.expires_at <= now))
    token = secrets.token_urlsafe(32)
    session.add(
        ConsoleSession(
            token_hash=token_hash(token),
            counsellor_id=counsellor.id,
            created_at=now,
            expires_at=now + (HALF_LASTS if half else LASTS),
            device=device,
            seen_at=now,
            half=half,
        )
    )
    await session.flush()
    return token


async def touch(session: AsyncSession, token: str, now: datetime) -> None:
    """Note that a session is in use, at most once in SEEN_EVERY."""
    await session.execute(
        update(ConsoleSession)
        .where(
            ConsoleSession.token_hash == token_hash(token),
            ConsoleSession.seen_at.is_(None) | (ConsoleSession.seen_at <= now - SEEN_EVERY),
        )
        .values(seen_at=now)
    )


async def open_of(
    session: AsyncSession, counsellor: Counsellor, now: datetime
) -> Sequence[ConsoleSession]:
    """The whole sessions of somebody that go on, the last seen first."""
    found = await session.scalars(
        select(ConsoleSession)
        .where(
            ConsoleSession.counsellor_id == counsellor.id,
            ConsoleSession.expires_at > now,
            ConsoleSession.half.is_(False),
        )
        .order_by(ConsoleSession.seen_at.desc(), ConsoleSession.id)
    )
    return found.all()


async def end(session: AsyncSession, token: str) -> None:
    """End a session; one that is over already is fine."""
    await session.execute(
        delete(ConsoleSession).where(ConsoleSession.token_hash == token_hash(token))
    )


async def end_one(session: AsyncSession, counsellor: Counsellor, id_: UUID) -> None:
    """End one of somebody's sessions.

    Raises:
        NotFound: they have none of this name, or not any more.
    """
    ended = await session.scalar(
        delete(ConsoleSession)
        .where(ConsoleSession.id == id_, ConsoleSession.counsellor_id == counsellor.id)
        .returning(ConsoleSession.id)
    )
    if ended is None:
        raise NotFound(_("Phiên đăng nhập này không còn nữa."))


async def end_all(session: AsyncSession, counsellor: Counsellor, *, but: str = "") -> None:
    """End all of somebody's sessions, except the one whose token is `but`."""
    await session.flush()
    await session.execute(
        delete(ConsoleSession).where(
            ConsoleSession.counsellor_id == counsellor.id,
            ConsoleSession.token_hash != token_hash(but),
        )
    )


def kind_of(user_agent: str) -> str:
    """What kind of browser it is, for its owner to know again; nothing by which others would."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), N_("Trình duyệt khác"))
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), N_("máy khác"))
    return _("{browser} trên {system}").format(browser=_(browser), system=_(system))


def token_hash(token: str) -> bytes:
    """What is kept of a session's token."""
    return sha256(token.encode("utf-8", "replace")).digest()
