"""The rows of the desk: who works there, when, on what, and what became of the cases."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.tables import Base


class Team(Base):
    """People who answer together. `areas` are codes of provinces and communes, `skills` keys of
    `case_words.SKILLS`, `languages` ISO 639-1; each empty for "all". `hours` is as DIEMTUA_DESK_HOURS,
    "" for those."""

    __tablename__ = "teams"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name: Mapped[str] = mapped_column(unique=True)
    areas: Mapped[list[str]] = mapped_column(server_default="{}")
    skills: Mapped[list[str]] = mapped_column(server_default="{}")
    languages: Mapped[list[str]] = mapped_column(server_default="{}")
    hours: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[datetime]


class TeamMember(Base):
    """A counsellor in a team."""

    __tablename__ = "team_members"

    team_id: Mapped[UUID] = mapped_column(
        ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True
    )
    counsellor_id: Mapped[UUID] = mapped_column(
        ForeignKey("counsellors.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Holiday(Base):
    """A day on which a team, or with no team everybody, does not sit at the desk."""

    __tablename__ = "holidays"
    __table_args__ = (
        Index("uq_holidays_day", "day", "team_id", unique=True, postgresql_nulls_not_distinct=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    day: Mapped[date]
    name: Mapped[str]
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"))


class Presence(Base):
    """Whether a counsellor is there. `seen_at` is when one of their pages was last connected, `acted_at`
    when they last did something themselves; `pauses_since` is set while they take no new chats.
    `working_since` is when they last came back from a rest, see `bot.rest`."""

    __tablename__ = "presence"

    counsellor_id: Mapped[UUID] = mapped_column(
        ForeignKey("counsellors.id", ondelete="CASCADE"), primary_key=True
    )
    seen_at: Mapped[datetime]
    acted_at: Mapped[datetime]
    pauses_since: Mapped[datetime | None]
    working_since: Mapped[datetime | None]


class DeskUptime(Base):
    """One row: since when the console can be reached without a break, and when that was last seen."""

    __tablename__ = "desk_uptime"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    up_since: Mapped[datetime]
    seen_at: Mapped[datetime]


class Rating(Base):
    """How somebody found a talk with a counsellor: 1 (did not help) or 2 (helped). `reason` is a key of
    `desk_replies.RATING_REASONS`, "" where none was given."""

    __tablename__ = "ratings"

    handoff_id: Mapped[UUID] = mapped_column(
        ForeignKey("handoffs.id", ondelete="CASCADE"), primary_key=True
    )
    stars: Mapped[int]
    reason: Mapped[str] = mapped_column(server_default="")
    given_at: Mapped[datetime]


class CallBack(Base):
    """Somebody wants to be written or called at a time. `sealed` holds the telephone number they gave,
    if any, under their own key."""

    __tablename__ = "call_backs"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    conversation_id: Mapped[UUID] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime]
    sealed: Mapped[bytes | None]
    asked_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[UUID | None] = mapped_column(ForeignKey("counsellors.id"))


class Restraint(Base):
    """A measure against abuse: "warned", "muted" or "blocked" `until` then, None for no end. Never holds
    against danger. `reason` is sealed under the person's key."""

    __tablename__ = "restraints"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(
        ForeignKey("persons.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str]
    reason: Mapped[bytes]
    until: Mapped[datetime | None]
    given_at: Mapped[datetime]
    given_by: Mapped[UUID] = mapped_column(ForeignKey("counsellors.id"))
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[UUID | None] = mapped_column(ForeignKey("counsellors.id"))


class CannedReply(Base):
    """Words that counsellors bring with "/" and the shortcut."""

    __tablename__ = "canned_replies"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    shortcut: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    words: Mapped[str]
    changed_at: Mapped[datetime]
    changed_by: Mapped[UUID | None] = mapped_column(ForeignKey("counsellors.id"))


class SentPart(Base):
    """By which name a platform knows a part of a message that it accepted, for its receipts."""

    __tablename__ = "sent_parts"

    channel: Mapped[str] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(primary_key=True)
    outbox_id: Mapped[int] = mapped_column(ForeignKey("outbox.id", ondelete="CASCADE"), index=True)


class Picture(Base):
    """A picture that came with a message: "wanted" until it was fetched, then "kept" or "failed" with
    the `reason`. `source` is where the platform has it, `sealed` the re-encoded picture, both under the
    person's key."""

    __tablename__ = "pictures"
    __table_args__ = (Index("ix_pictures_wanted", "id", postgresql_where=text("state = 'wanted'")),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    message_id: Mapped[int] = mapped_column(
        ForeignKey("messages.id", ondelete="CASCADE"), index=True
    )
    state: Mapped[str] = mapped_column(server_default="wanted")
    source: Mapped[bytes]
    sealed: Mapped[bytes | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    next_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(server_default="")


class RecoveryCode(Base):
    """A code that stands in once for the second factor; only its hash is kept."""

    __tablename__ = "recovery_codes"

    code_hash: Mapped[bytes] = mapped_column(primary_key=True)
    counsellor_id: Mapped[UUID] = mapped_column(
        ForeignKey("counsellors.id", ondelete="CASCADE"), index=True
    )
    used_at: Mapped[datetime | None]


class Invitation(Base):
    """A link by which somebody makes their own account; only its token's hash is kept. `made_by` is None
    for one made at the command line."""

    __tablename__ = "invitations"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True, default=uuid4)
    name: Mapped[str]
    role: Mapped[str]
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("teams.id", ondelete="SET NULL"))
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("counsellors.id"))
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class LogInFailure(Base):
    """Wrong passwords or codes that came one after the other. `mark` and `login_mark` are hashes of what
    the failures have in common (a name and an address, a known device) and of the name tried, if one;
    until `blocked_until` no attempt with this mark is looked at."""

    __tablename__ = "log_in_failures"

    mark: Mapped[bytes] = mapped_column(primary_key=True)
    login_mark: Mapped[bytes | None] = mapped_column(index=True)
    failures: Mapped[int]
    last_at: Mapped[datetime]
    blocked_until: Mapped[datetime | None]


class Notice(Base):
    """What a counsellor is to be told once, until they say they read it. `kind` is "whisper" (the note
    `message_id` is for them) or "taken_over" (`by` has their case now)."""

    __tablename__ = "desk_notices"
    __table_args__ = (
        Index("ix_desk_notices_unread", "counsellor_id", postgresql_where=text("read_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    counsellor_id: Mapped[UUID] = mapped_column(ForeignKey("counsellors.id", ondelete="CASCADE"))
    handoff_id: Mapped[UUID] = mapped_column(ForeignKey("handoffs.id", ondelete="CASCADE"))
    message_id: Mapped[int | None] = mapped_column(
        ForeignKey("messages.id", ondelete="CASCADE"), unique=True
    )
    kind: Mapped[str]
    by: Mapped[UUID] = mapped_column(ForeignKey("counsellors.id"))
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class QualityMark(Base):
    """What an overseer found of a closed talk: `met` are the keys of `quality.CRITERIA` that it met.
    `note` is sealed under the person's key."""

    __tablename__ = "quality_marks"

    handoff_id: Mapped[UUID] = mapped_column(
        ForeignKey("handoffs.id", ondelete="CASCADE"), primary_key=True
    )
    met: Mapped[list[str]]
    note: Mapped[bytes | None]
    by: Mapped[UUID] = mapped_column(ForeignKey("counsellors.id"))
    at: Mapped[datetime]
