"""What people say is wrong in the directory: kept under their own key until they are erased, decided by
an editor, and the suggester told. It hides no row by itself. Nobody here commits but `tell_outcomes`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import episodes, suggestion_words
from bot.catalogue import _
from bot.channels.zalo_window import read_window
from bot.errors import AlreadyTaken, NotFound
from bot.privacy import KeyRing, seal, unseal
from bot.runtime import Runtime
from bot.store import Talk, append, open_talk
from bot.suggestion_tables import Suggestion
from bot.tables import Access, Conversation, Counsellor, InboxRow, Person
from bot.wake import wake
from referral_directory.tables import Service

MOST_OPEN = 5
"""So many of one person wait at a time: moderators are people."""
OFTEN, OFTEN_WITHIN = 3, timedelta(days=30)
TOLD_WITHIN = timedelta(days=30)
"""Later than that nobody remembers what they said."""
MOST_SHOWN, MOST_OWN = 100, 20
_BY = func.coalesce(Suggestion.conversation_id, Suggestion.counsellor_id)


@dataclass(frozen=True)
class Said:
    """Something is wrong with the row of this key ("" for another place), in the person's `words`."""

    row_key: str
    what: str
    words: str


@dataclass(frozen=True)
class Report:
    """A suggestion as editors and suggesters see it. `by` is a counsellor's name, "" for a citizen;
    `others` how many others reported the row in the last 30 days, all of them still open."""

    id: UUID
    row_key: str
    row_name: str
    what: str
    words: str
    by: str
    at: datetime
    others: int
    outcome: str
    answer: str
    told: str

    @property
    def is_often(self) -> bool:
        """Whether so many say so that the row should be looked at first."""
        return self.others + 1 >= OFTEN


async def is_noted(access: Access, talk: Talk, row_key: str, what: str) -> bool:
    """Whether this person said just that already and nobody has looked at it yet."""
    found = select(Suggestion.id).where(
        _is_open_of(talk), Suggestion.row_key == row_key, Suggestion.what == what
    )
    return (await access.execute(found.limit(1))).first() is not None


async def may_note(access: Access, talk: Talk) -> bool:
    """Whether one more of this person's can be kept."""
    number = await access.scalar(select(func.count(Suggestion.id)).where(_is_open_of(talk)))
    return (number or 0) < MOST_OPEN


async def keep(session: AsyncSession, talk: Talk, said: Said, now: datetime) -> None:
    """Keep what a citizen said, sealed under their key."""
    id_ = uuid4()
    session.add(
        Suggestion(
            id=id_,
            row_key=said.row_key,
            what=said.what,
            conversation_id=talk.id,
            sealed=seal(talk.key, said.words.encode(), _record(id_)),
            at=now,
        )
    )
    await session.flush()


async def keep_of_counsellor(
    session: AsyncSession, ring: KeyRing, by: Counsellor, said: Said, now: datetime
) -> UUID:
    """Keep what a counsellor said, sealed with the ring.

    Raises:
        NotFound: the directory has no such row.
    """
    known = select(Service.id).where(Service.key == said.row_key)
    if await session.scalar(known) is None:
        raise NotFound(_("Danh bạ không có dòng này."))
    id_ = uuid4()
    session.add(
        Suggestion(
            id=id_,
            row_key=said.row_key,
            what=said.what,
            counsellor_id=by.id,
            sealed=ring.seal(said.words.encode(), _record(id_)),
            at=now,
        )
    )
    await session.flush()
    return id_


async def waiting(session: AsyncSession, ring: KeyRing, now: datetime) -> list[Report]:
    """What nobody has decided yet: rows that many report first, then the oldest, at most MOST_SHOWN."""
    often = await often_reported(session, now)
    first = Suggestion.row_key.in_(list(often)) if often else Suggestion.row_key.is_(None)
    query = _REPORTS.where(Suggestion.outcome == "").order_by(first.desc(), Suggestion.at)
    rows = await session.execute(query.limit(MOST_SHOWN))
    counts = await _reporters(session, now)
    return [_report(row, ring, counts.get(row.Suggestion.row_key, 1) - 1) for row in rows]


async def of_counsellor(session: AsyncSession, ring: KeyRing, who: Counsellor) -> list[Report]:
    """What a counsellor said themselves, newest first, with what became of it."""
    query = _REPORTS.where(Suggestion.counsellor_id == who.id).order_by(Suggestion.at.desc())
    return [_report(row, ring, 0) for row in await session.execute(query.limit(MOST_OWN))]


async def often_reported(session: AsyncSession, now: datetime) -> dict[str, int]:
    """Key → by how many it was reported in the last 30 days, still open, where that is OFTEN or more."""
    return {key: by for key, by in (await _reporters(session, now)).items() if by >= OFTEN}


async def decide(
    session: AsyncSession,
    ring: KeyRing,
    report_id: UUID,
    by: Counsellor,
    outcome: str,
    answer: str,
    now: datetime,
) -> None:
    """Decide a suggestion, one of `suggestion_words.OUTCOMES`, with an `answer` for its suggester or "".
    The citizen is told at once where nothing stands against it, else by `tell_outcomes`.

    Raises:
        NotFound: there is none, or its person was erased.
        AlreadyTaken: somebody else decided it; nothing was changed.
    """
    row = (await session.execute(_REPORTS.where(Suggestion.id == report_id))).first()
    if row is None:
        raise NotFound(_("Không còn góp ý này."))
    is_citizens = row.Suggestion.conversation_id is not None
    if is_citizens:
        # Before the suggestion, as erasure does: else each could wait for the other.
        await open_talk(session, ring, row.Suggestion.conversation_id, lock=True)
    changed = await session.execute(
        update(Suggestion)
        .where(Suggestion.id == report_id, Suggestion.outcome == "")
        .values(
            outcome=outcome,
            answer=_seal(row, ring, answer) if answer else None,
            decided_at=now,
            decided_by=by.id,
            told="" if is_citizens else "told",
        )
        .returning(Suggestion.id)
        .execution_options(synchronize_session=False)
    )
    if changed.first() is None:
        raise AlreadyTaken(_("Đồng nghiệp vừa xử lý góp ý này rồi. Không có gì thay đổi thêm."))
    if is_citizens:
        await _tell(session, ring, report_id, now)


