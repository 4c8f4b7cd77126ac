"""Events that were erased with their person stay erased; whose an update is that nobody could read."""

import sqlalchemy as sa
from alembic import op

revision = "20261123_06"
down_revision = "20261123_05"


def upgrade() -> None:
    op.create_table(
        "erased_events",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erased_events")),
    )
    op.create_index(op.f("ix_erased_events_at"), "erased_events", ["at"])
    op.add_column("parked_updates", sa.Column("sender", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("parked_updates", "sender")
    op.drop_table("erased_events")
