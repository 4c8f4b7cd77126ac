"""The second factor: codes of an app that change every half minute (TOTP, RFC 6238), and ten recovery
codes for the day on which the phone is gone.

Nobody here commits. The secret is sealed with the key ring, a recovery code is kept as a keyed hash;
each code counts once (RFC 6238, 5.2).
"""

from __future__ import annotations

import base64
import hmac
import unicodedata
from datetime import datetime
from uuid import UUID

import pyotp
import segno
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api import attempts, passwords, sessions
from api.attempts import NOWHERE, Origin
from api.auth import Refused, locked
from bot.catalogue import N_, _
from bot.desk_tables import RecoveryCode
from bot.errors import KeyRingBroken, NotUnderstood
from bot.privacy import KeyRing
from bot.tables import Counsellor

ISSUER = N_("Điểm Tựa")
STEP_SECONDS = 30
RECOVERY_CODES = 10
WRONG_CODE = N_(
    "Mã chưa đúng hoặc đã dùng rồi. Bạn đợi mã mới trong ứng dụng rồi gõ lại; "
    "xem cả giờ trên điện thoại đã đúng chưa."
)
STALE = N_("Trang đã cũ. Bạn mở lại trang này rồi làm lại nhé.")


def new_secret() -> str:
    """160 random bits in base32, as RFC 4226 asks for."""
    return pyotp.random_base32()


def address_of(counsellor: Counsellor, secret: str) -> str:
    """What the QR picture says to the app."""
    return pyotp.TOTP(secret).provisioning_uri(name=counsellor.login, issuer_name=_(ISSUER))


def picture_of(address: str) -> str:
    """The QR picture as SVG without styles or scripts; black on white whatever the page's colours."""
    code = segno.make(address, error="m", micro=False)
    return code.svg_inline(scale=4, dark="#000", light="#fff", svgclass=None, lineclass=None)


def wrap(ring: KeyRing, counsellor: Counsellor, secret: str) -> str:
    """A secret not confirmed yet, for the form that confirms it: nobody can put in one of their own."""
    sealed = ring.seal(secret.encode(), f"totp set-up:{counsellor.id}")
    return base64.urlsafe_b64encode(sealed).decode()


