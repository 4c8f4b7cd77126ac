"""Guessing at log-ins is slowed down, and nobody can shut out somebody else.

Failures are counted by what they have in common. A stranger's count for the name together with the
network address, for the address, and for the name; the pauses grow with each. A device at which the
name logged in before counts for itself, so it is not shut out by strangers' failures. Nothing here
looks at whether the name exists. Source: OWASP, "Slow Down Online Guessing Attacks with Device Cookies".
"""

from __future__ import annotations

import base64
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import uuid4

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk_tables import LogInFailure
from bot.errors import KeyRingBroken
from bot.privacy import KeyRing

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
FORGOTTEN_AFTER = timedelta(hours=24)
DEVICE_LASTS = timedelta(days=365)
MOST_NAMES = 10
_FREE_HERE, _FREE_ADDRESS, _FREE_NAME = 5, 30, 50
_RECORD = "console:device"


@dataclass(frozen=True)
class Device:
    """What the long-lived cookie of a browser says: its own name, and hashes of who logged in there,
    the latest first."""

    name: str = ""
    known: tuple[str, ...] = ()


@dataclass(frozen=True)
class Origin:
    """Where an attempt comes from; `address` is a keyed hash of the network address."""

    address: bytes = b""
    device: Device = Device()


NOWHERE = Origin()


@dataclass(frozen=True)
class Mark:
    """What failures have in common; `free` of them cost no pause."""

    key: bytes
    login: bytes | None
    free: int


def address_hash(ring: KeyRing, address: str) -> bytes:
    """A keyed hash of a network address; of IPv6 the /64 that one household or office has."""
    try:
        one = ipaddress.ip_address(address)
    except ValueError:
        return ring.pseudonym("address", "")
    if isinstance(one, ipaddress.IPv6Address):
        if one.ipv4_mapped is not None:
            return ring.pseudonym("address", str(one.ipv4_mapped))
        return ring.pseudonym("address", str(ipaddress.ip_network((int(one), 64), strict=False)))
    return ring.pseudonym("address", str(one))


def write_device(ring: KeyRing, device: Device, login: str, now: datetime) -> str:
    """The cookie for a browser at which `login` has just logged in."""
    name, ours = device.name or uuid4().hex, _login_hash(login).hex()
    known = (ours, *(one for one in device.known if one != ours))[:MOST_NAMES]
    until = int((now + DEVICE_LASTS).timestamp())
    sealed = ring.seal(f"{name}|{until}|{','.join(known)}".encode(), _RECORD)
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def read_device(ring: KeyRing, cookie: str, now: datetime) -> Device:
    """What a browser's cookie says; an empty device where it is not ours or too old."""
    try:
        sealed = base64.urlsafe_b64decode(cookie.encode() + b"=" * (-len(cookie) % 4))
        name, until, known = ring.unseal(sealed, _RECORD).decode().split("|")
    except (ValueError, KeyRingBroken):
        return Device()
    if now >= datetime.fromtimestamp(int(until), UTC):
        return Device()
    return Device(name, tuple(known.split(",")))


def marks_of(kind: str, login: str, origin: Origin) -> tuple[Mark, ...]:
    """By what a failure of this `kind` ("password", "code") is counted, the narrowest first."""
    ours = _login_hash(login)
    if ours.hex() in origin.device.known:
        device = origin.device.name.encode()
        return (Mark(_key(kind, b"device", ours, device), ours, _FREE_HERE),)
    return (
        Mark(_key(kind, b"here", ours, origin.address), ours, _FREE_HERE),
        Mark(_key(kind, b"address", origin.address), None, _FREE_ADDRESS),
        Mark(_key(kind, b"name", ours), ours, _FREE_NAME),
    )


def pause_after(failures: int, free: int) -> timedelta:
    """How long nothing more is looked at after so many failures in a row."""
    if failures < free:
        return timedelta(0)
    doubled = min(failures - free, 20)
    return min(FIRST_PAUSE * (1 << doubled), LONGEST_PAUSE)


async def begin(session: AsyncSession, marks: Sequence[Mark]) -> bool:
    """Whether this is the only attempt with the narrowest mark now; it is until the commit. Guessing in
    parallel gains nothing, and strangers elsewhere hold nobody up."""
    number = int.from_bytes(marks[0].key[:8], "big", signed=True)
    return bool(await session.scalar(select(func.pg_try_advisory_xact_lock(number))))


async def blocked_until(
    session: AsyncSession, marks: Sequence[Mark], now: datetime
) -> datetime | None:
    """Until when attempts with one of these marks are not looked at, if they are not."""
    found = select(func.max(LogInFailure.blocked_until)).where(
        LogInFailure.mark.in_([mark.key for mark in marks]), LogInFailure.blocked_until > now
    )
    until: datetime | None = await session.scalar(found)
    return until


async def count_failure(session: AsyncSession, marks: Sequence[Mark], now: datetime) -> None:
    """Count one more failure, and begin the pause that it costs."""
    old = select(LogInFailure.mark).where(LogInFailure.last_at < now - FORGOTTEN_AFTER)
    await session.execute(
        delete(LogInFailure).where(LogInFailure.mark.in_(old.with_for_update(skip_locked=True)))
    )
    for mark in marks:
        row = insert(LogInFailure).values(
            mark=mark.key, login_mark=mark.login, failures=1, last_at=now
        )
        failures = await session.scalar(
            row.on_conflict_do_update(
                index_elements=["mark"],
                set_={"failures": LogInFailure.failures + 1, "last_at": now},
            ).returning(LogInFailure.failures)
        )
        until = now + pause_after(failures or 1, mark.free)
        if until > now:
            await session.execute(
                update(LogInFailure)
                .where(LogInFailure.mark == mark.key)
                .values(blocked_until=until)
            )


async def forget(session: AsyncSession, marks: Sequence[Mark]) -> None:
    """It went well: failures with the narrowest mark count no more. Those of strangers do, so that
    nobody clears an address with a log-in of their own."""
    await session.execute(delete(LogInFailure).where(LogInFailure.mark == marks[0].key))


async def forget_name(session: AsyncSession, login: str) -> None:
    """No failure with this name counts any more, from wherever it came."""
    await session.execute(delete(LogInFailure).where(LogInFailure.login_mark == _login_hash(login)))


def _login_hash(login: str) -> bytes:
    return _key("login", login.encode("utf-8", "replace"))


def _key(kind: str, *parts: bytes) -> bytes:
    """Each part by its own hash: no two lists of parts run together into the same bytes."""
    digests = b"".join(sha256(part).digest() for part in parts)
    return sha256(f"log in {kind}".encode() + digests).digest()
