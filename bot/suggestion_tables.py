"""What citizens and counsellors said of the directory's rows, until an editor has looked at it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.tables import Base


class Suggestion(Base):
    """That something about a row of the directory is wrong, or that another place is known.

    `row_key` is the row's key, "" for another place; `what` a key of `suggestion_words.WHAT`. It comes
    from a conversation or from a counsellor, never from both. `sealed` holds the words and `answer` the
    editor's, under the person's own key, or a counsellor's under the ring's. `outcome` is "" while
    nobody has decided, then a key of `suggestion_words.OUTCOMES`. `told` says what became of telling
    the citizen: "" not yet, "told", "undeliverable".
    """

    __tablename__ = "suggestions"
    __table_args__ = (
        CheckConstraint("num_nonnulls(conversation_id, counsellor_id) = 1", name="one_suggester"),
        Index("ix_suggestions_open", "at", postgresql_where=text("outcome = ''")),
        Index(
            "ix_suggestions_untold",
            "decided_at",
            postgresql_where=text("outcome <> '' AND told = ''"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    row_key: Mapped[str] = mapped_column(index=True)
    what: Mapped[str]
    conversation_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    counsellor_id: Mapped[UUID | None] = mapped_column(ForeignKey("counsellors.id"), index=True)
    sealed: Mapped[bytes]
    at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(server_default="")
    answer: Mapped[bytes | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("counsellors.id"))
    told: Mapped[str] = mapped_column(server_default="")