async def tell_outcomes(runtime: Runtime) -> int:
    """Tell everybody whose outcome could not be told before; returns how many are settled now."""
    now = runtime.clock()
    untold = select(Suggestion.id).where(Suggestion.outcome != "", Suggestion.told == "")
    async with runtime.sessions() as session:
        found = list(await session.scalars(untold.order_by(Suggestion.decided_at).limit(500)))
    settled = 0
    for report_id in found:
        async with runtime.sessions.begin() as session:
            settled += await _tell(session, runtime.ring, report_id, now)
    return settled


async def move(session: AsyncSession, from_key: str, to_key: str) -> None:
    """What was said of one row now counts for another: they were one place."""
    await session.execute(
        update(Suggestion)
        .where(Suggestion.row_key == from_key)
        .values(row_key=to_key)
        .execution_options(synchronize_session=False)
    )


async def _tell(session: AsyncSession, ring: KeyRing, report_id: UUID, now: datetime) -> bool:
    """Tell a citizen what became of theirs. Not in danger, not while a counsellor has the chat, and not
    between a question of ours and its answer: it keeps until then. Whether it is settled."""
    found = _REPORTS.where(Suggestion.id == report_id).execution_options(populate_existing=True)
    row = (await session.execute(found)).one_or_none()
    if row is None:
        return False
    said = row.Suggestion
    talk = await open_talk(session, ring, said.conversation_id, lock=True)
    if talk is None:
        return False
    await session.refresh(said)  # somebody else may have told it while this waited for the lock
    if said.told:
        return False
    told = "told"
    if talk.channel == "zalo_oa" and (await read_window(session, talk.id, now)).state == "closed":
        told = "undeliverable"
    elif await _is_busy(session, talk):
        if now - said.decided_at < TOLD_WITHIN:
            return False
        told = "undeliverable"
    if told == "told":
        report = _report(row, ring, 0)
        words = suggestion_words.outcome(
            report.what, report.row_name, report.outcome, report.answer
        )
        await append(session, talk, "bot", [words], now)
        await wake(session, talk.id)
    said.told = told
    await session.flush()
    return True


async def _is_busy(session: AsyncSession, talk: Talk) -> bool:
    """Whether something else comes first, or the person's next words may answer a question of ours."""
    state = talk.state
    asked = state.worry_soft or state.awaits or state.awaiting_place or state.awaiting_feedback
    screened = state.screening and not state.screening.get("paused")
    if asked or screened or (state.places or {}).get("about") or talk.holder == "counsellor":
        return True
    unread = select(InboxRow.id).where(
        InboxRow.conversation_id == talk.id, InboxRow.done_at.is_(None)
    )
    waits = await session.scalar(select(unread.exists()))
    return bool(waits) or await episodes.is_open(session, talk.id)


async def _reporters(session: AsyncSession, now: datetime) -> dict[str, int]:
    counted = (
        select(Suggestion.row_key, func.count(func.distinct(_BY)))
        .where(Suggestion.outcome == "", Suggestion.row_key != "")
        .where(Suggestion.at > now - OFTEN_WITHIN)
        .group_by(Suggestion.row_key)
    )
    return dict((await session.execute(counted)).tuples().all())


_REPORTS = (
    select(
        Suggestion,
        Service.name.label("row_name"),
        Counsellor.name.label("by"),
        Person.id.label("person_id"),
        Person.data_key,
    )
    .outerjoin(Service, Service.key == Suggestion.row_key)
    .outerjoin(Counsellor, Counsellor.id == Suggestion.counsellor_id)
    .outerjoin(Conversation, Conversation.id == Suggestion.conversation_id)
    .outerjoin(Person, Person.id == Conversation.person_id)
)


def _report(
    row: Row[tuple[Suggestion, str, str, UUID, bytes]], ring: KeyRing, others: int
) -> Report:
    said = row.Suggestion
    return Report(
        id=said.id,
        row_key=said.row_key,
        row_name=row.row_name or "",
        what=said.what,
        words=_unseal(row, ring, said.sealed),
        by=row.by or "",
        at=said.at,
        others=max(others, 0),
        outcome=said.outcome,
        answer=_unseal(row, ring, said.answer) if said.answer else "",
        told=said.told,
    )


def _unseal(
    row: Row[tuple[Suggestion, str, str, UUID, bytes]], ring: KeyRing, sealed: bytes
) -> str:
    record = _record(row.Suggestion.id)
    if row.data_key is None:
        return ring.unseal(sealed, record).decode()
    return unseal(ring.unwrap(row.data_key, str(row.person_id)), sealed, record).decode()


def _seal(row: Row[tuple[Suggestion, str, str, UUID, bytes]], ring: KeyRing, words: str) -> bytes:
    record = _record(row.Suggestion.id)
    if row.data_key is None:
        return ring.seal(words.encode(), record)
    return seal(ring.unwrap(row.data_key, str(row.person_id)), words.encode(), record)


def _record(id_: UUID) -> str:
    return f"suggestion:{id_}"


def _is_open_of(talk: Talk) -> ColumnElement[bool]:
    return (Suggestion.conversation_id == talk.id) & (Suggestion.outcome == "")
