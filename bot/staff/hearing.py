"""What a counsellor writes in a topic: an answer, a note, the end of the case, a word on an alarm.

Done in the transaction that takes the update in, so that it is done once or the update comes again; what
its writer is told is stored beside it and posted by `topics`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid5

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession

from bot import access, handoff, verdicts
from bot.catalogue import N_, Table, _
from bot.channel_tables import StaffTopic, StaffUpdate
from bot.channels.telegram_staff import TelegramStaff, Written
from bot.errors import DiemTuaError, NotFound, NotUnderstood, TooLong, where
from bot.handoff import Case
from bot.privacy import KeyRing
from bot.runtime import Runtime
from bot.staff import accounts
from bot.tables import Counsellor
from bot.wake import wake

log = structlog.get_logger()

MOST_CHARACTERS = 4000
KEPT = timedelta(days=2)
"""Telegram gives an update again for a day at most."""

NOT_SENT = N_("Chưa có gì được gửi cho người dân.")
ENDED = N_("Ca này đã kết thúc.")
ONLY_TEXT = N_("Ở đây mình chỉ chuyển được chữ. Chưa có gì được gửi cho người dân.")
TOO_LATE_TO_EDIT = N_(
    "Sửa tin ở đây không đổi được tin đã gửi. Nếu cần, bạn viết một tin mới cho người dân."
)
UNKNOWN = N_("Mình chỉ hiểu /note, /close và /link. Chưa có gì được gửi cho người dân.")
NO_CASE = N_(
    "Tin này không ở trong chủ đề của ca nào. Chưa có gì được gửi cho người dân. "
    "Bạn viết trong chủ đề của ca nhé."
)
IN_A_TOPIC = N_("Bạn viết lệnh này trong chủ đề của một ca nhé. Chưa có gì được gửi cho người dân.")
OLD_BUTTON = N_("Nút này cũ quá, mình chưa ghi gì. Bạn ghi báo đúng hay nhầm ở bàn tư vấn nhé.")
BROKEN = N_(
    "Máy gặp lỗi với tin này. Chưa có gì được gửi cho người dân. Bạn mở bàn tư vấn để trả lời."
)
EMPTY_NOTE = N_("Bạn viết ghi chú ngay sau /note nhé. Chưa lưu gì.")
SURE = N_(
    "Đây là ca nguy hiểm. Chỉ kết thúc khi bạn đã chắc người này an toàn. "
    "Nếu đã chắc, bạn viết: /close ok"
)
NOTED = N_("Đã lưu ghi chú nội bộ.")
CLOSED = N_("{name} đã kết thúc ca {number}. Nội dung còn ở bàn tư vấn, không còn trong nhóm này.")
JUDGED = Table(
    {"yes": "Đã ghi lại: báo đúng. Cảm ơn bạn.", "no": "Đã ghi lại: báo nhầm. Cảm ơn bạn."}
)
VERDICT = "/verdict"
_OWN_LINES = UUID("5a3f3f6e-4c1b-4b6e-9d0e-8f1f6a0c7d21")


async def hear(runtime: Runtime, group: TelegramStaff, session: AsyncSession, raw: bytes) -> None:
    """Do what a raw update asks, where it is one of the supergroup and not one dealt with before. The
    caller commits. (The first two are bound where it is wired: `bot.parked.Hears`.)

    Whoever wrote to a citizen is told in the same place where nothing was sent: in a case's topic of
    everything that cannot be, whatever it is; outside any topic of what answers a post of ours; in a
    topic that is no case's of that too, and of the first message in two days. All else there is talk
    between colleagues. Where our own code breaks, nothing of what was asked is done and its writer is
    told; the update counts as dealt with, so that it does not come for ever.

    Raises:
        OperationalError, InterfaceError, TimeoutError (of SQLAlchemy): the database is away.
    """
    said, now = None, runtime.clock()
    try:
        said = group.parse(raw)
        if said is not None:
            async with session.begin_nested():
                await _deal_with(session, runtime.ring, said, now)
    except (OperationalError, InterfaceError, PoolTimeout):
        raise
    except Exception as error:
        log.error("staff.hearing_broke", error=where(error))
        if said is not None and await _is_new(session, said, now):
            await _tell(session, said, _(BROKEN))


def is_written_here(uid: UUID) -> bool:
    """Whether a line of this name was written in a topic: there it stands already."""
    return uid.version == 5


async def _deal_with(session: AsyncSession, ring: KeyRing, said: Written, now: datetime) -> None:
    """Obey it, unless that was done before, and keep what its writer is to be told."""
    await _forget_old(session, now)
    if not await _is_new(session, said, now):
        return
    try:
        async with session.begin_nested():
            answer = await _obey(session, ring, said, now)
    except DiemTuaError as refused:
        answer = _(refused.line)
    if answer:
        await _tell(session, said, answer)


async def _tell(session: AsyncSession, said: Written, answer: str) -> None:
    await session.execute(
        update(StaffUpdate)
        .where(StaffUpdate.event_id == said.event_id)
        .values(answer=answer, answered_at=None)
    )


async def _obey(session: AsyncSession, ring: KeyRing, said: Written, now: datetime) -> str:
    """What to tell who wrote; "" where nothing needs saying."""
    verb, rest = (*said.text.split(maxsplit=1), "", "")[:2]
    verb = verb.partition("@")[0].lower()
    if said.kind == "text" and verb == "/link":
        linked = await accounts.link(session, ring, said.sender, rest, now)
        return _(accounts.LINKED).format(name=linked.name)
    topic = None
    if said.thread_id is not None:
        which = select(StaffTopic).where(StaffTopic.thread_id == said.thread_id)
        topic = await session.scalar(which)
    if topic is None:
        return await _outside(session, said, verb)
    who = await accounts.counsellor_of(session, ring, said.sender)
    if said.kind in ("wordless", "edited"):
        return _(ONLY_TEXT) if said.kind == "wordless" else _(TOO_LATE_TO_EDIT)
    case = await handoff.find_case(session, ring, topic.handoff_id, lock=True)
    if said.kind == "press":
        return await _judge(session, ring, case, who, said.text, now)
    if verb == "/note":
        return await _note(session, ring, case, who, _words(rest), said, now)
    if verb == "/close":
        return await _close(session, ring, case, who, topic, said, now)
    if verb.startswith("/"):
        raise NotUnderstood(_(UNKNOWN))
    return await _answer(session, ring, case, who, said, now)


async def _outside(session: AsyncSession, said: Written, verb: str) -> str:
    """What to tell of something that is in no case's topic: see `hear`."""
    if said.kind == "press":
        return _(OLD_BUTTON) if verb == VERDICT else ""
    if said.kind == "edited":
        return ""
    if verb in ("/note", "/close"):
        return _(IN_A_TOPIC)
    is_told = said.to_us or (said.thread_id is not None and not await _is_known(session, said))
    return _(NO_CASE) if is_told else ""


