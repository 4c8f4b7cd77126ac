"""The rows of the conversation core. Texts and states are sealed (see privacy.py); no id of a
channel, no name and no number of a citizen stands here in clear."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


Access = AsyncSession | AsyncConnection
"""What statements are executed on: a transaction's session, or a connection on which each stands
for itself (see `Runtime.statements`)."""


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {
        str: Text(),
        bytes: LargeBinary(),
        datetime: DateTime(timezone=True),
        list[str]: ARRAY(Text()),
    }


class Person(Base):
    """One person on one channel, known only by a pseudonym. Deleting the row erases them."""

    __tablename__ = "persons"
    __table_args__ = (UniqueConstraint("channel", "pseudonym"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    channel: Mapped[str]
    pseudonym: Mapped[bytes]
    address: Mapped[bytes | None]
    data_key: Mapped[bytes]
    created_at: Mapped[datetime]


class Conversation(Base):
    """A person's talk with us. `holder` is who answers now: "bot", "queue" (bot, while waiting for
    a counsellor) or "counsellor". `tracker` is the name Rasa knows it by. `last_inbound_at` is when the last
    message of the person's own was stored."""

    __tablename__ = "conversations"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(
        ForeignKey("persons.id", ondelete="CASCADE"), unique=True
    )
    tracker: Mapped[UUID] = mapped_column(default=uuid4)
    holder: Mapped[str] = mapped_column(server_default="bot")
    state: Mapped[bytes | None]
    greeted_at: Mapped[datetime | None]
    last_inbound_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class InboxRow(Base):
    """An event as it came in, stored before it is acknowledged."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("channel", "event_id"),
        Index("ix_inbox_undone", "conversation_id", "id", postgresql_where=text("done_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    channel: Mapped[str]
    event_id: Mapped[str]
    conversation_id: Mapped[UUID] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE")
    )
    sealed: Mapped[bytes]
    received_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class Message(Base):
    """One line of the transcript. `author` is "citizen", "bot", "counsellor" or "note" (internal)."""

    __tablename__ = "messages"
    __table_args__ = (Index(None, "conversation_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    uid: Mapped[UUID] = mapped_column(unique=True, default=uuid4)
    conversation_id: Mapped[UUID] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE")
    )
    author: Mapped[str]
    counsellor_id: Mapped[UUID | None] = mapped_column(ForeignKey("counsellors.id"))
    sealed: Mapped[bytes]
    created_at: Mapped[datetime]


class OutboxRow(Base):
    """A message to be pushed to a messenger. `state` is "ready", "sent", "dead" (given up, until a
    counsellor sends it again) or "dropped" (laid aside by a counsellor)."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_ready", "conversation_id", "id", postgresql_where=text("state = 'ready'")),
        Index("ix_outbox_undelivered", "id", postgresql_where=text("state IN ('ready', 'dead')")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    message_id: Mapped[int] = mapped_column(
        ForeignKey("messages.id", ondelete="CASCADE"), unique=True
    )
    conversation_id: Mapped[UUID] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE")
    )
    state: Mapped[str] = mapped_column(server_default="ready")
    parts_sent: Mapped[int] = mapped_column(server_default="0")
    attempts: Mapped[int] = mapped_column(server_default="0")
    next_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(server_default="")
    sent_at: Mapped[datetime | None]


class Handoff(Base):
    """A conversation on its way to, or with, a counsellor: "waiting", "claimed" or "closed".

    Greater `priority` is served first: 2 danger in progress, 1 danger, 0 everything else. `summary`
    is sealed facts for the counsellor, not a transcript.
    """

    __tablename__ = "handoffs"
    __table_args__ = (
        Index(
            "uq_handoffs_open",
            "conversation_id",
            unique=True,
            postgresql_where=text("state <> 'closed'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    conversation_id: Mapped[UUID] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE")
    )
    state: Mapped[str] = mapped_column(server_default="waiting")
    priority: Mapped[int] = mapped_column(server_default="0")
    reason: Mapped[str]
    summary: Mapped[bytes | None]
    opened_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    counsellor_id: Mapped[UUID | None] = mapped_column(ForeignKey("counsellors.id"))


class Episode(Base):
    """A danger that was noticed, until a counsellor closes it. `asked` is how often the person was
    asked again since the last alarm because they fell silent.

    Holds rule names, never words, and outlives an erasure without its conversation: that we acted in
    an emergency must be provable (Luật 91/2025/QH15, Điều 19)."""

    __tablename__ = "episodes"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    conversation_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("conversations.id", ondelete="SET NULL"), index=True
    )
    label: Mapped[str]
    level: Mapped[str]
    person: Mapped[str]
    why: Mapped[list[str]]
    alarms: Mapped[int] = mapped_column(server_default="1")
    asked: Mapped[int] = mapped_column(server_default="0")
    opened_at: Mapped[datetime]
    last_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("counsellors.id"))


class ScreeningRow(Base):
    """A finished screening; answers, score and band are sealed."""

    __tablename__ = "screenings"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    conversation_id: Mapped[UUID] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    instrument: Mapped[str]
    sealed: Mapped[bytes]
    finished_at: Mapped[datetime]


class Feedback(Base):
    """Whether an article helped; tied to the article, to nobody."""

    __tablename__ = "feedback"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    article: Mapped[str]
    helpful: Mapped[bool]
    given_at: Mapped[datetime]


class Counsellor(Base):
    """Somebody who answers. `must_change` holds until a first password of their own is set."""

    __tablename__ = "counsellors"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    password_hash: Mapped[str]
    must_change: Mapped[bool]
    failed_logins: Mapped[int] = mapped_column(server_default="0")
    locked_until: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class ConsoleSession(Base):
    """A logged-in console; only the hash of its cookie is kept. `consent` is the one-time name of the
    consent at Zalo that was last asked for in it, None where none is open."""

    __tablename__ = "console_sessions"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    counsellor_id: Mapped[UUID] = mapped_column(ForeignKey("counsellors.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    consent: Mapped[UUID | None] = mapped_column(unique=True)


class AuditRow(Base):
    """Who looked at or did what in the console."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime]
    counsellor_id: Mapped[UUID] = mapped_column(ForeignKey("counsellors.id"))
    action: Mapped[str]
    subject: Mapped[UUID | None]


class RasaState(Base):
    """Rasa's bounded memory of a conversation, written by nlu_data/tracker.py; no words of anybody."""

    __tablename__ = "rasa_state"

    sender_id: Mapped[str] = mapped_column(primary_key=True)
    data: Mapped[str]
    updated_at: Mapped[datetime]
