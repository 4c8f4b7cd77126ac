"""The rows of the channels themselves: tokens that change, updates nobody could read, events that
stay erased, and the staff's supergroup."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.tables import Base


class ChannelToken(Base):
    """The tokens of one channel, sealed with the key ring: an access token until `access_until`, and
    a single-use one to renew it with until `renew_until`. `account` is the account that consented,
    "" where it is unknown. `tried_at` is when renewing last failed, `reason` why (the platform's
    code), `refused_at` since when only a new consent helps, and `loss_told_at` when the on-call address
    was told so."""

    __tablename__ = "channel_tokens"

    channel: Mapped[str] = mapped_column(primary_key=True)
    sealed: Mapped[bytes]
    account: Mapped[str] = mapped_column(server_default="")
    access_until: Mapped[datetime]
    renew_until: Mapped[datetime]
    renewed_at: Mapped[datetime]
    tried_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
    loss_told_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(server_default="")


class ParkedUpdate(Base):
    """An update that could not be read, laid aside so that what follows it is not held up. Its bytes
    are sealed with the key ring; `reason` is the kind of the fault, never text of the update. `sender` is
    the pseudonym of who sent it, None where that could not be found out."""

    __tablename__ = "parked_updates"
    __table_args__ = (Index(None, "at"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    channel: Mapped[str]
    sealed: Mapped[bytes]
    reason: Mapped[str]
    at: Mapped[datetime]
    sender: Mapped[bytes | None]


class ErasedEvent(Base):
    """That an event was erased with its person: brought again by its platform, it stays erased. `id` is
    what `KeyRing.event_mark` says; nothing leads from it to the event or the person."""

    __tablename__ = "erased_events"
    __table_args__ = (Index(None, "at"),)

    id: Mapped[bytes] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class StaffTopic(Base):
    """One case in the staff's supergroup: `id` is its number there, `thread_id` its forum topic (None:
    to be made, or made anew). `title` and `shown` are what the topic says of the case now, `copied` the
    last line of the talk and `warned` the last dead outbox row that were told there, and `waits` the
    outbox row that was told to be held back by the channel (0: none).

    No foreign keys: the row outlives an erasure until the topic's words are deleted at Telegram too,
    and a row that is locked during a call never makes an erasure wait."""

    __tablename__ = "staff_topics"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    handoff_id: Mapped[UUID] = mapped_column(unique=True)
    conversation_id: Mapped[UUID]
    thread_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    title: Mapped[str] = mapped_column(server_default="")
    shown: Mapped[str] = mapped_column(server_default="")
    copied: Mapped[int] = mapped_column(BigInteger, server_default="0")
    warned: Mapped[int] = mapped_column(BigInteger, server_default="0")
    waits: Mapped[int] = mapped_column(BigInteger, server_default="0")
    attempts: Mapped[int] = mapped_column(server_default="0")
    next_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class StaffAccount(Base):
    """A counsellor's Telegram account, known only by a pseudonym; or the hash of the one-time code that
    will link it."""

    __tablename__ = "staff_accounts"

    counsellor_id: Mapped[UUID] = mapped_column(
        ForeignKey("counsellors.id", ondelete="CASCADE"), primary_key=True
    )
    code_hash: Mapped[bytes | None] = mapped_column(unique=True)
    code_until: Mapped[datetime | None]
    pseudonym: Mapped[bytes | None] = mapped_column(unique=True)
    linked_at: Mapped[datetime | None]


class StaffUpdate(Base):
    """Something written in the supergroup that was dealt with, and what its writer is told (fixed words
    of ours); kept for two days, so that a replay does nothing."""

    __tablename__ = "staff_updates"
    __table_args__ = (
        Index(
            "ix_staff_updates_unanswered",
            "received_at",
            postgresql_where=text("answered_at IS NULL"),
        ),
    )

    event_id: Mapped[str] = mapped_column(primary_key=True)
    thread_id: Mapped[int | None] = mapped_column(BigInteger)
    answer: Mapped[str] = mapped_column(server_default="")
    attempts: Mapped[int] = mapped_column(server_default="0")
    next_at: Mapped[datetime]
    received_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
