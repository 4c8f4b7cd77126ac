"""Who may open the console: passwords, log-ins, and the sessions they give.

Nobody here commits. Passwords are kept as argon2id, a session's token as its SHA-256 only, so what
lies in the database opens nothing.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import AlreadyTaken, NotFound, NotUnderstood, SessionOver
from bot.tables import ConsoleSession, Counsellor

ROLES = ("counsellor", "supervisor", "editor", "admin")
SESSION_LASTS = timedelta(hours=12)
MOST_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
FEWEST_CHARACTERS, MOST_CHARACTERS = 10, 200

WRONG = "Tên đăng nhập hoặc mật khẩu chưa đúng. Bạn xem lại phím Caps Lock, bộ gõ rồi thử lại."
LOCKED = (
    "Tên này vừa nhập sai mật khẩu nhiều lần nên tạm khóa. Bạn thử lại sau {minutes} phút, "
    "hoặc nhờ người quản trị đặt lại mật khẩu."
)
DISABLED = "Tài khoản này đã ngừng dùng. Bạn hỏi người quản trị nhé."
BUSY = "Đang có một lần đăng nhập khác bằng tên này. Bạn đợi vài giây rồi thử lại."
OVER = "Phiên đăng nhập đã hết. Bạn đăng nhập lại nhé."

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class Refused:
    """A log-in that failed; `line` says why, as far as a stranger may know."""

    line: str


async def create_counsellor(
    session: AsyncSession, login: str, name: str, role: str, now: datetime
) -> str:
    """Add somebody who may log in; returns a password that must be changed at first use.

    Args:
        login: 2 to 40 of a-z, 0-9, dot, hyphen, underscore; capitals are taken as small.
        name: what citizens and colleagues see, at most 60 characters.
        role: one of ROLES.

    Raises:
        NotUnderstood: one of them is not of that form.
        AlreadyTaken: the login is in use.
    """
    login, name = _login(login), unicodedata.normalize("NFC", name).strip()
    if not _LOGIN.fullmatch(login):
        raise NotUnderstood(
            "Tên đăng nhập gồm 2 đến 40 chữ không dấu, số, dấu chấm, gạch ngang, không có dấu cách."
        )
    if not name or len(name) > 60 or not name.isprintable():
        raise NotUnderstood("Cần một tên hiển thị, nhiều nhất 60 chữ.")
    if role not in ROLES:
        raise NotUnderstood(f"Vai trò phải là một trong: {', '.join(ROLES)}.")
    if await _find(session, login) is not None:
        raise AlreadyTaken(f"Tên đăng nhập {login} đã có người dùng.")
    password = _one_time_password()
    session.add(
        Counsellor(
            login=login,
            name=name,
            role=role,
            password_hash=await _hash(password),
            must_change=True,
            created_at=now,
        )
    )
    await session.flush()
    return password


async def reset_password(session: AsyncSession, login: str) -> str:
    """A new one-time password; unlocks the login and ends its sessions.

    Raises:
        NotFound: nobody has this login.
    """
    counsellor = await _find(session, _login(login))
    if counsellor is None:
        raise NotFound(f"Không có ai tên đăng nhập là {login}.")
    password = _one_time_password()
    counsellor.password_hash = await _hash(password)
    counsellor.must_change = True
    counsellor.failed_logins = 0
    counsellor.locked_until = None
    await session.execute(
        delete(ConsoleSession).where(ConsoleSession.counsellor_id == counsellor.id)
    )
    await session.flush()
    return password


async def log_in(session: AsyncSession, login: str, password: str, now: datetime) -> str | Refused:
    """A token for the cookie, good for SESSION_LASTS, or why not.

    A refusal is returned, not raised, because the failure it counted must be committed. A wrong
    login takes the same time and gives the same line as a wrong password. One attempt at a time for
    a login, whether it exists or not: guessing in parallel gains nothing.
    """
    login = _login(login)
    if not await session.scalar(select(func.pg_try_advisory_xact_lock(_lock_number(login)))):
        return Refused(BUSY)
    counsellor = await _find(session, login)
    if counsellor is not None and counsellor.locked_until and now < counsellor.locked_until:
        minutes = 1 + int((counsellor.locked_until - now).total_seconds() // 60)
        return Refused(LOCKED.format(minutes=min(minutes, 15)))
    stored = counsellor.password_hash if counsellor else await asyncio.to_thread(_nobodys_hash)
    right = await _is_right(stored, password)
    if counsellor is None or not right:
        if counsellor is not None:
            _count_failure(counsellor, now)
            await session.flush()
        return Refused(WRONG)
    if counsellor.disabled_at is not None:
        return Refused(DISABLED)
    counsellor.failed_logins = 0
    counsellor.locked_until = None
    await session.execute(delete(ConsoleSession).where(ConsoleSession.expires_at <= now))
    token = secrets.token_urlsafe(32)
    session.add(
        ConsoleSession(
            token_hash=token_hash(token),
            counsellor_id=counsellor.id,
            created_at=now,
            expires_at=now + SESSION_LASTS,
        )
    )
    await session.flush()
    return token


async def counsellor_of(session: AsyncSession, token: str, now: datetime) -> Counsellor:
    """Whose session `token` is.

    Raises:
        SessionOver: nobody's, or it ended, or its owner may not log in any more.
    """
    found = await session.scalar(
        select(Counsellor)
        .join(ConsoleSession, ConsoleSession.counsellor_id == Counsellor.id)
        .where(
            ConsoleSession.token_hash == token_hash(token),
            ConsoleSession.expires_at > now,
            Counsellor.disabled_at.is_(None),
        )
    )
    if found is None:
        raise SessionOver(OVER)
    return found


async def change_password(
    session: AsyncSession, token: str, current: str, new: str, now: datetime
) -> Counsellor:
    """Give the owner of `token` a password of their own; their other sessions end.

    Raises:
        SessionOver: as `counsellor_of`.
        NotUnderstood: the current password is wrong, or the new one does not do; `line` says why.
    """
    counsellor = await counsellor_of(session, token, now)
    if not await _is_right(counsellor.password_hash, current):
        raise NotUnderstood("Mật khẩu hiện tại chưa đúng.")
    if len(_nfc(new)) < FEWEST_CHARACTERS:
        raise NotUnderstood(f"Mật khẩu mới cần ít nhất {FEWEST_CHARACTERS} ký tự.")
    if len(_nfc(new)) > MOST_CHARACTERS:
        raise NotUnderstood(f"Mật khẩu mới dài quá {MOST_CHARACTERS} ký tự.")
    if _nfc(new) == _nfc(current):
        raise NotUnderstood("Mật khẩu mới phải khác mật khẩu cũ.")
    if len(set(new)) < 4 or len(new.casefold().replace(counsellor.login, "")) < 4:
        raise NotUnderstood("Mật khẩu này dễ đoán quá. Bạn thử ghép vài từ không liên quan nhau.")
    counsellor.password_hash = await _hash(new)
    counsellor.must_change = False
    await session.execute(
        delete(ConsoleSession).where(
            ConsoleSession.counsellor_id == counsellor.id,
            ConsoleSession.token_hash != token_hash(token),
        )
    )
    await session.flush()
    return counsellor


async def log_out(session: AsyncSession, token: str) -> None:
    """End a session; one that is over already is fine."""
    await session.execute(
        delete(ConsoleSession).where(ConsoleSession.token_hash == token_hash(token))
    )


def _count_failure(counsellor: Counsellor, now: datetime) -> None:
    counsellor.failed_logins += 1
    if counsellor.failed_logins >= MOST_FAILURES:
        counsellor.failed_logins = 0
        counsellor.locked_until = now + LOCKED_FOR


async def _find(session: AsyncSession, login: str) -> Counsellor | None:
    query = select(Counsellor).where(Counsellor.login == login)
    found = await session.execute(query.execution_options(populate_existing=True))
    return found.scalar_one_or_none()


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobodys_hash() -> str:
    """What a password for an unknown login is checked against."""
    return _hasher().hash(secrets.token_urlsafe(16))


async def _hash(password: str) -> str:
    return await asyncio.to_thread(_hasher().hash, _nfc(password))


async def _is_right(stored: str, password: str) -> bool:
    """Longer ones than may be set are cut, so that a huge one costs no more than a small one."""
    attempt = _nfc(password[: MOST_CHARACTERS * 4])
    try:
        return await asyncio.to_thread(_hasher().verify, stored, attempt)
    except VerifyMismatchError:
        return False


def _one_time_password() -> str:
    """Four groups of four letters and digits that are not mistaken for each other: 79 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def _login(login: str) -> str:
    return _nfc(login).strip().lower().replace("\0", "")


def _nfc(text: str) -> str:
    """Vietnamese keyboards write one letter as one or as several code points."""
    return unicodedata.normalize("NFC", text)


def token_hash(token: str) -> bytes:
    """What is kept of a session's token."""
    return sha256(token.encode("utf-8", "replace")).digest()


def _lock_number(login: str) -> int:
    """A 64-bit number of our own for PostgreSQL's advisory locks."""
    digest = sha256(f"log in {login}".encode("utf-8", "replace")).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
