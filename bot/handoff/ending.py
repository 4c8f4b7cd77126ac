"""Ending a case, and coming back to it on the day that was agreed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import episodes, replies
from bot.catalogue import _
from bot.errors import AlreadyTaken, NotYet
from bot.handoff.case import CASE, ORDINARY, Case, find_case, locked_talk, open_case, read_case
from bot.handoff.entering import ask_for_counsellor
from bot.handoff.speaking import audit
from bot.handoff.taking import claim
from bot.privacy import KeyRing
from bot.store import append, notify, read_lines, set_holder
from bot.tables import Counsellor, Episode, Handoff, Message

FOLLOW_UP = "follow_up"
"""The reason of a case that a counsellor opens because of a date that was agreed."""


def refusal_to_end(case_: Case, *, new_alarm: bool, spoken_to: bool) -> str:
    """Why a case may not be ended now, in a line for the counsellor; "" where it may.

    `new_alarm` is whether an alarm came after the last line that the counsellor's page had, `spoken_to`
    whether a counsellor said anything to the citizen since the danger began.
    """
    if new_alarm:
        return _("Có báo động mới mà bạn chưa thấy. Bạn đọc tin mới nhất rồi hãy kết thúc.")
    if case_.priority > ORDINARY and not spoken_to:
        return _("Đây là ca nguy hiểm mà chưa ai viết cho người này. Bạn viết cho họ trước đã.")
    return ""


async def demand_end(session: AsyncSession, ring: KeyRing, case_: Case, seen: int) -> None:
    """`seen` is the id of the last line that the counsellor's page showed. The case must be locked.

    Raises:
        NotYet: see `refusal_to_end`.
    """
    talk = await locked_talk(session, ring, case_.conversation_id)
    new = await read_lines(session, talk, after=seen)
    line = refusal_to_end(
        case_,
        new_alarm=any(one.alarm for one in new if one.author == "citizen"),
        spoken_to=case_.priority == ORDINARY or await _is_spoken_to(session, case_),
    )
    if line:
        raise NotYet(line)


async def _is_spoken_to(session: AsyncSession, case_: Case) -> bool:
    began = (
        select(func.min(Episode.opened_at))
        .where(Episode.conversation_id == case_.conversation_id, Episode.closed_at.is_(None))
        .scalar_subquery()
    )
    said = select(Message.id).where(
        Message.conversation_id == case_.conversation_id,
        Message.author == "counsellor",
        Message.created_at >= func.coalesce(began, case_.opened_at),
    )
    return await session.scalar(said.limit(1)) is not None


async def close(
    session: AsyncSession,
    ring: KeyRing,
    case_: Case,
    counsellor: Counsellor,
    now: datetime,
    *,
    outcome: str = "",
    topics: Sequence[str] = (),
    follow_up_on: date | None = None,
    tell: bool = True,
) -> None:
    """End the case: the bot answers again, and an open danger episode ends with this counsellor. The case
    stays that of who talked in it, whoever ends it. The citizen is told, unless `tell` is False because
    they are told something else. `outcome` and `topics` are keys of `case_words.OUTCOMES` and
    `case_words.TOPICS`; on the day `follow_up_on` the case stands on the board again."""
    talk = await locked_talk(session, ring, case_.conversation_id)
    await session.execute(
        update(Handoff)
        .where(Handoff.id == case_.handoff_id)
        .values(
            state="closed",
            closed_at=now,
            counsellor_id=case_.counsellor_id or counsellor.id,
            outcome=outcome,
            topics=list(topics),
            follow_up_on=follow_up_on,
        )
    )
    await episodes.close(session, case_.conversation_id, counsellor.id, now)
    await set_holder(session, case_.conversation_id, "bot")
    if tell:
        await append(session, talk, "bot", [replies.counsellor_left()], now)
    await audit(session, counsellor, "close", case_.handoff_id, now)
    await notify(session, "queue", case_.conversation_id)


async def follow_ups(session: AsyncSession, ring: KeyRing, today: date) -> list[Case]:
    """The ended cases whose day has come, the oldest first; one whose citizen waits or talks with us
    again needs no call."""
    busy = select(Handoff.conversation_id).where(Handoff.state != "closed")
    rows = await session.execute(
        CASE.where(
            Handoff.state == "closed",
            Handoff.follow_up_on <= today,
            Handoff.conversation_id.not_in(busy),
        ).order_by(Handoff.follow_up_on, Handoff.opened_at)
    )
    return [read_case(row, ring) for row in rows]


async def follow_up(
    session: AsyncSession, ring: KeyRing, case_: Case, counsellor: Counsellor, now: datetime
) -> Case:
    """Talk again with the citizen of an ended case whose day has come: a new case, which the counsellor
    has at once. The ended one must be locked.

    Raises:
        AlreadyTaken: a colleague did it, or the citizen came back by themselves.
        TooManyChats: see `claim`.
    """
    talk = await locked_talk(session, ring, case_.conversation_id)
    if case_.follow_up_on is None or await open_case(session, ring, talk.id) is not None:
        raise AlreadyTaken(_("Đồng nghiệp đã gọi lại, hoặc người này đã tự quay lại."))
    await follow_up_done(session, case_, counsellor, now)
    await ask_for_counsellor(
        session,
        talk,
        priority=ORDINARY,
        reason=FOLLOW_UP,
        summary={**case_.summary, "handed": ""},
        now=now,
        area=case_.area,
        skill=case_.skill,
        language=case_.language,
    )
    opened = await open_case(session, ring, talk.id)
    assert opened is not None
    await claim(session, ring, opened.handoff_id, counsellor, now)
    return await find_case(session, ring, opened.handoff_id)


async def follow_up_done(
    session: AsyncSession, case_: Case, counsellor: Counsellor, now: datetime
) -> None:
    """Take an ended case off the list of those to be called."""
    await session.execute(
        update(Handoff)
        .where(Handoff.id == case_.handoff_id)
        .values(follow_up_on=None)
        .execution_options(synchronize_session=False)
    )
    await audit(session, counsellor, "follow up", case_.handoff_id, now)
    await notify(session, "queue", case_.conversation_id)
