"""The rows of the conversation core. Texts and states are sealed (see privacy.py); no id of a
channel, no name and no number of a citizen stands here in clear."""

from __future__ import annotations

from datetime import date, datetime
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
    message of the person's own was stored. `fetched_to` and `read_to` are the last lines that a page
    fetched, and that stood in sight on it."""

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
    fetched_to: Mapped[int] = mapped_column(BigInteger, server_default="0")
    read_to: Mapped[int] = mapped_column(BigInteger, server_default="0")
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
    __table_args__ = (
        Index(None, "conversation_id", "id"),
        Index(
            "ix_messages_answered",
            "conversation_id",
            "id",
            postgresql_where=text("author = 'counsellor'"),
        ),
    )

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
    delivered_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]


class Handoff(Base):
    """A conversation on its way to, or with, a counsellor: "waiting", "claimed" or "closed".

    Greater `priority` is served first: 2 danger in progress, 1 danger, 0 everything else. `summary`
    is sealed facts, no transcript. `area` is the code of a commune or province, `skill` a key of
    `case_words.SKILLS`, both "" where unknown. While it waits, `wanted_id` is the colleague and
    `team_id` the team it was handed to, at `handed_at`, which is also when it last came back;
    `given_back` is how often whoever had it fell silent. `outcome` and `topics` are codes, told at the
    end. `told_wait` is the longest wait told, in minutes; `told` are codes of what else (waiting.py).
    """

    __tablename__ = "handoffs"
    __table_args__ = (
        Index(
            "uq_handoffs_open",
            "conversation_id",
            unique=True,
            postgresql_where=text("state <> 'closed'"),
        ),
        Index("ix_handoffs_counsellor_id", "counsellor_id", "claimed_at"),
        Index("ix_handoffs_conversation_id", "conversation_id", "closed_at"),
        Index(
            "ix_handoffs_follow_up_on",
            "follow_up_on",
            postgresql_where=text("follow_up_on IS NOT NULL"),
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
    area: Mapped[str] = mapped_column(server_default="")
    skill: Mapped[str] = mapped_column(server_default="")
    language: Mapped[str] = mapped_column(server_default="vi")
    wanted_id: Mapped[UUID | None] = mapped_column(ForeignKey("counsellors.id"))
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("teams.id", ondelete="SET NULL"))
    handed_at: Mapped[datetime | None]
    given_back: Mapped[int] = mapped_column(server_default="0")
    outcome: Mapped[str] = mapped_column(server_default="")
    topics: Mapped[list[str]] = mapped_column(server_default="{}")
    follow_up_on: Mapped[date | None]
    told_wait: Mapped[int | None]
    told: Mapped[list[str]] = mapped_column(server_default="{}")


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
    """Somebody who answers. `must_change` holds until a first password of their own is set. `totp` is the
    secret of their second factor, sealed with the key ring, `totp_step` the last half minute whose code
    was used. `most_chats` is how many they may have at a time."""

    __tablename__ = "counsellors"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    password_hash: Mapped[str]
    must_change: Mapped[bool]
    disabled_at: Mapped[datetime | None]
    totp: Mapped[bytes | None]
    totp_step: Mapped[int | None] = mapped_column(BigInteger)
    most_chats: Mapped[int] = mapped_column(server_default="5")
    created_at: Mapped[datetime]


class ConsoleSession(Base):
    """A logged-in console; only the hash of its cookie is kept. `id` names it to its owner, `device` is
    the kind of browser, and `half` holds until the second factor is given. `consent` is the one-time name
    of the consent at Zalo that was last asked for in it, None where none is open."""

    __tablename__ = "console_sessions"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    counsellor_id: Mapped[UUID] = mapped_column(ForeignKey("counsellors.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    id: Mapped[UUID] = mapped_column(
        unique=True, default=uuid4, server_default=text("gen_random_uuid()")
    )
    device: Mapped[str] = mapped_column(server_default="")
    seen_at: Mapped[datetime | None]
    half: Mapped[bool] = mapped_column(server_default="false")
    consent: Mapped[UUID | None] = mapped_column(unique=True)


class AuditRow(Base):
    """Who looked at or did what in the console."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_counsellor_id", "counsellor_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    counsellor_id: Mapped[UUID] = mapped_column(ForeignKey("counsellors.id"))
    action: Mapped[str]
    subject: Mapped[UUID | None]


class RasaState(Base):
    """Rasa's bounded memory of a conversation, written by nlu_data/tracker.py; no words of anybody."""

    __tablename__ = "rasa_state"

    sender_id: Mapped[str] = mapped_column(primary_key=True)
    data: Mapped[str]
    updated_at: Mapped[datetime]
