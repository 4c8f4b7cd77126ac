"""The desk: teams, presence, receipts, ratings, call-backs, second factors, measures against abuse."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261123_08"
down_revision = "20261123_07"


def upgrade() -> None:
    op.create_table(
        "teams",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("areas", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("skills", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("languages", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("hours", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
        sa.UniqueConstraint("name", name=op.f("uq_teams_name")),
    )
    op.create_table(
        "canned_replies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shortcut", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["counsellors.id"], name=op.f("fk_canned_replies_changed_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_replies")),
        sa.UniqueConstraint("shortcut", name=op.f("uq_canned_replies_shortcut")),
    )
    op.create_table(
        "holidays",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name=op.f("fk_holidays_team_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holidays")),
    )
    op.create_index(
        "uq_holidays_day",
        "holidays",
        ["day", "team_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "invitations",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["made_by"], ["counsellors.id"], name=op.f("fk_invitations_made_by")
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name=op.f("fk_invitations_team_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_invitations")),
        sa.UniqueConstraint("id", name=op.f("uq_invitations_id")),
    )
    op.create_table(
        "presence",
        sa.Column("counsellor_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pauses_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("working_since", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["counsellor_id"],
            ["counsellors.id"],
            name=op.f("fk_presence_counsellor_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("counsellor_id", name=op.f("pk_presence")),
    )
    op.create_table(
        "desk_uptime",
        sa.Column("id", sa.SmallInteger(), nullable=False),
        sa.Column("up_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_uptime")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("counsellor_id", sa.Uuid(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["counsellor_id"],
            ["counsellors.id"],
            name=op.f("fk_recovery_codes_counsellor_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_recovery_codes")),
    )
    op.create_index(
        op.f("ix_recovery_codes_counsellor_id"), "recovery_codes", ["counsellor_id"], unique=False
    )
    op.create_table(
        "restraints",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["given_by"], ["counsellors.id"], name=op.f("fk_restraints_given_by")
        ),
        sa.ForeignKeyConstraint(
            ["lifted_by"], ["counsellors.id"], name=op.f("fk_restraints_lifted_by")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_restraints_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restraints")),
    )
    op.create_index(op.f("ix_restraints_person_id"), "restraints", ["person_id"], unique=False)
    op.create_table(
        "log_in_failures",
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("login_mark", sa.LargeBinary(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_log_in_failures")),
    )
    op.create_index(
        op.f("ix_log_in_failures_login_mark"), "log_in_failures", ["login_mark"], unique=False
    )
    op.create_index("ix_audit_counsellor_id", "audit", ["counsellor_id", "id"], unique=False)
    op.create_index("ix_audit_at", "audit", ["at"], unique=False)
    op.create_table(
        "team_members",
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("counsellor_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["counsellor_id"],
            ["counsellors.id"],
            name=op.f("fk_team_members_counsellor_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name=op.f("fk_team_members_team_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("team_id", "counsellor_id", name=op.f("pk_team_members")),
    )
    op.create_index(
        op.f("ix_team_members_counsellor_id"), "team_members", ["counsellor_id"], unique=False
    )
    op.create_table(
        "call_backs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_call_backs_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["done_by"], ["counsellors.id"], name=op.f("fk_call_backs_done_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_backs")),
    )
    op.create_index(
        op.f("ix_call_backs_conversation_id"), "call_backs", ["conversation_id"], unique=False
    )
    op.create_table(
        "pictures",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="wanted", nullable=False),
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_pictures_message_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pictures")),
    )
    op.create_index(op.f("ix_pictures_message_id"), "pictures", ["message_id"], unique=False)
    op.create_index(
        "ix_pictures_wanted",
        "pictures",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state = 'wanted'"),
    )
    op.create_table(
        "ratings",
        sa.Column("handoff_id", sa.Uuid(), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["handoff_id"], ["handoffs.id"], name=op.f("fk_ratings_handoff_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("handoff_id", name=op.f("pk_ratings")),
    )
    op.create_table(
        "sent_parts",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("outbox_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["outbox_id"], ["outbox.id"], name=op.f("fk_sent_parts_outbox_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("channel", "external_id", name=op.f("pk_sent_parts")),
    )
    op.create_index(op.f("ix_sent_parts_outbox_id"), "sent_parts", ["outbox_id"], unique=False)
    op.create_table(
        "desk_notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("counsellor_id", sa.Uuid(), nullable=False),
        sa.Column("handoff_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["counsellor_id"],
            ["counsellors.id"],
            name=op.f("fk_desk_notices_counsellor_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["handoff_id"],
            ["handoffs.id"],
            name=op.f("fk_desk_notices_handoff_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["messages.id"],
            name=op.f("fk_desk_notices_message_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["by"], ["counsellors.id"], name=op.f("fk_desk_notices_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_notices")),
        sa.UniqueConstraint("message_id", name=op.f("uq_desk_notices_message_id")),
    )
    op.create_index(
        "ix_desk_notices_unread",
        "desk_notices",
        ["counsellor_id"],
        unique=False,
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_table(
        "quality_marks",
        sa.Column("handoff_id", sa.Uuid(), nullable=False),
        sa.Column("met", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["counsellors.id"], name=op.f("fk_quality_marks_by")),
        sa.ForeignKeyConstraint(
            ["handoff_id"],
            ["handoffs.id"],
            name=op.f("fk_quality_marks_handoff_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("handoff_id", name=op.f("pk_quality_marks")),
    )
    op.create_index(
        "ix_handoffs_counsellor_id", "handoffs", ["counsellor_id", "claimed_at"], unique=False
    )
    op.add_column(
        "console_sessions",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
    )
    op.add_column(
        "console_sessions", sa.Column("device", sa.Text(), server_default="", nullable=False)
    )
    op.add_column(
        "console_sessions", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column(
        "console_sessions", sa.Column("half", sa.Boolean(), server_default="false", nullable=False)
    )
    op.create_unique_constraint(op.f("uq_console_sessions_id"), "console_sessions", ["id"])
    op.add_column(
        "conversations",
        sa.Column("fetched_to", sa.BigInteger(), server_default="0", nullable=False),
    )
    op.add_column(
        "conversations", sa.Column("read_to", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.drop_column("counsellors", "failed_logins")
    op.drop_column("counsellors", "locked_until")
    op.add_column("counsellors", sa.Column("totp", sa.LargeBinary(), nullable=True))
    op.add_column("counsellors", sa.Column("totp_step", sa.BigInteger(), nullable=True))
    op.add_column(
        "counsellors", sa.Column("most_chats", sa.Integer(), server_default="5", nullable=False)
    )
    op.add_column("handoffs", sa.Column("area", sa.Text(), server_default="", nullable=False))
    op.add_column("handoffs", sa.Column("skill", sa.Text(), server_default="", nullable=False))
    op.add_column("handoffs", sa.Column("language", sa.Text(), server_default="vi", nullable=False))
    op.add_column("handoffs", sa.Column("wanted_id", sa.Uuid(), nullable=True))
    op.add_column("handoffs", sa.Column("team_id", sa.Uuid(), nullable=True))
    op.add_column("handoffs", sa.Column("handed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "handoffs", sa.Column("given_back", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column("handoffs", sa.Column("outcome", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "handoffs",
        sa.Column("topics", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
    )
    op.add_column("handoffs", sa.Column("follow_up_on", sa.Date(), nullable=True))
    op.create_index("ix_handoffs_conversation_id", "handoffs", ["conversation_id", "closed_at"])
    op.create_index(
        "ix_handoffs_follow_up_on",
        "handoffs",
        ["follow_up_on"],
        postgresql_where=sa.text("follow_up_on IS NOT NULL"),
    )
    op.add_column("handoffs", sa.Column("told_wait", sa.Integer(), nullable=True))
    op.add_column(
        "handoffs",
        sa.Column("told", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
    )
    op.create_foreign_key(
        op.f("fk_handoffs_team_id"), "handoffs", "teams", ["team_id"], ["id"], ondelete="SET NULL"
    )
    op.create_foreign_key(
        op.f("fk_handoffs_wanted_id"), "handoffs", "counsellors", ["wanted_id"], ["id"]
    )
    op.add_column("outbox", sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("outbox", sa.Column("read_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_messages_answered",
        "messages",
        ["conversation_id", "id"],
        postgresql_where=sa.text("author = 'counsellor'"),
    )


def downgrade() -> None:
    op.drop_index("ix_messages_answered", table_name="messages")
    op.drop_index("ix_handoffs_counsellor_id", table_name="handoffs")
    op.drop_table("quality_marks")
    op.drop_index("ix_desk_notices_unread", table_name="desk_notices")
    op.drop_table("desk_notices")
    op.drop_column("outbox", "read_at")
    op.drop_column("outbox", "delivered_at")
    op.drop_constraint(op.f("fk_handoffs_wanted_id"), "handoffs", type_="foreignkey")
    op.drop_constraint(op.f("fk_handoffs_team_id"), "handoffs", type_="foreignkey")
    op.drop_column("handoffs", "told")
    op.drop_column("handoffs", "told_wait")
    op.drop_index("ix_handoffs_follow_up_on", table_name="handoffs")
    op.drop_index("ix_handoffs_conversation_id", table_name="handoffs")
    op.drop_column("handoffs", "follow_up_on")
    op.drop_column("handoffs", "topics")
    op.drop_column("handoffs", "outcome")
    op.drop_column("handoffs", "given_back")
    op.drop_column("handoffs", "handed_at")
    op.drop_column("handoffs", "team_id")
    op.drop_column("handoffs", "wanted_id")
    op.drop_column("handoffs", "language")
    op.drop_column("handoffs", "skill")
    op.drop_column("handoffs", "area")
    op.add_column(
        "counsellors", sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column(
        "counsellors", sa.Column("failed_logins", sa.Integer(), server_default="0", nullable=False)
    )
    op.drop_column("counsellors", "most_chats")
    op.drop_column("counsellors", "totp_step")
    op.drop_column("counsellors", "totp")
    op.drop_column("conversations", "read_to")
    op.drop_column("conversations", "fetched_to")
    op.drop_constraint(op.f("uq_console_sessions_id"), "console_sessions", type_="unique")
    op.drop_column("console_sessions", "half")
    op.drop_column("console_sessions", "seen_at")
    op.drop_column("console_sessions", "device")
    op.drop_column("console_sessions", "id")
    op.drop_index(op.f("ix_sent_parts_outbox_id"), table_name="sent_parts")
    op.drop_table("sent_parts")
    op.drop_table("ratings")
    op.drop_index(
        "ix_pictures_wanted", table_name="pictures", postgresql_where=sa.text("state = 'wanted'")
    )
    op.drop_index(op.f("ix_pictures_message_id"), table_name="pictures")
    op.drop_table("pictures")
    op.drop_index(op.f("ix_call_backs_conversation_id"), table_name="call_backs")
    op.drop_table("call_backs")
    op.drop_index(op.f("ix_team_members_counsellor_id"), table_name="team_members")
    op.drop_table("team_members")
    op.drop_index("ix_audit_at", table_name="audit")
    op.drop_index("ix_audit_counsellor_id", table_name="audit")
    op.drop_index(op.f("ix_log_in_failures_login_mark"), table_name="log_in_failures")
    op.drop_table("log_in_failures")
    op.drop_index(op.f("ix_restraints_person_id"), table_name="restraints")
    op.drop_table("restraints")
    op.drop_index(op.f("ix_recovery_codes_counsellor_id"), table_name="recovery_codes")
    op.drop_table("recovery_codes")
    op.drop_table("desk_uptime")
    op.drop_table("presence")
    op.drop_table("invitations")
    op.drop_index("uq_holidays_day", table_name="holidays", postgresql_nulls_not_distinct=True)
    op.drop_table("holidays")
    op.drop_table("canned_replies")
    op.drop_table("teams")
