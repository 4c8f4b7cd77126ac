"""Taking a case."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import replies
from bot.catalogue import _
from bot.errors import AlreadyTaken, TooManyChats
from bot.handoff.case import ORDINARY, Case, find_case, locked_talk
from bot.handoff.speaking import audit
from bot.privacy import KeyRing
from bot.store import append, notify, set_holder
from bot.tables import Counsellor, Handoff


async def chats_of(session: AsyncSession, counsellor_id: UUID) -> int:
    """How many cases the counsellor has now."""
    mine = select(func.count()).where(
        Handoff.state == "claimed", Handoff.counsellor_id == counsellor_id
    )
    return await session.scalar(mine) or 0


async def claim(
    session: AsyncSession, ring: KeyRing, handoff_id: UUID, counsellor: Counsellor, now: datetime
) -> Case:
    """Take a waiting case; of two who try at once, one wins. Somebody in danger is taken in however
    many chats one has.

    Raises:
        AlreadyTaken: a colleague has it, named in the line; or it is closed.
        NotFound: there is no such case.
        TooManyChats: the counsellor has as many as they may.
    """
    case_ = await find_case(session, ring, handoff_id, lock=True)
    if case_.state == "claimed" and case_.counsellor_id == counsellor.id:
        return case_
    if case_.state != "waiting":
        if case_.state == "closed":
            raise AlreadyTaken(_("Đã đóng cuộc trò chuyện này."))
        who = case_.counsellor
        raise AlreadyTaken(_("{name} đã nhận cuộc trò chuyện này.").format(name=who))
    if case_.priority == ORDINARY:
        await _demand_room(session, counsellor)
    await session.execute(
        update(Handoff)
        .where(Handoff.id == handoff_id)
        .values(
            state="claimed",
            counsellor_id=counsellor.id,
            claimed_at=now,
            wanted_id=None,
            team_id=None,
        )
        .execution_options(synchronize_session=False)
    )
    talk = await locked_talk(session, ring, case_.conversation_id)
    await set_holder(session, talk.id, "counsellor")
    await append(session, talk, "bot", [replies.counsellor_came(counsellor.name)], now)
    await audit(session, counsellor, "claim", handoff_id, now)
    await notify(session, "queue", talk.id)
    return await find_case(session, ring, handoff_id)


async def _demand_room(session: AsyncSession, counsellor: Counsellor) -> None:
    """Raises:
    TooManyChats: no room for one more. The counsellor's row is held, so that two pages of theirs do
        not both find the last place.
    """
    own = select(Counsellor.most_chats).where(Counsellor.id == counsellor.id)
    most = await session.scalar(own.with_for_update(key_share=True))
    if most is not None and await chats_of(session, counsellor.id) >= most:
        raise TooManyChats(
            _(
                "Bạn đang giữ {most} cuộc trò chuyện, là mức cao nhất của bạn. "
                "Bạn kết thúc hoặc chuyển bớt một cuộc rồi nhận tiếp nhé. Ca nguy hiểm thì luôn nhận được."
            ).format(most=most)
        )
