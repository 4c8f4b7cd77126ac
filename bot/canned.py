"""Replies that counsellors bring with "/": short, kept by supervisors, without law and numbers.

What the law says comes from dated articles, numbers and addresses from the directory; a reply that
is typed once and sent for years must hold neither. Nobody here commits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from uuid import UUID

import yaml
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue import _
from bot.desk_tables import CannedReply
from bot.errors import AlreadyTaken, NotFound, NotUnderstood
from bot.tables import Counsellor
from bot.understand import clean, fold, nfc

LONGEST_TITLE = 60
LONGEST_WORDS = 1_000
_FILE = Path(__file__).parent / "content" / "canned.yml"
_SHORTCUT = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,28}[a-z0-9])?")
_NUMBER = re.compile(r"\d(?:[ .\-/]?\d){2,}")
_LAW = re.compile(r"\b(?:nghị định|thông tư|bộ luật|luật(?! sư)|(?:điều|khoản)\s+\d)")


@dataclass(frozen=True)
class Wording:
    """A reply as somebody typed it: `shortcut` stands after the "/"."""

    shortcut: str
    title: str
    words: str

    @classmethod
    def of(cls, shortcut: str, title: str, words: str) -> Wording:
        """The same, cleaned; a shortcut may be typed with its "/", with capitals and with accents."""
        bare = re.sub(r"\s+", "-", fold(clean(shortcut)).strip().lower().lstrip("/").strip())
        return cls(bare, " ".join(clean(title).split()), clean(words).strip())


def find_fault(wording: Wording) -> str:
    """What keeps a reply from being kept, in one Vietnamese line; "" where nothing does."""
    if not _SHORTCUT.fullmatch(wording.shortcut):
        return _("Chữ gõ tắt gồm chữ không dấu, số và gạch nối, dài tối đa 30 ký tự.")
    if not wording.title or len(wording.title) > LONGEST_TITLE:
        return _("Tên câu mẫu cần có, dài tối đa {most} ký tự.").format(most=LONGEST_TITLE)
    if not wording.words or len(wording.words) > LONGEST_WORDS:
        return _("Lời của câu mẫu cần có, dài tối đa {most} ký tự.").format(most=LONGEST_WORDS)
    if _NUMBER.search(wording.words):
        return _("Câu mẫu không chứa số điện thoại, địa chỉ hay năm. Số và địa chỉ lấy bằng “//”.")
    if _LAW.search(wording.words.lower()):
        return _("Câu mẫu không nói luật, vì luật thay đổi. Phần luật lấy từ bài viết bằng “/”.")
    return ""


def find_matching(replies: Iterable[CannedReply], typed: str) -> list[CannedReply]:
    """The replies that `typed` means, in their order: those whose shortcut begins with it first, then
    those with all its words in title or text. Accents and capitals do not count."""
    bare = fold(clean(typed)).lower().strip()
    sought = bare.split()
    by_name, by_words = [], []
    for reply in replies:
        whole = fold(f"{reply.shortcut} {reply.title} {reply.words}").lower()
        if reply.shortcut.startswith(re.sub(r"\s+", "-", bare)):
            by_name.append(reply)
        elif all(word in whole for word in sought):
            by_words.append(reply)
    return [*by_name, *by_words]


async def every(session: AsyncSession) -> Sequence[CannedReply]:
    """All of them, by title."""
    return (await session.scalars(select(CannedReply).order_by(CannedReply.title))).all()


async def add(
    session: AsyncSession, wording: Wording, counsellor: Counsellor, now: datetime
) -> None:
    """Keep a new reply.

    Raises:
        NotUnderstood: it has a fault, see `find_fault`.
        AlreadyTaken: another has that shortcut.
    """
    await _demand_sound(session, wording, None)
    session.add(CannedReply(**vars(wording), changed_at=now, changed_by=counsellor.id))
    await session.flush()


async def change(
    session: AsyncSession, id_: UUID, wording: Wording, counsellor: Counsellor, now: datetime
) -> None:
    """Keep other words for a reply.

    Raises:
        NotUnderstood, AlreadyTaken: as `add`.
        NotFound: it was deleted.
    """
    await _demand_sound(session, wording, id_)
    row = await session.get(CannedReply, id_, with_for_update=True)
    if row is None:
        raise NotFound(_("Câu mẫu này không còn nữa."))
    row.shortcut, row.title, row.words = wording.shortcut, wording.title, wording.words
    row.changed_at, row.changed_by = now, counsellor.id
    await session.flush()


async def remove(session: AsyncSession, id_: UUID) -> None:
    """Delete a reply; deleted already is fine."""
    await session.execute(delete(CannedReply).where(CannedReply.id == id_))


async def seed(session: AsyncSession, now: datetime) -> int:
    """Fill an empty desk with the replies of canned.yml; returns how many were added."""
    if await session.scalar(select(func.count()).select_from(CannedReply)):
        return 0
    rows = [{**vars(one), "changed_at": now} for one in seeds()]
    await session.execute(insert(CannedReply).values(rows).on_conflict_do_nothing())
    return len(rows)


@cache
def seeds() -> tuple[Wording, ...]:
    """The replies of canned.yml, read once.

    Raises:
        ValueError: one of them has a fault, or a shortcut stands twice.
    """
    rows = yaml.load(nfc(_FILE.read_text(encoding="utf-8")), yaml.CSafeLoader)
    found = tuple(Wording.of(row["shortcut"], row["title"], row["words"]) for row in rows)
    faults = [f"{one.shortcut}: {fault}" for one in found if (fault := find_fault(one))]
    if faults or len({one.shortcut for one in found}) < len(found):
        raise ValueError(f"canned.yml: {faults or 'a shortcut stands twice'}")
    return found


async def _demand_sound(session: AsyncSession, wording: Wording, own: UUID | None) -> None:
    if fault := find_fault(wording):
        raise NotUnderstood(fault)
    holder = await session.scalar(
        select(CannedReply.id).where(CannedReply.shortcut == wording.shortcut)
    )
    if holder not in (None, own):
        raise AlreadyTaken(
            _("Đã có câu mẫu khác dùng chữ tắt “/{shortcut}”.").format(shortcut=wording.shortcut)
        )
