"""Who may open the console: log-ins, and passwords of one's own.

Nobody here commits. Passwords are kept as argon2id, so what lies in the database opens nothing.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from api import attempts, passwords, sessions
from api.attempts import NOWHERE, Origin
from api.sessions import token_hash
from bot.catalogue import N_, _
from bot.errors import AlreadyTaken, NotFound, NotUnderstood, SessionOver
from bot.tables import ConsoleSession, Counsellor

ROLES = ("counsellor", "supervisor", "editor", "directory", "admin")
NEED_SECOND_FACTOR = frozenset({"supervisor", "admin"})

WRONG = N_("Tên đăng nhập hoặc mật khẩu chưa đúng. Bạn xem lại phím Caps Lock, bộ gõ rồi thử lại.")
LOCKED = N_(
    "Có nhiều lần nhập sai liên tiếp nên việc đăng nhập tạm dừng. Bạn thử lại sau {minutes} phút, "
    "hoặc nhờ người quản trị đặt lại mật khẩu."
)
DISABLED = N_("Tài khoản này đã ngừng dùng. Bạn hỏi người quản trị nhé.")
BUSY = N_("Đang có một lần đăng nhập khác bằng tên này. Bạn đợi vài giây rồi thử lại.")
OVER = N_("Phiên đăng nhập đã hết. Bạn đăng nhập lại nhé.")

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")


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
    password = passwords.groups_of_letters(4)
    await add_counsellor(session, login, name, role, password, now, must_change=True)
    return password


async def add_counsellor(
    session: AsyncSession,
    login: str,
    name: str,
    role: str,
    password: str,
    now: datetime,
    *,
    must_change: bool,
) -> Counsellor:
    """As `create_counsellor`, with a password that is given."""
    login = read_login(login)
    if not _LOGIN.fullmatch(login):
        raise NotUnderstood(
            _(
                "Tên đăng nhập gồm 2 đến 40 chữ không dấu, số, dấu chấm, gạch ngang, không có dấu cách."
            )
        )
    name = read_name(name)
    demand_role(role)
    if await find(session, login) is not None:
        raise AlreadyTaken(_("Tên đăng nhập {login} đã có người dùng.").format(login=login))
    counsellor = Counsellor(
        login=login,
        name=name,
        role=role,
        password_hash=await passwords.keep(password),
        must_change=must_change,
        created_at=now,
    )
    session.add(counsellor)
    await session.flush()
    return counsellor


async def reset_password(session: AsyncSession, login: str) -> str:
    """A new one-time password; forgets failures with this name and ends its sessions.

    Raises:
        NotFound: nobody has this login.
    """
    counsellor = await get(session, login)
    password = passwords.groups_of_letters(4)
    counsellor.password_hash = await passwords.keep(password)
    counsellor.must_change = True
    await attempts.forget_name(session, counsellor.login)
    await sessions.end_all(session, counsellor)
    return password


async def log_in(
    session: AsyncSession,
    login: str,
    password: str,
    now: datetime,
    origin: Origin = NOWHERE,
    device: str = "",
) -> str | Refused:
    """A token for the cookie, or why not. With a second factor the session is a half one, good for
    `sessions.HALF_LASTS`, until `second_factor.give` makes it whole.

    A refusal is returned, not raised, because the failure it counted must be committed. A wrong
    login takes the same time and gives the same line as a wrong password.
    """
    login = read_login(login)
    marks = attempts.marks_of("password", login, origin)
    if not await attempts.begin(session, marks):
        return Refused(_(BUSY))
    if until := await attempts.blocked_until(session, marks, now):
        return locked(until, now)
    counsellor = await find(session, login)
    right = await passwords.is_right(counsellor.password_hash if counsellor else None, password)
    if counsellor is None or not right:
        await attempts.count_failure(session, marks, now)
        return Refused(_(WRONG))
    if counsellor.disabled_at is not None:
        return Refused(_(DISABLED))
    await attempts.forget(session, marks)
    half = counsellor.totp is not None
    return await sessions.begin(session, counsellor, now, device, half=half)


async def counsellor_of(
    session: AsyncSession, token: str, now: datetime, *, half: bool = False
) -> Counsellor:
    """Whose session `token` is; `half` asks for one that lacks the second factor.

    Raises:
        SessionOver: nobody's, or it ended, or its owner may not log in any more.
    """
    theirs = _logged_in(now, half=half).where(ConsoleSession.token_hash == token_hash(token))
    found: Counsellor | None = await session.scalar(theirs)
    if found is None:
        raise SessionOver(_(OVER))
    return found


async def counsellors_in(session: AsyncSession, now: datetime) -> dict[bytes, Counsellor]:
    """Everybody whom `counsellor_of` would find, by the hash of their session's token."""
    rows = await session.execute(_logged_in(now, half=False))
    return {row.token_hash: row.Counsellor for row in rows}


