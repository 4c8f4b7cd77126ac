"""Zalo's consent counts once, and its loss is told once."""

import sqlalchemy as sa
from alembic import op

revision = "20261123_07"
down_revision = "20261123_06"


def upgrade() -> None:
    op.add_column("console_sessions", sa.Column("consent", sa.Uuid(), nullable=True))
    op.create_unique_constraint(
        op.f("uq_console_sessions_consent"), "console_sessions", ["consent"]
    )
    op.add_column(
        "channel_tokens", sa.Column("loss_told_at", sa.DateTime(timezone=True), nullable=True)
    )


def downgrade() -> None:
    op.drop_column("channel_tokens", "loss_told_at")
    op.drop_constraint(op.f("uq_console_sessions_consent"), "console_sessions")
    op.drop_column("console_sessions", "consent")
