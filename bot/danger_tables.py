"""The rows of what people said of the danger check: was an alarm right, was one missing."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Identity
from sqlalchemy.orm import Mapped, mapped_column

from bot.tables import Base


class Verdict(Base):
    """That a counsellor judged what was made of a citizen's line; erased with the line."""

    __tablename__ = "danger_verdicts"

    message_id: Mapped[int] = mapped_column(
        ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True
    )
    right: Mapped[bool]
    by: Mapped[UUID] = mapped_column(ForeignKey("counsellors.id"))
    at: Mapped[datetime]


class Example(Base):
    """A judged line, redacted, with the danger that is truly in it. Nothing leads from here to a
    person, a conversation or a time finer than the day. `source` is "alarm" or "sample"."""

    __tablename__ = "danger_examples"
    __table_args__ = (CheckConstraint("source IN ('alarm', 'sample')", name="source"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    text: Mapped[str]
    label: Mapped[str]
    level: Mapped[str]
    source: Mapped[str]
    day: Mapped[date] = mapped_column(Date)
