"""What counsellors said of the danger check: verdicts on lines, and redacted examples."""

import sqlalchemy as sa
from alembic import op

revision = "20261123_03"
down_revision = "20261123_02"


def upgrade() -> None:
    op.create_table(
        "danger_verdicts",
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("right", sa.Boolean(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["messages.id"],
            name=op.f("fk_danger_verdicts_message_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["by"], ["counsellors.id"], name=op.f("fk_danger_verdicts_by")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_danger_verdicts")),
    )
    op.create_table(
        "danger_examples",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.CheckConstraint("source IN ('alarm', 'sample')", name=op.f("source")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_danger_examples")),
    )


def downgrade() -> None:
    op.drop_table("danger_examples")
    op.drop_table("danger_verdicts")
