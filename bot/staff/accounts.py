"""Whose Telegram account is whose: linked once, by a code that the console shows. Nobody here commits.

Telegram's id of a counsellor is kept as a pseudonym only, another one than they would have as a citizen.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot import handoff
from bot.access import may_take_chats
from bot.catalogue import N_, _
from bot.channel_tables import StaffAccount
from bot.errors import NotAllowed, NotFound
from bot.privacy import KeyRing
from bot.tables import Counsellor

CODE_LASTS = timedelta(minutes=10)
NOT_LINKED = N_(
    "Mình chưa biết bạn là tư vấn viên nào, nên chưa gửi gì cho người dân. "
    "Bạn mở bàn tư vấn, vào mục Tài khoản, lấy mã rồi viết vào đây: /link mã."
)
HIDDEN = N_(
    "Bạn đang viết dưới tên của nhóm, nên chưa gửi gì cho người dân. "
    "Bạn tắt chế độ ẩn danh của quản trị viên rồi viết lại."
)
NOT_ON_DUTY = N_("Tài khoản của bạn không trực trò chuyện, nên chưa gửi gì cho người dân.")
WRONG_CODE = N_("Mã này không đúng hoặc đã hết hạn. Bạn lấy mã mới ở bàn tư vấn, mục Tài khoản.")
LINKED = N_("{name} đã liên kết tài khoản Telegram này với bàn tư vấn.")

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_ACCOUNTS = "telegram_staff"


async def issue_code(session: AsyncSession, counsellor: Counsellor, now: datetime) -> str:
    """A code of eight letters and digits (40 bits) that links whoever writes it within CODE_LASTS; an
    earlier one is void. Only its hash is kept. An account linked already stays so until then."""
    code = "".join(secrets.choice(_LETTERS) for _letter in range(8))
    fresh = {"code_hash": _hash(code), "code_until": now + CODE_LASTS}
    await session.execute(
        insert(StaffAccount)
        .values(counsellor_id=counsellor.id, **fresh)
        .on_conflict_do_update(index_elements=["counsellor_id"], set_=fresh)
    )
    return f"{code[:4]}-{code[4:]}"


async def link(
    session: AsyncSession, ring: KeyRing, sender: str, code: str, now: datetime
) -> Counsellor:
    """Tie the Telegram account `sender` to whoever `code` was shown to; the code is used up. An account
    is one counsellor's at a time.

    Raises:
        NotFound: there is no such code, or not any more.
        NotAllowed: the account is hidden, or its counsellor takes no chats.
    """
    if not sender:
        raise NotAllowed(_(HIDDEN))
    row = await session.scalar(
        select(StaffAccount)
        .where(StaffAccount.code_hash == _hash(code), StaffAccount.code_until > now)
        .with_for_update()
    )
    counsellor = await session.get(Counsellor, row.counsellor_id) if row else None
    if row is None or counsellor is None:
        raise NotFound(_(WRONG_CODE))
    _demand_on_duty(counsellor)
    pseudonym = ring.pseudonym(_ACCOUNTS, sender)
    await session.execute(
        update(StaffAccount)
        .where(StaffAccount.pseudonym == pseudonym, StaffAccount.counsellor_id != counsellor.id)
        .values(pseudonym=None, linked_at=None)
    )
    row.pseudonym, row.linked_at = pseudonym, now
    row.code_hash = row.code_until = None
    await handoff.audit(session, counsellor, "link telegram", None, now)
    return counsellor


async def unlink(session: AsyncSession, counsellor: Counsellor, now: datetime) -> None:
    """Forget the counsellor's Telegram account, and any code; none is fine."""
    await session.execute(delete(StaffAccount).where(StaffAccount.counsellor_id == counsellor.id))
    await handoff.audit(session, counsellor, "unlink telegram", None, now)


async def linked_at(session: AsyncSession, counsellor: Counsellor) -> datetime | None:
    """Since when the counsellor has a Telegram account linked; None: they have none."""
    found: datetime | None = await session.scalar(
        select(StaffAccount.linked_at).where(StaffAccount.counsellor_id == counsellor.id)
    )
    return found


async def counsellor_of(session: AsyncSession, ring: KeyRing, sender: str) -> Counsellor:
    """Who writes from the Telegram account `sender`.

    Raises:
        NotAllowed: nobody we know, or somebody who may not take chats (any more).
    """
    if not sender:
        raise NotAllowed(_(HIDDEN))
    counsellor = await session.scalar(
        select(Counsellor)
        .join(StaffAccount, StaffAccount.counsellor_id == Counsellor.id)
        .where(StaffAccount.pseudonym == ring.pseudonym(_ACCOUNTS, sender))
    )
    if counsellor is None:
        raise NotAllowed(_(NOT_LINKED))
    _demand_on_duty(counsellor)
    return counsellor


def _demand_on_duty(counsellor: Counsellor) -> None:
    """As the console lets nobody in who was shut out, or has no password of their own yet."""
    shut_out = counsellor.disabled_at is not None or counsellor.must_change
    if shut_out or not may_take_chats(counsellor):
        raise NotAllowed(_(NOT_ON_DUTY))


def _hash(code: str) -> bytes:
    return sha256("".join(char for char in code.lower() if char.isalnum()).encode()).digest()