def unwrap(ring: KeyRing, counsellor: Counsellor, wrapped: str) -> str:
    """What `wrap` was given.

    Raises:
        NotUnderstood: it is not ours, or somebody else's.
    """
    try:
        sealed = base64.urlsafe_b64decode(wrapped.encode())
        return ring.unseal(sealed, f"totp set-up:{counsellor.id}").decode()
    except (ValueError, KeyRingBroken):
        raise NotUnderstood(_(STALE)) from None


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The half minute to which a code belongs: this one or a neighbour, for clocks that are a little
    wrong; else None."""
    at = int(now.timestamp()) // STEP_SECONDS
    code = bare(code)
    for step in (at, at - 1, at + 1):
        if hmac.compare_digest(pyotp.TOTP(secret).generate_otp(step).encode(), code.encode()):
            return step
    return None


def bare(code: str) -> str:
    """A code as it is compared: without blanks, hyphens, capitals or wide digits."""
    narrow = unicodedata.normalize("NFKC", code[:100]).lower()
    return "".join(one for one in narrow if one.isascii() and one.isalnum())


async def set_up(
    session: AsyncSession,
    ring: KeyRing,
    counsellor: Counsellor,
    secret: str,
    code: str,
    now: datetime,
) -> list[str]:
    """Make `secret` somebody's second factor, once a code shows that their app has it; their recovery
    codes.

    Raises:
        NotUnderstood: the code is wrong, or they have a second factor already.
    """
    step = step_of(secret, code, now)
    if step is None:
        raise NotUnderstood(_(WRONG_CODE))
    sealed = ring.seal(secret.encode(), _record(counsellor.id))
    taken = await session.scalar(
        update(Counsellor)
        .where(Counsellor.id == counsellor.id, Counsellor.totp.is_(None))
        .values(totp=sealed, totp_step=step)
        .returning(Counsellor.id)
        .execution_options(synchronize_session=False)
    )
    if taken is None:
        raise NotUnderstood(_("Bạn đã bật xác thực hai bước rồi."))
    return await new_recovery_codes(session, ring, counsellor)


async def new_recovery_codes(
    session: AsyncSession, ring: KeyRing, counsellor: Counsellor
) -> list[str]:
    """Ten new recovery codes; earlier ones count no more. Only hashes stay here."""
    await session.execute(delete(RecoveryCode).where(RecoveryCode.counsellor_id == counsellor.id))
    codes = [passwords.groups_of_letters(3) for _code in range(RECOVERY_CODES)]
    session.add_all(
        RecoveryCode(code_hash=_code_hash(ring, counsellor.id, code), counsellor_id=counsellor.id)
        for code in codes
    )
    await session.flush()
    return codes


async def codes_left(session: AsyncSession, counsellor: Counsellor) -> int:
    """How many recovery codes are unused."""
    found = select(func.count()).where(
        RecoveryCode.counsellor_id == counsellor.id, RecoveryCode.used_at.is_(None)
    )
    return await session.scalar(found) or 0


async def give(
    session: AsyncSession,
    ring: KeyRing,
    counsellor: Counsellor,
    code: str,
    now: datetime,
    origin: Origin = NOWHERE,
) -> Refused | None:
    """Use up a code of the app, or a recovery code; None where it was right.

    A refusal is returned, not raised, because the failure it counted must be committed.
    """
    marks = attempts.marks_of("code", counsellor.login, origin)
    if not await attempts.begin(session, marks):
        return Refused(_("Đang có một lần nhập mã khác. Bạn đợi vài giây rồi thử lại."))
    if until := await attempts.blocked_until(session, marks, now):
        return locked(until, now)
    if await _use(session, ring, counsellor, code, now):
        await attempts.forget(session, marks)
        return None
    await attempts.count_failure(session, marks, now)
    return Refused(_(WRONG_CODE))


async def remove(session: AsyncSession, counsellor: Counsellor) -> None:
    """Somebody has no second factor any more; none is fine."""
    await session.execute(delete(RecoveryCode).where(RecoveryCode.counsellor_id == counsellor.id))
    await session.execute(
        update(Counsellor)
        .where(Counsellor.id == counsellor.id)
        .values(totp=None, totp_step=None)
        .execution_options(synchronize_session=False)
    )


async def make_whole(
    session: AsyncSession, counsellor: Counsellor, half: str, now: datetime, device: str
) -> str:
    """A whole session in place of the `half` one, under another token."""
    await sessions.end(session, half)
    return await sessions.begin(session, counsellor, now, device)


async def reseal(session: AsyncSession, ring: KeyRing) -> int:
    """Seal every secret with the ring's current key; returns how many were changed."""
    changed, current = 0, f"{ring.current}:".encode()
    having = select(Counsellor).where(Counsellor.totp.is_not(None)).with_for_update()
    for counsellor in await session.scalars(having):
        if counsellor.totp and not counsellor.totp.startswith(current):
            secret = ring.unseal(counsellor.totp, _record(counsellor.id))
            counsellor.totp = ring.seal(secret, _record(counsellor.id))
            changed += 1
    await session.flush()
    return changed


async def _use(
    session: AsyncSession, ring: KeyRing, counsellor: Counsellor, code: str, now: datetime
) -> bool:
    if counsellor.totp is None:
        return False
    secret = ring.unseal(counsellor.totp, _record(counsellor.id)).decode()
    step = step_of(secret, code, now)
    if step is not None:
        used = await session.scalar(
            update(Counsellor)
            .where(
                Counsellor.id == counsellor.id,
                Counsellor.totp_step.is_(None) | (Counsellor.totp_step < step),
            )
            .values(totp_step=step)
            .returning(Counsellor.id)
            .execution_options(synchronize_session=False)
        )
        return used is not None
    used = await session.scalar(
        update(RecoveryCode)
        .where(
            RecoveryCode.code_hash == _code_hash(ring, counsellor.id, code),
            RecoveryCode.counsellor_id == counsellor.id,
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCode.counsellor_id)
    )
    return used is not None


def _code_hash(ring: KeyRing, counsellor_id: UUID, code: str) -> bytes:
    return ring.pseudonym(f"recovery:{counsellor_id}", bare(code))


def _record(counsellor_id: UUID) -> str:
    return f"totp:{counsellor_id}"
