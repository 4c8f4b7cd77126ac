"""Measures against abuse: a warning, silence for a time, silence for good. Nobody here commits.

They hold for talk, never for danger: what a muted or blocked person writes is stored and judged as
anybody's (`bot.turn.restrained`), and while a danger of theirs is open no measure holds at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, cast
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import case_words, episodes, handoff, replies
from bot.access import may_answer, may_note, may_oversee
from bot.catalogue import N_, _
from bot.desk_tables import Restraint
from bot.errors import NotAllowed, NotFound, NotUnderstood
from bot.handoff import Case
from bot.messages import Outbound
from bot.privacy import KeyRing, seal, unseal
from bot.store import Talk, append, notify, open_talk
from bot.tables import Access, Conversation, Counsellor, Handoff, Person

Kind = Literal["warned", "muted", "blocked"]
KINDS: tuple[Kind, ...] = ("warned", "muted", "blocked")
MUTED_FOR = (timedelta(hours=1), timedelta(days=1), timedelta(days=7))
"""For how long somebody may be muted."""
SAID_AGAIN_AFTER = timedelta(hours=1)
LONGEST_REASON = 500
_IN_DANGER = N_(
    "Người này đang có báo động nguy hiểm. Bạn lo cho họ và kết thúc ca đã, rồi mới tạm ngừng."
)


@dataclass(frozen=True)
class Measure:
    """A measure that was given, readable by colleagues. `until` is None where it has no end; `case` is
    the person's newest case, None where they never had one."""

    id: UUID
    kind: Kind
    reason: str
    until: datetime | None
    given_at: datetime
    by: str
    lifted: bool
    case: UUID | None

    def holds(self, now: datetime) -> bool:
        """Whether it still keeps somebody silent at `now`; a warning never does."""
        ended = self.until is not None and self.until <= now
        return self.kind != "warned" and not self.lifted and not ended


@dataclass(frozen=True)
class Held:
    """What keeps a person silent: `until` is None for no end; `given_at` is when they were told first."""

    kind: str
    until: datetime | None
    given_at: datetime


def gravest(found: Sequence[Held], now: datetime) -> Held | None:
    """Of the measures against one person, the one that they are told of: no end before any end, then
    the latest end. None where none holds at `now`."""
    holding = [one for one in found if one.kind != "warned" and not _is_over(one.until, now)]
    return max(
        holding, key=lambda one: (one.until is None, one.until or now, one.kind), default=None
    )


def is_said_again(held: Held, told_at: str, now: datetime) -> bool:
    """Whether a person who was last told at `told_at` (ISO 8601, "" for not since) is told once more."""
    told = datetime.fromisoformat(told_at) if told_at else held.given_at
    return now - max(told, held.given_at) >= SAID_AGAIN_AFTER


def in_words(held: Held, now: datetime) -> Outbound:
    """The one kind line that a silenced person gets."""
    return replies.silenced(case_words.time(held.until, now) if held.until else "")


async def held_against(access: Access, talk: Talk, now: datetime) -> Held | None:
    """What keeps this person silent now. None too while a danger of theirs is open."""
    rows = await access.execute(
        select(Restraint.kind, Restraint.until, Restraint.given_at).where(
            Restraint.person_id == talk.person_id,
            Restraint.kind != "warned",
            Restraint.lifted_at.is_(None),
        )
    )
    held = gravest([Held(row.kind, row.until, row.given_at) for row in rows], now)
    if held is None or await episodes.is_open(access, talk.id):
        return None
    return held


async def give(
    session: AsyncSession,
    ring: KeyRing,
    case: Case,
    by: Counsellor,
    kind: str,
    reason: str,
    lasts: timedelta | None,
    now: datetime,
) -> None:
    """Warn, mute (`lasts`, one of MUTED_FOR) or block the person of a case, and tell them so. Who is
    muted or blocked is no longer waited for: their open case ends.

    Raises:
        NotAllowed: the role, or whose case it is, does not admit it; or the person is in danger.
        NotUnderstood: no such measure or time, or no reason of at most LONGEST_REASON characters.
    """
    _demand_right(case, by, kind)
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise NotUnderstood(
            _("Bạn ghi lý do giúp, nhiều nhất {most} ký tự.").format(most=LONGEST_REASON)
        )
    if kind not in KINDS or (lasts in MUTED_FOR) != (kind == "muted"):
        raise NotUnderstood(_("Bạn chọn một biện pháp, và thời gian nếu là tạm ngừng."))
    talk = await open_talk(session, ring, case.conversation_id, lock=True)
    if talk is None:
        raise NotFound(handoff.GONE)
    if kind != "warned" and await episodes.is_open(session, talk.id):
        raise NotAllowed(_(_IN_DANGER))
    made = uuid4()
    until = now + lasts if lasts else None
    session.add(
        Restraint(
            id=made,
            person_id=talk.person_id,
            kind=kind,
            reason=seal(talk.key, reason.encode(), f"restraint:{made}"),
            until=until,
            given_at=now,
            given_by=by.id,
        )
    )
    if kind != "warned":
        await _end_talk(session, ring, case, by, now)
    told = replies.warned() if kind == "warned" else in_words(Held(kind, until, now), now)
    await append(session, talk, "bot", [told], now)
    await handoff.audit(session, by, f"restrain {kind}", case.handoff_id, now)
    await notify(session, "queue", talk.id)


