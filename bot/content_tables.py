"""The rows of the editors' work: what was not answered, and what they laid over the article files.

No conversation, no person and no time finer than the day stands beside a question.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.tables import Base


class OpenQuestion(Base):
    """What somebody asked in vain, redacted. `reason` is "unanswered" or "not_helpful", `article`
    the one that did not help, `day` the last day it came, `seen` how often."""

    __tablename__ = "open_questions"
    __table_args__ = (
        Index(
            "uq_open_questions_same", "text", "reason", text("coalesce(article, '')"), unique=True
        ),
        CheckConstraint("reason IN ('unanswered', 'not_helpful')", name="reason"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    text: Mapped[str]
    reason: Mapped[str]
    article: Mapped[str | None]
    day: Mapped[date]
    seen: Mapped[int] = mapped_column(server_default="1")


class AddedParaphrase(Base):
    """One more way to ask for an article."""

    __tablename__ = "added_paraphrases"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    article: Mapped[str]
    phrase: Mapped[str] = mapped_column(unique=True)
    by: Mapped[UUID] = mapped_column(ForeignKey("counsellors.id"))
    at: Mapped[datetime]


class EditedArticle(Base):
    """The whole Markdown of an article as an editor left it. Of the published ones of a key the
    newest counts, the older are its history; a key has at most one draft."""

    __tablename__ = "edited_articles"
    __table_args__ = (
        Index("ix_edited_articles_key_id", "key", "id"),
        CheckConstraint("state IN ('published', 'draft')", name="state"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    key: Mapped[str]
    source: Mapped[str]
    state: Mapped[str]
    by: Mapped[UUID] = mapped_column(ForeignKey("counsellors.id"))
    at: Mapped[datetime]


class Approval(Base):
    """Somebody stands by an article as it read then; `fingerprint` is of that content."""

    __tablename__ = "approvals"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    article: Mapped[str]
    fingerprint: Mapped[str]
    by: Mapped[UUID] = mapped_column(ForeignKey("counsellors.id"))
    at: Mapped[datetime]
