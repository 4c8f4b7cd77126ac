"""Who read somebody's words is written down, also where a page goes on being open."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import handoff
from bot.tables import AuditRow, Counsellor

COVERS = timedelta(hours=1)
"""For so long an entry stands for what the same person reads on in the same case."""


async def write_down(
    session: AsyncSession, counsellor: Counsellor, handoff_id: UUID, action: str, now: datetime
) -> None:
    """Write down that somebody reads a case, unless an entry of COVERS ago or younger says so: a page
    that reconnects, or that asks for its parts, is one reading."""
    covered = select(AuditRow.id).where(
        AuditRow.counsellor_id == counsellor.id,
        AuditRow.subject == handoff_id,
        AuditRow.at > now - COVERS,
        AuditRow.action.startswith("view") | (AuditRow.action == "claim"),
    )
    if await session.scalar(covered.limit(1)) is None:
        await handoff.audit(session, counsellor, action, handoff_id, now)
