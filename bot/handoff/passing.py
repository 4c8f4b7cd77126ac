"""A case goes on to somebody else, or back to the queue."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import case_words, replies
from bot.channel_tables import StaffTopic
from bot.desk_tables import Team
from bot.handoff.case import Case, find_case, locked_talk
from bot.handoff.speaking import audit
from bot.messages import Outbound
from bot.privacy import KeyRing, seal_json
from bot.store import Talk, append, notify, set_holder
from bot.tables import AuditRow, Counsellor, Handoff

Why = Literal["offline", "silent", "disabled"]


async def transfer(
    session: AsyncSession,
    ring: KeyRing,
    case_: Case,
    by: Counsellor,
    *,
    now: datetime,
    to: Counsellor | None = None,
    team: Team | None = None,
    area: str = "",
    skill: str = "",
    language: str = "",
    note: str = "",
) -> Case:
    """Hand an open case on: to a colleague, a team, an area, a skill or whoever speaks a language, or with
    none of them to everybody. It waits again, in front of those who came later, and the citizen is told. `note` is for
    colleagues: it becomes a line only they see, and stands on the case's card. The case must be locked
    (`find_case` with `lock`)."""
    talk = await locked_talk(session, ring, case_.conversation_id)
    whom = case_words.handed_to(to.name if to else "", team.name if team else "", skill, language)
    line = f"{whom}\n{note}" if note else whom
    await append(session, talk, "note", [Outbound(line)], now, counsellor_id=by.id)
    facts = {**case_.summary, "handed": note}
    changed: dict[str, Any] = {
        "wanted_id": to.id if to else None,
        "team_id": team.id if team else None,
        "area": area or case_.area,
        "skill": skill or case_.skill,
        "language": language or case_.language,
        "summary": seal_json(talk.key, facts, f"summary:{talk.id}"),
    }
    await _wait_again(session, case_, now, changed)
    if case_.state == "claimed":
        await append(session, talk, "bot", [replies.counsellor_passes_on()], now)
    await audit(session, by, "transfer", case_.handoff_id, now)
    return await _tell(session, ring, case_)


async def give_back(
    session: AsyncSession, ring: KeyRing, case_: Case, why: Why, now: datetime
) -> Case:
    """Take a claimed case from who fell silent or left, and put it in front of the queue; the citizen,
    and whoever reads the case next, is told. What is no longer claimed is left as it is. The case must
    be locked."""
    if case_.state != "claimed" or case_.counsellor_id is None:
        return case_
    talk = await locked_talk(session, ring, case_.conversation_id)
    line = case_words.given_back(case_.counsellor or "", why)
    await append(session, talk, "note", [Outbound(line)], now)
    await _wait_again(session, case_, now, {"given_back": case_.given_back + 1})
    await append(session, talk, "bot", [_told(talk, case_)], now)
    session.add(
        AuditRow(
            at=now,
            counsellor_id=case_.counsellor_id,
            action=f"given back: {why}",
            subject=case_.handoff_id,
        )
    )
    await session.flush()
    return await _tell(session, ring, case_)


async def _wait_again(
    session: AsyncSession, case_: Case, now: datetime, changed: dict[str, Any]
) -> None:
    """Back to the queue. Where its topic in the staff's group is gone it is told there anew."""
    await session.execute(
        update(Handoff)
        .where(Handoff.id == case_.handoff_id)
        .values(state="waiting", counsellor_id=None, claimed_at=None, handed_at=now, **changed)
        .execution_options(synchronize_session=False)
    )
    await session.execute(
        delete(StaffTopic).where(
            StaffTopic.handoff_id == case_.handoff_id, StaffTopic.ended_at.is_not(None)
        )
    )
    await set_holder(session, case_.conversation_id, "queue")


async def _tell(session: AsyncSession, ring: KeyRing, case_: Case) -> Case:
    """Ring at the desks, loudly for danger."""
    await notify(session, "danger" if case_.priority else "queue", case_.conversation_id)
    return await find_case(session, ring, case_.handoff_id)


def _told(talk: Talk, case_: Case) -> Outbound:
    return replies.counsellor_lost(in_danger=case_.priority > 0)
