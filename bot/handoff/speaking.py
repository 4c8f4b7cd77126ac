"""A counsellor's words, for the citizen or for colleagues, and the trail of who did what."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.cards import cards_in
from bot.handoff.case import Case, locked_talk
from bot.messages import Outbound
from bot.privacy import KeyRing
from bot.store import append, has_line
from bot.tables import AuditRow, Counsellor


async def say(
    session: AsyncSession,
    ring: KeyRing,
    case_: Case,
    counsellor: Counsellor,
    text: str,
    now: datetime,
    *,
    uid: UUID | None = None,
) -> None:
    """Send the counsellor's words to the citizen, but not those stored as `uid` before. Places brought
    from the directory are sent with their cards."""
    talk = await locked_talk(session, ring, case_.conversation_id)
    if uid is None or not await has_line(session, uid):
        said = Outbound(text, cards=await cards_in(session, text, now))
        await append(session, talk, "counsellor", [said], now, counsellor_id=counsellor.id, uid=uid)


async def note(
    session: AsyncSession,
    ring: KeyRing,
    case_: Case,
    counsellor: Counsellor,
    text: str,
    now: datetime,
    *,
    uid: UUID | None = None,
) -> None:
    """Keep words for colleagues; they never reach the citizen. `uid` as in `say`."""
    talk = await locked_talk(session, ring, case_.conversation_id)
    if uid is None or not await has_line(session, uid):
        await append(
            session, talk, "note", [Outbound(text)], now, counsellor_id=counsellor.id, uid=uid
        )


async def audit(
    session: AsyncSession, counsellor: Counsellor, action: str, subject: UUID | None, now: datetime
) -> None:
    session.add(AuditRow(at=now, counsellor_id=counsellor.id, action=action, subject=subject))
    await session.flush()