async def _is_known(session: AsyncSession, said: Written) -> bool:
    """Whether it was told in this topic before that it is no case's."""
    told = select(StaffUpdate.event_id).where(
        StaffUpdate.thread_id == said.thread_id, StaffUpdate.answer == _(NO_CASE)
    )
    return await session.scalar(told.limit(1)) is not None


async def _answer(
    session: AsyncSession,
    ring: KeyRing,
    case: Case,
    who: Counsellor,
    said: Written,
    now: datetime,
) -> str:
    """Send it to the citizen; who answers a waiting case first has claimed it."""
    text = _words(said.text)
    try:
        case = await handoff.claim(session, ring, case.handoff_id, who, now)
    except DiemTuaError as taken:
        raise type(taken)(f"{_(taken.line)} {_(NOT_SENT)}") from None
    access.demand(access.may_answer(case, who))
    await handoff.say(session, ring, case, who, text, now, uid=_uid(said))
    await wake(session, case.conversation_id)
    return ""


async def _note(
    session: AsyncSession,
    ring: KeyRing,
    case: Case,
    who: Counsellor,
    text: str,
    said: Written,
    now: datetime,
) -> str:
    access.demand(access.may_note(case, who))
    if not text:
        raise NotUnderstood(_(EMPTY_NOTE))
    await handoff.note(session, ring, case, who, text, now, uid=_uid(said))
    return _(NOTED)


async def _close(
    session: AsyncSession,
    ring: KeyRing,
    case: Case,
    who: Counsellor,
    topic: StaffTopic,
    said: Written,
    now: datetime,
) -> str:
    """End the case, where there was danger only on a second word, as the console asks again too, and
    not while an alarm has not reached the topic. That it ended is told outside its topic, which is
    deleted."""
    if case.state == "closed":
        return _(ENDED)
    access.demand(access.may_close(case, who))
    if case.priority and said.text.lower().split()[1:] != ["ok"]:
        return _(SURE)
    await handoff.demand_end(session, ring, case, topic.copied)
    await handoff.close(session, ring, case, who, now)
    await wake(session, case.conversation_id)
    await session.execute(
        update(StaffUpdate).where(StaffUpdate.event_id == said.event_id).values(thread_id=None)
    )
    return _(CLOSED).format(number=topic.id, name=who.name)


async def _judge(
    session: AsyncSession, ring: KeyRing, case: Case, who: Counsellor, payload: str, now: datetime
) -> str:
    """Keep whether an alarm was right (the button under its line)."""
    match payload.split():
        case [verb, line, ("yes" | "no") as right] if (
            verb == VERDICT and line.isdecimal() and len(line) < 19
        ):
            line_id = int(line)
        case _:
            return ""
    access.demand(access.may_note(case, who))
    talk = await verdicts.conversation_of(session, ring, line_id)
    if talk.id != case.conversation_id:
        raise NotFound(_("Tin này không ở trong cuộc trò chuyện này."))
    found = None if right == "yes" else verdicts.NONE
    await verdicts.judge(session, talk, line_id, found, who, now)
    await handoff.audit(session, who, "judge alarm", case.handoff_id, now)
    return JUDGED[right]


async def _is_new(session: AsyncSession, said: Written, now: datetime) -> bool:
    row = insert(StaffUpdate).values(
        event_id=said.event_id,
        thread_id=said.thread_id,
        next_at=now,
        received_at=now,
        answered_at=now,
    )
    stored = await session.execute(row.on_conflict_do_nothing().returning(StaffUpdate.event_id))
    return stored.first() is not None


async def _forget_old(session: AsyncSession, now: datetime) -> None:
    await session.execute(delete(StaffUpdate).where(StaffUpdate.received_at < now - KEPT))
    await session.execute(delete(StaffTopic).where(StaffTopic.ended_at < now - KEPT))


def _words(text: str) -> str:
    text = text.strip()
    if len(text) > MOST_CHARACTERS:
        raise TooLong(
            _(
                "Tin dài {length} ký tự, quá {most}. Chưa có gì được gửi cho người dân. "
                "Bạn chia thành vài tin nhé."
            ).format(length=len(text), most=MOST_CHARACTERS)
        )
    return text


def _uid(said: Written) -> UUID:
    """The line's name, made from the update: the same update makes the same line."""
    return uuid5(_OWN_LINES, said.event_id)
