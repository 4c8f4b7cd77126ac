"""Suggestions about the directory, and pairs of its rows that somebody said are not one place."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_12"
down_revision = "20261124_11"


def upgrade() -> None:
    op.create_table(
        "suggestions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("row_key", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=True),
        sa.Column("counsellor_id", sa.Uuid(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("told", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(conversation_id, counsellor_id) = 1",
            name=op.f("ck_suggestions_one_suggester"),
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_suggestions_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["counsellor_id"], ["counsellors.id"], name=op.f("fk_suggestions_counsellor_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["counsellors.id"], name=op.f("fk_suggestions_decided_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestions")),
    )
    op.create_index(op.f("ix_suggestions_row_key"), "suggestions", ["row_key"])
    op.create_index(op.f("ix_suggestions_conversation_id"), "suggestions", ["conversation_id"])
    op.create_index(op.f("ix_suggestions_counsellor_id"), "suggestions", ["counsellor_id"])
    op.create_index(
        "ix_suggestions_open", "suggestions", ["at"], postgresql_where=sa.text("outcome = ''")
    )
    op.create_index(
        "ix_suggestions_untold",
        "suggestions",
        ["decided_at"],
        postgresql_where=sa.text("outcome <> '' AND told = ''"),
    )
    op.create_table(
        "not_duplicate",
        sa.Column("first_key", sa.Text(), nullable=False),
        sa.Column("second_key", sa.Text(), nullable=False),
        sa.Column("said_by", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("first_key < second_key", name=op.f("ck_not_duplicate_in_order")),
        sa.ForeignKeyConstraint(
            ["first_key"], ["service.key"], name=op.f("fk_not_duplicate_first_key")
        ),
        sa.ForeignKeyConstraint(
            ["second_key"], ["service.key"], name=op.f("fk_not_duplicate_second_key")
        ),
        sa.PrimaryKeyConstraint("first_key", "second_key", name=op.f("pk_not_duplicate")),
    )
    op.create_index(op.f("ix_not_duplicate_second_key"), "not_duplicate", ["second_key"])


def downgrade() -> None:
    op.drop_table("not_duplicate")
    op.drop_table("suggestions")
