"""What the channels keep: tokens that change, updates nobody could read, the staff's supergroup."""

import sqlalchemy as sa
from alembic import op

revision = "20261123_05"
down_revision = "20261123_04"


def upgrade() -> None:
    op.create_table(
        "channel_tokens",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("account", sa.Text(), server_default="", nullable=False),
        sa.Column("access_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("renew_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("renewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_channel_tokens")),
    )
    op.create_table(
        "parked_updates",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parked_updates")),
    )
    op.create_index(op.f("ix_parked_updates_at"), "parked_updates", ["at"])
    _create_staff_tables()


def _create_staff_tables() -> None:
    op.create_table(
        "staff_topics",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("handoff_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("shown", sa.Text(), server_default="", nullable=False),
        sa.Column("copied", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("warned", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("waits", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_topics")),
        sa.UniqueConstraint("handoff_id", name=op.f("uq_staff_topics_handoff_id")),
        sa.UniqueConstraint("thread_id", name=op.f("uq_staff_topics_thread_id")),
    )
    op.create_table(
        "staff_accounts",
        sa.Column("counsellor_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=True),
        sa.Column("code_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pseudonym", sa.LargeBinary(), nullable=True),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["counsellor_id"],
            ["counsellors.id"],
            name=op.f("fk_staff_accounts_counsellor_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("counsellor_id", name=op.f("pk_staff_accounts")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_staff_accounts_code_hash")),
        sa.UniqueConstraint("pseudonym", name=op.f("uq_staff_accounts_pseudonym")),
    )
    op.create_table(
        "staff_updates",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_staff_updates")),
    )
    op.create_index(
        "ix_staff_updates_unanswered",
        "staff_updates",
        ["received_at"],
        postgresql_where=sa.text("answered_at IS NULL"),
    )
    op.create_index(
        "ix_outbox_undelivered",
        "outbox",
        ["id"],
        postgresql_where=sa.text("state IN ('ready', 'dead')"),
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_undelivered", "outbox")
    op.drop_table("staff_updates")
    op.drop_table("staff_accounts")
    op.drop_table("staff_topics")
    op.drop_table("parked_updates")
    op.drop_table("channel_tokens")