async def lift(
    session: AsyncSession, ring: KeyRing, restraint_id: UUID, by: Counsellor, now: datetime
) -> UUID:
    """End a measure before its time and tell the person, if nothing else holds; their conversation.

    Raises:
        NotAllowed: the role does not admit it.
        NotFound: there is no such measure, or it was lifted already.
    """
    if not may_oversee(by):
        raise NotAllowed(_("Chỉ người giám sát gỡ được biện pháp này."))
    row = await session.execute(
        update(Restraint)
        .where(Restraint.id == restraint_id, Restraint.lifted_at.is_(None))
        .values(lifted_at=now, lifted_by=by.id)
        .returning(Restraint.person_id, Restraint.kind, Restraint.until, Restraint.given_at)
        .execution_options(synchronize_session=False)
    )
    lifted = row.one_or_none()
    talk = await _talk_of(session, ring, lifted.person_id) if lifted else None
    if lifted is None or talk is None:
        raise NotFound(_("Biện pháp này đã được gỡ."))
    held_before = gravest([Held(lifted.kind, lifted.until, lifted.given_at)], now)
    if held_before and await held_against(session, talk, now) is None:
        await append(session, talk, "bot", [replies.silence_lifted()], now)
    await handoff.audit(session, by, "lift restraint", restraint_id, now)
    await notify(session, "queue", talk.id)
    return talk.id


async def against(session: AsyncSession, ring: KeyRing, conversation_id: UUID) -> list[Measure]:
    """Every measure that the person of a conversation was given, newest first."""
    return await _read(session, ring, Conversation.id == conversation_id)


async def in_force(session: AsyncSession, ring: KeyRing, now: datetime) -> list[Measure]:
    """Everybody's measures that hold now, newest first."""
    found = await _read(session, ring, Restraint.lifted_at.is_(None), Restraint.kind != "warned")
    return [one for one in found if one.holds(now)]


async def _read(session: AsyncSession, ring: KeyRing, *which: object) -> list[Measure]:
    newest = (
        select(Handoff.id)
        .where(Handoff.conversation_id == Conversation.id)
        .order_by(Handoff.opened_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(Restraint, Person.data_key, Counsellor.name, newest)
        .join(Person, Person.id == Restraint.person_id)
        .join(Conversation, Conversation.person_id == Person.id)
        .join(Counsellor, Counsellor.id == Restraint.given_by)
        .where(*which)  # type: ignore[arg-type]
        .order_by(Restraint.given_at.desc())
    )
    return [_measure(row, data_key, name, case, ring) for row, data_key, name, case in rows]


def _measure(row: Restraint, data_key: bytes, by: str, case: UUID | None, ring: KeyRing) -> Measure:
    key = ring.unwrap(data_key, str(row.person_id))
    return Measure(
        id=row.id,
        kind=cast(Kind, row.kind),
        reason=unseal(key, row.reason, f"restraint:{row.id}").decode(),
        until=row.until,
        given_at=row.given_at,
        by=by,
        lifted=row.lifted_at is not None,
        case=case,
    )


def _demand_right(case: Case, by: Counsellor, kind: str) -> None:
    """Whoever has the chat warns; muting and blocking is for overseers, on any case."""
    oversees = may_oversee(by)
    allowed = (
        oversees if kind != "warned" else may_answer(case, by) or (oversees and may_note(case, by))
    )
    if not allowed:
        raise NotAllowed(
            _(
                "Bạn chỉ nhắc nhở được người mình đang trò chuyện; tạm ngừng hay chặn là việc của giám sát."
            )
        )


async def _end_talk(
    session: AsyncSession, ring: KeyRing, case: Case, by: Counsellor, now: datetime
) -> None:
    open_case = await handoff.open_case(session, ring, case.conversation_id)
    if open_case is not None:
        await handoff.close(session, ring, open_case, by, now, outcome="abuse", tell=False)


async def _talk_of(session: AsyncSession, ring: KeyRing, person_id: UUID) -> Talk | None:
    found = await session.scalar(select(Conversation.id).where(Conversation.person_id == person_id))
    return await open_talk(session, ring, found, lock=True) if found else None


def _is_over(until: datetime | None, now: datetime) -> bool:
    return until is not None and until <= now
