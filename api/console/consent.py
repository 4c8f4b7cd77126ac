"""A consent at Zalo that an administrator asks for: it counts once, for half an hour, and only while the
log-in lasts in which it was asked for.

Zalo sends the browser back from its own site, so the console's cookie (SameSite=Strict) does not come
along. So each log-in that asks has a one-time name for it, which goes to Zalo and back sealed in
`state`. Source: RFC 6749 (OAuth 2.0), 10.12.
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, update

from api.sessions import token_hash
from bot.errors import KeyRingBroken
from bot.privacy import KeyRing
from bot.tables import Access, ConsoleSession

ANSWER_WITHIN = timedelta(minutes=30)
_RECORD = "zalo_oa:consent"


async def ask(access: Access, ring: KeyRing, token: str, now: datetime) -> str:
    """The `state` for a link to Zalo, for the log-in whose token is given. Links of one log-in share
    their name until one of them is used, so that a second tab spoils nothing."""
    name = await access.scalar(
        update(ConsoleSession)
        .where(ConsoleSession.token_hash == token_hash(token))
        .values(consent=func.coalesce(ConsoleSession.consent, uuid4()))
        .returning(ConsoleSession.consent)
    )
    return state_of(ring, name, now) if name else ""


async def spend(access: Access, ring: KeyRing, state: str, now: datetime) -> UUID | None:
    """The id of the counsellor who asked for the consent that came back with `state`, which counts no
    more from now on. None where it is not ours, too old or spent, or the log-in has ended."""
    name = name_in(ring, state, now)
    if name is None:
        return None
    return await access.scalar(
        update(ConsoleSession)
        .where(ConsoleSession.consent == name, ConsoleSession.expires_at > now)
        .values(consent=None)
        .returning(ConsoleSession.counsellor_id)
    )


def state_of(ring: KeyRing, name: UUID, now: datetime) -> str:
    """What Zalo is to give back: the one-time name, and until when the answer counts."""
    until = int((now + ANSWER_WITHIN).timestamp())
    sealed = ring.seal(f"{name}|{until}".encode(), _RECORD)
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def name_in(ring: KeyRing, state: str, now: datetime) -> UUID | None:
    """The one-time name in a `state`; None where it is not ours or too old."""
    try:
        sealed = base64.urlsafe_b64decode(state.encode() + b"=" * (-len(state) % 4))
        name, _, until = ring.unseal(sealed, _RECORD).decode().partition("|")
    except (ValueError, KeyRingBroken):
        return None
    return UUID(name) if now < datetime.fromtimestamp(int(until), UTC) else None