def _logged_in(now: datetime, *, half: bool) -> Select[tuple[Counsellor, bytes]]:
    return (
        select(Counsellor, ConsoleSession.token_hash)
        .join(ConsoleSession, ConsoleSession.counsellor_id == Counsellor.id)
        .where(
            ConsoleSession.expires_at > now,
            ConsoleSession.half.is_(half),
            Counsellor.disabled_at.is_(None),
        )
    )


async def change_password(
    session: AsyncSession, token: str, current: str, new: str, now: datetime
) -> Counsellor:
    """Give the owner of `token` a password of their own; their other sessions end.

    Raises:
        SessionOver: as `counsellor_of`.
        NotUnderstood: the current password is wrong, or the new one does not do; `line` says why.
    """
    counsellor = await counsellor_of(session, token, now)
    if not await passwords.is_right(counsellor.password_hash, current):
        raise NotUnderstood(_("Mật khẩu hiện tại chưa đúng."))
    passwords.demand_good(counsellor.login, new)
    if passwords.nfc(new) == passwords.nfc(current):
        raise NotUnderstood(_("Mật khẩu mới phải khác mật khẩu cũ."))
    counsellor.password_hash = await passwords.keep(new)
    counsellor.must_change = False
    await sessions.end_all(session, counsellor, but=token)
    return counsellor


def needs_second_factor(counsellor: Counsellor) -> bool:
    """Whether the role may do nothing before a second factor is set up, and none is."""
    return counsellor.role in NEED_SECOND_FACTOR and counsellor.totp is None


def locked(until: datetime, now: datetime) -> Refused:
    minutes = -(-int((until - now).total_seconds()) // 60)
    return Refused(_(LOCKED).format(minutes=max(1, minutes)))


async def find(session: AsyncSession, login: str) -> Counsellor | None:
    query = select(Counsellor).where(Counsellor.login == login)
    found = await session.execute(query.execution_options(populate_existing=True))
    return found.scalar_one_or_none()


async def get(session: AsyncSession, login: str) -> Counsellor:
    """Raises:
    NotFound: nobody has this login.
    """
    counsellor = await find(session, read_login(login))
    if counsellor is None:
        raise NotFound(_("Không có ai tên đăng nhập là {login}.").format(login=login))
    return counsellor


def demand_role(role: str) -> None:
    """Raises:
    NotUnderstood: not one of ROLES.
    """
    if role not in ROLES:
        raise NotUnderstood(_("Vai trò phải là một trong: {roles}.").format(roles=", ".join(ROLES)))


def read_name(name: str) -> str:
    """A name as it is kept.

    Raises:
        NotUnderstood: empty, over 60 characters, or with ones that cannot be shown.
    """
    name = unicodedata.normalize("NFC", name).strip()
    if not name or len(name) > 60 or not name.isprintable():
        raise NotUnderstood(_("Cần một tên hiển thị, nhiều nhất 60 chữ."))
    return name


def read_login(login: str) -> str:
    return passwords.nfc(login).strip().lower().replace("\0", "")
